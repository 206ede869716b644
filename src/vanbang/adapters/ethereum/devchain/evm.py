"""eth-tester's py-evm backend on a store of our own, with a small chain id and blocks sealed one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth.abc import (
    BlockAPI,
    BlockHeaderAPI,
    ComputationAPI,
    ReceiptAPI,
    SignedTransactionAPI,
    StateAPI,
    TransactionBuilderAPI,
)
from eth.chains.base import MiningChain
from eth.db.schema import SchemaV1
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth.rlp.sedes import chain_gaps
from eth.vm.chain_context import ChainContext
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.constants import STANDARD_TOKEN_COST, TOTAL_COST_FLOOR_PER_TOKEN
from eth.vm.spoof import SpoofTransaction
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_tester.backends.pyevm.main import (
    PyEVMBackend,
    generate_genesis_state_for_keys,
    get_default_genesis_params,
)
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from vanbang.adapters.ethereum.devchain.accounts import DEV_ACCOUNTS, DEV_BALANCE
from vanbang.adapters.ethereum.devchain.store import ChainStore

BLOCK_GAS_LIMIT = 30_000_000
BASE_TRANSACTION_GAS = 21_000
ESTIMATE_TOLERANCE = 0.015  # as go-ethereum: stop searching when the bounds are this close


@dataclass(frozen=True)
class Message:
    """An `eth_call` or `eth_estimateGas`: 20-byte addresses (`to` is empty for a creation), wei, gas."""

    sender: bytes
    to: bytes
    value: int
    data: bytes
    gas: int | None
    access_list: tuple[tuple[bytes, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Placed:
    """A transaction in the canonical chain: its block, and its place there."""

    block: BlockAPI
    index: int


def _chain_class(number: int) -> type[MiningChain]:
    class DevMiningChain(MiningChain):
        chain_id = number
        vm_configuration = ((0, PragueVM),)  # type: ignore[assignment]

        def create_header_from_parent(self, parent_header: BlockHeaderAPI, **params: Any) -> BlockHeaderAPI:
            return super().create_header_from_parent(parent_header, **{**params, "gas_limit": parent_header.gas_limit})

        def get_transaction_builder(self) -> type[TransactionBuilderAPI]:
            return self.get_vm().get_transaction_builder()

    return DevMiningChain


def data_floor_gas(data: bytes) -> int:
    """The least gas a transaction carrying `data` must offer, whatever it runs (EIP-7623)."""
    zeros = data.count(0)
    tokens = zeros + STANDARD_TOKEN_COST * (len(data) - zeros)
    return BASE_TRANSACTION_GAS + TOTAL_COST_FLOOR_PER_TOKEN * tokens


class Evm(PyEVMBackend):  # type: ignore[misc]  # eth-tester ships no types
    """The chain itself: executes, seals and looks up. Knows nothing of JSON, clocks or locks.

    A block number or hash means the canonical chain; there are no side chains here.
    """

    chain: MiningChain

    def __init__(self, store: ChainStore, chain_id: int, genesis_time: int) -> None:
        """Continue the chain in `store`; an empty store first gets a genesis block at `genesis_time` (seconds)."""
        self._store = store
        self._chain_class = _chain_class(chain_id)
        self._genesis_time = genesis_time
        super().__init__()

    def reset_to_genesis(self, *_: object) -> None:
        """Build the chain on the store; the backend's constructor calls this with genesis settings we do not use."""
        self.account_keys = tuple(PrivateKey(account.private_key) for account in DEV_ACCOUNTS)
        if self._store.exists(SchemaV1.make_canonical_head_hash_lookup_key()):
            self.chain = self._chain_class(self._store)
            return
        state = generate_genesis_state_for_keys(self.account_keys, {"balance": DEV_BALANCE})
        params = get_default_genesis_params({"gas_limit": BLOCK_GAS_LIMIT, "timestamp": self._genesis_time})
        with self._store.transaction():
            self.chain = self._chain_class.from_genesis(self._store, params, state)  # type: ignore[assignment]

    # Looking up.

    def head(self) -> BlockHeaderAPI:
        """Header of the newest block."""
        return self.chain.get_canonical_head()

    def header_at(self, number: int) -> BlockHeaderAPI | None:
        """Header of the canonical block with this number, None if there is none."""
        try:
            return self.chain.get_canonical_block_header_by_number(BlockNumber(number))
        except HeaderNotFound:
            return None

    def header_of(self, block_hash: bytes) -> BlockHeaderAPI | None:
        """Header of the canonical block with this 32-byte hash, None if there is none."""
        try:
            header = self.chain.get_block_header_by_hash(Hash32(block_hash))
        except HeaderNotFound:
            return None
        canonical = self.header_at(header.block_number)
        return header if canonical is not None and canonical.hash == block_hash else None

    def block(self, header: BlockHeaderAPI) -> BlockAPI:
        """The block under a header."""
        return self.chain.get_vm(header).get_block()

    def receipts(self, block: BlockAPI) -> tuple[ReceiptAPI, ...]:
        """The block's receipts, in transaction order; `gas_used` is cumulative."""
        return tuple(block.get_receipts(self.chain.chaindb))

    def locate(self, transaction_hash: bytes) -> Placed | None:
        """Where a transaction was mined, None if it was not."""
        try:
            number, index = self.chain.get_canonical_transaction_index(Hash32(transaction_hash))
        except TransactionNotFound:
            return None
        header = self.chain.get_canonical_block_header_by_number(number)
        return Placed(self.block(header), index)

    def state(self, header: BlockHeaderAPI) -> StateAPI:
        """Accounts as they were after the block, in the block's own execution context."""
        return self.chain.get_vm(header).state

    # Executing without keeping.

    def run(self, message: Message, header: BlockHeaderAPI, gas: int | None = None) -> ComputationAPI:
        """Execute on top of a block, in its context but with free gas, and keep nothing."""
        vm = self.chain.get_vm(header)
        free = header.copy(base_fee_per_gas=0)
        context = ChainContext(self.chain.chain_id)
        state = vm.build_state(self.chain.chaindb.db, free, context, vm.previous_hashes or ())
        builder = vm.get_transaction_builder()
        unsigned = builder.new_unsigned_dynamic_fee_transaction(  # type: ignore[attr-defined]
            chain_id=self.chain.chain_id,
            nonce=state.get_nonce(Address(message.sender)),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=gas or message.gas or BLOCK_GAS_LIMIT,
            to=message.to,
            value=message.value,
            data=message.data,
            access_list=message.access_list,
        )
        return state.apply_transaction(SpoofTransaction(unsigned, from_=message.sender))  # type: ignore[arg-type]

    def estimate(self, message: Message, header: BlockHeaderAPI) -> tuple[int, ComputationAPI]:
        """(gas that suffices, the run with all gas allowed); the gas means nothing if that run failed."""
        high = min(message.gas or BLOCK_GAS_LIMIT, BLOCK_GAS_LIMIT)
        full = self.run(message, header, high)
        if full.is_error:
            return high, full
        low = max(high - full.get_gas_remaining(), data_floor_gas(message.data))
        if low >= high or not self.run(message, header, low).is_error:
            return low, full
        while high - low > high * ESTIMATE_TOLERANCE:
            middle = (low + high) // 2
            if self.run(message, header, middle).is_error:
                low = middle
            else:
                high = middle
        return high, full

    # Transactions and blocks.

    def decode(self, raw: bytes) -> SignedTransactionAPI:
        """The transaction in its EIP-2718 or legacy encoding. Raises whatever rlp or py-evm raise on bad bytes."""
        return self.chain.get_vm().get_transaction_builder().decode(raw)

    def sign(self, fields: dict[str, Any], sender: bytes) -> SignedTransactionAPI:
        """Sign with a development account. `fields` are py-evm's, with `gas_price` or the two EIP-1559 fees."""
        unsigned = self._create_type_aware_unsigned_transaction(fields)
        key = self._key_lookup[sender]
        signed: SignedTransactionAPI = unsigned.as_signed_transaction(key, chain_id=self.chain.chain_id)
        return signed

    def seal(self, transactions: tuple[SignedTransactionAPI, ...], timestamp: int) -> tuple[BlockAPI, dict[bytes, str]]:
        """Append one block; returns it and, by hash, why a transaction was refused.

        What does not fit under the gas limit is in neither. The caller holds a store transaction: a crash in here
        leaves the previous head.
        """
        parent = self.head()
        fresh = self.chain.create_header_from_parent(parent, timestamp=timestamp)
        self.chain.header = fresh.copy(mix_hash=keccak(parent.hash))
        refused: dict[bytes, str] = {}
        skipped: set[bytes] = set()  # senders whose later nonces now have to wait
        for transaction in transactions:
            if transaction.sender in skipped:
                continue
            if self.chain.header.gas_used + transaction.gas > self.chain.header.gas_limit:
                skipped.add(transaction.sender)
                continue
            try:
                self.chain.apply_transaction(transaction)
            except (ValidationError, RecursionError) as error:
                skipped.add(transaction.sender)
                refused[transaction.hash] = str(error)
        return self._store_block(), refused

    def _store_block(self) -> BlockAPI:
        block = self.chain.mine_block()
        logs = [log for receipt in self.receipts(block) for log in receipt.logs]
        self._store.index_logs(block.number, {term for log in logs for term in log_terms(log.address, log.topics)})
        return block

    def rewind(self, number: int) -> None:
        """Make block `number` the head again. The caller holds a store transaction."""
        target, head = self.chain.get_canonical_block_header_by_number(BlockNumber(number)), self.head()
        for height in range(number + 1, head.block_number + 1):
            header = self.chain.get_canonical_block_header_by_number(BlockNumber(height))
            for spent in self.chain.chaindb.get_block_transaction_hashes(header):
                self._store.delete(SchemaV1.make_transaction_hash_to_block_lookup_key(spent))
            self._store.delete(SchemaV1.make_block_number_to_hash_lookup_key(BlockNumber(height)))
        no_gaps = rlp.encode(((), number + 1), sedes=chain_gaps)
        self._store[SchemaV1.make_header_chain_gaps_lookup_key()] = no_gaps
        self._store[SchemaV1.make_chain_gaps_lookup_key()] = no_gaps
        self._store[SchemaV1.make_canonical_head_hash_lookup_key()] = target.hash
        self._store.forget_logs_after(number)


def log_terms(address: bytes, topics: Sequence[int]) -> list[bytes]:
    """The index terms of one log: its address, and each topic together with its place."""
    return [address_term(address), *(topic_term(place, topic) for place, topic in enumerate(topics))]


def address_term(address: bytes) -> bytes:
    """Index term of a log's 20-byte address."""
    return b"a" + address


def topic_term(place: int, topic: int) -> bytes:
    """Index term of a topic at a place (0-3)."""
    return b"%d" % place + topic.to_bytes(32, "big")
