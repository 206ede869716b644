"""What can be wrong with a list as a whole or with the make-up of a row, said so that a registrar can mend it."""

from difflib import get_close_matches

from vanbang.catalog import FieldSpec
from vanbang.notary.checking import Finding

SHOWN = 60
"""Characters of a stranger's column name that are repeated in a message."""


def _finding(row: int, column: str, value: str, rule: str, vi: str, en: str, suggestion: str | None = None) -> Finding:
    return Finding(row, column, value, rule, "error", vi, en, suggestion)


def no_header() -> Finding:
    return _finding(
        0,
        "",
        "",
        "empty_file",
        "Tệp trống hoặc dòng đầu trống; dòng đầu phải là tên các cột.",
        "The file or its first row is empty; the first row must hold the column names.",
    )


def no_rows() -> Finding:
    return _finding(
        0,
        "",
        "",
        "no_rows",
        "Tệp chỉ có dòng tên cột; hãy thêm ít nhất một dòng dữ liệu.",
        "The file holds nothing but the column names; add at least one row.",
    )


def other_format(is_zip: bool) -> Finding:
    found = "XLSX/ZIP" if is_zip else "UTF-16"
    return _finding(
        0,
        "",
        found,
        "not_csv",
        f"Tệp ở định dạng {found}; hãy lưu lại dạng “CSV UTF-8”.",
        f"The file is {found}; save it as “CSV UTF-8”.",
    )


def not_utf8(line: int, offset: int, byte: int) -> Finding:
    return _finding(
        line,
        "",
        f"{byte:02x}",
        "not_utf8",
        f"Dòng {line}: byte 0x{byte:02x} ở vị trí {offset} của tệp không phải UTF-8; hãy lưu lại dạng “CSV UTF-8”.",
        f"Line {line}: the byte 0x{byte:02x} at offset {offset} is not UTF-8; save the file as “CSV UTF-8”.",
    )


def nul_byte(line: int, offset: int) -> Finding:
    return _finding(
        line,
        "",
        "00",
        "nul_byte",
        f"Dòng {line}: có byte rỗng ở vị trí {offset}; tệp bị hỏng hoặc không phải CSV, hãy xuất lại.",
        f"Line {line}: a zero byte at offset {offset}; the file is damaged or no CSV, export it again.",
    )


def line_too_long(line: int, limit: int) -> Finding:
    return _finding(
        line,
        "",
        "",
        "line_too_long",
        f"Dòng {line}: dài quá {limit} byte; hãy kiểm tra ký tự xuống dòng.",
        f"Line {line}: longer than {limit} bytes; check how the lines end.",
    )


def quoting(row: int, reason: str) -> Finding:
    return _finding(
        row,
        "",
        reason,
        "quoting",
        f"Dòng {row}: dấu ngoặc kép không khớp, ô quá dài hoặc xuống dòng sai; hãy sửa và xuất lại.",
        f"Row {row}: a quotation mark is not closed, a cell too long or a line end odd ({reason}); correct it.",
    )


def wrong_cell_count(row: int, cells: int, columns: int) -> Finding:
    return _finding(
        row,
        "",
        str(cells),
        "cell_count",
        f"Dòng {row}: có {cells} ô, cần {columns}; hãy đặt ô có dấu phân cách trong ngoặc kép.",
        f"Row {row}: has {cells} cells instead of {columns}; put cells that hold a separator in quotation marks.",
    )


def column_missing(spec: FieldSpec) -> Finding:
    return _finding(
        1,
        spec.name,
        "",
        "column_missing",
        f"Thiếu cột {spec.name} ({spec.label_vi}); hãy thêm cột này.",
        f"The column {spec.name} ({spec.label_en}) is missing; add it.",
    )


def column_repeated(name: str) -> Finding:
    return _finding(
        1,
        name,
        name,
        "column_repeated",
        f"Cột {name} xuất hiện nhiều lần; hãy giữ một cột.",
        f"The column {name} occurs more than once; keep one of them.",
    )


def column_unknown(name: str, known: list[str]) -> Finding:
    close = get_close_matches(name.lower()[:SHOWN], known, n=1, cutoff=0.8)
    shown = name[:SHOWN]
    return _finding(
        1,
        shown,
        shown,
        "column_unknown",
        f"Không có cột “{shown}” trong loại văn bằng này; hãy đổi tên hoặc xóa cột.",
        f"This type has no column “{shown}”; rename it or remove it.",
        close[0] if close else None,
    )
