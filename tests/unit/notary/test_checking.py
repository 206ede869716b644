"""The check of a list: good records handed on, everything else counted and explained, in bounded memory."""

import io
import json
from importlib.resources import files

import pytest

from vanbang.adapters.files import read_rows
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import sample_rows
from vanbang.notary.checking import CheckReport, Finding, ListUnreadable, check_rows, checked_records

DIPLOMA = type_by_name("vn-diploma")


def numbered(rows):
    return enumerate(rows, start=2)


def finding(rule: str = "cell_count", row: int = 7) -> Finding:
    return Finding(row, "", "3", rule, "error", "Sai.", "Wrong.")


def test_the_projects_own_sample_is_clean():
    """The committed list of 1,200 diplomas passes without an error or a warning."""
    data = files("vanbang.catalog").joinpath("data", "sample-diplomas.csv").read_bytes()
    report = CheckReport(DIPLOMA.name)
    check_rows(read_rows(io.BytesIO(data), DIPLOMA, report.refuse_row), DIPLOMA, report)
    assert report.is_clean
    assert (report.rows, report.accepted, report.errors, report.warnings) == (1_200, 1_200, 0, 0)


def test_good_records_are_handed_on_with_their_rows():
    """Records keep the order and the row numbers of the list; refused rows are left out and counted."""
    rows = list(sample_rows(5, "five"))
    rows[1]["ngay_sinh"] = "31/02/2004"
    rows[3]["ho_va_ten"] = " " + rows[3]["ho_va_ten"]
    report = CheckReport(DIPLOMA.name)
    records = list(checked_records(numbered(rows), DIPLOMA, report))
    assert [number for number, _ in records] == [2, 4, 5, 6]
    assert [record.so_hieu_vbcc for _, record in records] == [rows[i]["so_hieu_vbcc"] for i in (0, 2, 3, 4)]
    assert (report.rows, report.accepted, report.errors, report.warnings) == (5, 4, 1, 1)
    assert {(entry.row, entry.column, entry.rule) for entry in report.findings} == {
        (3, "ngay_sinh", "date_missing"),
        (5, "ho_va_ten", "spaces_around"),
    }
    assert not report.is_clean


def test_warnings_alone_leave_a_list_clean():
    """A list whose rows are all accepted is clean, though it has warnings."""
    (row,) = sample_rows(1, "one")
    report = check_rows(numbered([row | {"ghi_chu": " chú thích "}]), DIPLOMA)
    assert (report.is_clean, report.warnings) == (True, 1)


def test_a_list_without_rows_is_not_clean():
    """Nothing checked is not the same as nothing wrong."""
    assert not check_rows([], DIPLOMA).is_clean


def test_a_repeated_serial_is_refused_with_the_row_it_repeats():
    """The second record with the same issuer and serial is an error that names the first; another issuer's is fine."""
    first, second, third = sample_rows(3, "three")
    second["so_hieu_vbcc"] = third["so_hieu_vbcc"] = first["so_hieu_vbcc"]
    third["ma_don_vi_cap_bang"] = "TNG"
    report = CheckReport(DIPLOMA.name)
    records = list(checked_records(numbered([first, second, third]), DIPLOMA, report))
    assert [number for number, _ in records] == [2, 4]
    (repeated,) = report.findings
    assert (repeated.row, repeated.column, repeated.rule) == (3, "so_hieu_vbcc", "duplicate_record")
    assert repeated.value == first["so_hieu_vbcc"]
    assert "2" in repeated.message_vi
    assert "row 2" in repeated.message_en


def test_a_refused_row_does_not_reserve_its_serial():
    """A faulty row and its corrected copy below do not count as a repetition."""
    (row,) = sample_rows(1, "one")
    report = check_rows(numbered([row | {"ho_va_ten": ""}, row]), DIPLOMA)
    assert (report.accepted, dict(report.rules)) == (1, {"required": 1})


def test_findings_are_counted_beyond_those_kept():
    """Counts are complete while the number of findings kept is bounded."""
    rows = [row | {"ho_va_ten": ""} for row in sample_rows(50, "many")]
    report = check_rows(numbered(rows), DIPLOMA, CheckReport(DIPLOMA.name, keep=10))
    assert (report.errors, len(report.findings)) == (50, 10)
    assert report.as_json()["findings_left_out"] == 40
    assert report.as_json()["rules"] == {"required": 50}


def test_a_huge_cell_does_not_fill_the_report():
    """Of a cell of a quarter million wrong letters the report keeps the beginning, and no suggestion as long."""
    (row,) = sample_rows(1, "one")
    report = check_rows(numbered([row | {"ghi_chu": "\u0410" * 250_000}]), DIPLOMA)
    assert set(report.rules) == {"too_long", "lookalike_letter"}
    assert {len(entry.value) for entry in report.findings} == {500}
    assert {entry.suggestion for entry in report.findings} == {None}


def test_a_row_the_reader_refused_counts_as_a_row():
    """Rows a reader could not take apart are among the rows and the errors, not among the accepted."""
    report = CheckReport(DIPLOMA.name)
    report.refuse_row(finding())
    check_rows(numbered(sample_rows(2, "two")), DIPLOMA, report)
    assert (report.rows, report.accepted, report.errors) == (3, 2, 1)
    assert report.as_json()["rejected"] == 1


def broken_list():
    yield from numbered(sample_rows(2, "two"))
    raise ListUnreadable([finding("not_utf8", row=4)])


def test_a_list_that_breaks_off_is_part_of_the_report():
    """When reading stops halfway the report says so, keeps what was found before, and is not clean."""
    report = check_rows(broken_list(), DIPLOMA)
    assert (report.unreadable, report.is_clean, report.accepted) == (True, False, 2)
    assert [entry.rule for entry in report.findings] == ["not_utf8"]


def test_records_of_a_list_that_breaks_off_are_not_passed_silently():
    """Whoever takes the records gets the reader's error, so that nothing is kept of half a list."""
    with pytest.raises(ListUnreadable, match=r"Wrong\."):
        list(checked_records(broken_list(), DIPLOMA, CheckReport(DIPLOMA.name)))


def test_the_report_is_json():
    """The report and its findings are plain JSON values with stable members."""
    (row,) = sample_rows(1, "one")
    report = check_rows(numbered([row | {"gioi_tinh": "nữ"}]), DIPLOMA)
    document = json.loads(json.dumps(report.as_json()))
    assert set(document) == {
        "type", "clean", "rows", "accepted", "rejected", "unreadable", "errors", "warnings", "rules", "findings",
        "findings_left_out",
    }  # fmt: skip
    assert document["findings"][0] == {
        "row": 2,
        "column": "gioi_tinh",
        "value": "nữ",
        "rule": "choice",
        "severity": "error",
        "message_vi": "Giới tính: “nữ” không hợp lệ; hãy chọn một trong: Nam, Nữ.",
        "message_en": "Sex: “nữ” is not valid; use one of: Nam, Nữ.",
        "suggestion": "Nữ",
    }
