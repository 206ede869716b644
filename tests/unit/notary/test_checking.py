"""The check of a list: good records handed on, everything else counted and explained, in bounded memory."""

import io
import json
from importlib.resources import files

from given_lists import DIPLOMA, GivenList, numbered
from vanbang.adapters.files import open_list
from vanbang.catalog import LIST_TYPES
from vanbang.catalog.sampling import sample_rows
from vanbang.notary.checking import check_list, checked_units
from vanbang.notary.examining import Rules
from vanbang.notary.lists import Finding, ListUnreadable, Row
from vanbang.notary.quality import CheckReport


def finding(rule: str = "cell_count", row: int = 7) -> Finding:
    return Finding(row, "", "3", rule, "error", "Sai.", "Wrong.")


def checked(given, report=None) -> CheckReport:
    return check_list(GivenList(given), report or CheckReport())


def test_the_projects_own_sample_is_clean():
    """The committed list of 1,200 diplomas passes without an error or a warning, whatever type is looked for."""
    data = files("vanbang.catalog").joinpath("data", "sample-diplomas.csv").read_bytes()
    for kinds in ((DIPLOMA,), LIST_TYPES):
        with open_list(io.BytesIO(data), kinds) as listed:
            report = check_list(listed, CheckReport())
        assert report.is_clean
        assert (report.rows, report.accepted, report.errors, report.warnings) == (1_200, 1_200, 0, 0)
        assert dict(report.groups) == {("SHB", "vn-diploma"): 1_200}


def test_good_records_are_handed_on_with_their_rows():
    """Records keep the order and the row numbers of the list; refused rows are left out and counted."""
    rows = list(sample_rows(5, "five"))
    rows[1]["ngay_sinh"] = "31/02/2004"
    rows[3]["ho_va_ten"] = " " + rows[3]["ho_va_ten"]
    report = CheckReport()
    rules = Rules((DIPLOMA,), (), b"k" * 32)
    units = list(checked_units(GivenList(numbered(rows)), report, rules))
    assert [unit.examined.numbers[place] for unit in units for place in unit.good] == [2, 4, 5, 6]
    records = [unit.examined.stored.record(DIPLOMA, place) for unit in units for place in unit.good]
    assert [record.so_hieu_vbcc for record in records] == [rows[i]["so_hieu_vbcc"] for i in (0, 2, 3, 4)]
    assert (report.rows, report.accepted, report.errors, report.warnings) == (5, 4, 1, 1)
    assert {(entry.row, entry.column, entry.rule) for entry in report.findings} == {
        (3, "ngay_sinh", "date_missing"),
        (5, "ho_va_ten", "spaces_around"),
    }
    assert not report.is_clean


def test_warnings_alone_leave_a_list_clean():
    """A list whose rows are all accepted is clean, though it has warnings."""
    (row,) = sample_rows(1, "one")
    report = checked(numbered([row | {"ghi_chu": " chú thích "}]))
    assert (report.is_clean, report.warnings) == (True, 1)


def test_a_list_without_rows_is_not_clean():
    """Nothing checked is not the same as nothing wrong."""
    assert not checked([]).is_clean


def test_findings_are_counted_beyond_those_kept():
    """Counts are complete while the number of findings kept is bounded; all of them go to the sink."""
    seen: list[Finding] = []
    rows = [row | {"ho_va_ten": ""} for row in sample_rows(50, "many")]
    report = checked(numbered(rows), CheckReport(keep=10, sink=seen.append))
    assert (report.errors, len(report.findings), len(seen)) == (50, 10, 50)
    assert report.as_json()["findings_left_out"] == 40
    assert report.as_json()["rules"] == {"required": 50}


def test_a_huge_cell_does_not_fill_the_report():
    """Of a cell of a quarter million wrong letters the report keeps the beginning, and no suggestion as long."""
    (row,) = sample_rows(1, "one")
    report = checked(numbered([row | {"ghi_chu": "\u0410" * 250_000}]))
    assert set(report.rules) == {"too_long", "lookalike_letter"}
    assert {len(entry.value) for entry in report.findings} == {500}
    assert {entry.suggestion for entry in report.findings} == {None}


def test_a_row_the_reader_refused_counts_as_a_row():
    """A row a reader could not take apart is among the rows and the errors, not among the accepted."""
    report = checked([Row(2, {}, (finding(),)), *numbered(sample_rows(2, "two"), 3)])
    assert (report.rows, report.accepted, report.errors) == (3, 2, 1)
    assert report.as_json()["rejected"] == 1


def test_a_readers_error_refuses_a_row_that_parses():
    """What the reader saw and the text does not show (a formula) refuses the row; its other faults are named too."""
    (row,) = sample_rows(1, "one")
    report = checked([Row(2, row | {"xep_loai": " Giỏi"}, (finding("formula_cell", 2),))])
    assert (report.accepted, set(report.rules)) == (0, {"formula_cell", "spaces_around"})


def broken_list():
    return [*numbered(sample_rows(2, "two")), ListUnreadable([finding("not_utf8", row=4)])]


def test_a_list_that_breaks_off_is_part_of_the_report():
    """When reading stops halfway the report says so, keeps what was found before, and is not clean."""
    report = checked(broken_list())
    assert (report.unreadable, report.is_clean, report.accepted) == (True, False, 2)
    assert [entry.rule for entry in report.findings] == ["not_utf8"]


def test_findings_come_in_the_order_of_rows():
    """Findings of later checks stand with their row, so that a sheet can be written beside the list."""
    rows = [dict(row) for row in sample_rows(1_200, "order")]
    for number in (3, 700, 1_100):
        rows[number]["so_hieu_vbcc"] = rows[0]["so_hieu_vbcc"]
        rows[number + 1]["ho_va_ten"] = ""
    seen: list[Finding] = []
    checked(numbered(rows), CheckReport(sink=seen.append))
    assert [entry.row for entry in seen] == sorted(entry.row for entry in seen)
    assert len(seen) == 6


def test_a_row_of_a_type_whose_columns_are_missing():
    """A high-school diploma in a list with the columns of a university's only is refused, and says why."""
    (row,) = sample_rows(1, "one")
    report = checked(numbered([row | {"ten_vbcc": "Bằng tốt nghiệp trung học phổ thông", "ma_nganh_dao_tao": ""}]))
    assert (report.accepted, set(report.rules)) == (0, {"other_type"})


def test_the_report_is_json():
    """The report and its findings are plain JSON values with stable members."""
    (row,) = sample_rows(1, "one")
    report = checked(numbered([row | {"gioi_tinh": "x"}]))
    document = json.loads(json.dumps(report.as_json()))
    assert set(document) == {
        "clean", "rows", "accepted", "rejected", "unreadable", "errors", "warnings", "list", "scores", "groups",
        "missing", "rules", "findings", "findings_left_out",
    }  # fmt: skip
    assert document["findings"][0] == {
        "row": 2,
        "column": "gioi_tinh",
        "value": "x",
        "rule": "choice",
        "severity": "error",
        "message_vi": "Giới tính: “x” không hợp lệ; hãy chọn một trong: Nam, Nữ.",
        "message_en": "Sex: “x” is not valid; use one of: Nam, Nữ.",
        "suggestion": None,
        "dimension": "accurate",
    }
