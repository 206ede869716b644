"""The chronicle by JSON-RPC: the same answers as the registry itself, from a quorum, and no others."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from typing import Any

import pytest
from eth_abi.abi import encode

from chronicles import CHAIN_ID, REGISTRY, Issuer, ModelChronicle, Registry, account, every_event, word
from endpoint_servers import Reply, serving
from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.contract import runtime_code
from vanbang.core.chronicle import views
from vanbang.core.chronicle.views import IssuerView, StatusView
from vanbang.core.trust import trusted_registry
from vanbang.ports import LedgerUnsure, LedgerWrong

pytestmark = pytest.mark.slow

Change = Callable[[str, list[Any], Any], Any]
SELECTORS = {
    views.issuer_count_call()[:4]: "count",
    views.issuers_call(0, 0)[:4]: "issuers",
    views.issuer_call(b"")[:4]: "issuer",
    views.names_call(b"")[:4]: "names",
    views.key_of_call(b"", b"")[:4]: "key",
    views.status_call(b"")[:4]: "status",
    views.revocation_call(b"", b"")[:4]: "revocation",
}


def shown(values: Any) -> tuple[Any, ...]:
    return tuple("0x" + value.hex() if isinstance(value, bytes) and len(value) == 20 else value for value in values)


def called(model: Registry, data: bytes, block: int) -> bytes:
    """What a node gives for a call of the registry at a block."""
    words = [data[at : at + 32] for at in range(4, len(data), 32)]
    issuer = model.issuers.get(words[0], Issuer("")) if words else Issuer("")
    chronicle = ModelChronicle(model)
    match SELECTORS.get(data[:4], "anchor"):
        case "count":
            return encode(["uint256"], [len(model.issuers)])
        case "issuers":
            start, limit = (int.from_bytes(item, "big") for item in words)
            return encode(["bytes32[]"], [list(model.issuers)[start : start + limit]])
        case "issuer":
            record = chronicle.earlier(issuer.id, block) if issuer.iss else None
            return encode([views.ISSUER_TYPE], [shown(astuple(record[0] if record else IssuerView()))])
        case "status":
            record = chronicle.earlier(issuer.id, block) if issuer.iss else None
            return encode([views.STATUS_TYPE], [shown(astuple(record[1] if record else StatusView()))])
        case "names":
            return encode([views.NAMES_TYPE], [[astuple(naming) for naming in issuer.names]])
        case "key":
            (key,) = chronicle.keys([(words[0], words[1][12:])])
            return encode([views.KEY_TYPE], [astuple(key)])
        case "revocation":
            (revocation,) = chronicle.revocations([(words[0], words[1])])
            return encode([views.REVOCATION_TYPE], [shown(astuple(revocation))])
    wanted = [key for key in issuer.anchors if views.anchor_call(key) == data]
    anchor = issuer.anchors[wanted[0]] if wanted else None
    return encode([views.ANCHOR_TYPE], [shown(astuple(anchor)) if anchor else ("0x" + "00" * 20, 0, 0, 0)])


def result(model: Registry, method: str, params: list[Any]) -> Any:
    """What a node gives."""
    match method:
        case "eth_chainId":
            return hex(CHAIN_ID)
        case "eth_blockNumber":
            return hex(model.block)
        case "eth_getCode":
            return "0x" + runtime_code().hex()
        case "eth_getBlockByNumber":
            number = model.block if params[0] == "finalized" else int(params[0], 16)
            (block,) = ModelChronicle(model).blocks([number])
            return {"number": hex(number), "hash": "0x" + block.hash.hex(), "timestamp": hex(block.time)}
        case "eth_call":
            return "0x" + called(model, bytes.fromhex(params[0]["data"][2:]), int(params[1], 16)).hex()
        case "eth_getLogs":
            (logs,) = ModelChronicle(model).logs(
                [(bytes.fromhex(params[0]["topics"][1][2:]), int(params[0]["fromBlock"], 16))]
            )
            return [
                {
                    "address": params[0]["address"],
                    "blockNumber": hex(log.block),
                    "logIndex": hex(log.index),
                    "topics": ["0x" + topic.hex() for topic in log.topics],
                    "data": "0x" + log.data.hex(),
                    "removed": False,
                }
                for log in logs
            ]
        case "eth_getTransactionCount":
            return "0x7"
    return None


@contextmanager
def node(model: Registry, change: Change = lambda method, params, found: found) -> Iterator[str]:
    """A node whose answers may be changed."""

    def one(asked: Any) -> Any:
        method, params = asked["method"], asked["params"]
        return {"jsonrpc": "2.0", "id": asked["id"], "result": change(method, params, result(model, method, params))}

    def answering(_method: str, _path: str, body: bytes) -> Reply:
        asked = json.loads(body)
        return Reply(json.dumps([one(item) for item in asked] if isinstance(asked, list) else one(asked)).encode())

    with serving(answering) as server:
        yield server.url


def asked(*urls: str, depth: int | None = None, quorum: int | None = None) -> RpcChronicle:
    return RpcChronicle.pinned(trusted_registry(REGISTRY, urls, quorum, depth), 5)


@pytest.mark.parametrize("depth", [None, 0])
def test_the_same_answers(depth: int | None) -> None:
    """Every question gets the registry's own answer, by the final tag and by depth."""
    model, issuer = every_event()
    told = ModelChronicle(model)
    ids = [*model.issuers, bytes(32)]
    with node(model) as url:
        found = asked(url, depth=depth)
        assert (found.registry, found.block(), found.is_still_there()) == (REGISTRY, told.block(), True)
        assert found.blocks([3, 5]) == told.blocks([3, 5])
        assert (found.issuer_count(), list(found.issuers(1, 5))) == (2, [issuer.id])
        assert found.issuer_views(ids) == told.issuer_views(ids)
        assert found.names(ids) == told.names(ids)
        assert found.statuses(ids) == told.statuses(ids)
        keys = [(issuer.id, account(name)) for name in ("anchor", "status", "nobody")]
        assert found.keys(keys) == told.keys(keys)
        assert found.anchors(list(issuer.anchors)) == told.anchors(list(issuer.anchors))
        roots = [(issuer.id, word("root a")), (issuer.id, word("root b"))]
        assert found.revocations(roots) == told.revocations(roots)
        places = [(issuer.id, block) for block in range(10, model.block)]
        assert [list(logs) for logs in found.logs(places)] == told.logs(places)
        for block in range(12, model.block):
            assert found.earlier(issuer.id, block) == told.earlier(issuer.id, block)
        assert (found.earlier(issuer.id, -1), list(found.contradictions())) == (None, [])
        assert (found.receipts([word("x")]), found.nonces([account("x")] * 2)) == ([None], [7, 7])


