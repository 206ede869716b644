"""The simulated chain: blocks that are replaced, a mempool with its rules, fees that move, finality that stalls."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import Final

import rlp
from eth_utils.crypto import keccak

from vanbang.cli.bench.simulator.registry import CHAIN_ID, CONTRACT, Registry, Reverted, anchors_in, recovered
from vanbang.core.registry import Key

GWEI: Final = 10**9
GAS: Final = 60_000
GAS_OF_ANCHOR: Final = 40_000
AHEAD: Final = 10
"""Nonces that an account may be ahead of its last one in a block: more are not taken."""


class Refused(Exception):
    """A node does not take a transaction, and says why."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction as a node reads it. Legacy ones have their gas price as `max_fee` and as `tip`."""

    hash: bytes
    raw: bytes
    sender: bytes
    nonce: int
    target: bytes
    data: bytes
    value: int
    gas: int
    max_fee: int
    tip: int
    is_legacy: bool

    @property
    def worth(self) -> int:
        """Wei that its account must have."""
        return self.gas * self.max_fee + self.value


@lru_cache(maxsize=4096)
def read_signed(raw: bytes) -> Signed:
    """A raw transaction, legacy (EIP-155) or type 2."""
    if raw[0] == 2:
        _, nonce, tip, max_fee, gas, target, value, data, _, parity, r, s = rlp.decode(raw[1:])
        unsigned, v = keccak(b"\x02" + rlp.encode(rlp.decode(raw[1:])[:9])), _number(parity)
    else:
        nonce, max_fee, gas, target, value, data, parity, r, s = rlp.decode(raw)
        tip, v = max_fee, _number(parity) - 35 - 2 * CHAIN_ID
        unsigned = keccak(rlp.encode([nonce, max_fee, gas, target, value, data, CHAIN_ID, b"", b""]))
    sender = recovered(unsigned, r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([v + 27]))
    numbers = (_number(nonce), _number(value), _number(gas), _number(max_fee), _number(tip))
    return Signed(keccak(raw), raw, sender, numbers[0], target, data, *numbers[1:], is_legacy=raw[0] != 2)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction in a block, and how it ended. `anchored` are the log entries it made."""

    signed: Signed
    succeeded: bool
    gas_used: int
    price: int
    anchored: tuple[tuple[bytes, bytes, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A block, and everything as it is after it."""

    number: int
    hash: bytes
    time: int
    base_fee: int
    registry: Registry
    nonces: dict[bytes, int] = field(default_factory=dict)
    balances: dict[bytes, int] = field(default_factory=dict)
    mined: tuple[Mined, ...] = ()
    orders: tuple[tuple[bytes, bytes, Key], ...] = ()
    """What admins did in it: issuer, address, the key as it became."""


