"""XLSX lists: typed cells become text or are told, tricks of the format are refused, and no file does any harm."""

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.adapters.files import open_list, xlsx_list, xlsx_marks, xlsx_parts
from vanbang.catalog import type_by_name
from vanbang.core.errors import VanbangError
from vanbang.notary.lists import FINDINGS_COLUMN, ListUnreadable

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}
NAMES = list(EXAMPLE)
ROW = list(EXAMPLE.values())
SHEET = "xl/worksheets/sheet1.xml"
WORKBOOK = "xl/workbook.xml"
STRINGS = "xl/sharedStrings.xml"


def book(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        fill(made)
    return out.getvalue()


def put(sheet, rows, at=0):
    for number, cells in enumerate(rows, at):
        for column, cell in enumerate(cells):
            if cell != "":
                sheet.write_string(number, column, cell)


def one_sheet(*rows, at=0, then=lambda made, sheet: None) -> bytes:
    def fill(made):
        sheet = made.add_worksheet("Danh sách")
        put(sheet, rows, at)
        then(made, sheet)

    return book(fill)


def changed(data: bytes, name: str, *changes: tuple[str, str]) -> bytes:
    """The workbook with text replaced in one of its parts."""
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            content = source.read(entry).decode()
            if entry == name:
                for old, new in changes:
                    assert old in content
                    content = content.replace(old, new, 1)
            target.writestr(entry, content)
    return out.getvalue()


def added(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return out.getvalue()


def opened(data: bytes):
    with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
        return listed.form, list(listed.rows())


def refused(data: bytes):
    with pytest.raises(ListUnreadable) as caught:
        opened(data)
    (finding,) = caught.value.findings
    assert finding.message_vi
    assert finding.message_en
    return finding


def at(name: str) -> int:
    return NAMES.index(name)


PLAIN = one_sheet(NAMES, ROW)


def test_a_sheet_of_texts_is_read():
    """Texts come out as they are, and the form names the sheet."""
    form, rows = opened(PLAIN)
    assert [(row.number, row.cells, list(row.faults)) for row in rows] == [(2, EXAMPLE, [])]
    assert (form.format, form.sheet, list(form.notes)) == ("xlsx", "Danh sách", [])


def test_the_extension_does_not_matter(tmp_path):
    """A spreadsheet that was called .csv is read as what it is."""
    path = tmp_path / "list.csv"
    path.write_bytes(PLAIN)
    with open_list(path, (DIPLOMA,)) as listed:
        assert listed.form.format == "xlsx"


def test_rows_have_the_numbers_that_excel_shows():
    """Titles, blank rows and blank columns at the left count; the header is found below them."""
    blank = [""]
    rows = [["", "BỘ GIÁO DỤC VÀ ĐÀO TẠO"], [], *[[*blank, *cells] for cells in (NAMES, ROW)], [], [*blank, *ROW]]
    _, found = opened(one_sheet(*rows, at=2))
    assert [(row.number, row.cells) for row in found] == [(6, EXAMPLE), (8, EXAMPLE)]


CELLS = {
    "a date where a date belongs": ("ngay_sinh", dt.date(2004, 3, 27), "27/03/2004", None),
    "a date with a time": (
        "ngay_sinh",
        dt.datetime.fromisoformat("2004-03-27T08:30"),
        "27/03/2004",
        "time_cell",
    ),
    "a date elsewhere": ("so_vao_so", dt.date(2026, 6, 5), "2026-06-05", "date_cell"),
    "a whole number in a number's column": ("tong_so_tin_chi", 132, "132", None),
    "a fraction in a number's column": ("tong_so_tin_chi", 130.5, "130.5", None),
    "a count of days where a date belongs": ("ngay_sinh", 38073, "27/03/2004", "date_number"),
    "another number where a date belongs": ("ngay_sinh", 27032004, "27032004", "number_cell"),
    "a year": ("nam_tot_nghiep", 2026, "2026", None),
    "a number in a text's column": ("ma_nguoi_hoc", 20220123, "20220123", "number_cell"),
    "a citizen number without its zeros": ("so_ddcn", 1304000123, "1304000123", "number_cell"),
    "a number of sixteen digits": ("so_hieu_vbcc", 1234567890123456, "1.23456789012346e+15", "number_too_long"),
    "a number in exponents": ("so_hieu_vbcc", 1e20, "1e+20", "number_too_long"),
    "a truth value": ("xep_loai", True, "true", "not_text"),
}


@pytest.mark.parametrize("case", CELLS)
def test_typed_cells_become_text_or_are_told(case):
    """Each type of cell gives the text that people read, and a fault where it may have cost something."""
    name, value, text, rule = CELLS[case]

    def then(made, sheet):
        if isinstance(value, dt.date):
            sheet.write_datetime(1, at(name), value, made.add_format({"num_format": "dd/mm/yyyy"}))
        else:
            sheet.write(1, at(name), value)

    (row,) = opened(one_sheet(NAMES, ROW, then=then))[1]
    assert row.cells == EXAMPLE | {name: text}
    assert [(f.row, f.column, f.rule) for f in row.faults] == ([(2, name, rule)] if rule else [])


def test_the_day_of_a_mac_is_the_same_day():
    """Workbooks that count days from 1904 give the same dates."""

    def fill(made):
        sheet = made.add_worksheet()
        put(sheet, [NAMES, ROW])
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(1, at("ngay_sinh"), dt.datetime.fromisoformat("2004-03-27"), day)

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": True}) as made:
        fill(made)
    assert opened(out.getvalue())[1][0].cells["ngay_sinh"] == "27/03/2004"


def test_formulas_are_errors_of_their_cells():
    """A formula is told with row and column; the value it had is the cell's text."""

    def then(made, sheet):
        sheet.write_formula(2, at("xep_loai"), '=IF(1>0,"Giỏi","Khá")', None, "Giỏi")
        sheet.write_formula(0, 60, "=1+1", None, "")

    _, rows = opened(one_sheet(NAMES, ROW, ROW, then=then))
    assert [(f.row, f.column, f.rule) for row in rows for f in row.faults] == [(3, "xep_loai", "formula_cell")]
    assert rows[1].cells == EXAMPLE


def test_error_cells_are_errors():
    """#REF! and its like are told, and are the cell's text."""

    def then(made, sheet):
        sheet.write_formula(1, at("xep_loai"), "=1/0", None, "#DIV/0!")

    (row,) = opened(one_sheet(NAMES, ROW, then=then))[1]
    assert [f.rule for f in row.faults] == ["formula_cell", "spreadsheet_error"]
    assert row.cells["xep_loai"] == "#DIV/0!"


def test_merged_rows_are_errors():
    """Each row through which a merged range goes is told; the rows after it are not."""

    def then(made, sheet):
        sheet.merge_range(1, at("dan_toc"), 2, at("dan_toc"), "Kinh")

    _, rows = opened(one_sheet(NAMES, ROW, ROW, ROW, then=then))
    assert [[f.rule for f in row.faults] for row in rows] == [["merged_cells"], ["merged_cells"], []]
    assert "N2:N3" in rows[0].faults[0].message_en


def test_a_merged_header_is_refused():
    """A header of two storeys has no one name for each column."""

    def then(made, sheet):
        sheet.merge_range(0, 0, 1, 0, NAMES[0])

    assert refused(one_sheet(NAMES, ROW, ROW, then=then)).rule == "merged_header"


def test_merged_titles_do_no_harm():
    """Titles above the header may be merged, as they always are."""

    def then(made, sheet):
        sheet.merge_range("A1:F2", "TRƯỜNG ĐẠI HỌC")

    _, rows = opened(one_sheet(NAMES, ROW, at=4, then=then))
    assert [(row.number, row.cells, row.faults) for row in rows] == [(6, EXAMPLE, [])]


def several(*sheets) -> bytes:
    """Sheets as (name, rows, hidden)."""

    def fill(made):
        for name, rows, hidden in sheets:
            sheet = made.add_worksheet(name)
            put(sheet, rows)
            if hidden:
                sheet.hide()

    return book(fill)


def test_the_sheet_with_a_header_is_chosen():
    """Other visible sheets and hidden ones are noted, not read."""
    data = several(
        ("Hướng dẫn", [["Điền vào trang sau"]], False),
        ("Lớp A", [NAMES, ROW], False),
        ("Danh mục", [["x"]], True),
    )
    form, rows = opened(data)
    assert form.sheet == "Lớp A"
    assert [row.cells for row in rows] == [EXAMPLE]
    assert [(note.rule, note.value) for note in form.notes] == [
        ("hidden_sheet", "Danh mục"),
        ("other_sheet", "Hướng dẫn"),
    ]


def test_other_sheets_are_let_go():
    """While a hundred sheets are looked at, few are in memory: a small file may unpack into gigabytes of cells."""
    alive = WeakSet()
    counted = []

    class Cells:
        height, start = 1, None

        def iter_rows(self):
            return iter([["x"]])

    def sheets():
        for number in range(100):
            alive.add(cells := Cells())
            counted.append(len(alive))
            yield xlsx_list._Sheet(str(number), cells, xlsx_marks.Marks())

    chosen, others = xlsx_list._chosen(sheets(), (DIPLOMA,))
    assert (chosen.name, len(others)) == ("0", 99)
    assert max(counted) <= 4


def test_several_lists_in_one_file_are_refused_by_name():
    """Which of two lists is meant is not guessed."""
    finding = refused(several(("Lớp A", [NAMES, ROW], False), ("Lớp B", [NAMES, ROW], False)))
    assert (finding.rule, finding.value) == ("several_sheets", "Lớp A, Lớp B")


def test_a_hidden_list_is_not_a_second_one():
    """A hidden sheet with a header is noted and left alone."""
    form, _ = opened(several(("Lớp A", [NAMES, ROW], False), ("Cũ", [NAMES, ROW], True)))
    assert [note.rule for note in form.notes] == ["hidden_sheet"]


def test_hidden_rows_and_columns_are_noted_and_read():
    """What a filter hides is part of the list, and the registrar is told."""

    def then(made, sheet):
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(3, 3, None, None, {"hidden": True})

    form, rows = opened(one_sheet(NAMES, ROW, ROW, then=then))
    assert [(note.rule, note.value) for note in form.notes] == [("hidden_rows", "1"), ("hidden_columns", "yes")]
    assert len(rows) == 2


def test_macros_and_links_are_noted_and_never_touched():
    """Parts that are not needed are not even unpacked."""
    data = added(added(PLAIN, "xl/vbaProject.bin", b"\xd0\xcf"), "xl/externalLinks/externalLink1.xml", b"<!DOCTYPE x>")
    form, rows = opened(data)
    assert [note.rule for note in form.notes] == ["external_links", "macros"]
    assert [row.cells for row in rows] == [EXAMPLE]


def test_our_own_column_and_blank_headers_are_passed_over():
    """A sheet with findings is read as the list it was made of; a cell under no name is told."""
    _, rows = opened(one_sheet([*NAMES, FINDINGS_COLUMN], [*ROW, "Sửa lại"], [*ROW, "", "", "x"]))
    assert [row.cells for row in rows] == [EXAMPLE, EXAMPLE]
    assert [[f.rule for f in row.faults] for row in rows] == [[], ["nameless_cell"]]


def bomb(size: int) -> bytes:
    """A sheet that unpacks to that many bytes of blanks."""
    return changed(PLAIN, SHEET, ("<sheetData>", "<sheetData>" + " " * size))


def lying(data: bytes, name: str) -> bytes:
    """The file with a small size declared for a part, in both places where ZIP says it."""
    entry = zipfile.ZipFile(io.BytesIO(data)).getinfo(name)
    return data.replace(entry.file_size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def encrypted(data: bytes) -> bytes:
    """The file with the flag of encryption set on every entry of the directory."""
    out = bytearray(data)
    at = 0
    while (at := out.find(b"PK\x01\x02", at) + 1) > 0:
        out[at + 7] |= 1
    return bytes(out)


def twice(data: bytes) -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return added(data, SHEET, b"<worksheet/>")


def many_strings(length: int, cells: int) -> bytes:
    """One long text that stands in many cells."""
    row = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(3, cells + 3))
    data = changed(PLAIN, SHEET, ("</sheetData>", f'<row r="3">{row}</row></sheetData>'))
    return changed(data, STRINGS, ("phien_ban", "x" * length))


HARMFUL = {
    "blanks without end": (lambda: bomb(300_000), "too_large"),
    "a part that lies about its size": (lambda: lying(bomb(300_000), SHEET), "damaged"),
    "more entries than a workbook has": (lambda: added(PLAIN, "a/b.xml", b""), "damaged"),
    "the same entry twice": (lambda: twice(PLAIN), "damaged"),
    "entries that differ by case": (lambda: added(PLAIN, SHEET.upper(), b"<worksheet/>"), "damaged"),
    "a password": (lambda: encrypted(PLAIN), "format_encrypted"),
    "a DOCTYPE in the sheet": (lambda: changed(PLAIN, SHEET, ("<worksheet", "<!DOCTYPE x><worksheet")), "unsafe_xml"),
    "an entity in the strings": (lambda: changed(PLAIN, STRINGS, ("<sst", '<!ENTITY a "b"><sst')), "unsafe_xml"),
    "a DOCTYPE in the workbook": (
        lambda: changed(PLAIN, WORKBOOK, ("<workbook", "<!DOCTYPE x><workbook")),
        "unsafe_xml",
    ),
    "XML in another encoding": (lambda: changed(PLAIN, SHEET, ("UTF-8", "UTF-7")), "unsafe_xml"),
    "a cell in the last corner": (lambda: changed(PLAIN, SHEET, ('r="A2"', 'r="XFD1048576"')), "too_large"),
    "a cell in lower case": (lambda: changed(PLAIN, SHEET, ('r="A2"', 'r="xfd1048576"')), "damaged"),
    "a row of ten digits": (lambda: changed(PLAIN, SHEET, ('r="A2"', 'r="A9999999999"')), "damaged"),
    "a cell with two places": (lambda: changed(PLAIN, SHEET, ('r="A2"', 'r="A2" r="XFD1048576"')), "damaged"),
    "a far cell on a line of its own": (lambda: changed(PLAIN, SHEET, ('<c r="A2"', '<c\nr="XFD9999"')), "too_large"),
    "a far cell under a prefix": (
        lambda: changed(PLAIN, SHEET, ('<c r="B2"', '<q:c r="XFD9999"><q:v>1</q:v></q:c><c r="B2"')),
        "too_large",
    ),
    "more strings announced than there can be": (
        lambda: changed(PLAIN, STRINGS, ('count="', 'count="9999999999')),
        "damaged",
    ),
    "a cell without a place": (lambda: changed(PLAIN, SHEET, ('<c r="A2"', "<c")), "damaged"),
    "one long text everywhere": (lambda: many_strings(5_000, 100), "too_large"),
    "a broken workbook": (lambda: changed(PLAIN, WORKBOOK, ("</workbook>", "")), "damaged"),
    "no visible sheet": (lambda: changed(PLAIN, WORKBOOK, ('r:id="rId1"', 'state="hidden" r:id="rId1"')), "no_sheet"),
    "cut off": (lambda: PLAIN[: len(PLAIN) // 2], "damaged"),
    "a ZIP of something else": (lambda: added(b"", "list.csv", b"x"), "format_archive"),
    "an OpenDocument": (lambda: added(b"", "content.xml", b"x"), "format_ods"),
    "a Word document": (lambda: added(b"", "word/document.xml", b"x"), "format_document"),
    "a binary workbook": (lambda: added(b"", "xl/workbook.bin", b"x"), "format_xlsb"),
    "an empty sheet": (lambda: one_sheet(), "empty_file"),
    "a header only": (lambda: one_sheet(NAMES), "no_rows"),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_harmful_files_are_refused_with_a_reason(case, monkeypatch):
    """Bombs, tricks and broken files end in one finding, whatever they declare."""
    monkeypatch.setattr(xlsx_parts, "RATIO_FROM", 100_000)
    monkeypatch.setattr(xlsx_parts, "HIGHEST_RATIO", 20)
    monkeypatch.setattr(xlsx_parts, "MOST_ENTRIES", 10)
    monkeypatch.setattr(xlsx_marks, "LARGEST_TEXTS", 400_000)
    make, rule = HARMFUL[case]
    assert refused(make()).rule == rule


def test_a_bomb_is_refused_by_what_comes_out_of_it(monkeypatch):
    """The limit of a part holds for its true bytes, in bounded time."""
    monkeypatch.setattr(xlsx_parts, "LARGEST_PART", 10_000_000)
    data = bomb(50_000_000)
    begun = time.process_time()
    assert refused(data).rule == "too_large"
    assert time.process_time() - begun < 2


def test_wide_sheets_are_measured_exactly():
    """A column far to the right is no harm in a short sheet."""

    def then(made, sheet):
        sheet.write_string(0, 700, "")
        sheet.write_blank(1_000_000, 3, None, made.add_format({"bold": True}))
        sheet.write_string(1, 700, "x")

    (row, *_) = opened(one_sheet(NAMES, ROW, then=then))[1]
    assert [f.rule for f in row.faults] == ["nameless_cell"]


def test_too_many_formulas_are_told_at_once(monkeypatch):
    """A sheet full of formulas wants pasting as a whole."""
    monkeypatch.setattr(xlsx_marks, "MOST_MARKS", 1)

    def then(made, sheet):
        sheet.write_formula(1, 0, "=1", None, "1.0")
        sheet.write_formula(1, 1, "=1", None, "1.0")

    assert refused(one_sheet(NAMES, ROW, then=then)).rule == "too_many_marks"


def test_a_sheet_whose_tags_have_prefixes_is_read_alike():
    """Names of XML namespaces are a matter of taste; formulas are found all the same."""

    def then(made, sheet):
        sheet.write_formula(1, at("xep_loai"), "=A1", None, EXAMPLE["xep_loai"])

    source, out = zipfile.ZipFile(io.BytesIO(one_sheet(NAMES, ROW, then=then))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for entry in source.namelist():
            content = source.read(entry).decode()
            if entry == SHEET:
                content = content.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
                content = content.replace("<x:?xml", "<?xml").replace("xmlns=", "xmlns:x=")
            target.writestr(entry, content)
    _, rows = opened(out.getvalue())
    assert [row.cells for row in rows] == [EXAMPLE]
    assert [f.rule for f in rows[0].faults] == ["formula_cell"]


def test_texts_of_old_fonts_are_found_in_spreadsheets_too():
    """A cell typed for TCVN3 is told with what was meant."""
    cells = list((EXAMPLE | {"ho_va_ten": "NguyÔn V¨n H¶i"}).values())
    (row,) = opened(one_sheet(NAMES, cells))[1]
    assert [(f.rule, f.suggestion) for f in row.faults] == [("legacy_font", "Nguyễn Văn Hải")]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
def test_damaged_workbooks_raise_nothing_but_our_errors(damages):
    """Bytes changed anywhere in the file give rows or findings."""
    data = bytearray(PLAIN)
    for place, content in damages:
        start = int(place * (len(data) - 4))
        data[start : start + len(content)] = content
    with suppress(VanbangError):
        opened(bytes(data))


PARTS = zipfile.ZipFile(io.BytesIO(PLAIN))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([SHEET, WORKBOOK, STRINGS, "xl/styles.xml", "xl/_rels/workbook.xml.rels"]),
    st.floats(0, 1),
    st.sampled_from(["", "<", ">", '"', "&", "<c/>", "</row>", "9999999999", "-1", "\0", "<row>", "&#0;", 'r="A0"']),
    st.integers(0, 30),
)
def test_workbooks_with_broken_xml_raise_nothing_but_our_errors(name, place, inserted, removed):
    """XML broken anywhere inside a sound ZIP gives rows or findings."""
    content = PARTS.read(name).decode()
    start = int(place * len(content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for entry in PARTS.namelist():
            broken = content[:start] + inserted + content[start + removed :]
            target.writestr(entry, broken if entry == name else PARTS.read(entry))
    with suppress(VanbangError):
        opened(out.getvalue())
