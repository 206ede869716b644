"""What can be wrong with a list as a whole, with the make-up of a row, or with how a cell is stored.

Each fault is said so that a registrar can mend it; no sentence quotes a cell that may hold a citizen number.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from vanbang.catalog import LIST_TYPES, CredentialType
from vanbang.catalog.problems import Severity, quoted
from vanbang.notary.lists import VALUE_KEPT, Finding, ListUnreadable


class Fault(NamedTuple):
    """Two sentences in which `{row}`, `{value}` and the fault's own facts are filled in, and how grave it is."""

    vi: str
    en: str
    severity: Severity = "error"


_SAVE_AS_XLSX_VI = "hãy mở bằng Excel và chọn Lưu thành → “Excel Workbook (*.xlsx)”."
_SAVE_AS_XLSX_EN = "open it in Excel and choose Save As → “Excel Workbook (*.xlsx)”."

FILE_FAULTS = {
    "empty_file": Fault(
        "Tệp trống hoặc không có dòng tên cột; dòng đầu phải là tên các cột.",
        "The file is empty or has no header; the first row must hold the column names.",
    ),
    "no_rows": Fault(
        "Tệp chỉ có dòng tên cột; hãy thêm ít nhất một dòng dữ liệu.",
        "The file holds nothing but the column names; add at least one row.",
    ),
    "format_xls": Fault(
        f"Tệp là Excel đời cũ (.xls, 97-2003); {_SAVE_AS_XLSX_VI}",
        f"The file is an old Excel file (.xls, 97-2003); {_SAVE_AS_XLSX_EN}",
    ),
    "format_xlsb": Fault(
        f"Tệp là Excel nhị phân (.xlsb); {_SAVE_AS_XLSX_VI}",
        f"The file is a binary Excel file (.xlsb); {_SAVE_AS_XLSX_EN}",
    ),
    "format_encrypted": Fault(
        "Tệp được đặt mật khẩu; hãy bỏ mật khẩu (Tệp → Thông tin → Bảo vệ) rồi lưu lại.",
        "The file is locked by a password; remove it (File → Info → Protect) and save again.",
    ),
    "format_ods": Fault(
        "Tệp là OpenDocument (.ods); hãy lưu lại dạng .xlsx hoặc CSV UTF-8.",
        "The file is OpenDocument (.ods); save it as .xlsx or CSV UTF-8.",
    ),
    "format_html": Fault(
        f"Tệp là trang web (HTML), dù tên có thể là .xls; {_SAVE_AS_XLSX_VI}",
        f"The file is a web page (HTML), even if its name ends in .xls; {_SAVE_AS_XLSX_EN}",
    ),
    "format_xml": Fault(
        f"Tệp là XML; {_SAVE_AS_XLSX_VI}",
        f"The file is XML; {_SAVE_AS_XLSX_EN}",
    ),
    "format_pdf": Fault(
        "Tệp là PDF; hãy dùng tệp bảng tính gốc (.xlsx hoặc CSV).",
        "The file is a PDF; use the spreadsheet it was made from (.xlsx or CSV).",
    ),
    "format_picture": Fault(
        "Tệp là ảnh; hãy dùng tệp bảng tính gốc (.xlsx hoặc CSV).",
        "The file is a picture; use the spreadsheet it was made from (.xlsx or CSV).",
    ),
    "format_document": Fault(
        "Tệp là văn bản Word hoặc RTF; hãy chép bảng sang Excel và lưu dạng .xlsx.",
        "The file is a Word or RTF document; copy the table into Excel and save it as .xlsx.",
    ),
    "format_archive": Fault(
        "Tệp là tệp nén; hãy giải nén và tải từng danh sách lên.",
        "The file is an archive; unpack it and upload each list by itself.",
    ),
    "format_utf32": Fault(
        "Tệp ở bảng mã UTF-32; hãy lưu lại dạng “CSV UTF-8”.",
        "The file is UTF-32; save it as “CSV UTF-8”.",
    ),
    "json_array": Fault(
        "Tệp là một mảng JSON; cần mỗi dòng một đối tượng (JSON Lines). "
        "Hãy chuyển bằng: jq -c '.[]' tệp.json > tệp.jsonl",
        "The file is one JSON array; one object a line is needed (JSON Lines). "
        "Convert it: jq -c '.[]' in.json > out.jsonl",
    ),
    "json_spread": Fault(
        "Đối tượng JSON trải trên nhiều dòng; cần mỗi dòng một đối tượng (JSON Lines). "
        "Hãy chuyển bằng: jq -c . tệp.json > tệp.jsonl",
        "A JSON object is spread over several lines; one object a line is needed (JSON Lines). "
        "Convert it: jq -c . in.json > out.jsonl",
    ),
    "json_lines_only": Fault(
        "{type_vi}: mỗi dòng có nhiều năm học và môn học, không ghi được trong ô bảng tính; hãy gửi dạng JSON Lines "
        "(.jsonl), mẫu: vanbang template --type {type}.",
        "{type_en}: a row holds school years and courses, which no cell of a table can; send JSON Lines (.jsonl), "
        "template: vanbang template --type {type}.",
    ),
    "damaged": Fault(
        "Tệp {format} bị hỏng hoặc không đầy đủ ({value}); hãy xuất lại hoặc tải lại từ nguồn.",
        "The {format} file is damaged or incomplete ({value}); export it again or fetch it again from its source.",
    ),
    "too_large": Fault(
        "Tệp quá lớn khi giải nén ({value}); hãy chia nhỏ danh sách, hoặc lưu dạng CSV UTF-8.",
        "The file is too large when unpacked ({value}); split the list, or save it as CSV UTF-8.",
    ),
    "unsafe_xml": Fault(
        "Tệp chứa khai báo XML không được phép ({value}); hãy lưu lại bằng Excel.",
        "The file holds an XML declaration that is not allowed ({value}); save it again with Excel.",
    ),
    "several_sheets": Fault(
        "Nhiều trang tính đều có dòng tên cột: {value}; hãy giữ một trang, hoặc tách mỗi trang thành một tệp.",
        "Several sheets have a header: {value}; keep one of them, or make each a file of its own.",
    ),
    "no_sheet": Fault(
        "Tệp không có trang tính nào đang hiện; hãy bỏ ẩn trang có danh sách.",
        "No sheet of the file is visible; unhide the one with the list.",
    ),
    "hidden_sheet": Fault(
        "Trang tính bị ẩn không được đọc: {value}; hãy chắc chắn trong đó không có người học nào.",
        "Hidden sheets were not read: {value}; make sure that no student stands there.",
        "warning",
    ),
    "other_sheet": Fault(
        "Trang tính không có dòng tên cột nên không được đọc: {value}.",
        "Sheets without a header were not read: {value}.",
        "warning",
    ),
    "hidden_rows": Fault(
        "Có {value} dòng bị ẩn hoặc bị lọc trong trang tính; các dòng đó vẫn được đọc.",
        "{value} rows of the sheet are hidden or filtered out; they were read all the same.",
        "warning",
    ),
    "hidden_columns": Fault(
        "Có cột bị ẩn trong trang tính; các cột đó vẫn được đọc.",
        "Columns of the sheet are hidden; they were read all the same.",
        "warning",
    ),
    "external_links": Fault(
        "Tệp có liên kết đến tệp khác; chỉ giá trị đã lưu được đọc.",
        "The file links to other files; only stored values were read.",
        "warning",
    ),
    "macros": Fault(
        "Tệp có macro; macro không được chạy.",
        "The file holds macros; they were not run.",
        "warning",
    ),
    "merged_header": Fault(
        "Dòng tên cột có ô bị gộp ({value}); hãy bỏ gộp ô để mỗi cột có một tên.",
        "Cells of the header are merged ({value}); unmerge them so that each column has its name.",
    ),
    "too_many_marks": Fault(
        "Trang tính có quá nhiều ô công thức hoặc ô lỗi; hãy chép toàn bộ và Dán đặc biệt → Giá trị (Paste values).",
        "The sheet has too many formulas or error cells; copy all of it and paste it as values.",
    ),
    "column_type": Fault(
        "Cột “{value}” có kiểu {type}; hãy chuyển thành văn bản (string) rồi ghi lại tệp Parquet.",
        "The column “{value}” is of the type {type}; turn it into text (string) and write the Parquet file again.",
    ),
    "encoding_guessed": Fault(
        "Tệp được đọc theo bảng mã Windows-1258; hãy xem lại dấu tiếng Việt, lần sau nên lưu dạng “CSV UTF-8”.",
        "The file was read as Windows-1258; look at the Vietnamese accents, and save it as “CSV UTF-8” next time.",
        "warning",
    ),
}

