"""The JSON-RPC methods that only look: chain, blocks, transactions, accounts, logs, calls."""

from collections.abc import Callable
from importlib.metadata import version

from eth_typing import Address

from vanbang.adapters.ethereum.devchain.accounts import DEV_ACCOUNTS
from vanbang.adapters.ethereum.devchain.evm import Message
from vanbang.adapters.ethereum.devchain.logs import find_logs
from vanbang.adapters.ethereum.devchain.node import Node
from vanbang.adapters.ethereum.devchain.params import (
    BlockTag,
    address,
    block_number_tag,
    block_tag,
    digest,
    flag,
    quantity,
)
from vanbang.adapters.ethereum.devchain.pool import rejected
from vanbang.adapters.ethereum.devchain.reverts import raise_if_failed
from vanbang.adapters.ethereum.devchain.transaction_request import read_transaction_request
from vanbang.adapters.ethereum.devchain.views import Json, block_view, hexed, receipt_views, transaction_view, word

PRIORITY_FEE = 10**9  # wei per gas, suggested to whoever asks

Method = Callable[..., object]


def client_version(node: Node) -> str:
    return f"vanbang-devchain/{version('vanbang')} (development only)"


def block_number(node: Node) -> str:
    node.wake()
    return hex(node.evm.head().block_number)


def block_by_number(node: Node, which: object, full: object = False) -> Json | None:
    tag = block_number_tag(which)
    return _block(node, tag, flag(full))


def block_by_hash(node: Node, block_hash: object, full: object = False) -> Json | None:
    return _block(node, digest(block_hash), flag(full))


def _block(node: Node, which: BlockTag, full: bool) -> Json | None:
    _wake_for(node, which)
    if which != "pending" and node.header(which) is None:
        return None
    with node.at(which) as header:
        return block_view(node.evm.block(header), full)


def _wake_for(node: Node, which: BlockTag) -> None:
    """A question about the head, unlike one about a certain block, is about the present."""
    if isinstance(which, str) and which != "earliest":
        node.wake()


def transaction_count_by_number(node: Node, which: object) -> str | None:
    return _transaction_count(_block(node, block_number_tag(which), False))


def transaction_count_by_hash(node: Node, block_hash: object) -> str | None:
    return _transaction_count(_block(node, digest(block_hash), False))


def _transaction_count(block: Json | None) -> str | None:
    return None if block is None else hex(len(block["transactions"]))


def block_receipts(node: Node, which: object) -> list[Json] | None:
    tag = digest(which) if isinstance(which, str) and len(which) == 66 else block_tag(which)
    header = node.header(tag)
    if header is None:
        return None
    block = node.evm.block(header)
    return receipt_views(block, node.evm.receipts(block))


def transaction_by_hash(node: Node, transaction_hash: object) -> Json | None:
    wanted = digest(transaction_hash)
    placed = node.evm.locate(wanted)
    if placed is not None:
        return transaction_view(placed.block.transactions[placed.index], placed.block, placed.index)
    waiting = node.pool.find(wanted)
    return None if waiting is None else transaction_view(waiting, None)


def transaction_receipt(node: Node, transaction_hash: object) -> Json | None:
    placed = node.evm.locate(digest(transaction_hash))
    return None if placed is None else receipt_views(placed.block, node.evm.receipts(placed.block))[placed.index]


def transaction_count(node: Node, account: object, which: object = "latest") -> str:
    return hex(node.nonce(address(account), block_tag(which)))


def balance(node: Node, account: object, which: object = "latest") -> str:
    owner = Address(address(account))
    with node.at(block_tag(which)) as header:
        return hex(node.evm.state(header).get_balance(owner))


def code(node: Node, account: object, which: object = "latest") -> str:
    owner = Address(address(account))
    with node.at(block_tag(which)) as header:
        return hexed(node.evm.state(header).get_code(owner))


def storage_at(node: Node, account: object, slot: object, which: object = "latest") -> str:
    owner, place = Address(address(account)), quantity(slot)
    with node.at(block_tag(which)) as header:
        return word(node.evm.state(header).get_storage(owner, place))


def call(node: Node, request: object, which: object = "latest") -> str:
    message, tag = read_transaction_request(request).message(), block_tag(which)
    _wake_for(node, tag)
    with node.at(tag) as header:
        _check_funds(node, message, node.evm.state(header).get_balance(Address(message.sender)))
        computation = node.evm.run(message, header)
        raise_if_failed(computation)
        return hexed(bytes(computation.output))


def estimate_gas(node: Node, request: object, which: object = "latest") -> str:
    message, tag = read_transaction_request(request).message(), block_tag(which)
    _wake_for(node, tag)
    with node.at(tag) as header:
        _check_funds(node, message, node.evm.state(header).get_balance(Address(message.sender)))
        gas, computation = node.evm.estimate(message, header)
        raise_if_failed(computation)
        return hex(gas)


def _check_funds(node: Node, message: Message, funds: int) -> None:
    if message.value > funds:
        raise rejected("Insufficient funds for gas * price + value")


def gas_price(node: Node) -> str:
    return hex(node.next_base_fee() + PRIORITY_FEE)


def logs(node: Node, criteria: object) -> list[Json]:
    return find_logs(node, criteria)


READING: dict[str, Method] = {
    "web3_clientVersion": client_version,
    "net_version": lambda node: str(node.chain_id),
    "net_listening": lambda node: True,
    "eth_chainId": lambda node: hex(node.chain_id),
    "eth_syncing": lambda node: False,
    "eth_accounts": lambda node: [account.address.lower() for account in DEV_ACCOUNTS],
    "eth_blockNumber": block_number,
    "eth_getBlockByNumber": block_by_number,
    "eth_getBlockByHash": block_by_hash,
    "eth_getBlockTransactionCountByNumber": transaction_count_by_number,
    "eth_getBlockTransactionCountByHash": transaction_count_by_hash,
    "eth_getBlockReceipts": block_receipts,
    "eth_getTransactionByHash": transaction_by_hash,
    "eth_getTransactionReceipt": transaction_receipt,
    "eth_getTransactionCount": transaction_count,
    "eth_getBalance": balance,
    "eth_getCode": code,
    "eth_getStorageAt": storage_at,
    "eth_call": call,
    "eth_estimateGas": estimate_gas,
    "eth_gasPrice": gas_price,
    "eth_maxPriorityFeePerGas": lambda node: hex(PRIORITY_FEE),
    "eth_getLogs": logs,
}
