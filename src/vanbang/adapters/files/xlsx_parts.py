"""The parts of an XLSX file, looked at before anything that trusts them: sizes as they come out, XML without tricks.

What goes on from here is a copy that holds only the parts looked at, each once and not packed, so that no two readers
of ZIP can disagree about it.
"""

import re
import zlib
from collections.abc import Iterator
from errno import EINVAL
from tempfile import TemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from vanbang.adapters.files.faults import unreadable
from vanbang.notary.lists import ListUnreadable

MOST_ENTRIES = 2_000
LARGEST_PART = 512 * 1024 * 1024
"""Bytes of a part, unpacked; a sheet of 100,000 rows and 44 columns has 250 MB."""

LARGEST_SMALL_PART = 16 * 1024 * 1024
"""Bytes of a part other than a sheet and its strings."""

HIGHEST_RATIO = 300
"""Unpacked to packed, beyond RATIO_FROM; the most repetitive list reaches some 60."""

RATIO_FROM = 8 * 1024 * 1024
CHUNK = 1 << 20

_STRANGERS = (
    ("word/document.xml", "format_document"),
    ("content.xml", "format_ods"),
    ("xl/workbook.bin", "format_xlsb"),
)
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Parts:
    """The parts by name. Every one read is checked; `declared` sizes are only a first look."""

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0)
        try:
            self._zip = ZipFile(stream)
        except _BROKEN as error:
            raise broken(error) from error
        self._entries = self._checked(self._zip.infolist())

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def any_in(self, folder: str) -> bool:
        """Whether there is a part in this folder."""
        return any(name.startswith(folder) for name in self._entries)

    def small(self, name: str) -> bytes:
        """A part of modest size, b"" when it is not there. Raises ListUnreadable."""
        return b"".join(self.chunks(name, LARGEST_SMALL_PART)) if name in self else b""

    def chunks(self, name: str, limit: int = LARGEST_PART) -> Iterator[bytes]:
        """The bytes of a part as they come out of the packing. Raises ListUnreadable for a bomb, a broken part, or XML
        that is not plain."""
        entry = self._entries[name]
        size, tail = 0, b""
        try:
            with self._zip.open(entry) as part:
                while chunk := part.read(CHUNK):
                    _check_size(name, size := size + len(chunk), entry, limit)
                    _check_xml(tail + chunk, first=size == len(chunk))
                    tail = chunk[-16:]
                    yield chunk
        except _BROKEN as error:
            raise broken(error) from error

    @staticmethod
    def _checked(listed: list[ZipInfo]) -> dict[str, ZipInfo]:
        entries = {entry.filename.lower(): entry for entry in listed}
        for name, rule in _STRANGERS:
            if name in entries:
                raise unreadable(rule)
        if "xl/workbook.xml" not in entries:
            raise unreadable("format_archive")
        if len(listed) > MOST_ENTRIES or len(entries) != len(listed):
            raise unreadable("damaged", 0, "", f"{len(listed)} entries, {len(entries)} names", format="XLSX")
        for entry in listed:
            if entry.flag_bits & 1:
                raise unreadable("format_encrypted")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise unreadable("damaged", 0, "", f"compression {entry.compress_type}", format="XLSX")
        return {entry.filename: entry for entry in listed}


class Copy:
    """The copy of the parts looked at, made part by part in a file without a name: however this ends, it is gone."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._file = TemporaryFile()  # noqa: SIM115 - closed with the context
        self._zip = ZipFile(self._file, "w", ZIP_STORED)
        self._size = 0

    def __enter__(self) -> "Copy":
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()
        self._file.close()

    def take(self, name: str, chunks: Iterator[bytes]) -> None:
        """Writes a part of these bytes. Raises ListUnreadable when all parts together are too large."""
        self.names.append(name)
        with self._zip.open(name, "w") as part:
            for chunk in chunks:
                self._size += len(chunk)
                if self._size > LARGEST_PART:
                    raise unreadable("too_large", 0, "", f"> {LARGEST_PART}")
                part.write(chunk)

    def finished(self) -> str:
        """A path under which this process can open the copy, ready to be read."""
        self._zip.close()
        self._file.flush()
        return f"/dev/fd/{self._file.fileno()}"


def broken(error: BaseException) -> ListUnreadable:
    """The error for a file that cannot be unpacked. Raises an OSError again for which the disk is to blame."""
    if isinstance(error, OSError) and error.errno not in (None, EINVAL):
        raise error
    return unreadable("damaged", 0, "", str(error)[:200] or type(error).__name__, format="XLSX")


def _check_size(name: str, size: int, entry: ZipInfo, limit: int) -> None:
    if size > limit:
        raise unreadable("too_large", 0, "", f"{name}: {size} > {limit}")
    if size > RATIO_FROM and size > HIGHEST_RATIO * entry.compress_size:
        raise unreadable("too_large", 0, "", f"{name}: {size} / {entry.compress_size}")


def _check_xml(chunk: bytes, first: bool) -> None:
    if first:
        named = _ENCODING.search(chunk[:512])
        if b"\0" in chunk[:4] or (named and named[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
            raise unreadable("unsafe_xml", 0, "", "encoding")
    if (found := _DECLARATION.search(chunk)) is not None:
        raise unreadable("unsafe_xml", 0, "", found[0].decode())


_BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError)
"""What the standard library raises for files that are no ZIP; OSError (EINVAL) is a seek to before the beginning."""
