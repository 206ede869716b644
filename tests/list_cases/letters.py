"""Letters that cannot be seen, only look like others, or stand where none should; cells that hold nothing."""

from list_cases.case import Case, good
from list_cases.cell import HIDDEN, RETYPE, mild, one


def letters() -> list[Case]:
    name = good()[1]["ho_va_ten"]
    return [
        mild(
            "nfd.csv",
            ("Dấu tách rời (NFD)", "accents apart (NFD)"),
            "Không phải làm gì: đã ghép lại.",
            ("ho_va_ten", "Nguye\u0302\u0303n Hoa\u0300ng Hoan"),
            "warning 3 ho_va_ten not_nfc",
        ),
        one(
            "zero-width.csv",
            ("Ký tự rộng bằng không", "a zero-width character"),
            HIDDEN,
            ("ho_va_ten", name.replace(" ", "\u200b ", 1)),
            "error 3 ho_va_ten invisible_character",
        ),
        one(
            "soft-hyphen.csv",
            ("Gạch nối mềm ẩn", "a soft hyphen"),
            HIDDEN,
            ("noi_sinh", "Trà\xad Vinh"),
            "error 3 noi_sinh invisible_character",
        ),
        one(
            "bidi.csv",
            ("Ký tự đảo chiều chữ", "a bidirectional control"),
            HIDDEN,
            ("so_hieu_vbcc", "SHB26\u202e2000000"),
            "error 3 so_hieu_vbcc invisible_character",
        ),
        one(
            "byte-order-mark-inside.csv",
            ("BOM giữa tệp", "a byte order mark inside"),
            HIDDEN,
            ("so_hieu_vbcc", "\ufeffSHB260000002"),
            "error 3 so_hieu_vbcc invisible_character",
        ),
        one(
            "eth.csv",
            ("Ð (U+00D0) thay cho Đ", "eth in place of Đ"),
            "Gõ lại bằng chữ Đ tiếng Việt; xem gợi ý.",
            ("ho_va_ten", "\u00d0ỗ Hoàng Hoan"),
            "error 3 ho_va_ten lookalike_letter",
        ),
        one(
            "cyrillic.csv",
            ("Chữ Kirin giống chữ Latinh", "Cyrillic look-alikes"),
            "Gõ lại bằng chữ Latinh; xem gợi ý.",
            ("so_hieu_vbcc", "SH\u0412260000002"),
            "error 3 so_hieu_vbcc lookalike_letter",
        ),
        one(
            "full-width-digits.csv",
            ("Chữ số toàn khổ", "full-width digits"),
            "Gõ lại bằng chữ số thường; xem gợi ý.",
            ("so_ddcn", "０84200924177"),
            "error 3 so_ddcn lookalike_letter",
            "error 3 so_ddcn citizen_form",
        ),
        one(
            "lone-mark.csv",
            ("Dấu đứng một mình", "a combining mark alone"),
            RETYPE,
            ("ho_va_ten", "\u0301 Hoàng Hoan"),
            "error 3 ho_va_ten character",
        ),
        one(
            "emoji.csv",
            ("Biểu tượng cảm xúc", "an emoji"),
            "Xóa biểu tượng.",
            ("ho_va_ten", f"{name} 🎓"),
            "error 3 ho_va_ten character",
        ),
        one(
            "digit-in-name.csv",
            ("Chữ số trong họ tên", "a digit in a name"),
            RETYPE,
            ("ho_va_ten", "Nguyễn Hoàng Hoan 2"),
            "error 3 ho_va_ten character",
        ),
        one(
            "no-break-space.csv",
            ("Dấu cách không ngắt", "a no-break space"),
            "Thay bằng dấu cách thường; xem gợi ý.",
            ("ho_va_ten", name.replace(" ", "\xa0", 1)),
            "error 3 ho_va_ten odd_space",
        ),
        one(
            "tab-in-a-cell.csv",
            ("Tab trong ô", "a tab within a cell"),
            "Thay bằng dấu cách thường; xem gợi ý.",
            ("ho_va_ten", name.replace(" ", "\t", 1)),
            "error 3 ho_va_ten odd_space",
        ),
        mild(
            "spaces-around.csv",
            ("Khoảng trắng thừa đầu, cuối", "spaces around"),
            "Không phải làm gì: đã bỏ đi.",
            ("ho_va_ten", f" {name} "),
            "warning 3 ho_va_ten spaces_around",
        ),
        mild(
            "double-space.csv",
            ("Hai dấu cách liền", "two spaces in a row"),
            "Sửa trong nguồn.",
            ("ho_va_ten", name.replace(" ", "  ", 1)),
            "warning 3 ho_va_ten double_space",
        ),
        mild(
            "upper-case-name.csv",
            ("Họ tên viết toàn chữ hoa", "a name in capitals"),
            "Viết hoa chữ đầu mỗi từ; xem gợi ý.",
            ("ho_va_ten", name.upper()),
            "warning 3 ho_va_ten name_case",
        ),
        one(
            "over-long.csv",
            ("Giá trị quá dài", "an over-long value"),
            "Rút ngắn.",
            ("ho_va_ten", "Nguyễn " + "Hoàng " * 30 + "Hoan"),
            "error 3 ho_va_ten too_long",
        ),
        one(
            "leading-apostrophe.csv",
            ("Dấu nháy của Excel trước số định danh", "Excel's apostrophe before a citizen number"),
            "Xóa dấu nháy; xem gợi ý.",
            ("so_ddcn", "'084200924177"),
            "error 3 so_ddcn leading_apostrophe",
        ),
        one(
            "leading-apostrophe-serial.csv",
            ("Dấu nháy của Excel trước số hiệu", "Excel's apostrophe before a serial number"),
            "Xóa dấu nháy; xem gợi ý.",
            ("so_hieu_vbcc", "'SHB260000002"),
            "error 3 so_hieu_vbcc leading_apostrophe",
        ),
        one(
            "markup.csv",
            ("Thẻ HTML trong ô", "a web page's tags in a cell"),
            "Xóa thẻ, chỉ để chữ.",
            ("noi_sinh", "<b>Trà Vinh</b>"),
            "error 3 noi_sinh markup",
        ),
        one(
            "entity.csv",
            ("Ký hiệu HTML (&agrave;) thay cho chữ", "a web page's code for a letter"),
            "Xuất lại từ nguồn, hoặc gõ lại chữ.",
            ("noi_sinh", "Tr&agrave; Vinh"),
            "error 3 noi_sinh markup",
        ),
        mild(
            "nationality-without-accents.csv",
            ("Quốc tịch ghi “Viet Nam”, “VN”", "the nationality without accents"),
            "Không phải làm gì: vẫn đòi số định danh.",
            ("quoc_tich", "VN"),
        ),
    ]


