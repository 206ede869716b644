"""The store's contract for status lists, and status roots on their way to the chain."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from stored_things import URI, attempt, transaction
from vanbang.adapters.sql import SqlStore
from vanbang.core.status import StatusList
from vanbang.ports import Conflict, StoredRoot


def test_status_roots(store: SqlStore) -> None:
    """Roots come by epoch, an epoch is used once, a list is added once."""
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    with pytest.raises(Conflict):
        store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    for epoch in (2, 1):
        store.add_status_root(INSTITUTION.iss, StoredRoot(epoch, b"m%d" % epoch, "WAITING"))
    with pytest.raises(Conflict):
        store.add_status_root(INSTITUTION.iss, StoredRoot(2, b"other", "WAITING"))
    number = store.add_transactions([replace(transaction(0), attempts=(attempt("a"),))])[0].id
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


def test_roots_of_all_issuers(store: SqlStore) -> None:
    """Of each issuer the oldest root that is not final and the newest that is, by issuer, page by page."""
    others = [replace(INSTITUTION, iss=f"https://{name}.example", code=name, slug=name) for name in "cab"]
    for other in others:
        store.add_institution(other)
    states = {"a": ("FINAL", "FINAL", "SENT", "WAITING"), "b": ("WAITING",), "c": ("FINAL",)}
    for name, words in states.items():
        for epoch, state in enumerate(words, 1):
            store.add_status_root(f"https://{name}.example", StoredRoot(epoch, name.encode(), state))
    opened = [("https://a.example", StoredRoot(3, b"a", "SENT")), ("https://b.example", StoredRoot(1, b"b", "WAITING"))]
    final = [("https://a.example", StoredRoot(2, b"a", "FINAL")), ("https://c.example", StoredRoot(1, b"c", "FINAL"))]
    assert store.open_status_roots() == opened
    assert store.final_status_roots("", 10) == final
    assert store.final_status_roots("", 1) == final[:1]
    assert [store.final_status_root(iss) for iss, _ in final] == [root for _, root in final]
    assert store.final_status_root("https://nobody.example") is None
    assert store.final_status_roots("https://a.example", 5) == final[1:]


def test_roots_that_wait_are_replaced(store: SqlStore) -> None:
    """All roots that wait give way to one, at once; not if another came meanwhile, nor for an epoch that is taken."""
    for epoch, state in enumerate(("FINAL", "WAITING", "WAITING"), 1):
        store.add_status_root(INSTITUTION.iss, StoredRoot(epoch, b"m%d" % epoch, state))
    for epochs, epoch in (([2], 4), ([], 4), ([2, 3], 1)):
        with pytest.raises(Conflict):
            store.replace_status_roots(INSTITUTION.iss, epochs, StoredRoot(epoch, b"new", "WAITING"))
    store.replace_status_roots(INSTITUTION.iss, [2, 3], StoredRoot(3, b"new", "WAITING"))
    assert [(root.epoch, root.manifest) for root in store.status_roots(INSTITUTION.iss)] == [(1, b"m1"), (3, b"new")]
