"""A registry in memory for tests of audits: its events as logs, its state after each block, and ways to lie about them.

It follows contracts/AnchorRegistry.sol, event by event, and shares no code with what replays its events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import event_abi_to_log_topic
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.contract import abi
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.logs import Log
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation, StatusView
from vanbang.core.encoding import Digest
from vanbang.core.registry import Anchor, Key, Naming
from vanbang.ports import Receipt

CHAIN_ID = 31_337
CONTRACT = bytes.fromhex("c1" * 20)
REGISTRY = f"eip155:{CHAIN_ID}:0x{CONTRACT.hex()}"
OPEN_END = 2**40 - 1
EVENTS: dict[str, Any] = {entry["name"]: entry for entry in abi() if entry["type"] == "event"}
ADMIN = b"\xad" * 20


def word(text: str) -> bytes:
    return sha256(text.encode()).digest()


def account(text: str) -> bytes:
    return word(text)[:20]


def time_of(block: int) -> int:
    return 1_780_000_000 + 12 * block


def hash_of(block: int, fork: str = "") -> bytes:
    return word(f"block {block} {fork}")


@dataclass
class Issuer:
    """One issuer's logs, state, and state after each block in which it changed."""

    iss: str
    view: IssuerView = field(default_factory=IssuerView)
    status: StatusView = field(default_factory=StatusView)
    names: list[Naming] = field(default_factory=list)
    keys: dict[bytes, Key] = field(default_factory=dict)
    revocations: dict[bytes, Revocation] = field(default_factory=dict)
    anchors: dict[AnchorKey, Anchor] = field(default_factory=dict)
    logs: list[Log] = field(default_factory=list)
    past: dict[int, tuple[IssuerView, StatusView]] = field(default_factory=dict)

    @property
    def id(self) -> bytes:
        return word(self.iss)


