"""Leases: one worker at a time, whoever is killed, asleep or has a clock that jumps."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from small_house import new_store
from vanbang.adapters.sql import SqlStore
from vanbang.notary.leasing import Leases, WorkElsewhere, holder_name
from vanbang.ports import Lease, LeaseLost, Store, StoreError


class Stopwatch:
    """A stopwatch that is set by hand; sleeping moves it on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Worker:
    """A worker with a stopwatch of its own, whose signs of life come too late for a test to see."""

    def __init__(self, store: Store, name: str) -> None:
        self.watch = Stopwatch()
        self.leases = Leases(store, name, 30, self.watch, self.watch.sleep)
        self.holding = self.leases.holding


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return new_store(tmp_path)


@pytest.fixture
def alpha(store: SqlStore) -> Worker:
    return Worker(store, "alpha")


@pytest.fixture
def beta(store: SqlStore) -> Worker:
    return Worker(store, "beta")


def killed(store: SqlStore, name: str = "issuer:x") -> Store:
    """What a worker that is killed leaves behind: a lease without signs of life, and a store to write under it."""
    lease = store.take_lease(name, "alpha")
    assert lease
    return store.under(lease)


def tries(worker: Worker, name: str = "issuer:x") -> bool:
    with worker.holding(name) as store:
        return store is not None


def test_one_at_a_time(alpha: Worker, beta: Worker) -> None:
    """While one has a lease no other gets it, not even himself again; other work is free; given back, it is free."""
    with alpha.holding("issuer:x") as held:
        assert held
        held.note("x", "y", {})
        assert [tries(beta), tries(alpha), tries(beta, "issuer:y")] == [False, False, True]
    assert tries(beta)


def test_an_error_gives_it_back(alpha: Worker, beta: Worker) -> None:
    """Work that fails gives its lease back."""
    with pytest.raises(ZeroDivisionError), alpha.holding("issuer:x"):
        _ = 1 // 0
    assert tries(beta)


def test_a_killed_holder(beta: Worker, store: SqlStore) -> None:
    """Its lease is taken over when it has been seen without a sign of life for long enough, and not before."""
    killed(store)
    beta.watch.now = 1_000.0
    assert not tries(beta), "it was never looked at before"
    beta.watch.now += 29.9
    assert not tries(beta)
    beta.watch.now += 0.1
    assert tries(beta)


def test_a_holder_that_sleeps(alpha: Worker, beta: Worker, store: SqlStore) -> None:
    """It wakes up, and writes nothing any more; whoever has taken over goes on and gives the lease back in the end."""
    with alpha.holding("issuer:x") as asleep:
        assert asleep
        asleep.note("x", "before", {})
        assert not tries(beta)
        beta.watch.now += 30
        with beta.holding("issuer:x") as over:
            assert over
            with pytest.raises(LeaseLost):
                asleep.note("x", "late", {})
            over.note("x", "after", {})
    lease = store.lease("issuer:x")
    assert lease
    assert (lease.holder, lease.token) == ("", 2)
    assert [line.subject for line in store.audit_entries()][-2:] == ["before", "after"]


def test_giving_back_what_is_lost(alpha: Worker, beta: Worker, store: SqlStore) -> None:
    """A holder that wakes up late does not end the other's lease."""
    with ExitStack() as stack:
        stack.enter_context(alpha.holding("issuer:x"))
        assert not tries(beta)
        beta.watch.now += 30
        with beta.holding("issuer:x"):
            stack.close()
            assert [lease.holder for lease in store.leases()] == ["beta"]


def test_signs_of_life(beta: Worker, store: SqlStore) -> None:
    """However long a worker holds a lease, nobody takes it as long as its beats change between two looks."""
    killed(store)
    for _ in range(5):
        beta.watch.now += 1_000
        assert not tries(beta)
        store.beat(seen(store))


def test_a_stopwatch_that_jumps(beta: Worker, store: SqlStore) -> None:
    """One that goes back only makes its owner wait longer; with one that leaps ahead still only one writes."""
    held = killed(store)
    assert not tries(beta)
    beta.watch.now -= 500
    assert not tries(beta)
    beta.watch.now += 86_400
    with beta.holding("issuer:x") as over:
        assert over
        with pytest.raises(LeaseLost):
            held.note("x", "late", {})


def test_the_wall_clock_does_not_count(beta: Worker, store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever time the machine says it is, a lease stays where it is until the stopwatch has run."""
    killed(store)
    for day in (0, 86_400, -86_400):
        now = 1_781_900_000 + day
        monkeypatch.setattr(time, "time", lambda now=now: now)
        assert not tries(beta)


def test_two_that_take_over(beta: Worker, store: SqlStore) -> None:
    """Of two that have waited long enough one gets it, and the other waits anew."""
    gamma = Worker(store, "gamma")
    killed(store)
    assert [tries(beta), tries(gamma)] == [False, False]
    beta.watch.now = gamma.watch.now = 30.0
    with beta.holding("issuer:x") as held:
        assert held
        assert not tries(gamma)
        gamma.watch.now += 29
        assert not tries(gamma)
    assert tries(gamma)


def test_waiting_for_a_turn(beta: Worker, store: SqlStore) -> None:
    """A command waits until a dead worker's lease may be taken, or says who has it."""
    killed(store)
    with (
        pytest.raises(WorkElsewhere, match="alpha") as told,
        beta.leases.waiting_for("issuer:x", 20),
    ):
        pytest.fail("it is another's")
    assert (told.value.name, told.value.holder) == ("issuer:x", "alpha")
    with beta.leases.waiting_for("issuer:x", 20) as held:
        held.note("x", "y", {})
    assert 30 <= beta.watch.now < 33


def test_a_database_that_is_away(store: SqlStore, beta: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease that cannot be given back is no error, and is taken over as a dead worker's is."""
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "give_back", lambda *_: (_ for _ in ()).throw(StoreError("away")))
        assert tries(Worker(store, "alpha"))
    assert not tries(beta)
    beta.watch.now += 30
    assert tries(beta)


def seen(store: SqlStore) -> Lease:
    found = store.lease("issuer:x")
    assert found
    return found


def until(store: SqlStore, beats: int) -> bool:
    """Whether the lease shows so many signs of life within a minute."""
    for _ in range(6_000):
        if seen(store).beats >= beats:
            return True
        time.sleep(0.01)
    return False


def test_the_thread_that_beats(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on while the work does, also when the database was away for a time, and ends with it."""
    with Leases(store, "alpha", 0.15).holding("issuer:x"):
        assert until(store, 2)
        with monkeypatch.context() as patch:
            patch.setattr(SqlStore, "beat", lambda *_: (_ for _ in ()).throw(StoreError("away")))
            time.sleep(0.15)
            gone = seen(store).beats
        assert until(store, gone + 1)
    last = seen(store)
    time.sleep(0.15)
    assert (seen(store), last.holder) == (last, "")


def test_names() -> None:
    """Two workers never have the same name, even on one machine."""
    assert len({holder_name() for _ in range(50)}) == 50
