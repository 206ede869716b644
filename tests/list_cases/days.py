"""Days: in no calendar, in other styles, before or after what they should follow."""

from list_cases.case import Case, bad_rows, good
from list_cases.cell import AS_SUGGESTED, mild, one
from list_cases.writing import written


def cases() -> list[Case]:
    return [
        one(
            "date-not-in-calendar.csv",
            ("29/02/2023", "29 February 2023"),
            "Đối chiếu giấy khai sinh.",
            ("ngay_sinh", "29/02/2023"),
            "error 3 ngay_sinh date_missing",
        ),
        one(
            "date-of-zeros.csv",
            ("00/00/2000", "00/00/2000"),
            "Đối chiếu giấy khai sinh.",
            ("ngay_sinh", "00/00/2000"),
            "error 3 ngay_sinh date_missing",
        ),
        mild(
            "date-iso.csv",
            ("Ngày kiểu 2000-08-08", "an ISO date"),
            AS_SUGGESTED,
            ("ngay_sinh", "2000-08-08"),
            "warning 3 ngay_sinh date_style",
        ),
        mild(
            "date-short.csv",
            ("Ngày kiểu 8/8/2000", "a date without zeros"),
            AS_SUGGESTED,
            ("ngay_sinh", "8/8/2000"),
            "warning 3 ngay_sinh date_style",
        ),
        mild(
            "date-points.csv",
            ("Ngày kiểu 08.08.2000", "a date with points"),
            AS_SUGGESTED,
            ("ngay_sinh", "08.08.2000"),
            "warning 3 ngay_sinh date_style",
        ),
        mild(
            "date-in-words.csv",
            ("“ngày 8 tháng 8 năm 2000”", "a date in words"),
            AS_SUGGESTED,
            ("ngay_sinh", "ngày 8 tháng 8 năm 2000"),
            "warning 3 ngay_sinh date_style",
        ),
        one(
            "date-two-digit-year.csv",
            ("Năm hai chữ số", "a year of two digits"),
            "Viết đủ 4 chữ số năm.",
            ("ngay_sinh", "08/08/00"),
            "error 3 ngay_sinh date_form",
        ),
        one(
            "date-month-first.csv",
            ("Tháng trước ngày (08/27/2000)", "month before day"),
            "Đổi thành dd/MM/yyyy; xem gợi ý.",
            ("ngay_sinh", "08/27/2000"),
            "error 3 ngay_sinh date_form",
        ),
        one(
            "date-serial.csv",
            ("Ngày thành số của Excel", "a date as Excel's number"),
            "Định dạng cột là ngày; xem gợi ý.",
            ("ngay_sinh", "36746"),
            "error 3 ngay_sinh date_form",
        ),
        one(
            "date-year-only.csv",
            ("Chỉ có năm sinh", "a year only"),
            "Điền đủ ngày, tháng.",
            ("ngay_sinh", "2000"),
            "error 3 ngay_sinh date_form",
        ),
        one(
            "date-month-name.csv",
            ("08-Aug-2000", "a month in English"),
            "Viết dd/MM/yyyy.",
            ("ngay_sinh", "08-Aug-2000"),
            "error 3 ngay_sinh date_form",
        ),
        one(
            "born-yesterday.csv",
            ("Tuổi không thể có", "an impossible age"),
            "Kiểm tra ngày sinh và ngày quyết định.",
            ("ngay_sinh", "08/08/2020"),
            "error 3 so_ddcn citizen_year",
            "error 3 ngay_sinh age",
        ),
        one(
            "issued-before-decision.csv",
            ("Cấp bằng trước quyết định", "issued before the decision"),
            "Kiểm tra cả hai ngày.",
            ("ngay_cap_vbcc", "10/05/2026"),
            "error 3 ngay_cap_vbcc date_order",
        ),
        mild(
            "created-late.csv",
            ("Tạo văn bằng số quá 5 ngày", "made more than five days late"),
            "Kiểm tra ngày tạo.",
            ("ngay_tao_vbcc", "09/06/2026"),
            "warning 3 ngay_tao_vbcc created_late",
        ),
        mild(
            "created-early.csv",
            ("Tạo văn bằng trước quyết định", "made before the decision"),
            "Kiểm tra ngày tạo.",
            ("ngay_tao_vbcc", "30/05/2026"),
            "warning 3 ngay_tao_vbcc created_early",
        ),
        one(
            "year-mismatch.csv",
            ("Năm tốt nghiệp lệch quyết định", "year of graduation against decision"),
            "Kiểm tra năm và quyết định.",
            ("nam_tot_nghiep", "2016"),
            "error 3 nam_tot_nghiep year_mismatch",
        ),
        mild(
            "year-differs.csv",
            ("Năm tốt nghiệp khác năm quyết định", "year of graduation one off"),
            "Kiểm tra năm và quyết định.",
            ("nam_tot_nghiep", "2025"),
            "warning 3 nam_tot_nghiep year_differs",
        ),
        one(
            "enrolled-after.csv",
            ("Nhập học sau khi tốt nghiệp", "enrolled after graduation"),
            "Kiểm tra cả hai ngày.",
            ("ngay_nhap_hoc", "05/09/2026"),
            "error 3 ngay_quyet_dinh_cong_nhan_tot_nghiep date_order",
        ),
        one(
            "enrolled-before-birth.csv",
            ("Nhập học trước khi sinh", "enrolled before birth"),
            "Kiểm tra cả hai ngày.",
            ("ngay_nhap_hoc", "05/09/1999"),
            "error 3 ngay_nhap_hoc date_order",
        ),
        one(
            "issued-in-the-future.csv",
            ("Ngày cấp năm 3026", "issued in the year 3026"),
            "Kiểm tra ngày cấp.",
            ("ngay_cap_vbcc", "10/06/3026"),
            "error 3 ngay_cap_vbcc issued_far",
        ),
        bad_rows(
            "name-and-date-swapped.csv",
            ("Đảo cột họ tên và ngày sinh", "name and date of birth exchanged"),
            "Đặt lại tên hai cột.",
            lambda: written([row | {"ho_va_ten": row["ngay_sinh"], "ngay_sinh": row["ho_va_ten"]} for row in good()]),
            *(f"error {row} {rule}" for row in (2, 3, 4) for rule in ("ho_va_ten character", "ngay_sinh date_form")),
            accepted=0,
        ),
    ]
