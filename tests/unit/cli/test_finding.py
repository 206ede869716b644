"""find and index, on the command line."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from sqlalchemy import text

from small_house import INDEX_KEY, INSTITUTION, KIND, MemoryStore, Silent, accept, new_store, rows
from vanbang.adapters.sql import SqlStore
from vanbang.cli import finding
from vanbang.core.errors import FormatError
from vanbang.notary.publishing import NotIssued
from vanbang.notary.records import blind_key, blind_learner
from vanbang.notary.sealing import seal

PERSON = next(row.cells for row in rows(10) if row.cells["so_ddcn"])
OTHER = next(row.cells for row in rows(10) if row.cells != PERSON)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """A house with ten sealed diplomas, which the commands open."""
    store = new_store(tmp_path)
    seal(store, MemoryStore(), KIND, accept(store, rows(10)), 5, Silent())
    known = {INSTITUTION.code: INSTITUTION}
    house = SimpleNamespace(store=store, index_key=INDEX_KEY, institution=known.__getitem__)

    @contextmanager
    def opened(_: Path) -> Iterator[Any]:
        yield house

    monkeypatch.setattr(finding, "open_house", opened)
    return store


def test_by_any_number(store: SqlStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Serial, learner and citizen number find the same diploma; the last is read from the input as well."""
    monkeypatch.setattr("sys.stdin", io.StringIO(PERSON["so_ddcn"] + "\n"))
    asked = (
        {"serial": PERSON["so_hieu_vbcc"], "code": INSTITUTION.code},
        {"learner": PERSON["ma_nguoi_hoc"]},
        {"citizen": PERSON["so_ddcn"], "code": INSTITUTION.code},
        {"citizen": "-"},
    )
    found = []
    for given in asked:
        finding.find(**given, as_json=True)
        found.append(json.loads(capsys.readouterr().out)["found"])
    assert [len(items) for items in found] == [1] * 4
    assert all(items == found[0] for items in found)
    one = found[0][0]
    assert (one["issuer"], one["type"], one["edition"], one["status"]) == (INSTITUTION.code, KIND.name, 1, "valid")
    finding.find(learner=PERSON["ma_nguoi_hoc"])
    assert one["id"] in capsys.readouterr().out


def test_nobody(store: SqlStore, capsys: pytest.CaptureFixture[str]) -> None:
    """A number under which nothing is known ends with status 1; none, several or a wrong one say what to give."""
    with pytest.raises(typer.Exit) as ended:
        finding.find(citizen="001204999999", as_json=True)
    assert (ended.value.exit_code, json.loads(capsys.readouterr().out)) == (1, {"found": [], "unreadable": []})
    for given in ({}, {"serial": "1", "learner": "1"}, {"serial": "1"}, {"citizen": "1"}):
        with pytest.raises(FormatError):
            finding.find(**given)
    with pytest.raises(NotIssued):
        finding.find(serial="1", code=INSTITUTION.code)


def key_of(row: Mapping[str, str]) -> bytes:
    return blind_key(INDEX_KEY, KIND, f"{INSTITUTION.code}\x1f{row['so_hieu_vbcc']}")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record SET ciphertext = x'00' WHERE id = :id",
        "UPDATE record SET ciphertext = CAST(x'ff' AS TEXT) WHERE id = :id",
        "UPDATE record SET ciphertext = 7 WHERE id = :id",
        "UPDATE record SET secret = 'text' WHERE id = :id",
    ],
)
def test_a_damaged_record_is_told(store: SqlStore, capsys: pytest.CaptureFixture[str], change: str) -> None:
    """Beside what is found stands on standard error, in both languages, which record does not open; by its own serial
    number it is still found."""
    (batch,) = store.batches_page(iss=None, states=(), upload=None, after=None, limit=2)
    broken = next(record for record in store.records(batch.id) if record.key != key_of(PERSON))
    with store._writing() as session:
        index = blind_learner(INDEX_KEY, PERSON["ma_nguoi_hoc"])
        session.execute(text("UPDATE record_learner SET learner = :index"), {"index": index})
        session.execute(text(change), {"id": broken.id})
    finding.find(learner=PERSON["ma_nguoi_hoc"])
    said = capsys.readouterr()
    assert key_of(PERSON).hex() in said.out
    for words in ("không đọc được", "may be this person's too, but cannot be read", "changed: 1;", broken.key.hex()):
        assert words in said.err, words
    damage, asked = store.audit_entries(limit=100)[-2:]
    assert (damage.action, damage.subject) == ("record.unreadable", f"record/{broken.id}")
    assert asked.facts == '{"by":"learner","found":1,"unreadable":1}'
    finding.find(learner=PERSON["ma_nguoi_hoc"], as_json=True)
    assert json.loads(capsys.readouterr().out)["unreadable"] == [broken.key.hex()]
    serial = next(row.cells["so_hieu_vbcc"] for row in rows(10) if key_of(row.cells) == broken.key)
    finding.find(serial=serial, code=INSTITUTION.code)
    assert broken.key.hex() in capsys.readouterr().out


def test_diplomas_of_an_earlier_version(store: SqlStore, capsys: pytest.CaptureFixture[str]) -> None:
    """What was taken in without indexes is found once they are made, and they are made once; what does not open is
    told."""
    with store._writing() as session:
        for statement in (
            "DELETE FROM record_learner",
            "DELETE FROM record_citizen",
            "UPDATE record SET learner = NULL, citizen = NULL",
        ):
            session.execute(text(statement))
    with pytest.raises(typer.Exit):
        finding.find(learner=PERSON["ma_nguoi_hoc"])
    with store._writing() as session:
        session.execute(text("UPDATE record SET ciphertext = x'00' WHERE key = :key"), {"key": key_of(OTHER)})
    finding.index()
    finding.index(as_json=True)
    said = capsys.readouterr()
    assert ("indexed: 9" in said.out, '"indexed": 0' in said.out, "+9" in said.err) == (True, True, True)
    assert ("stored was changed: 1;" in said.err, '"unreadable": 1' in said.out) == (True, True)
    finding.find(learner=PERSON["ma_nguoi_hoc"])
    assert KIND.name in capsys.readouterr().out
