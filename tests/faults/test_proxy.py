"""The endpoint that misbehaves as told does exactly that, and nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from endpoint_servers import Reply, serving
from faults.proxy import Proxy, at_first, endpoint, honest, in_turn, only
from faults.ways import absent, constant, down, false_receipt, lagging, reply_lost, says, swallowing, wrong_chain

HEAD = 100


class Node:
    """A node whose receipts lie in block 98, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, _method: str, _path: str, body: bytes) -> Reply:
        asked = json.loads(body)
        answers = [self._one(call) for call in (asked if isinstance(asked, list) else [asked])]
        return Reply(json.dumps(answers if isinstance(asked, list) else answers[0]).encode())

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(call["method"])
        told = {"jsonrpc": "2.0", "id": call["id"]}
        if call["method"] == "eth_nonsense":
            return told | {"error": {"code": -32601, "message": "no such method"}}
        return told | {"result": self._result(call["method"], call["params"])}

    def _result(self, method: str, params: list[Any]) -> Any:
        if method == "eth_getBlockByNumber":
            return {"number": params[0], "hash": "0x" + "ab" * 32}
        receipt = {"blockNumber": hex(98), "transactionHash": params[0] if params else ""}
        answers = {"eth_blockNumber": hex(HEAD), "eth_chainId": "0x7a69", "eth_getTransactionReceipt": receipt}
        return answers.get(method, params)


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def proxy(node: Node) -> Iterator[Proxy]:
    with serving(node) as server, endpoint(server.url) as made:
        yield made


def asked(proxy: Proxy, *calls: tuple[str, list[Any]]) -> Any:
    """The answer's body; a batch if there are several calls."""
    batch = [
        {"jsonrpc": "2.0", "id": n, "method": method, "params": params} for n, (method, params) in enumerate(calls, 7)
    ]
    return requests.post(proxy.url, json=batch if len(calls) > 1 else batch[0], timeout=5).json()


def result(proxy: Proxy, method: str, *params: Any) -> Any:
    return asked(proxy, (method, list(params)))["result"]


def test_it_passes_on(proxy: Proxy) -> None:
    """Single calls, batches and errors go through as they are, ids and all, and every call is seen."""
    seen: list[str] = []
    proxy.watch = lambda method, params: seen.append(method)
    assert asked(proxy, ("eth_chainId", [])) == {"jsonrpc": "2.0", "id": 7, "result": "0x7a69"}
    both = asked(proxy, ("eth_blockNumber", []), ("eth_nonsense", []))
    assert [answer["id"] for answer in both] == [7, 8]
    assert both[1]["error"]["code"] == -32601
    assert seen == ["eth_chainId", "eth_blockNumber", "eth_nonsense"]
    assert proxy.counted["eth_nonsense"] == 1


def test_faults_of_some_calls(proxy: Proxy) -> None:
    """A way for one method leaves the others of the same batch alone; errors of the node come through a way."""
    proxy.way = only(["eth_blockNumber"], constant("0x1"))
    both = asked(proxy, ("eth_blockNumber", []), ("eth_chainId", []), ("eth_nonsense", []))
    assert [answer.get("result") for answer in both] == ["0x1", "0x7a69", None]
    assert both[2]["error"]["message"] == "no such method"


def test_silence(proxy: Proxy, node: Node) -> None:
    """Down means that the node hears nothing; a lost reply means that it does."""
    proxy.way = down
    with pytest.raises(requests.ConnectionError):
        asked(proxy, ("eth_chainId", []))
    assert node.asked == []
    proxy.way = reply_lost
    with pytest.raises(requests.ConnectionError):
        asked(proxy, ("eth_sendRawTransaction", ["0x00"]))
    with pytest.raises(requests.ConnectionError):
        asked(proxy, ("eth_sendRawTransaction", ["0x01"]), ("eth_sendRawTransaction", ["0x02"]))
    assert node.asked == ["eth_sendRawTransaction"] * 3


def test_whole_answers(proxy: Proxy) -> None:
    """A 429 is a 429, with its headers, for the whole batch."""
    proxy.way = only(["eth_chainId"], says(429, b"slow down", Retry_After="1"))
    answer = requests.post(proxy.url, json=[{"id": 1, "method": "eth_chainId", "params": []}] * 2, timeout=5)
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (429, "slow down", "1")


def test_in_turn(proxy: Proxy) -> None:
    """Ways can be had for some calls only, or in turn."""
    proxy.way = at_first(1, constant("0x2"))
    assert [result(proxy, "eth_chainId") for _ in range(3)] == ["0x2", "0x7a69", "0x7a69"]
    proxy.way = in_turn(constant("0x2"), honest, calls=2)
    assert [result(proxy, "eth_chainId") for _ in range(6)] == ["0x2", "0x2", "0x7a69", "0x7a69", "0x2", "0x2"]


def test_an_old_head(proxy: Proxy) -> None:
    """An endpoint that lags has an older head everywhere: blocks, tags, receipts, calls."""
    proxy.way = lagging(5)
    assert result(proxy, "eth_blockNumber") == hex(95)
    assert result(proxy, "eth_getBlockByNumber", "latest", False)["number"] == hex(95)
    assert result(proxy, "eth_getBlockByNumber", "finalized", False)["number"] == hex(93)
    assert result(proxy, "eth_getBlockByNumber", hex(97), False) is None
    assert result(proxy, "eth_getTransactionReceipt", "0x01") is None
    assert result(proxy, "eth_call", {"to": "0x"}, "latest") == [{"to": "0x"}, hex(95)]
    assert "error" in asked(proxy, ("eth_call", [{}, hex(97)]))
    proxy.way = lagging(1)
    assert result(proxy, "eth_getTransactionReceipt", "0x01")["blockNumber"] == hex(98)


def test_lies(proxy: Proxy, node: Node) -> None:
    """False receipts, false absence, another chain, and a transaction that is taken and forgotten."""
    proxy.way = false_receipt(success=False)
    assert result(proxy, "eth_getTransactionReceipt", "0x0a")["status"] == "0x0"
    proxy.way = absent
    assert result(proxy, "eth_getTransactionReceipt", "0x0a") is None
    proxy.way = wrong_chain
    assert (result(proxy, "eth_chainId"), result(proxy, "eth_call", {}, "latest")) == ("0x1", "0x")
    proxy.way, node.asked = swallowing, []
    assert len(result(proxy, "eth_sendRawTransaction", "0x00")) == 66
    assert node.asked == []
