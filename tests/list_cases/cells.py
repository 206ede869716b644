"""Single cells: letters, numbers, dates, and what spreadsheets and typists make of them."""

from list_cases.case import Case, altered, bad_rows, good, let_in
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


def letters() -> list[Case]:
    name = good()[1]["ho_va_ten"]
    return [
        mild("nfd.csv", ("Dấu tách rời (NFD)", "accents apart (NFD)"), "Không phải làm gì: đã ghép lại.", ("ho_va_ten", "Nguye\u0302\u0303n Hoa\u0300ng Hoan"), "warning 3 ho_va_ten not_nfc"),
        one("zero-width.csv", ("Ký tự rộng bằng không", "a zero-width character"), HIDDEN, ("ho_va_ten", name.replace(" ", "\u200b ", 1)), "error 3 ho_va_ten invisible_character"),
        one("soft-hyphen.csv", ("Gạch nối mềm ẩn", "a soft hyphen"), HIDDEN, ("noi_sinh", "Trà\xad Vinh"), "error 3 noi_sinh invisible_character"),
        one("bidi.csv", ("Ký tự đảo chiều chữ", "a bidirectional control"), HIDDEN, ("so_hieu_vbcc", "SHB26\u202e2000000"), "error 3 so_hieu_vbcc invisible_character"),
        one("byte-order-mark-inside.csv", ("BOM giữa tệp", "a byte order mark inside"), HIDDEN, ("so_hieu_vbcc", "\ufeffSHB260000002"), "error 3 so_hieu_vbcc invisible_character"),
        one("eth.csv", ("Ð (U+00D0) thay cho Đ", "eth in place of Đ"), "Gõ lại bằng chữ Đ tiếng Việt; xem gợi ý.", ("ho_va_ten", "\u00d0ỗ Hoàng Hoan"), "error 3 ho_va_ten lookalike_letter"),
        one("cyrillic.csv", ("Chữ Kirin giống chữ Latinh", "Cyrillic look-alikes"), "Gõ lại bằng chữ Latinh; xem gợi ý.", ("so_hieu_vbcc", "SH\u0412260000002"), "error 3 so_hieu_vbcc lookalike_letter"),
        one("full-width-digits.csv", ("Chữ số toàn khổ", "full-width digits"), "Gõ lại bằng chữ số thường; xem gợi ý.", ("so_ddcn", "０84200924177"), "error 3 so_ddcn lookalike_letter"),
        one("lone-mark.csv", ("Dấu đứng một mình", "a combining mark alone"), RETYPE, ("ho_va_ten", "\u0301 Hoàng Hoan")),
        one("emoji.csv", ("Biểu tượng cảm xúc", "an emoji"), "Xóa biểu tượng.", ("ho_va_ten", f"{name} 🎓"), "error 3 ho_va_ten character"),
        one("digit-in-name.csv", ("Chữ số trong họ tên", "a digit in a name"), RETYPE, ("ho_va_ten", "Nguyễn Hoàng Hoan 2"), "error 3 ho_va_ten character"),
        one("no-break-space.csv", ("Dấu cách không ngắt", "a no-break space"), "Thay bằng dấu cách thường; xem gợi ý.", ("ho_va_ten", name.replace(" ", "\xa0", 1)), "error 3 ho_va_ten odd_space"),
        one("tab-in-a-cell.csv", ("Tab trong ô", "a tab within a cell"), "Thay bằng dấu cách thường; xem gợi ý.", ("ho_va_ten", name.replace(" ", "\t", 1)), "error 3 ho_va_ten odd_space"),
        mild("spaces-around.csv", ("Khoảng trắng thừa đầu, cuối", "spaces around"), "Không phải làm gì: đã bỏ đi.", ("ho_va_ten", f" {name} "), "warning 3 ho_va_ten spaces_around"),
        mild("double-space.csv", ("Hai dấu cách liền", "two spaces in a row"), "Sửa trong nguồn.", ("ho_va_ten", name.replace(" ", "  ", 1)), "warning 3 ho_va_ten double_space"),
        mild("upper-case-name.csv", ("Họ tên viết toàn chữ hoa", "a name in capitals"), "Viết hoa chữ đầu mỗi từ; xem gợi ý.", ("ho_va_ten", name.upper()), "warning 3 ho_va_ten name_case"),
        one("over-long.csv", ("Giá trị quá dài", "an over-long value"), "Rút ngắn.", ("ho_va_ten", "Nguyễn " + "Hoàng " * 30 + "Hoan"), "error 3 ho_va_ten too_long"),
        one("leading-apostrophe.csv", ("Dấu nháy đầu ô của Excel", "Excel's leading apostrophe"), "Xóa dấu nháy.", ("so_ddcn", "'084200924177")),
        one("leading-apostrophe-serial.csv", ("Dấu nháy đầu số hiệu", "an apostrophe before a serial"), "Xóa dấu nháy.", ("so_hieu_vbcc", "'SHB260000002")),
    ]


