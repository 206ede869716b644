"""The transaction object of eth_call, eth_estimateGas and eth_sendTransaction, read into plain values."""

from dataclasses import dataclass

from vanbang.adapters.ethereum.devchain.errors import invalid_params
from vanbang.adapters.ethereum.devchain.evm import BLOCK_GAS_LIMIT, Message
from vanbang.adapters.ethereum.devchain.params import (
    MAX_UINT64,
    address,
    array,
    data,
    digest,
    members,
    quantity,
)

ZERO_ADDRESS = bytes(20)
ACCESS_LIST_LIMIT = 1_000
LEGACY, ACCESS_LIST, DYNAMIC_FEE = 0, 1, 2

AccessList = tuple[tuple[bytes, tuple[int, ...]], ...]


@dataclass(frozen=True)
class TransactionRequest:
    """What a caller said of a transaction. None: not said. Fees are wei per gas; `to` is empty for a creation."""

    sender: bytes | None
    to: bytes
    value: int
    data: bytes
    gas: int | None
    nonce: int | None
    gas_price: int | None
    max_fee: int | None
    max_priority_fee: int | None
    access_list: AccessList | None
    chain_id: int | None

    def message(self) -> Message:
        """The call this describes; gas is capped at a block's, an unnamed sender is the zero address."""
        gas = None if self.gas is None else min(self.gas, BLOCK_GAS_LIMIT)
        return Message(self.sender or ZERO_ADDRESS, self.to, self.value, self.data, gas, self.access_list or ())


def read_transaction_request(value: object) -> TransactionRequest:
    """Read a transaction object; unknown members are ignored, as every node does.

    Raises RpcError (-32602) on a malformed member, contradicting fees or data, or a type we do not send.
    """
    given = {name: item for name, item in members(value).items() if item is not None}
    _check_kind(given)

    def number(name: str, limit: int = MAX_UINT64) -> int | None:
        return quantity(given[name], limit) if name in given else None

    return TransactionRequest(
        sender=address(given["from"]) if "from" in given else None,
        to=b"" if given.get("to") in (None, "0x", "") else address(given["to"]),
        value=quantity(given.get("value", 0)),
        data=_input(given),
        gas=number("gas"),
        nonce=number("nonce"),
        gas_price=number("gasPrice"),
        max_fee=number("maxFeePerGas"),
        max_priority_fee=number("maxPriorityFeePerGas"),
        access_list=_access_list(given["accessList"]) if "accessList" in given else None,
        chain_id=number("chainId"),
    )


def _check_kind(given: dict[str, object]) -> None:
    if "gasPrice" in given and ("maxFeePerGas" in given or "maxPriorityFeePerGas" in given):
        raise invalid_params("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
    if quantity(given.get("type", DYNAMIC_FEE)) not in (LEGACY, ACCESS_LIST, DYNAMIC_FEE):
        raise invalid_params("only transaction types 0, 1 and 2 can be built here")


def _input(given: dict[str, object]) -> bytes:
    """`input` is the current name, `data` the old one; both may be there if they agree."""
    new, old = data(given.get("input", "0x")), data(given.get("data", "0x"))
    if "input" in given and "data" in given and new != old:
        raise invalid_params('both "data" and "input" are set and not equal')
    return new or old


def _access_list(value: object) -> AccessList:
    entries = [members(entry) for entry in array(value, ACCESS_LIST_LIMIT)]
    return tuple((address(entry.get("address")), _slots(entry.get("storageKeys", []))) for entry in entries)


def _slots(value: object) -> tuple[int, ...]:
    return tuple(int.from_bytes(digest(key), "big") for key in array(value, ACCESS_LIST_LIMIT))
