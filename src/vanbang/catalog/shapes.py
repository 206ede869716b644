"""The shapes a field's value can have: date, year, citizen number, name, free text, each with its own rule code."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from vanbang.catalog.text import NOT_NAME, NOT_TEXT

DAY_CACHE = 1 << 16
"""Distinct days remembered: a batch holds some 15,000 dates of birth and a few dozen dates of decisions."""


@lru_cache(maxsize=DAY_CACHE)
def day(value: str) -> date | None:
    """The day written dd/MM/yyyy, or None when it is not of that form or not in the calendar."""
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", value)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def _written_as_day(value: str) -> str | None:
    """dd/MM/yyyy from what spreadsheets make of a date: 5/6/2026, 05-06-2026, 05.06.2026, 2026-06-05."""
    if match := re.fullmatch(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})", value):
        guess = f"{int(match[1]):02d}/{int(match[2]):02d}/{match[3]}"
    elif match := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?", value):
        guess = f"{match[3]}/{match[2]}/{match[1]}"
    else:
        return None
    return guess if day(guess) else None


def _padded_citizen_number(value: str) -> str | None:
    """Twelve digits from nine to eleven (a spreadsheet ate the leading zeros), or from groups set apart by spaces."""
    digits = re.sub(r"[ .]", "", value)
    return digits.zfill(12) if re.fullmatch(r"[0-9]{9,12}", digits) else None


def _no_suggestion(value: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value must look. `pattern` is an anchorless regular expression for the whole value, None for any text.

    `rule` is reported when the pattern does not fit; `alphabet` finds characters that may not occur; `secret` values
    are masked in messages; `suggest` guesses what was meant.
    """

    name: str
    pattern: str | None = None
    rule: str = "character"
    alphabet: re.Pattern[str] = NOT_TEXT
    secret: bool = False
    suggest: Callable[[str], str | None] = _no_suggestion


TEXT = Shape("text")
OPAQUE = Shape("opaque")
UUID = Shape("uuid")
NAME = Shape("name", alphabet=NOT_NAME)
DATE = Shape("date", r"[0-9]{2}/[0-9]{2}/[0-9]{4}", "date_form", suggest=_written_as_day)
YEAR = Shape("year", r"[0-9]{4}", "year_form")
SEVEN_DIGITS = Shape("seven digits", r"[0-9]{7}", "programme_form")
NUMBER = Shape("number", r"[0-9]+(?:[.,][0-9]+)?", "number_form")
CITIZEN = Shape("citizen", r"[0-9]{12}", "citizen_form", secret=True, suggest=_padded_citizen_number)
BASE64 = Shape("base64", r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", "base64_form")
