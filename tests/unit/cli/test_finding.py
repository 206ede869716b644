"""find and index, on the command line."""

import io
import json
from collections.abc import Iterator
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
from vanbang.notary.sealing import seal

PERSON = next(row.cells for row in rows(10) if row.cells["so_ddcn"])


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
    assert (ended.value.exit_code, json.loads(capsys.readouterr().out)) == (1, {"found": []})
    for given in ({}, {"serial": "1", "learner": "1"}, {"serial": "1"}, {"citizen": "1"}):
        with pytest.raises(FormatError):
            finding.find(**given)
    with pytest.raises(NotIssued):
        finding.find(serial="1", code=INSTITUTION.code)


def test_diplomas_of_an_earlier_version(store: SqlStore, capsys: pytest.CaptureFixture[str]) -> None:
    """What was taken in without indexes is found once they are made, and they are made once."""
    with store._writing() as session:
        for statement in (
            "DELETE FROM record_learner",
            "DELETE FROM record_citizen",
            "UPDATE record SET learner = NULL, citizen = NULL",
        ):
            session.execute(text(statement))
    with pytest.raises(typer.Exit):
        finding.find(learner=PERSON["ma_nguoi_hoc"])
    finding.index()
    finding.index(as_json=True)
    said = capsys.readouterr()
    assert ("indexed: 10" in said.out, '"indexed": 0' in said.out, "+10" in said.err) == (True, True, True)
    finding.find(learner=PERSON["ma_nguoi_hoc"])
    assert KIND.name in capsys.readouterr().out
