"""A chain in memory that a test can make misbehave, and the registry on it behind the Ledger port.

Calls and transactions are Python literals. The state is found by replaying the blocks, so that a reorg is a shorter
list. `FakeChain.asked` is called with the name of every question before it is answered: it may mine, reorg, or raise.
"""

import ast
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from vanbang.core.batch import AnchorKey
from vanbang.core.chain_profile import ChainProfile, Finality
from vanbang.core.chronicle.views import IssuerView
from vanbang.core.eip712 import anchor_digest, recover, registry_domain, status_root_digest
from vanbang.core.encoding import Digest
from vanbang.core.errors import SignatureInvalid
from vanbang.core.registry import Anchor, Dossier, Key, StatusRoot
from vanbang.ports import (
    Attempt,
    Call,
    CallReverted,
    EndpointHealth,
    Horizon,
    LedgerUnsure,
    Order,
    Quote,
    Receipt,
    SignedGroup,
    Signer,
)

CHAIN_ID = 31_337
CONTRACT = bytes.fromhex("a1" * 20)
DOMAIN = registry_domain(CHAIN_ID, CONTRACT)
GAS, FEE = 100_000, 10
PROFILE = ChainProfile(
    CHAIN_ID, "in memory", "TST", "legacy", Finality(depth=1), 12, 1, 1_000, 64, 32_768, 10**7, 5, False
)
NO_KEY = Key(0, 0, 0, 0)
OPEN_END = 2**40 - 1


class Reverted(Exception):
    """What the registry refuses."""


@dataclass
class State:
    """The registry, and the nonces of accounts, after some blocks."""

    anchors: dict[AnchorKey, Anchor] = field(default_factory=dict)
    status: dict[bytes, StatusRoot] = field(default_factory=dict)
    keys: dict[tuple[bytes, bytes], Key] = field(default_factory=dict)
    issuers: set[bytes] = field(default_factory=set)
    admins: dict[bytes, bytes] = field(default_factory=dict)
    nonces: dict[bytes, int] = field(default_factory=dict)
    receipts: dict[bytes, tuple[int, bool]] = field(default_factory=dict)

    def apply(self, function: str, arguments: tuple[Any, ...], time: int, block: int) -> None:
        """One call. Raises Reverted; nothing is changed then."""
        getattr(self, f"_{function}")(time, block, *arguments)

    def _anchor(self, time: int, block: int, groups: Sequence[Any]) -> None:
        good: list[tuple[AnchorKey, bytes]] = []
        for issuer, deadline, entries, signature in groups:
            keys = [AnchorKey(issuer, *entry) for entry in entries]
            signer = recovered(anchor_digest(DOMAIN, issuer, keys, deadline), signature)
            if time > deadline or self.keys.get((issuer, signer), NO_KEY).role != 1:
                raise Reverted("AnchorRegistryGroupRefused(0, 1)")
            good += [(key, signer) for key in keys]
        for key, signer in good:
            self.anchors.setdefault(key, Anchor(signer, time, block, 1))

    def _status(self, time: int, _: int, issuer: bytes, root: bytes, epoch: int, deadline: int, signed: bytes) -> None:
        signer = recovered(status_root_digest(DOMAIN, issuer, root, epoch, deadline), signed)
        expected = self.status[issuer].epoch + 1 if issuer in self.status else 1
        if time > deadline or self.keys.get((issuer, signer), NO_KEY).role != 2 or epoch != expected:
            raise Reverted(f"AnchorRegistryWrongEpoch({epoch}, {expected})")
        self.status[issuer] = StatusRoot(Digest(root), time, epoch)

    def _register(self, _time: int, _block: int, issuer: bytes, admin: bytes) -> None:
        if issuer in self.issuers:
            raise Reverted("AnchorRegistryIssuerExists()")
        self.issuers.add(issuer)
        self.admins[issuer] = admin

    def _add_key(self, time: int, _: int, issuer: bytes, address: bytes, role: int) -> None:
        if (issuer, address) in self.keys:
            raise Reverted("AnchorRegistryKeyExists()")
        self.keys[issuer, address] = Key(time, OPEN_END, 0, role)

    def _end_key(self, time: int, _: int, issuer: bytes, address: bytes, not_after: int) -> None:
        if (issuer, address) not in self.keys:
            raise Reverted("AnchorRegistryUnknownKey()")
        key = self.keys[issuer, address]
        self.keys[issuer, address] = Key(key.not_before, not_after or time, 0, key.role)

    def _pay(self, *_: Any) -> None:
        pass