def nothings() -> list[Case]:
    return [
        one("empty-required.csv", ("Ô bắt buộc bỏ trống", "an empty required cell"), "Điền giá trị.", ("noi_sinh", ""), "error 3 noi_sinh required"),
        one("blank-required.csv", ("Ô bắt buộc chỉ có dấu cách", "a required cell of spaces"), "Điền giá trị.", ("noi_sinh", "   ")),
        one("placeholder.csv", ("“N/A”, “-” ở ô bắt buộc", "N/A in a required cell"), "Điền giá trị thật.", ("noi_sinh", "N/A"), "error 3 noi_sinh placeholder"),
        mild("placeholder-optional.csv", ("“không có” ở ô không bắt buộc", "“none” in an optional cell"), "Để trống.", ("ghi_chu", "Không có"), "warning 3 ghi_chu placeholder_left_out"),
        one("error-value.csv", ("Chữ báo lỗi #REF!, #N/A", "an error value as text"), "Sửa công thức hoặc gõ giá trị.", ("xep_loai", "#REF!"), "error 3 xep_loai spreadsheet_error"),
        one("hashes.csv", ("Ô chỉ toàn dấu thăng (cột hẹp)", "hash signs of a narrow column"), "Nới cột, xuất lại.", ("ngay_sinh", "########"), "error 3 ngay_sinh spreadsheet_error"),
        one("formula-text.csv", ("Chữ bắt đầu như công thức", "text that starts a formula"), "Dán dạng giá trị, bỏ dấu đầu.", ("ghi_chu", "=HYPERLINK(\"http://x\",\"x\")"), "error 3 ghi_chu formula_text"),
        one("formula-sign.csv", ("Ô bắt đầu bằng @", "a cell that begins with @"), "Bỏ dấu đầu.", ("noi_sinh", "@SUM(A1)"), "error 3 noi_sinh formula_text"),
    ]


