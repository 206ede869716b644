"""The citizen number: three digits of province, one of century and sex, two of the year of birth, six at random.

The codes of the 63 provinces before 1 July 2025 stay valid. Numbers from 101 on belong to citizens whose birth was
registered abroad.
"""

from collections.abc import Iterator
from datetime import date

from vanbang.catalog.problems import Problem, Subject, problem

LAST_PROVINCE = 96
FIRST_COUNTRY = 101


def century_sex_digit(born: date, sex: str) -> str:
    """0 for a man born in the 1900s, 1 for a woman, 2 and 3 in the 2000s, and so on."""
    return str((born.year // 100 - 19) * 2 + (sex == "Nữ"))


def citizen_problems(subject: Subject, number: str, born: date | None, sex: str) -> Iterator[Problem]:
    """What does not fit in a number of twelve digits, given date of birth and sex (`Nam` or `Nữ`) where known."""
    if len(number) != 12 or not number.isdecimal() or not number.isascii():
        return
    province = int(number[:3])
    if province >= FIRST_COUNTRY:
        yield problem("citizen_abroad", subject, number)
    elif not 1 <= province <= LAST_PROVINCE:
        yield problem("citizen_province", subject, number)
    if born is None:
        return
    if sex in {"Nam", "Nữ"} and number[3] != century_sex_digit(born, sex):
        yield problem("citizen_sex", subject, number)
    if number[4:6] != f"{born.year % 100:02d}":
        yield problem("citizen_year", subject, number)
