"""Status lists and the status manifest (docs/format.md section 10)."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.encoding import Digest, b64url, digest_of, from_b64url, from_hex, from_time_text, time_text
from vanbang.core.errors import FormatError
from vanbang.core.jws import SIGNATURE_SIZE, PublicKey, protected_header, sign_es256, signing_input
from vanbang.core.payload import LIST_ENTRIES, short_text
from vanbang.core.strict_json import JsonValue, canonical, members, parse

MAX_STATUS_MANIFEST_BYTES: Final = 1_048_576
MAX_STATUS_LIST_BYTES: Final = 262_144
LIST_BYTES: Final = LIST_ENTRIES // 4
TOKEN_TYPE: Final = "statuslist+jwt"  # noqa: S105 -- a media type


class CredentialStatus(IntEnum):
    """Two bits of a status list."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2
    SUPERSEDED = 3


@dataclass(frozen=True, slots=True)
class StatusList:
    """One list: its name and 32,768 bytes, four entries each, the lowest bits first."""

    uri: str
    bits: bytes

    @classmethod
    def empty(cls, uri: str) -> Self:
        """A list whose every entry is VALID."""
        return cls(uri, bytes(LIST_BYTES))

    def of(self, index: int) -> CredentialStatus:
        """The status at `index`, 0 to 131,071."""
        return CredentialStatus(self.bits[index >> 2] >> 2 * (index & 3) & 3)

    def with_changes(self, changes: Mapping[int, CredentialStatus]) -> "StatusList":
        """This list with the given entries changed."""
        bits = bytearray(self.bits)
        for index, status in changes.items():
            shift = 2 * (index & 3)
            bits[index >> 2] = bits[index >> 2] & ~(3 << shift) | status << shift
        return StatusList(self.uri, bytes(bits))

    def to_token(self, private: ec.EllipticCurvePrivateKey, issued_at: int) -> bytes:
        """A signed Status List Token, ASCII; `issued_at` is unix time."""
        header = protected_header(PublicKey.of(private).kid, TOKEN_TYPE)
        content: JsonValue = {"bits": 2, "lst": b64url(zlib.compress(self.bits, 9))}
        body = canonical({"iat": issued_at, "status_list": content, "sub": self.uri})
        signed = signing_input(b64url(header), b64url(body))
        return signed + b"." + b64url(sign_es256(private, signed)).encode("ascii")


@dataclass(frozen=True, slots=True)
class ListReference:
    """Where the status manifest says a list is: hash and size in bytes of the token."""

    uri: str
    sha256: Digest
    size: int


@dataclass(frozen=True, slots=True)
class StatusManifest:
    """What an issuer's status root on chain is the hash of; `issued_at` is unix time, `lists` ascend by uri."""

    epoch: int
    issued_at: int
    issuer: str
    lists: Sequence[ListReference]

    def to_bytes(self) -> bytes:
        """The exact bytes: canonical JSON."""
        lists: JsonValue = [{"sha256": r.sha256.hex(), "size": r.size, "uri": r.uri} for r in self.lists]
        issued_at = time_text(self.issued_at)
        return canonical(
            {"epoch": self.epoch, "issued_at": issued_at, "issuer": self.issuer, "lists": lists, "version": 1}
        )

    def root(self) -> Digest:
        """The issuer's status root."""
        return digest_of(self.to_bytes())

    def find(self, uri: str) -> ListReference | None:
        """The reference to the list `uri`, or None."""
        return next((reference for reference in self.lists if reference.uri == uri), None)


@lru_cache(maxsize=256)
def read_status_manifest(data: bytes) -> StatusManifest:
    """Parses a status manifest; its bytes must be canonical. Raises FormatError."""
    if len(data) > MAX_STATUS_MANIFEST_BYTES:
        raise FormatError("status manifest", f"over the limit of {MAX_STATUS_MANIFEST_BYTES} bytes")
    value = members(
        parse(data, "status manifest"),
        "status manifest",
        {"epoch": int, "issued_at": str, "issuer": str, "lists": list, "version": int},
    )
    lists = tuple(_reference(item, f"status manifest.lists[{i}]") for i, item in enumerate(value["lists"]))
    names = [reference.uri.encode("utf-8") for reference in lists]
    if any(a >= b for a, b in pairwise(names)):
        raise FormatError("status manifest.lists", "not strictly ascending by uri")
    issued_at = from_time_text(value["issued_at"], "status manifest.issued_at")
    issuer = short_text(value["issuer"], "status manifest.issuer")
    manifest = StatusManifest(value["epoch"], issued_at, issuer, lists)
    if value["version"] != 1 or manifest.to_bytes() != data:
        raise FormatError("status manifest", "not canonical, or not version 1")
    return manifest


@lru_cache(maxsize=256)
def read_status_list(data: bytes) -> StatusList:
    """Parses a Status List Token; its signature is not looked at (section 10). Raises FormatError."""
    if len(data) > MAX_STATUS_LIST_BYTES:
        raise FormatError("status list", f"over the limit of {MAX_STATUS_LIST_BYTES} bytes")
    try:
        parts = data.decode("ascii").split(".")
    except UnicodeDecodeError as error:
        raise FormatError("status list", "not ASCII") from error
    if len(parts) != 3:
        raise FormatError("status list", "not three parts joined by dots")
    header = members(
        parse(from_b64url(parts[0], "status list header"), "status list header"),
        "status list header",
        {"alg": str, "kid": str, "typ": str},
    )
    if header["alg"] != "ES256" or header["typ"] != TOKEN_TYPE:
        raise FormatError("status list header", f"not an ES256 {TOKEN_TYPE}")
    from_b64url(header["kid"], "status list header.kid", 32)
    from_b64url(parts[2], "status list signature", SIGNATURE_SIZE)
    return _list(parse(from_b64url(parts[1], "status list"), "status list"))


def _list(value: Any) -> StatusList:
    wanted = _known(value, "status list", {"iat": int, "status_list": dict, "sub": str})
    content = _known(wanted["status_list"], "status list.status_list", {"bits": int, "lst": str})
    if content["bits"] != 2:
        raise FormatError("status list.bits", "not 2")
    packed = from_b64url(content["lst"], "status list.lst")
    inflater = zlib.decompressobj()
    try:
        bits = inflater.decompress(packed, LIST_BYTES + 1)
    except zlib.error as error:
        raise FormatError("status list.lst", "not zlib data") from error
    if len(bits) != LIST_BYTES or not inflater.eof or inflater.unused_data:
        raise FormatError("status list.lst", f"not {LIST_BYTES} bytes")
    return StatusList(short_text(wanted["sub"], "status list.sub"), bits)


def _known(value: Any, where: str, required: Mapping[str, type]) -> dict[str, Any]:
    """The members we know of a token that other programs may write more into."""
    found = {name: value[name] for name in required if name in value} if type(value) is dict else value
    return members(found, where, required)


def _reference(value: Any, where: str) -> ListReference:
    members(value, where, {"sha256": str, "size": int, "uri": str})
    return ListReference(short_text(value["uri"], where), Digest(from_hex(value["sha256"], where)), value["size"])