@lru_cache(maxsize=256)
def recovered(digest: bytes, signature: bytes) -> bytes:
    try:
        return recover(digest, signature)
    except SignatureInvalid:
        return bytes(20)


@dataclass
class FakeChain:
    """Blocks, a mempool, and the ways in which they fail. A block is final once `depth` blocks are upon it."""

    keys: dict[tuple[bytes, bytes], Key] = field(default_factory=dict)
    owner: bytes = bytes(20)
    depth: int = 1
    time: int = 1_782_000_000
    rich: bool = True
    fee: int = FEE
    """What a unit of gas costs: cheaper transactions are not taken into blocks."""
    automine: bool = False
    drops: int = 0
    asked: Callable[[str], None] = lambda _: None
    on_send: Callable[[bytes], None] = lambda _: None
    sent: list[bytes] = field(default_factory=list)
    blocks: list[tuple[int, tuple[bytes, ...]]] = field(default_factory=lambda: [(0, ())])
    mempool: dict[bytes, bytes] = field(default_factory=dict)

    def state(self, blocks: int | None = None) -> State:
        """What the first `blocks` blocks (all) make."""
        found = State(keys=dict(self.keys), issuers={issuer for issuer, _ in self.keys})
        for number, (time, raws) in enumerate(self.blocks[:blocks]):
            for raw in raws:
                _, sender, data, *_ = ast.literal_eval(raw.decode())
                found.nonces[sender] = found.nonces.get(sender, 0) + 1
                try:
                    found.apply(*ast.literal_eval(data.decode()), time, number)
                    found.receipts[sha256(raw).digest()] = (number, True)
                except Reverted:
                    found.receipts[sha256(raw).digest()] = (number, False)
        return found

    def mine(self, blocks: int = 1) -> None:
        """Takes in what the mempool holds, as far as nonces follow each other; of two with one nonce the dearer."""
        for _ in range(blocks):
            self.time += 12
            nonces, taken = self.state().nonces, []
            offered = sorted((ast.literal_eval(raw.decode()), raw) for raw in self.mempool.values())
            for (nonce, sender, _, fee, _), raw in sorted(offered, key=lambda item: (item[0][0], -item[0][3])):
                if nonce == nonces.get(sender, 0) and fee >= self.fee:
                    nonces[sender] = nonce + 1
                    taken.append(raw)
            self.mempool = {key: raw for key, raw in self.mempool.items() if raw not in taken}
            self.blocks.append((self.time, tuple(taken)))

    def reorg(self, blocks: int, *, forget: bool = False) -> None:
        """Replaces the newest blocks by empty ones; their transactions go back to the mempool, or are forgotten."""
        gone = self.blocks[-blocks:]
        del self.blocks[-blocks:]
        self.blocks += [(time + 1, ()) for time, _ in gone]
        if forget:
            self.mempool.clear()
        else:
            self.mempool |= {sha256(raw).digest(): raw for _, raws in gone for raw in raws}

    def accept(self, raw: bytes) -> None:
        """A transaction as a node takes it: one whose nonce is used is refused."""
        nonce, sender, *_ = ast.literal_eval(raw.decode())
        if nonce >= self.state().nonces.get(sender, 0):
            self.mempool[sha256(raw).digest()] = raw
        if self.automine:
            self.mine()

    @property
    def final(self) -> int:
        return max(0, len(self.blocks) - 1 - self.depth)


