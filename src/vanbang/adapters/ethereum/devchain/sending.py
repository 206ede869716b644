"""The JSON-RPC methods that take transactions."""

from typing import Any

import rlp
from eth.abc import SignedTransactionAPI
from eth.exceptions import PyEVMError
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from vanbang.adapters.ethereum.devchain.accounts import DEV_ACCOUNTS
from vanbang.adapters.ethereum.devchain.errors import invalid_params
from vanbang.adapters.ethereum.devchain.evm import BLOCK_GAS_LIMIT
from vanbang.adapters.ethereum.devchain.node import Node
from vanbang.adapters.ethereum.devchain.params import data
from vanbang.adapters.ethereum.devchain.pool import rejected
from vanbang.adapters.ethereum.devchain.reading import PRIORITY_FEE, Method
from vanbang.adapters.ethereum.devchain.transaction_request import TransactionRequest, read_transaction_request
from vanbang.adapters.ethereum.devchain.views import hexed, transaction_type

BLOB_TYPE = 3  # EIP-4844
UNDECODABLE = (PyEVMError, rlp.exceptions.RLPException, ValidationError, BadSignature, ValueError, TypeError)
UNLOCKED = frozenset(bytes.fromhex(account.address[2:]) for account in DEV_ACCOUNTS)


def send_raw_transaction(node: Node, raw: object) -> str:
    """Take a signed transaction; returns its hash. Errors are worded as anvil's."""
    octets = data(raw)
    if not octets:
        raise invalid_params("Empty transaction data")
    return hexed(node.submit(_decode(node, octets)))


def _decode(node: Node, raw: bytes) -> SignedTransactionAPI:
    try:
        transaction = node.evm.decode(raw)
        transaction.validate()
        transaction.check_signature_validity()
        kind, _ = transaction_type(transaction), transaction.sender
    except UNDECODABLE as error:
        raise invalid_params("Failed to decode transaction") from error
    if kind == BLOB_TYPE:
        raise rejected("blob transactions are not taken by this development chain")
    return transaction


def send_transaction(node: Node, request: object) -> str:
    """Sign with a development account and send; what the request leaves open is filled in."""
    wish = read_transaction_request(request)
    if wish.sender not in UNLOCKED:
        raise invalid_params("No Signer available")
    if wish.chain_id not in (None, node.chain_id):
        raise rejected("invalid chain id for signer")
    return hexed(node.submit(node.evm.sign(_filled(node, wish, wish.sender), wish.sender)))


def _filled(node: Node, wish: TransactionRequest, sender: bytes) -> dict[str, Any]:
    """py-evm's fields for a legacy transaction, or for a type 1 or 2 one."""
    fields: dict[str, Any] = {
        "nonce": node.nonce(sender, "pending") if wish.nonce is None else wish.nonce,
        "gas": wish.gas or _enough_gas(node, wish),
        "to": wish.to,
        "value": wish.value,
        "data": wish.data,
    }
    typed = {"chain_id": node.chain_id, "access_list": wish.access_list or ()}
    if wish.gas_price is None:
        return {**fields, **typed, **_fees(node, wish)}
    return {**fields, "gas_price": wish.gas_price, **(typed if wish.access_list is not None else {})}


def _enough_gas(node: Node, wish: TransactionRequest) -> int:
    """The estimate on top of what waits; a transaction that is going to fail gets a whole block's, as with anvil."""
    with node.at("pending" if len(node.pool) else "latest") as header:
        gas, full = node.evm.estimate(wish.message(), header)
    return BLOCK_GAS_LIMIT if full.is_error else gas


def _fees(node: Node, wish: TransactionRequest) -> dict[str, int]:
    tip = PRIORITY_FEE if wish.max_priority_fee is None else wish.max_priority_fee
    if wish.max_fee is None:
        return {"max_priority_fee_per_gas": tip, "max_fee_per_gas": 2 * node.next_base_fee() + tip}
    tip = min(tip, wish.max_fee) if wish.max_priority_fee is None else tip
    return {"max_priority_fee_per_gas": tip, "max_fee_per_gas": wish.max_fee}


SENDING: dict[str, Method] = {
    "eth_sendRawTransaction": send_raw_transaction,
    "eth_sendTransaction": send_transaction,
}
