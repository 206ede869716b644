"""The Vietnamese university diploma: 33 common fields of the ministry's layout and 11 of its supplement.

Serial, register and learner numbers have no national format: they are opaque text in which every leading zero counts.
"""

from operator import itemgetter
from typing import Annotated

from vanbang.catalog import columns
from vanbang.catalog import common_claims as claims
from vanbang.catalog.common_checks import Cells, award_problems, is_national, not_after
from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.dates import day
from vanbang.catalog.model import Block, ClaimSpec, Column, field_specs
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.replacing import REPLACES, REPLACES_BLOCK, Replaceable
from vanbang.catalog.shapes import BASE64, DATE, NUMBER, SEVEN_DIGITS

ATTACHMENT_LONGEST = 200_000
"""Base64 characters (150 kB of file). An attachment stands in its own claim with the note, so that no extract has to
carry it; larger files belong in a document store, with their hash in the note."""

SUPPLEMENT = (
    *("chuyen_nganh_dao_tao", "ngay_nhap_hoc", "ngon_ngu_dao_tao", "thoi_gian_dao_tao", "tong_so_tin_chi"),
    *("trinh_do_theo_khung_quoc_gia", "bac_trinh_do_theo_khung_quoc_gia", "hinh_thuc_dao_tao", "ghi_chu"),
    *("attachment_name", "attachment_content_base64"),
)
"""The fields of the annex on the supplement."""

SUPPLEMENT_NEEDS = (
    *("chuyen_nganh_dao_tao", "ngon_ngu_dao_tao", "thoi_gian_dao_tao", "trinh_do_theo_khung_quoc_gia"),
    "hinh_thuc_dao_tao",
)
"""Those of them that the annex requires of every supplement."""

UNCLASSIFIED_LEVELS = ("8", "9")
"""First digits of the programme codes of masters and doctors."""

PROGRAMME = Column(
    "Ngành đào tạo",
    "Programme",
    "Khoa học máy tính",
    150,
    aliases=("Ngành", "Tên ngành", "Tên ngành đào tạo", "Ngành học", "Program", "Major", "Field of study"),
)
PROGRAMME_CODE = Column(
    "Mã ngành đào tạo",
    "Programme code",
    "7480101",
    7,
    SEVEN_DIGITS,
    aliases=("Mã ngành", "Mã ngành học", "Program code", "Major code"),
)
BOARD_DECISION = Column(
    "Số quyết định hội đồng đánh giá",
    "Examination board decision number",
    "",
    50,
    required=False,
    aliases=(
        *("Số QĐ hội đồng", "Số quyết định hội đồng", "Số QĐ hội đồng đánh giá", "Số QĐ HĐĐG"),
        *("Số quyết định thành lập hội đồng", "Số QĐ thành lập hội đồng"),
    ),
)
SPECIALISATION = Column(
    "Chuyên ngành",
    "Specialisation",
    "Trí tuệ nhân tạo",
    150,
    required=False,
    recommended=True,
    aliases=("Tên chuyên ngành", "Specialization"),
)
ENROLMENT_DATE = Column(
    "Ngày nhập học",
    "Date of enrolment",
    "05/09/2022",
    10,
    DATE,
    required=False,
    recommended=True,
    aliases=("Nhập học", "Enrolment date", "Enrollment date"),
)
LANGUAGE = Column(
    "Ngôn ngữ đào tạo",
    "Language of study",
    "Tiếng Việt",
    150,
    required=False,
    recommended=True,
    aliases=("Ngôn ngữ", "Ngôn ngữ giảng dạy", "Language", "Language of instruction"),
)
LENGTH = Column(
    "Thời gian đào tạo",
    "Length of study",
    "4 năm",
    50,
    required=False,
    recommended=True,
    aliases=("Thời gian", "Thời gian học", "Duration"),
)
CREDITS = Column(
    "Tổng số tín chỉ",
    "Total credits",
    "132",
    10,
    NUMBER,
    required=False,
    recommended=True,
    aliases=("Số tín chỉ", "Tổng tín chỉ", "Số TC", "Tổng số TC", "Số tín chỉ tích lũy", "Credits"),
)
LEVEL = Column(
    "Trình độ theo Khung trình độ quốc gia",
    "National qualifications level",
    "Trình độ 6",
    50,
    required=False,
    recommended=True,
    aliases=("Trình độ", "Trình độ theo khung", "Khung trình độ quốc gia", "Level"),
)
STEP = Column(
    "Bậc theo Khung trình độ quốc gia",
    "National qualifications step",
    "Bậc 6",
    50,
    required=False,
    aliases=("Bậc", "Bậc trình độ"),
)
MODE = Column(
    "Hình thức đào tạo",
    "Mode of study",
    "Chính quy",
    50,
    required=False,
    recommended=True,
    aliases=("Hình thức", "Hình thức ĐT", "Hệ đào tạo", "Loại hình đào tạo", "Mode"),
)
ATTACHMENT_NAME = Column(
    "Tên tệp đính kèm", "Attached file", "", 150, required=False, aliases=("Tên file đính kèm", "Attachment")
)
ATTACHMENT = Column(
    "Nội dung tệp đính kèm",
    "Content of attached file",
    "",
    ATTACHMENT_LONGEST,
    BASE64,
    required=False,
    aliases=("Nội dung file đính kèm", "Attachment content"),
)


