"""What a verifier asks the registry, and the answers decoded (docs/format.md section 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from eth_utils.crypto import keccak

from vanbang.core.abi import decode_exactly
from vanbang.core.batch import AnchorKey
from vanbang.core.encoding import Digest

ROLE_ANCHOR: Final = 1
ROLE_STATUS: Final = 2
ROLE_OFFICER: Final = 4

_DOSSIER_CALL: Final = keccak(b"dossierOf(bytes32,bytes32,uint64,bytes32)")[:4]
_KEY_CALL: Final = keccak(b"keyOf(bytes32,address)")[:4]
_KEY: Final = "(uint40,uint40,uint40,uint8)"
_DOSSIER: Final = (
    f"((address,uint40,uint48,uint8),{_KEY},(address,uint40),{_KEY},"
    f"(bytes32,address,uint40,uint24,uint32),{_KEY},uint8,uint40,(uint40,string,string)[])"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key's window, role and compromise; times are unix seconds, role 0 means that there is no such key."""

    not_before: int
    not_after: int
    compromised_since: int
    role: int

    def compromised_by(self, time: int) -> bool:
        """Whether what the key did at `time` counts for nothing."""
        return 0 < self.compromised_since <= time

    def may_act(self, role: int, time: int, slack: int = 0) -> bool:
        """Whether the registry lets the key act in this role at `time`, or will within `slack` seconds."""
        return self.role == role and not self.compromised_since and self.not_before - slack <= time <= self.not_after


@dataclass(frozen=True, slots=True)
class Anchor:
    """Who anchored (20 bytes), when (unix) and in which block; `state` 0 means absent."""

    signer: bytes
    time: int
    block: int
    state: int


@dataclass(frozen=True, slots=True)
class Naming:
    """A registered name, in force from `since`."""

    since: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class StatusRoot:
    """The status root of an issuer; epoch 0 means that none was ever set."""

    root: Digest
    time: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that one registry says of one batch and its issuer."""

    anchor: Anchor
    anchor_key: Key
    revoked_at: int
    revoker_key: Key
    status: StatusRoot
    status_key: Key
    standing: int
    void_since: int
    names: Sequence[Naming]

    def void_by(self, time: int) -> bool:
        """Whether what the issuer anchored at `time` counts for nothing."""
        return 0 < self.void_since <= time

    def has_good_anchor(self) -> bool:
        """Whether the anchor is there and no compromise or void has undone it."""
        time = self.anchor.time
        return self.anchor.state != 0 and not self.anchor_key.compromised_by(time) and not self.void_by(time)

    def revoked(self) -> bool:
        """Whether a revocation exists that a later compromise has not undone."""
        return self.revoked_at != 0 and not self.revoker_key.compromised_by(self.revoked_at)


@lru_cache(maxsize=1024)
def dossier_call(key: AnchorKey) -> str:
    """Calldata of `dossierOf`, 0x-hex."""
    words = key.issuer_id + key.root + key.tree_size.to_bytes(32, "big") + key.manifest_hash
    return "0x" + (_DOSSIER_CALL + words).hex()


def key_call(issuer_id: bytes, signer: bytes) -> str:
    """Calldata of `keyOf`, 0x-hex."""
    return "0x" + (_KEY_CALL + issuer_id + signer.rjust(32, b"\0")).hex()


@lru_cache(maxsize=1024)
def read_dossier(result: bytes) -> Dossier:
    """Decodes the result of `dossierOf`. Raises FormatError unless it is exactly an encoded Dossier."""
    anchor, anchor_key, revocation, revoker_key, status, status_key, standing, void_since, names = _decode(
        _DOSSIER, result
    )
    return Dossier(
        Anchor(_address(anchor[0]), *anchor[1:]),
        Key(*anchor_key),
        revocation[1],
        Key(*revoker_key),
        StatusRoot(Digest(status[0]), status[2], status[3]),
        Key(*status_key),
        standing,
        void_since,
        tuple(Naming(*naming) for naming in names),
    )


@lru_cache(maxsize=1024)
def read_key(result: bytes) -> Key:
    """Decodes the result of `keyOf`. Raises FormatError."""
    return Key(*_decode(_KEY, result))


def _decode(kind: str, result: bytes) -> Any:
    (value,) = decode_exactly([kind], result, "registry")
    return value


def _address(text: str) -> bytes:
    return bytes.fromhex(text[2:])
