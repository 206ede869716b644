"""Rows looked at elsewhere: the same report, whoever looks at them, and no row lost with a process."""

import io
import json
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

import pytest

from given_lists import GivenList, numbered
from list_cases.case import Case
from making_lists import all_cases
from small_house import ACCEPTED_AT, INDEX_KEY, INSTITUTION, KIND, MemoryStore, new_store, new_upload, rows
from vanbang.adapters import files
from vanbang.adapters.files import csv_units, jsonl_list, parquet_list
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.catalog import LIST_TYPES
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.notary import checking
from vanbang.notary.checking import check_list
from vanbang.notary.intake import FindingLog, Intake, kinds_named
from vanbang.notary.lists import ListUnreadable
from vanbang.notary.quality import CheckReport
from vanbang.notary.records import decrypt_record
from vanbang.notary.uploading import Uploads
from vanbang.notary.workers import InProcess, WorkerLost, WorkerPool


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is long: it is cut into many units, and a pool is worth it from the first."""
    monkeypatch.setattr(csv_units, "UNIT_TEXT", 1_500)
    monkeypatch.setattr(jsonl_list, "UNIT_BYTES", 1_500)
    monkeypatch.setattr(parquet_list, "UNIT_BYTES", 1_500)
    monkeypatch.setattr("vanbang.notary.lists.UNIT_ROWS", 2)
    monkeypatch.setattr(checking, "WORTH_A_POOL", 1)


def outcome(case: Case, executor: Executor | None) -> tuple[str, str, bytes]:
    """Everything that comes out of a check: report, findings, sheet."""
    source, log = io.BytesIO(case.make()), FindingLog()
    report, sheet = CheckReport(sink=log.add), io.BytesIO()
    try:
        with files.open_list(source, kinds_named(case.type_name)) as listed:
            check_list(listed, report, (), executor)
    except ListUnreadable as error:
        report.refuse_list(error)
    if report.form is not None and report.form.format in ("csv", "jsonl"):  # the others' files hold the time
        files.write_findings(source, report.form, sheet, iter(log), only_refused=False)
    findings = "\n".join(json.dumps(finding.as_json()) for finding in log)
    return json.dumps(report.as_json()), findings, sheet.getvalue()


@pytest.mark.slow
def test_the_report_is_the_same_with_and_without_workers() -> None:
    """Of every dirty list the report, all findings and the sheet are byte for byte the same."""
    small = [case for case in all_cases() if case.is_kept]
    with WorkerPool(2) as pool:
        differing = [case.file for case in small if outcome(case, pool) != outcome(case, None)]
    assert len(small) > 100
    assert differing == []


@pytest.mark.slow
def test_what_is_stored_is_the_same_with_and_without_workers(tmp_path: Path) -> None:
    """Of a list with faults and repeats the good rows are stored in their order, whoever encrypted them."""
    cells = [dict(row.cells) for row in rows(300)]
    for number in (7, 120, 121):
        cells[number]["so_hieu_vbcc"] = cells[3]["so_hieu_vbcc"]
    cells[200]["ho_va_ten"] = ""
    text = io.StringIO(newline="")
    write_csv(cells, text)
    outcomes = []
    with WorkerPool(2) as pool:
        for executor in (pool, None):
            folder = tmp_path / str(executor is None)
            folder.mkdir()
            store, spool = new_store(folder), MemorySpool()
            upload = new_upload(store, spool, text.getvalue().encode(), INSTITUTION.iss, accept_valid=True)
            uploads, public = Uploads(store, spool), MemoryStore()
            Intake(store, uploads, files, INDEX_KEY, lambda: ACCEPTED_AT, public, executor).process(upload)
            (batch,) = store.batches("ACCEPTED")
            outcomes.append([(stored.key, decrypt_record(KIND, stored)) for stored in store.records(batch.id)])
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0]) == 296


class Breaking(Executor):
    """An executor that loses its workers at these submissions, and takes nothing at those when it is `away`."""

    processes = 2

    def __init__(self, losing: Callable[[int], bool], away: int = 0) -> None:
        self._losing, self._away, self.handed_out = losing, away, 0

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.handed_out += 1
        if self.handed_out == self._away:
            raise BrokenExecutor("the cluster is away")
        if self._losing(self.handed_out):
            lost: Future = Future()
            lost.set_exception(BrokenExecutor("a process was killed"))
            return lost
        return InProcess().submit(fn, *args, **kwargs)


def given() -> GivenList:
    return GivenList(numbered([row | {"so_vao_so": "1"} for row in sample_rows(20, "lost")]))


def test_units_of_a_lost_worker_go_out_again() -> None:
    """Each row is looked at once in the end, whichever processes were lost on the way; nineteen repeat the first."""
    report = check_list(given(), CheckReport(), (), Breaking(lambda number: number in (2, 9, 10, 16)))
    assert (report.rows, dict(report.rules)) == (20, {"duplicate_register_number": 19})


@pytest.mark.parametrize("away", [5, 6, 7, 8])
def test_units_are_not_forgotten_when_the_next_loss_comes_at_once(away: int) -> None:
    """Lost again before all units of the first loss have gone out again, no row of the list is left out."""
    report = check_list(given(), CheckReport(), (), Breaking(lambda number: number == 2, away))
    assert (report.rows, dict(report.rules)) == (20, {"duplicate_register_number": 19})


def test_workers_that_are_always_lost_are_given_up() -> None:
    """Three times without one unit coming back end the check with an error that says why."""
    executor = Breaking(lambda number: number > 5)
    with pytest.raises(WorkerLost):
        check_list(given(), CheckReport(), (), executor)
    assert executor.handed_out < 40


def test_whoever_watches_sees_how_far_it_is() -> None:
    """Rows done and rows expected grow to what there is; of a list whose length nobody knows, only the former."""
    told: list[tuple[int, int]] = []

    class Seeing:
        def stage(self, name: str) -> None:
            pass

        def done(self, number: int, of: int = 0) -> None:
            told.append((number, of))

        def wait(self, doubt: str) -> None:
            pass

    check_list(given(), CheckReport(), watcher=Seeing())
    assert told == [(rows, 0) for rows in range(2, 21, 2)]
    told.clear()
    case = next(case for case in all_cases() if case.file == "year-differs.csv")
    with files.open_list(io.BytesIO(case.make()), LIST_TYPES) as listed:
        check_list(listed, CheckReport(), watcher=Seeing())
    assert told[-1][0] == told[-1][1] > 0
    assert all(number <= of for number, of in told)
