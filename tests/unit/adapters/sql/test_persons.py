"""Records found by whose they are."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import func, select

from small_house import INSTITUTION
from stored_things import NOW, URI, place, placed_records, receiving, record, upload
from vanbang.adapters.sql import SqlStore, opened_store
from vanbang.adapters.sql.copying import copy_database
from vanbang.adapters.sql.copying_rows import copy_from_server
from vanbang.adapters.sql.tables import CitizenRow, LearnerRow
from vanbang.core.status import StatusList
from vanbang.ports import DatabaseServer, NewRecord, PersonIndexes, SealedBatch, StoredRecord

LEARNER, OTHERS = b"learner1", b"learner2"
ALL = [
    record("a")._replace(learner=LEARNER, citizen=7),
    record("b")._replace(learner=OTHERS, citizen=7),
    record("c")._replace(learner=LEARNER, citizen=2**20 - 1),
    record("d")._replace(citizen=0),
    record("e"),
]


def issued(store: SqlStore, records: list[NewRecord], name: str = "u") -> list[StoredRecord]:
    """The records of a sealed batch, as stored."""
    batch = receiving(store, name, "")
    store.add_records({batch.id: records})
    store.accept(replace(upload(name), state="ACCEPTED", accepted=len(records)), [batch.id], NOW)
    if not store.status_lists(INSTITUTION.iss):
        store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    stored = list(store.records(batch.id))
    place(store, batch.id, placed_records(stored))
    store.seal(SealedBatch(batch.id, NOW, record(name).key, len(stored), bytes(32)))
    return list(store.records(batch.id))


def entries(store: SqlStore) -> int:
    """How many blind indexes of persons there are."""
    with store._writing() as session:
        return sum(session.exec(select(func.count()).select_from(table)).one() for table in (LearnerRow, CitizenRow))


def test_whose_records_they_are(store: SqlStore) -> None:
    """All sealed records under an index come by id, page by page, of one institution or of all."""
    waiting = receiving(store, "w", "")
    store.add_records({waiting.id: [record("w")._replace(learner=LEARNER, citizen=7)]})
    found = issued(store, ALL)
    for iss in (None, INSTITUTION.iss):
        assert store.of_learner(LEARNER, iss, 0, 9) == [found[0], found[2]]
        assert store.of_citizen(7, iss, 0, 9) == [found[0], found[1]]
        assert store.of_learner(LEARNER, iss, found[0].id, 9) == [found[2]]
        assert store.of_citizen(7, iss, 0, 1) == [found[0]]
        assert (store.of_citizen(2**20 - 1, iss, 0, 9), store.of_citizen(0, iss, 0, 9)) == ([found[2]], [found[3]])
    assert store.of_learner(LEARNER, "https://other.example", 0, 9) == []
    assert store.of_citizen(7, "https://other.example", 0, 9) == []
    store.accept(replace(upload("w"), state="ACCEPTED", accepted=1), [waiting.id], NOW)
    assert len(store.of_learner(LEARNER, None, 0, 9)) == 2


def test_erasing_removes_the_indexes(store: SqlStore) -> None:
    """An erased record is not found by its person any more, nor is there anything of these indexes; others' stay."""
    found = issued(store, ALL)
    for number in (0, 3, 4):
        store.erase(found[number].id, NOW)
    assert (store.of_learner(LEARNER, None, 0, 9), store.of_citizen(7, None, 0, 9)) == ([found[2]], [found[1]])
    assert store.of_citizen(0, None, 0, 9) == []
    assert entries(store) == 4
    assert store.without_persons(0) == ([], found[-1].id)


@pytest.mark.parametrize("before", [0, 150])
def test_an_entry_in_an_unused_place(file_store: SqlStore, file: Path, before: int) -> None:
    """A copy of an index's entry that SQLite left behind somewhere is found, and the file written anew without it."""
    found = issued(file_store, [*(record(str(number)) for number in range(before)), *ALL])
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("CREATE TABLE elsewhere (copy BLOB, record INTEGER, PRIMARY KEY (copy, record)) WITHOUT ROWID")
        raw.execute("INSERT INTO elsewhere VALUES (?, ?)", (OTHERS, found[before + 1].id))
        raw.execute("DELETE FROM elsewhere")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert file.read_bytes().count(OTHERS) == 3
    file_store.erase(found[before + 1].id, NOW)
    assert OTHERS not in file.read_bytes()


def test_a_copy_without_secrets_names_nobody(store: SqlStore, where: Path | DatabaseServer, tmp_path: Path) -> None:
    """A copy whose records cannot be opened has no blind index of a person either: they would outlive an erasure."""
    issued(store, ALL)
    copy = tmp_path / "copy.sqlite"
    if isinstance(where, Path):
        copy_database(where, copy, without_secrets=True)
    else:
        copy_from_server(where, copy, without_secrets=True)
    assert LEARNER not in copy.read_bytes()
    assert OTHERS not in copy.read_bytes()
    with opened_store(copy) as copied:
        assert entries(copied) == 0
        assert len(list(copied.records("b-u"))) == len(ALL)


def test_discarding_removes_the_indexes(store: SqlStore) -> None:
    """What was entered of a list that is refused goes with it."""
    batch = receiving(store, "u", "")
    store.add_records({batch.id: ALL})
    assert store._enter_some(batch.id)
    assert entries(store) == 7
    store.discard("u")
    assert entries(store) == 0


def test_records_from_before_there_were_indexes(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked for in steps, given indexes once, and found; one that is erased meanwhile is left alone."""
    monkeypatch.setattr("vanbang.adapters.sql.persons.LOOKED_THROUGH", 3)
    found = issued(store, [record(word) for word in "abcd"])
    first, last = store.without_persons(0)
    assert ([item.id for item in first], last) == ([item.id for item in found[:3]], found[2].id)
    assert store.without_persons(last) == ([found[3]], found[3].id)
    assert store.without_persons(found[3].id) == ([], found[3].id)
    store.erase(found[1].id, NOW)
    new = [PersonIndexes(item.id, LEARNER, None if item is found[0] else 9) for item in found[:3]]
    assert store.add_persons(new) == 2
    assert store.add_persons(new) == store.add_persons([]) == 0
    assert [item.id for item in store.of_learner(LEARNER, None, 0, 9)] == [found[0].id, found[2].id]
    assert [item.id for item in store.of_citizen(9, None, 0, 9)] == [found[2].id]
    assert store.without_persons(0) == ([], found[2].id)
    store.erase(found[2].id, NOW)
    assert entries(store) == 1
