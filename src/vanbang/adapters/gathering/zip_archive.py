"""The files of a ZIP, unpacked one after the other in memory. Nothing is ever written to a disk."""

import re
import stat
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO, Final

from vanbang.adapters.gathering.folder import is_clutter
from vanbang.adapters.gathering.found import PIECE, Item, NotRead, Unreadable, cut_name, item_of
from vanbang.adapters.gathering.zip_directory import Directory, Entry, entries
from vanbang.notary.export_items import MISSING

RATIO: Final = 100
"""Times that a file may grow. Credential files grow 3 times, drawings in PDFs 20; DEFLATE can reach 1,032."""
UNSUSPECTED: Final = 65_536
"""Bytes below which it does not matter how they grew."""
_LOCAL: Final = Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 0x2041
"""Bits 0, 6 and 13: traditional, strong, and hidden directory."""
_OUTSIDE: Final = re.compile(r"[\\/]|[A-Za-z]:|(?:.*[\\/])?\.\.(?:[\\/]|\Z)", re.DOTALL)


def zip_items(stream: BinaryIO, directory: Directory) -> Iterator[Item]:
    """Every file in the archive, in the order of its directory. Raises FormatError if that changes meanwhile."""
    for entry in entries(stream, directory.begin, directory.end):
        if entry.name.endswith("/") or entry.name == MISSING or any(is_clutter(part) for part in entry.name.split("/")):
            continue
        name = cut_name(entry.name)
        try:
            yield item_of(name, _pieces(stream, entry, directory))
        except NotRead as refused:
            yield Unreadable(name, refused.reason)
        except OSError:
            yield Unreadable(name, "unreadable")


def _pieces(stream: BinaryIO, entry: Entry, directory: Directory) -> Iterator[bytes]:
    """The unpacked bytes. The checksum and the length are those that the directory has, or NotRead is raised."""
    _check(entry, directory)
    stream.seek(_data_of(stream, entry, directory))
    packed = _read(stream, entry.packed)
    length = checksum = 0
    for piece in packed if entry.method == _STORED else _inflated(packed):
        length, checksum = length + len(piece), zlib.crc32(piece, checksum)
        yield piece
    if (length, checksum) != (entry.size, entry.crc):
        raise NotRead("zip_damaged")


def _check(entry: Entry, directory: Directory) -> None:
    if hash(entry.raw_name) in directory.twice:
        raise NotRead("zip_twice")
    if _OUTSIDE.match(entry.name):
        raise NotRead("zip_path")
    if entry.flags & _ENCRYPTED:
        raise NotRead("zip_encrypted")
    if entry.mode and stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG):
        raise NotRead("link" if stat.S_ISLNK(entry.mode) else "not_a_file")
    if entry.method not in (_STORED, _DEFLATED):
        raise NotRead("zip_method")


def _data_of(stream: BinaryIO, entry: Entry, directory: Directory) -> int:
    """Where the packed bytes begin. They must end before the next file does begin, so that no byte is read twice."""
    stream.seek(min(entry.start, directory.begin))
    head = stream.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise NotRead("zip_damaged")
    _, _, flags, method, _, _, _, _, _, name, extra = _LOCAL.unpack(head)
    if (flags & _ENCRYPTED, method, stream.read(name)) != (0, entry.method, entry.raw_name):
        raise NotRead("zip_damaged")
    begin: int = entry.start + _LOCAL.size + name + extra
    place = bisect_left(directory.starts, entry.start) + 1
    free = directory.starts[place] if place < len(directory.starts) else directory.begin
    if begin + entry.packed > free:
        raise NotRead("zip_overlap")
    return begin


def _read(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        piece = stream.read(min(size, PIECE))
        if not piece:
            raise NotRead("zip_damaged")
        size -= len(piece)
        yield piece


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    taken = given = 0
    for out, read in _steps(unpacking, packed):
        taken, given = taken + read, given + len(out)
        if given > UNSUSPECTED and given > RATIO * taken:
            raise NotRead("zip_bomb")
        yield out
    if not unpacking.eof or unpacking.unused_data or any(True for _ in packed):
        raise NotRead("zip_damaged")


def _steps(unpacking: "zlib._Decompress", packed: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """What comes out, a PIECE at most at a time, and how many bytes were read for it."""
    try:
        for piece in packed:
            yield unpacking.decompress(piece, PIECE), len(piece)
            while unpacking.unconsumed_tail:
                yield unpacking.decompress(unpacking.unconsumed_tail, PIECE), 0
            if unpacking.eof:
                return
        # All is read, yet some last bits of it may stand for more: a few kilobytes, as no input is left.
        yield unpacking.flush(), 0
    except zlib.error as error:
        raise NotRead("zip_damaged") from error
