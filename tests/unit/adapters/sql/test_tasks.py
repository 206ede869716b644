"""The store's contract for operations, changes of status, signatures and registers."""

from dataclasses import replace
from typing import Any

import pytest

from small_house import INSTITUTION
from stored_things import NOW, URI, sealed
from vanbang.adapters.sql import SqlStore
from vanbang.ports import Conflict, HandedIn, Operation, RegisterEntry, StatusChange, StoreError

ISS = INSTITUTION.iss


def test_operations(store: SqlStore) -> None:
    """An operation is stored once, waits in its turn, and ends once."""
    first = Operation("o2", "add_key", ISS, "{}", "api:k", NOW)
    second = replace(first, id="o1", created_at=NOW + 1)
    for operation in (second, first):
        assert store.add_operation(operation) == operation
    assert store.add_operation(replace(first, kind="end_key")) == first
    assert store.waiting_operations() == [first, second]
    store.end_operation("o2", "FAILED", "call_reverted: no", NOW + 5)
    store.end_operation("o2", "DONE", "", NOW + 9)
    assert store.operation("o2") == replace(first, state="FAILED", error="call_reverted: no", finished_at=NOW + 5)
    assert store.waiting_operations() == [second]
    assert store.operation("nobody") is None
    with pytest.raises(StoreError):
        store.end_operation("nobody", "DONE", "", NOW)


def change(store: SqlStore, name: str = "c1") -> StatusChange:
    """A change of a sealed record, proposed."""
    (record,) = sealed(store, f"u-{name}", [name], first=len(store.batches()))
    return propose(store, StatusChange(name, ISS, record.id, 1, "withdrawn", "QĐ 12", "api:a", NOW))


def propose(store: SqlStore, change: StatusChange, seen: int = 0) -> StatusChange:
    return store.propose_changes([change], {change.record: seen})[0]


def decide(store: SqlStore, name: str, *decision: Any) -> StatusChange:
    return store.decide_changes([name], *decision)[0]


def test_a_change_by_two(store: SqlStore) -> None:
    """Who proposes does not decide; a decision stays, and may be given again."""
    proposed = change(store)
    assert propose(store, replace(proposed, status=2)) == proposed
    for state in ("APPROVED", "REJECTED"):
        with pytest.raises(Conflict, match="another person"):
            decide(store, "c1", state, "api:a", NOW)
    done = decide(store, "c1", "APPROVED", "api:b", NOW + 1)
    assert done == replace(proposed, state="APPROVED", approved_by="api:b", approved_at=NOW + 1)
    assert decide(store, "c1", "APPROVED", "api:c", NOW + 2) == done == store.change("c1")
    with pytest.raises(Conflict, match="otherwise"):
        decide(store, "c1", "REJECTED", "api:b", NOW)
    with pytest.raises(Conflict):
        decide(store, "nobody", "APPROVED", "api:b", NOW)
    assert store.change("nobody") is None


def test_one_open_change_for_a_record(store: SqlStore) -> None:
    """A record has one change that is open; when that is rejected or applied there may be another."""
    first = change(store)
    with pytest.raises(Conflict):
        propose(store, replace(first, id="c2"))
    decide(store, "c1", "REJECTED", "api:b", NOW)
    propose(store, replace(first, id="c2"))
    decide(store, "c2", "APPROVED", "api:b", NOW)
    with pytest.raises(Conflict):
        propose(store, replace(first, id="c3"))
    store.apply_changes(ISS, ["c2"], {})
    propose(store, replace(first, id="c3"))
    with pytest.raises(Conflict):
        propose(store, replace(first, id="c4", record=999))


def test_a_status_that_changed_meanwhile(store: SqlStore) -> None:
    """A proposal that was made of another status than the list says now is not stored."""
    first = change(store)
    decide(store, "c1", "APPROVED", "api:b", NOW)
    store.apply_changes(ISS, ["c1"], {URI: b"\x01" + bytes(32_767)})
    with pytest.raises(Conflict, match="meanwhile"):
        propose(store, replace(first, id="c2", status=2))
    assert store.change("c2") is None
    assert propose(store, replace(first, id="c3", status=2), 1).state == "PROPOSED"


def test_pages_of_changes(store: SqlStore) -> None:
    """Changes come by id, behind the last one seen, of one institution, in some states."""
    first, second = change(store, "c1"), change(store, "c2")
    approved = decide(store, "c2", "APPROVED", "api:b", NOW)
    assert store.changes(None, ()) == [first, approved]
    assert store.changes(ISS, ("APPROVED",)) == [approved]
    assert store.changes(ISS, ("PROPOSED", "APPROVED"), after="c1", limit=5) == [approved]
    assert store.changes("nobody", ()) == []
    assert store.changes(None, (), limit=1) == [first]
    assert second.state == "PROPOSED"


def test_applying(store: SqlStore) -> None:
    """Bits and changes go together: with one change that is not approved, or a list of another, nothing happens."""
    change(store, "c1")
    change(store, "c2")
    decide(store, "c1", "APPROVED", "api:b", NOW)
    bits = {URI: b"\x01" + bytes(32_767)}
    refused = [(ISS, ["c1", "c2"], bits), ("nobody", ["c1"], bits), (ISS, ["c1"], {"nothing": b""}), (ISS, ["x"], {})]
    for iss, names, new in refused:
        with pytest.raises(Conflict):
            store.apply_changes(iss, names, new)
    assert not any(store.status_lists(ISS)[0][0].bits)
    store.apply_changes(ISS, ["c1"], bits)
    assert store.status_lists(ISS)[0][0].bits == bits[URI]
    assert [item.state for item in store.changes(ISS, ())] == ["APPLIED", "PROPOSED"]
    assert decide(store, "c1", "APPROVED", "api:b", NOW).state == "APPLIED"
    with pytest.raises(Conflict):
        store.apply_changes(ISS, ["c1"], bits)


def test_signatures(store: SqlStore) -> None:
    """Signatures over a digest come by signer; the first of each signer stays."""
    first = HandedIn(b"d" * 32, b"b" * 20, b"s" * 65, "Lê Thị Hoa", "Hiệu trưởng", NOW)
    second = replace(first, signer=b"a" * 20)
    for given in (first, second, replace(first, signature=b"x" * 65)):
        store.hand_in(given)
    assert store.handed_in(b"d" * 32) == [second, first]
    assert store.handed_in(b"e" * 32) == []


def test_registers(store: SqlStore) -> None:
    """A register is replaced as a whole by who knows the one before; its lines come in order."""
    lines = [
        RegisterEntry("signer", "", "Lê Thị Hoa", "Hiệu trưởng", "2020-01-01"),
        RegisterEntry("programme", "7480201", "Công nghệ thông tin"),
        RegisterEntry("programme", "7480201", "Công nghệ thông tin", since="2024-09-01"),
        RegisterEntry("programme", "7340101", "Quản trị kinh doanh", until="2025-08-31"),
    ]
    assert store.register(ISS) == []
    store.replace_register(ISS, [], lines)
    ordered = [lines[3], lines[1], lines[2], lines[0]]
    assert store.register(ISS) == ordered
    store.replace_register(ISS, lines, ordered)
    with pytest.raises(Conflict):
        store.replace_register(ISS, [], lines[:1])
    with pytest.raises(Conflict):
        store.replace_register(ISS, ordered, [lines[0], lines[0]])
    assert store.register(ISS) == ordered
    store.replace_register(ISS, ordered, [lines[0], replace(lines[1], until="2026-01-01")])
    assert store.register(ISS) == [replace(lines[1], until="2026-01-01"), lines[0]]
    assert store.register("nobody") == []
