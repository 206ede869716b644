"""What programs do to cells: digits or letters lost, numbers turned into dates, formulas, markup, words for "nothing".

A cell is told one such thing at most. After an error nothing else is said of it: the value is not what was once typed.
"""

import re

from vanbang.catalog.model import FieldSpec
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.shapes import BASE64, NAME, OPAQUE, TEXT_OR_NONE

_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")
_WHOLE_DECIMAL = r"[0-9]+[.,]0+"
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?")
_DAY, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:19|20)[0-9]{2}"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Thg ?[0-9]{1,2})"
_DATE_LIKE = (
    rf"{_DAY}[/.\-]{_DAY}[/.\-]{_YEAR}|{_YEAR}[/\-]{_DAY}[/\-]{_DAY}"
    rf"|[0-9]{{1,2}}-{_MONTH}(?:-[0-9]{{2,4}})?|{_MONTH}-[0-9]{{2,4}}"
)
_FULL_DECIMAL, _FULL_DATE_LIKE = re.compile(_WHOLE_DECIMAL), re.compile(_DATE_LIKE)
_APOSTROPHE = re.compile("'[^']+")
"""How a spreadsheet marks a text; a name may hold such a sign (H'Wen), but does not begin with it."""
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[A-Za-z]{2,8}|#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5});")
_LOST_LETTERS = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")
_LOST_INSIDE = re.compile(r"[^\W\d_]\?+[^\W\d_]")
NOTE_LENGTH = 500
"""What may be so long is a note, in which questions may be asked."""
_FORMULA = re.compile(r"[=@]|[+\-](?![0-9]+(?:[.,][0-9]+)*\Z)")
_ERROR_VALUE = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|PYTHON!)"
    r"|#{3,}|Err:[0-9]{3}",
    re.IGNORECASE,
)

_NOT_FOR_NAMES = ("na", "nan", "nil")
"""Na and Nan are given names; in other columns programs write them for an empty cell."""
_NONE = "không"
_WORDS = ("n/a", "null", "none", "không có", "chưa có", "trống", "(trống)", "(blank)", *_NOT_FOR_NAMES, _NONE)
_SIGNS = ("-", "--", "---", ".", "..", "...", "…", "–", "—", "/", "//", "*", "**", "***", "_", "__")
WORDS_FOR_NOTHING = frozenset(
    (*_SIGNS, *(way for word in _WORDS for way in (word, word.upper(), word.capitalize(), word.title())))
)
_QUESTION_MARKS = re.compile(r"\?+")

ODD_NUMBER = re.compile(rf"{_WHOLE_DECIMAL}|{_DATE_LIKE}")
"""Fits an opaque number that a quick look must not pass; the other traces of a spreadsheet are in signs that a quick
look does not vouch for, or stand in `WORDS_FOR_NOTHING`."""


def spreadsheet_problem(spec: FieldSpec, value: str) -> Problem | None:
    """What a spreadsheet made of a cell without surrounding spaces, or None."""
    if _ERROR_VALUE.fullmatch(value):
        return problem("spreadsheet_error", spec.subject, value)
    if _means_nothing(spec, value):
        if spec.required:
            return problem("placeholder", spec.subject, value)
        return problem("placeholder_left_out", spec.subject, value, "")
    if spec.shape is not BASE64 and _FORMULA.match(value):
        return problem("formula_text", spec.subject, value)
    if _APOSTROPHE.fullmatch(value):
        return problem("leading_apostrophe", spec.subject, value, value[1:])
    if _MARKUP.search(value):
        return problem("markup", spec.subject, value)
    if _has_lost_letters(spec, value):
        return problem("letters_lost", spec.subject, value)
    return _number_problem(spec, value) if spec.shape.every_digit else None


def _has_lost_letters(spec: FieldSpec, value: str) -> bool:
    """Whether question marks stand for letters ("H?i D??ng", "Kh?") and not for questions or in an address."""
    if "?" not in value or "://" in value:
        return False
    lost = _LOST_INSIDE if spec.max_length >= NOTE_LENGTH else _LOST_LETTERS
    return lost.search(value) is not None


def _means_nothing(spec: FieldSpec, value: str) -> bool:
    if value not in WORDS_FOR_NOTHING:
        return _QUESTION_MARKS.fullmatch(value) is not None
    word = value.lower()
    return not ((spec.shape is NAME and word in _NOT_FOR_NAMES) or (spec.shape is TEXT_OR_NONE and word == _NONE))


def _number_problem(spec: FieldSpec, value: str) -> Problem | None:
    if _SCIENTIFIC.fullmatch(value):
        return problem("scientific_number", spec.subject, value)
    if _FULL_DECIMAL.fullmatch(value):
        whole = re.split("[.,]", value)[0]
        return problem("decimal_number", spec.subject, value, spec.shape.suggest(whole) or whole)
    if _DATE_TIME.fullmatch(value):
        return problem("date_for_number", spec.subject, value)
    if spec.shape is OPAQUE and _FULL_DATE_LIKE.fullmatch(value):
        return problem("date_like_number", spec.subject, value)
    return None
