"""The credential file inside a PDF, found by the rule of docs/format.md section 19, and by nothing else of the PDF.

The bytes are searched, not parsed: no cross-reference table, object stream or page is believed, so that what is found
does not depend on which of a file's revisions a reader prefers. Time and memory are bounded by the limits below.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from vanbang.adapters.pdf.errors import PdfEncrypted, PdfSeveralCredentials, PdfTooLarge, PdfWithoutCredential
from vanbang.core.credential import MAX_CREDENTIAL_BYTES

MAX_PDF_BYTES: Final = 52_428_800
MAX_ATTACHMENTS: Final = 256
"""Each costs at most the inflating of one credential file: 256 of them take a second."""
NEAR: Final = 4_096
"""Bytes around the words `/EmbeddedFile` in which the rest of that stream's dictionary must stand."""
BEGINNING: Final = b'{"header":{'

_SIGNATURE_WITHIN: Final = 1_024
_ENCRYPTED: Final = re.compile(rb"/Encrypt(?=[\x00\t\n\f\r ()<>\[\]{}/%])")
_EMBEDDED: Final = re.compile(rb"/EmbeddedFile(?=[\x00\t\n\f\r ()<>\[\]{}/%])")
_STREAM: Final = re.compile(rb"endobj|stream\r?\n")
_LENGTH: Final = re.compile(rb"/Length[\x00\t\n\f\r ]+([0-9]{1,9})(?![0-9]|[\x00\t\n\f\r ]+[0-9]+[\x00\t\n\f\r ]+R)")


def is_pdf(data: bytes) -> bool:
    """Whether these are a PDF's bytes, by their first 1,024, and not a credential file's."""
    return b"%PDF-" in data[:_SIGNATURE_WITHIN] and not data.startswith(BEGINNING)


def credential_in(data: bytes) -> bytes:
    """The bytes of the one credential file attached to a PDF; whether it is good is not looked at.

    Raises PdfTooLarge, PdfEncrypted, PdfSeveralCredentials, PdfWithoutCredential.
    """
    if len(data) > MAX_PDF_BYTES:
        raise PdfTooLarge(f"this PDF is over the limit of {MAX_PDF_BYTES} bytes")
    if _ENCRYPTED.search(data):
        raise PdfEncrypted
    found: bytes | None = None
    for start, ends in _streams(data):
        content = _credential(data, start, ends)
        if None not in (found, content) and content != found:
            raise PdfSeveralCredentials
        found = content if found is None else found
    if found is None:
        raise PdfWithoutCredential
    return found


def _streams(data: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where the content of each embedded file's stream begins, and where it may end. Raises PdfTooLarge."""
    seen: set[int] = set()
    stream: re.Match[bytes] | None = None
    for word in _EMBEDDED.finditer(data):
        if stream is None or stream.start() < word.end():  # else it is the next one still: no byte is searched twice
            stream = _STREAM.search(data, word.end())
        if stream is None:
            return
        if stream.group() == b"endobj" or stream.end() > word.end() + NEAR or stream.end() in seen:
            continue
        seen.add(stream.end())
        if len(seen) > MAX_ATTACHMENTS:
            raise PdfTooLarge(f"more than {MAX_ATTACHMENTS} files are attached to this PDF")
        before = max(data.rfind(b" obj", max(0, word.start() - NEAR), word.start()), word.start() - NEAR, 0)
        yield stream.end(), _ends(data, data[before : stream.start()], stream.end())


def _ends(data: bytes, dictionary: bytes, start: int) -> tuple[int, ...]:
    """Where the content may end: where its length says, else at `endstream`; a line's end there may belong to it."""
    length = _LENGTH.search(dictionary)
    if length is not None:
        end = start + int(length[1])
        return tuple(dict.fromkeys((end, end - _line_end(data, end))))
    end = data.find(b"endstream", start, start + MAX_CREDENTIAL_BYTES + NEAR)
    return () if end < 0 else tuple(dict.fromkeys((end - _line_end(data, end), end)))


def _line_end(data: bytes, end: int) -> int:
    """How many bytes of a line's end stand before `end`."""
    if data[end - 2 : end] == b"\r\n":
        return 2
    return 1 if data[end - 1 : end] in (b"\r", b"\n") else 0


def _credential(data: bytes, start: int, ends: tuple[int, ...]) -> bytes | None:
    """What a stream holds, if it begins as a credential file does; of one that is too long, as much as shows that."""
    for end in ends:
        if start < end <= len(data):
            raw = data[start : min(end, start + MAX_CREDENTIAL_BYTES + 1)]
            content = raw if raw.startswith(BEGINNING) else _inflated(raw)
            if content is not None:
                return content
    return None


def _inflated(raw: bytes) -> bytes | None:
    """Deflated content (RFC 1950, whole and with nothing behind it) that begins as a credential file does."""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(raw, len(BEGINNING))
        if content != BEGINNING:
            return None
        content += inflater.decompress(inflater.unconsumed_tail, MAX_CREDENTIAL_BYTES + 1 - len(BEGINNING))
    except zlib.error:
        return None
    is_whole = inflater.eof and not inflater.unused_data
    return content if is_whole or len(content) > MAX_CREDENTIAL_BYTES else None
