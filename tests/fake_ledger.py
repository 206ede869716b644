"""A chain in memory that a test can make misbehave, and the registry on it behind the Ledger port.

Calls and transactions are Python literals. The state is found by replaying the blocks, so that a reorg is a shorter
list. `FakeChain.asked` is called with the name of every question before it is answered: it may mine, reorg, or raise.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import anchor_digest, recover, registry_domain, status_root_digest
from vanbang.core.encoding import Digest
from vanbang.core.errors import SignatureInvalid
from vanbang.core.registry import Anchor, Dossier, Key, StatusRoot
from vanbang.ports import Attempt, Call, CallReverted, Quote, Receipt, SignedGroup, Signer

CHAIN_ID = 31_337
CONTRACT = bytes.fromhex("a1" * 20)
DOMAIN = registry_domain(CHAIN_ID, CONTRACT)
GAS, FEE = 100_000, 10
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

    def _register(self, _time: int, _block: int, issuer: bytes) -> None:
        if issuer in self.issuers:
            raise Reverted("AnchorRegistryIssuerExists()")
        self.issuers.add(issuer)

    def _add_key(self, time: int, _: int, issuer: bytes, address: bytes, role: int) -> None:
        if (issuer, address) in self.keys:
            raise Reverted("AnchorRegistryKeyExists()")
        self.keys[issuer, address] = Key(time, OPEN_END, 0, role)

    def _end_key(self, time: int, _: int, issuer: bytes, address: bytes) -> None:
        if (issuer, address) not in self.keys:
            raise Reverted("AnchorRegistryUnknownKey()")
        key = self.keys[issuer, address]
        self.keys[issuer, address] = Key(key.not_before, time, 0, key.role)

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
    depth: int = 1
    time: int = 1_782_000_000
    rich: bool = True
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
        """Takes in what the mempool holds, as far as nonces follow each other."""
        for _ in range(blocks):
            self.time += 12
            nonces, taken = self.state().nonces, []
            for raw in sorted(self.mempool.values()):
                nonce, sender, *_ = ast.literal_eval(raw.decode())
                if nonce == nonces.get(sender, 0):
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
        return _call("register", sha256(iss.encode()).digest())

    def add_key_call(self, issuer_id: bytes, address: bytes, role: int, not_after: int) -> Call:
        return _call("add_key", issuer_id, address, role)

    def end_key_call(self, issuer_id: bytes, address: bytes, not_after: int) -> Call:
        return _call("end_key", issuer_id, address)

    def dossier(self, key: AnchorKey, *, final: bool) -> Dossier:
        state = self._state("dossier", final)
        anchor = state.anchors.get(key, Anchor(bytes(20), 0, 0, 0))
        status = state.status.get(key.issuer_id, StatusRoot(Digest(bytes(32)), 0, 0))
        return Dossier(anchor, NO_KEY, 0, NO_KEY, status, NO_KEY, 1, 0, ())

    def key(self, issuer_id: bytes, address: bytes) -> Key:
        return self._state("key", final=False).keys.get((issuer_id, address), NO_KEY)

    def status(self, issuer_id: bytes, *, final: bool) -> StatusRoot:
        return self._state("status", final).status.get(issuer_id, StatusRoot(Digest(bytes(32)), 0, 0))

    def standing(self, issuer_id: bytes) -> int:
        return int(issuer_id in self._state("standing", final=False).issuers)

    def nonce(self, sender: bytes) -> int:
        return self._state("nonce", final=False).nonces.get(sender, 0)

    def balance(self, address: bytes) -> int:
        self._chain.asked("balance")
        return 10**18 if self._chain.rich else 0

    def quote(self, sender: bytes, call: Call) -> Quote:
        state = self._state("quote", final=False)
        if call.data:
            try:
                state.apply(*ast.literal_eval(call.data.decode()), self._chain.time, len(self._chain.blocks))
            except Reverted as refused:
                raise CallReverted(str(refused)) from refused
        return Quote(GAS, FEE, None)

    def encode(self, sender_nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
        unsigned = (sender_nonce, signer.address, call.data or repr(("pay", ())).encode(), quote.max_fee)
        raw = repr((*unsigned, signer.sign(sha256(repr(unsigned).encode()).digest()))).encode()
        return Attempt(raw, sha256(raw).digest(), quote.max_fee)

    def send(self, raw: bytes) -> None:
        self._chain.asked("send")
        self._chain.on_send(raw)
        self._chain.sent.append(raw)
        if self._chain.drops:
            self._chain.drops -= 1
        else:
            self._chain.accept(raw)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        found = self._state("receipt", final=False).receipts.get(transaction_hash)
        if found is None:
            return None
        number, succeeded = found
        block_hash = sha256(repr(self._chain.blocks[: number + 1]).encode()).digest()
        return Receipt(transaction_hash, number, block_hash, succeeded, GAS)

    def final_block(self) -> int:
        self._chain.asked("final_block")
        return self._chain.final

    def _state(self, question: str, final: bool) -> State:
        self._chain.asked(question)
        return self._chain.state(self._chain.final + 1 if final else None)


def _call(function: str, *arguments: Any) -> Call:
    return Call(CONTRACT, repr((function, arguments)).encode(), function)