class VnDiploma(Replaceable):
    """One diploma, in the ministry's column names and order; the supplement is absent or whole."""

    phien_ban: Annotated[str, columns.LAYOUT_VERSION]
    thong_tu: Annotated[str, columns.CIRCULAR]
    ma_dinh_danh_vbcc: Annotated[str, columns.IDENTIFIER]
    ten_vbcc: Annotated[str, columns.TITLE]
    nganh_dao_tao: Annotated[str, PROGRAMME]
    ma_nganh_dao_tao: Annotated[str, PROGRAMME_CODE]
    so_hieu_vbcc: Annotated[str, columns.SERIAL]
    so_ddcn: Annotated[str, columns.CITIZEN_NUMBER] = ""
    ma_nguoi_hoc: Annotated[str, columns.LEARNER_NUMBER]
    ho_va_ten: Annotated[str, columns.HOLDER_NAME]
    ngay_sinh: Annotated[str, columns.BIRTH_DATE]
    noi_sinh: Annotated[str, columns.BIRTHPLACE]
    gioi_tinh: Annotated[str, columns.SEX]
    dan_toc: Annotated[str, columns.ETHNIC_GROUP]
    quoc_tich: Annotated[str, columns.NATIONALITY]
    ten_truong: Annotated[str, columns.SCHOOL]
    ma_co_so_dao_tao: Annotated[str, columns.SCHOOL_CODE]
    nam_tot_nghiep: Annotated[str, columns.GRADUATION_YEAR]
    so_quyet_dinh_cong_nhan_tot_nghiep: Annotated[str, columns.DECISION_NUMBER]
    ngay_quyet_dinh_cong_nhan_tot_nghiep: Annotated[str, columns.DECISION_DATE]
    so_quyet_dinh_hoi_dong_danh_gia: Annotated[str, BOARD_DECISION] = ""
    so_vao_so: Annotated[str, columns.REGISTER_NUMBER]
    xep_loai: Annotated[str, columns.CLASSIFICATION] = ""
    don_vi_cap_bang: Annotated[str, columns.ISSUER]
    ma_don_vi_cap_bang: Annotated[str, columns.ISSUER_CODE]
    ho_ten_nguoi_ky_vbcc: Annotated[str, columns.SIGNER_NAME]
    so_ddcn_nguoi_ky_vbcc: Annotated[str, columns.SIGNER_NUMBER]
    chuc_danh_nguoi_ky_vbcc: Annotated[str, columns.SIGNER_POSITION]
    ho_ten_nguoi_ky_vbcc_ban_giay: Annotated[str, columns.PAPER_SIGNER_NAME] = ""
    chuc_danh_nguoi_ky_vbcc_ban_giay: Annotated[str, columns.PAPER_SIGNER_POSITION] = ""
    dia_danh_cap_vbcc: Annotated[str, columns.ISSUE_PLACE]
    ngay_tao_vbcc: Annotated[str, columns.CREATION_DATE]
    ngay_cap_vbcc: Annotated[str, columns.ISSUE_DATE]
    chuyen_nganh_dao_tao: Annotated[str, SPECIALISATION] = ""
    ngay_nhap_hoc: Annotated[str, ENROLMENT_DATE] = ""
    ngon_ngu_dao_tao: Annotated[str, LANGUAGE] = ""
    thoi_gian_dao_tao: Annotated[str, LENGTH] = ""
    tong_so_tin_chi: Annotated[str, CREDITS] = ""
    trinh_do_theo_khung_quoc_gia: Annotated[str, LEVEL] = ""
    bac_trinh_do_theo_khung_quoc_gia: Annotated[str, STEP] = ""
    hinh_thuc_dao_tao: Annotated[str, MODE] = ""
    ghi_chu: Annotated[str, columns.NOTE] = ""
    attachment_name: Annotated[str, ATTACHMENT_NAME] = ""
    attachment_content_base64: Annotated[str, ATTACHMENT] = ""


