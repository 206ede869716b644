"""What must agree within any diploma: person and citizen number, decision, creation and issue."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from vanbang.catalog.citizen import citizen_problems
from vanbang.catalog.dates import day
from vanbang.catalog.headers import folded
from vanbang.catalog.problems import Problem, Subject, problem

CREATION_DAYS = 5
"""A digital diploma is due within five days of the graduation decision (Circular 10/2026/TT-BGDĐT)."""

YOUNGEST, OLDEST = 15, 100
"""Ages at graduation outside of which a date of birth must be a slip of the pen."""

LONGEST_NATIONALITY = 100
"""Characters looked at: what the column may have, so that strangers' cells do not fill the cache."""

LATE, FAR = timedelta(days=366), timedelta(days=3_653)
"""Between decision and issue: a year is worth a look, ten years are a slip of the pen."""

LONGEST_YEAR = 20
"""Digits of what is compared as a number: Python refuses to make one of thousands."""

OLD_FONT = re.compile(
    "[aeAE][\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00fe]|[oO][âåäùøûõïÂÅÄÙØÛÕÏ]|[ôöuyÔÖUY][ùøûõïÙØÛÕÏ]"
    "|[öÖ](?:[ôÔ]|ng|NG)|[a-z\u00df-\u00f6\u00f8-\u00ff][\u00c0-\u00d6\u00d8-\u00de]"
)
"""Vowels with a second one for their marks, and large letters inside a word: no syllable of Vietnam, but what texts
typed for VNI ("Nguyeãn Hoaøng") and TCVN3 ("TrÇn") look like when they are read as Unicode."""

VIETNAMESE_TEXTS = ("ho_va_ten", "noi_sinh", "ho_ten_nguoi_ky_vbcc")
"""Texts that are Vietnamese when their person is."""

Cells = Mapping[str, str]
Subjects = Mapping[str, Subject]
"""A type's fields by name: labels differ between types, and a problem speaks in those of its type."""


def is_national(cells: Cells) -> bool:
    """Whether Vietnam is among the nationalities, so that there is a citizen number."""
    return _names_vietnam(cells.get("quoc_tich", ""))


@lru_cache(maxsize=1 << 10)
def _names_vietnam(nationality: str) -> bool:
    """Also without accents (Viet Nam, Vietnam, VN), as other systems export it."""
    written = folded(nationality[:LONGEST_NATIONALITY])
    return "vietnam" in written or written == "vn"


def award_problems(cells: Cells, subjects: Subjects) -> list[Problem]:
    """Common fields that do not agree with each other; silent where a date cannot be read.

    `cells` are a record's values, all of them; asking the record for each would take as long as the checks.
    """
    born = day(cells["ngay_sinh"])
    decided = day(cells["ngay_quyet_dinh_cong_nhan_tot_nghiep"])
    found = _citizen_checks(cells, subjects, born)
    if decided is not None:
        found += _decision_checks(cells, subjects, decided)
        if born is not None and not YOUNGEST <= decided.year - born.year <= OLDEST:
            years = decided.year - born.year
            found.append(problem("age", subjects["ngay_sinh"], cells["ngay_sinh"], years=years))
    return found


def _citizen_checks(cells: Cells, subjects: Subjects, born: date | None) -> list[Problem]:
    found = citizen_problems(subjects["so_ddcn_nguoi_ky_vbcc"], cells["so_ddcn_nguoi_ky_vbcc"])
    return found + person_problems(cells, subjects, born, VIETNAMESE_TEXTS)


def person_problems(cells: Cells, subjects: Subjects, born: date | None, texts: Sequence[str]) -> list[Problem]:
    """What does not agree about the holder; `texts` name the fields that are Vietnamese when the holder is."""
    number, subject = cells["so_ddcn"], subjects["so_ddcn"]
    found: list[Problem] = []
    national = is_national(cells)
    if number:
        found += citizen_problems(subject, number, born, cells["gioi_tinh"])
        if cells["quoc_tich"] and not national:
            fits = all(entry.field != subject.name for entry in found)
            found.append(problem("citizen_foreign", subject, number, None if fits else ""))
    elif national:
        found.append(problem("citizen_required", subject, ""))
    if national and OLD_FONT.search("|".join([cells[name] for name in texts])):
        typed = [name for name in texts if OLD_FONT.search(cells[name])]
        found += [problem("old_font", subjects[name], cells[name]) for name in typed]
    return found


def _decision_checks(cells: Cells, subjects: Subjects, decided: date) -> list[Problem]:
    found: list[Problem] = []
    when, year = cells["ngay_quyet_dinh_cong_nhan_tot_nghiep"], cells["nam_tot_nghiep"]
    if year != when[6:] and len(year) <= LONGEST_YEAR and year.isdecimal():
        rule = "year_differs" if abs(int(year) - decided.year) <= 1 else "year_mismatch"
        found.append(problem(rule, subjects["nam_tot_nghiep"], year, when[6:], decided=when))
    created, issued = day(cells["ngay_tao_vbcc"]), day(cells["ngay_cap_vbcc"])
    if created is not None and not 0 <= (created - decided).days <= CREATION_DAYS:
        rule = "created_early" if created < decided else "created_late"
        found.append(problem(rule, subjects["ngay_tao_vbcc"], cells["ngay_tao_vbcc"], decided=when))
    if issued is not None and issued < decided:
        earlier = subjects["ngay_quyet_dinh_cong_nhan_tot_nghiep"]
        found.append(not_after(subjects["ngay_cap_vbcc"], cells["ngay_cap_vbcc"], earlier, when))
    elif issued is not None and issued - decided > LATE:
        rule = "issued_far" if issued - decided > FAR else "issued_late"
        found.append(problem(rule, subjects["ngay_cap_vbcc"], cells["ngay_cap_vbcc"], decided=when))
    return found


def not_after(subject: Subject, value: str, earlier: Subject, other: str) -> Problem:
    """The problem of a day `value` that does not come after `other`, the day in the field `earlier`."""
    facts = {"other": other, "other_vi": earlier.label_vi, "other_en": earlier.label_en}
    return problem("date_order", subject, value, **facts)
