"""Checking a list: a CSV file read to its end, every row judged, the whole report made; storage excluded."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from vanbang.adapters import files
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.cli.bench.measuring import Line, best, line
from vanbang.notary.checking import check_list
from vanbang.notary.quality import CheckReport

ROWS = 100_000
PER_SECOND = 15_000
RUNS = 3


def intake(rows: int | None) -> Iterator[Line]:
    """Invented diplomas, all of them good."""
    rows = rows or ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            write_csv(sample_rows(rows, "bench"), stream)

        def work() -> None:
            report = CheckReport()
            with path.open("rb") as source, files.open_list(source, [type_by_name("vn-diploma")]) as listed:
                check_list(listed, report)
            if report.accepted != rows or "rules" not in report.as_json():
                raise AssertionError("an invented list was refused")

        seconds = best(work, RUNS)
        yield line("intake, CSV to report, seconds", rows, seconds, seconds, rows / PER_SECOND)
