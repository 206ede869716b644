"""Dirty lists: each gets the findings it should, by the command and by an installation, and leaves nothing behind.

What is wanted stands in `list_cases`; the table of docs/lists.md is made of the same.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from command_line import run_inside
from sqlalchemy import Engine
from sqlmodel import Session, func, select
from test_documented_commands import PORTS, commands, compare, run

from list_cases.case import REGISTERS, Case, good, school
from making_lists import FOLDER, PAGE, all_cases, table_in, table_of
from small_house import ACCEPTED_AT, INDEX_KEY, INSTITUTION
from vanbang.adapters import files
from vanbang.adapters.files.register_csv import read_registers
from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.adapters.sql.tables import BatchRow, RecordRow
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import institutions, schools
from vanbang.notary.intake import Intake
from vanbang.notary.quality import CheckReport
from vanbang.notary.uploading import Uploads
from vanbang.ports import Institution, Upload

CASES = all_cases()
NUMBERS = {row[name] for row in (*good(), *school()) for name in ("so_ddcn", "so_ddcn_nguoi_ky_vbcc")}
"""Citizen numbers that stand in the lists."""
REFUSED = 1
PASTED = ".xlsx"
LARGEST = 20_000
"""Bytes of an example: small enough to be read, and to be kept for ever."""


def by_file(case: Case) -> str:
    return case.file


every_case = pytest.mark.parametrize("case", CASES, ids=by_file)


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("registers") / "registers.csv"
    path.write_text(REGISTERS, encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, registers: Path) -> Engine:
    """A database with the institutions and no record; lists that are refused leave it so."""
    return installed(tmp_path_factory.mktemp("empty"), registers)


def installed(folder: Path, registers: Path) -> Engine:
    engine = open_database(folder / "vanbang.sqlite")
    store = SqlStore(engine)
    for number, item in enumerate((*institutions()[:2], schools()[0])):
        made = Institution(item.iss, item.code, item.name, f"i{number}", item.head, "Hiệu trưởng")
        store.add_institution(made)
    store.replace_register(INSTITUTION.iss, (), read_registers(registers)[INSTITUTION.code])
    return engine


def lines(findings: list[dict[str, Any]]) -> list[str]:
    return [f"{f['severity']} {f['row']} {f['column'] or '-'} {f['rule']}" for f in findings]


def given(case: Case, folder: Path) -> Path:
    """The example, or one made now."""
    if case.is_kept:
        return FOLDER / case.file
    path = folder / case.file
    path.write_bytes(case.make())
    return path


@every_case
def test_each_list_gets_its_findings(case: Case, registers: Path, tmp_path: Path) -> None:
    """The command names row, column and rule of all that is wrong, no citizen number, and ends with status 0 or 1."""
    options = ["--registers", registers] if case.registers else []
    done = run_inside("check", given(case, tmp_path), "--json", "--type", case.type_name, *options, home=tmp_path)
    report = done.json()
    assert lines(report["findings"]) == list(case.found)
    assert (report["rows"], report["accepted"]) == (case.rows, case.accepted)
    assert (done.status, report["clean"]) == (0 if case.is_clean else REFUSED, case.is_clean)
    for finding in report["findings"]:
        told = finding["message_vi"], finding["message_en"]
        assert all(told)
        assert [number for number in NUMBERS if number in "".join(told)] == []


@pytest.mark.slow
@every_case
def test_a_list_is_stored_whole_or_not_at_all(case: Case, empty: Engine, registers: Path, tmp_path: Path) -> None:
    """An installation finds the same, and more where it knows more; of a refused list no batch and no record stays."""
    engine = installed(tmp_path, registers) if case.is_stored else empty
    upload, report = taken_in(engine, case, tmp_path)
    assert sorted(lines([found.as_json() for found in report.findings])) == sorted((*case.found, *case.at_intake))
    assert upload.state == ("ACCEPTED" if case.is_stored else "REFUSED")
    assert counted(engine) == ((case.accepted, len(report.groups)) if case.is_stored else (0, 0))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if not case.is_stored], ids=by_file)
def test_only_good_rows_are_stored_when_that_is_asked_for(case: Case, registers: Path, tmp_path: Path) -> None:
    """With the rows that are in order wanted, these are stored and no other; of a list that breaks off, none."""
    engine = installed(tmp_path, registers)
    upload, report = taken_in(engine, case, tmp_path, accept_valid=True)
    kept = 0 if report.unreadable else report.accepted
    assert counted(engine)[0] == upload.accepted == kept
    assert report.accepted == case.accepted - len(case.at_intake)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if not case.file.endswith(PASTED)], ids=by_file)
def test_the_sheet_of_findings_is_no_better_than_its_list(case: Case, tmp_path: Path) -> None:
    """Sent in as it is, a sheet with findings is refused where its list was: nothing is mended by being written again.

    (A spreadsheet's formulas and dates are: they become the text that is seen.)
    """
    source, sheet = given(case, tmp_path), tmp_path / "sheet"
    run_inside("check", source, "--json", "--type", case.type_name, "--sheet", sheet, home=tmp_path)
    if not case.registers and sheet.exists():
        again = run_inside("check", sheet, "--json", "--type", case.type_name, home=tmp_path)
        assert (again.status, again.json()["accepted"]) == (0 if case.is_clean else REFUSED, case.accepted)


def taken_in(engine: Engine, case: Case, folder: Path, *, accept_valid: bool = False) -> tuple[Upload, CheckReport]:
    """Sends the list in, and has it checked and stored."""
    body = given(case, folder).read_bytes()
    store = SqlStore(engine)
    uploads = Uploads(store, MemorySpool())
    name = sha256(case.file.encode()).hexdigest()[:32]
    iss = None if case.by_ministry else INSTITUTION.iss
    began = Upload(name, iss, "test", ACCEPTED_AT, case.file, b"u" * 32, case.type_name, accept_valid=accept_valid)
    upload = uploads.begin(began)
    uploads.take_part(upload, 1, body)
    whole = uploads.complete(upload, None, ACCEPTED_AT)
    return Intake(store, uploads, files, INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore()).process(whole)


def counted(engine: Engine) -> tuple[int, int]:
    """Records and batches in the database, seen or not."""
    with Session(engine) as session:
        records, batches = (session.exec(select(func.count()).select_from(row)).one() for row in (RecordRow, BatchRow))
    return records, batches


def test_the_examples_are_those_of_the_cases() -> None:
    """tests/lists holds what making_lists writes, no more and no less; texts byte by byte."""
    kept = {case.file: case for case in CASES if case.is_kept}
    assert {path.name for path in FOLDER.iterdir()} == set(kept)
    for name, case in kept.items():
        data = (FOLDER / name).read_bytes()
        assert len(data) <= LARGEST, name
        if not name.endswith((".parquet", "xlsx", "xlsx-named.csv")):  # libraries write these in their own way
            assert data == case.make(), name


def test_every_case_has_a_name_of_its_own() -> None:
    """No two cases share a file or a description."""
    assert len({case.file for case in CASES}) == len(CASES)
    assert len({case.fault_vi for case in CASES}) == len(CASES)


def test_the_papers_table_is_that_of_the_cases() -> None:
    """Row by row, docs/lists.md names fault, example, findings, what to do and test of every case."""
    assert table_in(PAGE.read_text(encoding="utf-8")) == table_of(CASES)


def test_the_headers_that_the_paper_names_lead_to_their_fields() -> None:
    """Each way to write a header, as the paper has it, heads the column it stands beside."""
    named = re.findall(r"^\| `(\w+)` \| ([^|]+;[^|]+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    kind = type_by_name("vn-diploma")
    assert len(named) > 10
    assert [(field, way) for field, ways in named for way in ways.split("; ") if kind.field_named(way) != field] == []


@pytest.mark.slow
def test_the_papers_commands_print_what_is_shown(tmp_path: Path) -> None:
    """The commands of docs/lists.md, run in order in an empty folder, end well and print what is shown."""
    found = list(commands("docs/lists.md", dict(zip(PORTS, PORTS, strict=True))))
    (tmp_path / "project").mkdir()
    assert found
    compare(found, tmp_path, run(found, tmp_path / "project", tmp_path))