COLUMN_FAULTS = {
    "header_missing": Fault(
        "Không nhận ra tên cột nào của danh sách; hãy đặt tên cột như trong mẫu (lệnh: vanbang template).",
        "The names of the columns are not recognised; name them as in the template (command: vanbang template).",
    ),
    "column_missing": Fault(
        "Thiếu cột {field} ({label_vi}); hãy thêm cột này.",
        "The column {field} ({label_en}) is missing; add it.",
    ),
    "column_repeated": Fault(
        "Các cột “{value}” và “{other}” cùng là trường {field}; hãy giữ một cột.",
        "The columns “{value}” and “{other}” both stand for {field}; keep one of them.",
    ),
    "column_unknown": Fault(
        "Không có cột “{value}” trong loại văn bằng này; hãy đổi tên hoặc xóa cột.",
        "This type has no column “{value}”; rename it or remove it.",
    ),
}

ROW_FAULTS = {
    "not_utf8": Fault(
        "Dòng {row}: byte 0x{value} ở vị trí {offset} của tệp không phải {encoding}; hãy lưu lại dạng “CSV UTF-8”.",
        "Row {row}: the byte 0x{value} at offset {offset} is not {encoding}; save the file as “CSV UTF-8”.",
    ),
    "nul_byte": Fault(
        "Dòng {row}: có byte rỗng ở vị trí {offset}; tệp bị hỏng hoặc không phải CSV, hãy xuất lại.",
        "Row {row}: a zero byte at offset {offset}; the file is damaged or no CSV, export it again.",
    ),
    "line_too_long": Fault(
        "Dòng {row}: dài quá {limit} ký tự; hãy kiểm tra ký tự xuống dòng.",
        "Row {row}: longer than {limit} characters; check how the lines end.",
    ),
    "quoting": Fault(
        "Dòng {row}: dấu ngoặc kép không khớp, ô quá dài hoặc xuống dòng sai; hãy sửa và xuất lại.",
        "Row {row}: a quotation mark is not closed, a cell too long or a line end odd ({value}); correct it.",
    ),
    "cut_off": Fault(
        "Dòng {row}: tệp kết thúc giữa chừng, có thể bị cắt khi tải hoặc chép; hãy lấy lại tệp đầy đủ.",
        "Row {row}: the file ends in the middle of it, it may have been cut off in transfer; fetch it again in full.",
    ),
    "cell_count": Fault(
        "Dòng {row}: có {value} ô, cần {columns}; hãy đặt ô có dấu phân cách trong ngoặc kép.",
        "Row {row}: has {value} cells instead of {columns}; put cells that hold a separator in quotation marks.",
    ),
    "cells_left_out": Fault(
        "Dòng {row}: thiếu {value} ô cuối, coi là ô trống (Excel hay bỏ ô trống ở cuối); hãy kiểm tra các cột cuối.",
        "Row {row}: lacks its last {value} cells, taken as empty (Excel leaves such out); check the last columns.",
        "warning",
    ),
    "blank_row": Fault(
        "Dòng {row}: không có ô nào được điền; hãy điền hoặc xóa dòng.",
        "Row {row}: not one cell is filled; fill the row or remove it.",
    ),
    "nameless_cell": Fault(
        "Dòng {row}: có ô nằm dưới cột không có tên; hãy đặt tên cột hoặc xóa ô đó.",
        "Row {row}: a cell stands under a column without a name; name the column or clear the cell.",
    ),
    "legacy_font": Fault(
        "{field}: chữ gõ theo bảng mã cũ {encoding}; hãy chuyển sang Unicode (UniKey: Ctrl+Shift+F6) rồi tải lại.",
        "{label}: typed in the old encoding {encoding}; convert it to Unicode (UniKey: Ctrl+Shift+F6), upload again.",
    ),
    "mojibake": Fault(
        "{field}: chữ UTF-8 bị đọc sai bảng mã nên vỡ dấu; hãy mở tệp gốc bằng UTF-8 và xuất lại.",
        "{label}: UTF-8 was read in a wrong encoding and its letters broke; open the source as UTF-8, export it again.",
    ),
    "merged_cells": Fault(
        "Dòng {row}: có ô bị gộp ({value}); hãy bỏ gộp và điền đủ từng ô.",
        "Row {row}: cells are merged ({value}); unmerge them and fill in each.",
    ),
    "formula_cell": Fault(
        "{field}: ô là công thức; hãy chép cột và Dán đặc biệt → Giá trị (Paste values).",
        "{label}: the cell is a formula; copy the column and paste it as values.",
    ),
    "spreadsheet_error": Fault(
        "{field}: ô báo lỗi của bảng tính ({value}); hãy sửa công thức rồi dán thành giá trị.",
        "{label}: the cell shows a spreadsheet error ({value}); mend the formula and paste it as a value.",
    ),
    "date_cell": Fault(
        "{field}: bảng tính đã đổi ô thành ngày; hãy định dạng cột là Văn bản (Text) và gõ lại.",
        "{label}: the spreadsheet turned the cell into a date; format the column as Text and type it again.",
    ),
    "time_cell": Fault(
        "{field}: ô có cả giờ; hãy chỉ để ngày, dạng dd/MM/yyyy.",
        "{label}: the cell holds a time of day; leave only the date, as dd/MM/yyyy.",
    ),
    "date_number": Fault(
        "{field}: ô là số thứ tự ngày của bảng tính; hãy định dạng cột là Ngày, hoặc viết dạng dd/MM/yyyy.",
        "{label}: the cell holds a spreadsheet's count of days; format the column as Date, or write dd/MM/yyyy.",
    ),
    "number_cell": Fault(
        "{field}: ô là kiểu số nên có thể mất số 0 ở đầu; hãy định dạng cột là Văn bản (Text).",
        "{label}: the cell is a number, so leading zeros may be lost; format the column as Text.",
        "warning",
    ),
    "number_too_long": Fault(
        "{field}: số quá dài cho ô kiểu số nên đã mất chữ số; hãy định dạng cột là Văn bản (Text) và gõ lại.",
        "{label}: the number is too long for a number cell and lost digits; format the column as Text, type it again.",
    ),
    "not_text": Fault(
        "{field}: giá trị phải là văn bản; hãy đặt trong ngoặc kép hoặc định dạng là Văn bản.",
        "{label}: the value must be text; put it in quotation marks or format it as Text.",
    ),
    "list_too_long": Fault(
        "{field}: dài quá {limit} ký tự; hãy kiểm tra lại.",
        "{label}: longer than {limit} characters; check it.",
    ),
    "json_line": Fault(
        "Dòng {row}: không phải một đối tượng JSON hợp lệ ({reason_vi}); hãy sửa dòng này.",
        "Row {row}: not one valid JSON object ({value}); correct this line.",
    ),
}

