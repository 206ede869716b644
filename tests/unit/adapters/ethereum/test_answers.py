"""What endpoints answer, read strictly: blocks, receipts, amounts, the digest of events."""

from hashlib import sha256
from typing import Any

import pytest

from vanbang.adapters.ethereum.answers import (
    UNPRICED,
    Head,
    events_digest,
    priced,
    read_gas_price,
    read_head,
    read_receipt,
    read_view,
    read_wei,
)
from vanbang.adapters.ethereum.json_rpc import RpcFailure
from vanbang.core.errors import FormatError

HASH, BLOCK_HASH = bytes([1]) * 32, bytes([2]) * 32
BLOCK = {"number": "0x64", "hash": "0x" + BLOCK_HASH.hex(), "timestamp": "0x65"}
LOG = {"address": "0x" + "a1" * 20, "topics": ["0x" + "07" * 32, "0x" + "08" * 32], "data": "0x0102", "logIndex": "0x0"}
RECEIPT: dict[str, Any] = {
    "transactionHash": "0x" + HASH.hex(), "blockNumber": "0x64", "blockHash": "0x" + BLOCK_HASH.hex(), "status": "0x1",
    "gasUsed": "0x5208", "contractAddress": None, "effectiveGasPrice": "0x3b9aca00", "logs": [LOG, LOG],
}  # fmt: skip


def fails(read: Any, *arguments: Any) -> str:
    with pytest.raises(RpcFailure) as caught:
        read(*arguments)
    return caught.value.word


def test_a_block() -> None:
    """Number, hash, time, and the base fee where there is one; a block that is missing is told apart from rubbish."""
    assert read_head(BLOCK) == Head(100, BLOCK_HASH, 101, None)
    assert read_head({**BLOCK, "baseFeePerGas": "0x7"}).base_fee == 7
    assert fails(read_head, None) == "no_block"


@pytest.mark.parametrize(
    "value",
    [
        [],
        "0x64",
        {},
        {**BLOCK, "number": 100},
        {**BLOCK, "hash": "0x00"},
        {**BLOCK, "timestamp": None},
        {**BLOCK, "baseFeePerGas": None, "number": "0x"},
        {**BLOCK, "baseFeePerGas": "x"},
    ],
)
def test_what_is_no_block(value: Any) -> None:
    """Members of other kinds are malformed."""
    assert fails(read_head, value) == "malformed"


def test_a_receipt() -> None:
    """All that is kept of it; the price may be missing, and is filled in from the transaction."""
    receipt = read_receipt(HASH, RECEIPT)
    assert receipt is not None
    assert (receipt.block, receipt.block_hash, receipt.succeeded, receipt.contract) == (100, BLOCK_HASH, True, None)
    assert (receipt.gas_used, receipt.gas_price, receipt.fee) == (21_000, 10**9, 21_000 * 10**9)
    assert priced(receipt, 7) == receipt
    old = read_receipt(HASH, {name: value for name, value in RECEIPT.items() if name != "effectiveGasPrice"})
    assert old is not None
    assert old.gas_price == UNPRICED
    assert priced(old, 10**9) == receipt
    made = read_receipt(HASH, {**RECEIPT, "contractAddress": "0x" + "b2" * 20, "status": "0x0"})
    assert made is not None
    assert (made.contract, made.succeeded) == (b"\xb2" * 20, False)
    assert read_receipt(HASH, None) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"transactionHash": "0x" + "09" * 32},
        {"transactionHash": None},
        {"blockNumber": None},
        {"blockHash": "0x01"},
        {"status": True},
        {"gasUsed": "21000"},
        {"contractAddress": "0x01"},
        {"effectiveGasPrice": "0x-1"},
        {"logs": None},
        {"logs": {}},
        {"logs": ["0x"]},
        {"logs": [{**LOG, "topics": "0x"}]},
        {"logs": [{**LOG, "topics": [LOG["topics"][0]] * 5}]},
        {"logs": [{**LOG, "topics": ["0x01"]}]},
        {"logs": [{**LOG, "address": "0x01"}]},
        {"logs": [{**LOG, "data": 7}]},
    ],
)
def test_what_is_no_receipt(changes: dict[str, Any]) -> None:
    """Another transaction's receipt, and members of other kinds, are malformed."""
    assert fails(read_receipt, HASH, {**RECEIPT, **changes}) == "malformed"


@pytest.mark.parametrize("value", [[], "0x", {}, {"status": "0x1"}])
def test_what_is_no_receipt_at_all(value: Any) -> None:
    """Other values are malformed."""
    assert fails(read_receipt, HASH, value) == "malformed"


def test_events_are_hashed_in_one_way() -> None:
    """Address, number of topics, topics, length of data, data: hashed in order, all else left out."""
    one = b"\xa1" * 20 + b"\x02" + b"\x07" * 32 + b"\x08" * 32 + (2).to_bytes(8, "big") + b"\x01\x02"
    assert events_digest([]) == sha256().digest()
    assert events_digest([LOG]) == sha256(one).digest()
    assert events_digest([LOG, {**LOG, "logIndex": "0x9"}]) == sha256(one + one).digest()
    changed = {**LOG, "data": "0x"}
    assert events_digest([LOG, changed]) != events_digest([changed, LOG])
    moved = {**LOG, "topics": LOG["topics"][:1], "data": LOG["topics"][1] + "0102"}  # type: ignore[operator]
    assert events_digest([moved]) != events_digest([LOG])


def test_the_price_of_a_transaction() -> None:
    """Only of the one that was asked for."""
    assert read_gas_price(HASH, {"hash": "0x" + HASH.hex(), "gasPrice": "0x7"}) == 7
    assert fails(read_gas_price, HASH, None) == "no_transaction"
    assert fails(read_gas_price, HASH, {"hash": "0x" + BLOCK_HASH.hex(), "gasPrice": "0x7"}) == "malformed"
    assert fails(read_gas_price, HASH, {"hash": "0x" + HASH.hex()}) == "malformed"


def test_amounts_may_be_large() -> None:
    """Wei beyond 2^53, up to 32 bytes."""
    assert read_wei("0x0") == 0
    assert read_wei("0xde0b6b3a7640000") == 10**18
    assert read_wei("0x" + "f" * 64) == 2**256 - 1


@pytest.mark.parametrize("value", [None, 7, "0x" + "f" * 65, "7x", "0xg"])
def test_what_is_no_amount(value: Any) -> None:
    """Other values are malformed."""
    assert fails(read_wei, value) == "malformed"


def test_a_view() -> None:
    """Its bytes are decoded; none at all mean that no contract was there; others are malformed."""

    def read(data: bytes) -> str:
        if data != b"\x07":
            raise FormatError("a view", "odd")
        return "seven"

    assert read_view(read, "nothing", "0x07") == "seven"
    assert read_view(read, "nothing", "0x") == "nothing"
    assert fails(read_view, read, "nothing", "0x08") == "malformed"
    assert fails(read_view, read, "nothing", None) == "malformed"
