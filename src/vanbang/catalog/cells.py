"""One cell read with care: tidied, its style brought to the agreed one, and all that is odd about it told."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vanbang.catalog.dates import guessed_day, is_impossible_day, understood_day
from vanbang.catalog.headers import folded
from vanbang.catalog.model import FieldSpec
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.shapes import DATE, LIST, NAME, OPAQUE, UUID
from vanbang.catalog.spreadsheets import ODD_NUMBER, WORDS_FOR_NOTHING, spreadsheet_problem
from vanbang.catalog.text import are_names, foreign_characters, is_plain, tidied

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")

_LETTERS_OF_A_WORD = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Cell:
    """The value as the record will hold it, and the findings. `settled`: there is an error after which no rule about
    the value's form has anything to add."""

    value: str
    found: list[Problem]
    settled: bool = False


def needs_no_care(spec: FieldSpec, written: str) -> bool:
    """Whether `read_cell` would have nothing to say of this cell; a false answer costs time only."""
    shape = spec.shape
    if not written or shape is LIST:
        return True
    if spec.choices:
        return written in spec.choices
    if shape.pattern is not None:
        return re.fullmatch(shape.pattern, written) is not None
    if not is_plain(written) or written[0] in "-'" or written in WORDS_FOR_NOTHING:
        return False
    if shape is NAME:
        return are_names(written) and not written.isupper() and not written.islower()
    if shape is UUID:
        return UUID_FORM.fullmatch(written) is not None
    return shape is not OPAQUE or ODD_NUMBER.fullmatch(written) is None


def read_cell(spec: FieldSpec, written: str) -> Cell:
    """The cell of this field; every finding quotes the value as written."""
    value, found = tidied(spec.subject, written)
    odd = spreadsheet_problem(spec, value)
    if odd is not None and odd.severity == "error":
        return Cell(value, _quoting(written, [*found, odd]), settled=True)
    if odd is not None:
        value = value if odd.suggestion is None else odd.suggestion
        found.append(odd)
    found += foreign_characters(spec.subject, value, spec.shape.alphabet)
    styled = restyled(spec, value)
    if styled is not None:
        value, told = styled
        found.append(told)
    return Cell(value, _quoting(written, found))


def _quoting(written: str, found: list[Problem]) -> list[Problem]:
    return [told if told.value == written else replace(told, value=written) for told in found]


def restyled(spec: FieldSpec, value: str) -> tuple[str, Problem] | None:
    """The value in the agreed style with the warning that says so, or as it is with a warning about its style; None
    where there is nothing to say."""
    if not value:
        return None
    if spec.shape is DATE:
        return _restyled_day(spec, value)
    if spec.choices:
        return _restyled_choice(spec, value)
    if spec.shape is NAME and (meant := name_in_title_case(value)) is not None:
        return value, problem("name_case", spec.subject, value, meant)
    if spec.shape is UUID and UUID_FORM.fullmatch(value) is None:
        return value, problem("uuid_form", spec.subject, value, _hyphenated(value))
    return None


def _restyled_day(spec: FieldSpec, value: str) -> tuple[str, Problem] | None:
    meant = understood_day(value)
    if meant is None or meant == value:
        return None
    return meant, problem("date_style", spec.subject, value, meant)


def _restyled_choice(spec: FieldSpec, value: str) -> tuple[str, Problem] | None:
    """Only case and accents differ: NỮ, nữ, nu."""
    if value in spec.choices:
        return None
    key = folded(value)
    meant = [choice for choice in spec.choices if folded(choice) == key]
    return (meant[0], problem("choice_style", spec.subject, value, meant[0])) if len(meant) == 1 else None


def name_in_title_case(name: str) -> str | None:
    """The name with each word's first letter large, when it is written all large or all small; None when it is not,
    or when that is how it is written anyway (Ý, A)."""
    if not (name.isupper() or name.islower()):
        return None
    meant = "".join(c.upper() if first else c.lower() for c, first in _with_firsts(name))
    return unicodedata.normalize("NFC", meant) if meant != name else None


def _with_firsts(name: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether it begins a word: after a space, hyphen, point or apostrophe."""
    inside = False
    for c in name:
        if unicodedata.combining(c):
            yield c, False
            continue
        yield c, not inside
        inside = _LETTERS_OF_A_WORD.match(c) is not None


def day_problem(spec: FieldSpec, written: str) -> Problem:
    """Why a text is no day: in no calendar, or in no form that is understood."""
    value = written.strip()
    meant = guessed_day(value)
    if meant is None and is_impossible_day(value):
        return problem("date_missing", spec.subject, written)
    return problem("date_form", spec.subject, written, meant)


def _hyphenated(value: str) -> str | None:
    digits = re.sub(r"[{}\- ]|^urn:uuid:", "", value)
    if re.fullmatch("[0-9a-fA-F]{32}", digits) is None:
        return None
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
