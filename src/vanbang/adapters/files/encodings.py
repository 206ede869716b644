"""In which encoding a text file is written: told from its first part, then held to for the rest."""

import codecs
import unicodedata
from dataclasses import dataclass

from vanbang.adapters.files.faults import fault
from vanbang.adapters.files.legacy_text import in_unicode, legacy_cells
from vanbang.notary.lists import ListUnreadable

HEAD = 1 << 16
"""Bytes looked at: some hundred rows, none of them without a Vietnamese letter."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` as people know it, Python's `codec`, and how many bytes of byte order mark to pass over."""

    name: str
    codec: str
    mark: int = 0


UTF8 = Encoding("UTF-8", "utf-8")
WINDOWS_1258 = Encoding("Windows-1258", "cp1258")

_MARKS = (
    (codecs.BOM_UTF8, Encoding("UTF-8", "utf-8", 3)),
    (codecs.BOM_UTF16_LE, Encoding("UTF-16 LE", "utf-16-le", 2)),
    (codecs.BOM_UTF16_BE, Encoding("UTF-16 BE", "utf-16-be", 2)),
)

_VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a file that begins with `head`.

    UTF-8 is also the answer where it is contradicted a little: the reader then names the byte. Raises ListUnreadable
    for the fonts of old.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _by_zero_bytes(head)
    text, broken = _as_utf8(head)
    if not broken or sum(not letter.isascii() for letter in text) > broken:
        return UTF8
    if _is_windows_1258(head):
        return WINDOWS_1258
    _refuse_old_fonts(head.decode("latin-1"))
    return UTF8


def _by_zero_bytes(head: bytes) -> Encoding:
    """UTF-16 when at least a third of the high bytes, and hardly any low byte, are zero: separators and digits."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if 6 * odd >= len(head) and 20 * even <= odd:
        return Encoding("UTF-16 LE", "utf-16-le")
    if 6 * even >= len(head) and 20 * odd <= even:
        return Encoding("UTF-16 BE", "utf-16-be")
    return UTF8


def _as_utf8(head: bytes) -> tuple[str, int]:
    """The letters that are UTF-8, and the number of places that are not; the last one may only be cut by `head`."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head)
    return text.replace("\ufffd", ""), text.count("\ufffd")


def _is_windows_1258(head: bytes) -> bool:
    """Whether tones follow vowels everywhere, as they do in this encoding only."""
    try:
        text = head.decode("cp1258")
    except UnicodeDecodeError:
        return False
    tones = sum(text.count(tone) for tone in _TONES)
    stray = sum(after in _TONES and before not in _VOWELS for before, after in zip(" " + text, text, strict=False))
    foreign = sum(not letter.isalpha() for letter in unicodedata.normalize("NFC", text) if ord(letter) > 127)
    return tones > 0 and 20 * stray <= tones and foreign <= tones


def _refuse_old_fonts(text: str) -> None:
    """Raises ListUnreadable with the first cell that was typed for an old font."""
    for row, line in enumerate(text.splitlines(), 1):
        cells = [("", cell) for cell in line.replace(";", ",").replace("\t", ",").split(",")]
        for _, cell, writing in legacy_cells(cells, line):
            labels = {"field": f"Dòng {row}", "label": f"Row {row}"}
            meant = in_unicode(cell, writing)
            raise ListUnreadable([fault("legacy_font", row, "", cell, meant, encoding=writing, **labels)])
