"""How endpoints misbehave: ways for a proxy (see `proxy.Way`)."""

import contextlib
from typing import Any

from eth_utils.crypto import keccak

from faults.proxy import Ask, Refused, Said, Silence, Way

PAGE = b"<!doctype html><html><title>502 Bad Gateway</title></html>"


def down(_method: str, _params: list[Any], _ask: Ask) -> Any:
    """Nothing is passed on, nothing answered."""
    raise Silence


def reply_lost(method: str, params: list[Any], ask: Ask) -> Any:
    """The node is asked, and does what it is asked to; its answer never arrives."""
    with contextlib.suppress(Refused):
        ask(method, params)
    raise Silence


def hanging(seconds: float) -> Way:
    """The node is asked at once; the connection then stays open without an answer."""

    def way(method: str, params: list[Any], ask: Ask) -> Any:
        with contextlib.suppress(Refused):
            ask(method, params)
        raise Silence(seconds)

    return way


def says(status: int, body: bytes = b"", **headers: str) -> Way:
    """An HTTP answer instead of the node's: 429, 500, a page, garbage."""

    def way(_method: str, _params: list[Any], _ask: Ask) -> Any:
        raise Said(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    return way


def constant(value: Any) -> Way:
    """One answer to everything."""
    return lambda method, params, ask: value


def wrong_chain(method: str, params: list[Any], ask: Ask) -> Any:
    """A node of another chain, which has no contract and no transactions of ours."""
    if method == "eth_chainId":
        return "0x1"
    if method in ("eth_getCode", "eth_call"):
        return "0x"
    return absent(method, params, ask)


def absent(method: str, params: list[Any], ask: Ask) -> Any:
    """Says of every transaction that there is none."""
    if method in ("eth_getTransactionReceipt", "eth_getTransactionByHash"):
        return None
    return ask(method, params)


def false_receipt(success: bool) -> Way:
    """Shows a receipt for every transaction, in the newest block, whether it is there or not, and with one outcome."""

    def way(method: str, params: list[Any], ask: Ask) -> Any:
        if method != "eth_getTransactionReceipt":
            return ask(method, params)
        block = ask("eth_getBlockByNumber", ["latest", False])
        return {
            "transactionHash": params[0],
            "transactionIndex": "0x0",
            "blockNumber": block["number"],
            "blockHash": block["hash"],
            "status": hex(success),
            "gasUsed": "0x5208",
            "cumulativeGasUsed": "0x5208",
            "effectiveGasPrice": "0x3b9aca00",
            "contractAddress": None,
            "logs": [],
            "type": "0x2",
        }

    return way


def swallowing(method: str, params: list[Any], ask: Ask) -> Any:
    """Takes transactions, says so, and forgets them."""
    if method == "eth_sendRawTransaction":
        return "0x" + keccak(bytes.fromhex(params[0][2:])).hex()
    return ask(method, params)


def lagging(blocks: int) -> Way:
    """The chain as it was some blocks ago, in every answer."""

    def way(method: str, params: list[Any], ask: Ask) -> Any:
        head = max(0, int(ask("eth_blockNumber", []), 16) - blocks)
        if method == "eth_blockNumber":
            return hex(head)
        if method == "eth_getBlockByNumber":
            number = _number(params[0], head)
            return None if number > head else ask(method, [hex(number), *params[1:]])
        if method == "eth_getTransactionReceipt":
            receipt = ask(method, params)
            return None if receipt is None or int(receipt["blockNumber"], 16) > head else receipt
        if method in ("eth_call", "eth_getCode", "eth_getBalance", "eth_getTransactionCount"):
            return _at(method, params, head, ask)
        return ask(method, params)

    return way


def _number(tag: str, head: int) -> int:
    if tag in ("safe", "finalized"):
        return max(0, head - 2)
    return head if tag in ("latest", "pending") else int(tag, 16)


def _at(method: str, params: list[Any], head: int, ask: Ask) -> Any:
    number = _number(params[1], head)
    if number > head:
        raise Refused({"code": -32001, "message": "header not found"})
    return ask(method, [params[0], hex(number)])
