"""The store's contract for what is on its way to the chain."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from stored_things import URI, attempt, transaction
from vanbang.adapters.sql import SqlStore
from vanbang.core.status import StatusList
from vanbang.ports import Conflict, Receipt, StoredRoot, StoreError


def test_transactions(store: SqlStore) -> None:
    """A transaction comes back as it went in, a nonce belongs to one, and it is open until it is settled."""
    first = store.add_transaction(transaction(0), attempt("a"))
    assert first == replace(transaction(0), id=first.id, attempts=(attempt("a"),))
    with pytest.raises(Conflict):
        store.add_transaction(transaction(0), attempt("b"))
    store.add_transaction(transaction(0, chain=2), attempt("c"))
    store.add_transaction(transaction(5), attempt("d"))
    assert [store.next_nonce(chain, b"s" * 20) for chain in (1, 2, 3)] == [6, 1, 0]
    assert store.next_nonce(1, b"x" * 20) == 0
    receipt = Receipt(attempt("a").hash, 9, b"h" * 32, True, 21_000, b"c" * 20)
    store.settle(first.id, "MINED", receipt)
    assert store.transaction(first.id).receipt == receipt
    store.settle(first.id, "BROADCAST")
    assert store.transaction(first.id).receipt is None
    store.settle(first.id, "FINAL", receipt)
    assert [item.nonce for item in store.open_transactions()] == [0, 5]
    with pytest.raises(StoreError):
        store.transaction(999)


def test_status_roots(store: SqlStore) -> None:
    """Roots come by epoch, an epoch is used once, a list is added once."""
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    with pytest.raises(Conflict):
        store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    for epoch in (2, 1):
        store.add_status_root(INSTITUTION.iss, StoredRoot(epoch, b"m%d" % epoch, "WAITING"))
    with pytest.raises(Conflict):
        store.add_status_root(INSTITUTION.iss, StoredRoot(2, b"other", "WAITING"))
    number = store.add_transaction(transaction(0), attempt("a")).id
    store.settle_status_root(INSTITUTION.iss, 1, "SENT", number)
    expected = [StoredRoot(1, b"m1", "SENT", number), StoredRoot(2, b"m2", "WAITING")]
    assert store.status_roots(INSTITUTION.iss) == expected
    assert store.status_roots("https://nobody.example") == []


def test_deadlines_of_roots(store: SqlStore) -> None:
    """A root that waits gets a deadline, and a later one when that has passed; one under way keeps its own."""
    store.add_status_root(INSTITUTION.iss, StoredRoot(1, b"m", "WAITING"))
    for deadline in (50, 90):
        store.set_root_deadline(INSTITUTION.iss, 1, deadline)
    store.settle_status_root(INSTITUTION.iss, 1, "FINAL", None)
    for epoch in (1, 2):
        with pytest.raises(Conflict):
            store.set_root_deadline(INSTITUTION.iss, epoch, 120)
    assert store.status_roots(INSTITUTION.iss) == [StoredRoot(1, b"m", "FINAL", None, 90)]