def nothings() -> list[Case]:
    return [
        one(
            "empty-required.csv",
            ("Ô bắt buộc bỏ trống", "an empty required cell"),
            "Điền giá trị.",
            ("noi_sinh", ""),
            "error 3 noi_sinh required",
        ),
        one(
            "blank-required.csv",
            ("Ô bắt buộc chỉ có dấu cách", "a required cell of spaces"),
            "Điền giá trị.",
            ("noi_sinh", "   "),
            "warning 3 noi_sinh spaces_around",
            "error 3 noi_sinh required",
        ),
        one(
            "placeholder.csv",
            ("“N/A”, “-” ở ô bắt buộc", "N/A in a required cell"),
            "Điền giá trị thật.",
            ("noi_sinh", "N/A"),
            "error 3 noi_sinh placeholder",
        ),
        mild(
            "placeholder-optional.csv",
            ("“không có” ở ô không bắt buộc", "“none” in an optional cell"),
            "Để trống.",
            ("ghi_chu", "Không có"),
            "warning 3 ghi_chu placeholder_left_out",
        ),
        one(
            "error-value.csv",
            ("Chữ báo lỗi #REF!, #N/A", "an error value as text"),
            "Sửa công thức hoặc gõ giá trị.",
            ("xep_loai", "#REF!"),
            "error 3 xep_loai spreadsheet_error",
        ),
        one(
            "hashes.csv",
            ("Ô chỉ toàn dấu thăng (cột hẹp)", "hash signs of a narrow column"),
            "Nới cột, xuất lại.",
            ("ngay_sinh", "########"),
            "error 3 ngay_sinh spreadsheet_error",
        ),
        one(
            "formula-text.csv",
            ("Chữ bắt đầu như công thức", "text that starts a formula"),
            "Dán dạng giá trị, bỏ dấu đầu.",
            ("ghi_chu", '=HYPERLINK("http://x","x")'),
            "error 3 ghi_chu formula_text",
        ),
        one(
            "formula-sign.csv",
            ("Ô bắt đầu bằng @", "a cell that begins with @"),
            "Bỏ dấu đầu.",
            ("noi_sinh", "@SUM(A1)"),
            "error 3 noi_sinh formula_text",
        ),
    ]


def cases() -> list[Case]:
    return [*letters(), *nothings()]
