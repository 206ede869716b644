"""Vietnamese that is no Unicode: texts typed for the fonts of old (TCVN3, VNI), and UTF-8 read as Windows-1252.

Such texts are made of innocent letters (“NguyÔn V¨n”, “Nguyeãn Vaên”, “Nguyá»…n”), so no alphabet catches all of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
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

_TCVN3_SIGNS = re.compile("[¨©ª¬®¸¶¼½¾][a-z\u00c0-\u00ff]|[A-Za-z\u00c0-\u00ff][µ¸¶¬¨]")
_MOJIBAKE_SIGNS = re.compile("á[»º].|Ä[\u2018\u0192\u201a©¨]|Æ[°¡]|Ã[\xa0-\xbf]")
_VNI_SIGNS = re.compile(
    "[aeoöôuyAEOÖÔUY][øûïåäüØÛÏÅÄÜ]|[aA][êâáàãÊÂÁÀÃ]|[eE][ãâáàÃÂÁÀ]|[ñÑ][aeoöôuiyAEOÖÔUIY]|[öÖ][ôÔ]"
    "|[cghnrstCGHNRST][öÖ][ùøûõïcnt]"
)
_VNI_PROOF = re.compile("[aA][êâàåÊÂÀÅ]|[öÖ][ôÔ]|[aeoöôuyAEOÖÔUY][øåØÅ]|[öôÖÔ][ùûõïÙÛÕÏ]")
"""What no language of Europe writes either: “ï”, “ñ” or “eã” also stand in the names of foreigners."""

_UNICODE_ONLY = re.compile("[\u0103\u0111\u0129\u0169\u01a1\u01b0\u0102\u0110\u01a0\u01af\u1ea0-\u1ef9]")
"""Letters that none of these writings makes: a cell with one of them is Unicode."""

_HINTS = "ÃÆÄ»º¨©®¬µ¸¶ªïøûåöü"
"""Letters without which a whole row is hardly in such a writing: a quick look before the patterns."""


def legacy_cells(cells: Iterable[tuple[str, str]], whole: str) -> Iterator[tuple[str, str, Writing]]:
    """Of the named cells of a row, whose texts together are `whole`, those in such a writing."""
    if not is_hinted_at(whole):
        return
    # In a row that is Vietnamese elsewhere a cell needs proof; in one that is not, two signs betray all of them.
    needs_proof = _UNICODE_ONLY.search(whole) is not None or len(_VNI_SIGNS.findall(whole)) < 2
    for name, text in cells:
        if not text.isascii() and (writing := _writing(text, needs_proof)):
            yield name, text, writing


def is_hinted_at(text: str) -> bool:
    """Whether a text may be in such a writing: nearly none is, and to ask is cheap."""
    if text.isascii():
        return False
    for letter in _HINTS:  # noqa: SIM110 - asked of every row, and a generator takes ten times as long
        if letter in text:
            return True
    return False


def _writing(text: str, needs_proof: bool) -> Writing | None:
    if _UNICODE_ONLY.search(text):
        return None
    if _MOJIBAKE_SIGNS.search(text):
        return "UTF-8/Windows-1252"
    if _TCVN3_SIGNS.search(text):
        return "TCVN3 (ABC)"
    signs = len(_VNI_SIGNS.findall(text))
    is_vni = signs >= 2 and _VNI_PROOF.search(text) if needs_proof else signs
    return "VNI" if is_vni else None


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