@dataclass
class Registry:
    """All issuers. Every method is one event, in the block `block`; `mine` begins the next."""

    block: int = 10
    issuers: dict[bytes, Issuer] = field(default_factory=dict)
    place: int = 0

    def mine(self, blocks: int = 1) -> None:
        self.block += blocks
        self.place = 0

    def register(self, iss: str, parent: bytes = bytes(32), registrar: bool = False) -> Issuer:
        issuer = Issuer(iss)
        self.issuers[issuer.id] = issuer
        head = keccak(encode(["uint256", "address", "bytes32"], [CHAIN_ID, CONTRACT, issuer.id]))
        issuer.view = IssuerView(admin=ADMIN, standing=1, parent=parent, head=head, registrar=registrar)
        code, name = iss.upper()[-3:], f"Trường {iss}"
        issuer.names.append(Naming(time_of(self.block), code, name))
        self._link(issuer, "IssuerRegistered", parent, [ADMIN, registrar, iss, code, name])
        return issuer

    def rename(self, issuer: Issuer, name: str) -> None:
        issuer.names.append(Naming(time_of(self.block), "NEW", name))
        self._link(issuer, "IssuerRenamed", None, ["NEW", name])

    def stand(self, issuer: Issuer, standing: int) -> None:
        issuer.view = replace(issuer.view, standing=standing)
        self._link(issuer, "StandingChanged", None, [standing])

    def void(self, issuer: Issuer, since: int) -> None:
        issuer.view = replace(issuer.view, void_since=since)
        self._link(issuer, "IssuerVoided", None, [since])

    def transfer(self, issuer: Issuer, admin: bytes, by_registrar: bool = False) -> None:
        start = time_of(self.block) if any(admin) else 0
        flag = by_registrar and any(admin)
        issuer.view = replace(issuer.view, pending_admin=admin, pending_from=start, pending_by_registrar=flag)
        self._link(issuer, "AdminTransferStarted", admin, [start, by_registrar])

    def accept(self, issuer: Issuer) -> None:
        admin = issuer.view.pending_admin
        changed = {"pending_admin": bytes(20), "pending_from": 0, "pending_by_registrar": False}
        issuer.view = replace(issuer.view, admin=admin, **changed)
        self._link(issuer, "AdminChanged", admin, [])

    def appoint(self, issuer: Issuer, successor: bytes) -> None:
        issuer.view = replace(issuer.view, successor=successor, successor_from=time_of(self.block))
        self._link(issuer, "SuccessorAppointed", successor, [time_of(self.block)])

    def add_key(self, issuer: Issuer, name: str | bytes, role: int, until: int = OPEN_END) -> bytes:
        key = account(name) if isinstance(name, str) else name
        issuer.keys[key] = Key(time_of(self.block), until, 0, role)
        self._link(issuer, "KeyAdded", key, [role, time_of(self.block), until])
        return key

    def end_key(self, issuer: Issuer, key: bytes) -> None:
        issuer.keys[key] = replace(issuer.keys[key], not_after=time_of(self.block))
        self._link(issuer, "KeyEnded", key, [time_of(self.block)])

    def compromise(self, issuer: Issuer, key: bytes, since: int) -> None:
        issuer.keys[key] = replace(issuer.keys[key], compromised_since=since)
        self._link(issuer, "KeyCompromised", key, [since])

    def anchor(self, issuer: Issuer, root: bytes, size: int, manifest: bytes, signer: bytes) -> AnchorKey:
        key = AnchorKey(Digest(issuer.id), Digest(root), size, Digest(manifest))
        state = issuer.anchors[key].state + 1 if key in issuer.anchors else 1
        issuer.anchors[key] = Anchor(signer, time_of(self.block), self.block, min(state, 255))
        self._link(issuer, "Anchored", root, [size, manifest, signer])
        return key

    def revoke(self, issuer: Issuer, root: bytes, revoker: bytes) -> None:
        issuer.revocations[root] = Revocation(revoker, time_of(self.block))
        self._link(issuer, "BatchRevoked", root, [revoker])

    def set_status(self, issuer: Issuer, root: bytes, setter: bytes) -> None:
        old = issuer.status
        issuer.status = StatusView(root, setter, time_of(self.block), old.epoch + 1, self.block)
        topics = (issuer.id, encode(["uint24"], [old.epoch + 1]))
        data = encode(["bytes32", "address", "uint32"], [root, "0x" + setter.hex(), old.block])
        issuer.logs.append(
            Log(self.block, self._next(), (event_abi_to_log_topic(EVENTS["StatusRootSet"]), *topics), data)
        )
        issuer.past[self.block] = (issuer.view, issuer.status)

    def _link(self, issuer: Issuer, name: str, topic2: bytes | None, values: list[Any]) -> None:
        view = issuer.view
        types = [part["type"] for part in EVENTS[name]["inputs"] if not part["indexed"]]
        given = [*values, view.seq + 1, view.last_block]
        shown = ["0x" + v.hex() if t == "address" else v for t, v in zip(types, given, strict=True)]
        data = encode(types, shown)
        topics = (event_abi_to_log_topic(EVENTS[name]), issuer.id)
        topics += () if topic2 is None else (topic2.rjust(32, b"\0"),)
        folded = encode(
            ["bytes32"] * 4, [view.head, topics[0], topics[2] if topic2 is not None else bytes(32), keccak(data)]
        )
        issuer.view = replace(view, seq=view.seq + 1, last_block=self.block, head=keccak(folded))
        issuer.logs.append(Log(self.block, self._next(), topics, data))
        issuer.past[self.block] = (issuer.view, issuer.status)

    def _next(self) -> int:
        self.place += 1
        return self.place


Lie = Callable[[Sequence[Log]], Sequence[Log]]


