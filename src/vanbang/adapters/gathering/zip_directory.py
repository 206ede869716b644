"""A ZIP's directory (APPNOTE 6.3.10 sections 4.3.12 to 4.3.16), read as it stands: numbers in it are claims.

An entry is some 50 bytes of it and never an object that stays: only where each begins, and a hash of its name.
"""

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import BinaryIO, Final

from vanbang.core.errors import FormatError

MAX_ENTRIES: Final = 500_000
"""Half a year's diplomas of the whole country in one file, and 8 MB of what we keep of them."""
_END: Final = Struct("<4s4H2LH")
_END_64: Final = Struct("<4sQ2H2L4Q")
_LOCATOR: Final = Struct("<4sLQL")
_ENTRY: Final = Struct("<4s4B4HL2L5H2L")
_LONGEST_COMMENT: Final = 65_535
_FULL: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory says of one file; `raw_name` as bytes. Sizes and `start` are bytes of the archive."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    mode: int
    """The file's mode under Unix, 0 if the archive was made elsewhere."""

    @property
    def name(self) -> str:
        """The name as text. Archives say badly what their names are in: most are UTF-8 all the same."""
        try:
            return self.raw_name.decode("utf-8")
        except UnicodeDecodeError:
            return self.raw_name.decode("cp437")


@dataclass(frozen=True, slots=True)
class Directory:
    """Where a ZIP's directory stands, where its files begin (sorted), and the hashes of names that occur twice."""

    begin: int
    end: int
    starts: "array[int]"
    twice: frozenset[int]


def read_directory(stream: BinaryIO) -> Directory:
    """Walks through the directory once. Raises FormatError: no ZIP, damaged, in several parts, too many files."""
    begin, end = _place(stream)
    starts, names = array("Q"), array("q")
    for entry in entries(stream, begin, end):
        if len(starts) == MAX_ENTRIES:
            raise FormatError("ZIP", f"more than {MAX_ENTRIES} files: pack them in several archives")
        starts.append(entry.start)
        names.append(hash(entry.raw_name))
    ordered = sorted(names)
    twice = frozenset(one for one, other in pairwise(ordered) if one == other)
    return Directory(begin, end, array("Q", sorted(starts)), twice)


def entries(stream: BinaryIO, begin: int, end: int) -> Iterator[Entry]:
    """The directory's entries, in its order; the stream may be moved in between. Raises FormatError."""
    at = begin
    while at < end:
        stream.seek(at)
        entry, at = _entry(stream, at)
        yield entry
    if at != end:
        raise _damaged("its directory does not end where it should")


def _entry(stream: BinaryIO, at: int) -> tuple[Entry, int]:
    head = stream.read(_ENTRY.size)
    if len(head) < _ENTRY.size or head[:4] != b"PK\x01\x02":
        raise _damaged("its directory breaks off")
    (_, _, system, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, outer, start) = (
        _ENTRY.unpack(head)
    )
    raw_name, more = stream.read(name), stream.read(extra)
    if len(raw_name) < name or len(more) < extra or not raw_name:
        raise _damaged("its directory breaks off")
    size, packed, start = _widened(more, size, packed, start)
    mode = outer >> 16 if system == 3 else 0
    found = Entry(raw_name, flags, method, crc, packed, size, start, mode)
    return found, at + _ENTRY.size + name + extra + comment


def _widened(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Size, packed size and start, those that are full taken from the ZIP64 field in this order."""
    wide = _zip64_field(extra)
    found = []
    for number in numbers:
        if number == _FULL:
            if len(wide) < 8:
                raise _damaged("a ZIP64 number is missing")
            number, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        found.append(number)
    return tuple(found)


def _zip64_field(extra: bytes) -> bytes:
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == 1:
            return extra[4 : 4 + size]
        extra = extra[4 + size :]
    return b""


def _place(stream: BinaryIO) -> tuple[int, int]:
    """Begin and end of the directory. It must end exactly where the record of its end begins."""
    length = stream.seek(0, os.SEEK_END)
    tail_at = max(0, length - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_at)
    tail = stream.read()
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        record = tail[at : at + _END.size]
        if len(record) == _END.size and at + _END.size + _END.unpack(record)[7] == len(tail):
            return _checked_place(stream, _END.unpack(record), tail_at + at)
        at += 3  # rfind's end: the next one may begin one byte before this one
    raise FormatError("ZIP", "this is no ZIP archive, or it was cut off")


def _checked_place(stream: BinaryIO, record: tuple[int, ...], end: int) -> tuple[int, int]:
    _, disk, first_disk, here, total, size, begin, _ = record
    if _FULL in (size, begin) or 0xFFFF in (here, total):
        disk, first_disk, size, begin, end = _wide_place(stream, end)
    if disk or first_disk:
        raise FormatError("ZIP", "this is one part of several: pack the files in one archive")
    if begin + size != end:
        raise _damaged("its directory is not where it should be")
    return begin, end


def _wide_place(stream: BinaryIO, end: int) -> tuple[int, int, int, int, int]:
    stream.seek(max(0, end - _LOCATOR.size))
    locator = stream.read(_LOCATOR.size)
    if end < _LOCATOR.size or locator[:4] != b"PK\x06\x07":
        raise _damaged("its ZIP64 record is missing")
    at = _LOCATOR.unpack(locator)[2]
    stream.seek(min(at, end))
    record = stream.read(_END_64.size)
    if len(record) < _END_64.size or record[:4] != b"PK\x06\x06":
        raise _damaged("its ZIP64 record is missing")
    _, _, _, _, disk, first_disk, _, _, size, begin = _END_64.unpack(record)
    return disk, first_disk, size, begin, at


def _damaged(what: str) -> FormatError:
    return FormatError("ZIP", f"{what}: the archive is damaged")
