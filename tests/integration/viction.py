"""Viction's rules on top of a node that has none of them: what its pool refuses, and what its nodes do not have.

Emulated after `core/tx_validation.go` and `internal/ethapi` of the chain's node; never compared with the network.
"""

from typing import Any

import requests
import rlp
from eth_account import Account

from endpoint_servers import Answering, Refused, node

CHAIN_ID = 88
SIGNED_BELOW = 6
"""Blocks below the newest that all masternodes have signed; half of them the three above. Few: tests wait for them."""


def viction(url: str) -> Answering:
    """An endpoint with Viction's rules before the node at `url`, which has chain id 88 and no base fee."""

    def ask(method: str, params: list[Any]) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = requests.post(url, json=body, timeout=10).json()
        if "error" in answer:
            error = answer["error"]
            raise Refused(error["code"], error["message"], error.get("data"))
        return answer["result"]

    def result(method: str, params: list[Any]) -> Any:
        if method == "eth_getBlockFinalityByNumber":
            return _finality(int(params[0], 16), int(ask("eth_blockNumber", []), 16))
        if method == "eth_getProof" or {"finalized", "safe"} & {param for param in params if isinstance(param, str)}:
            raise Refused(-32_601, "the method does not exist/is not available")
        if method == "eth_sendRawTransaction":
            raw = bytes.fromhex(params[0][2:])
            _take(raw, int(ask("eth_getTransactionCount", [Account.recover_transaction(raw), "latest"]), 16))
        found = ask(method, params)
        if method == "eth_getTransactionReceipt" and found:
            found.pop("effectiveGasPrice", None)
        return found

    return node(result)


def _finality(block: int, latest: int) -> int:
    if block > latest:
        raise Refused(-32_000, "unknown block")
    return 100 if block <= latest - SIGNED_BELOW else 50 if block <= latest - SIGNED_BELOW + 3 else 0


def _take(raw: bytes, used: int) -> None:
    if raw[0] < 0xC0:
        raise Refused(-32_000, "transaction type not supported")
    if len(raw) > 32 * 1024:
        raise Refused(-32_000, "oversized data")
    nonce, price, *_ = rlp.decode(raw)
    if int.from_bytes(price, "big") < 250_000_000:
        raise Refused(-32_000, "under min gas price")
    if int.from_bytes(nonce, "big") > used + 10:
        raise Refused(-32_000, "nonce too high")
