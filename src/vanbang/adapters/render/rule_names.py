"""Short names of rules for charts and tables, where the whole sentence of a finding has no room."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

RULE_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # the text of any field
        "required": ("Ô bắt buộc bị trống", "Required cell is empty"),
        "recommended": ("Ô nên có bị trống", "Recommended cell is empty"),
        "too_long": ("Quá dài", "Too long"),
        "unknown_field": ("Trường không thuộc loại này", "Field of no such type"),
        "not_text": ("Không phải văn bản", "Not a text"),
        "not_nfc": ("Dấu tiếng Việt tách rời", "Accents apart from letters"),
        "spaces_around": ("Thừa khoảng trắng ở hai đầu", "Spaces around the value"),
        "double_space": ("Hai khoảng trắng liền nhau", "Two spaces in a row"),
        "odd_space": ("Khoảng trắng lạ", "Unusual space"),
        "invisible_character": ("Ký tự ẩn", "Invisible character"),
        "lookalike_letter": ("Chữ nhìn giống chữ khác", "Look-alike letter"),
        "character": ("Ký tự không được dùng", "Character not allowed"),
        # the shape of single fields
        "choice": ("Không có trong danh mục", "Not one of the choices"),
        "date_form": ("Ngày viết sai dạng", "Date in another form"),
        "date_missing": ("Ngày không có trong lịch", "Day does not exist"),
        "year_form": ("Năm viết sai dạng", "Year in another form"),
        "programme_form": ("Mã ngành sai dạng", "Programme code in another form"),
        "number_form": ("Không phải là số", "Not a number"),
        "base64_form": ("Tệp đính kèm hỏng", "Attachment is damaged"),
        "citizen_form": ("Số định danh không đủ 12 chữ số", "Citizen number is not 12 digits"),
        "uuid_form": ("Mã không phải UUID", "Identifier is no UUID"),
        "name_case": ("Hoa thường trong họ tên", "Capitals in a name"),
        "choice_style": ("Giá trị viết khác danh mục", "Choice written differently"),
        "date_style": ("Ngày viết kiểu khác", "Date written differently"),
        "placeholder": ("Ghi thay cho ô trống", "Stands for no value"),
        "placeholder_left_out": ("Ghi “không có” thay vì để trống", "Says “none” instead of being empty"),
        # what spreadsheets make of a value
        "spreadsheet_error": ("Ô báo lỗi của bảng tính", "Error of the spreadsheet"),
        "formula_text": ("Công thức thay cho giá trị", "Formula instead of a value"),
        "scientific_number": ("Số bị làm tròn, mất chữ số", "Number rounded, digits lost"),
        "decimal_number": ("Số thành số thập phân", "Number turned into a decimal"),
        "date_for_number": ("Số bị đổi thành ngày", "Number turned into a date"),
        "date_like_number": ("Số giống một ngày", "Number reads as a date"),
        # fields that must agree with each other
        "citizen_province": ("Số định danh: mã tỉnh không có", "Citizen number: no such province"),
        "citizen_abroad": ("Số định danh: khai sinh ở nước ngoài", "Citizen number: born abroad"),
        "citizen_sex": ("Số định danh không khớp giới tính", "Citizen number and sex differ"),
        "citizen_year": ("Số định danh không khớp năm sinh", "Citizen number and birth year differ"),
        "citizen_required": ("Thiếu số định danh", "Citizen number is missing"),
        "citizen_foreign": ("Người nước ngoài có số định danh", "Foreigner with citizen number"),
        "age": ("Tuổi không hợp lý", "Unlikely age"),
        "year_mismatch": ("Năm lệch xa ngày quyết định", "Year far from the decision"),
        "year_differs": ("Năm khác năm quyết định", "Year is not the decision's"),
        "date_order": ("Thứ tự các ngày sai", "Dates in the wrong order"),
        "created_early": ("Tạo trước ngày quyết định", "Created before the decision"),
        "created_late": ("Tạo muộn hơn 5 ngày", "Created over five days late"),
        "supplement_incomplete": ("Phụ lục điền chưa đủ", "Supplement filled in part"),
        "attachment_pair": ("Tệp đính kèm thiếu một nửa", "Half of an attachment"),
        # rows of a list beside each other, and beside what was issued before
        "duplicate_record": ("Văn bằng lặp lại", "Diploma occurs twice"),
        "duplicate_identifier": ("Mã văn bằng lặp lại", "Identifier occurs twice"),
        "duplicate_register_number": ("Số vào sổ lặp lại", "Register number occurs twice"),
        "duplicate_citizen_number": ("Số định danh lặp lại", "Citizen number occurs twice"),
        "duplicate_learner_number": ("Mã người học lặp lại", "Learner number occurs twice"),
        "citizen_shared": ("Một số định danh, hai người", "One citizen number, two people"),
        "in_another_list": ("Đang có trong danh sách khác", "In another list"),
        "already_issued": ("Đã cấp trước đây", "Issued before"),
        "issuer_unknown": ("Mã đơn vị chưa đăng ký", "Institution not registered"),
        "issuer_not_yours": ("Đơn vị không thuộc quyền", "Another institution's row"),
        "issuer_name_not_registered": ("Tên đơn vị chưa đăng ký", "Institution's name not registered"),
        "other_type": ("Loại văn bằng khác", "Row of another type"),
        # what the issuer's register says
        "programme_unknown": ("Mã ngành không có trong danh mục", "Programme not in the register"),
        "programme_not_current": ("Ngành chưa hoặc hết được đào tạo", "Programme not in force"),
        "programme_differs": ("Tên ngành khác danh mục", "Programme named differently"),
        "signer_unknown": ("Người ký không có trong danh sách", "Signer not in the register"),
        "signer_not_current": ("Người ký không đương chức", "Signer not in office"),
        "signer_differs": ("Chức danh khác danh sách", "Position named differently"),
        # the file
        "empty_file": ("Tệp trống", "Empty file"),
        "no_rows": ("Không có dòng nào", "No rows"),
        "not_csv": ("Không phải CSV", "Not a CSV file"),
        "not_utf8": ("Không phải UTF-8", "Not UTF-8"),
        "nul_byte": ("Có byte rỗng", "Zero byte"),
        "line_too_long": ("Dòng quá dài", "Line too long"),
        "quoting": ("Dấu ngoặc kép không khớp", "Quotation marks do not match"),
        "cells_left_out": ("Thiếu ô trống ở cuối", "Empty last cells left out"),
        "cell_count": ("Thừa hoặc thiếu ô", "Cells too many or too few"),
        "column_missing": ("Thiếu cột", "Column is missing"),
        "column_repeated": ("Cột lặp lại", "Column occurs twice"),
        "column_unknown": ("Cột lạ", "Unknown column"),
    }
)
"""Vietnamese and English by rule. A rule without a name here is shown by its code."""
