"""Type metadata: what a verifier knows of a credential type, found by its hash (docs/format.md section 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from vanbang.core.errors import FormatError
from vanbang.core.payload import MAX_DIGESTS
from vanbang.core.strict_json import parse

MAX_METADATA_BYTES: Final = 262_144


@dataclass(frozen=True, slots=True)
class TypeMetadata:
    """The part that decides: the type, its number of digests, and where a record names its issuer."""

    vct: str
    digests: int
    code_path: Sequence[str]
    name_path: Sequence[str]


@lru_cache(maxsize=64)
def read_type_metadata(data: bytes) -> TypeMetadata:
    """Parses type metadata; members that do not decide are not looked at. Raises FormatError."""
    if len(data) > MAX_METADATA_BYTES:
        raise FormatError("type metadata", f"over the limit of {MAX_METADATA_BYTES} bytes")
    value = _object(parse(data, "type metadata"), "type metadata")
    ours = _object(value.get("vanbang"), "type metadata.vanbang")
    digests = ours.get("digests")
    # `true` equals 1 in Python.
    if type(ours.get("version")) is not int or ours["version"] != 1 or type(value.get("vct")) is not str:
        raise FormatError("type metadata", "not version 1 with a vct")
    if type(digests) is not int or not 1 <= digests <= MAX_DIGESTS:
        raise FormatError("type metadata.vanbang.digests", f"not 1 to {MAX_DIGESTS}")
    issuer = _object(ours.get("issuer"), "type metadata.vanbang.issuer")
    return TypeMetadata(value["vct"], digests, _path(issuer.get("code")), _path(issuer.get("name")))


def text_at(claims: Mapping[str, Any], path: Sequence[str]) -> str | None:
    """The string at `path` (claim, member, ...) of disclosed claims, or None if there is none."""
    value: Any = claims
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value if type(value) is str else None


def _object(value: Any, where: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise FormatError(where, "not an object")
    return value


def _path(value: Any) -> tuple[str, ...]:
    if type(value) is not list or not value or not all(type(name) is str for name in value):
        raise FormatError("type metadata.vanbang.issuer", "not a path of names")
    return tuple(value)
