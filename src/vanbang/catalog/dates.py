"""Days as spreadsheets and people write them: one form is stored, a few others are understood without doubt."""

import re
from datetime import date, timedelta
from functools import lru_cache

DAY_CACHE = 1 << 16
"""Distinct days remembered: a batch holds some 15,000 dates of birth and a few dozen dates of decisions."""

_MIDNIGHT = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}}) ?([/.\-]) ?([0-9]{{1,2}}) ?\2 ?([0-9]{{4}}){_MIDNIGHT}")
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([/.\-])([0-9]{{1,2}})\2([0-9]{{1,2}}){_MIDNIGHT}")
_IN_WORDS = re.compile(r"(?:ng[àa]y +)?([0-9]{1,2}) +th[áa]ng +([0-9]{1,2}),? +n[ăa]m +([0-9]{4})", re.IGNORECASE)

SERIAL_DAYS_BEGIN = date(1899, 12, 30)
"""Day 0 of the numbers that spreadsheets keep dates in, from March 1900 on."""
_SERIAL_DAY = re.compile(r"[1-7][0-9]{4}")
"""10000 to 79999: 1927 to 2119."""


LONGEST_DAY = 40
"""Characters: "ngày 05 tháng 06 năm 2026" has 25. What is longer is no day, and must not fill the cache."""


@lru_cache(maxsize=DAY_CACHE)
def day(value: str) -> date | None:
    """The day written dd/MM/yyyy, or None when it is not of that form or not in the calendar."""
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", value)
    return None if match is None else _in_calendar(int(match[3]), int(match[2]), int(match[1]))


def understood_day(value: str) -> str | None:
    """dd/MM/yyyy from 5/6/2026, 05-06-2026, 5.6.2026, 2026-06-05, 2026/06/05, each also with midnight behind it, and
    from "ngày 5 tháng 6 năm 2026". None for any other text and for a day that is in no calendar.

    The day comes before the month, as in every Vietnamese document.
    """
    return _understood_day(value) if len(value) <= LONGEST_DAY else None


@lru_cache(maxsize=DAY_CACHE)
def _understood_day(value: str) -> str | None:
    found = _parts(value)
    return None if found is None else _written(_in_calendar(*found))


def is_impossible_day(value: str) -> bool:
    """Whether the value reads as a date in some understood form, but no calendar has that day."""
    found = _parts(value)
    return found is not None and _in_calendar(*found) is None


def guessed_day(value: str) -> str | None:
    """What a text that is not understood may have meant, for a person to confirm: month and day exchanged where only
    that gives a day (03/27/2004), or the number a spreadsheet keeps for a day (38073)."""
    if match := _DAY_FIRST.fullmatch(value):
        return _written(_in_calendar(int(match[4]), int(match[1]), int(match[3])))
    if _SERIAL_DAY.fullmatch(value):
        return _written(SERIAL_DAYS_BEGIN + timedelta(days=int(value)))
    return None


def _parts(value: str) -> tuple[int, int, int] | None:
    """Year, month and day as written."""
    if match := _DAY_FIRST.fullmatch(value):
        return int(match[4]), int(match[3]), int(match[1])
    if match := _YEAR_FIRST.fullmatch(value):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _IN_WORDS.fullmatch(value):
        return int(match[3]), int(match[2]), int(match[1])
    return None


def _in_calendar(year: int, month: int, day_of_month: int) -> date | None:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def _written(found: date | None) -> str | None:
    return None if found is None else f"{found.day:02d}/{found.month:02d}/{found.year:04d}"
