"""The text of a cell that is stored as a number, a date or a truth value, and what that may have cost."""

import datetime as dt
from decimal import Decimal
from typing import Any

from vanbang.adapters.files.faults import fault
from vanbang.catalog import FieldSpec
from vanbang.catalog.shapes import DATE, NUMBER, YEAR
from vanbang.notary.lists import Finding

EXACT_DIGITS = 15
"""A floating number holds any 15 digits; spreadsheets replace those beyond by zeros."""

FIRST_DAY = dt.date(1899, 12, 30)
COUNTED_DAYS = range(10_000, 80_000)
"""What a spreadsheet counts for the days of 1927 to 2119; a workbook that counts from 1904 means another day, so the
one found is only suggested."""

Typed = tuple[str, Finding | None]
"""The text, and what is to be said about it."""


def text_of(value: Any, spec: FieldSpec | None, row: int) -> Typed:
    """The text of a cell in this field's column (None: a column that heads no field, where nothing is said)."""
    if value is None or isinstance(value, str):
        return value or "", None
    if spec is None:
        return str(value), None
    if isinstance(value, bool):
        return _told("not_text", spec, row, str(value).lower())
    if isinstance(value, int | float | Decimal):
        return _number(value, spec, row)
    if isinstance(value, dt.date):
        return _date(value, spec, row)
    return _told("not_text", spec, row, str(value))


def day_of(value: dt.date) -> str:
    """A date as dd/MM/yyyy."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def told(rule: str, spec: FieldSpec, row: int, text: str, suggestion: str | None = None) -> Finding:
    """The finding for a cell of this field."""
    return fault(rule, row, spec.name, text, suggestion, field=spec.label_vi, label=spec.label_en)


def _told(rule: str, spec: FieldSpec, row: int, text: str, suggestion: str | None = None) -> Typed:
    return text, told(rule, spec, row, text, suggestion)


def _date(value: dt.date, spec: FieldSpec, row: int) -> Typed:
    if spec.shape is not DATE:
        return _told("date_cell", spec, row, value.isoformat())
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        return day_of(value), told("time_cell", spec, row, value.isoformat(" "), day_of(value))
    return day_of(value), None


def _number(value: float | Decimal, spec: FieldSpec, row: int) -> Typed:
    """Whole numbers as digits; where leading zeros or digits may be lost, that is said."""
    text, exact = _digits(value)
    if not exact:
        return _told("number_too_long", spec, row, text)
    if spec.shape is DATE and value == int(value) and int(value) in COUNTED_DAYS:
        day = day_of(FIRST_DAY + dt.timedelta(days=int(value)))
        return day, told("date_number", spec, row, text, day)
    return (text, None) if spec.shape in (NUMBER, YEAR) else _told("number_cell", spec, row, text)


def _digits(value: float | Decimal) -> tuple[str, bool]:
    """The number as written by people, and whether that is all of it."""
    if isinstance(value, int):
        return str(value), True
    if isinstance(value, Decimal):
        return (f"{value:f}", True) if value.is_finite() else (str(value), False)
    text = f"{value:.{EXACT_DIGITS}g}"
    return text, text.lstrip("-").replace(".", "", 1).isdecimal() and abs(value) < 10**EXACT_DIGITS
