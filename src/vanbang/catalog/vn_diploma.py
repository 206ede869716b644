"""The Vietnamese university diploma: 33 common fields of the ministry's layout and 11 of its supplement.

Serial, register and learner numbers have no national format: they are opaque text in which every leading zero counts.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from vanbang.catalog.citizen import citizen_problems
from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.model import Block, ClaimSpec, Column, Record, field_specs
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.shapes import BASE64, CITIZEN, DATE, NAME, NUMBER, PROGRAMME, YEAR, day

ATTACHMENT_LONGEST = 200_000
"""Base64 characters (150 kB of file). An attachment stands in its own claim with the note, so that no extract has to
carry it; larger files belong in a document store, with their hash in the note."""

CREATION_DAYS = 5
"""A digital diploma is due within five days of the graduation decision (Circular 10/2026/TT-BGDĐT)."""

YOUNGEST, OLDEST = 15, 100
"""Ages at graduation outside of which a date of birth must be a slip of the pen."""


class VnDiploma(Record):
    """One diploma, in the ministry's column names and order."""

    phien_ban: Annotated[str, Column("Phiên bản cấu trúc dữ liệu", "Data layout version", "1.0", 10)]
    thong_tu: Annotated[str, Column("Thông tư áp dụng", "Circular followed", "10/2026", 20)]
    ma_dinh_danh_vbcc: Annotated[
        str, Column("Mã định danh văn bằng", "Diploma identifier", "3f0e6a52-8a54-4c1b-9d0e-5b1c7a9e2f10", 36)
    ]
    ten_vbcc: Annotated[str, Column("Tên văn bằng", "Title", "Bằng cử nhân", 50)]
    nganh_dao_tao: Annotated[str, Column("Ngành đào tạo", "Programme", "Khoa học máy tính", 150)]
    ma_nganh_dao_tao: Annotated[str, Column("Mã ngành đào tạo", "Programme code", "7480101", 7, PROGRAMME)]
    so_hieu_vbcc: Annotated[str, Column("Số hiệu văn bằng", "Serial number", "SHB26000123", 20)]
    so_ddcn: Annotated[
        str, Column("Số định danh cá nhân", "Citizen number", "001304000123", 12, CITIZEN, required=False)
    ] = ""
    ma_nguoi_hoc: Annotated[str, Column("Mã người học", "Learner number", "20220123", 12)]
    ho_va_ten: Annotated[str, Column("Họ và tên", "Full name", "Nguyễn Thị Minh Anh", 150, NAME)]
    ngay_sinh: Annotated[str, Column("Ngày sinh", "Date of birth", "27/03/2004", 10, DATE)]
    noi_sinh: Annotated[str, Column("Nơi sinh", "Place of birth", "Hà Nội", 250)]
    gioi_tinh: Annotated[str, Column("Giới tính", "Sex", "Nữ", 3, choices=("Nam", "Nữ"))]
    dan_toc: Annotated[str, Column("Dân tộc", "Ethnic group", "Kinh", 50)]
    quoc_tich: Annotated[str, Column("Quốc tịch", "Nationality", "Việt Nam", 100)]
    ten_truong: Annotated[str, Column("Tên trường", "Institution", "Trường Đại học Bách khoa Sông Hồng", 250)]
    ma_co_so_dao_tao: Annotated[str, Column("Mã cơ sở đào tạo", "Institution code", "SHB", 20)]
    nam_tot_nghiep: Annotated[str, Column("Năm tốt nghiệp", "Year of graduation", "2026", 4, YEAR)]
    so_quyet_dinh_cong_nhan_tot_nghiep: Annotated[
        str, Column("Số quyết định công nhận tốt nghiệp", "Graduation decision number", "412/QĐ-ĐHBKSH", 50)
    ]
    ngay_quyet_dinh_cong_nhan_tot_nghiep: Annotated[
        str, Column("Ngày quyết định công nhận tốt nghiệp", "Graduation decision date", "01/06/2026", 10, DATE)
    ]
    so_quyet_dinh_hoi_dong_danh_gia: Annotated[
        str,
        Column("Số quyết định hội đồng đánh giá", "Examination board decision number", "", 50, required=False),
    ] = ""
    so_vao_so: Annotated[str, Column("Số vào sổ gốc cấp văn bằng", "Register number", "000123/2026", 20)]
    xep_loai: Annotated[str, Column("Xếp loại", "Classification", "Giỏi", 50, required=False)] = ""
    don_vi_cap_bang: Annotated[
        str, Column("Đơn vị cấp bằng", "Issuing institution", "Trường Đại học Bách khoa Sông Hồng", 250)
    ]
    ma_don_vi_cap_bang: Annotated[str, Column("Mã đơn vị cấp bằng", "Issuing institution code", "SHB", 20)]
    ho_ten_nguoi_ky_vbcc: Annotated[str, Column("Họ tên người ký", "Signed by", "Trần Quốc Hưng", 150, NAME)]
    so_ddcn_nguoi_ky_vbcc: Annotated[
        str, Column("Số định danh cá nhân của người ký", "Signer's citizen number", "001068004321", 12, CITIZEN)
    ]
    chuc_danh_nguoi_ky_vbcc: Annotated[str, Column("Chức danh người ký", "Signer's position", "Hiệu trưởng", 100)]
    ho_ten_nguoi_ky_vbcc_ban_giay: Annotated[
        str,
        Column("Họ tên người ký bản giấy", "Paper copy signed by", "Trần Quốc Hưng", 150, NAME, required=False),
    ] = ""
    chuc_danh_nguoi_ky_vbcc_ban_giay: Annotated[
        str,
        Column("Chức danh người ký bản giấy", "Paper copy signer's position", "Hiệu trưởng", 100, required=False),
    ] = ""
    dia_danh_cap_vbcc: Annotated[str, Column("Địa danh cấp", "Place of issue", "Hà Nội", 100)]
    ngay_tao_vbcc: Annotated[str, Column("Ngày tạo văn bằng số", "Date of creation", "04/06/2026", 10, DATE)]
    ngay_cap_vbcc: Annotated[str, Column("Ngày cấp", "Date of issue", "10/06/2026", 10, DATE)]
    chuyen_nganh_dao_tao: Annotated[str, Column("Chuyên ngành", "Specialisation", "Trí tuệ nhân tạo", 150)]
    ngay_nhap_hoc: Annotated[
        str, Column("Ngày nhập học", "Date of enrolment", "05/09/2022", 10, DATE, required=False)
    ] = ""
    ngon_ngu_dao_tao: Annotated[str, Column("Ngôn ngữ đào tạo", "Language of study", "Tiếng Việt", 150)]
    thoi_gian_dao_tao: Annotated[str, Column("Thời gian đào tạo", "Length of study", "4 năm", 50)]
    tong_so_tin_chi: Annotated[str, Column("Tổng số tín chỉ", "Total credits", "132", 10, NUMBER, required=False)] = ""
    trinh_do_theo_khung_quoc_gia: Annotated[
        str, Column("Trình độ theo Khung trình độ quốc gia", "National qualifications level", "Trình độ 6", 50)
    ]
    bac_trinh_do_theo_khung_quoc_gia: Annotated[
        str,
        Column("Bậc theo Khung trình độ quốc gia", "National qualifications step", "Bậc 6", 50, required=False),
    ] = ""
    hinh_thuc_dao_tao: Annotated[str, Column("Hình thức đào tạo", "Mode of study", "Chính quy", 50)]
    ghi_chu: Annotated[str, Column("Ghi chú", "Note", "", 500, required=False)] = ""
    attachment_name: Annotated[str, Column("Tên tệp đính kèm", "Attached file", "", 150, required=False)] = ""
    attachment_content_base64: Annotated[
        str,
        Column("Nội dung tệp đính kèm", "Content of attached file", "", ATTACHMENT_LONGEST, BASE64, required=False),
    ] = ""


