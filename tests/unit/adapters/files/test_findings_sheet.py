"""The sheet with findings: the same list in the same format, safe to open, read again as what it was made of."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from vanbang.adapters.files import open_list, write_findings
from vanbang.catalog import type_by_name
from vanbang.notary.checking import check_list
from vanbang.notary.lists import FINDINGS_COLUMN, Finding
from vanbang.notary.quality import CheckReport

DIPLOMA = type_by_name("vn-diploma")
SPECS = DIPLOMA.fields
EXAMPLE = {spec.name: spec.example for spec in SPECS}
LABELS = [spec.label_vi for spec in SPECS]


def as_csv(rows, separator=";") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([LABELS, *[row.values() for row in rows]])
    return out.getvalue().encode()


def as_xlsx(rows) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Danh sách")
        for number, cells in enumerate([LABELS, *[row.values() for row in rows]]):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
    return out.getvalue()


def as_parquet(rows) -> bytes:
    out = io.BytesIO()
    names = zip(LABELS, SPECS, strict=True)
    pq.write_table(pa.table({label: [row[spec.name] for row in rows] for label, spec in names}), out)
    return out.getvalue()


def as_jsonl(rows) -> bytes:
    return b"".join(json.dumps(dict(zip(LABELS, row.values(), strict=True))).encode() + b"\n" for row in rows)


FORMATS = {"csv": as_csv, "xlsx": as_xlsx, "parquet": as_parquet, "jsonl": as_jsonl}
FIRST_ROW = {"csv": 2, "xlsx": 2, "parquet": 1, "jsonl": 1}


def numbered(count: int):
    """Rows that differ in the numbers that must."""
    return [
        EXAMPLE
        | {
            "so_hieu_vbcc": f"SHB2600{n:04d}",
            "so_vao_so": f"{n:06d}/2026",
            "ma_nguoi_hoc": f"2022{n:04d}",
            "ma_dinh_danh_vbcc": f"3f0e6a52-8a54-4c1b-9d0e-5b1c7a9e{n:04d}",
            "so_ddcn": f"001304{n:06d}",
        }
        for n in range(count)
    ]


def checked(data: bytes):
    findings: list[Finding] = []
    report = CheckReport(sink=findings.append)
    with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
        check_list(listed, report)
        return listed.form, report, findings


def cells(data: bytes):
    with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
        return [row.cells for row in listed.rows()]


def again(data: bytes, findings=None, only_refused=False) -> bytes:
    form, _, found = checked(data)
    out = io.BytesIO()
    write_findings(io.BytesIO(data), form, out, found if findings is None else findings, only_refused)
    return out.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_clean_list_comes_back_the_same(kind):
    """Format, header names, cells and separator stay; the added column is passed over."""
    rows = numbered(3)
    data = FORMATS[kind](rows)
    copy = again(data)
    before, after = checked(data), checked(copy)
    assert cells(copy) == cells(data) == rows
    assert before[1].is_clean
    assert after[1].is_clean
    assert (after[0].format, after[0].columns, after[0].separator) == (kind, before[0].columns, before[0].separator)


def test_csv_is_written_for_excel():
    """UTF-8 with a byte order mark, CRLF, and the findings' column last."""
    copy = again(as_csv(numbered(1)))
    assert copy.startswith(b"\xef\xbb\xbf")
    assert copy.count(b"\r\n") == copy.count(b"\n") == 2
    assert copy.decode("utf-8-sig").splitlines()[0].endswith(f";{FINDINGS_COLUMN}")


