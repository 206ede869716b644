"""The shapes a field's value can have: date, year, citizen number, name, free text, each with its own rule code."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from vanbang.catalog.text import NOT_NAME, NOT_TEXT


def _padded_citizen_number(value: str) -> str | None:
    """Twelve digits from ten or eleven (a spreadsheet ate the zeros before a province), or from groups with spaces."""
    digits = re.sub(r"[ .]", "", value)
    return digits.zfill(12) if re.fullmatch(r"[0-9]{10,12}", digits) else None


_WORDS_OF_ASSESSMENT = {"đ": "Đạt", "đạt": "Đạt", "cđ": "Chưa đạt", "chưa đạt": "Chưa đạt", "không đạt": "Chưa đạt"}


def _assessed(value: str) -> str | None:
    """The word of the form, from how schools abbreviate it."""
    return _WORDS_OF_ASSESSMENT.get(value.casefold())


def _no_suggestion(value: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value must look. `pattern` is an anchorless regular expression for the whole value, None for any text.

    `rule` is reported when the pattern does not fit; `alphabet` finds characters that may not occur; `secret` values
    are masked in messages; `suggest` guesses what was meant. `every_digit`: a number that counts nothing, so that a
    spreadsheet must take the cell neither for a number nor for a date. `counted`: inside a list of a row (`Rows`) it
    may be written as a JSON number.
    """

    name: str
    pattern: str | None = None
    rule: str = "character"
    alphabet: re.Pattern[str] = NOT_TEXT
    secret: bool = False
    suggest: Callable[[str], str | None] = _no_suggestion
    every_digit: bool = False
    counted: bool = False


TEXT = Shape("text")
TEXT_OR_NONE = Shape("text or none")
"""Free text in which "Không" (none) is an answer."""
OPAQUE = Shape("opaque", every_digit=True)
"""Serial, register and learner numbers and codes: any text, no national format."""
UUID = Shape("uuid")
"""Meant to be a UUID; others are let in with a warning."""
NAME = Shape("name", alphabet=NOT_NAME)
DATE = Shape("date", r"[0-9]{2}/[0-9]{2}/[0-9]{4}", "date_form")
YEAR = Shape("year", r"[0-9]{4}", "year_form", every_digit=True)
SEVEN_DIGITS = Shape("seven digits", r"[0-9]{7}", "programme_form", every_digit=True)
NUMBER = Shape("number", r"[0-9]+(?:[.,][0-9]+)?", "number_form")
CITIZEN = Shape("citizen", r"[0-9]{12}", "citizen_form", secret=True, suggest=_padded_citizen_number, every_digit=True)
BASE64 = Shape("base64", r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", "base64_form")
LIST = Shape("list")
"""Rows inside a row, as JSON."""
MARK = Shape(
    "mark",
    r"10(?:[.,]0)?|[0-9](?:[.,][0-9])?|Đạt|Chưa đạt",
    "mark_form",
    suggest=_assessed,
    counted=True,
)
"""0 to 10 with at most one decimal, or the words of subjects without marks."""
SCHOOL_YEAR = Shape("school year", r"[0-9]{4}-[0-9]{4}", "school_year_form")
COUNT = Shape("count", r"[0-9]{1,3}", "count_form", counted=True)