CLAIMS = (
    ClaimSpec(
        "don_vi_cap",
        ("don_vi_cap_bang", "ma_don_vi_cap_bang"),
        "Đơn vị cấp bằng",
        "Issuing institution",
    ),
    ClaimSpec("ten_vbcc", ("ten_vbcc",), "Tên văn bằng", "Title"),
    ClaimSpec("ho_va_ten", ("ho_va_ten",), "Họ và tên", "Full name"),
    ClaimSpec("ngay_sinh", ("ngay_sinh",), "Ngày sinh", "Date of birth"),
    ClaimSpec("noi_sinh", ("noi_sinh",), "Nơi sinh", "Place of birth"),
    ClaimSpec("nhan_than", ("gioi_tinh", "dan_toc", "quoc_tich"), "Nhân thân", "Personal details"),
    ClaimSpec("so_ddcn", ("so_ddcn",), "Số định danh cá nhân", "Citizen number"),
    ClaimSpec(
        "nganh",
        ("nganh_dao_tao", "ma_nganh_dao_tao", "chuyen_nganh_dao_tao"),
        "Ngành đào tạo",
        "Programme",
    ),
    ClaimSpec(
        "trinh_do",
        ("trinh_do_theo_khung_quoc_gia", "bac_trinh_do_theo_khung_quoc_gia"),
        "Trình độ",
        "Level",
    ),
    ClaimSpec("xep_loai", ("xep_loai",), "Xếp loại", "Classification"),
    ClaimSpec("co_so_dao_tao", ("ten_truong", "ma_co_so_dao_tao"), "Cơ sở đào tạo", "Institution"),
    ClaimSpec(
        "qua_trinh_dao_tao",
        (
            "ma_nguoi_hoc",
            "ngay_nhap_hoc",
            "ngon_ngu_dao_tao",
            "thoi_gian_dao_tao",
            "tong_so_tin_chi",
            "hinh_thuc_dao_tao",
        ),
        "Quá trình đào tạo",
        "Course of study",
    ),
    ClaimSpec(
        "tot_nghiep",
        (
            "nam_tot_nghiep",
            "so_quyet_dinh_cong_nhan_tot_nghiep",
            "ngay_quyet_dinh_cong_nhan_tot_nghiep",
            "so_quyet_dinh_hoi_dong_danh_gia",
        ),
        "Công nhận tốt nghiệp",
        "Graduation",
    ),
    ClaimSpec(
        "van_bang",
        (
            "so_hieu_vbcc",
            "so_vao_so",
            "ma_dinh_danh_vbcc",
            "dia_danh_cap_vbcc",
            "ngay_cap_vbcc",
            "ngay_tao_vbcc",
            "thong_tu",
            "phien_ban",
        ),
        "Cấp văn bằng",
        "Issue",
    ),
    ClaimSpec(
        "nguoi_ky",
        (
            "ho_ten_nguoi_ky_vbcc",
            "chuc_danh_nguoi_ky_vbcc",
            "ho_ten_nguoi_ky_vbcc_ban_giay",
            "chuc_danh_nguoi_ky_vbcc_ban_giay",
        ),
        "Người ký",
        "Signatory",
    ),
    ClaimSpec(
        "so_ddcn_nguoi_ky_vbcc",
        ("so_ddcn_nguoi_ky_vbcc",),
        "Số định danh cá nhân của người ký",
        "Signer's citizen number",
    ),
    ClaimSpec(
        "ghi_chu_va_dinh_kem",
        ("ghi_chu", "attachment_name", "attachment_content_base64"),
        "Ghi chú và tệp đính kèm",
        "Note and attachment",
    ),
)

