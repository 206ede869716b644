"""What the records of one type have in common, for zstandard (RFC 8878): a record alone has little to save on.

What was written with a dictionary is read with that one only: a file named in `FROZEN` never changes and never goes.
A better one is one more version, made by `vanbang.catalog.training`.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from zstandard import ZstdCompressionDict

LEVEL: Final = 3
"""Higher levels save one byte in ten and take four times as long."""

FROZEN: Final[Mapping[tuple[str, int], str]] = MappingProxyType(
    {
        ("vn-diploma", 1): "9ce998ced6aa55f30d39997ac4dfd0c6cc054b97baacd0530566dc3cfc6e8611",
        ("vn-thpt", 1): "7f68b104ab5bd87b9ea2ad12688b8c211acc6fb784927a2f4c6615b29dd4f026",
        ("vn-transcript", 1): "2ea216df5b27e35ed6a0a894e592e7a6df0d4bdb259365cc790a9bfec30af42a",
    }
)
"""SHA-256 of each dictionary, by the type's short name and the dictionary's version."""


def file_name(name: str, version: int) -> str:
    """What a dictionary's file in `catalog/data` is called."""
    return f"{name}.{version}.zstd-dictionary"


@cache
def newest(name: str) -> int | None:
    """The version of dictionary that records of this type are written with; None for a type that has none."""
    return max((version for known, version in FROZEN if known == name), default=None)


@cache
def dictionary(name: str, version: int) -> ZstdCompressionDict:
    """A dictionary made ready for both directions. KeyError for one that is not there, ValueError for a changed one."""
    expected = FROZEN[name, version]
    data = files("vanbang.catalog").joinpath("data", file_name(name, version)).read_bytes()
    if sha256(data).hexdigest() != expected:
        raise ValueError(f"{file_name(name, version)} is not the file it was: stored records need it unchanged")
    ready = ZstdCompressionDict(data)
    ready.precompute_compress(level=LEVEL)
    return ready
