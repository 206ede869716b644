"""CSV lists: what spreadsheets write is read, anything else is told with its row, and nothing else is ever raised."""

import codecs
import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vanbang.adapters.files import csv_rows
from vanbang.adapters.files.csv_rows import read_rows
from vanbang.catalog import type_by_name
from vanbang.core.errors import VanbangError
from vanbang.notary.checking import CheckReport, ListUnreadable, check_rows

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}
NAMES = list(EXAMPLE)
HEADER = ",".join(NAMES)
LINE = DIPLOMA.csv_template().decode("utf-8-sig").splitlines()[1]


def as_bytes(*lines: str, end: str = "\n") -> bytes:
    return end.join((*lines, "")).encode()


def read(data: bytes, refuse=None):
    return list(read_rows(io.BytesIO(data), DIPLOMA, refuse))


def written(rows, **how) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **how).writerows([NAMES, *rows])
    return text.getvalue().encode()


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lists_with_or_without_byte_order_mark_are_read(mark, end):
    """UTF-8 with and without a byte order mark, LF and CRLF give the same row."""
    assert read(mark + as_bytes(HEADER, LINE, end=end)) == [(2, EXAMPLE)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_taken_from_the_header(separator):
    """Excel's separator depends on the country: comma, semicolon and tab are understood."""
    assert read(written([EXAMPLE.values()], delimiter=separator)) == [(2, EXAMPLE)]


def test_columns_may_stand_in_any_order_and_optional_ones_be_missing():
    """Cells are found by the header's names, not by their place."""
    fewer = [name for name in reversed(NAMES) if name != "ghi_chu"]
    text = ",".join(fewer) + "\n" + ",".join(f'"{EXAMPLE[name]}"' for name in fewer)
    assert read(text.encode()) == [(2, {name: EXAMPLE[name] for name in fewer})]


def test_row_numbers_are_those_of_the_spreadsheet():
    """Blank rows count though they are skipped, and a cell of two lines is one row."""
    two_lines = LINE.replace("Hà Nội", '"Hà\nNội"', 1)
    rows = read(as_bytes(HEADER, LINE, "", "," * (len(NAMES) - 1), two_lines, LINE))
    assert [number for number, _ in rows] == [2, 5, 6]
    assert rows[1][1]["noi_sinh"] == "Hà\nNội"


def test_blank_columns_at_the_right_are_ignored():
    """Columns without name and content, as spreadsheets leave them, do no harm; with content they do."""
    assert read(as_bytes(HEADER + ",,", LINE + ",,")) == [(2, EXAMPLE)]
    with pytest.raises(ListUnreadable) as caught:
        read(as_bytes(HEADER + ",,", LINE + ",,x"))
    assert [entry.rule for entry in caught.value.findings] == ["cell_count"]


def test_quoted_cells_keep_separators_and_quotes():
    """Separators and doubled quotation marks inside a quoted cell are its content."""
    value = 'Xã "Tân Lập", huyện; tỉnh'
    rows = read(written([(EXAMPLE | {"noi_sinh": value}).values()]))
    assert rows[0][1]["noi_sinh"] == value


def test_a_path_is_read_like_a_stream(tmp_path):
    """A file on disk gives the same rows as its bytes, and a missing one is an OSError."""
    path = tmp_path / "list.csv"
    path.write_bytes(DIPLOMA.csv_template())
    assert list(read_rows(path, DIPLOMA)) == read(DIPLOMA.csv_template())
    with pytest.raises(FileNotFoundError):
        list(read_rows(tmp_path / "none.csv", DIPLOMA))


def test_an_open_stream_is_left_open():
    """Who opened the stream closes it."""
    stream = io.BytesIO(DIPLOMA.csv_template())
    list(read_rows(stream, DIPLOMA))
    assert not stream.closed


def test_a_row_of_another_width_is_refused_and_reading_goes_on():
    """Rows with too few or too many cells become findings; the rows around them are read."""
    refused = []
    rows = read(as_bytes(HEADER, LINE, LINE + ",x", "chỉ,ba,ô", LINE), refused.append)
    assert [number for number, _ in rows] == [2, 5]
    assert [(entry.row, entry.rule, entry.value) for entry in refused] == [
        (3, "cell_count", "45"),
        (4, "cell_count", "3"),
    ]


def damaged(position: int, byte: bytes) -> bytes:
    data = as_bytes(HEADER, LINE)
    return data[:position] + byte + data[position:]


UNREADABLE = {
    "empty file": (b"", "empty_file", 0),
    "only a byte order mark": (codecs.BOM_UTF8, "empty_file", 0),
    "only blank lines": (b"\r\n\r\n", "empty_file", 0),
    "only separators": (b",,,\n", "empty_file", 0),
    "header only": (as_bytes(HEADER), "no_rows", 0),
    "header and blank rows": (as_bytes(HEADER, "", ",,,", ""), "no_rows", 0),
    "a spreadsheet's own file": (b"PK\x03\x04\x14\x00\x06\x00", "not_csv", 0),
    "UTF-16": (as_bytes(HEADER, LINE).decode().encode("utf-16"), "not_csv", 0),
    "UTF-16 without mark": (as_bytes(HEADER, LINE).decode().encode("utf-16-le"), "nul_byte", 1),
    "Latin-1 letter": (as_bytes(HEADER) + "Hà Nội".encode("cp1258", "replace"), "not_utf8", 2),
    "truncated letter": (as_bytes(HEADER) + "Hà".encode()[:-1], "not_utf8", 2),
    "zero byte": (as_bytes(HEADER, LINE) + b"a\0b", "nul_byte", 3),
    "unclosed quote": (as_bytes(HEADER, LINE, '"Nguyễn,' + LINE, LINE), "quoting", 3),
    "text after a quote": (as_bytes(HEADER, LINE, '"Nguyễn" Văn,' + LINE), "quoting", 3),
    "carriage returns only": (as_bytes(HEADER, LINE, end="\r"), "quoting", 1),
    "a cell over the limit": (as_bytes(HEADER, LINE, "x" * (csv_rows.LONGEST_CELL + 1)), "quoting", 3),
    "unknown column": (as_bytes(HEADER + ",email", LINE + ",x"), "column_unknown", 1),
    "missing column": (as_bytes(HEADER.replace("ho_va_ten,", ""), LINE), "column_missing", 1),
    "repeated column": (as_bytes(HEADER + ",ho_va_ten", LINE + ",x"), "column_repeated", 1),
    "nameless column": (as_bytes(HEADER.replace("ngay_sinh", ""), LINE), "column_unknown", 1),
    "no header": (as_bytes(LINE, LINE), "column_unknown", 1),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_utf8", 1),
    "a web page": (b"<!doctype html>\n<title>x</title>\n", "column_unknown", 1),
    "JSON": (b'{"ho_va_ten": "x", "ngay_sinh": "y"}\n', "column_unknown", 1),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_malformed_uploads_are_findings(case):
    """A file that is no such list yields a finding with its row, in both languages, and no other exception."""
    data, rule, row = UNREADABLE[case]
    with pytest.raises(ListUnreadable) as caught:
        read(data)
    assert rule in {entry.rule for entry in caught.value.findings}
    assert {entry.row for entry in caught.value.findings} == {row}
    assert all(entry.message_vi and entry.message_en for entry in caught.value.findings)
    assert caught.value.code == "list_unreadable"


def test_a_line_without_end_cannot_fill_the_memory(monkeypatch):
    """A line longer than the limit stops the reading."""
    monkeypatch.setattr(csv_rows, "LONGEST_LINE", 5_000)
    with pytest.raises(ListUnreadable) as caught:
        read(as_bytes(HEADER, LINE, "x" * 6_000))
    assert [(entry.rule, entry.row) for entry in caught.value.findings] == [("line_too_long", 3)]


def test_a_wrong_byte_is_named_with_its_offset():
    """The offset counts from the file's first byte, the byte order mark included."""
    head = codecs.BOM_UTF8 + as_bytes(HEADER, LINE)
    with pytest.raises(ListUnreadable) as caught:
        read(head + b"ab\xe1cd\n")
    (finding,) = caught.value.findings
    assert (finding.row, finding.value) == (3, "e1")
    assert str(len(head) + 2) in finding.message_en
    assert str(len(head) + 2) in finding.message_vi


def test_a_misspelt_column_comes_with_the_right_name():
    """An unknown column that resembles a known one is answered with that name."""
    with pytest.raises(ListUnreadable) as caught:
        read(as_bytes(HEADER.replace("ngay_sinh", "Ngay_sinhh"), LINE))
    suggestions = {entry.rule: entry.suggestion for entry in caught.value.findings}
    assert suggestions == {"column_unknown": "ngay_sinh", "column_missing": None}


def test_a_header_of_another_kind_of_file_is_not_listed_without_end():
    """Thousands of unknown columns give a bounded number of findings."""
    with pytest.raises(ListUnreadable) as caught:
        read(",".join(f"c{i}" for i in range(5_000)).encode())
    assert len(caught.value.findings) < 100


chunks = st.sampled_from(
    [HEADER.encode(), LINE.encode(), b"\n", b"\r\n", b"\r", b'"', b",", b";", b"\t", b"\0", b"\xff", codecs.BOM_UTF8]
)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | st.lists(chunks | st.binary(max_size=8), max_size=12).map(b"".join))
@example(codecs.BOM_UTF8 + codecs.BOM_UTF8)
def test_no_bytes_raise_anything_but_our_errors(data):
    """Random bytes and shuffled parts of real lists either yield rows or raise a VanbangError with findings."""
    rows, refused = [], []
    try:
        rows = read(data)
    except VanbangError as error:
        refused = error.findings
    assert rows or refused
    assert all(set(cells) <= set(NAMES) for _, cells in rows)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(as_bytes(HEADER, LINE))), st.binary(min_size=1, max_size=3))
def test_a_damaged_list_is_reported_never_raised(position, inserted):
    """Bytes inserted anywhere into a good list end in a report, whatever they do to it."""
    report = CheckReport(DIPLOMA.name)
    rows = read_rows(io.BytesIO(damaged(position, inserted)), DIPLOMA, report.refuse_row)
    check_rows(rows, DIPLOMA, report)
    assert report.unreadable or report.rows > 0
    assert report.accepted + report.errors > 0
