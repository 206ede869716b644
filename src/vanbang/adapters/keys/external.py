"""Keys that are kept elsewhere: what the key folder's file says of one. It holds no secret.

    {"kind": "external", "vanbang_external_key": 1, "name": "dsh/anchor", "address": "0x...",
     "kms": {"key": "arn:aws:kms:...", "region": "ap-southeast-1"}}

or `"pkcs11": {"module": "/usr/lib/...so", "token": "...", "key": "..."}`. The account stands in the file, so that it is
known without asking, and so that another key in the same place is noticed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from vanbang.core.encoding import account
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import parse

KIND: Final = "external"
MAX_TEXT: Final = 2_048
"""Characters; the longest of them is a path."""

_VERSION: Final = 1
_MEMBERS: Final = {"kind", "vanbang_external_key", "name", "address"}
_REGION = re.compile(r"[a-z]{2}(-[a-z0-9]+)+-[0-9]{1,2}\Z")
_ARN = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):[0-9]{12}:(?:key|alias)/.+\Z")
_LOOPBACK: Final = frozenset(["127.0.0.1", "localhost", "::1"])


@dataclass(frozen=True, slots=True)
class KmsKey:
    """A key of AWS KMS by ARN, id or alias. `endpoint` instead of the region's own: a private one in our network."""

    key: str
    region: str
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Pkcs11Key:
    """A key by its label on a token by its label. `module` is the maker's library, which runs in our process."""

    module: str
    token: str
    key: str
    pin_file: str | None = None
    """The file with this token's PIN; None: the PIN given for all tokens."""


Place: TypeAlias = KmsKey | Pkcs11Key


@dataclass(frozen=True, slots=True)
class ExternalKey:
    """A key by name, its 20-byte account, and where it is kept."""

    name: str
    address: bytes
    place: Place


def place_of(value: Any, where: str) -> Place:
    """`{"kms": {...}}` or `{"pkcs11": {...}}`. Raises FormatError that names the member."""
    if type(value) is not dict or len(value) != 1 or not {"kms", "pkcs11"}.issuperset(value):
        raise FormatError(where, 'needs one of "kms" and "pkcs11", and nothing else')
    if "kms" in value:
        return _kms(value["kms"], f"{where}.kms")
    return _pkcs11(value["pkcs11"], f"{where}.pkcs11")


def render(key: ExternalKey) -> bytes:
    """The file, for people to read too."""
    kind = "kms" if isinstance(key.place, KmsKey) else "pkcs11"
    value = {
        "kind": KIND,
        "vanbang_external_key": _VERSION,
        "name": key.name,
        "address": "0x" + key.address.hex(),
        kind: {member: text for member, text in asdict(key.place).items() if text is not None},
    }
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def read(data: bytes, name: str) -> ExternalKey:
    """The file of the key of that name. Raises FormatError."""
    where = f"keys/{name}"
    value = parse(data, where)
    if type(value) is not dict or value.get("kind") != KIND or value.get("vanbang_external_key") != _VERSION:
        raise FormatError(where, f"is not of kind {KIND}, or of another version of vanbang")
    if value.get("name") != name:
        raise FormatError(f"{where}.name", "is another key's: a binding is made with `vanbang key bind`, not copied")
    place = place_of({member: given for member, given in value.items() if member not in _MEMBERS}, where)
    return ExternalKey(name, account(_text(value, "address", where), f"{where}.address"), place)


def _kms(value: Any, where: str) -> KmsKey:
    _only(value, where, "key", "region", "endpoint")
    key, arn = _text(value, "key", where), _ARN.match(value["key"])
    region = arn[1] if arn and "region" not in value else _text(value, "region", where)
    if key.startswith("arn:") and not arn:
        raise FormatError(f"{where}.key", "is no ARN of a KMS key or alias")
    if not _REGION.match(region) or (arn and arn[1] != region):
        raise FormatError(f"{where}.region", "is no region of AWS, or another one than the ARN's")
    endpoint = _text(value, "endpoint", where) if "endpoint" in value else None
    if endpoint is not None:
        _check_endpoint(endpoint, f"{where}.endpoint")
    return KmsKey(key, region, endpoint)


def _check_endpoint(endpoint: str, where: str) -> None:
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise FormatError(where, "is not https://host or https://host:port")
    # Without TLS whoever stands between learns the temporary credentials' token.
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise FormatError(where, "needs https, save on this machine")


def _pkcs11(value: Any, where: str) -> Pkcs11Key:
    _only(value, where, "module", "token", "key", "pin_file")
    module, token, key = (_text(value, member, where) for member in ("module", "token", "key"))
    pin_file = _text(value, "pin_file", where) if "pin_file" in value else None
    for member, path in (("module", module), ("pin_file", pin_file)):
        if path is not None and not PurePosixPath(path).is_absolute():
            raise FormatError(f"{where}.{member}", "needs the whole path, from /")
    return Pkcs11Key(module, token, key, pin_file)


def _only(value: Any, where: str, *members: str) -> None:
    if type(value) is not dict:
        raise FormatError(where, "is no object")
    for member in value:
        if member not in members:
            raise FormatError(f"{where}.{member}"[:200], f"is not known here; known are {', '.join(members)}")


def _text(value: Mapping[str, Any], member: str, where: str) -> str:
    text = value.get(member)
    if type(text) is not str or not 0 < len(text) <= MAX_TEXT or not text.isprintable():
        raise FormatError(f"{where}.{member}", f"needs a text of 1 to {MAX_TEXT} printable characters")
    return text
