"""The batch manifest (docs/format.md section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from vanbang.core.encoding import Digest, digest_of, from_hex, from_time_text, registry_name, time_text
from vanbang.core.errors import FormatError
from vanbang.core.jws import PublicKey
from vanbang.core.payload import issuer_id, short_text
from vanbang.core.strict_json import JsonValue, canonical, members, parse

MAX_MANIFEST_BYTES: Final = 16_384
MAX_KEYS: Final = 8


@dataclass(frozen=True, slots=True)
class AnchorKey:
    """What the registry anchors as one: issuer, root, size and manifest together."""

    issuer_id: Digest
    root: Digest
    tree_size: int
    manifest_hash: Digest


@dataclass(frozen=True, slots=True)
class BatchManifest:
    """A batch: public, nothing personal. `endorsements` is the file's hash or None; `sealed_at` is unix time."""

    endorsements: Digest | None
    issuer: str
    keys: Sequence[PublicKey]
    registry: str
    root: Digest
    sealed_at: int
    tree_size: int
    vct: str

    def to_bytes(self) -> bytes:
        """The exact bytes: canonical JSON in the order of section 7."""
        value: dict[str, JsonValue] = {
            "endorsements": self.endorsements.hex() if self.endorsements else None,
            "issuer": self.issuer,
            "jwks": {"keys": [key.to_json() for key in self.keys]},
            "registry": self.registry,
            "root": self.root.hex(),
            "sealed_at": time_text(self.sealed_at),
            "tree_size": self.tree_size,
            "vct": self.vct,
            "version": 1,
        }
        return canonical(value)

    def key(self, kid: str) -> PublicKey | None:
        """The key of that thumbprint, or None."""
        return next((key for key in self.keys if key.kid == kid), None)


@lru_cache(maxsize=1024)
def read_manifest(data: bytes) -> BatchManifest:
    """Parses manifest bytes; they must be the canonical ones. Raises FormatError."""
    if len(data) > MAX_MANIFEST_BYTES:
        raise FormatError("manifest", f"{len(data)} bytes, over the limit of {MAX_MANIFEST_BYTES}")
    value = parse(data, "manifest")
    endorsements = _take_endorsements(value)
    members(
        value,
        "manifest",
        {
            "issuer": str,
            "jwks": dict,
            "registry": str,
            "root": str,
            "sealed_at": str,
            "tree_size": int,
            "vct": str,
            "version": int,
        },
    )
    if value["version"] != 1 or not value["tree_size"]:
        raise FormatError("manifest", "not version 1 of a tree with leaves")
    registry_name(value["registry"], "manifest.registry")
    manifest = BatchManifest(
        endorsements,
        short_text(value["issuer"], "manifest.issuer"),
        _keys(value["jwks"]),
        value["registry"],
        Digest(from_hex(value["root"], "manifest.root")),
        from_time_text(value["sealed_at"], "manifest.sealed_at"),
        value["tree_size"],
        short_text(value["vct"], "manifest.vct"),
    )
    if manifest.to_bytes() != data:
        raise FormatError("manifest", "not canonical")
    return manifest


@lru_cache(maxsize=1024)
def anchor_key(manifest: bytes) -> AnchorKey:
    """What of these manifest bytes is anchored. Raises FormatError."""
    read = read_manifest(manifest)
    return AnchorKey(issuer_id(read.issuer), read.root, read.tree_size, digest_of(manifest))


def _take_endorsements(value: Any) -> Digest | None:
    if type(value) is not dict or "endorsements" not in value:
        raise FormatError("manifest", "member 'endorsements' is missing")
    text = value.pop("endorsements")
    if text is None:
        return None
    if type(text) is not str:
        raise FormatError("manifest.endorsements", "neither a hash nor null")
    return Digest(from_hex(text, "manifest.endorsements"))


def _keys(value: dict[str, Any]) -> tuple[PublicKey, ...]:
    members(value, "manifest.jwks", {"keys": list})
    keys = tuple(PublicKey.from_json(key, f"manifest.jwks.keys[{i}]") for i, key in enumerate(value["keys"]))
    if not 1 <= len(keys) <= MAX_KEYS or len(set(keys)) != len(keys):
        raise FormatError("manifest.jwks.keys", f"not 1 to {MAX_KEYS} different keys")
    return keys
