"""CSV lists: what spreadsheets write is read, anything else is told with its row, and nothing else is ever raised."""

import codecs
import csv
import io
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vanbang.adapters.files import csv_list, csv_units, open_list, table, text_lines
from vanbang.adapters.files.table import LONGEST_CELL
from vanbang.catalog import LIST_TYPES, type_by_name
from vanbang.core.errors import VanbangError
from vanbang.notary import checking
from vanbang.notary.checking import check_list
from vanbang.notary.lists import FINDINGS_COLUMN, ListUnreadable
from vanbang.notary.quality import CheckReport

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}
NAMES = list(EXAMPLE)
HEADER = ",".join(NAMES)
LINE = DIPLOMA.csv_template().decode("utf-8-sig").splitlines()[1]


def as_bytes(*lines: str, end: str = "\n") -> bytes:
    return end.join((*lines, "")).encode()


def opened(data: bytes, kinds=(DIPLOMA,)):
    with open_list(io.BytesIO(data), kinds) as listed:
        return listed.form, list(listed.rows())


def read(data: bytes, kinds=(DIPLOMA,)):
    return [(row.number, row.cells) for row in opened(data, kinds)[1]]


def faults(data: bytes):
    """(row, rule) of everything that the reader finds, in rows or in the end."""
    found = []
    try:
        with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
            for row in listed.rows():
                found += [(entry.row, entry.rule) for entry in row.faults]
    except ListUnreadable as error:
        found += [(entry.row, entry.rule) for entry in error.findings]
    return found


def written(rows, head=NAMES, **how) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **how).writerows([head, *rows])
    return text.getvalue().encode()


def in_windows_1258(text: str) -> bytes:
    """As Windows writes Vietnamese: tones behind their vowels, roofs and horns in the letter."""
    out = []
    for letter in text:
        try:
            out.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", letter)
            tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            rest = "".join(mark for mark in marks if mark not in tones)
            out.append((unicodedata.normalize("NFC", base + rest) + "".join(tones)).encode("cp1258"))
    return b"".join(out)


