"""Lists in which one cell of the second row is odd."""

from list_cases.case import Case, altered, bad_rows, let_in
from list_cases.writing import written

RETYPE = "Gõ lại giá trị."
AS_TEXT = "Định dạng cột là Văn bản (Text) rồi gõ lại."
HIDDEN = "Xóa ký tự ẩn, gõ lại; xem gợi ý."
AS_SUGGESTED = "Xem lại; giá trị gợi ý đã được dùng."


def one(file: str, fault: tuple[str, str], remedy: str, cell: tuple[str, str], *found: str) -> Case:
    """The cell (column, text) of the second row refuses it."""
    return bad_rows(file, fault, remedy, lambda: written(altered(dict([cell]))), *found)


def mild(file: str, fault: tuple[str, str], remedy: str, cell: tuple[str, str], *found: str) -> Case:
    """The cell (column, text) of the second row is let in."""
    return let_in(file, fault, remedy, lambda: written(altered(dict([cell]))), *found)
