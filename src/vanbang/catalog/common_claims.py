"""Claims that diplomas of every level make alike, from the common columns."""

from vanbang.catalog.model import ClaimSpec

ISSUER = ClaimSpec("don_vi_cap", ("don_vi_cap_bang", "ma_don_vi_cap_bang"), "Đơn vị cấp bằng", "Issuing institution")
ISSUER_PATHS = {"code": ("don_vi_cap", "ma_don_vi_cap_bang"), "name": ("don_vi_cap", "don_vi_cap_bang")}
TITLE = ClaimSpec("ten_vbcc", ("ten_vbcc",), "Tên văn bằng", "Title")
HOLDER_NAME = ClaimSpec("ho_va_ten", ("ho_va_ten",), "Họ và tên", "Full name")
BIRTH_DATE = ClaimSpec("ngay_sinh", ("ngay_sinh",), "Ngày sinh", "Date of birth")
BIRTHPLACE = ClaimSpec("noi_sinh", ("noi_sinh",), "Nơi sinh", "Place of birth")
PERSON = ClaimSpec("nhan_than", ("gioi_tinh", "dan_toc", "quoc_tich"), "Nhân thân", "Personal details")
CITIZEN_NUMBER = ClaimSpec("so_ddcn", ("so_ddcn",), "Số định danh cá nhân", "Citizen number")
CLASSIFICATION = ClaimSpec("xep_loai", ("xep_loai",), "Xếp loại", "Classification")
SCHOOL = ClaimSpec("co_so_dao_tao", ("ten_truong", "ma_co_so_dao_tao"), "Cơ sở đào tạo", "Institution")
ISSUE = ClaimSpec(
    "van_bang",
    (
        *("so_hieu_vbcc", "so_vao_so", "ma_dinh_danh_vbcc", "dia_danh_cap_vbcc", "ngay_cap_vbcc", "ngay_tao_vbcc"),
        *("thong_tu", "phien_ban"),
    ),
    "Cấp văn bằng",
    "Issue",
)
SIGNATORY = ClaimSpec(
    "nguoi_ky",
    (
        *("ho_ten_nguoi_ky_vbcc", "chuc_danh_nguoi_ky_vbcc"),
        *("ho_ten_nguoi_ky_vbcc_ban_giay", "chuc_danh_nguoi_ky_vbcc_ban_giay"),
    ),
    "Người ký",
    "Signatory",
)
SIGNATORY_NUMBER = ClaimSpec(
    "so_ddcn_nguoi_ky_vbcc",
    ("so_ddcn_nguoi_ky_vbcc",),
    "Số định danh cá nhân của người ký",
    "Signer's citizen number",
)
