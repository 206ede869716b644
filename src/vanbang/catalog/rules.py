"""The rules for one row: a stable code, how grave it is, which quality it touches, and a sentence in each language.

The sentences say what to do, not only what is wrong. They never spell out a citizen number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning"]

Dimension = Literal["accurate", "complete", "clean", "live"]
"""The four qualities asked of a record: `accurate` - what it says is possible and agrees with itself; `complete` -
nothing is missing; `clean` - it is written in the one agreed form; `live` - it agrees with the register of today."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Severity, quality touched and the two sentences; `{label}`, `{value}` and the rule's own facts are filled in."""

    severity: Severity
    dimension: Dimension
    vi: str
    en: str


def _error(dimension: Dimension, vi: str, en: str) -> Rule:
    return Rule("error", dimension, vi, en)


def _warning(dimension: Dimension, vi: str, en: str) -> Rule:
    return Rule("warning", dimension, vi, en)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # the row as a whole
        "stray_row": _error(
            "clean",
            "Chỉ {filled} ô bắt buộc được điền (“{value}”), không phải một văn bằng; nếu là dòng tổng cộng, chữ ký hay "
            "tên lớp, hãy xóa dòng.",
            "Only {filled} required cells are filled (“{value}”): no credential; if these are totals, signatures or "
            "the name of a class, remove the row.",
        ),
        "header_again": _error(
            "clean",
            "Dòng này lặp lại tên cột hoặc đánh số cột, không phải một văn bằng; hãy xóa dòng.",
            "This row repeats the column names or numbers the columns: no credential; remove the row.",
        ),
        # the text of any field
        "required": _error(
            "complete", "{label}: ô này bắt buộc, hãy điền giá trị.", "{label}: this cell must be filled in."
        ),
        "too_long": _error(
            "clean",
            "{label}: dài {length} ký tự, tối đa {limit}; hãy rút ngắn.",
            "{label}: {length} characters long, at most {limit} are allowed; shorten it.",
        ),
        "unknown_field": _error(
            "clean",
            "Trường “{label}” không thuộc loại văn bằng này; hãy bỏ trường đó.",
            "The field “{label}” does not belong to this type; leave it out.",
        ),
        "not_text": _error("clean", "{label}: giá trị phải là văn bản.", "{label}: the value must be text."),
        "not_nfc": _warning(
            "clean",
            "{label}: dấu tiếng Việt ở dạng tách rời; đã chuyển sang dạng dựng sẵn (Unicode NFC).",
            "{label}: accents are stored apart from their letters; they were joined (Unicode NFC).",
        ),
        "spaces_around": _warning(
            "clean",
            "{label}: thừa khoảng trắng ở đầu hoặc cuối; đã bỏ đi.",
            "{label}: spaces before or after the value were removed.",
        ),
        "double_space": _warning(
            "clean",
            "{label}: “{value}” có hai khoảng trắng liền nhau; hãy kiểm tra lại.",
            "{label}: “{value}” has two spaces in a row; check it.",
        ),
        "odd_space": _error(
            "clean",
            "{label}: có khoảng trắng lạ ({codepoint}); hãy thay bằng dấu cách thường.",
            "{label}: holds an unusual space ({codepoint}); replace it by a plain space.",
        ),
        "invisible_character": _error(
            "clean",
            "{label}: có ký tự ẩn {codepoint}; hãy xóa và gõ lại.",
            "{label}: holds the invisible character {codepoint}; delete it and type the value again.",
        ),
        "lookalike_letter": _error(
            "clean",
            "{label}: chữ “{character}” ({codepoint}) chỉ giống chữ “{meant}”; hãy gõ lại bằng chữ “{meant}”.",
            "{label}: the letter “{character}” ({codepoint}) only looks like “{meant}”; type “{meant}” instead.",
        ),
        "character": _error(
            "clean",
            "{label}: không được dùng ký tự “{character}” ({codepoint}); hãy sửa lại.",
            "{label}: the character “{character}” ({codepoint}) is not allowed here; correct it.",
        ),
        # what spreadsheets do to cells
        "spreadsheet_error": _error(
            "clean",
            "{label}: “{value}” là thông báo lỗi của bảng tính, không phải dữ liệu; hãy sửa công thức hoặc gõ giá trị.",
            "{label}: “{value}” is an error of the spreadsheet, not a value; mend the formula or type the value.",
        ),
        "leading_apostrophe": _error(
            "clean",
            "{label}: “{value}” bắt đầu bằng dấu nháy của bảng tính; hãy xóa dấu nháy.",
            "{label}: “{value}” begins with the apostrophe by which a spreadsheet marks text; delete it.",
        ),
        "markup": _error(
            "clean",
            "{label}: “{value}” chứa mã của trang web (HTML); hãy chỉ để lại chữ.",
            "{label}: “{value}” holds the code of a web page (HTML); leave the plain text only.",
        ),
        "letters_lost": _error(
            "clean",
            "{label}: “{value}” có chữ đã bị thay bằng dấu hỏi, dấu tiếng Việt đã mất; hãy xuất lại từ nguồn dạng "
            "“CSV UTF-8”.",
            "{label}: letters of “{value}” became question marks and are lost; export the list again as “CSV UTF-8”.",
        ),
        "old_font": _error(
            "clean",
            "{label}: “{value}” giống chữ gõ bằng phông cũ (VNI, TCVN3); hãy chuyển sang Unicode "
            "(UniKey: Ctrl+Shift+F6).",
            "{label}: “{value}” looks typed for an old font (VNI, TCVN3); convert it to Unicode "
            "(UniKey: Ctrl+Shift+F6).",
        ),
        "formula_text": _error(
            "clean",
            "{label}: bảng tính sẽ chạy “{value}” như công thức; hãy dán dạng giá trị (Paste Special > Values) "
            "và bỏ dấu ở đầu.",
            "{label}: a spreadsheet would run “{value}” as a formula; paste it as a value and drop the first sign.",
        ),
        "scientific_number": _error(
            "clean",
            "{label}: bảng tính đã làm tròn số này thành {value}, các chữ số bị mất; hãy định dạng cột là Văn bản rồi "
            "gõ lại số.",
            "{label}: the spreadsheet rounded this number to {value}, digits are lost; format the column as Text and "
            "type the number again.",
        ),
        "decimal_number": _error(
            "clean",
            "{label}: {value} bị đổi thành số thập phân; hãy định dạng cột là Văn bản và bỏ phần thập phân.",
            "{label}: {value} was turned into a decimal number; format the column as Text and drop the decimals.",
        ),
        "date_for_number": _error(
            "clean",
            "{label}: bảng tính đã đổi số này thành ngày {value}; hãy định dạng cột là Văn bản rồi gõ lại số.",
            "{label}: the spreadsheet turned this number into the date {value}; format the column as Text and type "
            "the number again.",
        ),
        "date_like_number": _warning(
            "clean",
            "{label}: “{value}” giống một ngày; nếu bảng tính đã tự đổi, hãy định dạng cột là Văn bản rồi gõ lại số.",
            "{label}: “{value}” reads as a date; if the spreadsheet made it one, format the column as Text and type "
            "the number again.",
        ),
        "placeholder": _error(
            "complete",
            "{label}: “{value}” không phải giá trị; ô này bắt buộc, hãy điền giá trị thật.",
            "{label}: “{value}” stands for no value, yet this cell must be filled in; write the real value.",
        ),
        "placeholder_left_out": _warning(
            "clean",
            "{label}: “{value}” được hiểu là không có; hãy để trống ô này.",
            "{label}: “{value}” was read as nothing; leave the cell empty instead.",
        ),
        # the shape of single fields
        "choice": _error(
            "accurate",
            "{label}: “{value}” không hợp lệ; hãy chọn một trong: {choices}.",
            "{label}: “{value}” is not valid; use one of: {choices}.",
        ),
        "choice_style": _warning(
            "clean",
            "{label}: “{value}” đã được viết lại đúng chính tả; hãy viết đúng hoa thường và dấu.",
            "{label}: “{value}” was rewritten; mind capital letters and accents.",
        ),
        "name_case": _warning(
            "clean",
            "{label}: “{value}” viết toàn chữ hoa hoặc toàn chữ thường; hãy viết hoa chữ cái đầu mỗi từ.",
            "{label}: “{value}” is all in capitals or all in small letters; begin each word with a capital.",
        ),
        "uuid_form": _warning(
            "accurate",
            "{label}: “{value}” không phải UUID 36 ký tự; hãy kiểm tra mã do hệ thống cấp.",
            "{label}: “{value}” is no UUID of 36 characters; compare it with the identifier that was assigned.",
        ),
        "date_style": _warning(
            "clean",
            "{label}: “{value}” đã được viết lại theo dạng dd/MM/yyyy (ngày trước tháng); hãy kiểm tra lại.",
            "{label}: “{value}” was rewritten as dd/MM/yyyy, day before month; check it.",
        ),
        "date_form": _error(
            "clean",
            "{label}: “{value}” chưa đúng dạng; hãy viết ngày dạng dd/MM/yyyy, ví dụ 05/06/2026.",
            "{label}: “{value}” is not a date of the form dd/MM/yyyy; write it like 05/06/2026.",
        ),
        "date_missing": _error(
            "accurate",
            "{label}: ngày “{value}” không có trong lịch; hãy kiểm tra lại.",
            "{label}: the day “{value}” does not exist; check it.",
        ),
        "year_form": _error(
            "accurate",
            "{label}: “{value}” phải là năm gồm 4 chữ số.",
            "{label}: “{value}” must be a year of four digits.",
        ),
        "programme_form": _error(
            "accurate", "{label}: “{value}” phải gồm đúng 7 chữ số.", "{label}: “{value}” must be exactly seven digits."
        ),
        "number_form": _error(
            "accurate",
            "{label}: “{value}” phải là một số, ví dụ 131 hoặc 4,5.",
            "{label}: “{value}” must be a number such as 131 or 4,5.",
        ),
        "base64_form": _error(
            "accurate",
            "{label}: nội dung không phải base64 chuẩn; hãy mã hóa lại tệp.",
            "{label}: the content is not standard base64; encode the file again.",
        ),
        "citizen_form": _error(
            "accurate",
            "{label}: {value} phải gồm đúng 12 chữ số; hãy định dạng cột là Văn bản để giữ số 0 ở đầu.",
            "{label}: {value} must be exactly twelve digits; format the column as Text to keep leading zeros.",
        ),
        "citizen_old_card": _error(
            "accurate",
            "{label}: {value} có 9 chữ số, là số chứng minh nhân dân cũ; hãy điền số định danh 12 chữ số trên thẻ "
            "căn cước.",
            "{label}: {value} has nine digits, as old identity cards had; fill in the citizen number of twelve digits.",
        ),
        # fields that must agree with each other
        "citizen_province": _error(
            "accurate",
            "{label}: ba chữ số đầu của {value} không phải mã của một trong 63 tỉnh; hãy kiểm tra lại.",
            "{label}: the first three digits of {value} are the code of none of the 63 provinces; check the number.",
        ),
        "citizen_abroad": _warning(
            "accurate",
            "{label}: ba chữ số đầu của {value} là mã nước ngoài; hãy chắc chắn người này khai sinh ở nước ngoài.",
            "{label}: the first three digits of {value} stand for a foreign country; make sure of the place of birth.",
        ),
        "citizen_sex": _error(
            "accurate",
            "{label}: chữ số thứ tư của {value} không khớp thế kỷ sinh và giới tính; hãy kiểm tra lại.",
            "{label}: the fourth digit of {value} does not fit century of birth and sex; check the number, "
            "the date of birth and the sex.",
        ),
        "citizen_year": _error(
            "accurate",
            "{label}: chữ số thứ năm và sáu của {value} không khớp năm sinh; hãy kiểm tra lại.",
            "{label}: the fifth and sixth digits of {value} do not fit the year of birth; check both.",
        ),
        "citizen_required": _error(
            "complete",
            "{label}: bắt buộc với người có quốc tịch Việt Nam; hãy điền 12 chữ số.",
            "{label}: needed for Vietnamese nationals; fill in the twelve digits.",
        ),
        "citizen_foreign": _error(
            "accurate",
            "{label}: người nước ngoài không có số định danh Việt Nam; hãy để trống hoặc sửa quốc tịch.",
            "{label}: foreigners have no Vietnamese citizen number; leave it empty or correct the nationality.",
        ),
        "age": _error(
            "accurate",
            "{label}: “{value}” cách ngày quyết định {years} năm; hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” lies {years} years before the decision; check both dates.",
        ),
        "year_mismatch": _error(
            "accurate",
            "{label}: “{value}” lệch quá một năm so với ngày quyết định {decided}; hãy kiểm tra lại.",
            "{label}: “{value}” is more than a year away from the decision of {decided}; check both.",
        ),
        "year_differs": _warning(
            "accurate",
            "{label}: “{value}” khác năm của quyết định {decided}; hãy kiểm tra lại.",
            "{label}: “{value}” is not the year of the decision of {decided}; check it.",
        ),
        "date_order": _error(
            "accurate",
            "{label}: “{value}” phải sau {other_vi} ({other}); hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” must come after {other_en} ({other}); check both dates.",
        ),
        "created_early": _warning(
            "accurate",
            "{label}: “{value}” trước ngày quyết định {decided}; hãy kiểm tra lại.",
            "{label}: “{value}” comes before the decision of {decided}; check it.",
        ),
        "created_late": _warning(
            "accurate",
            "{label}: “{value}” sau ngày quyết định {decided} hơn 5 ngày; hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” is more than five days after the decision of {decided}; check both dates.",
        ),
        "issued_late": _warning(
            "accurate",
            "{label}: “{value}” sau ngày quyết định {decided} hơn một năm; hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” is more than a year after the decision of {decided}; check both dates.",
        ),
        "issued_far": _error(
            "accurate",
            "{label}: “{value}” sau ngày quyết định {decided} hơn mười năm; hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” is more than ten years after the decision of {decided}; check both dates.",
        ),
        "supplement_incomplete": _error(
            "complete",
            "{label}: bắt buộc khi có phụ lục; hãy điền ô này hoặc để trống toàn bộ phụ lục.",
            "{label}: needed once any cell of the supplement is filled; fill it in, or leave the supplement empty.",
        ),
        "attachment_pair": _error(
            "complete",
            "{label}: tên tệp và nội dung tệp phải đi cùng nhau; hãy điền cả hai hoặc để trống cả hai.",
            "{label}: file name and file content belong together; fill in both or neither.",
        ),
    }
)