LAYOUT = (
    Block("title", ("ten_vbcc",)),
    Block("name", ("ho_va_ten",)),
    Block("section", ("ngay_sinh", "noi_sinh", "nhan_than", "so_ddcn"), "Người được cấp bằng", "Holder"),
    Block(
        "section",
        ("nganh", "trinh_do", "xep_loai", "co_so_dao_tao", "qua_trinh_dao_tao"),
        "Kết quả đào tạo",
        "Qualification",
    ),
    Block(
        "section",
        ("don_vi_cap", "tot_nghiep", "van_bang", "nguoi_ky", "so_ddcn_nguoi_ky_vbcc"),
        "Công nhận và cấp bằng",
        "Award",
    ),
    Block("section", ("ghi_chu_va_dinh_kem",), "Bổ sung", "Supplement"),
)

_SUBJECTS = {spec.name: spec.subject for spec in field_specs(VnDiploma)}


def _checks(record: VnDiploma) -> Iterator[Problem]:
    """Fields of one diploma that must agree with each other; silent where a date cannot be read."""
    born = day(record.ngay_sinh)
    decided = day(record.ngay_quyet_dinh_cong_nhan_tot_nghiep)
    yield from _citizen_checks(record, born)
    if decided is not None:
        yield from _decision_checks(record, born, decided)
    if bool(record.attachment_name) != bool(record.attachment_content_base64):
        yield problem("attachment_pair", _SUBJECTS["attachment_name"], record.attachment_name)