def with_logs(**members: Any) -> Change:
    return lambda method, _, found: [log | members for log in found] if method == "eth_getLogs" else found


WRONG_LOGS = {
    "address": "0x" + "11" * 20,
    "blockNumber": "0x1",
    "logIndex": "first",
    "topics": [],
    "data": "0x1",
    "removed": True,
}


@pytest.mark.parametrize("member", WRONG_LOGS)
def test_logs_that_were_not_asked_for(member: str) -> None:
    """A log of another contract or block, removed or malformed, is no answer."""
    model, issuer = every_event()
    with (
        node(model, with_logs(**{member: WRONG_LOGS[member]})) as url,
        pytest.raises(LedgerUnsure, match="eth_getLogs"),
    ):
        asked(url).logs([(issuer.id, issuer.view.last_block)])


@pytest.mark.parametrize("wrong", [None, "0x", "text", 5, {}, [1], "0x" + "ff" * 320, ["0x" + "ab" * 32]])
@pytest.mark.parametrize(
    "method", ["eth_chainId", "eth_blockNumber", "eth_getCode", "eth_getBlockByNumber", "eth_call", "eth_getLogs"]
)
def test_garbage(method: str, wrong: Any) -> None:
    """Whatever an endpoint answers, it is doubt or a wrong contract, and never another error."""
    model, issuer = every_event()
    change: Change = lambda asked_for, _, found: wrong if asked_for == method else found  # noqa: E731
    with node(model, change) as url, pytest.raises((LedgerUnsure, LedgerWrong)):
        look(url, issuer)


def look(url: str, issuer: Issuer) -> None:
    found = asked(url, depth=0)
    found.issuer_views([issuer.id])
    found.logs([(issuer.id, issuer.view.last_block)])


def test_a_quorum() -> None:
    """One of three that lies, or is down, changes nothing; two that differ are doubt; old states come from any."""
    model, issuer = every_event()
    lie: Change = lambda method, _, found: "0x" + "00" * 31 + "09" if method == "eth_call" else found  # noqa: E731
    with node(model) as first, node(model) as second, node(model, lie) as liar:
        found = asked(first, liar, second)
        assert found.issuer_count() == 2
        assert asked(first, "http://127.0.0.1:9/", second).issuer_count() == 2
        with pytest.raises(LedgerUnsure, match="1 answered otherwise"):
            asked(first, liar, quorum=2).issuer_count()
        liar_first = asked(liar, first, quorum=1)
        assert liar_first.earlier(issuer.id, model.block) == ModelChronicle(model).earlier(issuer.id, model.block)


def test_no_old_states() -> None:
    """Where no endpoint keeps an old state there is none; before the registry was there, an empty one."""
    model, issuer = every_event()
    for wrong, state in ((None, None), ("0x", (IssuerView(), StatusView()))):
        change: Change = lambda m, p, f, w=wrong: w if m == "eth_call" and p[1] == "0x5" else f  # type: ignore[misc] # noqa: E731
        with node(model, change) as url:
            assert asked(url).earlier(issuer.id, 5) == state


def test_a_chain_that_changes() -> None:
    """A pinned block that is replaced is noticed at the end."""
    model, _ = every_event()
    fork = {"now": ""}

    def change(method: str, _: list[Any], found: Any) -> Any:
        return found | {"hash": "0x" + word(fork["now"]).hex()} if method == "eth_getBlockByNumber" else found

    with node(model, change) as url:
        found = asked(url)
        assert found.is_still_there()
        fork["now"] = "other"
        assert not found.is_still_there()
