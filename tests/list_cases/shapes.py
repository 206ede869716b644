"""How the table stands in the file: separators, header, columns, and what printers and people put around it."""

from collections.abc import Sequence
from dataclasses import replace

from list_cases.case import COUNT, Case, Cells, bad_rows, good, let_in, refused, school
from list_cases.writing import table, text, written, xlsx
from vanbang.catalog import type_by_name

FINE = "Không phải làm gì."
LABELS = {spec.name: spec.label_vi for spec in type_by_name("vn-diploma").fields}
TITLE = ("DANH SÁCH NGƯỜI HỌC ĐƯỢC CẤP BẰNG TỐT NGHIỆP", "Đợt tháng 6 năm 2026")


def with_column(name: str, cells: Sequence[str], at: int = 0, rows: Sequence[Cells] = ()) -> list[list[str]]:
    """The table with one column more."""
    return [[*row[:at], cell, *row[at:]] for cell, row in zip((name, *cells), table(rows or good()), strict=True)]


def without_column(name: str) -> list[list[str]]:
    return table([{key: value for key, value in row.items() if key != name} for row in good()])


def renamed(**names: str) -> list[list[str]]:
    header, *rows = table(good())
    return [[names.get(name, name) for name in header], *rows]


def padded(*texts: str) -> list[str]:
    """A row of the table's width that begins with these."""
    return [*texts, *[""] * (len(good()[0]) - len(texts))]


def reversed_columns() -> list[list[str]]:
    return [row[::-1] for row in table(good())]


def separators() -> list[Case]:
    return [
        let_in(
            "semicolons.csv",
            ("Dấu chấm phẩy giữa các ô, dấu phẩy thập phân", "semicolons, and commas for decimals"),
            FINE,
            lambda: text(
                table([row | {"thoi_gian_dao_tao": "4,5 năm", "tong_so_tin_chi": "132,5"} for row in good()]),
                ";",
                "\r\n",
            ).encode(),
        ),
        let_in("tabs.csv", ("Tab giữa các ô", "tabs"), FINE, lambda: text(table(good()), "\t").encode()),
        let_in("bars.csv", ("Gạch đứng giữa các ô", "vertical bars"), FINE, lambda: text(table(good()), "|").encode()),
        let_in(
            "excel-separator-line.csv",
            ("Dòng đầu “sep=;” của Excel", "Excel's first line sep=;"),
            FINE,
            lambda: b"sep=;\r\n" + text(table(good()), ";", "\r\n").encode(),
        ),
        let_in(
            "old-mac-ends.csv",
            ("Xuống dòng kiểu CR", "lines ended by CR"),
            FINE,
            lambda: text(table(good()), end="\r").encode(),
        ),
        let_in(
            "cells-left-out.csv",
            ("Excel bỏ các ô trống ở cuối dòng", "Excel left out empty cells at the end of a row"),
            "Kiểm tra các cột cuối; không phải sửa nếu chúng trống thật.",
            lambda: b"".join(
                line.rstrip(b",\r\n") + b"\n" if number == 2 else line
                for number, line in enumerate(written(good()).splitlines(keepends=True))
            ),
            "warning 3 - cells_left_out",
        ),
        bad_rows(
            "separator-missing.csv",
            ("Thiếu một dấu phân cách, các ô bị dồn", "a separator is missing, cells are shifted"),
            "Thêm dấu phân cách còn thiếu.",
            lambda: written(good()).replace(b"Nam,Kinh", b"Nam Kinh"),
            "error 3 - cell_count",
        ),
        bad_rows(
            "separator-in-a-cell.csv",
            ("Dấu phẩy trong ô không có ngoặc kép", "a comma in a cell without quotation marks"),
            "Đặt ô đó trong ngoặc kép.",
            lambda: written(good()).replace("Trà Vinh".encode(), "Xã An Hòa, Trà Vinh".encode()),
            "error 3 - cell_count",
        ),
        bad_rows(
            "quote-not-closed.csv",
            ("Ngoặc kép mở mà không đóng", "a quotation mark that is not closed"),
            "Thêm hoặc bỏ dấu ngoặc kép ở dòng được nêu.",
            lambda: written(good()).replace("Trà Vinh".encode(), '"Trà Vinh'.encode()),
            "error 3 - quoting",
            rows=1,
            accepted=1,
        ),
        bad_rows(
            "line-end-in-a-cell.csv",
            ("Xuống dòng trong ô", "a line end within a cell"),
            "Xóa ký tự xuống dòng trong ô.",
            lambda: written(good()).replace("Trà Vinh".encode(), '"Trà\nVinh"'.encode()),
            "error 3 noi_sinh odd_space",
        ),
        bad_rows(
            "separator-at-the-end.csv",
            ("Dấu phẩy trong ô làm ô cuối bị đẩy ra ngoài bảng", "a comma in a cell pushes an empty last cell out"),
            "Đặt ô đó trong ngoặc kép.",
            lambda: written(good()).replace(b"2200000002,", b"2200000002,,"),
            "error 3 - cell_count",
        ),
        bad_rows(
            "cells-shifted.csv",
            ("Các ô bị lệch sang phải một cột", "cells shifted by one column"),
            "Chép lại dòng cho đúng cột.",
            lambda: text([*table(good())[:2], ["", *table(good())[2][:-1]], table(good())[3]]).encode(),
            "warning 3 ma_dinh_danh_vbcc uuid_form",
            "error 3 ho_va_ten character",
            "warning 3 ho_ten_nguoi_ky_vbcc name_case",
            "error 3 phien_ban required",
            "error 3 ma_nganh_dao_tao programme_form",
            "error 3 so_ddcn citizen_form",
            "error 3 ngay_sinh date_form",
            "error 3 gioi_tinh choice",
            "error 3 ma_co_so_dao_tao too_long",
            "error 3 nam_tot_nghiep year_form",
            "error 3 ngay_quyet_dinh_cong_nhan_tot_nghiep date_form",
            "error 3 so_vao_so required",
            "error 3 ma_don_vi_cap_bang too_long",
            "error 3 so_ddcn_nguoi_ky_vbcc citizen_form",
            "error 3 ngay_tao_vbcc date_form",
            "error 3 ngay_nhap_hoc date_form",
            "error 3 tong_so_tin_chi number_form",
        ),
    ]


