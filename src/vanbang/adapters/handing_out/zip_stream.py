"""A ZIP written from its beginning to its end (APPNOTE 6.3.10 sections 4.3 and 4.5.3), with any number of entries.

The standard library keeps an object of half a kilobyte for each entry until the directory at the end: gigabytes for a
nation. Here the directory waits packed, a dozen bytes an entry.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from stat import S_IFREG
from struct import Struct
from typing import Final

from vanbang.adapters.handing_out.tally import Tally
from vanbang.notary.export_items import MISSING, Exported, LeftOut

_LOCAL: Final = Struct("<4s5H3L2H")
_ENTRY: Final = Struct("<4s6H3L5H2L")
_OFFSET_64: Final = Struct("<2HQ")
_END_64: Final = Struct("<4sQ2H2L4Q")
_LOCATOR: Final = Struct("<4sLQL")
_END: Final = Struct("<4s4H2LH")
_FULL: Final = 0xFFFF_FFFF
_MANY: Final = 0xFFFF
_UTF_8: Final = 0x0800
_STORED, _DEFLATED = 0, 8
_SINCE_DEFLATE, _SINCE_64 = 20, 45
_UNIX: Final = 3 << 8
_MODE: Final = (S_IFREG | 0o600) << 16
_FIRST_DAY: Final = 0x21
"""1 January 1980: the same files make the same archive whenever it is made."""


@dataclass(slots=True)
class ZipStream:
    """Entries as bytes to be written one behind the other; `end` closes the archive."""

    _offset: int = 0
    _entries: int = 0
    _packer: "zlib._Compress" = field(default_factory=lambda: zlib.compressobj(1))
    _directory: list[bytes] = field(default_factory=list)

    def entry(self, name: str, data: bytes) -> bytes:
        """A file of less than 4 GiB, as it is, under a name that no other has; `/` stands between folders."""
        return self._begun(name, _STORED, zlib.crc32(data), len(data), len(data)) + data

    def deflated(self, name: str, packed: bytes, size: int, crc: int) -> bytes:
        """A file that is packed already, as raw DEFLATE; `size` and `crc` (CRC-32) are of what is in it."""
        return self._begun(name, _DEFLATED, crc, len(packed), size) + packed

    def end(self) -> Iterator[bytes]:
        """The directory, in pieces."""
        begin, size, unpacker = self._offset, 0, zlib.decompressobj()
        self._directory.append(self._packer.flush())
        for packed in self._directory:
            piece = unpacker.decompress(packed)
            size += len(piece)
            yield piece
        if self._entries >= _MANY or begin + size >= _FULL:
            counts = (self._entries, self._entries, size, begin)
            yield _END_64.pack(b"PK\x06\x06", _END_64.size - 12, _UNIX | _SINCE_64, _SINCE_64, 0, 0, *counts)
            yield _LOCATOR.pack(b"PK\x06\x07", 0, begin + size, 1)
        entries = min(self._entries, _MANY)
        yield _END.pack(b"PK\x05\x06", 0, 0, entries, entries, min(size, _FULL), min(begin, _FULL), 0)

    def _begun(self, name: str, method: int, crc: int, packed: int, size: int) -> bytes:
        """What stands before an entry's bytes."""
        raw = name.encode()
        facts = (_UTF_8, method, 0, _FIRST_DAY, crc, packed, size, len(raw))
        self._remember(raw, facts)
        self._offset += _LOCAL.size + len(raw) + packed
        self._entries += 1
        return _LOCAL.pack(b"PK\x03\x04", _SINCE_DEFLATE, *facts, 0) + raw

    def _remember(self, raw: bytes, facts: tuple[int, ...]) -> None:
        far = self._offset >= _FULL
        extra = _OFFSET_64.pack(1, 8, self._offset) if far else b""
        version = _SINCE_64 if far else _SINCE_DEFLATE
        more = (len(extra), 0, 0, 0, _MODE, min(self._offset, _FULL))
        entry = _ENTRY.pack(b"PK\x01\x02", _UNIX | version, version, *facts, *more)
        if packed := self._packer.compress(entry + raw + extra):
            self._directory.append(packed)


class ExportZip:
    """An entry a file; what is left out stands in the last one, MISSING.csv, if anything is."""

    suffix = ".zip"
    media_type = "application/zip"

    def __init__(self) -> None:
        self.tally = Tally()
        self._zip = ZipStream()
        self._missing = _MissingTable()
        self._missing.add("batch,credential,reason,records\n")

    def put(self, unit: Iterable[Exported | LeftOut]) -> bytes:
        """The entries of some files."""
        items = list(unit)
        self.tally.add(items)
        for item in items:
            if isinstance(item, LeftOut):
                self._missing.add(f"{item.batch},{item.credential},{item.reason},{item.records}\n")
        return b"".join([self._zip.entry(item.name, item.data) for item in items if isinstance(item, Exported)])

    def end(self) -> Iterator[bytes]:
        """The last entry and the directory, in pieces."""
        if self.tally.left_out:
            yield self._missing.entry(self._zip)
        yield from self._zip.end()


@dataclass(slots=True)
class _MissingTable:
    """MISSING.csv, kept packed until the end: some 40 bytes for each line."""

    _packer: "zlib._Compress" = field(default_factory=lambda: zlib.compressobj(wbits=-zlib.MAX_WBITS))
    _packed: list[bytes] = field(default_factory=list)
    _size: int = 0
    _crc: int = 0

    def add(self, line: str) -> None:
        data = line.encode()
        self._packed.append(self._packer.compress(data))
        self._size, self._crc = self._size + len(data), zlib.crc32(data, self._crc)

    def entry(self, archive: ZipStream) -> bytes:
        packed = b"".join([*self._packed, self._packer.flush()])
        return archive.deflated(MISSING, packed, self._size, self._crc)
