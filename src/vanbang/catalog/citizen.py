"""The citizen number: three digits of province, one of century and sex, two of the year of birth, six at random.

The codes of the 63 provinces before 1 July 2025 stay valid. Numbers from 101 on belong to citizens whose birth was
registered abroad.
"""

import re
from datetime import date
from functools import cache, lru_cache

from vanbang.catalog.invented import provinces
from vanbang.catalog.problems import Problem, Subject, problem

FIRST_COUNTRY = 101
SEXES = ("Nam", "Nữ")
OLD_CARD = re.compile("[0-9]{9}")
"""The number of an identity card before citizen numbers; a citizen number loses two zeros to a spreadsheet at most."""
_TWELVE_DIGITS = re.compile("[0-9]{12}")


def century_sex_digit(born: date, sex: str) -> str:
    """0 for a man born in the 1900s, 1 for a woman, 2 and 3 in the 2000s, and so on."""
    return str((born.year // 100 - 19) * 2 + (sex == "Nữ"))


@cache
def _province_codes() -> frozenset[str]:
    return frozenset(code for code, _ in provinces())


@lru_cache(maxsize=1 << 10)
def _province_rule(code: str) -> str | None:
    """The rule that the first three digits break."""
    if int(code) >= FIRST_COUNTRY:
        return "citizen_abroad"
    return None if code in _province_codes() else "citizen_province"


def citizen_problems(subject: Subject, number: str, born: date | None = None, sex: str = "") -> list[Problem]:
    """What does not fit in a number of twelve digits, given date of birth and sex (`Nam` or `Nữ`) where known."""
    if _TWELVE_DIGITS.fullmatch(number) is None:
        return []
    rule = _province_rule(number[:3])
    found = [] if rule is None else [problem(rule, subject, number)]
    if born is None:
        return found
    if sex in SEXES and number[3] != century_sex_digit(born, sex):
        found.append(problem("citizen_sex", subject, number))
    if int(number[4:6]) != born.year % 100:
        found.append(problem("citizen_year", subject, number))
    return found
