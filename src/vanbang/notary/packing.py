"""A record's JSON made small before it is encrypted (docs/format.md section 3.1).

The first byte tells how the rest is read: `{` is the JSON itself, 1 to 31 the version of the dictionary with which it
is one zstandard frame, magic number left out.
"""

from functools import cache
from struct import pack as packed
from threading import local
from typing import Final

from zstandard import MAGIC_NUMBER, ZstdCompressionDict, ZstdCompressor, ZstdDecompressor, ZstdError, frame_content_size

from vanbang.catalog.dictionaries import FROZEN, LEVEL, dictionary, newest
from vanbang.ports import StoreError

MAX_RECORD_BYTES: Final = 2_097_152
"""Five times the longest there is: a transcript of 65,536 characters, or an attachment of 200,000."""

_PLAIN: Final = b"{"
_MAGIC: Final = packed("<I", MAGIC_NUMBER)


def pack(name: str, json: bytes) -> bytes:
    """The canonical JSON of a record of the type with this short name, made small if the type has a dictionary.

    Raises StoreError if that is missing from this installation.
    """
    version = newest(name)
    if version is None:
        return json
    return bytes((version,)) + _mine.compressor(name, version).compress(json)[len(_MAGIC) :]


def unpack(name: str, data: bytes) -> bytes:
    """The JSON that was packed. Raises StoreError for what was not."""
    if data[:1] == _PLAIN:
        return data
    if not data or (name, data[0]) not in FROZEN:
        raise StoreError(f"a record of type {name} is packed in a way this program does not know: is it too old?")
    frame = _MAGIC + data[1:]
    try:
        if not 0 <= frame_content_size(frame) <= MAX_RECORD_BYTES:
            raise StoreError(f"a packed record says it is over {MAX_RECORD_BYTES} bytes")
        return _mine.decompressor(name, data[0]).decompress(frame, allow_extra_data=False)
    except ZstdError as error:
        raise StoreError("a packed record does not unpack: it was changed before it was encrypted") from error


class _Mine(local):
    """Each thread's own: a compressor works for one at a time."""

    def __init__(self) -> None:
        self.compressor = cache(_compressor)
        self.decompressor = cache(_decompressor)


def _compressor(name: str, version: int) -> ZstdCompressor:
    # The tag shows what changed, and the version which dictionary it is: neither is needed a second time.
    return ZstdCompressor(
        LEVEL, dict_data=_dictionary(name, version), write_checksum=False, write_content_size=True, write_dict_id=False
    )


def _decompressor(name: str, version: int) -> ZstdDecompressor:
    return ZstdDecompressor(dict_data=_dictionary(name, version))


def _dictionary(name: str, version: int) -> ZstdCompressionDict:
    try:
        return dictionary(name, version)
    except (OSError, ValueError) as error:
        raise StoreError(f"a dictionary of the package is missing or changed; install it again: {error}") from error


_mine = _Mine()
