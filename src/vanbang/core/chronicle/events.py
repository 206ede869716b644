"""The registry's events of an issuer as frozen types, decoded strictly (contracts/IAnchorRegistry.sol)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from vanbang.core.abi import decode_exactly
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.logs import Log
from vanbang.core.encoding import Digest
from vanbang.core.errors import FormatError


@dataclass(frozen=True, slots=True)
class Event:
    """A link of an issuer's hash chain. `seq` counts from 1; `previous_block` is the block of the link before it.

    Accounts have 20 bytes, ids and hashes 32; times are unix seconds.
    """

    block: int
    issuer_id: bytes
    seq: int
    previous_block: int


@dataclass(frozen=True, slots=True)
class IssuerRegistered(Event):
    parent: bytes
    admin: bytes
    registrar: bool
    iss: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class IssuerRenamed(Event):
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class StandingChanged(Event):
    standing: int


@dataclass(frozen=True, slots=True)
class IssuerVoided(Event):
    since: int


@dataclass(frozen=True, slots=True)
class AdminTransferStarted(Event):
    new_admin: bytes
    acceptable_from: int
    by_registrar: bool


@dataclass(frozen=True, slots=True)
class AdminChanged(Event):
    new_admin: bytes


@dataclass(frozen=True, slots=True)
class SuccessorAppointed(Event):
    successor: bytes
    effective_from: int


@dataclass(frozen=True, slots=True)
class KeyAdded(Event):
    key: bytes
    role: int
    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True)
class KeyEnded(Event):
    key: bytes
    not_after: int


@dataclass(frozen=True, slots=True)
class KeyCompromised(Event):
    key: bytes
    since: int


@dataclass(frozen=True, slots=True)
class Anchored(Event):
    root: bytes
    tree_size: int
    manifest_hash: bytes
    signer: bytes

    @property
    def anchor_key(self) -> AnchorKey:
        """What was anchored, as one."""
        return AnchorKey(Digest(self.issuer_id), Digest(self.root), self.tree_size, Digest(self.manifest_hash))


@dataclass(frozen=True, slots=True)
class BatchRevoked(Event):
    root: bytes
    revoker: bytes


@dataclass(frozen=True, slots=True)
class StatusRootSet:
    """A status root. No link of the hash chain: `previous_block` is the block of the issuer's status root before it."""

    block: int
    issuer_id: bytes
    epoch: int
    root: bytes
    setter: bytes
    previous_block: int


@dataclass(frozen=True, slots=True)
class _Kind:
    made: type[Event]
    topic2: str
    data: tuple[str, ...]


_LINK: Final = ("uint40", "uint48")


def _kinds() -> dict[bytes, _Kind]:
    written: Sequence[tuple[type[Event], str, tuple[str, ...]]] = (
        (IssuerRegistered, "bytes32", ("address", "bool", "string", "string", "string")),
        (IssuerRenamed, "", ("string", "string")),
        (StandingChanged, "", ("uint8",)),
        (IssuerVoided, "", ("uint40",)),
        (AdminTransferStarted, "address", ("uint40", "bool")),
        (AdminChanged, "address", ()),
        (SuccessorAppointed, "bytes32", ("uint40",)),
        (KeyAdded, "address", ("uint8", "uint40", "uint40")),
        (KeyEnded, "address", ("uint40",)),
        (KeyCompromised, "address", ("uint40",)),
        (Anchored, "bytes32", ("uint64", "bytes32", "address")),
        (BatchRevoked, "bytes32", ("address",)),
    )
    found = {}
    for made, topic2, data in written:
        parts = ("bytes32", *([topic2] if topic2 else []), *data, *_LINK)
        found[keccak(text=f"{made.__name__}({','.join(parts)})")] = _Kind(made, topic2, data)
    return found


_KINDS: Final = _kinds()
_STATUS: Final = keccak(text="StatusRootSet(bytes32,uint24,bytes32,address,uint32)")


def read_event(log: Log, issuer_id: bytes) -> Event | StatusRootSet:
    """The event of this issuer that the log is. Raises FormatError unless it is exactly what the contract writes."""
    where = f"log {log.index} of block {log.block}"
    if len(log.topics) < 2 or log.topics[1] != issuer_id:
        raise FormatError(where, "not an event of this issuer")
    if log.topics[0] == _STATUS:
        return _status(log, where)
    kind = _KINDS.get(log.topics[0])
    if kind is None or len(log.topics) != (3 if kind.topic2 else 2):
        raise FormatError(where, "not an event of the registry")
    *values, seq, previous = _values((*kind.data, *_LINK), log.data, where)
    if kind.topic2:
        values = [*_values((kind.topic2,), log.topics[2], where), *values]
    return kind.made(log.block, issuer_id, seq, previous, *values)


def _status(log: Log, where: str) -> StatusRootSet:
    if len(log.topics) != 3:
        raise FormatError(where, "not an event of the registry")
    (epoch,) = _values(("uint24",), log.topics[2], where)
    root, setter, previous = _values(("bytes32", "address", "uint32"), log.data, where)
    return StatusRootSet(log.block, log.topics[1], epoch, root, setter, previous)


def _values(types: tuple[str, ...], data: bytes, where: str) -> list[Any]:
    values = decode_exactly(types, data, where)
    return [bytes.fromhex(value[2:]) if kind == "address" else value for kind, value in zip(types, values, strict=True)]
