"""What endpoints answer, as values that can be compared: blocks, receipts, amounts. All of it may be false."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, TypeVar

from vanbang.adapters.ethereum.json_rpc import RpcFailure, data_bytes, field, hash_bytes, quantity
from vanbang.core.errors import FormatError
from vanbang.ports import Receipt

Value = TypeVar("Value")
UNPRICED: Final = -1
"""The gas price of a receipt whose endpoint does not say it: old nodes leave it to the transaction."""


@dataclass(frozen=True, slots=True)
class Head:
    """A block's number, hash and time (unix); `base_fee` in wei, None on a chain without EIP-1559."""

    number: int
    hash: bytes
    time: int
    base_fee: int | None


def read_head(value: Any) -> Head:
    """A block of `eth_getBlockByNumber`. Raises RpcFailure, `no_block` for a block that the endpoint lacks."""
    if value is None:
        raise RpcFailure("no_block", "a block")
    if not isinstance(value, dict):
        raise RpcFailure("malformed", "a block")
    base = field(value, "baseFeePerGas") if "baseFeePerGas" in value else None
    return Head(
        quantity(field(value, "number")),
        hash_bytes(field(value, "hash")),
        quantity(field(value, "timestamp")),
        None if base is None else quantity(base),
    )


def read_number(value: Any) -> int:
    """A block's number alone. Raises RpcFailure."""
    return read_head(value).number


def read_wei(value: Any) -> int:
    """An amount: it may exceed the 2^53-1 of every other quantity of ours. Raises RpcFailure."""
    if not isinstance(value, str):
        raise RpcFailure("malformed", "an amount")
    return int.from_bytes(data_bytes("0x" + value.removeprefix("0x").rjust(64, "0")), "big")


def read_view(read: Callable[[bytes], Value], nothing: Value, value: Any) -> Value:
    """The result of a view of the registry; `nothing` for no bytes. Raises RpcFailure for what is no such result."""
    data = data_bytes(value)
    try:
        return read(data) if data else nothing
    except FormatError as error:
        raise RpcFailure("malformed", "a view") from error


def read_receipt(transaction_hash: bytes, value: Any) -> Receipt | None:
    """The receipt of this transaction, None if there is none. Raises RpcFailure, also for another one's receipt."""
    if value is None:
        return None
    if hash_bytes(field(value, "transactionHash")) != transaction_hash:
        raise RpcFailure("malformed", "a receipt")
    contract, price = value.get("contractAddress"), value.get("effectiveGasPrice")
    return Receipt(
        transaction_hash,
        quantity(field(value, "blockNumber")),
        hash_bytes(field(value, "blockHash")),
        quantity(field(value, "status")) == 1,
        quantity(field(value, "gasUsed")),
        _address(contract) if contract else None,
        UNPRICED if price is None else quantity(price),
        events_digest(field(value, "logs")),
    )


def read_gas_price(transaction_hash: bytes, value: Any) -> int:
    """What a transaction offers for a unit of gas, wei. Raises RpcFailure."""
    if value is None:
        raise RpcFailure("no_transaction", "a transaction")
    if hash_bytes(field(value, "hash")) != transaction_hash:
        raise RpcFailure("malformed", "a transaction")
    return quantity(field(value, "gasPrice"))


def priced(receipt: Receipt, price: int) -> Receipt:
    """A receipt whose endpoint left the gas price to the transaction."""
    return replace(receipt, gas_price=price) if receipt.gas_price == UNPRICED else receipt


def events_digest(logs: Any) -> bytes:
    """SHA-256 over logs in order: address, number of topics (1 byte), topics, length of data (8 bytes), data.

    Raises RpcFailure.
    """
    if not isinstance(logs, list):
        raise RpcFailure("malformed", "logs")
    digest = sha256()
    for log in logs:
        topics = field(log, "topics")
        if not isinstance(topics, list) or len(topics) > 4:
            raise RpcFailure("malformed", "a log")
        data = data_bytes(field(log, "data"))
        digest.update(_address(field(log, "address")) + bytes([len(topics)]) + b"".join(map(hash_bytes, topics)))
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def _address(value: Any) -> bytes:
    address = data_bytes(value)
    if len(address) != 20:
        raise RpcFailure("malformed", "an address")
    return address
