"""Token buckets: evenly refilled, bounded in memory, fair to whoever shares nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.web.limits import Buckets, ClientSeats, Limits, Seats
from vanbang.web.office import Remembered, client_of
from vanbang.web.problems import Refused


class Ticks:
    """A monotonic clock as the test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_full_at_first_and_fills_evenly() -> None:
    """As many requests as the allowance at once, then one more each time its share of the minute has passed."""
    ticks = Ticks()
    buckets = Buckets("keyed", 60, ticks)
    assert [buckets.take("a").remaining for _ in range(60)] == list(range(59, -1, -1))
    with pytest.raises(Refused) as refused:
        buckets.take("a")
    assert refused.value.headers["Retry-After"] == "1"
    assert refused.value.headers["RateLimit"] == '"keyed";r=0;t=60'
    ticks.now = 1.0
    assert buckets.take("a").remaining == 0
    with pytest.raises(Refused):
        buckets.check("a")
    ticks.now = 1_000.0
    buckets.check("a")
    assert buckets.take("a").remaining == 59


def test_tokens_may_be_drawn_in_advance() -> None:
    """Who draws more than there are is told how long to wait until the debt is paid; others are not concerned."""
    ticks = Ticks()
    buckets = Buckets("lines", 60, ticks)
    assert buckets.draw("a", 60) == 0
    assert buckets.draw("a", 30) == 30
    assert buckets.draw("b", 61) == 1
    ticks.now = 30.0
    assert buckets.draw("a", 1) == 1


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 40))
@pytest.mark.slow
def test_no_pattern_gets_more(pauses: list[float], per_minute: int) -> None:
    """However requests are spread, no more pass than a full bucket and what has flowed in since."""
    ticks = Ticks()
    buckets, passed = Buckets("keyed", per_minute, ticks), 0
    for pause in pauses:
        ticks.now += pause
        try:
            buckets.take("a")
        except Refused:
            continue
        passed += 1
    assert passed <= per_minute + ticks.now * per_minute / 60 + 1e-6


def test_memory_is_bounded() -> None:
    """The clients that were idle longest are forgotten first, and begin with a full bucket again."""
    buckets = Buckets("anonymous", 1, Ticks(), kept=3)
    for client in "abcd":
        buckets.take(client)
    assert list(buckets._levels) == ["b", "c", "d"]
    assert buckets.take("a").remaining == 0
    with pytest.raises(Refused):
        buckets.take("d")


def test_seats() -> None:
    """A seat is given back however its block ends."""
    seats = Seats(1)
    with pytest.raises(ZeroDivisionError), seats:
        _ = 1 / 0
    with seats, pytest.raises(Refused):
        seats.check()
    seats.check()


def test_seats_of_one_client() -> None:
    """One client does not get all the seats there are, and has his again when he is done."""
    seats = ClientSeats(3, 2)
    with seats.taken_by("a"), seats.taken_by("a"):
        with pytest.raises(Refused), seats.taken_by("a"):
            pass
        with seats.taken_by("b"), pytest.raises(Refused):
            seats.check_for("c")
        seats.check_for("b")
    seats.check_for("a")


def test_seats_of_those_who_share_a_name() -> None:
    """Keys of one institution have together what one name may have: some seats are always left for others."""
    assert Limits().exports_of_institution < Limits().exports
    seats = ClientSeats(4, 1, 2)
    with seats.taken_by("key 1", "A"), seats.taken_by("key 2", "A"):
        for client in (("key 3", "A"), ("key 1", "B")):
            with pytest.raises(Refused), seats.taken_by(*client):
                pass
        with seats.taken_by("A", "key 1"), seats.taken_by("key 4", "B"), pytest.raises(Refused):
            seats.check_for("key 5", "C")
    seats.check_for("key 3", "A")


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_clients(host: str | None, client: str) -> None:
    """An address of IPv6 counts as its network: whoever has one address has all of them."""
    assert client_of(host) == client


def test_remembered() -> None:
    """A value is read again when it is old, the oldest is forgotten first, and an error is not remembered."""
    ticks = Ticks()
    kept, read = Remembered[int](2, ticks), iter(range(100))
    assert [kept.get("a", lambda: next(read)) for _ in range(3)] == [0, 0, 0]
    ticks.now = 2.0
    assert kept.get("a", lambda: next(read)) == 1
    with pytest.raises(ZeroDivisionError):
        kept.get("b", lambda: 1 // 0)
    for name in "bc":
        kept.get(name, lambda: next(read))
    assert list(kept._kept) == ["b", "c"]
