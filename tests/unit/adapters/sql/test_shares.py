"""Shares: kept, opened and counted within bounds, ended; what is left of one that was."""

from dataclasses import replace

import pytest

from stored_things import NOW, digest, sealed
from vanbang.adapters.sql import SqlStore, shares
from vanbang.ports import Conflict, Opening, StoredShare, TooMany
from vanbang.ports.holding import OPENINGS_A_DAY

DAY = 86_400


def found(store: SqlStore, share_id: str) -> tuple[StoredShare, bytes]:
    kept = store.share(share_id)
    assert kept is not None
    return kept


def test_what_belongs_to_a_record(store: SqlStore) -> None:
    """A share comes back by its id and with its record, may be added again, and is no other record's."""
    first, second = sealed(store, "u", "ab")
    made = StoredShare("id", first.id, 1, "job", 99, "holder")
    store.add_share(made, b"ciphertext")
    store.add_share(replace(made, purpose="study"), b"again")
    store.add_share(StoredShare("later", first.id, 5), b"c2")
    store.add_share(StoredShare("earlier", first.id, 3), b"c3")
    assert (store.share("id"), store.share("other")) == ((made, b"ciphertext"), None)
    assert [item.id for item in store.shares(first.key)] == ["id", "earlier", "later"]
    for record_id, share_id in ((second.id, "id"), (999, "new")):
        with pytest.raises(Conflict):
            store.add_share(StoredShare(share_id, record_id, 1), b"c")


def test_withdrawn(store: SqlStore) -> None:
    """The ciphertext goes, the row stays with its count and its first end; nobody withdraws another record's."""
    first, second = sealed(store, "u", "ab")
    store.add_share(StoredShare("id", first.id, 1), b"ciphertext")
    store.open_share("id", 2)
    for key, share_id in ((second.key, "id"), (first.key, "nothing")):
        with pytest.raises(Conflict):
            store.withdraw_share(key, share_id, 3)
    for at in (4, 9):
        store.withdraw_share(first.key, "id", at)
    assert found(store, "id") == (StoredShare("id", first.id, 1, withdrawn_at=4, opened=1, opened_at=2), b"")
    assert store.openings("id") == [Opening(2)]


def test_expired(store: SqlStore) -> None:
    """A share ends with its time; its ciphertext is gone after the next keeping, and the others stay."""
    (first,) = sealed(store, "u", "a")
    for name, until in (("week", 10), ("month", 20), ("ever", None)):
        store.add_share(StoredShare(name, first.id, 1, expires_at=until), b"c")
    assert [item.is_open(10) for item in store.shares(first.key)] == [True, True, False]
    assert (store.forget_expired_shares(10), store.forget_expired_shares(10)) == (1, 0)
    assert [found(store, name)[1] for name in ("week", "month", "ever")] == [b"", b"c", b"c"]
    store.withdraw_share(first.key, "week", 11)
    assert store.forget_expired_shares(12) == 0


def test_openings(store: SqlStore) -> None:
    """Each counts and leaves its time, newest first; two in one second are one line, and what is unknown is nothing."""
    (first,) = sealed(store, "u", "a")
    store.add_share(StoredShare("id", first.id, NOW), b"c")
    for at in (NOW, NOW, NOW + 5):
        store.open_share("id", at)
    store.open_share("nothing", NOW)
    kept, _ = found(store, "id")
    assert (kept.opened, kept.opened_at, store.openings("id")) == (3, NOW + 5, [Opening(NOW + 5), Opening(NOW)])


def test_a_flood_of_openings(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day leaves a bounded number of lines, all days together too: the oldest go, and the count is right."""
    monkeypatch.setattr(shares, "OPENINGS_KEPT", 25)
    (first,) = sealed(store, "u", "a")
    store.add_share(StoredShare("id", first.id, NOW), b"c")
    today = NOW - NOW % DAY
    for at in range(today, today + 30):
        store.open_share("id", at)
    assert len(store.openings("id")) == OPENINGS_A_DAY
    for at in range(today + DAY, today + DAY + 10):
        store.open_share("id", at)
    times = [opening.at for opening in store.openings("id")]
    assert (len(times), times[0], times[-1]) == (25, today + DAY + 9, today + 5)
    assert found(store, "id")[0].opened == 40


def test_who_says_who_he_is(store: SqlStore) -> None:
    """It stands beside the newest opening that has no name yet, of a moment ago."""
    (first,) = sealed(store, "u", "a")
    store.add_share(StoredShare("id", first.id, NOW), b"c")
    with pytest.raises(Conflict):
        store.name_visitor("id", b"nobody", 0)
    for at in (NOW, NOW + 9):
        store.open_share("id", at)
    store.name_visitor("id", b"second", NOW)
    store.name_visitor("id", b"first", NOW)
    assert [opening.visitor for opening in store.openings("id")] == [b"second", b"first"]
    for since in (NOW, NOW + 99):
        with pytest.raises(Conflict):
            store.name_visitor("id", b"third", since)


def test_how_many(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record has so many shares that can be opened, and so many at all; ended ones make room for the first."""
    monkeypatch.setattr(shares, "SHARES_AT_ONCE", 2)
    monkeypatch.setattr(shares, "SHARES_EVER", 4)
    first, second = sealed(store, "u", "ab")
    store.add_share(StoredShare("1", first.id, NOW, expires_at=NOW + 1), b"c")
    for name in ("2", "3"):
        store.add_share(StoredShare(name, first.id, NOW + 5), b"c")
    with pytest.raises(TooMany, match="no more than 2"):
        store.add_share(StoredShare("4", first.id, NOW + 5), b"c")
    store.withdraw_share(first.key, "2", NOW)
    store.add_share(StoredShare("4", first.id, NOW + 5), b"c")
    store.withdraw_share(first.key, "4", NOW)
    with pytest.raises(TooMany, match="no more than 4"):
        store.add_share(StoredShare("5", first.id, NOW + 5), b"c")
    store.add_share(StoredShare("5", second.id, NOW + 5), b"c")


def test_erased(store: SqlStore) -> None:
    """Of a share of an erased record only id, times and count stay; it cannot be told from a withdrawn one, and an
    opening that is counted late adds nothing."""
    first, _ = sealed(store, "u", "ab")
    store.add_share(StoredShare("id", first.id, NOW, "job", None, "holder"), b"c")
    store.open_share("id", NOW)
    store.name_visitor("id", b"Sao Mai", NOW)
    store.erase(first.id, NOW)
    store.open_share("id", NOW + 1)
    kept, ciphertext = found(store, "id")
    assert (kept.purpose, kept.maker, kept.is_open(NOW), ciphertext) == (None, None, False, b"")
    assert (kept.opened, store.openings("id")) == (1, [])
    assert store.shares(digest("a")) == [kept]
