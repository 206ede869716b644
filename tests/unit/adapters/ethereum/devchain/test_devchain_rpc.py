"""Whatever arrives, the answer is JSON-RPC."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from devchain_asking import ALICE, Ask, Refusal, init_code
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vanbang.adapters.ethereum.devchain import DevChain
from vanbang.adapters.ethereum.devchain.chain import METHODS
from vanbang.adapters.ethereum.devchain.rpc import BATCH_LIMIT, answer_text

pytestmark = pytest.mark.slow


def answer(chain: DevChain, text: str | bytes) -> Any:
    reply = answer_text(chain, text.encode() if isinstance(text, str) else text)
    return None if reply is None else json.loads(reply)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"eth_chainId"}', -32700),
        (b"[" * 100_000, -32700),
        (b"1" * 100_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b"null", -32600),
        (b'{"id":1,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":5}', -32600),
        (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b'{"jsonrpc":"2.0","id":[],"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1e999,"method":"eth_chainId"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":5}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{"a":1}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_nonsense"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"__class__"}', -32601),
        (b"[" + b"1," * BATCH_LIMIT + b"1]", -32600),
    ],
)
def test_what_is_no_request_gets_the_error_the_standard_names(chain: DevChain, text: bytes, number: int) -> None:
    """Text that is not JSON, not a request, or names no method, has its own error code each."""
    reply = answer(chain, text)
    assert reply["error"]["code"] == number
    assert reply["jsonrpc"] == "2.0"


@pytest.mark.parametrize("identity", [1, 0, "a", "", None, 1.5, "\ud800"])
def test_the_id_comes_back_as_it_was(chain: DevChain, identity: object) -> None:
    """Numbers, strings and null are echoed unchanged."""
    reply = answer(chain, json.dumps({"jsonrpc": "2.0", "id": identity, "method": "net_version"}))
    assert reply == {"jsonrpc": "2.0", "id": identity, "result": "31337"}


def test_a_batch_is_answered_in_order_without_its_notifications(chain: DevChain) -> None:
    """Requests and faulty items are answered one by one; a notification gets no answer but is carried out."""
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"},
        {"jsonrpc": "2.0", "method": "evm_mine"},
        7,
        {"jsonrpc": "2.0", "id": 2, "method": "eth_blockNumber", "params": []},
    ]
    replies = answer(chain, json.dumps(calls))
    assert [reply["id"] for reply in replies] == [1, None, 2]
    assert replies[2]["result"] == "0x1"


def test_notifications_alone_are_answered_with_silence(chain: DevChain) -> None:
    """Neither a single notification nor a batch of them gets a reply, even if it fails."""
    note = {"jsonrpc": "2.0", "method": "eth_getBalance"}
    assert answer(chain, json.dumps(note)) is None
    assert answer(chain, json.dumps([note, note])) is None


def test_a_closed_chain_says_so(chain: DevChain, ask: Ask) -> None:
    """After closing, requests get an error rather than an exception."""
    chain.close()
    with pytest.raises(Refusal, match="has been stopped"):
        ask("eth_chainId")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBalance", []),
        ("eth_getBalance", [ALICE, "latest", "more"]),
        ("eth_getBalance", ["0x12", "latest"]),
        ("eth_getBalance", [ALICE, {"blockNumber": "0x0", "blockHash": "0x" + "00" * 32}]),
        ("eth_getBalance", [ALICE, {}]),
        ("eth_getBlockByNumber", ["0x", False]),
        ("eth_getBlockByNumber", ["0x1", "yes"]),
        ("eth_getBlockByNumber", [-1, False]),
        ("eth_getBlockByNumber", [True, False]),
        ("eth_getBlockByNumber", ["0x" + "f" * 17, False]),
        ("eth_getBlockByHash", ["latest", False]),
        ("eth_call", ["0x", "latest"]),
        ("eth_call", [{"to": "0x1"}, "latest"]),
        ("eth_call", [{"data": "0x1"}, "latest"]),
        ("eth_call", [{"data": "0x11", "input": "0x22"}, "latest"]),
        ("eth_call", [{"gasPrice": "0x1", "maxFeePerGas": "0x1"}, "latest"]),
        ("eth_call", [{"type": "0x3"}, "latest"]),
        ("eth_call", [{"accessList": [{"address": ALICE, "storageKeys": ["0x0"]}]}, "latest"]),
        ("eth_sendRawTransaction", ["0x"]),
        ("eth_sendRawTransaction", ["0x02c0"]),
        ("eth_sendRawTransaction", ["0x05c0"]),
        ("eth_sendRawTransaction", ["0xc0"]),
        ("eth_sendRawTransaction", ["zz"]),
        ("eth_feeHistory", [0, "latest", []]),
        ("eth_feeHistory", [1, "latest", [50, 20]]),
        ("eth_feeHistory", [1, "latest", [101]]),
        ("anvil_mine", ["0xffffff"]),
        ("evm_increaseTime", ["0xffffffffffffffff"]),
        ("evm_setNextBlockTimestamp", ["0xffffffffffffffff"]),
        ("evm_setAutomine", [1]),
        ("evm_revert", ["x"]),
    ],
)
def test_a_bad_parameter_is_named_as_such(ask: Ask, method: str, params: list[object]) -> None:
    """Missing, superfluous and malformed parameters all give -32602."""
    with pytest.raises(Refusal) as refusal:
        ask(method, *params)
    assert refusal.value.number == -32602


_HEX = st.one_of(
    st.sampled_from(["0x", "0x0", "0x00", "0x1", ALICE, "0x" + "00" * 32, "latest", "pending", "earliest", "0xg"]),
    st.binary(max_size=40).map(lambda octets: "0x" + octets.hex()),
    st.integers(min_value=-1, max_value=2**257).map(hex),
)
_NAMES = st.one_of(
    st.sampled_from(
        ["from", "to", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value", "data", "input"]
    ),
    st.sampled_from(["nonce", "type", "accessList", "chainId", "storageKeys", "timestamp", "blocks"]),
    st.sampled_from(["address", "topics", "fromBlock", "toBlock", "blockHash", "blockNumber"]),
)
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 50), st.floats(allow_nan=False), st.text(max_size=5), _HEX
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=6)),
    max_leaves=12,
)
_REQUESTS = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "id": st.integers(), "method": st.sampled_from(sorted(METHODS))},
    optional={"params": st.one_of(_VALUES, st.lists(_VALUES, max_size=4))},
)
_QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(request=_REQUESTS)
@settings(_QUIET, max_examples=250)
def test_no_parameters_bring_the_chain_down(chain: DevChain, request: dict[str, object]) -> None:
    """Any JSON as parameters of any method gives a result or a proper error, never an internal one."""
    reply = chain.handle(request)
    assert isinstance(reply, dict)
    assert reply["id"] == request["id"]
    assert ("result" in reply) != ("error" in reply)
    if "error" in reply:
        assert reply["error"]["message"] != "internal error"
    json.dumps(reply, allow_nan=False)


@given(text=st.one_of(st.binary(max_size=60), _VALUES.map(lambda value: json.dumps(value).encode())))
@settings(_QUIET, max_examples=200)
def test_any_bytes_get_an_answer(chain: DevChain, text: bytes) -> None:
    """Any body at all is answered with an error, or with errors in a batch, or (a notification) not at all."""
    reply = answer(chain, text)
    for each in reply if isinstance(reply, list) else [reply]:
        assert each is None or each["error"]["code"] in (-32700, -32600, -32601, -32602)


@given(raw=st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda octets: b"\2\xf8\x3c" + octets)))
@settings(_QUIET, max_examples=200)
def test_any_bytes_as_a_raw_transaction_are_refused(ask: Ask, raw: bytes) -> None:
    """Bytes that are no signed transaction of ours are refused as such."""
    with pytest.raises(Refusal) as refusal:
        ask("eth_sendRawTransaction", "0x" + raw.hex())
    assert refusal.value.number in (-32602, -32003, -32000)


def test_starting_a_chain_leaves_the_recursion_limit_alone() -> None:
    """In a fresh process, deeply nested JSON is still a harmless RecursionError after the chain was imported."""
    program = (
        "import json, sys; before = sys.getrecursionlimit()\n"
        "from vanbang.adapters.ethereum.devchain import DevChain\n"
        "DevChain().close(); assert sys.getrecursionlimit() == before\n"
        "try: json.loads('[' * 100_000)\n"
        "except RecursionError: print('harmless')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "harmless\n"


@pytest.fixture
def usual_recursion_limit() -> Iterator[None]:
    """Python's default, which another test's imports may have lifted."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("usual_recursion_limit")
def test_calls_nested_too_deep_are_refused_not_fatal(ask: Ask) -> None:
    """A contract that calls itself without end costs one transaction or call, and the chain goes on."""
    itself = "0x" + bytes.fromhex("600080808080305af100").hex()
    made = ask("eth_sendTransaction", {"from": ALICE, "data": init_code(bytes.fromhex(itself[2:]))})
    looping = {"from": ALICE, "to": ask("eth_getTransactionReceipt", made)["contractAddress"], "gas": "0x1c9c380"}
    for method in ("eth_call", "eth_sendTransaction"):
        with pytest.raises(Refusal, match="recursion") as refusal:
            ask(method, looping)
        assert refusal.value.number == -32003
    assert ask("eth_sendTransaction", {"from": ALICE, "to": ALICE})