def numbers() -> list[Case]:
    return [
        one("serial-scientific.csv", ("Số hiệu thành 1.23457E+11", "a serial that became 1.23457E+11"), AS_TEXT, ("so_hieu_vbcc", "1.23457E+11"), "error 3 so_hieu_vbcc scientific_number"),
        one("serial-scientific-comma.csv", ("Số hiệu thành 1,23E+11", "the same with a comma"), AS_TEXT, ("so_hieu_vbcc", "1,23E+11"), "error 3 so_hieu_vbcc scientific_number"),
        one("citizen-scientific.csv", ("Số định danh thành 8.42E+10", "a citizen number that became 8.42E+10"), AS_TEXT, ("so_ddcn", "8.42009E+10"), "error 3 so_ddcn scientific_number"),
        mild("serial-date.csv", ("Số vào sổ giống ngày", "a register number that reads as a date"), AS_TEXT, ("so_vao_so", "12/03/2026"), "warning 3 so_vao_so date_like_number"),
        one("serial-date-time.csv", ("Số vào sổ thành ngày giờ", "a register number that became a time"), AS_TEXT, ("so_vao_so", "2026-03-12 00:00:00"), "error 3 so_vao_so date_for_number"),
        one("serial-decimal.csv", ("Số hiệu thành số thập phân", "a serial that became a decimal"), AS_TEXT, ("so_hieu_vbcc", "260000002.0"), "error 3 so_hieu_vbcc decimal_number"),
        one("programme-decimal.csv", ("Mã ngành thành 7140201.0", "a programme code that became a decimal"), AS_TEXT, ("ma_nganh_dao_tao", "7140201.0"), "error 3 ma_nganh_dao_tao decimal_number"),
        one("citizen-zero-lost.csv", ("Số định danh mất số 0 đầu", "a citizen number without its zero"), "Thêm số 0; xem gợi ý.", ("so_ddcn", "84200924177"), "error 3 so_ddcn citizen_form"),
        one("citizen-spaces.csv", ("Dấu cách trong số định danh", "spaces within a citizen number"), "Bỏ dấu cách; xem gợi ý.", ("so_ddcn", "084 200 924 177"), "error 3 so_ddcn citizen_form"),
        one("old-identity-card.csv", ("CMND 9 số ở cột số định danh", "an old nine-digit card number"), "Điền số định danh 12 số trên căn cước.", ("so_ddcn", "334567890"), "error 3 so_ddcn citizen_form"),
        one("citizen-letter.csv", ("Chữ O thay cho số 0", "the letter O for a zero"), RETYPE, ("so_ddcn", "O84200924177"), "error 3 so_ddcn citizen_form"),
        one("citizen-province.csv", ("Mã tỉnh không có", "no such province"), "Đối chiếu căn cước.", ("so_ddcn", "099200924177"), "error 3 so_ddcn citizen_province"),
        mild("citizen-abroad.csv", ("Mã nước ngoài", "a country's code"), "Kiểm tra nơi khai sinh.", ("so_ddcn", "201200924177"), "warning 3 so_ddcn citizen_abroad"),
        one("citizen-sex.csv", ("Số định danh không khớp giới tính", "citizen number against sex"), "Đối chiếu căn cước, sửa số hoặc giới tính.", ("gioi_tinh", "Nữ"), "error 3 so_ddcn citizen_sex"),
        one("citizen-year.csv", ("Số định danh không khớp năm sinh", "citizen number against year of birth"), "Đối chiếu căn cước, sửa số hoặc ngày sinh.", ("ngay_sinh", "08/08/2001"), "error 3 so_ddcn citizen_year"),
        one("citizen-century.csv", ("Số định danh không khớp thế kỷ", "citizen number against century"), "Đối chiếu căn cước.", ("so_ddcn", "084000924177"), "error 3 so_ddcn citizen_sex"),
        one("citizen-missing.csv", ("Người Việt Nam thiếu số định danh", "a national without citizen number"), "Điền 12 chữ số.", ("so_ddcn", ""), "error 3 so_ddcn citizen_required"),
        one("citizen-foreigner.csv", ("Người nước ngoài có số định danh", "a foreigner with a citizen number"), "Để trống hoặc sửa quốc tịch.", ("quoc_tich", "Lào"), "error 3 so_ddcn citizen_foreign"),
        one("signer-citizen.csv", ("Số định danh người ký sai", "the signer's citizen number is wrong"), "Đối chiếu căn cước người ký.", ("so_ddcn_nguoi_ky_vbcc", "001068004"), "error 3 so_ddcn_nguoi_ky_vbcc citizen_form"),
        one("programme-form.csv", ("Mã ngành không đủ 7 chữ số", "a programme code of six digits"), "Đối chiếu danh mục ngành.", ("ma_nganh_dao_tao", "714020"), "error 3 ma_nganh_dao_tao programme_form"),
        one("year-form.csv", ("Năm tốt nghiệp viết tắt", "a year of two digits"), "Viết đủ 4 chữ số.", ("nam_tot_nghiep", "26"), "error 3 nam_tot_nghiep year_form"),
        one("credits-form.csv", ("Số tín chỉ không phải số", "credits that are no number"), "Chỉ ghi số.", ("tong_so_tin_chi", "132 tín chỉ"), "error 3 tong_so_tin_chi number_form"),
        mild("identifier-form.csv", ("Mã định danh không phải UUID", "an identifier that is no UUID"), "Đối chiếu mã do hệ thống cấp.", ("ma_dinh_danh_vbcc", "VB-2026-000002"), "warning 3 ma_dinh_danh_vbcc uuid_form"),
        one("sex-other.csv", ("Giới tính ghi khác Nam, Nữ", "a sex other than Nam or Nữ"), "Ghi Nam hoặc Nữ.", ("gioi_tinh", "x"), "error 3 gioi_tinh choice"),
        mild("sex-upper-case.csv", ("Giới tính ghi NAM, nu", "sex in other letters"), AS_SUGGESTED, ("gioi_tinh", "NAM"), "warning 3 gioi_tinh choice_style"),
    ]


