"""The store's contract for troubles and incidents."""

from dataclasses import replace

from small_house import INSTITUTION
from vanbang.adapters.sql import SqlStore
from vanbang.ports import Incident, Trouble

UNSURE = Trouble("ledger_unsure", "waiting for 2 of 3 endpoints to agree", 10)
EMPTY = Trouble("empty_wallet", "the account cannot pay", 12)
GONE = Incident("anchor_gone", INSTITUTION.iss, "b-1", "the anchor is gone", 20)


def test_troubles(store: SqlStore) -> None:
    """They are kept by subject; the same kind again keeps its time, another replaces it, what is over goes."""
    store.note_troubles({"batch:1": UNSURE, "issuer:x": EMPTY}, ["batch:1", "batch:2"])
    assert store.troubles() == {"batch:1": UNSURE, "issuer:x": EMPTY}
    store.note_troubles({"batch:1": replace(UNSURE, since=99), "batch:2": EMPTY}, ())
    assert store.troubles() == {"batch:1": UNSURE, "batch:2": EMPTY, "issuer:x": EMPTY}
    other = replace(UNSURE, text="waiting for 1 of 3 endpoints to agree", since=50)
    store.note_troubles({"batch:1": other}, ["batch:2", "nobody"])
    assert store.troubles() == {"batch:1": replace(other, since=10), "issuer:x": EMPTY}
    store.note_troubles({"batch:1": replace(EMPTY, since=60)}, ())
    assert store.troubles() == {"batch:1": replace(EMPTY, since=60), "issuer:x": EMPTY}


def test_the_first_subject_counts(store: SqlStore) -> None:
    """Of several subjects the first that has a trouble tells it."""
    store.note_troubles({"issuer:x": EMPTY, "chain:1": UNSURE}, ())
    assert store.trouble("batch:1", "issuer:x", "chain:1") == EMPTY
    assert store.trouble("chain:1", "issuer:x") == UNSURE
    assert store.trouble("batch:1") is store.trouble() is None


def test_incidents(store: SqlStore) -> None:
    """One is open once, and may come again after it ended; all are kept, in order, and stand in the audit log."""
    for again in (GONE, replace(GONE, at=30, text="said otherwise"), replace(GONE, subject="b-2")):
        store.add_incident(again)
    store.end_incident("anchor_gone", INSTITUTION.iss, "b-1", 40)
    store.end_incident("anchor_gone", INSTITUTION.iss, "b-1", 50)
    store.end_incident("anchor_gone", INSTITUTION.iss, "nothing", 50)
    store.add_incident(replace(GONE, at=60))
    found = store.incidents()
    assert [replace(item, id=0) for item in found] == [
        replace(GONE, ended_at=40),
        replace(GONE, subject="b-2"),
        replace(GONE, at=60),
    ]
    assert sorted({item.id for item in found}) == [item.id for item in found]
    lines = [line.action for line in store.audit_entries() if line.action.startswith("incident")]
    assert lines == ["incident.began", "incident.began", "incident.ended", "incident.began"]
