"""Reports to make pages of: of the committed sample with the slips that registrars make, and of nothing."""

import csv
import io
import unicodedata
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from vanbang.catalog import type_by_name
from vanbang.notary.lists import Finding, ListForm
from vanbang.notary.quality import CellCount, CheckReport

DIPLOMA = type_by_name("vn-diploma")
Cells = dict[str, str]

SLIPS: dict[int, Callable[[Cells], Cells]] = {
    # every n-th row: what happened to it
    7: lambda cells: cells | {"ho_va_ten": unicodedata.normalize("NFD", cells["ho_va_ten"])},
    11: lambda cells: cells | {"so_ddcn": cells["so_ddcn"].lstrip("0")},
    13: lambda cells: cells | {"noi_sinh": f" {cells['noi_sinh']} "},
    17: lambda cells: cells | {"ngay_sinh": cells["ngay_sinh"].replace("/", "-")},
    23: lambda cells: cells | {"noi_sinh": ""},
    29: lambda cells: cells | {"gioi_tinh": "Female"},
    31: lambda cells: cells | {"ho_va_ten": cells["ho_va_ten"].replace("a", "а")},
    37: lambda cells: cells | {"dan_toc": "Kinh\u00a0"},
    41: lambda cells: cells | {"ngay_cap_vbcc": "01/01/2026"},
    43: lambda cells: cells | {"tong_so_tin_chi": "một trăm"},
    53: lambda cells: cells | {"ghi_chu": "x" * 900},
    59: lambda cells: cells | {"chuyen_nganh_dao_tao": "", "ngon_ngu_dao_tao": ""},
    61: lambda cells: cells | {"ho_va_ten": "\u202eשלום <script>alert(1)</script>"},
    67: lambda cells: cells | {"so_ddcn": "", "dia_danh_cap_vbcc": ""},
}

FORM = ListForm(
    "csv",
    (DIPLOMA,),
    {spec.name: spec.name for spec in DIPLOMA.fields},
    "UTF-8",
    ";",
    notes=(
        Finding(
            1, "STT", "STT", "column_spare", "warning", "Cột “STT” không dùng đến.", "The column “STT” is not used."
        ),
    ),
)


def dirty_report(rows: int = 1_200) -> dict[str, Any]:
    """The report of the first rows of the sample with slips strewn in; no register was asked."""
    report = CheckReport(form=FORM)
    for note in FORM.notes:
        report.add(note)
    text = files("vanbang.catalog").joinpath("data", "sample-diplomas.csv").read_text("utf-8")
    for number, cells in zip(range(2, rows + 2), csv.DictReader(io.StringIO(text)), strict=False):
        for every, slip in SLIPS.items():
            if number % every == 0:
                cells = slip(cells)
        _check(report, number, cells)
    return report.as_json()


def clean_report(rows: int = 3) -> dict[str, Any]:
    """The report of a clean list whose rows were all found in a register."""
    report = CheckReport(form=FORM, live_rows=rows)
    for number in range(2, rows + 2):
        _check(report, number, {spec.name: spec.example for spec in DIPLOMA.fields})
    return report.as_json()


def report_of(*findings: Finding, rows: int = 10) -> dict[str, Any]:
    """The report of a list of so many rows in which just this was found."""
    report = CheckReport(form=FORM, rows=rows, accepted=rows)
    for finding in findings:
        report.add(finding)
    return report.as_json()


def finding(**parts: Any) -> Finding:
    """An error in row 5."""
    told: dict[str, Any] = {
        "row": 5,
        "column": "ho_va_ten",
        "value": "giá trị",
        "rule": "character",
        "severity": "error",
        "message_vi": "Hãy sửa.",
        "message_en": "Correct it.",
    }
    return Finding(**{**told, **parts})


def _check(report: CheckReport, number: int, cells: Cells) -> None:
    count = CellCount()
    count.count(DIPLOMA, cells)
    report.add_unit(1, 0, count)
    record, problems = DIPLOMA.parse(cells)
    report.add_row([Finding.of(number, problem) for problem in problems])
    if record is not None:
        report.accept(DIPLOMA.issuer_code(record), DIPLOMA.name)
