"""The registry's views that an auditor asks: calldata, and results decoded (contracts/IAnchorRegistry.sol)."""

from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from vanbang.core.abi import decode_exactly
from vanbang.core.batch import AnchorKey
from vanbang.core.encoding import Digest
from vanbang.core.registry import Anchor, Key, Naming

ISSUER_TYPE: Final = "(address,uint8,uint40,uint48,bytes32,bytes32,uint40,address,uint40,bool,bool,bytes32,uint40)"
STATUS_TYPE: Final = "(bytes32,address,uint40,uint24,uint32)"
ANCHOR_TYPE: Final = "(address,uint40,uint48,uint8)"
KEY_TYPE: Final = "(uint40,uint40,uint40,uint8)"
REVOCATION_TYPE: Final = "(address,uint40)"
NAMES_TYPE: Final = "(uint40,string,string)[]"

NOBODY: Final = bytes(20)
NOTHING: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class ChainBlock:
    """A block of the chain: number, hash (32 bytes), unix time."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class IssuerView:
    """`issuerOf`: all that is stored of an issuer but its names and keys. Accounts have 20 bytes, times are unix."""

    admin: bytes = NOBODY
    standing: int = 0
    seq: int = 0
    last_block: int = 0
    parent: bytes = NOTHING
    head: bytes = NOTHING
    void_since: int = 0
    pending_admin: bytes = NOBODY
    pending_from: int = 0
    pending_by_registrar: bool = False
    registrar: bool = False
    successor: bytes = NOTHING
    successor_from: int = 0


@dataclass(frozen=True, slots=True)
class StatusView:
    """`statusOf`: the newest status root, its setter, and in `block` the block it was set in. Epoch 0: none."""

    root: bytes = NOTHING
    setter: bytes = NOBODY
    time: int = 0
    epoch: int = 0
    block: int = 0


@dataclass(frozen=True, slots=True)
class Revocation:
    """`revocationOf`: who revoked all batches with a root, and when; time 0 means nobody."""

    revoker: bytes = NOBODY
    time: int = 0


def issuer_count_call() -> bytes:
    """Calldata of `issuerCount`."""
    return _selector("issuerCount()")


def issuers_call(start: int, limit: int) -> bytes:
    """Calldata of `issuersFrom`."""
    return _selector("issuersFrom(uint256,uint256)") + _word(start) + _word(limit)


def issuer_call(issuer_id: bytes) -> bytes:
    """Calldata of `issuerOf`."""
    return _selector("issuerOf(bytes32)") + issuer_id


def names_call(issuer_id: bytes) -> bytes:
    """Calldata of `namesOf`."""
    return _selector("namesOf(bytes32)") + issuer_id


def key_of_call(issuer_id: bytes, address: bytes) -> bytes:
    """Calldata of `keyOf`."""
    return _selector("keyOf(bytes32,address)") + issuer_id + address.rjust(32, b"\0")


def anchor_call(key: AnchorKey) -> bytes:
    """Calldata of `anchorOf`."""
    words = key.issuer_id + key.root + _word(key.tree_size) + key.manifest_hash
    return _selector("anchorOf(bytes32,bytes32,uint64,bytes32)") + words


def revocation_call(issuer_id: bytes, root: bytes) -> bytes:
    """Calldata of `revocationOf`."""
    return _selector("revocationOf(bytes32,bytes32)") + issuer_id + root


def status_call(issuer_id: bytes) -> bytes:
    """Calldata of `statusOf`."""
    return _selector("statusOf(bytes32)") + issuer_id


def owner_call() -> bytes:
    """Calldata of `owner`."""
    return _selector("owner()")


def pending_owner_call() -> bytes:
    """Calldata of `pendingOwner`."""
    return _selector("pendingOwner()")


def read_owner(result: bytes) -> bytes:
    """The result of `owner` or `pendingOwner`: 20 bytes, zero for nobody."""
    return _account(_value("address", result))


def read_count(result: bytes) -> int:
    """The result of `issuerCount`. Raises FormatError, as all readers here do unless it is exactly such a value."""
    count: int = _value("uint256", result)
    return count


def read_issuers(result: bytes) -> tuple[Digest, ...]:
    """The result of `issuersFrom`: issuer ids."""
    return tuple(Digest(item) for item in _value("bytes32[]", result))


def read_issuer(result: bytes) -> IssuerView:
    """The result of `issuerOf`."""
    admin, standing, seq, last_block, parent, head, void_since, pending, *rest = _value(ISSUER_TYPE, result)
    known = (_account(admin), standing, seq, last_block, parent, head, void_since, _account(pending))
    return IssuerView(*known, *rest)


def read_names(result: bytes) -> tuple[Naming, ...]:
    """The result of `namesOf`."""
    return tuple(Naming(*naming) for naming in _value(NAMES_TYPE, result))


def read_key_of(result: bytes) -> Key:
    """The result of `keyOf`."""
    return Key(*_value(KEY_TYPE, result))


def read_anchor(result: bytes) -> Anchor:
    """The result of `anchorOf`."""
    signer, *rest = _value(ANCHOR_TYPE, result)
    return Anchor(_account(signer), *rest)


def read_revocation(result: bytes) -> Revocation:
    """The result of `revocationOf`."""
    revoker, time = _value(REVOCATION_TYPE, result)
    return Revocation(_account(revoker), time)


def read_status(result: bytes) -> StatusView:
    """The result of `statusOf`."""
    root, setter, *rest = _value(STATUS_TYPE, result)
    return StatusView(root, _account(setter), *rest)


def _value(kind: str, result: bytes) -> Any:
    (value,) = decode_exactly([kind], result, "registry")
    return value


def _selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _account(text: str) -> bytes:
    return bytes.fromhex(text[2:])