def days() -> list[Case]:
    return [
        one("date-not-in-calendar.csv", ("29/02/2023", "29 February 2023"), "Đối chiếu giấy khai sinh.", ("ngay_sinh", "29/02/2023"), "error 3 ngay_sinh date_missing"),
        one("date-of-zeros.csv", ("00/00/2000", "00/00/2000"), "Đối chiếu giấy khai sinh.", ("ngay_sinh", "00/00/2000"), "error 3 ngay_sinh date_missing"),
        mild("date-iso.csv", ("Ngày kiểu 2000-08-08", "an ISO date"), AS_SUGGESTED, ("ngay_sinh", "2000-08-08"), "warning 3 ngay_sinh date_style"),
        mild("date-short.csv", ("Ngày kiểu 8/8/2000", "a date without zeros"), AS_SUGGESTED, ("ngay_sinh", "8/8/2000"), "warning 3 ngay_sinh date_style"),
        mild("date-points.csv", ("Ngày kiểu 08.08.2000", "a date with points"), AS_SUGGESTED, ("ngay_sinh", "08.08.2000"), "warning 3 ngay_sinh date_style"),
        mild("date-in-words.csv", ("“ngày 8 tháng 8 năm 2000”", "a date in words"), AS_SUGGESTED, ("ngay_sinh", "ngày 8 tháng 8 năm 2000"), "warning 3 ngay_sinh date_style"),
        one("date-two-digit-year.csv", ("Năm hai chữ số", "a year of two digits"), "Viết đủ 4 chữ số năm.", ("ngay_sinh", "08/08/00"), "error 3 ngay_sinh date_form"),
        one("date-month-first.csv", ("Tháng trước ngày (08/27/2000)", "month before day"), "Đổi thành dd/MM/yyyy; xem gợi ý.", ("ngay_sinh", "08/27/2000"), "error 3 ngay_sinh date_form"),
        one("date-serial.csv", ("Ngày thành số của Excel", "a date as Excel's number"), "Định dạng cột là ngày; xem gợi ý.", ("ngay_sinh", "36746"), "error 3 ngay_sinh date_form"),
        one("date-year-only.csv", ("Chỉ có năm sinh", "a year only"), "Điền đủ ngày, tháng.", ("ngay_sinh", "2000"), "error 3 ngay_sinh date_form"),
        one("date-month-name.csv", ("08-Aug-2000", "a month in English"), "Viết dd/MM/yyyy.", ("ngay_sinh", "08-Aug-2000"), "error 3 ngay_sinh date_form"),
        one("born-yesterday.csv", ("Tuổi không thể có", "an impossible age"), "Kiểm tra ngày sinh và ngày quyết định.", ("ngay_sinh", "08/08/2020")),
        one("issued-before-decision.csv", ("Cấp bằng trước quyết định", "issued before the decision"), "Kiểm tra cả hai ngày.", ("ngay_cap_vbcc", "10/05/2026"), "error 3 ngay_cap_vbcc date_order"),
        mild("created-late.csv", ("Tạo văn bằng số quá 5 ngày", "made more than five days late"), "Kiểm tra ngày tạo.", ("ngay_tao_vbcc", "09/06/2026"), "warning 3 ngay_tao_vbcc created_late"),
        mild("created-early.csv", ("Tạo văn bằng trước quyết định", "made before the decision"), "Kiểm tra ngày tạo.", ("ngay_tao_vbcc", "30/05/2026"), "warning 3 ngay_tao_vbcc created_early"),
        one("year-mismatch.csv", ("Năm tốt nghiệp lệch quyết định", "year of graduation against decision"), "Kiểm tra năm và quyết định.", ("nam_tot_nghiep", "2016"), "error 3 nam_tot_nghiep year_mismatch"),
        mild("year-differs.csv", ("Năm tốt nghiệp khác năm quyết định", "year of graduation one off"), "Kiểm tra năm và quyết định.", ("nam_tot_nghiep", "2025"), "warning 3 nam_tot_nghiep year_differs"),
        one("enrolled-after.csv", ("Nhập học sau khi tốt nghiệp", "enrolled after graduation"), "Kiểm tra cả hai ngày.", ("ngay_nhap_hoc", "05/09/2026")),
        one("enrolled-before-birth.csv", ("Nhập học trước khi sinh", "enrolled before birth"), "Kiểm tra cả hai ngày.", ("ngay_nhap_hoc", "05/09/1999")),
        one("issued-in-the-future.csv", ("Ngày cấp năm 3026", "issued in the year 3026"), "Kiểm tra ngày cấp.", ("ngay_cap_vbcc", "10/06/3026")),
        bad_rows(
            "name-and-date-swapped.csv",
            ("Đảo cột họ tên và ngày sinh", "name and date of birth exchanged"),
            "Đặt lại tên hai cột.",
            lambda: written([row | {"ho_va_ten": row["ngay_sinh"], "ngay_sinh": row["ho_va_ten"]} for row in good()]),
            *(f"error {row} {rule}" for row in (2, 3, 4) for rule in ("ho_va_ten character", "ngay_sinh date_form")),
            accepted=0,
        ),
    ]


def cases() -> list[Case]:
    return [*letters(), *nothings(), *numbers(), *days()]
