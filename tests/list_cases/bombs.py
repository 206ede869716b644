"""Files made to fill a memory or a disk, or to be read in two ways. Small as they are, they are made when needed."""

import io
from collections.abc import Callable
from dataclasses import replace
from warnings import catch_warnings, simplefilter
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from list_cases.case import Case, bad_rows, good, refused
from list_cases.writing import table, text, written, xlsx

SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1 << 20
AGAIN = "Lưu lại bằng Excel, hoặc xuất dạng CSV UTF-8."


def reworked(change: Callable[[bytes], bytes], part: str = SHEET, more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A good spreadsheet with one part changed and others added."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(xlsx(("DanhSach", table(good()))))) as book, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in book.namelist():
            data = book.read(name)
            archive.writestr(ZipInfo(name), change(data) if name == part else data, ZIP_DEFLATED)
        with catch_warnings():
            simplefilter("ignore")  # a name that is there already is the fault
            for name, data in more:
                archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return out.getvalue()


def cases() -> list[Case]:
    made = [
        refused(
            "zip-bomb.xlsx",
            ("Bom nén: nhỏ khi nén, rất lớn khi giải nén", "a zip bomb"),
            AGAIN,
            lambda: reworked(lambda xml: xml + b" " * 16 * MEGABYTE),
            "error 0 - too_large",
        ),
        refused(
            "far-cell.xlsx",
            ("Một ô ở tận cùng trang tính", "a cell at the far corner of the sheet"),
            "Xóa các dòng, cột thừa rồi lưu lại.",
            lambda: reworked(
                lambda xml: xml.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            ),
            "error 0 - too_large",
        ),
        refused(
            "entity-bomb.xlsx",
            ("Khai báo thực thể XML", "an XML entity declaration"),
            AGAIN,
            lambda: reworked(lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "a">]><worksheet', 1)),
            "error 0 - unsafe_xml",
        ),
        refused(
            "part-twice.xlsx",
            ("Hai phần cùng tên trong tệp XLSX", "two parts of one name"),
            AGAIN,
            lambda: reworked(bytes, more=((SHEET, b"<worksheet/>"),)),
            "error 0 - damaged",
        ),
        refused(
            "thousands-of-parts.xlsx",
            ("Hàng nghìn phần trong tệp XLSX", "thousands of parts"),
            AGAIN,
            lambda: reworked(bytes, more=tuple((f"x{number}", b"") for number in range(2_500))),
            "error 0 - damaged",
        ),
        bad_rows(
            "endless-line.csv",
            ("Dòng dài vô tận", "an endless line"),
            "Kiểm tra ký tự xuống dòng, xuất lại.",
            lambda: written(good(1)) + b"1," * 3 * MEGABYTE,
            "error 3 - line_too_long",
            rows=1,
            accepted=1,
        ),
        bad_rows(
            "endless-cell.csv",
            ("Ô dài vô tận", "an endless cell"),
            "Kiểm tra dấu ngoặc kép, xuất lại.",
            lambda: written(good(1)) + b"1" * 300_000 + b"\n",
            "error 3 - quoting",
            rows=1,
            accepted=1,
        ),
        refused(
            "thousands-of-columns.csv",
            ("Hàng nghìn cột lạ", "thousands of unknown columns"),
            "Gửi đúng tệp danh sách.",
            lambda: text([[*row, *(f"c{number}" for number in range(3_000))] for row in table(good())]).encode(),
            *(f"error 1 c{number} column_unknown" for number in range(50)),
        ),
    ]
    return [replace(case, is_kept=False) for case in made]