@dataclass
class ModelChronicle:
    """Chronicle of a Registry. `lie` changes what is served as logs; `is_archive`: earlier states are there."""

    model: Registry
    lie: Lie = lambda logs: logs
    is_archive: bool = True
    fork: str = ""
    registry: str = REGISTRY
    hidden: int | None = None
    """The place of an issuer that is left out of the list."""
    counted_less: bool = False
    there: bool = True
    asked: int = 0

    def block(self) -> ChainBlock:
        return self.blocks([self.model.block])[0]

    def is_still_there(self) -> bool:
        return self.there

    def blocks(self, numbers: Sequence[int]) -> Sequence[ChainBlock]:
        return [ChainBlock(number, hash_of(number, self.fork), time_of(number)) for number in numbers]

    def issuer_count(self) -> int:
        return len(self.model.issuers) - self.counted_less

    def issuers(self, start: int, limit: int) -> Sequence[bytes]:
        ids = [item for at, item in enumerate(self.model.issuers) if at != self.hidden]
        return ids[start : start + limit]

    def issuer_views(self, issuer_ids: Sequence[bytes]) -> Sequence[IssuerView]:
        return [self._of(item).view for item in issuer_ids]

    def names(self, issuer_ids: Sequence[bytes]) -> Sequence[Sequence[Naming]]:
        return [tuple(self._of(item).names) for item in issuer_ids]

    def keys(self, keys: Sequence[tuple[bytes, bytes]]) -> Sequence[Key]:
        return [self._of(issuer).keys.get(address, Key(0, 0, 0, 0)) for issuer, address in keys]

    def anchors(self, keys: Sequence[AnchorKey]) -> Sequence[Anchor]:
        return [self._of(key.issuer_id).anchors.get(key, Anchor(bytes(20), 0, 0, 0)) for key in keys]

    def revocations(self, roots: Sequence[tuple[bytes, bytes]]) -> Sequence[Revocation]:
        return [self._of(issuer).revocations.get(root, Revocation()) for issuer, root in roots]

    def statuses(self, issuer_ids: Sequence[bytes]) -> Sequence[StatusView]:
        return [self._of(item).status for item in issuer_ids]

    def contradictions(self) -> Sequence[str]:
        return []

    def logs(self, places: Sequence[tuple[bytes, int]]) -> Sequence[Sequence[Log]]:
        self.asked += len(places)
        found = [[log for log in self._of(issuer).logs if log.block == block] for issuer, block in places]
        return [self.lie(logs) for logs in found]

    def earlier(self, issuer_id: bytes, block: int) -> tuple[IssuerView, StatusView] | None:
        if not self.is_archive:
            return None
        past = self._of(issuer_id).past
        known = [number for number in past if number <= block]
        return past[max(known)] if known else (IssuerView(), StatusView())

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | None]:
        return [None for _ in hashes]

    def nonces(self, senders: Sequence[bytes]) -> Sequence[int]:
        return [0 for _ in senders]

    def _of(self, issuer_id: bytes) -> Issuer:
        return self.model.issuers.get(issuer_id) or Issuer("")


def every_event() -> tuple[Registry, Issuer]:
    """An issuer that has lived through each kind of event, some of them in one block."""
    model = Registry()
    other = model.register("other.example")
    model.mine(3)
    issuer = model.register("school.example", parent=other.id, registrar=True)
    anchoring = model.add_key(issuer, "anchor", 1)
    model.mine()
    status = model.add_key(issuer, "status", 2)
    model.add_key(issuer, "officer", 4)
    model.mine(2)
    for name in ("a", "b", "c"):
        model.anchor(issuer, word("root " + name), 7, word("manifest " + name), anchoring)
    model.mine()
    model.set_status(issuer, word("status 1"), status)
    model.mine()
    model.set_status(issuer, word("status 2"), status)
    model.set_status(issuer, word("status 3"), status)
    model.revoke(issuer, word("root a"), status)
    model.mine()
    model.rename(issuer, "Trường Đại học Mới")
    model.stand(issuer, 2)
    model.mine()
    model.stand(issuer, 1)
    model.void(issuer, time_of(5))
    model.void(issuer, 0)
    model.transfer(issuer, account("new admin"), by_registrar=True)
    model.mine()
    model.accept(issuer)
    model.appoint(issuer, other.id)
    model.mine()
    model.set_status(issuer, word("status 4"), status)
    model.compromise(issuer, anchoring, time_of(1))
    second = model.add_key(issuer, "anchor 2", 1)
    model.mine()
    model.anchor(issuer, word("root b"), 7, word("manifest b"), second)
    model.end_key(issuer, second)
    model.mine()
    return model, issuer
