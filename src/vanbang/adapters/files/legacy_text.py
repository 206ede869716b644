"""Vietnamese that is no Unicode: texts typed for the fonts of old (TCVN3, VNI), and UTF-8 read as Windows-1252.

Such texts are made of innocent letters (“NguyÔn V¨n”, “Nguyeãn Vaên”, “Nguyá»…n”), so no alphabet catches all of them.
"""

import re
import unicodedata
from typing import Literal

Writing = Literal["TCVN3 (ABC)", "VNI", "UTF-8/Windows-1252"]

_TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢§£¤¥¦",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
)
_TONES = "\u0301\u0300\u0309\u0303\u0323"
_VNI_MARKS = dict(zip("ùøûõï", _TONES, strict=True))
_VNI_MARKS |= {"â": "\u0302"} | {sign: "\u0302" + tone for sign, tone in zip("áàåãä", _TONES, strict=True)}
_VNI_MARKS |= {"ê": "\u0306"} | {sign: "\u0306" + tone for sign, tone in zip("éèúüë", _TONES, strict=True)}
_VNI_MARKS |= {sign.upper(): marks for sign, marks in _VNI_MARKS.items()}
_VNI_LETTERS = str.maketrans("ñÑöÖôÔæÆóÓòÒîÎ", "đĐưƯơƠỉỈĩĨịỊỵỴ")
_VNI_PAIR = re.compile(rf"([aeouyôöAEOUYÔÖ])([{''.join(_VNI_MARKS)}])")

_TCVN3_SIGNS = re.compile("[¨©ª¬\xad®¸¶¼½¾][a-z\u00c0-\u00ff]|[A-Za-z\u00c0-\u00ff][µ¸¶¬\xad¨]")
_VNI_SIGNS = re.compile("[aeoöôuyAEOÖÔUY][øûïåäØÛÏÅÄ]|[aA][êÊ]|[eE][ãâáàÃÂÁÀ]|[öÖ][ôÔ]|[cghnrstCGHNRST][öÖ][ùøûõïcnt]")
_MOJIBAKE_SIGNS = re.compile("á[»º].|Ä[\u2018\u0192\u201a©¨]|Æ[°¡]|Ã[\xa0-\xbf]")

_UNICODE_ONLY = re.compile("[\u0103\u0111\u0129\u0169\u01a1\u01b0\u0102\u0110\u01a0\u01af\u1ea0-\u1ef9]")
"""Letters that none of these writings makes: a cell with one of them is Unicode. For VNI, whose letters also stand in
the names of foreigners, so is the row."""

_HINTS: tuple[tuple[Writing, str], ...] = (
    ("UTF-8/Windows-1252", "ÃÆÄ»º"),
    ("TCVN3 (ABC)", "¨©®¬µ¸\xad¶ª"),
    ("VNI", "ïøûåö"),
)
_ALL_HINTS = "".join(letters for _, letters in _HINTS)
"""Letters without which a whole row is hardly in such a writing: a quick look before the patterns."""

_PATTERNS: dict[Writing, tuple[re.Pattern[str], int]] = {
    "UTF-8/Windows-1252": (_MOJIBAKE_SIGNS, 1),
    "TCVN3 (ABC)": (_TCVN3_SIGNS, 1),
    "VNI": (_VNI_SIGNS, 2),
}
"""With how many finds make a row of it: a single “ï” or “ñ” also stands in the names of foreigners."""


def legacy_writing(text: str) -> Writing | None:
    """The writing that `text`, a whole row, or one cell, betrays; None for Unicode."""
    if text.isascii() or not _is_hinted_at(text):
        return None
    for writing, letters in _HINTS:
        if any(letter in text for letter in letters):
            pattern, needed = _PATTERNS[writing]
            found = pattern.finditer(text)
            if all(next(found, None) for _ in range(needed)):
                return None if writing == "VNI" and _UNICODE_ONLY.search(text) else writing
    return None


def _is_hinted_at(text: str) -> bool:
    for letter in _ALL_HINTS:  # noqa: SIM110 - asked of every row, and a generator takes ten times as long
        if letter in text:
            return True
    return False


def is_written_in(text: str, writing: Writing) -> bool:
    """Whether a cell of a row in this writing shows a sign of it."""
    return _PATTERNS[writing][0].search(text) is not None and _UNICODE_ONLY.search(text) is None


def in_unicode(text: str, writing: Writing) -> str | None:
    """What was meant, in NFC, where it can be told: fonts of capital letters (.VnTimeH) cannot be seen here."""
    if writing == "TCVN3 (ABC)":
        return text.translate(_TCVN3)
    if writing == "VNI":
        joined = _VNI_PAIR.sub(lambda pair: pair[1].translate(_VNI_LETTERS) + _VNI_MARKS[pair[2]], text)
        return unicodedata.normalize("NFC", joined.translate(_VNI_LETTERS))
    try:
        return unicodedata.normalize("NFC", b"".join(_as_byte(letter) for letter in text).decode())
    except UnicodeError:
        return None


def _as_byte(letter: str) -> bytes:
    """Windows-1252, with the five bytes it leaves out kept as they are, as browsers do."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")
