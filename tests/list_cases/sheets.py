"""Spreadsheets: typed cells, formulas, merged cells, and what is hidden."""

from datetime import datetime
from functools import partial

from list_cases.case import Case, bad_rows, good, let_in, refused
from list_cases.writing import table, xlsx

FINE = "Không phải làm gì."
day = partial(datetime, tzinfo=None)
"""Spreadsheets know no time zones."""


def cases() -> list[Case]:
    def typed(**cells: object) -> bytes:
        rows = table(good())
        for name, value in cells.items():
            rows[2][rows[0].index(name)] = value  # type: ignore[call-overload]
        return xlsx(("DanhSach", rows))

    return [
        let_in(
            "typed-dates.xlsx",
            ("Ô kiểu ngày ở cột ngày", "typed dates in date columns"),
            FINE,
            lambda: typed(ngay_sinh=day(2000, 8, 8), ngay_cap_vbcc=day(2026, 6, 10)),
        ),
        let_in(
            "typed-year.xlsx",
            ("Ô kiểu số ở cột năm và tín chỉ", "typed numbers where numbers belong"),
            FINE,
            lambda: typed(nam_tot_nghiep=2026, tong_so_tin_chi=132),
        ),
        bad_rows(
            "number-serial.xlsx",
            ("Số hiệu là ô kiểu số", "a serial number in a number cell"),
            "Định dạng cột là Văn bản, kiểm tra số 0 ở đầu.",
            lambda: typed(so_hieu_vbcc=9050634),
            "warning 3 so_hieu_vbcc number_cell",
            accepted=3,
        ),
        bad_rows(
            "number-citizen.xlsx",
            ("Số định danh là ô kiểu số, mất số 0 đầu", "a citizen number in a number cell lost its zero"),
            "Định dạng cột là Văn bản rồi gõ lại.",
            lambda: typed(so_ddcn=84200924177),
            "warning 3 so_ddcn number_cell",
            "error 3 so_ddcn citizen_form",
        ),
        bad_rows(
            "number-too-long.xlsx",
            ("Số dài hơn 15 chữ số ở ô kiểu số", "a number of more than 15 digits"),
            "Định dạng cột là Văn bản rồi gõ lại.",
            lambda: typed(so_hieu_vbcc=12345678901234567890),
            "error 3 so_hieu_vbcc number_too_long",
        ),
        bad_rows(
            "date-serial-cell.xlsx",
            ("Số vào sổ bị Excel đổi thành ngày", "a register number that became a date"),
            "Định dạng cột là Văn bản rồi gõ lại.",
            lambda: typed(so_vao_so=day(2026, 3, 12)),
            "error 3 so_vao_so date_cell",
        ),
        bad_rows(
            "date-as-number.xlsx",
            ("Ngày sinh là số của Excel (38073)", "a date of birth as Excel's number"),
            "Định dạng cột là ngày hoặc gõ dd/MM/yyyy; xem gợi ý.",
            lambda: typed(ngay_sinh=36746),
            "error 3 ngay_sinh date_number",
        ),
        bad_rows(
            "date-with-time.xlsx",
            ("Ô ngày có cả giờ", "a date with a time of day"),
            "Chỉ để ngày.",
            lambda: typed(ngay_sinh=day(2000, 8, 8, 13, 30)),
            "error 3 ngay_sinh time_cell",
        ),
        bad_rows(
            "truth-value.xlsx",
            ("Ô kiểu đúng/sai", "a truth value in a cell"),
            "Gõ lại bằng chữ.",
            lambda: typed(gioi_tinh=True),
            "error 3 gioi_tinh not_text",
        ),
        bad_rows(
            "formula.xlsx",
            ("Ô công thức", "a formula"),
            "Chép cột, Dán đặc biệt → Giá trị.",
            lambda: xlsx(("DanhSach", table(good())), formulas={"W3": ('IF(1>0,"Khá","Giỏi")', "Khá")}),
            "error 3 xep_loai formula_cell",
        ),
        bad_rows(
            "error-cell.xlsx",
            ("Ô báo lỗi #REF!", "an error cell"),
            "Sửa công thức rồi dán thành giá trị.",
            lambda: xlsx(("DanhSach", table(good())), formulas={"W3": ("Lop!#REF!", "#REF!")}),
            "error 3 xep_loai formula_cell",
            "error 3 xep_loai spreadsheet_error",
        ),
        bad_rows(
            "merged-cells.xlsx",
            ("Ô dữ liệu bị gộp", "merged cells among the rows"),
            "Bỏ gộp, điền đủ từng ô.",
            lambda: xlsx(("DanhSach", table(good())), merged={"L3:L4": "Trà Vinh"}),
            "error 3 - merged_cells",
            "error 4 - merged_cells",
            accepted=1,
        ),
        let_in(
            "hidden-sheet.xlsx",
            ("Trang tính ẩn", "a hidden sheet"),
            "Xem lại trang ẩn: người học ở đó không được đọc.",
            lambda: xlsx(("DanhSach", table(good())), ("An", table(good())), hidden="An"),
            "warning 0 - hidden_sheet",
        ),
        let_in(
            "second-sheet.xlsx",
            ("Trang tính thứ hai không phải danh sách", "a second sheet that is no list"),
            "Xem lại trang được nêu.",
            lambda: xlsx(("DanhSach", table(good())), ("GhiChu", [["Liên hệ phòng Đào tạo"]])),
            "warning 0 - other_sheet",
        ),
        refused(
            "two-sheets.xlsx",
            ("Hai trang tính đều là danh sách", "two sheets with lists"),
            "Giữ một trang, hoặc tách thành hai tệp.",
            lambda: xlsx(("Lop1", table(good())), ("Lop2", table(good()))),
            "error 0 - several_sheets",
        ),
        let_in(
            "filtered-rows.xlsx",
            ("Dòng bị lọc, bị ẩn", "rows filtered out"),
            "Bỏ lọc để xem lại: các dòng ẩn vẫn được đọc.",
            lambda: xlsx(("DanhSach", table(good())), hidden_rows=(2,)),
            "warning 0 - hidden_rows",
        ),
        let_in(
            "hidden-column.xlsx",
            ("Cột bị ẩn", "a hidden column"),
            "Bỏ ẩn để xem lại: cột ẩn vẫn được đọc.",
            lambda: xlsx(("DanhSach", table(good())), hidden_columns=(7,)),
            "warning 0 - hidden_columns",
        ),
    ]
