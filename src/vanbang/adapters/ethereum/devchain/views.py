"""Blocks, transactions, receipts and logs as JSON: the members and encodings anvil gives."""

from typing import Any

import rlp
from eth._utils.address import generate_contract_address
from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI

Json = dict[str, Any]

# This chain refuses blob transactions, so the blob fee never leaves its minimum.
BLOB_GAS_PRICE = 1


def hexed(octets: bytes) -> str:
    """0x-hex of bytes."""
    return "0x" + octets.hex()


def word(number: int) -> str:
    """0x-hex of a 32-byte number."""
    return f"0x{number:064x}"


def bloom(number: int) -> str:
    """0x-hex of a 256-byte log bloom."""
    return f"0x{number:0512x}"


def block_view(block: BlockAPI, full: bool) -> Json:
    """A block; `full` gives whole transactions, else their hashes."""
    transactions: list[Any] = [hexed(each.hash) for each in block.transactions]
    if full:
        transactions = [transaction_view(each, block, index) for index, each in enumerate(block.transactions)]
    return {
        **_header_view(block.header),
        "totalDifficulty": "0x0",
        "size": hex(len(rlp.encode(block))),
        "uncles": [],
        "transactions": transactions,
        "withdrawals": [],
    }


def _header_view(header: Any) -> Json:
    return {
        "hash": hexed(header.hash),
        "parentHash": hexed(header.parent_hash),
        "sha3Uncles": hexed(header.uncles_hash),
        "miner": hexed(header.coinbase),
        "stateRoot": hexed(header.state_root),
        "transactionsRoot": hexed(header.transaction_root),
        "receiptsRoot": hexed(header.receipt_root),
        "logsBloom": bloom(header.bloom),
        "difficulty": hex(header.difficulty),
        "number": hex(header.block_number),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": hexed(header.extra_data),
        "mixHash": hexed(header.mix_hash),
        "nonce": hexed(header.nonce),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "withdrawalsRoot": hexed(header.withdrawals_root),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": hexed(header.parent_beacon_block_root),
        "requestsHash": hexed(header.requests_hash),
    }


def transaction_type(transaction: SignedTransactionAPI) -> int:
    """The EIP-2718 type; 0 for legacy."""
    return getattr(transaction, "type_id", None) or 0


def base_fee(header: BlockHeaderAPI) -> int:
    """Wei per gas that is burnt; every block here has one (EIP-1559)."""
    return header.base_fee_per_gas or 0


def effective_gas_price(transaction: SignedTransactionAPI, header: BlockHeaderAPI) -> int:
    """Wei per gas that was paid (EIP-1559); for a legacy transaction both fees are its gas price."""
    return min(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas + base_fee(header))


def transaction_view(transaction: SignedTransactionAPI, block: BlockAPI | None, index: int = 0) -> Json:
    """A transaction; `block` is None while it waits."""
    return {
        "type": hex(transaction_type(transaction)),
        "nonce": hex(transaction.nonce),
        "gas": hex(transaction.gas),
        "to": hexed(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "input": hexed(transaction.data),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
        "hash": hexed(transaction.hash),
        "from": hexed(transaction.sender),
        **_typed_view(transaction),
        **_price_view(transaction, block),
        "blockHash": hexed(block.hash) if block else None,
        "blockNumber": hex(block.number) if block else None,
        "transactionIndex": hex(index) if block else None,
        **({"blockTimestamp": hex(block.header.timestamp)} if block else {}),
    }


def _typed_view(transaction: Any) -> Json:
    if not transaction_type(transaction):
        v = transaction.v
        return {"v": hex(v), **({"chainId": hex((v - 35) // 2)} if v >= 35 else {})}  # EIP-155
    parity = hex(transaction.y_parity)
    keys = [
        {"address": hexed(account), "storageKeys": [word(slot) for slot in slots]}
        for account, slots in transaction.access_list
    ]
    return {"chainId": hex(transaction.chain_id), "v": parity, "yParity": parity, "accessList": keys}


def _price_view(transaction: SignedTransactionAPI, block: BlockAPI | None) -> Json:
    if transaction_type(transaction) < 2:  # EIP-1559 is type 2
        return {"gasPrice": hex(transaction.gas_price)}
    paid = effective_gas_price(transaction, block.header) if block else transaction.max_fee_per_gas
    return {
        "maxFeePerGas": hex(transaction.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
        "gasPrice": hex(paid),
    }


def receipt_views(block: BlockAPI, receipts: tuple[ReceiptAPI, ...]) -> list[Json]:
    """Receipts of a block, in transaction order."""
    views, used_before, logs_before = [], 0, 0
    for index, receipt in enumerate(receipts):
        views.append(_receipt_view(block, index, receipt, receipt.gas_used - used_before, logs_before))
        used_before, logs_before = receipt.gas_used, logs_before + len(receipt.logs)
    return views


def _receipt_view(block: BlockAPI, index: int, receipt: ReceiptAPI, gas_used: int, first_log: int) -> Json:
    transaction = block.transactions[index]
    created = None if transaction.to else generate_contract_address(transaction.sender, transaction.nonce)
    return {
        "type": hex(transaction_type(transaction)),
        "status": hex(int.from_bytes(receipt.state_root, "big")),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "logs": [_log_view(block, index, log, first_log + place) for place, log in enumerate(receipt.logs)],
        "logsBloom": bloom(receipt.bloom),
        "gasUsed": hex(gas_used),
        "effectiveGasPrice": hex(effective_gas_price(transaction, block.header)),
        "blobGasPrice": hex(BLOB_GAS_PRICE),
        "from": hexed(transaction.sender),
        "to": hexed(transaction.to) if transaction.to else None,
        "contractAddress": hexed(created) if created else None,
        **_place_view(block, index),
    }


def _log_view(block: BlockAPI, index: int, log: Any, log_index: int) -> Json:
    return {
        "address": hexed(log.address),
        "topics": [word(topic) for topic in log.topics],
        "data": hexed(log.data),
        **_place_view(block, index),
        "logIndex": hex(log_index),
        "removed": False,
    }


def _place_view(block: BlockAPI, index: int) -> Json:
    return {
        "transactionHash": hexed(block.transactions[index].hash),
        "transactionIndex": hex(index),
        "blockHash": hexed(block.hash),
        "blockNumber": hex(block.number),
        "blockTimestamp": hex(block.header.timestamp),
    }
