"""The registry on the simulated chain, as far as anchors, status roots and keys go (contracts/AnchorRegistry.sol)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

from eth_abi.abi import decode, encode
from eth_utils.abi import get_abi_input_types, get_abi_output_types
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.contract import abi
from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import anchor_digest, recover, registry_domain, status_root_digest
from vanbang.core.encoding import Digest
from vanbang.core.errors import SignatureInvalid
from vanbang.core.registry import ROLE_ANCHOR, ROLE_STATUS, Key

CHAIN_ID: Final = 31_337
CONTRACT: Final = bytes.fromhex("a1" * 20)
DOMAIN: Final = registry_domain(CHAIN_ID, CONTRACT)
NO_KEY: Final = Key(0, 0, 0, 0)
NO_ANCHOR: Final = (bytes(20), 0, 0, 0)
NO_STATUS: Final = (bytes(32), bytes(20), 0, 0, 0)

Record: TypeAlias = tuple[bytes, int, int, int]
"""An anchor: signer, time, block, state."""
Status: TypeAlias = tuple[bytes, bytes, int, int, int]
"""A status root: root, setter, time, epoch, block of the one before."""

_ENTRIES: dict[str, Any] = {entry["name"]: entry for entry in abi() if entry["type"] == "function"}
_DOSSIER, _KEY = (get_abi_output_types(_ENTRIES[name]) for name in ("dossierOf", "keyOf"))
_SELECTORS = {
    name: keccak(text=f"{name}({','.join(get_abi_input_types(_ENTRIES[name]))})")[:4]
    for name in ("anchor", "setStatusRootBySignature", "dossierOf", "keyOf")
}


class Reverted(Exception):
    """What the registry refuses."""


@dataclass(frozen=True, slots=True)
class Registry:
    """What the contract holds after a block. `log`: every anchor it recorded, in order, with its issuer's number."""

    keys: dict[tuple[bytes, bytes], Key]
    anchors: dict[AnchorKey, Record] = field(default_factory=dict)
    status: dict[bytes, Status] = field(default_factory=dict)
    log: tuple[tuple[AnchorKey, bytes, int], ...] = ()

    def with_key(self, issuer: bytes, address: bytes, key: Key) -> "Registry":
        """After a call of the issuer's admin."""
        return replace(self, keys={**self.keys, (issuer, address): key})

    def is_good(self, key: AnchorKey) -> bool:
        """Whether an anchor is there that no compromise has undone."""
        signer, time, _, state = self.anchors.get(key, NO_ANCHOR)
        return state != 0 and not self.keys.get((key.issuer_id, signer), NO_KEY).compromised_by(time)

    def called(self, data: bytes, time: int, block: int) -> "Registry":
        """After a relayed call. Raises Reverted; nothing is changed then."""
        name, arguments = read_call(data)
        if name == "anchor":
            return self._anchored(arguments[0], time, block)
        if name == "setStatusRootBySignature":
            issuer, root, epoch, deadline, signature = arguments
            return self._status_set(issuer, root, epoch, deadline, signature, time)
        return self

    def _anchored(self, groups: Sequence[Any], time: int, block: int) -> "Registry":
        found, log = dict(self.anchors), list(self.log)
        for issuer, deadline, entries, signature in groups:
            keys = [AnchorKey(Digest(issuer), Digest(root), size, Digest(digest)) for root, size, digest in entries]
            signer = recovered(anchor_digest(DOMAIN, issuer, keys, deadline), signature)
            self._check(issuer, signer, ROLE_ANCHOR, time, deadline)
            for key in keys:
                if not self.is_good(key):
                    found[key] = (signer, time, block, 1)
                    log.append((key, signer, sum(item[0].issuer_id == issuer for item in log) + 1))
        return replace(self, anchors=found, log=tuple(log))

    def _status_set(
        self, issuer: bytes, root: bytes, epoch: int, deadline: int, signature: bytes, time: int
    ) -> "Registry":
        setter = recovered(status_root_digest(DOMAIN, issuer, root, epoch, deadline), signature)
        self._check(issuer, setter, ROLE_STATUS, time, deadline)
        before = self.status.get(issuer, NO_STATUS)
        if epoch != before[3] + 1:
            raise Reverted(f"epoch {epoch} after {before[3]}")
        return replace(self, status={**self.status, issuer: (root, setter, time, epoch, 0)})

    def _check(self, issuer: bytes, signer: bytes, role: int, time: int, deadline: int) -> None:
        if time > deadline or not self.keys.get((issuer, signer), NO_KEY).may_act(role, time):
            raise Reverted("the key may not act, or the deadline has passed")

    def view(self, data: bytes) -> bytes:
        """The answer to `dossierOf` or `keyOf`."""
        if data[:4] == _SELECTORS["keyOf"]:
            return _encoded_key(self.keys.get((data[4:36], data[48:68]), NO_KEY))
        issuer, root, size, digest = (data[4 + 32 * number : 36 + 32 * number] for number in range(4))
        key = AnchorKey(Digest(issuer), Digest(root), int.from_bytes(size, "big"), Digest(digest))
        anchor, status = self.anchors.get(key, NO_ANCHOR), self.status.get(issuer, NO_STATUS)
        signer, setter = (self.keys.get((issuer, address), NO_KEY) for address in (anchor[0], status[1]))
        return _encoded_dossier(anchor, signer, status, setter)


@lru_cache(maxsize=4096)
def read_call(data: bytes) -> tuple[str, Any]:
    """A relayed call's name and arguments; an empty name for what is none of the registry's."""
    for name in ("anchor", "setStatusRootBySignature"):
        if data[:4] == _SELECTORS[name]:
            return name, decode(get_abi_input_types(_ENTRIES[name]), data[4:])
    return "", ()


def anchors_in(data: bytes) -> list[AnchorKey]:
    """The anchors that a call asks for."""
    name, arguments = read_call(data)
    groups = arguments[0] if name == "anchor" else ()
    return [
        AnchorKey(Digest(issuer), Digest(root), size, Digest(digest))
        for issuer, _, entries, _ in groups
        for root, size, digest in entries
    ]


@lru_cache(maxsize=4096)
def recovered(digest: bytes, signature: bytes) -> bytes:
    """Who signed; nobody, if the signature is none."""
    try:
        return recover(digest, signature)
    except SignatureInvalid:
        return bytes(20)


@lru_cache(maxsize=4096)
def _encoded_dossier(anchor: Record, signer: Key, status: Status, setter: Key) -> bytes:
    (kind,) = _DOSSIER
    value = (_addressed(anchor, 0), _plain(signer), ("0x" + "00" * 20, 0), _plain(NO_KEY), _addressed(status, 1),
             _plain(setter), 1, 0, ())  # fmt: skip
    return encode([kind], [value])


@lru_cache(maxsize=1024)
def _encoded_key(key: Key) -> bytes:
    return encode(_KEY, [_plain(key)])


def _plain(key: Key) -> tuple[int, int, int, int]:
    return key.not_before, key.not_after, key.compromised_since, key.role


def _addressed(record: tuple[Any, ...], at: int) -> tuple[Any, ...]:
    return (*record[:at], "0x" + record[at].hex(), *record[at + 1 :])