@dataclass(slots=True)
class Chain:
    """All blocks, the mempool, and how it fares. `depth` blocks upon one make it final, unless finality stalls."""

    blocks: list[Block]
    depth: int
    fees: str
    min_price: int = GWEI
    base_fee: int = GWEI
    final: int = 0
    is_halted: bool = False
    is_stalled: bool = False
    fullness: float = 0.0
    """How likely a block has no room for a transaction."""
    mempool: dict[bytes, Signed] = field(default_factory=dict)
    orders: list[tuple[bytes, bytes, Key]] = field(default_factory=list)

    @property
    def head(self) -> Block:
        return self.blocks[-1]

    def accept(self, raw: bytes) -> bytes:
        """Takes a transaction into the mempool as a node does; gives its hash. Raises Refused."""
        new, head = read_signed(raw), self.head
        if new.nonce < (used := head.nonces.get(new.sender, 0)):
            raise Refused("nonce too low")
        if new.nonce > used + AHEAD:
            raise Refused("too many transactions of this account wait")
        if new.hash in self.mempool:
            raise Refused("already known")
        if new.max_fee < self.min_price or (self.fees == "legacy" and not new.is_legacy):
            raise Refused("transaction underpriced, or of a type that is not known")
        if new.worth > head.balances.get(new.sender, 0):
            raise Refused("insufficient funds for gas * price + value")
        for old in [item for item in self.mempool.values() if (item.sender, item.nonce) == (new.sender, new.nonce)]:
            if new.max_fee * 10 < old.max_fee * 11 or new.tip * 10 < old.tip * 11:
                raise Refused("replacement transaction underpriced")
            del self.mempool[old.hash]
        self.mempool[new.hash] = new
        return new.hash

    def mine(self, now: int, draw: Random) -> None:
        """One block, unless the chain stands still; transactions by fee, nonces one after the other."""
        if self.is_halted:
            return
        block = self._empty(max(now, self.head.time + 1))
        waiting = sorted(self.mempool.values(), key=lambda item: (item.nonce, -item.max_fee))
        for signed in waiting:
            if draw.random() >= self.fullness and self._fits(block, signed):
                block = self._with(block, signed)
        taken = {(item.signed.sender, item.signed.nonce) for item in block.mined}
        self.mempool = {key: item for key, item in self.mempool.items() if (item.sender, item.nonce) not in taken}
        self._append(block)

    def reorganise(self, depth: int, draw: Random, *, forget: bool) -> None:
        """Replaces the newest blocks by as many others; what was in them may be in those, wait again, or be gone."""
        gone = self.blocks[-depth:]
        del self.blocks[-depth:]
        fork = self.head.number
        self.final = min(self.final, fork)
        self.orders = [order for block in gone for order in block.orders] + self.orders
        if not forget:
            for mined in (item for block in gone for item in block.mined):
                self.mempool.setdefault(mined.signed.hash, mined.signed)
        for old in gone:
            block = self._empty(max(old.time + 1, self.head.time + 1))
            for signed in sorted(self.mempool.values(), key=lambda item: item.nonce):
                if draw.random() < 0.3 and self._fits(block, signed):
                    block = self._with(block, signed)
            taken = {item.signed.hash for item in block.mined}
            self.mempool = {key: item for key, item in self.mempool.items() if key not in taken}
            self._append(block)

    def pay(self, account: bytes, wei: int) -> None:
        """Sets what an account has from the next block on."""
        self.head.balances[account] = wei

    def _empty(self, time: int) -> Block:
        head, registry = self.head, self.head.registry
        for issuer, address, key in self.orders:
            registry = registry.with_key(issuer, address, key)
        hashed = sha256(head.hash + time.to_bytes(8, "big") + head.number.to_bytes(8, "big")).digest()
        return Block(head.number + 1, hashed, time, self.base_fee, registry, dict(head.nonces), dict(head.balances),
                     orders=tuple(self.orders))  # fmt: skip

    def _fits(self, block: Block, signed: Signed) -> bool:
        least = block.base_fee if self.fees == "eip1559" else max(self.min_price, block.base_fee)
        return (
            signed.nonce == block.nonces.get(signed.sender, 0)
            and signed.max_fee >= least
            and signed.worth <= block.balances.get(signed.sender, 0)
        )

    def _with(self, block: Block, signed: Signed) -> Block:
        registry, succeeded = block.registry, True
        if signed.target == CONTRACT:
            try:
                registry = registry.called(signed.data, block.time, block.number)
            except Reverted:
                succeeded = False
        used = gas_of(signed.data)
        price = signed.max_fee if signed.is_legacy else min(signed.max_fee, block.base_fee + signed.tip)
        nonces = {**block.nonces, signed.sender: signed.nonce + 1}
        balances = {**block.balances, signed.sender: block.balances[signed.sender] - used * price}
        logged = tuple((key.issuer_id, key.root, number) for key, _, number in registry.log[len(block.registry.log) :])
        mined = (*block.mined, Mined(signed, succeeded, used, price, logged))
        hashed = sha256(block.hash + signed.hash).digest()
        return replace(block, registry=registry, nonces=nonces, balances=balances, mined=mined, hash=hashed)

    def _append(self, block: Block) -> None:
        self.blocks.append(block)
        self.orders = []
        if not self.is_stalled:
            self.final = max(self.final, block.number - self.depth)


def gas_of(data: bytes) -> int:
    """What a call costs."""
    return GAS + GAS_OF_ANCHOR * len(anchors_in(data))
