"""What records are found by, beside the records: whatever is lost, left over or astray is found."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from small_house import INSTITUTION
from stored_things import NOW, URI, digest, place, placed_records, receiving, record, upload
from vanbang.adapters.sql import SqlStore, entries
from vanbang.core.status import StatusList
from vanbang.notary.auditing.entries import check_entries
from vanbang.ports import NewRecord, SealedBatch
from vanbang.ports.entries import BY_CITIZEN, BY_KEY, BY_LEARNER, Amiss

LEARNER = b"learner1"


def arrived(store: SqlStore, name: str, records: list[NewRecord], *, is_accepted: bool = True) -> str:
    """A batch with records, of an upload of its own."""
    batch = receiving(store, name, "")
    store.add_records({batch.id: records})
    if is_accepted:
        store.accept(replace(upload(name), state="ACCEPTED", accepted=len(records)), [batch.id], NOW)
    return batch.id


def change(store: SqlStore, statement: str, **values: Any) -> None:
    with store._writing() as session:
        session.execute(text(statement), values)


@pytest.fixture
def filled(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """Eight records in pages of three: five sealed, of which number 1 is erased, two accepted, one that just came; of
    citizens there is the number 0 as well, which looks as what is erased."""
    monkeypatch.setattr(entries, "LOOKED_THROUGH", 3)
    people = [record(word)._replace(learner=LEARNER, citizen=0) for word in "abc"]
    batch = arrived(store, "first", [*people, record("d")._replace(citizen=7), record("e")])
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    place(store, batch, placed_records(list(store.records(batch))))
    store.seal(SealedBatch(batch, NOW, digest("root"), 5, digest("t")))
    store.erase(1, NOW)
    arrived(store, "second", [record("f")._replace(learner=LEARNER), record("a")._replace(edition=2)])
    arrived(store, "third", [record("g")._replace(learner=LEARNER, citizen=7)], is_accepted=False)
    return store


def test_nothing_is_amiss(filled: SqlStore) -> None:
    """Accepted, sealed, erased and arriving records have what they should have, page by page."""
    assert list(check_entries(filled)) == []
    found = [filled.compared(behind) for behind in (0, 3, 6, 8)]
    assert [page.last for page in found] == [3, 6, 8, 8]
    assert [page.entered for page in found[:3]] == [
        {BY_KEY: 3, BY_LEARNER: 2, BY_CITIZEN: 2},
        {BY_KEY: 3, BY_LEARNER: 1, BY_CITIZEN: 1},
        {BY_KEY: 1, BY_LEARNER: 0, BY_CITIZEN: 0},
    ]
    assert {index: filled.entries(index) for index in entries.INDEXES} == {BY_KEY: 7, BY_LEARNER: 3, BY_CITIZEN: 3}


def test_a_list_that_is_being_accepted(filled: SqlStore) -> None:
    """What is entered of it by now is no surplus, and before that nothing is missing."""
    assert filled._enter_some("b-third")
    assert list(check_entries(filled)) == []
    assert filled.compared(6).entered == {BY_KEY: 2, BY_LEARNER: 1, BY_CITIZEN: 1}
    filled.discard("third")
    assert list(check_entries(filled)) == []


KEY, LEARNERS, CITIZEN = "its key", "its learner number", "its citizen number"
LOST, LEFT, ASTRAY = "is not found by {}", "is found by {}, and must not be", "is found by what is not {}"
AMISS = {
    "DELETE FROM record_key WHERE record = 7": [(7, LOST, KEY)],
    "DELETE FROM record_learner WHERE record = 6": [(6, LOST, LEARNERS)],
    "DELETE FROM record_citizen": [(number, LOST, CITIZEN) for number in (2, 3, 4)],
    "INSERT INTO record_citizen VALUES (:zero, 1)": [(1, LEFT, CITIZEN)],
    "INSERT INTO record_learner VALUES (:learner, 1)": [(1, ASTRAY, LEARNERS)],
    "INSERT INTO record_learner VALUES (:learner, 8)": [(8, LEFT, LEARNERS)],
    "INSERT INTO record_key VALUES (:learner, 1, 99)": [(99, ASTRAY, KEY)],
    "INSERT INTO record_key SELECT key, edition + 5, record FROM record_key": [(n, ASTRAY, KEY) for n in range(1, 8)],
    "UPDATE record_key SET record = 3 WHERE record = 2": [(2, LOST, KEY), (3, ASTRAY, KEY)],
    "UPDATE record SET learner = :other WHERE id = 6": [(6, LOST, LEARNERS), (6, ASTRAY, LEARNERS)],
    "DELETE FROM record WHERE id = 4": [(4, ASTRAY, KEY), (4, ASTRAY, CITIZEN)],
}
"""What is done to the tables one after the other, the indexes being made anew each time."""
ANEW = (
    "DELETE FROM record_key",
    "DELETE FROM record_learner",
    "DELETE FROM record_citizen",
    "INSERT INTO record_key SELECT key, edition, id FROM record WHERE id < 8",
    "INSERT INTO record_learner SELECT learner, id FROM record WHERE learner IS NOT NULL AND id IN (2, 3, 6)",
    "INSERT INTO record_citizen SELECT citizen, id FROM record WHERE id IN (2, 3, 4)",
)


def test_what_is_amiss_is_found(filled: SqlStore) -> None:
    """An entry that is lost, of an erased or an arriving record, astray, or of no record at all is told with its
    record, and nothing else is."""
    values = {"zero": bytes(3), "learner": LEARNER, "other": b"learner2"}
    for statement, told in AMISS.items():
        change(filled, statement, **{name: value for name, value in values.items() if f":{name}" in statement})
        found = sorted(check_entries(filled))
        assert found == sorted((f"record/{number}", how.format(what)) for number, how, what in told), statement
        for again in ANEW:
            change(filled, again)


def test_a_lost_entry_hinders_no_erasure(filled: SqlStore) -> None:
    """What must be forgotten is forgotten, whatever of it is gone already; then nothing is amiss any more."""
    lost = {2: "DELETE FROM record_learner WHERE record = 2", 3: "DELETE FROM record_citizen WHERE record = 3"}
    for number, statement in lost.items():
        change(filled, statement)
        assert [place for place, _ in check_entries(filled)] == [f"record/{number}"]
        filled.erase(number, NOW)
        assert list(check_entries(filled)) == []


def test_where_it_is_amiss(filled: SqlStore) -> None:
    """A page names each record and index once, and which way it is."""
    change(filled, "DELETE FROM record_key WHERE record = 2")
    change(filled, "INSERT INTO record_citizen VALUES (:zero, 1)", zero=bytes(3))
    assert filled.compared(0).amiss == [Amiss(1, BY_CITIZEN, True), Amiss(2, BY_KEY, False)]


def test_strays_page_by_page(filled: SqlStore) -> None:
    """Entries of no record's own are told in the order of their index, each once, to its end."""
    change(filled, "INSERT INTO record_learner SELECT learner, record + 90 FROM record_learner")
    found, behind = filled.strays(BY_LEARNER, None)
    assert (found, behind) == ([], (LEARNER, 6))
    assert filled.strays(BY_LEARNER, behind) == ([92, 93, 96], (LEARNER, 96))
    assert filled.strays(BY_LEARNER, (LEARNER, 96)) == ([], None)