def headers() -> list[Case]:
    return [
        let_in(
            "vietnamese-header.csv",
            ("Tên cột tiếng Việt, hoa thường tùy ý", "Vietnamese headers"),
            FINE,
            lambda: text(renamed(**{name: label.upper() for name, label in LABELS.items()})).encode(),
        ),
        let_in(
            "header-line-ends.xlsx",
            ("Tên cột xuống dòng trong ô, có dấu (*)", "line breaks and (*) in headers"),
            FINE,
            lambda: xlsx(("DanhSach", renamed(ho_va_ten="Họ và tên\n(*)", ngay_sinh="Ngày\nsinh (dd/MM/yyyy)"))),
        ),
        let_in(
            "columns-reordered.csv",
            ("Cột đảo thứ tự", "columns in another order"),
            FINE,
            lambda: text(reversed_columns()).encode(),
        ),
        let_in(
            "titles-above.csv",
            ("Tiêu đề nằm trên dòng tên cột", "titles above the header"),
            FINE,
            lambda: text([padded(TITLE[0]), padded(TITLE[1]), padded(), *table(good())]).encode(),
        ),
        let_in(
            "titles-above.xlsx",
            ("Tiêu đề gộp ô trên dòng tên cột", "merged titles above the header"),
            FINE,
            lambda: xlsx(("DanhSach", [padded(), padded(), *table(good())]), merged={"A1:H1": TITLE[0]}),
        ),
        let_in(
            "row-numbers.csv",
            ("Cột số thứ tự (STT)", "a column of row numbers (STT)"),
            FINE,
            lambda: text(with_column("STT", ["1", "2", "3"])).encode(),
        ),
        bad_rows(
            "row-number-alone.csv",
            ("Dòng chỉ có số thứ tự, các ô khác trống", "a row that holds nothing but its number"),
            "Điền hoặc xóa dòng.",
            lambda: text([*with_column("STT", ["1", "2", "3"]), [*padded("4"), ""]]).encode(),
            "error 5 - blank_row",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
        let_in(
            "nameless-columns.csv",
            ("Cột trống không tên", "empty columns without a name"),
            FINE,
            lambda: text([[*row, "", ""] for row in with_column("", ["", "", ""], 5)]).encode(),
        ),
        bad_rows(
            "nameless-cell.csv",
            ("Ô có chữ dưới cột không tên", "a filled cell under a nameless column"),
            "Đặt tên cột hoặc xóa ô.",
            lambda: text(with_column("", ["", "ủy quyền", ""], 5)).encode(),
            "error 3 - nameless_cell",
        ),
        refused(
            "column-unknown.csv",
            ("Cột lạ", "an unknown column"),
            "Đổi tên hoặc xóa cột.",
            lambda: text(with_column("diem_trung_binh", ["3.1", "3.2", "3.3"])).encode(),
            "error 1 diem_trung_binh column_unknown",
        ),
        refused(
            "column-misspelt.csv",
            ("Tên cột gõ sai", "a misspelt column"),
            "Sửa tên cột như gợi ý.",
            lambda: text(renamed(ho_va_ten="ho_va_tem")).encode(),
            "error 1 ho_va_tem column_unknown",
            "error 1 ho_va_ten column_missing",
        ),
        refused(
            "column-missing.csv",
            ("Thiếu cột bắt buộc", "a required column is missing"),
            "Thêm cột.",
            lambda: text(without_column("so_hieu_vbcc")).encode(),
            "error 1 so_hieu_vbcc column_missing",
        ),
        let_in(
            "column-optional-missing.csv",
            ("Thiếu cột không bắt buộc", "an optional column is missing"),
            FINE,
            lambda: text(without_column("ghi_chu")).encode(),
        ),
        refused(
            "column-repeated.csv",
            ("Hai cột cùng một trường", "two columns for one field"),
            "Giữ một cột.",
            lambda: text(with_column("Họ tên", [row["ho_va_ten"] for row in good()])).encode(),
            "error 1 ho_va_ten column_repeated",
        ),
        refused(
            "header-absent.csv",
            ("Không có dòng tên cột", "no header"),
            "Thêm dòng tên cột như trong mẫu (vanbang template).",
            lambda: text(table(good())[1:]).encode(),
            "error 1 - header_missing",
        ),
        refused(
            "header-merged.xlsx",
            ("Dòng tên cột có ô gộp", "merged cells in the header"),
            "Bỏ gộp ô, mỗi cột một tên.",
            lambda: xlsx(("DanhSach", table(good())), merged={"J1:K1": "Họ và tên"}),
            "error 1 - merged_header",
        ),
    ]


def around() -> list[Case]:
    sign = padded("", "", "", "", "", "", "", "", "", "Người lập biểu")
    return [
        let_in(
            "blank-rows.csv",
            ("Dòng trống giữa danh sách", "blank rows"),
            FINE,
            lambda: text([*table(good())[:2], padded(), [], *table(good())[2:], padded()]).encode(),
        ),
        bad_rows(
            "row-of-spaces.csv",
            ("Dòng chỉ có dấu cách", "a row of spaces"),
            "Xóa dòng.",
            lambda: text([*table(good()), padded(" ", "  ")]).encode(),
            "error 5 - blank_row",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
        bad_rows(
            "totals-row.csv",
            ("Dòng tổng cộng ở cuối", "a totals row at the end"),
            "Xóa dòng tổng cộng.",
            lambda: text([*table(good()), padded("Tổng cộng: 3")]).encode(),
            "error 5 phien_ban stray_row",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
        bad_rows(
            "signature-block.csv",
            ("Ngày ký, “Người lập biểu” ở cuối", "a signature block at the end"),
            "Xóa các dòng sau danh sách.",
            lambda: text([*table(good()), padded(), padded("Hà Nội, ngày 10 tháng 6 năm 2026"), sign]).encode(),
            "error 6 phien_ban stray_row",
            "error 7 ho_va_ten stray_row",
            rows=COUNT + 2,
            accepted=COUNT,
        ),
        bad_rows(
            "signature-block.xlsx",
            ("“Người lập biểu” gộp ô ở cuối trang tính", "a merged signature block below the sheet"),
            "Xóa các dòng sau danh sách.",
            lambda: xlsx(("DanhSach", table(good())), merged={"J7:L7": "Người lập biểu"}),
            "error 7 - merged_cells",
            "error 7 ho_va_ten stray_row",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
        bad_rows(
            "header-repeated.csv",
            ("Dòng tên cột lặp lại giữa danh sách", "the header once more in the middle"),
            "Xóa dòng tên cột thừa.",
            lambda: text([*table(good())[:3], table(good())[0], table(good())[3]]).encode(),
            "error 4 phien_ban header_again",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
        bad_rows(
            "columns-numbered.csv",
            ("Dòng đánh số cột (1), (2), (3) dưới tên cột", "a row that numbers the columns, below the header"),
            "Xóa dòng đánh số cột.",
            lambda: text(
                [table(good())[0], [f"({number})" for number in range(1, len(good()[0]) + 1)], *table(good())[1:]]
            ).encode(),
            "error 2 phien_ban header_again",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
        bad_rows(
            "subheading.csv",
            ("Dòng tên lớp xen giữa danh sách", "the name of a class between rows"),
            "Xóa dòng tên lớp.",
            lambda: text([*table(good())[:2], padded("Lớp K66 Mầm non"), *table(good())[2:]]).encode(),
            "error 3 phien_ban stray_row",
            rows=COUNT + 1,
            accepted=COUNT,
        ),
    ]


def mixed() -> list[Case]:
    def both() -> bytes:
        names = dict.fromkeys([*good()[0], *school()[0]], "")
        return written([names | row for row in (*good(2), *school(1))])

    return [
        replace(
            let_in(
                "high-school.csv",
                ("Danh sách bằng trung học phổ thông", "a list of high-school diplomas"),
                FINE,
                lambda: written(school()),
            ),
            by_ministry=True,
        ),
        replace(
            let_in("mixed-types.csv", ("Hai loại văn bằng trong một danh sách", "two types in one list"), FINE, both),
            by_ministry=True,
        ),
        replace(
            bad_rows(
                "school-among-university.csv",
                ("Dòng THPT trong danh sách đại học", "a high-school row in a university's list"),
                "Tách ra tệp riêng, hoặc không chọn loại văn bằng.",
                lambda: written([good()[0], dict.fromkeys(good()[0], "") | school()[1], good()[2]]),
                "error 3 ten_vbcc other_type",
            ),
            type_name="vn-diploma",
        ),
    ]


def cases() -> list[Case]:
    return [*separators(), *headers(), *around(), *mixed()]
