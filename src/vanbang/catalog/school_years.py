"""The rows inside a high-school transcript: its school years, their courses, and the re-tests of a summer.

Marks and classes are those of Circular 22/2021/TT-BGDĐT: the mark of a year counts the second term twice.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from vanbang.catalog.model import Column, Record, Rows, field_specs
from vanbang.catalog.nested import placed
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.rows_claim import rows_of
from vanbang.catalog.shapes import COUNT, DATE, LIST, MARK, NAME, OPAQUE, SCHOOL_YEAR
from vanbang.catalog.study_levels import ENOUGH, LEVELS, NOT_PASSED, PASSED, study_levels

ROUNDING = 1
"""Three times a year's mark in tenths and the sum of the terms', the second counted twice, differ by no more."""

BY_MARK, BY_WORD = "diem", "nhan_xet"

_WORDS = ("", PASSED, NOT_PASSED)
_TERMS = ("hk1", "hk2", "ca_nam")


def _level(label_vi: str, label_en: str, *, required: bool = False) -> Column:
    return Column(label_vi, label_en, "Tốt", 8, choices=LEVELS, required=required, recommended=not required)


class Course(Record):
    """One subject of one school year."""

    ma_mon: Annotated[str, Column("Mã môn", "Subject code", "TOAN", 20, OPAQUE)]
    ten_mon: Annotated[str, Column("Môn", "Subject", "Toán", 150)]
    hinh_thuc_danh_gia: Annotated[str, Column("Đánh giá", "Assessed", BY_MARK, 8, choices=(BY_MARK, BY_WORD))]
    hk1: Annotated[str, Column("Học kì 1", "Term 1", "8.2", 8, MARK, required=False)] = ""
    hk2: Annotated[str, Column("Học kì 2", "Term 2", "8.5", 8, MARK, required=False)] = ""
    ca_nam: Annotated[str, Column("Cả năm", "Year", "8.4", 8, MARK)]


class Retest(Record):
    """A subject that was tested once more."""

    ma_mon: Annotated[str, Column("Mã môn", "Subject code", "TOAN", 20, OPAQUE)]
    diem_kiem_tra_lai: Annotated[str, Column("Điểm kiểm tra lại", "Re-test mark", "6.5", 8, MARK)]


def _course_checks(course: Course) -> Iterator[Problem]:
    """How a course is assessed, and its year's mark."""
    values = course.__dict__
    for name in _TERMS:
        value = values[name]
        if value and (value in _WORDS) is (course.hinh_thuc_danh_gia == BY_MARK):
            yield problem("mark_method", _COURSE[name], value)
    marks = [_tenths(values[name]) for name in _TERMS]
    if None not in marks:
        first, second, year = (mark or 0 for mark in marks)
        terms = first + 2 * second
        if abs(3 * year - terms) > ROUNDING:
            expected = _mark((terms + 1) // 3)
            yield problem("year_mark", _COURSE["ca_nam"], course.ca_nam, expected=expected)


def _tenths(mark: str) -> int | None:
    """A mark in tenths; None for a word and for what is no mark."""
    if re.fullmatch(MARK.pattern or "", mark) is None or mark in _WORDS:
        return None
    whole, _, tenth = mark.replace(",", ".").partition(".")
    return 10 * int(whole) + int(tenth or 0)


def _mark(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


COURSES = Rows(Course, "Môn học", "Course", 30, _course_checks)
"""At most: twelve are usual, some schools teach a few more."""
RETESTS = Rows(Retest, "Kiểm tra lại", "Re-test", 30)
_COURSE = {spec.name: spec.subject for spec in field_specs(Course)}
_RETEST = {spec.name: spec.subject for spec in field_specs(Retest)}


class SchoolYear(Record):
    """One school year of a learner, as the school closed it."""

    nam_hoc: Annotated[str, Column("Năm học", "School year", "2025-2026", 9, SCHOOL_YEAR)]
    khoi: Annotated[str, Column("Khối", "Grade", "12", 2, COUNT, choices=("10", "11", "12"))]
    lop: Annotated[str, Column("Lớp", "Class", "12A1", 20)]
    ma_truong: Annotated[str, Column("Mã trường", "School code", "01901", 20, OPAQUE)]
    ten_truong: Annotated[str, Column("Trường", "School", "Trường THPT Sông Hồng", 250)]
    mon_hoc: Annotated[str, Column("Các môn học", "Courses", "", 16_384, LIST, rows=COURSES)]
    ket_qua_hoc_tap_hk1: Annotated[str, _level("Học tập học kì 1", "Study, term 1")] = ""
    ket_qua_hoc_tap_hk2: Annotated[str, _level("Học tập học kì 2", "Study, term 2")] = ""
    ket_qua_hoc_tap_ca_nam: Annotated[str, _level("Học tập cả năm", "Study, year", required=True)]
    ket_qua_ren_luyen_hk1: Annotated[str, _level("Rèn luyện học kì 1", "Conduct, term 1")] = ""
    ket_qua_ren_luyen_hk2: Annotated[str, _level("Rèn luyện học kì 2", "Conduct, term 2")] = ""
    ket_qua_ren_luyen_ca_nam: Annotated[str, _level("Rèn luyện cả năm", "Conduct, year", required=True)]
    so_buoi_nghi_co_phep: Annotated[str, Column("Nghỉ có phép", "Absent with leave", "1", 3, COUNT, required=False)] = (
        ""
    )
    so_buoi_nghi_khong_phep: Annotated[
        str, Column("Nghỉ không phép", "Absent without", "0", 3, COUNT, required=False)
    ] = ""
    kiem_tra_lai: Annotated[str, Column("Kiểm tra lại", "Re-tests", "", 8_192, LIST, required=False, rows=RETESTS)] = ""
    danh_hieu: Annotated[str, Column("Danh hiệu", "Honour", "Học sinh Giỏi", 100, required=False)] = ""
    nhan_xet: Annotated[str, Column("Nhận xét", "Remark", "Chăm ngoan, học tốt.", 1_000, required=False)] = ""
    quyet_dinh_ket_qua: Annotated[
        str,
        Column("Kết quả xét", "Decision", "Hoàn thành chương trình giáo dục trung học phổ thông", 150),
    ]
    quyet_dinh_ngay: Annotated[str, Column("Ngày xét", "Decided on", "25/05/2026", 10, DATE)]
    giao_vien_chu_nhiem: Annotated[str, Column("Giáo viên chủ nhiệm", "Form teacher", "Lê Thị Hạnh", 150, NAME)]
    hieu_truong: Annotated[str, Column("Hiệu trưởng", "Head of school", "Đỗ Thị Thu Hà", 150, NAME)]


def year_checks(year: SchoolYear) -> Iterator[Problem]:
    """What does not agree within one school year."""
    first, _, last = year.nam_hoc.partition("-")
    if first.isdecimal() and last.isdecimal() and int(last) != int(first) + 1:
        yield problem("school_year_form", _YEAR["nam_hoc"], year.nam_hoc)
    decided = year.quyet_dinh_ngay
    if decided and last and decided[6:] != last:
        yield problem("decision_year", _YEAR["quyet_dinh_ngay"], decided, other=year.nam_hoc)
    courses = rows_of(year.mon_hoc)
    yield from _course_list_checks(courses, rows_of(year.kiem_tra_lai))
    yield from _level_checks(year, courses)


def _level_checks(year: SchoolYear, courses: list[dict[str, Any]]) -> Iterator[Problem]:
    """Levels that do not follow from the courses; silent for a term in which a course has no result."""
    for term in _TERMS:
        name = f"ket_qua_hoc_tap_{term}"
        given, results = year.__dict__[name], [course.get(term, "") for course in courses]
        marks = [mark for result in results if (mark := _tenths(result)) is not None]
        words = [result for result in results if result in (PASSED, NOT_PASSED)]
        if not given or len(marks) < ENOUGH or len(marks) + len(words) < len(results):
            continue
        levels = study_levels(marks, words)
        if given not in levels:
            yield problem("study_level", _YEAR[name], given, None, expected=levels[-1])


def _course_list_checks(courses: list[dict[str, Any]], retests: list[dict[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, course in enumerate(courses, 1):
        code = course.get("ma_mon", "")
        if code and code in seen:
            yield placed(problem("course_repeated", _COURSE["ma_mon"], code), "mon_hoc", COURSES, number, code)
        seen.add(code)
    for number, retest in enumerate(retests, 1):
        code = retest.get("ma_mon", "")
        if code and code not in seen:
            yield placed(problem("retest_unknown", _RETEST["ma_mon"], code), "kiem_tra_lai", RETESTS, number, code)


_YEAR = {spec.name: spec.subject for spec in field_specs(SchoolYear)}
SCHOOL_YEARS = Rows(SchoolYear, "Năm học", "School year", 12, year_checks)
"""At most: three are usual; who repeats a year or comes back has a few more."""