CLAIMS = (
    claims.ISSUER,
    claims.TITLE,
    claims.HOLDER_NAME,
    claims.BIRTH_DATE,
    claims.BIRTHPLACE,
    claims.PERSON,
    claims.CITIZEN_NUMBER,
    ClaimSpec("nganh", ("nganh_dao_tao", "ma_nganh_dao_tao", "chuyen_nganh_dao_tao"), "Ngành đào tạo", "Programme"),
    ClaimSpec("trinh_do", ("trinh_do_theo_khung_quoc_gia", "bac_trinh_do_theo_khung_quoc_gia"), "Trình độ", "Level"),
    claims.CLASSIFICATION,
    claims.SCHOOL,
    ClaimSpec(
        "qua_trinh_dao_tao",
        (
            *("ma_nguoi_hoc", "ngay_nhap_hoc", "ngon_ngu_dao_tao", "thoi_gian_dao_tao", "tong_so_tin_chi"),
            "hinh_thuc_dao_tao",
        ),
        "Quá trình đào tạo",
        "Course of study",
    ),
    ClaimSpec(
        "tot_nghiep",
        (
            *("nam_tot_nghiep", "so_quyet_dinh_cong_nhan_tot_nghiep", "ngay_quyet_dinh_cong_nhan_tot_nghiep"),
            "so_quyet_dinh_hoi_dong_danh_gia",
        ),
        "Công nhận tốt nghiệp",
        "Graduation",
    ),
    claims.ISSUE,
    claims.SIGNATORY,
    claims.SIGNATORY_NUMBER,
    ClaimSpec(
        "ghi_chu_va_dinh_kem",
        ("ghi_chu", "attachment_name", "attachment_content_base64"),
        "Ghi chú và tệp đính kèm",
        "Note and attachment",
    ),
    REPLACES,
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
    REPLACES_BLOCK,
)

_supplement, _needed = itemgetter(*SUPPLEMENT), itemgetter(*SUPPLEMENT_NEEDS)
_SUBJECTS = {spec.name: spec.subject for spec in field_specs(VnDiploma)}


def _checks(record: VnDiploma) -> list[Problem]:
    """Fields of one diploma that must agree with each other; silent where a date cannot be read."""
    cells = record.__dict__
    found = award_problems(cells, _SUBJECTS)
    if cells["ngay_nhap_hoc"]:
        found += _enrolment_checks(cells)
    if bool(cells["attachment_name"]) != bool(cells["attachment_content_base64"]):
        found.append(problem("attachment_pair", _SUBJECTS["attachment_name"], cells["attachment_name"]))
    if "" in _needed(cells) and any(_supplement(cells)):
        found += [problem("supplement_incomplete", _SUBJECTS[name], "") for name in SUPPLEMENT_NEEDS if not cells[name]]
    return found


def _enrolment_checks(cells: Cells) -> list[Problem]:
    found: list[Problem] = []
    when = cells["ngay_quyet_dinh_cong_nhan_tot_nghiep"]
    enrolled, born, decided = day(cells["ngay_nhap_hoc"]), day(cells["ngay_sinh"]), day(when)
    subject = _SUBJECTS["ngay_nhap_hoc"]
    if enrolled is not None and decided is not None and enrolled >= decided:
        later = _SUBJECTS["ngay_quyet_dinh_cong_nhan_tot_nghiep"]
        found.append(not_after(later, when, subject, cells["ngay_nhap_hoc"]))
    if enrolled is not None and born is not None and enrolled <= born:
        found.append(not_after(subject, cells["ngay_nhap_hoc"], _SUBJECTS["ngay_sinh"], cells["ngay_sinh"]))
    return found


def _waives(cells: Cells) -> tuple[str, ...]:
    """Masters and doctors are not classified; foreigners have no citizen number."""
    classified = cells.get("ma_nganh_dao_tao", "")[:1] not in UNCLASSIFIED_LEVELS
    return (*(() if classified else ("xep_loai",)), *(() if is_national(cells) else ("so_ddcn",)))


VN_DIPLOMA = CredentialType(
    name="vn-diploma",
    version=1,
    title_vi="Văn bằng giáo dục đại học và phụ lục",
    title_en="University diploma with supplement",
    record_type=VnDiploma,
    claims=CLAIMS,
    layout=LAYOUT,
    issuer_claims=claims.ISSUER_PATHS,
    key=("so_hieu_vbcc",),
    checks=_checks,
    waives=_waives,
)
