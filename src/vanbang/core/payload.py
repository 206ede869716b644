"""The payload: what the issuer commits to (docs/format.md section 3)."""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as quote
from typing import Any, Final

from vanbang.core.encoding import Digest, digest_of, from_b64url, strictly_ascending
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import members, parse, texts

MAX_PAYLOAD_BYTES: Final = 65_536
MAX_DIGESTS: Final = 256
MAX_NAME_BYTES: Final = 255
LIST_ENTRIES: Final = 131_072
"""Entries of one status list: 32 KiB of bits, so that fetching a whole list costs less than a photograph."""

_DIGESTS = re.compile(r"(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])*\Z")
_INTEGRITY = re.compile(r"sha256-([A-Za-z0-9+/]{43})=\Z")


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """Where a credential's status stands: entry `index` of the list `uri`."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload read. `type_digest` is SHA-256 of the type metadata; times are unix seconds or None."""

    issuer: str
    vct: str
    type_digest: Digest
    digests: Sequence[str]
    status: StatusPlace
    not_before: int | None = None
    expires: int | None = None

    def to_bytes(self) -> bytes:
        """The one serialisation an issuer writes: canonical JSON, members in ascending order."""
        exp = "" if self.expires is None else f'"exp":{self.expires},'
        nbf = "" if self.not_before is None else f'"nbf":{self.not_before},'
        return write_payload(self.issuer, self.vct, self.type_digest, self.digests, self.status, exp, nbf)


def write_payload(
    issuer: str,
    vct: str,
    type_digest: bytes,
    digests: Iterable[str],
    status: StatusPlace,
    exp: str = "",
    nbf: str = "",
) -> bytes:
    """The bytes of a Payload that nobody needs as an object; `exp` and `nbf` as members with a comma, or empty."""
    joined = '","'.join(digests)  # base64url: nothing in it needs quoting
    return (
        f'{{"_sd":["{joined}"],"_sd_alg":"sha-256",{exp}"iss":{quote(issuer)},{nbf}'
        f'"status":{{"status_list":{{"idx":{status.index},"uri":{quote(status.uri)}}}}},'
        f'"vct":{quote(vct)},"vct#integrity":"{integrity_text(type_digest)}"}}'
    ).encode()


def issuer_id(issuer: str) -> Digest:
    """SHA-256 of the issuer's name in UTF-8: its key in the registry."""
    return digest_of(issuer.encode("utf-8"))


@lru_cache(maxsize=64)
def integrity_text(digest: bytes) -> str:
    """`sha256-` and padded standard base64 of a 32-byte digest (W3C Subresource Integrity)."""
    return "sha256-" + b64encode(digest).decode("ascii")


def read_payload(data: bytes) -> Payload:
    """Parses payload bytes strictly. Raises FormatError."""
    if len(data) > MAX_PAYLOAD_BYTES:
        raise FormatError("payload", f"{len(data)} bytes, over the limit of {MAX_PAYLOAD_BYTES}")
    value = members(
        parse(data, "payload"),
        "payload",
        {"_sd": list, "_sd_alg": str, "iss": str, "status": dict, "vct": str, "vct#integrity": str},
        {"exp": int, "nbf": int},
    )
    if value["_sd_alg"] != "sha-256":
        raise FormatError("payload._sd_alg", "not sha-256")
    return Payload(
        short_text(value["iss"], "payload.iss"),
        short_text(value["vct"], "payload.vct"),
        _integrity(value["vct#integrity"]),
        _digests(value["_sd"]),
        _status(value["status"]),
        value.get("nbf"),
        value.get("exp"),
    )


def short_text(text: str, where: str) -> str:
    """`text` if it has 1 to 255 bytes of UTF-8. Raises FormatError."""
    if not 1 <= len(text.encode("utf-8")) <= MAX_NAME_BYTES:
        raise FormatError(where, f"not 1 to {MAX_NAME_BYTES} bytes long")
    return text


def _digests(value: list[Any]) -> list[str]:
    if not 1 <= len(value) <= MAX_DIGESTS:
        raise FormatError("payload._sd", f"not 1 to {MAX_DIGESTS} digests")
    if not _DIGESTS.match("".join(texts(value, "payload._sd"))) or not {43}.issuperset(map(len, value)):
        raise FormatError("payload._sd", "not all are 43 characters of canonical base64url")
    if not strictly_ascending(value):
        raise FormatError("payload._sd", "digests are not strictly ascending")
    return value


def _status(value: dict[str, Any]) -> StatusPlace:
    entry = members(value, "payload.status", {"status_list": dict})["status_list"]
    members(entry, "payload.status.status_list", {"idx": int, "uri": str})
    if entry["idx"] >= LIST_ENTRIES:
        raise FormatError("payload.status.status_list.idx", f"not below {LIST_ENTRIES}")
    return StatusPlace(short_text(entry["uri"], "payload.status.status_list.uri"), entry["idx"])


def _integrity(text: str) -> Digest:
    match = _INTEGRITY.match(text)
    if not match:
        raise FormatError("payload.vct#integrity", "not sha256- and 44 characters of base64")
    plain = match[1].replace("+", "-").replace("/", "_")
    return Digest(from_b64url(plain, "payload.vct#integrity", 32))
