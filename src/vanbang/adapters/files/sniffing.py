"""What a file is, told by its bytes: names lie, and a registrar's “.xls” is as often a web page."""

import re
from typing import BinaryIO

from vanbang.adapters.files.faults import unreadable
from vanbang.notary.lists import Format

HEAD = 4096
DIRECTORY = 1 << 20
"""Bytes at either end of an old Excel file in which its directory is looked for."""

_STRANGERS = (
    (b"%PDF-", "format_pdf"),
    (b"\x89PNG\r\n", "format_picture"),
    (b"\xff\xd8\xff", "format_picture"),
    (b"GIF8", "format_picture"),
    (b"II*\0", "format_picture"),
    (b"MM\0*", "format_picture"),
    (b"{\\rtf", "format_document"),
    (b"\x1f\x8b", "format_archive"),
    (b"Rar!\x1a", "format_archive"),
    (b"7z\xbc\xaf\x27\x1c", "format_archive"),
    (b"BZh", "format_archive"),
    (b"\xfd7zXZ\0", "format_archive"),
    (b"\x28\xb5\x2f\xfd", "format_archive"),
    (b"\xff\xfe\0\0", "format_utf32"),
    (b"\0\0\xfe\xff", "format_utf32"),
    (b"\x09\x08\x10\0", "format_xls"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.IGNORECASE)


def format_of(stream: BinaryIO) -> Format:
    """The format of the file; a ZIP counts as XLSX until it is opened. Raises ListUnreadable for what is no list."""
    stream.seek(0)
    head = stream.read(HEAD)
    for magic, rule in _STRANGERS:
        if head.startswith(magic):
            raise unreadable(rule)
    if head.startswith(_OLE):
        raise unreadable(_ole_rule(stream))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if head.startswith((b"PAR1", b"PARE")):
        return "parquet"
    return _text_format(head)


def _ole_rule(stream: BinaryIO) -> str:
    """Excel's encrypted files, its old ones and old Word files come in the same container."""
    size = stream.seek(0, 2)
    stream.seek(0)
    directory = stream.read(DIRECTORY)
    stream.seek(max(0, size - DIRECTORY))
    directory += stream.read(DIRECTORY)
    if "EncryptedPackage".encode("utf-16-le") in directory:
        return "format_encrypted"
    return "format_document" if "WordDocument".encode("utf-16-le") in directory else "format_xls"


def _text_format(head: bytes) -> Format:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    plain = head.replace(b"\0", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else start
    if _HTML.search(plain[:1024]) and plain.lstrip(b"\xff\xfe \t\r\n").startswith(b"<"):
        raise unreadable("format_html")
    if plain.lstrip(b"\xff\xfe").startswith((b"<?xml", b"<?mso")):
        raise unreadable("format_xml")
    if re.match(rb"\[\s*[\[{\]]", start):
        raise unreadable("json_array")
    if re.match(rb"\{\s*[\"}]", start):
        return "jsonl"
    return "csv"
