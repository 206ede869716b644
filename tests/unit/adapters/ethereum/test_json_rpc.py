"""One endpoint that answers well, badly, late or not at all."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint_servers import Reply, rpc_reply, serving
from vanbang.adapters.ethereum.json_rpc import (
    BatchesRefused,
    JsonRpc,
    RpcFailure,
    RpcRefused,
    data_bytes,
    field,
    hash_bytes,
    quantity,
)

SECRET = "s3cr3t"


def fails(reply: Reply, timeout: float = 20.0, max_bytes: int = 10_000) -> RpcFailure:
    """What asking an endpoint with this reply raises."""
    with serving(lambda *_: reply) as server, pytest.raises(RpcFailure) as caught:
        JsonRpc(f"{server.url}v3/{SECRET}?key={SECRET}", timeout, max_bytes).request("eth_chainId", [])
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def rpc(value: Any) -> Reply:
    return Reply(json.dumps(value).encode())


def test_a_result_is_given_as_it_is() -> None:
    """The method and its parameters are sent, and the result comes back, null included."""
    seen: list[Any] = []

    def answering(method: str, _: str, body: bytes) -> Reply:
        seen.append((method, json.loads(body)))
        return rpc_reply(seen[-1][1], [None, {"number": "0x1"}][len(seen) % 2])

    with serving(answering) as server:
        endpoint = JsonRpc(server.url)
        assert endpoint.request("eth_getBlockByNumber", ["0x1", False]) == {"number": "0x1"}
        assert endpoint.request("eth_chainId", []) is None
    assert seen[0][1]["method"] == "eth_getBlockByNumber"
    assert seen[0][1]["params"] == ["0x1", False]
    assert {request["jsonrpc"] for _, request in seen} == {"2.0"}


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 401, 403, 404, 429, 500, 502, 503])
def test_a_status_other_than_200_is_named(status: int) -> None:
    """Any HTTP status but 200 is the failure http_<status>, whatever the body says, and no redirect is followed."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": "0x1"}).encode() if status != 204 else b""
    assert fails(Reply(body, status, {"Location": "http://127.0.0.1:1/"})).word == f"http_{status}"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"1", b'"0x1"', b"{}", b"{", b"\xff\xfe", b"<html>busy</html>", b"[" * 9_000, b"9" * 9_000,
        b'{"jsonrpc":"2.0","id":1}', b'{"jsonrpc":"2.0","id":2,"result":"0x1"}', b'{"jsonrpc":"2.0","result":"0x1"}',
        b'{"jsonrpc":"2.0","id":true,"result":"0x1"}', b'{"jsonrpc":"2.0","id":"1","result":"0x1"}',
        b'[{"jsonrpc":"2.0","id":1,"result":"0x1"}]', b'{"jsonrpc":"2.0","id":1,"error":"no"}',
    ],
)  # fmt: skip
def test_what_is_no_answer_is_malformed(body: bytes) -> None:
    """A body that is not one JSON-RPC answer to our request is the failure malformed."""
    assert fails(Reply(body)).word == "malformed"


def test_an_answer_over_the_limit_is_not_read_on() -> None:
    """One byte over the limit is malformed; exactly the limit is read."""
    value = {"jsonrpc": "2.0", "id": 1, "result": "x" * 100}
    size = len(json.dumps(value))
    with serving(lambda *_: rpc(value)) as server:
        assert JsonRpc(server.url, max_bytes=size).request("m", []) == "x" * 100
    assert fails(rpc(value), max_bytes=size - 1).word == "malformed"
    assert fails(Reply(b"{" + b" " * 20_000_000)).word == "malformed"


