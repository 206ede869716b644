"""Rows that do not agree with each other, with the registers, or with what the installation knows."""

from dataclasses import replace

from list_cases.case import Case, altered, bad_rows, good, let_in
from list_cases.writing import written


def same(*names: str) -> bytes:
    """The third row has these cells of the second."""
    rows = good()
    return written([*rows[:2], rows[2] | {name: rows[1][name] for name in names}])


def repeats() -> list[Case]:
    person = ("so_ddcn", "ho_va_ten", "ngay_sinh", "gioi_tinh")
    return [
        bad_rows(
            "serial-twice.csv",
            ("Trùng số hiệu", "a serial number twice"),
            "Bỏ một dòng hoặc sửa số.",
            lambda: same("so_hieu_vbcc"),
            "error 4 so_hieu_vbcc duplicate_record",
        ),
        bad_rows(
            "identifier-twice.csv",
            ("Trùng mã định danh", "an identifier twice"),
            "Mỗi văn bằng một mã riêng.",
            lambda: same("ma_dinh_danh_vbcc"),
            "error 4 ma_dinh_danh_vbcc duplicate_identifier",
        ),
        bad_rows(
            "register-number-twice.csv",
            ("Trùng số vào sổ trong năm", "a register number twice"),
            "Đối chiếu sổ gốc.",
            lambda: same("so_vao_so"),
            "error 4 so_vao_so duplicate_register_number",
        ),
        let_in(
            "person-twice.csv",
            ("Một người hai văn bằng", "one person, two diplomas"),
            "Chắc chắn là đúng.",
            lambda: same(*person, "ma_nguoi_hoc"),
            "warning 4 so_ddcn duplicate_citizen_number",
            "warning 4 ma_nguoi_hoc duplicate_learner_number",
        ),
        bad_rows(
            "citizen-shared.csv",
            ("Hai người chung số định danh", "two people with one citizen number"),
            "Kiểm tra cả hai dòng.",
            lambda: written(
                [
                    *good()[:2],
                    good()[2] | {"so_ddcn": good()[1]["so_ddcn"], "ngay_sinh": "25/06/2000", "gioi_tinh": "Nam"},
                ]
            ),
            "warning 4 so_ddcn duplicate_citizen_number",
            "error 4 so_ddcn citizen_shared",
        ),
        bad_rows(
            "row-twice.csv",
            ("Cả dòng lặp lại", "a whole row twice"),
            "Bỏ một dòng.",
            lambda: written([*good(), good()[1]]),
            "error 5 so_hieu_vbcc duplicate_record",
            "error 5 ma_dinh_danh_vbcc duplicate_identifier",
            "error 5 so_vao_so duplicate_register_number",
            "warning 5 so_ddcn duplicate_citizen_number",
            "warning 5 ma_nguoi_hoc duplicate_learner_number",
            rows=4,
            accepted=3,
        ),
        bad_rows(
            "supplement-incomplete.csv",
            ("Phụ lục thiếu ô", "a supplement with a blank"),
            "Điền đủ hoặc bỏ trống cả phụ lục.",
            lambda: written(altered({"chuyen_nganh_dao_tao": ""})),
            "error 3 chuyen_nganh_dao_tao supplement_incomplete",
        ),
        bad_rows(
            "attachment-pair.csv",
            ("Tên tệp đính kèm không có nội dung", "an attachment without content"),
            "Điền cả hai hoặc bỏ cả hai.",
            lambda: written(altered({"attachment_name": "phu-luc.pdf"})),
            "error 3 attachment_name attachment_pair",
        ),
        bad_rows(
            "attachment-form.csv",
            ("Tệp đính kèm không phải base64", "an attachment that is no base64"),
            "Mã hóa lại tệp.",
            lambda: written(altered({"attachment_name": "phu-luc.pdf", "attachment_content_base64": "phụ lục"})),
            "error 3 attachment_content_base64 base64_form",
        ),
    ]


def registered() -> list[Case]:
    def compared(file: str, fault: tuple[str, str], remedy: str, changes: dict[str, str], *found: str) -> Case:
        case = bad_rows(file, fault, remedy, lambda: written(altered(changes)), *found)
        return replace(case, registers=True)

    return [
        compared(
            "programme-unknown.csv",
            ("Ngành không có trong danh mục", "a programme not in the register"),
            "Kiểm tra mã, hoặc bổ sung danh mục.",
            {"ma_nganh_dao_tao": "7480101", "nganh_dao_tao": "Khoa học máy tính"},
            "error 3 ma_nganh_dao_tao programme_unknown",
        ),
        compared(
            "programme-ended.csv",
            ("Ngành hết hạn vào ngày cấp", "a programme that has ended"),
            "Kiểm tra ngày cấp và mã ngành.",
            {"ma_nganh_dao_tao": "7140202", "nganh_dao_tao": "Giáo dục Tiểu học"},
            "error 3 ma_nganh_dao_tao programme_not_current",
        ),
        compared(
            "programme-name.csv",
            ("Tên ngành khác danh mục", "a programme by another name"),
            "Sửa cho khớp; xem gợi ý.",
            {"nganh_dao_tao": "Mầm non"},
            "error 3 nganh_dao_tao programme_differs",
        ),
        compared(
            "signer-unknown.csv",
            ("Người ký không có trong danh sách", "a signer not in the register"),
            "Kiểm tra tên, hoặc bổ sung danh sách.",
            {"ho_ten_nguoi_ky_vbcc": "Trần Văn Ký"},
            "error 3 ho_ten_nguoi_ky_vbcc signer_unknown",
        ),
        compared(
            "signer-out-of-office.csv",
            ("Người ký không đương chức", "a signer not in office"),
            "Kiểm tra ngày cấp và người ký.",
            {"ho_ten_nguoi_ky_vbcc": "Lê Đình Khải", "so_ddcn_nguoi_ky_vbcc": "026065001987"},
            "error 3 ho_ten_nguoi_ky_vbcc signer_not_current",
        ),
        compared(
            "signer-position.csv",
            ("Chức danh khác danh sách", "another position"),
            "Sửa cho khớp; xem gợi ý.",
            {"chuc_danh_nguoi_ky_vbcc": "Phó Hiệu trưởng"},
            "error 3 chuc_danh_nguoi_ky_vbcc signer_differs",
        ),
    ]


def belonging() -> list[Case]:
    def foreign(file: str, fault: tuple[str, str], remedy: str, changes: dict[str, str], at_intake: str) -> Case:
        case = let_in(file, fault, remedy, lambda: written(altered(changes)))
        return replace(case, at_intake=(at_intake,))

    return [
        foreign(
            "issuer-of-somebody-else.csv",
            ("Dòng của đơn vị khác", "a row of another institution"),
            "Tách ra danh sách khác.",
            {"ma_don_vi_cap_bang": "KLD", "don_vi_cap_bang": "Trường Đại học Kinh tế - Luật Kim Lân"},
            "error 3 ma_don_vi_cap_bang issuer_not_yours",
        ),
        foreign(
            "issuer-name.csv",
            ("Tên đơn vị không đúng từng chữ", "the issuer by another name"),
            "Viết đúng tên đã đăng ký; xem gợi ý.",
            {"don_vi_cap_bang": "ĐH Bách khoa Sông Hồng"},
            "error 3 don_vi_cap_bang issuer_name_not_registered",
        ),
    ]


def cases() -> list[Case]:
    return [*repeats(), *registered(), *belonging()]
