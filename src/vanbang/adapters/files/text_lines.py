"""The lines of a text file, decoded strictly; where the bytes break off or contradict their encoding is told."""

import codecs
import io
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from vanbang.adapters.files.encodings import WINDOWS_1258, Encoding
from vanbang.adapters.files.table import LONGEST_LINE

BLOCK = 1 << 16


class LineFault(Exception):
    """What ended the reading of lines: a key of FAULTS with its value and facts. A finding once the row is known."""

    def __init__(self, rule: str, value: str = "", **facts: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.value = value
        self.facts = facts


def text_lines(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """The lines with their ends (LF, CRLF or CR), from the file's beginning. Raises LineFault after the last good one.

    Windows-1258 writes tones apart from their letters: they are joined here (Unicode NFC).
    """
    pending = ""
    for text in text_blocks(stream, encoding):
        *lines, pending = _split(pending + text)
        yield from lines if encoding is not WINDOWS_1258 else (unicodedata.normalize("NFC", line) for line in lines)
        if len(pending) > LONGEST_LINE:
            raise LineFault("line_too_long", limit=LONGEST_LINE)
    if pending:
        yield pending if encoding is not WINDOWS_1258 else unicodedata.normalize("NFC", pending)


def _split(text: str) -> list[str]:
    """Lines with their ends and what follows the last end. A CR at the end stays open: an LF may follow."""
    lines = list(io.StringIO(text, newline=""))
    return [*lines, ""] if not lines or lines[-1].endswith("\n") else lines


def text_blocks(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """The text block by block; before a LineFault comes all that is good."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    at = stream.seek(encoding.mark)
    while True:
        raw = stream.read(BLOCK)
        at += len(raw)
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            yield error.object[: error.start].decode(encoding.codec)
            raise _undecodable(error, at - len(error.object) + error.start, encoding) from error
        if (found := text.find("\0")) >= 0:
            yield text[:found]
            held = len(decoder.getstate()[0])
            raise LineFault("nul_byte", "00", offset=at - held - len(text[found:].encode(encoding.codec)))
        if not raw:
            return
        yield text


def _undecodable(error: UnicodeDecodeError, offset: int, encoding: Encoding) -> LineFault:
    if error.reason in {"unexpected end of data", "truncated data"}:
        return LineFault("cut_off")
    return LineFault("not_utf8", f"{error.object[error.start]:02x}", offset=offset, encoding=encoding.name)