def test_nesting_is_bounded_before_it_is_parsed() -> None:
    """64 levels are read and 65 are malformed; brackets in strings do not count, and hostile strings cost no time."""
    for depth, fine in ((63, True), (64, False)):
        body = b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * depth + b"]" * depth + b"}"
        with serving(lambda *_, body=body: Reply(body)) as server:
            if fine:
                assert JsonRpc(server.url).request("m", [])
            else:
                with pytest.raises(RpcFailure):
                    JsonRpc(server.url).request("m", [])
    text = "[" * 200 + '\\"{'
    with serving(lambda *_: rpc({"jsonrpc": "2.0", "id": 1, "result": text})) as server:
        assert JsonRpc(server.url).request("m", []) == text
    before = time.process_time()
    for hostile in (b'"' + b'\\"' * 400_000, b"\\" * 800_000, b'"' * 800_001, b'"\\', b"[" * 900_000, b"[]" * 400_000):
        assert fails(Reply(hostile), 60, 1_000_000).word == "malformed"
    assert time.process_time() - before < 5


def test_a_compressed_answer_is_not_inflated() -> None:
    """We ask for plain answers; one that comes compressed is malformed, so that no small body grows large."""
    assert fails(Reply(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"})).word == "malformed"


@pytest.mark.parametrize("reply", [Reply(hang=True), Reply(b"{" + b" " * 1_000, drip=True)])
def test_a_late_answer_is_a_timeout(reply: Reply) -> None:
    """An endpoint that hangs or drips bytes is given up at the timeout."""
    before = time.monotonic()
    assert fails(reply, timeout=0.3).word == "timeout"
    assert time.monotonic() - before < 20


def test_a_connection_cut_off_is_no_answer() -> None:
    """A body shorter than announced is a failure."""
    reply = rpc({"jsonrpc": "2.0", "id": 1, "result": "0x1"})
    assert fails(Reply(reply.body, cut=5)).word in ("unreachable", "malformed", "timeout")


@pytest.mark.parametrize("url", ["", "x", "ftp://a/", "http://", "http://[", "http://a b/", "http://127.0.0.1:99999/"])
def test_an_impossible_address_is_unreachable(url: str) -> None:
    """What is no address of an endpoint is the failure unreachable, not a traceback."""
    with pytest.raises(RpcFailure) as caught:
        JsonRpc(url).request("eth_chainId", [])
    assert caught.value.word == "unreachable"


def test_a_closed_port_is_unreachable() -> None:
    """Nobody listening is the failure unreachable."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://user:{SECRET}@127.0.0.1:{taken.getsockname()[1]}/{SECRET}"
        with pytest.raises(RpcFailure) as caught:
            JsonRpc(url).request("eth_chainId", [])
    assert caught.value.word == "unreachable"
    assert SECRET not in str(caught.value) + repr(JsonRpc(url))


@pytest.mark.parametrize(
    ("data", "want"),
    [
        ("0x08c379a0", bytes.fromhex("08c379a0")),
        ({"data": "0x08c379a0"}, bytes.fromhex("08c379a0")),
        (None, b""),
        ("Reverted 0x", b""),
        (7, b""),
    ],
)
def test_a_revert_carries_its_data(data: Any, want: bytes) -> None:
    """An error answer has the number, the text and the bytes a call reverted with, where the endpoint gives them."""
    error = {"code": 3, "message": "execution reverted", "data": data}
    failure = fails(rpc({"jsonrpc": "2.0", "id": 1, "error": error}))
    assert isinstance(failure, RpcRefused)
    assert (failure.word, failure.number, failure.text, failure.data) == ("rpc_error", 3, "execution reverted", want)
    assert "execution reverted" in str(failure)


@pytest.mark.parametrize("error", [{}, {"code": "x", "message": 5}, {"code": 1, "message": "y" * 5_000}])
def test_an_odd_error_is_still_an_error(error: Any) -> None:
    """An error whose members are missing, of other types or long is rpc_error all the same."""
    failure = fails(rpc({"jsonrpc": "2.0", "id": None, "error": error}))
    assert failure.word == "rpc_error"
    assert len(str(failure)) < 700


def test_no_cookies_are_kept() -> None:
    """An endpoint cannot mark us with a cookie."""
    seen: list[str] = []
    with serving(lambda *_: Reply(b"{}", headers={"Set-Cookie": "who=me"})) as server:
        endpoint = JsonRpc(server.url)
        for _ in range(2):
            with pytest.raises(RpcFailure):
                endpoint.request("m", [])
        seen.extend(cookie.name for cookie in endpoint._one._request_session_manager._explicit_session.cookies)
    assert seen == []


@pytest.mark.parametrize(
    ("value", "want"), [("0x0", 0), ("0x1", 1), ("0xff", 255), ("0xFF", 255), ("0x1fffffffffffff", 2**53 - 1)]
)
def test_quantities(value: str, want: int) -> None:
    """Hex without leading zeros, up to 2^53-1."""
    assert quantity(value) == want


@pytest.mark.parametrize(
    "value", [None, 1, True, "", "1", "0x", "0x00", "0x01", "-0x1", "0x-1", "0x20000000000000", "0x1g", " 0x1", "0x1\n"]
)
def test_what_is_no_quantity(value: Any) -> None:
    """Everything else is malformed."""
    with pytest.raises(RpcFailure) as caught:
        quantity(value)
    assert caught.value.word == "malformed"


@pytest.mark.parametrize("value", [None, 1, [], "", "0x1", "00", "0xzz", "0x00\n", "0x 00"])
def test_what_is_no_data(value: Any) -> None:
    """Data is 0x and whole bytes; a hash has 32 of them; a block is an object."""
    for read in (data_bytes, hash_bytes, lambda found: field(found, "number")):
        with pytest.raises(RpcFailure):
            read(value)


def test_data_of_either_case() -> None:
    """Both cases of hex are the same bytes; a hash is not a byte shorter or longer."""
    assert data_bytes("0xaBCd") == b"\xab\xcd"
    assert data_bytes("0x") == b""
    assert hash_bytes("0x" + "Ab" * 32) == b"\xab" * 32
    for size in (31, 33):
        with pytest.raises(RpcFailure):
            hash_bytes("0x" + "ab" * size)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_decoding_raises_only_our_errors(value: Any) -> None:
    """Whatever JSON an endpoint gives, decoding gives a value or an RpcFailure."""
    for read in (quantity, data_bytes, hash_bytes):
        with suppress(RpcFailure):
            read(value)


@pytest.mark.parametrize(
    ("url", "want"),
    [
        (f"https://user:{SECRET}@rpc.example:8545/{SECRET}?k={SECRET}#{SECRET}", "https://rpc.example:8545"),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        (f"rpc.example/{SECRET}", "an endpoint without a host"),
    ],
)
def test_an_endpoint_is_named_without_its_keys(url: str, want: str) -> None:
    """Only scheme, host and port of an endpoint are shown."""
    assert repr(JsonRpc(url)) == f"JsonRpc({want!r})"


def batched(answer: Callable[[list[Any]], Any]) -> list[Any]:
    """What a batch of three requests gives, its requests being answered so."""
    with serving(lambda _m, _p, body: rpc(answer(json.loads(body)))) as server:
        return JsonRpc(server.url, 2.0).batch([("eth_chainId", []), ("eth_getCode", ["0x00", "latest"]), ("m", [])])


def answered(request: Any, **changes: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request["id"], "result": request["method"], **changes}


def test_a_batch_is_answered_in_any_order() -> None:
    """Answers are matched by their ids, and an error among them is one request's alone."""
    seen: list[Any] = []

    def answer(asked: list[Any]) -> Any:
        seen.extend(asked)
        answers = [answered(request) for request in reversed(asked)]
        answers[1] = {"jsonrpc": "2.0", "id": 2, "error": {"code": 3, "message": "reverted", "data": "0x08c379a0"}}
        return answers

    first, second, third = batched(answer)
    assert (first, third) == ("eth_chainId", "m")
    assert isinstance(second, RpcRefused)
    assert second.data == bytes.fromhex("08c379a0")
    assert [(request["method"], request["params"]) for request in seen] == [
        ("eth_chainId", []), ("eth_getCode", ["0x00", "latest"]), ("m", []),
    ]  # fmt: skip


ODD_BATCHES: dict[str, Callable[[list[Any]], Any]] = {
    "missing": lambda asked: [answered(request) for request in asked[1:]],
    "additional": lambda asked: [answered(request) for request in [*asked, {"id": 4, "method": "x"}]],
    "twice": lambda asked: [answered(request) for request in [*asked[:2], asked[0]]],
    "another id": lambda asked: [answered(request, id=request["id"] + 1) for request in asked],
    "texts for ids": lambda asked: [answered(request, id=str(request["id"])) for request in asked],
    "true for an id": lambda asked: [answered(asked[0], id=True), *map(answered, asked[1:])],
    "no ids": lambda asked: [{"jsonrpc": "2.0", "result": "0x1"} for _ in asked],
    "no objects": lambda asked: ["0x1" for _ in asked],
    "nothing": lambda asked: [],
    "null": lambda asked: None,
    "a text": lambda asked: "0x1",
}


@pytest.mark.parametrize("name", ODD_BATCHES)
def test_a_batch_without_one_answer_for_each_is_malformed(name: str) -> None:
    """Answers that are missing, doubled or additional spoil the batch: none of it is used."""
    with pytest.raises(RpcFailure) as caught:
        batched(ODD_BATCHES[name])
    assert caught.value.word == "malformed"
    assert not isinstance(caught.value, BatchesRefused)


def test_an_answer_in_a_batch_that_is_no_answer_is_malformed_alone() -> None:
    """One answer without result or with an odd error is a failure; the others stand."""
    first, second, third = batched(
        lambda asked: [{"jsonrpc": "2.0", "id": 1}, {"jsonrpc": "2.0", "id": 2, "error": "no"}, answered(asked[2])]
    )
    assert [first.word, second.word, third] == ["malformed", "malformed", "m"]


@pytest.mark.parametrize(
    "reply",
    [
        *(Reply(b"{}", status) for status in (400, 403, 404, 405, 413, 415, 422, 500, 501)),
        Reply(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch not supported"}}'),
        Reply(b'{"jsonrpc":"2.0","id":1,"result":"0x1"}'),
        Reply(b"{}"),
    ],
)
def test_an_endpoint_may_refuse_batches(reply: Reply) -> None:
    """An object for an answer, or a status that says so, is told apart from an endpoint that is down."""
    with serving(lambda *_: reply) as server, pytest.raises(BatchesRefused):
        JsonRpc(server.url, 2.0).batch([("m", []), ("m", [])])


@pytest.mark.parametrize(
    ("reply", "word", "wait"),
    [
        (Reply(b"", 429), "http_429", 0),
        (Reply(b"", 429, {"Retry-After": "17"}), "http_429", 17),
        (Reply(b"", 429, {"Retry-After": "Fri, 07 Nov 2026 23:59:59 GMT"}), "http_429", 0),
        (Reply(b"", 503, {"Retry-After": "17"}), "http_503", 17),
        (Reply(b"", 429, {"Retry-After": "-1"}), "http_429", 0),
        (Reply(b"", 429, {"Retry-After": "9" * 4_000}), "http_429", 0),
        (Reply(b'{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit"}}'), "rpc_error", 0),
    ],
)
def test_an_endpoint_that_wants_to_be_left_alone(reply: Reply, word: str, wait: int) -> None:
    """A rate limit is a failure of the whole, with the seconds to wait if they are told."""
    with serving(lambda *_: reply) as server:
        for ask in (lambda rpc: rpc.batch([("m", []), ("m", [])]), lambda rpc: rpc.request("m", [])):
            with pytest.raises(RpcFailure) as caught:
                ask(JsonRpc(server.url, 2.0))
            assert (caught.value.word, caught.value.wait) == (word, wait)
            assert not isinstance(caught.value, BatchesRefused)
            assert not isinstance(caught.value, RpcRefused) or caught.value.is_rate_limit


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"[" * 9_000, b"[" + b" " * 9_000_000 + b"]", b"\xff", b""])
def test_a_batch_answered_with_rubbish_is_malformed(body: bytes) -> None:
    """What is no JSON, too deep or too long spoils a batch as it does a request."""
    with serving(lambda *_: Reply(body)) as server, pytest.raises(RpcFailure) as caught:
        JsonRpc(server.url, 5.0).batch([("m", []), ("m", [])])
    assert caught.value.word == "malformed"
