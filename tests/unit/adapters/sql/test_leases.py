"""The store's contract for leases, and what a store under one may still write."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from small_house import INSTITUTION
from stored_things import NOW, attempt, receiving, record, sealed, transaction, upload
from vanbang.adapters.sql import SqlStore
from vanbang.ports import ApiKey, Lease, LeaseLost, Store, StoredRoot, StoredShare, Trouble


def taken(store: Store, holder: str = "a", seen: Lease | None = None) -> Lease:
    lease = store.take_lease("work", holder, seen)
    assert lease
    return lease


def test_taking(store: SqlStore) -> None:
    """A lease is one's at a time, lives by its beats, and every taking has a higher token."""
    assert (store.lease("work"), store.leases()) == (None, [])
    first = taken(store)
    assert first == Lease("work", "a", 1, 0) == store.lease("work")
    assert store.take_lease("work", "b") is None
    assert store.take_lease("work", "a") is None
    second = store.beat(store.beat(first))
    assert second == replace(first, beats=2) == store.lease("work")
    store.give_back(second)
    assert store.lease("work") == replace(second, holder="")
    assert taken(store, "b") == Lease("work", "b", 2, 0)
    other = store.take_lease("another", "a")
    assert store.leases() == [other, Lease("work", "b", 2, 0)]


def test_taking_over(store: SqlStore) -> None:
    """It takes the lease exactly as it was seen: a sign of life in between, and it stays where it is."""
    seen = store.beat(taken(store))
    alive = store.beat(seen)
    assert store.take_lease("work", "b", seen) is None
    over = taken(store, "b", alive)
    assert over == Lease("work", "b", 2, 0)
    assert store.take_lease("work", "c", alive) is None
    with pytest.raises(LeaseLost) as told:
        store.beat(alive)
    assert (told.value.name, told.value.code) == ("work", "lease_lost")
    store.give_back(alive)
    assert store.lease("work") == over


def test_a_beat_whose_answer_was_lost(store: SqlStore) -> None:
    """Given again, it is the same sign of life."""
    lease = taken(store)
    assert store.beat(lease) == store.beat(lease) == store.lease("work")


WRITES: list[Callable[[Store], Any]] = [
    lambda store: store.add_institution(replace(INSTITUTION, iss="https://new.example", code="N", slug="n")),
    lambda store: store.change_institution(INSTITUTION, INSTITUTION),
    lambda store: store.add_upload(upload("new")),
    lambda store: store.add_records({"b-v": [record("z")]}),
    lambda store: store.discard("v"),
    lambda store: store.accept(upload("v", accepted=1), ["b-v"], NOW),
    lambda store: store.finalise("b-u", b"m", None, 9),
    lambda store: store.mark(["b-u"], "FINAL", None, 5),
    lambda store: store.erase(1, NOW),
    lambda store: store.add_share(StoredShare("s", 1, NOW), b"c"),
    lambda store: store.add_status_root(INSTITUTION.iss, StoredRoot(1, b"m", "WAITING")),
    lambda store: store.add_transactions([replace(transaction(0), attempts=(attempt("a"),))]),
    lambda store: store.settle(1, "FINAL"),
    lambda store: store.add_api_key(ApiKey("k", b"s" * 32, None, "ministry", "", 1, 2)),
    lambda store: store.forget_answers(5),
    lambda store: store.note_troubles({"batch:b": Trouble("c", "t", 1)}, ()),
    lambda store: store.end_operation("nobody", "DONE", "", NOW),
    lambda store: store.expire_uploads(NOW + 9),
    lambda store: store.note("x", "y", {}),
]


def everything(store: SqlStore) -> list[Any]:
    records = [list(store.records(name)) for name in ("b-u", "b-v")]
    return [*records, store.batches(), store.uploads(), store.institutions(), store.audit_entries(), store.troubles()]


def test_a_lost_lease(store: SqlStore) -> None:
    """Whatever a store under a lease that another has by now tries to write, nothing is written; reading goes on."""
    sealed(store, "u", "ab")
    receiving(store, "v", "c")
    fenced = store.under(taken(store)).acting_as("late")
    taken(store, "b", store.lease("work"))
    before = everything(store)
    for work in WRITES:
        with pytest.raises(LeaseLost):
            work(fenced)
    assert everything(store) == before == everything(fenced)


def test_a_held_lease(store: SqlStore) -> None:
    """A store under a lease that is held writes as any other, also after signs of life; given back, no more."""
    lease = taken(store)
    fenced = store.acting_as("worker").under(lease)
    fenced.note("x", "one", {})
    lease = store.beat(lease)
    fenced.note("x", "two", {})
    assert [(line.actor, line.subject) for line in store.audit_entries()][-2:] == [("worker", "one"), ("worker", "two")]
    store.give_back(lease)
    with pytest.raises(LeaseLost):
        fenced.note("x", "three", {})


def test_taken_over_while_it_writes(store: SqlStore) -> None:
    """Who takes a lease over waits until the holder's transaction has ended: its work is seen, whole."""
    seen = taken(store)
    fenced = store.under(seen)
    before = len(store.audit_entries())
    found: list[tuple[Lease | None, int]] = []
    taker = Thread(target=lambda: found.append((store.take_lease("work", "b", seen), len(store.audit_entries()))))
    with fenced._writing() as session:
        taker.start()
        taker.join(0.3)
        assert found == []
        fenced._note(session, "x", "y")
    taker.join(60)
    assert found == [(Lease("work", "b", 2, 0), before + 1)]
