"""What must agree within any diploma: person and citizen number, decision, creation and issue."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Protocol

from vanbang.catalog.citizen import citizen_problems
from vanbang.catalog.problems import Problem, Subject, problem
from vanbang.catalog.shapes import day

CREATION_DAYS = 5
"""A digital diploma is due within five days of the graduation decision (Circular 10/2026/TT-BGDĐT)."""

YOUNGEST, OLDEST = 15, 100
"""Ages at graduation outside of which a date of birth must be a slip of the pen."""

Subjects = Mapping[str, Subject]
"""A type's fields by name: labels differ between types, and a problem speaks in those of its type."""


class Award(Protocol):
    """The common fields that are compared with each other, as every diploma's record has them."""

    @property
    def so_ddcn(self) -> str: ...
    @property
    def ngay_sinh(self) -> str: ...
    @property
    def gioi_tinh(self) -> str: ...
    @property
    def quoc_tich(self) -> str: ...
    @property
    def nam_tot_nghiep(self) -> str: ...
    @property
    def ngay_quyet_dinh_cong_nhan_tot_nghiep(self) -> str: ...
    @property
    def so_ddcn_nguoi_ky_vbcc(self) -> str: ...
    @property
    def ngay_tao_vbcc(self) -> str: ...
    @property
    def ngay_cap_vbcc(self) -> str: ...


def award_problems(record: Award, subjects: Subjects) -> Iterator[Problem]:
    """Common fields that do not agree with each other; silent where a date cannot be read."""
    born = day(record.ngay_sinh)
    decided = day(record.ngay_quyet_dinh_cong_nhan_tot_nghiep)
    yield from _citizen_checks(record, subjects, born)
    if decided is not None:
        yield from _decision_checks(record, subjects, born, decided)


def _citizen_checks(record: Award, subjects: Subjects, born: date | None) -> Iterator[Problem]:
    subject = subjects["so_ddcn"]
    national = "việt nam" in record.quoc_tich.lower()
    if record.so_ddcn:
        yield from citizen_problems(subject, record.so_ddcn, born, record.gioi_tinh)
        if record.quoc_tich and not national:
            yield problem("citizen_foreign", subject, record.so_ddcn, "")
    elif national:
        yield problem("citizen_required", subject, "")
    yield from citizen_problems(subjects["so_ddcn_nguoi_ky_vbcc"], record.so_ddcn_nguoi_ky_vbcc, None, "")


def _decision_checks(record: Award, subjects: Subjects, born: date | None, decided: date) -> Iterator[Problem]:
    when = record.ngay_quyet_dinh_cong_nhan_tot_nghiep
    year = record.nam_tot_nghiep
    if year != when[6:] and year.isdecimal():
        rule = "year_differs" if abs(int(year) - decided.year) <= 1 else "year_mismatch"
        yield problem(rule, subjects["nam_tot_nghiep"], year, when[6:], decided=when)
    if born is not None and not YOUNGEST <= decided.year - born.year <= OLDEST:
        yield problem("age", subjects["ngay_sinh"], record.ngay_sinh, years=decided.year - born.year)
    created, issued = day(record.ngay_tao_vbcc), day(record.ngay_cap_vbcc)
    if created is not None and not 0 <= (created - decided).days <= CREATION_DAYS:
        rule = "created_early" if created < decided else "created_late"
        yield problem(rule, subjects["ngay_tao_vbcc"], record.ngay_tao_vbcc, decided=when)
    if issued is not None and issued < decided:
        earlier = subjects["ngay_quyet_dinh_cong_nhan_tot_nghiep"]
        yield not_after(subjects["ngay_cap_vbcc"], record.ngay_cap_vbcc, earlier, when)


def not_after(subject: Subject, value: str, earlier: Subject, other: str) -> Problem:
    """The problem of a day `value` that does not come after `other`, the day in the field `earlier`."""
    facts = {"other": other, "other_vi": earlier.label_vi, "other_en": earlier.label_en}
    return problem("date_order", subject, value, **facts)
