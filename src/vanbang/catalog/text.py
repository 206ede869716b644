"""Which characters a field may hold, and how a value is brought to its one written form at the door.

Diplomas are written in the Latin script. Letters of the minority languages (ŭ, ơ̆, ñ, ƀ) and every Latin letter of
foreign names are in; what cannot be seen, or only looks like a Latin letter, is out: two diplomas that look the same
must be the same bytes.
"""

import re
import unicodedata
from collections.abc import Iterator

from vanbang.catalog.problems import Problem, Subject, problem

ETH_LOOKALIKES = {"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ"}
"""Eth and African D are drawn like Đ (U+0110) and come from old fonts and keyboards."""

CYRILLIC = dict(zip("АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁ", "ABEKMHOPCTYXIJSaeopcyxijshd", strict=True))
GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυ", "ABEZHIKMNOPTYXavopu", strict=True))
FULL_WIDTH = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
LOOKALIKES = ETH_LOOKALIKES | CYRILLIC | GREEK | FULL_WIDTH

# Latin-1 letters without × ÷ Ð ð; Latin Extended A and B without Ɖ and the click letters; Latin Extended Additional.
LETTERS = (
    "A-Za-z\u00c0-\u00cf\u00d1-\u00d6\u00d8-\u00ef\u00f1-\u00f6\u00f8-\u0188\u018a-\u01bf\u01c4-\u024f\u1e00-\u1eff"
)
MARKS = "\u0300-\u0304\u0306-\u030c\u031b\u0323-\u0328\u0331"
"""Combining marks that remain after NFC in real names (ơ̆, m̆); each must follow a letter."""
APOSTROPHES = "'\u2018\u2019\u02bc"
NAME_SIGNS = f" .\\-{APOSTROPHES}"
PLAIN_SIGNS = (
    " -\"$%'-*,-9;\\[-`{-~\u02bc\u2010-\u2015\u2018-\u201f\u2026\u2032\u2033\u00a7\u00ab\u00bb"
    "\u00b0-\u00b3\u00b7\u00b9\u00bb-\u00be\u00d7\u00f7\u2116"
)
"""Printable ASCII other than letters, typographic dashes and quotes, degrees, fractions, № and the like."""
TELLING_SIGNS = "#&+:<=>?@\u00b5\u00ba"
"""Fine in a text, but worth a look: formulas, error values, markup, lost letters, rounded numbers and times of day are
written with them, and two of them pass for letters."""
TEXT_SIGNS = PLAIN_SIGNS + TELLING_SIGNS

_STRAY_MARK = rf"(?<![{LETTERS}{MARKS}])[{MARKS}]|(?<=[{MARKS}]{{2}})[{MARKS}]"
"""A mark without a letter, or the third in a row: no letter of any diploma has more than two after NFC."""
PLAIN = re.compile(rf"[^{LETTERS}{PLAIN_SIGNS}]")
"""Finds what the quick path does not vouch for: anything outside the alphabet, every combining mark, and the telling
signs. Without combining marks every text of this alphabet is in NFC."""
NOT_TEXT = re.compile(rf"[^{LETTERS}{MARKS}{TEXT_SIGNS}]|{_STRAY_MARK}")
NOT_NAME = re.compile(rf"[^{LETTERS}{MARKS}{NAME_SIGNS}]|{_STRAY_MARK}")

_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc\U000e0100-\U000e01ef]"
)
"""Joiners, fillers, blanks and variation selectors that Unicode counts among letters, marks and symbols."""

_LOOKALIKE_TABLE = str.maketrans(LOOKALIKES)


def is_plain(joined: str) -> bool:
    """Whether cells joined by `|` need no attention: NFC, alphabet of free text, no combining mark, no stray spaces.

    One scan over a whole row instead of one per cell; a false answer costs time only.
    """
    return (
        PLAIN.search(joined) is None
        and " |" not in joined
        and "| " not in joined
        and "  " not in joined
        and not joined.startswith(" ")
        and not joined.endswith(" ")
    )


def are_names(joined: str) -> bool:
    """Whether names, joined by spaces and plain (`is_plain`), hold nothing but what names hold."""
    return joined.replace(" ", "").isalpha() or NOT_NAME.search(joined) is None


def tidied(subject: Subject, value: str) -> tuple[str, list[Problem]]:
    """The value in NFC and without surrounding white space, with a warning for each change made."""
    found: list[Problem] = []
    composed = value if unicodedata.is_normalized("NFC", value) else unicodedata.normalize("NFC", value)
    if composed != value:
        found.append(problem("not_nfc", subject, value, composed))
    trimmed = composed.strip()
    if trimmed != composed:
        found.append(problem("spaces_around", subject, value, trimmed))
    if "  " in trimmed:
        found.append(problem("double_space", subject, value, re.sub(" {2,}", " ", trimmed)))
    return trimmed, found


def foreign_characters(subject: Subject, value: str, alphabet: re.Pattern[str]) -> Iterator[Problem]:
    """The first problem of each kind with the characters that `alphabet` (NOT_TEXT or NOT_NAME) finds in `value`."""
    reported = set()
    for match in alphabet.finditer(value):
        rule = _rule_for(match.group())
        if rule not in reported:
            reported.add(rule)
            yield _character_problem(rule, subject, value, match.group(), alphabet)


def _rule_for(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zs", "Zl", "Zp"} or character in "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85":
        return "odd_space"
    if _is_invisible(character):
        return "invisible_character"
    return "lookalike_letter" if character in LOOKALIKES else "character"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character).startswith("C") or _BLANK.match(character) is not None


def _character_problem(rule: str, subject: Subject, value: str, character: str, alphabet: re.Pattern[str]) -> Problem:
    meant = {
        "odd_space": lambda: " ".join(value.split()),
        "invisible_character": lambda: "".join(c for c in value if not _is_invisible(c)),
        "lookalike_letter": lambda: value.translate(_LOOKALIKE_TABLE),
        "character": lambda: value,
    }[rule]()
    return problem(
        rule,
        subject,
        value,
        _if_passes(meant, alphabet),
        character=f"\u25cc{character}" if unicodedata.combining(character) else character,
        codepoint=f"U+{ord(character):04X}",
        meant=LOOKALIKES.get(character, ""),
    )


def _if_passes(suggestion: str, alphabet: re.Pattern[str]) -> str | None:
    """The suggestion, unless it would be refused again."""
    return suggestion if alphabet.search(suggestion) is None else None
