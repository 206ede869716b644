"""Private links and corrections: what a holder has, how a link ends, who is answered what."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from stored_things import NOW, digest, sealed
from vanbang.adapters.sql import SqlStore, holders
from vanbang.ports import Conflict, Correction, Holder, TooMany

ISS = INSTITUTION.iss
OWN = Holder("h1", b"t" * 32, ISS, NOW)
NATIONAL = Holder("h2", b"n" * 32, None, NOW)


def asked(number: str, record_id: int, at: int = NOW) -> Correction:
    return Correction(number, record_id, ISS, "ho_va_ten", b"question", at)


def test_what_a_holder_has(store: SqlStore) -> None:
    """Records stand in the order they were added, each once; a link made again is the one that is there."""
    store.add_holder(OWN, [digest("b"), digest("b")])
    store.hold("h1", [digest("a"), digest("b")], NOW + 1)
    assert store.held("h1") == [digest("b"), digest("a")]
    assert store.add_holder(replace(OWN, token_sha256=b"x" * 32), [digest("c")]) == OWN == store.holder("h1")
    assert (store.held("h1"), store.held("other"), store.holder("other")) == ([digest("b"), digest("a")], [], None)
    with pytest.raises(Conflict):
        store.hold("other", [digest("a")], NOW)


def test_lists_by_institution(store: SqlStore) -> None:
    """An institution finds its own links, behind a place; all together are everybody's."""
    for made in (NATIONAL, OWN):
        store.add_holder(made, [])
    assert store.holders(ISS) == [OWN]
    assert store.holders(None) == [OWN, NATIONAL]
    assert store.holders(None, "h1", 5) == [NATIONAL]


def test_renewed_and_ended(store: SqlStore) -> None:
    """A new token replaces the old one; an ended link stays ended since then and takes nothing any more."""
    store.add_holder(OWN, [])
    for at in (NOW + 1, NOW + 2):
        store.renew_holder("h1", b"u" * 32, at)
    assert store.holder("h1") == replace(OWN, token_sha256=b"u" * 32, renewed_at=NOW + 1)
    for at in (NOW + 3, NOW + 4):
        store.end_holder("h1", at)
    ended = store.holder("h1")
    assert ended is not None
    assert ended.ended_at == NOW + 3
    with pytest.raises(Conflict):
        store.renew_holder("h1", b"v" * 32, NOW)
    with pytest.raises(Conflict):
        store.hold("h1", [digest("a")], NOW)
    with pytest.raises(Conflict):
        store.end_holder("other", NOW)


def test_how_many_records(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """One link leads to so many diplomas; what is refused leaves no link behind."""
    monkeypatch.setattr(holders, "RECORDS_OF_HOLDER", 2)
    with pytest.raises(TooMany, match="no more than 2"):
        store.add_holder(OWN, [digest(word) for word in "abc"])
    assert store.holder("h1") is None
    store.add_holder(OWN, [digest("a"), digest("b")])
    store.hold("h1", [digest("a")], NOW)
    with pytest.raises(TooMany):
        store.hold("h1", [digest("c")], NOW)


def test_corrections(store: SqlStore) -> None:
    """They are found by institution, state, record and place; asked again, one is the same."""
    first, second = sealed(store, "u", "ab")
    for number, record_id, at in (("3", first.id, 5), ("2", second.id, 5), ("1", first.id, 9)):
        made = asked(number, record_id, at)
        assert store.ask_correction(made) == made == store.ask_correction(replace(made, claim="other"))
    assert [item.id for item in store.corrections(ISS, (), None, 9)] == ["2", "3", "1"]
    assert [item.id for item in store.corrections(None, ("ASKED",), (5, "2"), 1)] == ["3"]
    assert (
        store.corrections("https://other.example", (), None, 9) == store.corrections(ISS, ("ACCEPTED",), None, 9) == []
    )
    assert [item.id for item in store.corrections_of(first.key)] == ["3", "1"]
    assert (store.correction("1"), store.correction("7")) == (asked("1", first.id, 9), None)


def test_answers(store: SqlStore) -> None:
    """The first answer stays; one that says otherwise is a conflict, as is one to nothing."""
    (first,) = sealed(store, "u", "a")
    store.ask_correction(asked("1", first.id))
    done = store.answer_correction("1", "DECLINED", b"because", 9)
    assert done == replace(asked("1", first.id), state="DECLINED", answer=b"because", answered_at=9)
    assert store.answer_correction("1", "DECLINED", b"again", 11) == done == store.correction("1")
    for number in ("1", "7"):
        with pytest.raises(Conflict):
            store.answer_correction(number, "ACCEPTED", b"yes", 12)


def test_how_many_corrections(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many of a record wait at a time, and so many there are ever; an answer makes room for the next."""
    monkeypatch.setattr(holders, "CORRECTIONS_AT_ONCE", 1)
    monkeypatch.setattr(holders, "CORRECTIONS_EVER", 2)
    (first,) = sealed(store, "u", "a")
    store.ask_correction(asked("1", first.id))
    with pytest.raises(TooMany, match="wait"):
        store.ask_correction(asked("2", first.id))
    for number in ("1", "2"):
        store.ask_correction(asked(number, first.id))
        store.answer_correction(number, "ACCEPTED", b"", 9)
    with pytest.raises(TooMany, match="no more than 2"):
        store.ask_correction(asked("3", first.id))


def test_erased(store: SqlStore) -> None:
    """Nobody holds an erased record, what was asked of it is gone, and nothing is asked of it any more."""
    first, second = sealed(store, "u", "ab")
    store.add_holder(OWN, [first.key, second.key])
    for record in (first, second):
        store.ask_correction(asked(f"of {record.id}", record.id))
    store.erase(first.id, NOW)
    assert store.held("h1") == [second.key]
    assert [item.record for item in store.corrections(None, (), None, 9)] == [second.id]
    with pytest.raises(Conflict):
        store.ask_correction(asked("2", first.id))
