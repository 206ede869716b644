"""Files that are no list at all, are not whole, or are in another encoding than they should be."""

import gzip
import io
import json
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from list_cases.case import Case, Cells, altered, bad_rows, good, let_in, refused
from list_cases.writing import (
    in_tcvn3,
    in_vni,
    in_windows_1258,
    json_lines,
    parquet,
    table,
    text,
    written,
    xlsx,
)

SAVE_AGAIN = "Mở bằng Excel, chọn Lưu thành “CSV UTF-8” hoặc “Excel Workbook (*.xlsx)”, gửi lại."
FETCH_AGAIN = "Lấy lại tệp đầy đủ từ nơi xuất, rồi gửi lại."
ORIGINAL = "Gửi tệp bảng tính gốc (.xlsx hoặc CSV)."


def zipped(*names: str) -> bytes:
    """A ZIP with parts of these names."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name in names:
            archive.writestr(ZipInfo(name), written(good()))
    return out.getvalue()


def old_excel(stream: str = "Workbook") -> bytes:
    """The container of Excel 97, with a directory that names one stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(64)


def html() -> bytes:
    """What many portals hand out as “.xls”."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in table(good()))
    return f"<html><head><meta charset='utf-8'></head><body><table>{rows}</table></body></html>".encode()


def cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def lost_in(row: int, cells: Cells) -> list[str]:
    """What is found in a row written in ASCII: each cell with another letter, and a nationality nobody knows."""
    spoilt = [name for name, text in cells.items() if not text.isascii()]
    return [*(f"error {row} {name} letters_lost" for name in spoilt), f"error {row} so_ddcn citizen_foreign"]


def strangers() -> list[Case]:
    return [
        refused("empty.csv", ("Tệp trống", "an empty file"), FETCH_AGAIN, lambda: b"", "error 0 - empty_file"),
        refused(
            "blank.csv",
            ("Chỉ có dòng trống", "blank lines only"),
            FETCH_AGAIN,
            lambda: b"\r\n \r\n,,,\r\n",
            "error 0 - empty_file",
        ),
        refused(
            "header-only.csv",
            ("Chỉ có dòng tên cột, không có dòng nào", "a header and no rows"),
            "Thêm các dòng dữ liệu.",
            lambda: text(table(good())[:1]).encode(),
            "error 0 - no_rows",
        ),
        refused(
            "header-only.xlsx",
            ("Trang tính chỉ có dòng tên cột", "a sheet with a header only"),
            "Thêm các dòng dữ liệu.",
            lambda: xlsx(("DanhSach", table(good())[:1])),
            "error 0 - no_rows",
        ),
        refused(
            "pdf-named.csv",
            ("PDF mang đuôi .csv", "a PDF named .csv"),
            ORIGINAL,
            lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
            "error 0 - format_pdf",
        ),
        refused(
            "web-page-named.xls",
            ("Trang web (HTML) mang đuôi .xls", "a web page named .xls"),
            SAVE_AGAIN,
            html,
            "error 0 - format_html",
        ),
        refused(
            "excel-97.xls", ("Excel đời cũ (.xls)", "an old Excel file"), SAVE_AGAIN, old_excel, "error 0 - format_xls"
        ),
        refused(
            "password.xlsx",
            ("Tệp Excel có mật khẩu", "a spreadsheet locked by a password"),
            "Bỏ mật khẩu rồi lưu lại.",
            lambda: old_excel("EncryptedPackage"),
            "error 0 - format_encrypted",
        ),
        refused(
            "word-97.doc",
            ("Văn bản Word đời cũ", "an old Word file"),
            ORIGINAL,
            lambda: old_excel("WordDocument"),
            "error 0 - format_document",
        ),
        refused(
            "word-named.csv",
            ("Văn bản Word (.docx) mang đuôi .csv", "a Word document named .csv"),
            ORIGINAL,
            lambda: zipped("[Content_Types].xml", "word/document.xml"),
            "error 0 - format_document",
        ),
        refused(
            "opendocument-named.csv",
            ("OpenDocument (.ods) mang đuôi .csv", "an OpenDocument sheet named .csv"),
            SAVE_AGAIN,
            lambda: zipped("mimetype", "content.xml"),
            "error 0 - format_ods",
        ),
        refused(
            "zip-named.csv",
            ("Tệp nén .zip mang đuôi .csv", "a ZIP named .csv"),
            "Giải nén rồi gửi từng danh sách.",
            lambda: zipped("list.csv"),
            "error 0 - format_archive",
        ),
        refused(
            "gzip-named.csv",
            ("Tệp nén gzip mang đuôi .csv", "a gzip file named .csv"),
            "Giải nén rồi gửi từng danh sách.",
            lambda: gzip.compress(written(good()), mtime=0),
            "error 0 - format_archive",
        ),
        refused(
            "picture-named.csv",
            ("Ảnh chụp danh sách", "a picture of the list"),
            ORIGINAL,
            lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "error 0 - format_picture",
        ),
        let_in(
            "xlsx-named.csv",
            ("Tệp Excel mang đuôi .csv", "a spreadsheet named .csv"),
            "Không phải làm gì: tệp được nhận theo nội dung.",
            lambda: xlsx(("DanhSach", table(good()))),
        ),
        refused(
            "json-array.json",
            ("Một mảng JSON thay cho mỗi dòng một đối tượng", "one JSON array instead of an object a line"),
            "Chuyển thành JSON Lines: jq -c '.[]'.",
            lambda: json.dumps(good(), ensure_ascii=False).encode(),
            "error 0 - json_array",
        ),
        refused(
            "json-pretty.json",
            ("Đối tượng JSON trải nhiều dòng", "a JSON object over several lines"),
            "Chuyển thành JSON Lines: jq -c .",
            lambda: json.dumps(good()[0], ensure_ascii=False, indent=2).encode(),
            "error 1 - json_spread",
        ),
    ]


def cut_off() -> list[Case]:
    fault_vi, fault_en = "bị cắt khi tải hoặc chép", "cut off in transfer"
    return [
        bad_rows(
            "cut-in-a-row.csv",
            (f"CSV {fault_vi}, giữa một dòng", f"CSV {fault_en}, within a row"),
            FETCH_AGAIN,
            lambda: cut(written(good()), 0.9),
            "error 4 - cut_off",
            rows=2,
            accepted=2,
        ),
        bad_rows(
            "cut-in-quotes.csv",
            (f"CSV {fault_vi}, giữa ngoặc kép", f"CSV {fault_en}, within quotation marks"),
            FETCH_AGAIN,
            lambda: written(good())[:-2] + b',"Theo',
            "error 4 - cut_off",
            rows=2,
            accepted=2,
        ),
        bad_rows(
            "cut-in-a-letter.csv",
            (f"CSV {fault_vi}, giữa một chữ", f"CSV {fault_en}, within a letter"),
            FETCH_AGAIN,
            lambda: written(good())[: written(good()).rindex("ệ".encode()) + 1],
            "error 4 - cut_off",
            rows=2,
            accepted=2,
        ),
        refused(
            "cut.xlsx",
            (f"XLSX {fault_vi}", f"XLSX {fault_en}"),
            FETCH_AGAIN,
            lambda: cut(xlsx(("DanhSach", table(good()))), 0.8),
            "error 0 - damaged",
        ),
        refused(
            "cut.parquet",
            (f"Parquet {fault_vi}", f"Parquet {fault_en}"),
            FETCH_AGAIN,
            lambda: cut(parquet(good()), 0.8),
            "error 0 - damaged",
        ),
        bad_rows(
            "cut.jsonl",
            (f"JSONL {fault_vi}", f"JSONL {fault_en}"),
            FETCH_AGAIN,
            lambda: cut(json_lines(good()), 0.9),
            "error 3 - cut_off",
        ),
    ]


def encodings() -> list[Case]:
    clean = "Không phải làm gì."
    return [
        let_in(
            "utf-8-mark.csv",
            ("UTF-8 có BOM (Excel: “CSV UTF-8”)", "UTF-8 with byte order mark"),
            clean,
            lambda: written(good(), "utf-8-sig"),
        ),
        let_in(
            "utf-16-le.csv",
            ("UTF-16 LE (Excel: “Unicode Text”, tab)", "UTF-16 LE with tabs"),
            clean,
            lambda: b"\xff\xfe" + text(table(good()), "\t", "\r\n").encode("utf-16-le"),
        ),
        let_in(
            "utf-16-be.csv",
            ("UTF-16 BE", "UTF-16 BE"),
            clean,
            lambda: b"\xfe\xff" + text(table(good())).encode("utf-16-be"),
        ),
        let_in(
            "utf-16-no-mark.csv",
            ("UTF-16 không có BOM", "UTF-16 without byte order mark"),
            clean,
            lambda: text(table(good())).encode("utf-16-le"),
        ),
        refused(
            "utf-32.csv",
            ("UTF-32", "UTF-32"),
            SAVE_AGAIN,
            lambda: text(table(good())).encode("utf-32"),
            "error 0 - format_utf32",
        ),
        let_in(
            "windows-1258.csv",
            ("Windows-1258 (CSV “ANSI”)", "Windows-1258"),
            "Xem lại dấu tiếng Việt; lần sau lưu dạng “CSV UTF-8”.",
            lambda: in_windows_1258(text(table(good()))),
            "warning 0 - encoding_guessed",
        ),
        refused(
            "tcvn3.csv",
            ("TCVN3 (ABC, phông .VnTime), từng byte", "TCVN3 (ABC), byte by byte"),
            "Chuyển sang Unicode bằng UniKey (Ctrl+Shift+F6), gửi lại.",
            lambda: in_tcvn3(text(table(good()))).encode("latin-1"),
            "error 2 - legacy_font",
        ),
        bad_rows(
            "tcvn3-in-utf-8.csv",
            ("Chữ TCVN3 trong tệp UTF-8", "TCVN3 letters within UTF-8"),
            "Chuyển sang Unicode bằng UniKey (Ctrl+Shift+F6), gửi lại.",
            lambda: written(altered({"ho_va_ten": in_tcvn3(good()[1]["ho_va_ten"])})),
            "error 3 ho_va_ten legacy_font",
        ),
        bad_rows(
            "vni-in-utf-8.csv",
            ("Chữ VNI trong tệp UTF-8", "VNI letters within UTF-8"),
            "Chuyển sang Unicode bằng UniKey (Ctrl+Shift+F6), gửi lại.",
            lambda: written(altered({name: in_vni(good()[1][name]) for name in ("ho_va_ten", "noi_sinh")})),
            "error 3 ho_va_ten legacy_font",
            "error 3 noi_sinh old_font",
        ),
        bad_rows(
            "mojibake.csv",
            ("UTF-8 bị đọc thành Windows-1252 (vỡ dấu)", "UTF-8 read as Windows-1252"),
            "Mở tệp gốc bằng UTF-8 rồi xuất lại.",
            lambda: written(altered({"ho_va_ten": good()[1]["ho_va_ten"].encode().decode("cp1252")})),
            "error 3 ho_va_ten mojibake",
        ),
        bad_rows(
            "letters-lost.csv",
            ("Chữ có dấu bị thay bằng dấu hỏi", "letters replaced by question marks"),
            "Dấu đã mất hẳn: xuất lại từ nguồn dạng “CSV UTF-8”.",
            lambda: text(table(good())).encode("ascii", "replace"),
            *(line for row, cells in enumerate(good(), 2) for line in lost_in(row, cells)),
            rows=3,
            accepted=0,
        ),
        bad_rows(
            "letters-lost-in-a-column.csv",
            ("Một cột mất dấu thành dấu hỏi", "a column whose letters became question marks"),
            "Dấu đã mất hẳn: xuất lại từ nguồn dạng “CSV UTF-8”.",
            lambda: written(altered({"noi_sinh": "H?i D??ng"})),
            "error 3 noi_sinh letters_lost",
        ),
        bad_rows(
            "letters-replaced.csv",
            ("Chữ bị thay bằng ký tự U+FFFD", "letters replaced by U+FFFD"),
            "Dấu đã mất hẳn: xuất lại từ nguồn dạng “CSV UTF-8”.",
            lambda: text(table(good())).replace(good()[1]["ho_va_ten"], "Nguy\ufffdn Ho\ufffdng Hoan").encode(),
            "error 3 ho_va_ten character",
        ),
        bad_rows(
            "one-wrong-byte.csv",
            ("Một byte không phải UTF-8", "one byte that is not UTF-8"),
            SAVE_AGAIN,
            lambda: written(good()).replace("Trà Vinh".encode(), b"Tr\xe0 Vinh"),
            "error 3 - not_utf8",
            rows=1,
            accepted=1,
        ),
        bad_rows(
            "zero-byte.csv",
            ("Byte rỗng trong tệp", "a zero byte"),
            FETCH_AGAIN,
            lambda: written(good()).replace("Trà Vinh".encode(), b"Tr\0 Vinh"),
            "error 3 - nul_byte",
            rows=1,
            accepted=1,
        ),
    ]


def cases() -> list[Case]:
    return [*strangers(), *cut_off(), *encodings()]
