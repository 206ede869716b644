"""When blocks are made and what enters them: the policy over the bare chain."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth.abc import BlockAPI, BlockHeaderAPI, SignedTransactionAPI
from eth_typing import Address

from vanbang.adapters.ethereum.devchain.clock import BlockClock
from vanbang.adapters.ethereum.devchain.errors import (
    INVALID_PARAMS,
    RESOURCE_NOT_FOUND,
    SERVER_ERROR,
    ChainStoreUnusable,
    RpcError,
)
from vanbang.adapters.ethereum.devchain.evm import BLOCK_GAS_LIMIT, Evm, data_floor_gas
from vanbang.adapters.ethereum.devchain.params import BlockTag
from vanbang.adapters.ethereum.devchain.pool import Pool, rejected
from vanbang.adapters.ethereum.devchain.store import ChainStore
from vanbang.adapters.ethereum.devchain.views import base_fee

FIRST_PROTECTED_V = 35  # EIP-155: below it a legacy signature names no chain


@dataclass
class Poll:
    """A filter a client polls: its criteria (None: blocks), and the first block it has not been told of."""

    criteria: dict[str, object] | None
    next_block: int


class Node:
    """One development chain: store, virtual machine, clock and pool. Every method expects the caller's lock."""

    def __init__(self, folder: Path | None, chain_id: int, heartbeat: float | None) -> None:
        """`heartbeat`: seconds after which a question about the head first makes an empty block; None for never."""
        self.store = ChainStore(folder)
        try:
            self._claim_chain_id(chain_id)
            self.clock = BlockClock(self.store)
            self.evm = Evm(self.store, chain_id, int(self.clock.now()))
        except BaseException:
            self.store.close()
            raise
        self.chain_id = chain_id
        self.heartbeat = heartbeat
        self.pool = Pool()
        self.polls: dict[int, Poll] = {}
        self.automine = True

    def _claim_chain_id(self, chain_id: int) -> None:
        stored = self.store.setting("chain_id")
        if stored not in (None, chain_id):
            raise ChainStoreUnusable(self.store.path, f"it holds chain id {stored}, not {chain_id}")
        self.store.set_setting("chain_id", chain_id)

    # Making blocks.

    def mine(self) -> tuple[BlockAPI, dict[bytes, str]]:
        """Seal one block from what is ready; returns it and why transactions were refused, by hash."""
        with self.store.transaction():
            block, refused = self._seal()
            self.clock.passed(block.header.timestamp)
        for gone in (*refused, *(transaction.hash for transaction in block.transactions)):
            self.pool.drop(gone)
        return block, refused

    def _seal(self) -> tuple[BlockAPI, dict[bytes, str]]:
        head = self.evm.head()
        return self.evm.seal(self.pool.ready(self.evm.state(head)), self.clock.upcoming(head.timestamp))

    def wake(self) -> None:
        """Make one empty block if the head is older than the heartbeat.

        Verifiers refuse a chain whose head is old; an idle chain need not grow while nobody looks.
        """
        if self.heartbeat is None or not self.automine:
            return
        if self.clock.now() - self.evm.head().timestamp > self.heartbeat:
            self.mine()

    def submit(self, transaction: SignedTransactionAPI) -> bytes:
        """Take a signed transaction, and mine it at once when automining; returns its hash.

        Raises RpcError, worded as anvil does, if it is not acceptable.
        """
        self._check(transaction)
        self.pool.add(transaction)
        try:
            reason = self.mine_ready().get(transaction.hash) if self.automine else None
        except Exception:
            self.pool.drop(transaction.hash)  # else it would fail every later block too
            raise
        if reason is not None:
            raise rejected(reason)
        return bytes(transaction.hash)

    def mine_ready(self) -> dict[bytes, str]:
        """Seal blocks until nothing more is ready; returns why transactions were refused, by hash."""
        refused: dict[bytes, str] = {}
        while self.pool.ready(self.evm.state(self.evm.head())):
            refused |= self.mine()[1]
        return refused

    def _check(self, transaction: SignedTransactionAPI) -> None:
        head = self.evm.head()
        state = self.evm.state(head)
        if _chain_named(transaction) not in (None, self.chain_id):
            raise rejected("invalid chain id for signer")
        if transaction.nonce < state.get_nonce(transaction.sender):
            raise rejected("nonce too low")
        if transaction.gas > BLOCK_GAS_LIMIT:
            raise RpcError(SERVER_ERROR, "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit")
        if transaction.gas < max(transaction.intrinsic_gas, data_floor_gas(transaction.data)):
            raise RpcError(SERVER_ERROR, "intrinsic gas too low")
        if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
            raise rejected("max priority fee per gas higher than max fee per gas")
        if transaction.max_fee_per_gas < self.next_base_fee():
            raise rejected("max fee per gas less than block base fee")
        if transaction.gas * transaction.max_fee_per_gas + transaction.value > state.get_balance(transaction.sender):
            raise rejected("Insufficient funds for gas * price + value")

    # Looking.

    def next_base_fee(self, header: BlockHeaderAPI | None = None) -> int:
        """Base fee (wei per gas) of the block after `header`, by default after the head."""
        return base_fee(self.evm.chain.create_header_from_parent(header or self.evm.head()))

    def header(self, which: BlockTag) -> BlockHeaderAPI | None:
        """The header a block parameter names, None if there is none; `pending` needs `at`."""
        if isinstance(which, bytes):
            return self.evm.header_of(which)
        if isinstance(which, int):
            return self.evm.header_at(which)
        return self.evm.header_at(0) if which == "earliest" else self.evm.head()

    @contextmanager
    def at(self, which: BlockTag) -> Iterator[BlockHeaderAPI]:
        """The header whose state is asked for; `pending` is a block made for the occasion and forgotten after.

        Raises RpcError if there is no such block.
        """
        if which == "pending":
            with self.store.rehearsal():
                block, _ = self._seal()
                yield block.header
            return
        header = self.header(which)
        if header is None and isinstance(which, int):
            height = self.evm.head().block_number
            raise RpcError(INVALID_PARAMS, f"BlockOutOfRangeError: block height is {height} but requested was {which}")
        if header is None:
            raise RpcError(RESOURCE_NOT_FOUND, "unknown block")
        yield header

    def nonce(self, account: bytes, which: BlockTag) -> int:
        """The account's next nonce after a block; `pending` counts what waits."""
        with self.at("latest" if which == "pending" else which) as header:
            nonce = self.evm.state(header).get_nonce(Address(account))
        return self.pool.next_nonce(account, nonce) if which == "pending" else nonce

    # Going back.

    def snapshot(self) -> int:
        """Remember the present; returns an id for `revert`."""
        return self.store.add_snapshot(self.evm.head().block_number, self.clock.offset)

    def revert(self, snapshot: int) -> bool:
        """Return to a snapshot, using it and all later ones up; False if there is none with this id.

        Waiting transactions are forgotten. A crash in here leaves the present as it was.
        """
        with self.store.transaction():
            found = self.store.take_snapshot(snapshot)
            if found is None:
                return False
            number, self.clock.offset = found
            self.store.set_setting("next_timestamp", None)
            self.evm.rewind(number)
        self.pool.clear()
        return True


def _chain_named(transaction: SignedTransactionAPI) -> int | None:
    """The chain id a signature is bound to, None for a legacy signature without one (EIP-155)."""
    if hasattr(transaction, "v"):
        return (transaction.v - FIRST_PROTECTED_V) // 2 if transaction.v >= FIRST_PROTECTED_V else None
    return transaction.chain_id
