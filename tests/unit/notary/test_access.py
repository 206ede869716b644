"""API keys: known again by their secret alone, for their time alone, and told apart by nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from small_house import INSTITUTION, new_store
from vanbang.adapters.sql import SqlStore
from vanbang.notary import access
from vanbang.notary.access import DAY, Gate, KeyRefused, make_key, new_id, new_secret, replace_key, text_of
from vanbang.ports import ApiKey, Conflict

NOW = 1_782_000_000
SECRET = bytes(range(32))
ID = "0123456789abcdef"


class Ticks:
    """A monotonic clock as the test says."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Counting:
    """A store of API keys that counts how often it is asked."""

    def __init__(self, key: ApiKey | None) -> None:
        self.key, self.asked = key, 0

    def api_key(self, key_id: str) -> ApiKey | None:
        self.asked += 1
        return self.key if self.key and self.key.id == key_id else None


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return new_store(tmp_path)


def made(store: SqlStore) -> ApiKey:
    return make_key(store, ID, SECRET, INSTITUTION.iss, "registrar", "test", NOW, 30)


def test_a_good_key_enters(store: SqlStore) -> None:
    """A key enters with its secret until it expires, and its secret is nowhere in the database."""
    key = made(store)
    gate, text = Gate(store), text_of(ID, SECRET)
    assert gate.enter(text, NOW) == key
    assert gate.enter(text, NOW + 30 * DAY - 1) == key
    assert gate.enter(text, NOW + 30 * DAY) is None
    assert key.secret_sha256 != SECRET
    assert SECRET.hex() not in repr(store.api_key(ID))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vb_",
        ID,
        text_of(ID, SECRET)[:-1],
        text_of(ID, SECRET) + "A",
        text_of(ID, SECRET) + "\n",
        text_of(ID.upper(), SECRET),
        text_of(ID, SECRET[::-1]),
        text_of("f" * 16, SECRET),
        text_of(ID, SECRET)[:-1] + "9",
        "VB" + text_of(ID, SECRET)[2:],
        "vb_" + "é" * 60,
    ],
)
def test_nothing_else_enters(store: SqlStore, text: str) -> None:
    """Another secret, another id, another form: all are the same nobody."""
    made(store)
    assert Gate(store).enter(text, NOW) is None


def test_an_ended_key_is_forgotten_soon(store: SqlStore) -> None:
    """A key ended by another process lets its holder in for no longer than it is remembered; `forget` ends that."""
    made(store)
    ticks = Ticks()
    gate, text = Gate(store, ticks), text_of(ID, SECRET)
    assert gate.enter(text, NOW)
    store.end_api_key(ID, NOW)
    assert gate.enter(text, NOW + 1)
    ticks.now += access.REMEMBERED_FOR
    assert gate.enter(text, NOW + 1) is None
    ticks.now += 10
    fresh = Gate(store, ticks)
    assert fresh.enter(text, NOW - 1)
    fresh.forget(ID)
    assert not fresh.remembers(text)


def test_the_store_is_spared() -> None:
    """A known key is looked up once in a while; unknown ids are not remembered, so they cannot push others out."""
    key = ApiKey(ID, access._hash(SECRET), None, "reader", "x", NOW, NOW + DAY)
    counting, ticks = Counting(key), Ticks()
    gate = Gate(counting, ticks)  # type: ignore[arg-type]
    for _ in range(5):
        assert gate.enter(text_of(ID, SECRET), NOW)
    assert counting.asked == 1
    for number in range(5):
        gate.enter(text_of(f"{number:016x}", SECRET), NOW)
    assert counting.asked == 6
    assert list(gate._kept) == [ID]
    assert gate.remembers("no key at all")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more keys are remembered than allowed; the oldest goes first."""
    monkeypatch.setattr(access, "REMEMBERED", 3)

    class Everybody:
        def api_key(self, key_id: str) -> ApiKey:
            return ApiKey(key_id, access._hash(SECRET), None, "reader", "x", NOW, NOW + DAY)

    gate = Gate(Everybody())  # type: ignore[arg-type]
    for number in range(5):
        assert gate.enter(text_of(f"{number:016x}", SECRET), NOW)
    assert [int(name, 16) for name in gate._kept] == [2, 3, 4]


def test_a_ministry_key_is_for_all(store: SqlStore) -> None:
    """A key that may make keys of any institution cannot be said to be one institution's."""
    with pytest.raises(KeyRefused):
        make_key(store, ID, SECRET, INSTITUTION.iss, "ministry", "x", NOW, 1)
    assert store.api_key(ID) is None


def test_replacing(store: SqlStore) -> None:
    """A replaced key goes on for the overlap; doing it again is harmless, by another key it is refused."""
    old = made(store)
    new = replace_key(store, old, "b" * 16, bytes(32), NOW, 60, 10)
    assert replace(new, id=old.id, secret_sha256=old.secret_sha256, expires_at=old.expires_at) == old
    stored = store.api_key(ID)
    assert stored is not None
    assert (stored.ended_at, stored.replaced_by) == (NOW + 60, "b" * 16)
    assert replace_key(store, stored, "b" * 16, bytes(32), NOW + 5, 60, 10) == new
    with pytest.raises(Conflict):
        replace_key(store, stored, "c" * 16, bytes(32), NOW, 0, 10)


def test_an_ended_key_is_not_replaced(store: SqlStore) -> None:
    """Ending is for good: no successor is made of a key that has ended or expired."""
    made(store)
    with pytest.raises(Conflict):
        replace_key(store, store.api_key(ID), "b" * 16, bytes(32), NOW + 31 * DAY, 0, 10)  # type: ignore[arg-type]
    store.end_api_key(ID, NOW)
    with pytest.raises(Conflict):
        replace_key(store, store.api_key(ID), "b" * 16, bytes(32), NOW + 1, 0, 10)  # type: ignore[arg-type]


def test_the_overlap_is_bounded(store: SqlStore) -> None:
    """A replaced key goes on for a week at most, and never longer than it would have."""
    replace_key(store, made(store), "b" * 16, bytes(32), NOW, 10**9, 10)
    assert store.api_key(ID).ended_at == NOW + access.MAX_OVERLAP  # type: ignore[union-attr]


def test_ids_and_secrets_are_random() -> None:
    """Every key is another one."""
    assert len({new_id() for _ in range(50)}) == len({new_secret() for _ in range(50)}) == 50
    assert (len(new_id()), len(new_secret())) == (16, 32)