ENCODINGS = {
    "UTF-8": as_bytes(HEADER, LINE),
    "UTF-8 with mark": codecs.BOM_UTF8 + as_bytes(HEADER, LINE),
    "UTF-16 LE with mark": codecs.BOM_UTF16_LE + as_bytes(HEADER, LINE).decode().encode("utf-16-le"),
    "UTF-16 BE with mark": codecs.BOM_UTF16_BE + as_bytes(HEADER, LINE).decode().encode("utf-16-be"),
    "UTF-16 LE": as_bytes(HEADER, LINE).decode().encode("utf-16-le"),
    "UTF-16 BE": as_bytes(HEADER, LINE).decode().encode("utf-16-be"),
    "Windows-1258": in_windows_1258(as_bytes(HEADER, LINE).decode()),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings_of_spreadsheets_are_told_apart_by_content(name):
    """The same row comes out of every encoding, and the form names it."""
    form, rows = opened(ENCODINGS[name])
    assert [(row.number, row.cells) for row in rows] == [(2, EXAMPLE)]
    assert not rows[0].faults
    assert form.encoding == name.removesuffix(" with mark")


def test_windows_1258_is_noted_once_and_joined():
    """Tones written apart are joined at the door, with one note for the file and no warning for a cell."""
    form, _ = opened(ENCODINGS["Windows-1258"])
    assert [note.rule for note in form.notes] == ["encoding_guessed"]
    report = CheckReport()
    with open_list(io.BytesIO(ENCODINGS["Windows-1258"]), (DIPLOMA,)) as listed:
        check_list(listed, report)
    assert dict(report.rules) == {"encoding_guessed": 1}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(end):
    """LF, CRLF and CR give the same rows, a missing last one too."""
    data = as_bytes(HEADER, LINE, LINE, end=end)
    assert read(data) == read(data.removesuffix(end.encode())) == [(2, EXAMPLE), (3, EXAMPLE)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_taken_from_the_header(separator):
    """Excel's separator depends on the country: comma, semicolon, tab and bar are understood."""
    form, rows = opened(written([EXAMPLE.values()], delimiter=separator))
    assert [row.cells for row in rows] == [EXAMPLE]
    assert form.separator == separator


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_excels_own_first_line_names_the_separator(first):
    """A line `sep=;` is no row, and counts none."""
    assert read(first.encode() + b"\r\n" + written([EXAMPLE.values()], delimiter=";")) == [(2, EXAMPLE)]


def test_titles_above_the_header_are_passed_over():
    """The header is the first of the first rows that has half of the required columns."""
    titles = ["BỘ GIÁO DỤC VÀ ĐÀO TẠO,,", "", '"Danh sách ""tốt nghiệp"", đợt 1",,', "Họ và tên,,"]
    assert read(as_bytes(*titles, HEADER, LINE)) == [(6, EXAMPLE)]


def test_columns_may_stand_in_any_order_and_optional_ones_be_missing():
    """Cells are found by the header's names, not by their place."""
    fewer = [name for name in reversed(NAMES) if name != "ghi_chu"]
    text = ",".join(fewer) + "\n" + ",".join(f'"{EXAMPLE[name]}"' for name in fewer)
    assert read(text.encode()) == [(2, {name: EXAMPLE[name] for name in fewer})]


def test_headers_are_known_by_their_labels():
    """Labels in either language, any case and starred, head the column of their field, as the form says."""
    labels = [f"{spec.label_vi.upper()} (*)" for spec in DIPLOMA.fields]
    form, rows = opened(written([EXAMPLE.values()], labels))
    assert [row.cells for row in rows] == [EXAMPLE]
    assert form.columns == dict(zip(labels, NAMES, strict=True))


def test_a_list_may_serve_several_types():
    """The form names every type whose required columns are there; blank cells of a mixed list are left out."""
    form, rows = opened(as_bytes(HEADER, LINE), LIST_TYPES)
    assert DIPLOMA in form.kinds
    if len(form.kinds) > 1:
        assert rows[0].cells == {name: value for name, value in EXAMPLE.items() if value}


def test_row_numbers_are_those_of_the_spreadsheet():
    """Blank rows count though they are skipped, and a cell of two lines is one row."""
    two_lines = LINE.replace("Hà Nội", '"Hà\nNội"', 1)
    rows = read(as_bytes(HEADER, LINE, "", "," * (len(NAMES) - 1), two_lines, LINE))
    assert [number for number, _ in rows] == [2, 5, 6]
    assert rows[1][1]["noi_sinh"] == "Hà\nNội"


def test_blank_columns_are_passed_over():
    """Columns without name and content do no harm, at the right or amidst; with content they do."""
    assert read(as_bytes(HEADER + ",,", LINE + ",,")) == [(2, EXAMPLE)]
    assert read(as_bytes("," + HEADER, "," + LINE)) == [(2, EXAMPLE)]
    assert faults(as_bytes(HEADER + ",,", LINE + ",,x", LINE + ",,")) == [(2, "cell_count")]
    assert faults(as_bytes("," + HEADER, "x," + LINE)) == [(2, "nameless_cell")]


def test_a_separator_within_a_cell_is_not_taken_for_one_at_the_end():
    """A row whose last cell is empty has a cell too many when a comma shifted the others; so have all trailing ones."""
    shifted = LINE.replace("Kinh", "Kinh, Mường", 1)
    assert faults(as_bytes(HEADER, shifted, LINE)) == [(2, "cell_count")]
    assert faults(as_bytes(HEADER, LINE + ",", LINE)) == [(2, "cell_count")]


def test_empty_last_cells_that_excel_left_out():
    """Rows that lack cells which may be empty are read with a warning; the last row only after others like it."""
    tail = next(at for at, spec in enumerate(reversed(DIPLOMA.fields)) if spec.required)
    full = list(EXAMPLE.values())
    trimmed = ",".join(f'"{cell}"' for cell in full[: len(full) - tail])
    assert read(as_bytes(HEADER, LINE, trimmed, LINE))[1][1] == EXAMPLE | dict.fromkeys(NAMES[len(full) - tail :], "")
    assert faults(as_bytes(HEADER, LINE, trimmed, LINE)) == [(3, "cells_left_out")]
    assert faults(as_bytes(HEADER, trimmed, trimmed)) == [(2, "cells_left_out"), (3, "cells_left_out")]
    assert faults(as_bytes(HEADER, LINE, trimmed)) == [(3, "cut_off")]
    too_short = ",".join(f'"{cell}"' for cell in full[: len(full) - tail - 1])
    assert faults(as_bytes(HEADER, too_short, LINE)) == [(2, "cell_count")]


@pytest.mark.parametrize("name", ["STT", "TT", "Số thứ tự"])
def test_row_numbers_are_passed_over(name):
    """The column in which lists count their rows is no field and no fault."""
    assert read(as_bytes(f"{name},{HEADER}", f"1,{LINE}")) == [(2, EXAMPLE)]


def test_our_own_column_is_passed_over():
    """A sheet with findings is read as the list it was made of."""
    assert read(as_bytes(f"{HEADER},{FINDINGS_COLUMN}", LINE + ",Sửa lại [required]")) == [(2, EXAMPLE)]


def test_only_our_own_sheets_lose_an_apostrophe():
    """An apostrophe before = + - @ goes where we put it, and stays where the list had it."""
    line = LINE.replace("Hà Nội", "'+84", 1)
    assert read(as_bytes(HEADER, line))[0][1]["noi_sinh"] == "'+84"
    assert read(as_bytes(f"{HEADER},{FINDINGS_COLUMN}", line + ","))[0][1]["noi_sinh"] == "+84"


def test_quoted_cells_keep_separators_and_quotes():
    """Separators and doubled quotation marks inside a quoted cell are its content."""
    value = 'Xã "Tân Lập", huyện; tỉnh'
    assert read(written([(EXAMPLE | {"noi_sinh": value}).values()]))[0][1]["noi_sinh"] == value


def test_a_path_is_read_like_a_stream(tmp_path):
    """A file on disk gives the same rows as its bytes, and a missing one is an OSError."""
    path = tmp_path / "list.xlsx"
    path.write_bytes(DIPLOMA.csv_template())
    with open_list(path, (DIPLOMA,)) as listed:
        assert [row.cells for row in listed.rows()] == [EXAMPLE]
    with pytest.raises(FileNotFoundError), open_list(tmp_path / "none.csv", (DIPLOMA,)):
        pass


def test_an_open_stream_is_left_open_and_read_from_its_beginning():
    """Who opened the stream closes it; where it stood does not matter."""
    stream = io.BytesIO(DIPLOMA.csv_template())
    stream.read()
    with open_list(stream, (DIPLOMA,)) as listed:
        assert len(list(listed.rows())) == 1
    assert not stream.closed


def test_a_row_of_another_width_is_refused_and_reading_goes_on():
    """Rows with too few or too many cells carry a fault and no cells; the rows around them are read."""
    _, rows = opened(as_bytes(HEADER, LINE, LINE + ",x", "chỉ,ba,ô", LINE))
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert [bool(row.cells) for row in rows] == [True, False, False, True]
    assert [(f.rule, f.value) for row in rows for f in row.faults] == [("cell_count", "45"), ("cell_count", "3")]


CUT_OFF = {
    "in a row": (as_bytes(HEADER, LINE) + LINE[:80].encode(), 3),
    "in a letter": (as_bytes(HEADER, LINE) + "1.0,Hà".encode()[:-1], 3),
    "in a quoted cell": (as_bytes(HEADER, LINE) + b'1.0,"10/2026', 3),
    "in a pair of UTF-16": (ENCODINGS["UTF-16 LE"] + b"1", 3),
}


@pytest.mark.parametrize("case", CUT_OFF)
def test_a_cut_off_list_is_told(case):
    """A last row that breaks off is named as such, after the rows before it."""
    data, row = CUT_OFF[case]
    assert faults(data) == [(row, "cut_off")]


OLD_FONTS = {
    "VNI": ("Nguyeãn Vaên Haûi", "legacy_font", "Nguyễn Văn Hải"),
    "TCVN3": ("NguyÔn V¨n H¶i", "legacy_font", "Nguyễn Văn Hải"),
    "UTF-8 read as Windows-1252": ("Nguyá»…n Äá»©c", "mojibake", None),
    "UTF-8 read as Windows-1252 in full": ("Nguyễn Đức".encode().decode("latin-1"), "mojibake", "Nguyễn Đức"),
}


@pytest.mark.parametrize("case", OLD_FONTS)
def test_vietnamese_that_is_no_unicode_is_told_with_its_cell(case):
    """A cell in an old encoding is an error of its row and column, with what was meant where it can be told."""
    text, rule, meant = OLD_FONTS[case]
    _, rows = opened(written([(EXAMPLE | {"ho_va_ten": text}).values()]))
    (finding,) = rows[0].faults
    assert (finding.row, finding.column, finding.value, finding.rule) == (2, "ho_va_ten", text, rule)
    assert meant is None or finding.suggestion == meant


def test_a_row_typed_for_vni_is_told():
    """Where no letter of the row is Unicode's own, vowels with the marks of VNI betray it."""
    bare = {name: value.encode("ascii", "ignore").decode() for name, value in EXAMPLE.items()}
    row = bare | {"ho_va_ten": "Nguyeãn Vaên Haûi", "noi_sinh": "Ñaø Naüng", "dan_toc": "Kinh"}
    _, rows = opened(written([row.values()]))
    assert [(f.rule, f.suggestion) for f in rows[0].faults] == [
        ("legacy_font", "Nguyễn Văn Hải"),
        ("legacy_font", "Đà Nẵng"),
    ]


def test_names_of_foreigners_are_no_old_font():
    """Umlauts, tildes and rings in a name, and signs in a note, are taken as they are."""
    for name in (
        "Zoë Müller",
        "Noël Muñoz",
        "Begoña Núñez",
        "Søren Ångström",
        "Naïma Haïdara",
        "Göteborg Röntgen",
        "NGUYỄN THỊ NGÃ",
    ):
        assert opened(written([(EXAMPLE | {"ho_va_ten": name}).values()]))[1][0].faults == []
    note = EXAMPLE | {"ghi_chu": "«Excel®» 5 µm, 1½ m², © 2026"}
    assert opened(written([note.values()]))[1][0].faults == []


def test_a_file_in_an_old_font_is_refused_with_row_and_cell():
    """Bytes of TCVN3 are no Windows-1258: the first cell is named, with what was meant."""
    data = as_bytes(HEADER) + LINE.encode("ascii", "ignore").replace(b"Nguyn Th Minh Anh", b"Nguy\xd4n V\xa8n An")
    with pytest.raises(ListUnreadable) as caught:
        read(data)
    (finding,) = caught.value.findings
    assert (finding.row, finding.rule, finding.suggestion) == (2, "legacy_font", "Nguyễn Văn An")


UNREADABLE = {
    "empty file": (b"", "empty_file", 0),
    "only a byte order mark": (codecs.BOM_UTF8, "empty_file", 0),
    "only blank lines": (b"\r\n\r\n", "empty_file", 0),
    "only separators": (b",,,\n", "empty_file", 0),
    "header only": (as_bytes(HEADER), "no_rows", 0),
    "header and blank rows": (as_bytes(HEADER, "", ",,,", ""), "no_rows", 0),
    "a letter of Latin-1": (as_bytes(HEADER, LINE) + b"H\xe0 N\xf4i", "not_utf8", 3),
    "a wrong byte among UTF-8": (as_bytes(HEADER, LINE, LINE) + b"\xc3(", "not_utf8", 4),
    "half a pair of UTF-16": (ENCODINGS["UTF-16 LE"] + b"\x00\xd8\x20\x00", "not_utf8", 3),
    "a byte that Windows-1258 lacks": (ENCODINGS["Windows-1258"] * 200 + b"\x9d", "not_utf8", 401),
    "zero byte": (as_bytes(HEADER, LINE) + b"a\0b", "nul_byte", 3),
    "unclosed quote": (as_bytes(HEADER, LINE, '"Nguyễn,' + LINE, LINE), "quoting", 3),
    "text after a quote": (as_bytes(HEADER, LINE, '"Nguyễn" Văn,' + LINE), "quoting", 3),
    "a cell over the limit": (as_bytes(HEADER, LINE, "x" * (LONGEST_CELL + 1)), "quoting", 3),
    "unknown column": (as_bytes(HEADER + ",email", LINE + ",x"), "column_unknown", 1),
    "missing column": (as_bytes(HEADER.replace("ho_va_ten,", ""), LINE), "column_missing", 1),
    "repeated column": (as_bytes(HEADER + ",ho_va_ten", LINE + ",x"), "column_repeated", 1),
    "repeated field": (as_bytes(HEADER + ",Họ và tên", LINE + ",x"), "column_repeated", 1),
    "nameless column": (as_bytes(HEADER.replace("ngay_sinh", ""), LINE), "column_missing", 1),
    "no header": (as_bytes(LINE, LINE), "header_missing", 1),
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


def test_a_list_without_end_is_not_read_to_its_end(monkeypatch):
    """More rows than any list has, and more findings than any report needs, end the reading and are told."""
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    with pytest.raises(ListUnreadable) as caught:
        read(as_bytes(HEADER, LINE, LINE, LINE))
    assert [(found.rule, found.row) for found in caught.value.findings] == [("too_large", 4)]
    monkeypatch.undo()
    monkeypatch.setattr(csv_units, "UNIT_ROWS", 1)
    monkeypatch.setattr(checking, "MOST_FINDINGS", 1)
    with open_list(io.BytesIO(as_bytes(HEADER, "x", "x", "x", "x", "x")), (DIPLOMA,)) as listed:
        report = check_list(listed, CheckReport())
    assert (report.unreadable, report.rows, report.rules["too_many_findings"]) == (True, 2, 1)


def test_a_line_without_end_cannot_fill_the_memory(monkeypatch):
    """A line longer than the limit stops the reading."""
    monkeypatch.setattr(text_lines, "LONGEST_LINE", 5_000)
    monkeypatch.setattr(text_lines, "BLOCK", 1_000)
    assert faults(as_bytes(HEADER, LINE, "x" * 7_000)) == [(3, "line_too_long")]


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("rows", [1, 500])
def test_a_wrong_byte_is_named_with_its_offset(mark, rows):
    """The offset counts from the file's first byte; the rows before it were read."""
    head = mark + as_bytes(HEADER, *[LINE] * rows)
    with open_list(io.BytesIO(head + b"ab\xe1cd\n" + as_bytes(LINE)), (DIPLOMA,)) as listed:
        numbers = []
        with pytest.raises(ListUnreadable) as caught:
            numbers.extend(row.number for row in listed.rows())
    (finding,) = caught.value.findings
    assert (finding.row, finding.value) == (rows + 2, "e1")
    assert str(len(head) + 2) in finding.message_en
    assert str(len(head) + 2) in finding.message_vi


def test_a_zero_byte_is_named_with_its_offset():
    """Letters before it count as many bytes as they have."""
    head = as_bytes(HEADER, LINE) + "ấ".encode()
    with pytest.raises(ListUnreadable) as caught:
        read(head + b"\0")
    assert str(len(head)) in caught.value.findings[0].message_en


def test_blocks_may_end_anywhere(monkeypatch):
    """Letters, line ends and pairs cut by the end of a block are read whole."""
    data = {name: bytes_ for name, bytes_ in ENCODINGS.items() if name != "Windows-1258"}
    for block in (1, 7):
        monkeypatch.setattr(text_lines, "BLOCK", block)
        for encoded in data.values():
            assert read(encoded) == [(2, EXAMPLE)]
        assert read(as_bytes(HEADER, LINE, LINE, end="\r\n")) == [(2, EXAMPLE), (3, EXAMPLE)]


def test_an_encoding_contradicted_behind_the_first_part_is_told(monkeypatch):
    """What was taken for UTF-8 by its beginning is held to it."""
    monkeypatch.setattr(csv_list, "HEAD", 100)
    assert faults(as_bytes(HEADER) + in_windows_1258(LINE))[0][1] in {"not_utf8", "cut_off"}


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


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.lists(chunks | st.binary(max_size=8), max_size=12).map(b"".join))
@example(codecs.BOM_UTF8 + codecs.BOM_UTF8)
@example(codecs.BOM_UTF16_LE + b"\0")
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
@given(st.sampled_from(sorted(ENCODINGS)), st.floats(0, 1), st.binary(min_size=1, max_size=3))
def test_a_damaged_list_is_reported_never_raised(name, place, inserted):
    """Bytes inserted anywhere into a good list end in a report, whatever they do to it."""
    data = ENCODINGS[name]
    at = int(place * len(data))
    report = CheckReport()
    try:
        with open_list(io.BytesIO(data[:at] + inserted + data[at:]), (DIPLOMA,)) as listed:
            check_list(listed, report)
    except ListUnreadable as error:
        report.refuse_list(error)
    assert report.unreadable or report.rows > 0
    assert report.accepted + report.errors > 0