class FakeLedger:
    """Ledger on a FakeChain; holds nothing itself."""

    chain_id = CHAIN_ID
    registry = f"eip155:{CHAIN_ID}:0x{CONTRACT.hex()}"

    def __init__(self, chain: FakeChain) -> None:
        self._chain = chain

    def check(self) -> None:
        self._chain.asked("check")

    def domain(self) -> bytes:
        return DOMAIN

    def anchor_call(self, groups: Sequence[SignedGroup]) -> Call:
        plain = tuple(
            (g.issuer_id, g.deadline, tuple((e.root, e.tree_size, e.manifest_hash) for e in g.entries), g.signature)
            for g in groups
        )
        return _call("anchor", plain)

    def status_root_call(self, issuer_id: bytes, root: bytes, epoch: int, deadline: int, signature: bytes) -> Call:
        return _call("status", issuer_id, root, epoch, deadline, signature)

    def register_call(self, parent: bytes, iss: str, code: str, name: str, admin: bytes, registrar: bool) -> Call:
        return _call("register", sha256(iss.encode()).digest(), admin)

    def add_key_call(self, issuer_id: bytes, address: bytes, role: int, not_after: int) -> Call:
        return _call("add_key", issuer_id, address, role)

    def end_key_call(self, issuer_id: bytes, address: bytes, not_after: int) -> Call:
        return _call("end_key", issuer_id, address, not_after)

    def order_call(self, order: Order) -> Call:
        return _call(order.function, *order.arguments)

    def issuer(self, issuer_id: bytes) -> IssuerView:
        state = self._state("issuer")
        return IssuerView(state.admins.get(issuer_id, bytes(20)), int(issuer_id in state.issuers))

    def owners(self) -> tuple[bytes, bytes]:
        self._chain.asked("owners")
        return self._chain.owner, bytes(20)

    @property
    def chain(self) -> ChainProfile:
        return PROFILE

    def horizon(self) -> Horizon:
        self._chain.asked("horizon")
        return Horizon(len(self._chain.blocks) - 1, self._chain.blocks[-1][0] or self._chain.time, self._chain.final)

    def dossiers(self, keys: Sequence[AnchorKey], block: int) -> Sequence[Dossier]:
        state = self._state("dossiers", block)
        absent, unset = Anchor(bytes(20), 0, 0, 0), StatusRoot(Digest(bytes(32)), 0, 0)
        found = [(state.anchors.get(key, absent), state.status.get(key.issuer_id, unset), key) for key in keys]
        return [
            Dossier(anchor, state.keys.get((key.issuer_id, anchor.signer), NO_KEY), 0, NO_KEY, status, NO_KEY, 1, 0, ())
            for anchor, status, key in found
        ]

    def statuses(self, issuer_ids: Sequence[bytes], block: int) -> Sequence[StatusRoot]:
        state = self._state("statuses", block)
        return [state.status.get(issuer, StatusRoot(Digest(bytes(32)), 0, 0)) for issuer in issuer_ids]

    def issuer_keys(self, keys: Sequence[tuple[bytes, bytes]], block: int) -> Sequence[Key]:
        state = self._state("issuer_keys", block)
        return [state.keys.get(pair, NO_KEY) for pair in keys]

    def key(self, issuer_id: bytes, address: bytes) -> Key:
        return self._state("key").keys.get((issuer_id, address), NO_KEY)

    def standing(self, issuer_id: bytes) -> int:
        return int(issuer_id in self._state("standing").issuers)

    def nonce(self, sender: bytes, block: int) -> int:
        return self._state("nonce", block).nonces.get(sender, 0)

    def balance(self, address: bytes) -> int:
        self._chain.asked("balance")
        return 10**18 if self._chain.rich else 0

    def quotes(self, sender: bytes, calls: Sequence[Call]) -> Sequence[Quote | CallReverted | LedgerUnsure]:
        state = self._state("quotes")
        return [self._quote(state, call) for call in calls]

    def _quote(self, state: State, call: Call) -> Quote | CallReverted:
        if call.data:
            try:
                copy = deepcopy(state)
                copy.apply(*ast.literal_eval(call.data.decode()), self._chain.time, len(self._chain.blocks))
            except Reverted as refused:
                return CallReverted(str(refused))
        return Quote(GAS, self._chain.fee, None)

    def encode(self, sender_nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
        unsigned = (sender_nonce, signer.address, call.data or repr(("pay", ())).encode(), quote.max_fee)
        raw = repr((*unsigned, signer.sign(sha256(repr(unsigned).encode()).digest()))).encode()
        return Attempt(raw, sha256(raw).digest(), quote.max_fee, quote.priority_fee)

    def send(self, raws: Sequence[bytes]) -> None:
        self._chain.asked("send")
        for raw in raws:
            self._chain.on_send(raw)
            self._chain.sent.append(raw)
            if self._chain.drops:
                self._chain.drops -= 1
            else:
                self._chain.accept(raw)

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | LedgerUnsure | None]:
        state = self._state("receipts")
        return [self._receipt(state, item) for item in hashes]

    def _receipt(self, state: State, transaction_hash: bytes) -> Receipt | None:
        found = state.receipts.get(transaction_hash)
        if found is None:
            return None
        number, succeeded = found
        block_hash = sha256(repr(self._chain.blocks[: number + 1]).encode()).digest()
        return Receipt(transaction_hash, number, block_hash, succeeded, GAS, None, FEE)

    def health(self) -> Sequence[EndpointHealth]:
        return []

    def _state(self, question: str, block: int | None = None) -> State:
        self._chain.asked(question)
        return self._chain.state(None if block is None else block + 1)


def _call(function: str, *arguments: Any) -> Call:
    return Call(CONTRACT, repr((function, arguments)).encode(), function)