def notes(data: bytes, kind: str) -> list[str]:
    """The cells of the findings' column."""
    if kind == "csv":
        return [row[-1] for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")][1:]
    if kind == "xlsx":
        return [row[-1] for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()][
            1:
        ]
    if kind == "parquet":
        return pq.read_table(io.BytesIO(data)).column(FINDINGS_COLUMN).to_pylist()
    return [json.loads(line)[FINDINGS_COLUMN] for line in data.splitlines()]


@pytest.mark.parametrize("kind", FORMATS)
def test_findings_stand_in_their_rows(kind):
    """The cell says what to do, the value that would pass, and the rule; rows without findings have none."""
    rows = numbered(3)
    rows[1] |= {"ngay_sinh": "27-03-2004", "ho_va_ten": ""}
    data = FORMATS[kind](rows)
    (first, second, third) = notes(again(data), kind)
    assert (first, third) == ("", "")
    assert "dd/MM/yyyy" in second
    assert "→ “27/03/2004”" in second
    assert second.endswith(", required]")


@pytest.mark.parametrize("kind", FORMATS)
def test_only_refused_rows_may_be_asked_for(kind):
    """Rows with nothing but warnings, and clean ones, are left out."""
    rows = numbered(4)
    rows[1]["noi_sinh"] = " Hà Nội"
    rows[2]["ho_va_ten"] = ""
    copy = again(FORMATS[kind](rows), only_refused=True)
    assert [row["so_hieu_vbcc"] for row in cells(copy)] == ["SHB26000002"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_corrected_sheet_is_clean(kind):
    """Who writes the first suggestion of every cell into it hands in a clean list."""
    rows = numbered(3)
    rows[0] |= {"ngay_sinh": "27-3-2004", "gioi_tinh": "nữ"}
    rows[1]["noi_sinh"] = "Nguyễn".encode().decode("latin-1")
    rows[2]["ho_va_ten"] = "NguyÔn V¨n H¶i"
    copy = again(FORMATS[kind](rows))
    _, report, findings = checked(copy)
    assert not report.is_clean
    corrected = cells(copy)
    for finding in reversed(findings):
        if finding.suggestion:
            corrected[finding.row - FIRST_ROW[kind]][finding.column] = finding.suggestion
    assert checked(FORMATS[kind](corrected))[1].is_clean


dangerous = st.sampled_from(
    ["=1+1", "+84", "-5", "@a", "\tx", "\rx", "'=1", "''-x", "'x", "'", "=", " =", "“", "a;b", 'a"b', "a\nb"]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(dangerous | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), min_size=3, max_size=3)
)
def test_every_text_comes_back(texts):
    """Whatever stands in a cell, also a formula or our own escape, is the same after writing and reading again."""
    rows = [EXAMPLE | {"ghi_chu": text} for text in texts]
    for kind in ("csv", "jsonl", "parquet"):
        data = FORMATS[kind](rows)
        assert cells(again(data, [])) == cells(data) == rows


def test_no_cell_of_ours_becomes_a_formula():
    """A spreadsheet that opens our CSV finds no cell that begins like a formula; our XLSX holds only texts."""
    rows = [EXAMPLE | {"ghi_chu": text} for text in ("=1+1", "+84", "-5", "@a", "\tx", "\n=1", "\uff1d1", "\uff20")]
    table = csv.reader(io.StringIO(again(as_csv(rows), []).decode("utf-8-sig"), newline=""), delimiter=";")
    signs = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert not [cell for row in table for cell in row if cell.startswith(signs)]
    assert [row.faults for row in _rows(again(as_xlsx(rows), []))] == [[]] * 8


def _rows(data: bytes):
    with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
        return list(listed.rows())


def test_rows_of_another_width_lose_nothing():
    """A row with too few or too many cells is written with all of them, its finding under the heading."""
    line = as_csv(numbered(1)).decode().splitlines()
    data = "\r\n".join([*line, line[1] + ";more", "a;b", ""]).encode()
    table = list(csv.reader(io.StringIO(again(data).decode("utf-8-sig")), delimiter=";"))
    width = len(LABELS)
    assert "cell_count" in table[2][width]
    assert table[2][width + 1] == "more"
    assert table[3][:3] == ["a", "b", ""]
    assert "cut_off" in table[3][width]


def test_a_line_that_is_no_object_keeps_its_place():
    """In JSON Lines it becomes an object with nothing but the findings."""
    data = as_jsonl(numbered(1)) + b"{,}\n" + as_jsonl(numbered(2)[1:])
    assert ["json_line" in note for note in notes(again(data), "jsonl")] == [False, True, False]


def test_findings_of_the_file_have_no_place():
    """Notes of row 0 and of the header are passed over, and rows that do not exist too."""
    data = as_csv(numbered(2))
    found = [Finding(row, "", "", "x", "error", "Sai.", "Wrong.") for row in (0, 1, 3, 3, 9)]
    assert notes(again(data, found), "csv") == ["", "Sai. Sai. [x]"]


def test_a_sheet_with_findings_may_be_written_again():
    """Old findings give way to new ones; the column stays one."""
    rows = numbered(1)
    rows[0]["ngay_sinh"] = "27-03-2004"
    once = again(as_csv(rows))
    twice = again(once)
    assert twice == once


def test_paths_are_written_like_streams(tmp_path):
    """Source and target may be files on disk."""
    source, target = tmp_path / "list.csv", tmp_path / "findings.csv"
    source.write_bytes(as_csv(numbered(2)))
    form, _, findings = checked(source.read_bytes())
    write_findings(source, form, target, findings)
    assert target.read_bytes() == again(source.read_bytes())


@pytest.mark.parametrize(("rows", "rest", "rule"), [(2, b"a\0", "nul_byte"), (0, b"", "no_rows")])
def test_a_sheet_tells_where_its_list_breaks_off(rows, rest, rule):
    """What could be read is written, and a last row that no check accepts, so that nobody sends half a list."""
    data = as_csv(numbered(rows)) + rest
    form, _, findings = checked(data)
    target = io.BytesIO()
    write_findings(io.BytesIO(data), form, target, findings)
    assert len(target.getvalue().splitlines()) == 1 + rows + 1
    assert f"[{rule}]".encode() in target.getvalue()
    assert [(f.row, f.rule) for f in checked(target.getvalue())[2]] == [(rows + 2, "blank_row")]