def _citizen_checks(record: VnDiploma, born: date | None) -> Iterator[Problem]:
    subject = _SUBJECTS["so_ddcn"]
    national = "việt nam" in record.quoc_tich.lower()
    if record.so_ddcn:
        yield from citizen_problems(subject, record.so_ddcn, born, record.gioi_tinh)
        if record.quoc_tich and not national:
            yield problem("citizen_foreign", subject, record.so_ddcn, "")
    elif national:
        yield problem("citizen_required", subject, "")
    yield from citizen_problems(_SUBJECTS["so_ddcn_nguoi_ky_vbcc"], record.so_ddcn_nguoi_ky_vbcc, None, "")


def _decision_checks(record: VnDiploma, born: date | None, decided: date) -> Iterator[Problem]:
    when = record.ngay_quyet_dinh_cong_nhan_tot_nghiep
    year = record.nam_tot_nghiep
    if year != when[6:] and year.isdecimal():
        rule = "year_differs" if abs(int(year) - decided.year) <= 1 else "year_mismatch"
        yield problem(rule, _SUBJECTS["nam_tot_nghiep"], year, when[6:], decided=when)
    if born is not None and not YOUNGEST <= decided.year - born.year <= OLDEST:
        yield problem("age", _SUBJECTS["ngay_sinh"], record.ngay_sinh, years=decided.year - born.year)
    created, issued, enrolled = day(record.ngay_tao_vbcc), day(record.ngay_cap_vbcc), day(record.ngay_nhap_hoc)
    if created is not None and not 0 <= (created - decided).days <= CREATION_DAYS:
        rule = "created_early" if created < decided else "created_late"
        yield problem(rule, _SUBJECTS["ngay_tao_vbcc"], record.ngay_tao_vbcc, decided=when)
    if issued is not None and issued < decided:
        yield _not_after("ngay_cap_vbcc", record.ngay_cap_vbcc, "ngay_quyet_dinh_cong_nhan_tot_nghiep", when)
    if enrolled is not None and enrolled >= decided:
        yield _not_after("ngay_quyet_dinh_cong_nhan_tot_nghiep", when, "ngay_nhap_hoc", record.ngay_nhap_hoc)
    if enrolled is not None and born is not None and enrolled <= born:
        yield _not_after("ngay_nhap_hoc", record.ngay_nhap_hoc, "ngay_sinh", record.ngay_sinh)


def _not_after(field: str, value: str, earlier: str, other: str) -> Problem:
    label = _SUBJECTS[earlier]
    facts = {"other": other, "other_vi": label.label_vi, "other_en": label.label_en}
    return problem("date_order", _SUBJECTS[field], value, **facts)


VN_DIPLOMA = CredentialType(
    name="vn-diploma",
    version=1,
    title_vi="Văn bằng giáo dục đại học Việt Nam",
    title_en="Vietnamese university diploma",
    record_type=VnDiploma,
    claims=CLAIMS,
    layout=LAYOUT,
    issuer_claims={"code": ("don_vi_cap", "ma_don_vi_cap_bang"), "name": ("don_vi_cap", "don_vi_cap_bang")},
    key=("so_hieu_vbcc",),
    checks=_checks,
)