_SPECS = {spec.name: spec for kind in reversed(LIST_TYPES) for spec in kind.fields}

FAULTS: Mapping[str, Fault] = MappingProxyType(FILE_FAULTS | COLUMN_FAULTS | ROW_FAULTS)


def fault(
    rule: str, row: int = 0, column: str = "", value: str = "", suggestion: str | None = None, **facts: object
) -> Finding:
    """The finding for a key of FAULTS; `facts` fill its own placeholders. Row 0 means the file as a whole."""
    text = FAULTS[rule]
    facts = {name: quoted(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    facts |= {"row": row, "value": quoted(value)}
    return Finding(
        row=row,
        column=column[:VALUE_KEPT],
        value=value[:VALUE_KEPT],
        rule=rule,
        severity=text.severity,
        message_vi=text.vi.format_map(facts),
        message_en=text.en.format_map(facts),
        suggestion=suggestion if suggestion is None or len(suggestion) <= VALUE_KEPT else None,
    )


def labels_of(field: str) -> dict[str, str]:
    """The facts `field` and `label`: what a field is called in each language."""
    spec = _SPECS[field]
    return {"field": spec.label_vi, "label": spec.label_en}


def unreadable(rule: str, row: int = 0, column: str = "", value: str = "", **facts: object) -> ListUnreadable:
    """The error for a fault that ends the reading."""
    return ListUnreadable([fault(rule, row, column, value, None, **facts)])


def json_lines_only(kind: CredentialType) -> ListUnreadable:
    """The error for a table where a type is wanted whose rows hold lists."""
    return unreadable("json_lines_only", type=kind.name, type_vi=kind.title_vi, type_en=kind.title_en)
