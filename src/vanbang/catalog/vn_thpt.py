"""The Vietnamese high-school diploma: the fields of the ministry's layout that a school has no programme for.

The provincial department decides who graduates; the school issues the diploma and its head signs it. Diplomas of
earlier years carry a classification, today's do not.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Annotated

from vanbang.catalog import columns
from vanbang.catalog import common_claims as claims
from vanbang.catalog.common_checks import award_problems, is_national
from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.headers import folded
from vanbang.catalog.model import Block, ClaimSpec, field_specs
from vanbang.catalog.problems import Problem
from vanbang.catalog.replacing import REPLACES, REPLACES_BLOCK, Replaceable

SCHOOL_NAME = "Trường THPT Sông Hồng"
TITLE_WORDS = ("trunghocphothong", "thpt")
"""One of them stands, folded, in the title of every high-school diploma."""
LONGEST_TITLE = 200
"""Characters looked at: four times what a title may have, so that strangers' cells do not fill the cache."""


class VnThpt(Replaceable):
    """One high-school diploma, in the ministry's column names and order."""

    phien_ban: Annotated[str, columns.LAYOUT_VERSION]
    thong_tu: Annotated[str, columns.CIRCULAR]
    ma_dinh_danh_vbcc: Annotated[str, columns.IDENTIFIER.shown_as("9c1d4b7e-60f2-4f0a-8a35-2f7d0b6c8e14")]
    ten_vbcc: Annotated[str, columns.TITLE.shown_as("Bằng tốt nghiệp trung học phổ thông")]
    so_hieu_vbcc: Annotated[str, columns.SERIAL.shown_as("SH26000123")]
    so_ddcn: Annotated[str, columns.CITIZEN_NUMBER.shown_as("001308000123")] = ""
    ma_nguoi_hoc: Annotated[str, columns.LEARNER_NUMBER.shown_as("0126000123")]
    ho_va_ten: Annotated[str, columns.HOLDER_NAME]
    ngay_sinh: Annotated[str, columns.BIRTH_DATE.shown_as("27/03/2008")]
    noi_sinh: Annotated[str, columns.BIRTHPLACE]
    gioi_tinh: Annotated[str, columns.SEX]
    dan_toc: Annotated[str, columns.ETHNIC_GROUP]
    quoc_tich: Annotated[str, columns.NATIONALITY]
    ten_truong: Annotated[str, columns.SCHOOL.shown_as(SCHOOL_NAME)]
    ma_co_so_dao_tao: Annotated[str, columns.SCHOOL_CODE.shown_as("01901")]
    nam_tot_nghiep: Annotated[str, columns.GRADUATION_YEAR]
    so_quyet_dinh_cong_nhan_tot_nghiep: Annotated[str, columns.DECISION_NUMBER.shown_as("1188/QĐ-SGDĐT")]
    ngay_quyet_dinh_cong_nhan_tot_nghiep: Annotated[str, columns.DECISION_DATE.shown_as("06/07/2026")]
    so_vao_so: Annotated[str, columns.REGISTER_NUMBER.shown_as("0123/01901/2026")]
    xep_loai: Annotated[str, replace(columns.CLASSIFICATION, recommended=False).shown_as("")] = ""
    don_vi_cap_bang: Annotated[str, columns.ISSUER.shown_as(SCHOOL_NAME)]
    ma_don_vi_cap_bang: Annotated[str, columns.ISSUER_CODE.shown_as("01901")]
    ho_ten_nguoi_ky_vbcc: Annotated[str, columns.SIGNER_NAME.shown_as("Đỗ Thị Thu Hà")]
    so_ddcn_nguoi_ky_vbcc: Annotated[str, replace(columns.SIGNER_NUMBER.shown_as(""), required=False)] = ""
    chuc_danh_nguoi_ky_vbcc: Annotated[str, columns.SIGNER_POSITION]
    ho_ten_nguoi_ky_vbcc_ban_giay: Annotated[str, columns.PAPER_SIGNER_NAME.shown_as("")] = ""
    chuc_danh_nguoi_ky_vbcc_ban_giay: Annotated[str, columns.PAPER_SIGNER_POSITION.shown_as("")] = ""
    dia_danh_cap_vbcc: Annotated[str, columns.ISSUE_PLACE]
    ngay_tao_vbcc: Annotated[str, columns.CREATION_DATE.shown_as("09/07/2026")]
    ngay_cap_vbcc: Annotated[str, columns.ISSUE_DATE.shown_as("20/07/2026")]
    ghi_chu: Annotated[str, columns.NOTE] = ""


CLAIMS = (
    claims.ISSUER,
    claims.TITLE,
    claims.HOLDER_NAME,
    claims.BIRTH_DATE,
    claims.BIRTHPLACE,
    claims.PERSON,
    claims.CITIZEN_NUMBER,
    claims.SCHOOL,
    ClaimSpec("ma_nguoi_hoc", ("ma_nguoi_hoc",), "Mã người học", "Learner number"),
    claims.CLASSIFICATION,
    ClaimSpec(
        "tot_nghiep",
        ("nam_tot_nghiep", "so_quyet_dinh_cong_nhan_tot_nghiep", "ngay_quyet_dinh_cong_nhan_tot_nghiep"),
        "Công nhận tốt nghiệp",
        "Graduation",
    ),
    claims.ISSUE,
    claims.SIGNATORY,
    claims.SIGNATORY_NUMBER,
    ClaimSpec("ghi_chu", ("ghi_chu",), "Ghi chú", "Note"),
    REPLACES,
)

LAYOUT = (
    Block("title", ("ten_vbcc",)),
    Block("name", ("ho_va_ten",)),
    Block("section", ("ngay_sinh", "noi_sinh", "nhan_than", "so_ddcn"), "Người được cấp bằng", "Holder"),
    Block("section", ("co_so_dao_tao", "ma_nguoi_hoc", "xep_loai", "tot_nghiep"), "Kết quả học tập", "Graduation"),
    Block(
        "section",
        ("don_vi_cap", "van_bang", "nguoi_ky", "so_ddcn_nguoi_ky_vbcc"),
        "Cấp bằng",
        "Award",
    ),
    Block("section", ("ghi_chu",), "Bổ sung", "Supplement"),
    REPLACES_BLOCK,
)

_SUBJECTS = {spec.name: spec.subject for spec in field_specs(VnThpt)}


def _checks(record: VnThpt) -> list[Problem]:
    return award_problems(record.__dict__, _SUBJECTS)


def _waives(cells: Mapping[str, str]) -> tuple[str, ...]:
    return () if is_national(cells) else ("so_ddcn",)


def _recognises(cells: Mapping[str, str]) -> bool:
    """By the title; a row with a programme is a teacher's degree for high schools, whatever its title."""
    return _names_high_school(cells.get("ten_vbcc", "")[:LONGEST_TITLE]) and not cells.get("ma_nganh_dao_tao")


@lru_cache(maxsize=1 << 10)
def _names_high_school(title: str) -> bool:
    bare = folded(title)
    return any(words in bare for words in TITLE_WORDS)


VN_THPT = CredentialType(
    name="vn-thpt",
    version=1,
    title_vi="Bằng tốt nghiệp trung học phổ thông",
    title_en="High-school diploma",
    record_type=VnThpt,
    claims=CLAIMS,
    layout=LAYOUT,
    issuer_claims=claims.ISSUER_PATHS,
    key=("so_hieu_vbcc",),
    checks=_checks,
    recognises=_recognises,
    waives=_waives,
)
