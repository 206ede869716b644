"""The words of the page of a quality report that do not come from the report."""

from collections.abc import Mapping
from typing import Final, TypeAlias

Both: TypeAlias = tuple[str, str]
"""A text in Vietnamese and in English."""

VERDICTS: Final[Mapping[str, tuple[str, Both, Both, Both]]] = {
    "unreadable": (
        "invalid",
        ("Không đọc được hết", "Could not be read to its end"),
        (
            "Tệp bị hỏng hoặc sai dạng; mới đọc được {rows} dòng.",
            "The file is damaged or of another form (rows read: {rows}).",
        ),
        (
            "Chưa thể niêm phong. Hãy xem các lỗi bên dưới, xuất lại tệp rồi kiểm tra lại.",
            "Nothing can be sealed. See the errors below, export the file again, then check it again.",
        ),
    ),
    "empty": (
        "unsure",
        ("Không có dòng nào", "Nothing to check"),
        ("Danh sách không có dòng dữ liệu.", "The list holds no row of data."),
        ("Chưa có gì để niêm phong. Hãy thêm dữ liệu.", "There is nothing to seal. Add rows."),
    ),
    "errors": (
        "invalid",
        ("Có lỗi", "Has errors"),
        ("{errors} lỗi; {accepted} trên {rows} dòng đạt.", "Errors: {errors}. Rows accepted: {accepted} of {rows}."),
        (
            "Danh sách như thế này chưa thể niêm phong, trừ khi lúc nộp đã chọn chỉ nhận các dòng đạt. Hãy sửa các lỗi "
            "bên dưới trong tệp gốc rồi kiểm tra lại.",
            "As it is the list cannot be sealed, unless it was handed in with the choice to take its good rows only. "
            "Correct the errors below in the original file, then check it again.",
        ),
    ),
    "warnings": (
        "valid",
        ("Sạch", "Clean"),
        ("Cả {rows} dòng đều đạt.", "Every row is good ({rows})."),
        (
            "Có thể niêm phong ngay. Hãy đọc {warnings} cảnh báo trước: sau khi niêm phong không sửa được nữa.",
            "It can be sealed as it is. Read the warnings ({warnings}) first: after sealing nothing can be changed.",
        ),
    ),
    "clean": (
        "valid",
        ("Sạch", "Clean"),
        ("Cả {rows} dòng đều đạt.", "Every row is good ({rows})."),
        (
            "Có thể niêm phong ngay, không cần làm gì thêm.",
            "It can be sealed as it is; nothing is left to do.",
        ),
    ),
}
"""Tone, headline, reason and advice by what became of the list; the numbers of the report are filled in."""

SEPARATORS: Final[Mapping[str, Both]] = {
    ",": ("dấu phẩy", "comma"),
    ";": ("dấu chấm phẩy", "semicolon"),
    "\t": ("dấu tab", "tab"),
    "|": ("dấu gạch đứng", "vertical bar"),
}
FORMATS: Final = {"csv": "CSV", "xlsx": "Excel (XLSX)", "parquet": "Parquet", "jsonl": "JSON Lines"}

QUALITIES: Final[Mapping[str, tuple[Both, Both]]] = {
    "accurate": (
        ("Đúng", "Accurate"),
        (
            "Điều ghi trong dòng là có thể, và các ô không mâu thuẫn nhau.",
            "What a row says is possible, and its cells do not contradict each other.",
        ),
    ),
    "complete": (
        ("Đủ", "Complete"),
        ("Các ô cần điền đều đã có giá trị.", "The cells that should be filled are filled."),
    ),
    "clean": (
        ("Sạch", "Clean"),
        (
            "Viết đúng một dạng thống nhất, không ký tự lạ, không lặp lại.",
            "Written in the one agreed form, with no odd characters, nothing twice.",
        ),
    ),
    "live": (
        ("Sống", "Live"),
        ("Khớp với cơ sở dữ liệu đối chiếu của hôm nay.", "Agrees with the register as it is today."),
    ),
}
"""Name and meaning of the four qualities."""

UNCHECKED: Final = ("chưa kiểm tra", "not checked")
NO_ROWS: Final = ("Chưa kiểm tra: không đọc được dòng nào.", "Not checked: no row was read.")
NO_REGISTER: Final = (
    "Chưa kiểm tra: không có cơ sở dữ liệu để đối chiếu.",
    "Not checked: no register was given.",
)
