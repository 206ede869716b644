"""The Vietnamese digital high-school transcript (học bạ số): who the learner is, and three school years of courses.

The school that the learner leaves issues it, under the code and name of its diplomas. Every course of every year, and
every year's results, conduct, decision, absences and remark, is an element of its own: each can be shown alone.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any

from vanbang.catalog import columns
from vanbang.catalog import common_claims as claims
from vanbang.catalog.common_checks import is_national, person_problems
from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.dates import day
from vanbang.catalog.model import Block, ClaimSpec, Column, field_specs
from vanbang.catalog.nested import placed
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.replacing import REPLACES, REPLACES_BLOCK, Replaceable
from vanbang.catalog.rows_claim import RowsClaim, rows_of
from vanbang.catalog.school_years import SCHOOL_YEARS, SchoolYear
from vanbang.catalog.shapes import LIST, OPAQUE, UUID

YEARS = "qua_trinh_hoc_tap"
KIND = "HOC_BA_SO_THPT"
YOUNGEST, OLDEST = 8, 90
"""Ages in the first school year of grade 10 or later outside of which a date of birth must be a slip of the pen."""


class VnTranscript(Replaceable):
    """One transcript, in the ministry's field names and order; an object's members are fields named outer_inner."""

    phien_ban: Annotated[str, columns.LAYOUT_VERSION]
    loai: Annotated[str, Column("Loại học bạ", "Kind of transcript", KIND, 20, choices=(KIND,))]
    ma_dinh_danh_hoc_ba: Annotated[
        str, Column("Mã định danh học bạ", "Transcript identifier", "5d7e2c90-1f3b-4a68-9c02-7b1e4f6a8d35", 36, UUID)
    ]
    ma_nguoi_hoc: Annotated[str, columns.LEARNER_NUMBER.shown_as("0126000123")]
    so_ddcn: Annotated[str, columns.CITIZEN_NUMBER.shown_as("001308000123")] = ""
    ho_va_ten: Annotated[str, columns.HOLDER_NAME]
    ngay_sinh: Annotated[str, columns.BIRTH_DATE.shown_as("27/03/2008")]
    noi_sinh: Annotated[str, columns.BIRTHPLACE]
    gioi_tinh: Annotated[str, columns.SEX]
    dan_toc: Annotated[str, columns.ETHNIC_GROUP]
    quoc_tich: Annotated[str, columns.NATIONALITY]
    tinh_ma: Annotated[str, Column("Mã tỉnh", "Province code", "01", 10, OPAQUE)]
    tinh_ten: Annotated[str, Column("Tỉnh, thành phố", "Province", "Hà Nội", 100)]
    truong_hien_tai_ma: Annotated[str, Column("Mã trường hiện tại", "Current school code", "01901", 20, OPAQUE)]
    truong_hien_tai_ten: Annotated[str, Column("Trường hiện tại", "Current school", "Trường THPT Sông Hồng", 250)]
    so_hieu_vbcc: Annotated[
        str, Column("Số hiệu văn bằng", "Serial number", "SH26000123", 20, OPAQUE, required=False)
    ] = ""
    qua_trinh_hoc_tap: Annotated[str, Column("Quá trình học tập", "School years", "", 65_536, LIST, rows=SCHOOL_YEARS)]


def _yearly(name: str, label_vi: str, label_en: str, *members: str) -> RowsClaim:
    """A claim with one element a school year, which begins with the year."""
    return RowsClaim(name, (YEARS,), label_vi, label_en, elements=True, path=(YEARS,), members=("nam_hoc", *members))


def _within_year(name: str, label_vi: str, label_en: str, *members: str) -> RowsClaim:
    """A claim with one element for each entry of the list `name` of each school year, which begins with the year."""
    own = ("nam_hoc", *members)
    return RowsClaim(name, (YEARS,), label_vi, label_en, elements=True, path=(YEARS, name), members=own)


CLAIMS = (
    ClaimSpec("don_vi_cap", ("truong_hien_tai_ten", "truong_hien_tai_ma"), "Trường cấp học bạ", "Issuing school"),
    ClaimSpec("tinh", ("tinh_ten", "tinh_ma"), "Địa phương", "Province"),
    claims.HOLDER_NAME,
    claims.BIRTH_DATE,
    claims.BIRTHPLACE,
    claims.PERSON,
    claims.CITIZEN_NUMBER,
    ClaimSpec("ma_nguoi_hoc", ("ma_nguoi_hoc",), "Mã người học", "Learner number"),
    ClaimSpec("so_hieu_vbcc", ("so_hieu_vbcc",), "Số hiệu bằng tốt nghiệp", "Diploma serial number"),
    ClaimSpec("hoc_ba", ("ma_dinh_danh_hoc_ba", "loai", "phien_ban"), "Học bạ", "Transcript"),
    _yearly(
        "lop_hoc",
        "Lớp và trường từng năm",
        "Class and school, by year",
        *("khoi", "lop", "ten_truong", "ma_truong", "giao_vien_chu_nhiem", "hieu_truong"),
    ),
    _within_year(
        "mon_hoc",
        "Kết quả từng môn",
        "Courses",
        *("ma_mon", "ten_mon", "hk1", "hk2", "ca_nam"),
    ),
    _yearly(
        "ket_qua_hoc_tap",
        "Kết quả học tập",
        "Study results",
        *("ket_qua_hoc_tap_hk1", "ket_qua_hoc_tap_hk2", "ket_qua_hoc_tap_ca_nam", "danh_hieu"),
    ),
    _yearly(
        "ket_qua_ren_luyen",
        "Kết quả rèn luyện",
        "Conduct",
        *("ket_qua_ren_luyen_hk1", "ket_qua_ren_luyen_hk2", "ket_qua_ren_luyen_ca_nam"),
    ),
    _yearly("quyet_dinh", "Xét lên lớp, hoàn thành chương trình", "Decisions", "quyet_dinh_ket_qua", "quyet_dinh_ngay"),
    _within_year("kiem_tra_lai", "Kiểm tra lại", "Re-tests", "ma_mon", "diem_kiem_tra_lai"),
    _yearly("so_buoi_nghi", "Số buổi nghỉ", "Days absent", "so_buoi_nghi_co_phep", "so_buoi_nghi_khong_phep"),
    _yearly("nhan_xet", "Nhận xét của giáo viên", "Teachers' remarks", "nhan_xet"),
    REPLACES,
)

LAYOUT = (
    Block("name", ("ho_va_ten",)),
    Block("section", ("ngay_sinh", "noi_sinh", "nhan_than", "so_ddcn", "ma_nguoi_hoc"), "Người học", "Learner"),
    Block("section", ("mon_hoc", "kiem_tra_lai"), "Các môn học", "Subjects"),
    Block(
        "section",
        ("ket_qua_hoc_tap", "ket_qua_ren_luyen", "quyet_dinh", "so_buoi_nghi", "nhan_xet"),
        "Kết quả từng năm",
        "Year by year",
    ),
    Block("section", ("don_vi_cap", "tinh", "lop_hoc", "so_hieu_vbcc", "hoc_ba"), "Học bạ", "Transcript"),
    REPLACES_BLOCK,
)

_SUBJECTS = {spec.name: spec.subject for spec in field_specs(VnTranscript)}
_YEAR = {spec.name: spec.subject for spec in field_specs(SchoolYear)}


def _checks(record: VnTranscript) -> Iterator[Problem]:
    """What does not agree within a transcript; silent where a date or a year cannot be read."""
    cells = record.__dict__
    years = rows_of(record.qua_trinh_hoc_tap)
    yield from person_problems(cells, _SUBJECTS, day(record.ngay_sinh), ("ho_va_ten", "noi_sinh"))
    yield from _order_checks(years)
    if years:
        yield from _first_and_last(record, years[0], years[-1])


def _order_checks(years: list[dict[str, Any]]) -> Iterator[Problem]:
    """School years must follow each other, grades must not go back."""
    for number, (before, year) in enumerate(pairwise(years), 2):
        for name, rule in (("nam_hoc", "school_year_order"), ("khoi", "grade_order")):
            value, other = year.get(name, ""), before.get(name, "")
            if value and other and (value < other or (name == "nam_hoc" and value == other)):
                found = problem(rule, _YEAR[name], value, other=other)
                yield placed(found, YEARS, SCHOOL_YEARS, number, year.get("nam_hoc", ""))


def _first_and_last(record: VnTranscript, first: Mapping[str, Any], last: Mapping[str, Any]) -> Iterator[Problem]:
    born, began = day(record.ngay_sinh), first.get("nam_hoc", "")[:4]
    if born is not None and began.isdecimal() and not YOUNGEST <= int(began) - born.year <= OLDEST:
        yield problem("school_age", _SUBJECTS["ngay_sinh"], record.ngay_sinh, years=int(began) - born.year)
    school, other = record.truong_hien_tai_ma, last.get("ma_truong", "")
    if school and other and school != other:
        yield problem("school_differs", _SUBJECTS["truong_hien_tai_ma"], school, other=other)


def _waives(cells: Mapping[str, str]) -> tuple[str, ...]:
    return () if is_national(cells) else ("so_ddcn",)


def _recognises(cells: Mapping[str, str]) -> bool:
    """By what no diploma has."""
    return any(cells.get(name) for name in (YEARS, "loai", "ma_dinh_danh_hoc_ba"))


VN_TRANSCRIPT = CredentialType(
    name="vn-transcript",
    version=1,
    title_vi="Học bạ số trung học phổ thông",
    title_en="High-school transcript",
    record_type=VnTranscript,
    claims=CLAIMS,
    layout=LAYOUT,
    issuer_claims={"code": ("don_vi_cap", "truong_hien_tai_ma"), "name": ("don_vi_cap", "truong_hien_tai_ten")},
    key=("ma_dinh_danh_hoc_ba",),
    checks=_checks,
    recognises=_recognises,
    waives=_waives,
)
