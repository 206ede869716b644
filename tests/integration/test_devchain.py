"""The development chain against the node it imitates, against web3.py, and against being killed."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chains import running_anvil
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError, Web3RPCError

from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS, ChainStoreBusy, DevChain, DevChainServer

pytestmark = pytest.mark.slow

ALICE, BOB = (account.address.lower() for account in DEV_ACCOUNTS[:2])
ABSENT = "0x" + "77" * 32

# Without calldata: revert Refused(7). Else: store word 0 in slot 0, log it (topic and data) and return it.
REFUSED = "0xdeadbeef" + f"{7:064x}"
CODE = bytes.fromhex("3660195763deadbeef60e01b600052600760045260246000fd5b600035806000558060005260206000a160206000f3")
INIT = "0x" + (bytes.fromhex(f"60{len(CODE):02x}600c60003960{len(CODE):02x}6000f3") + CODE).hex()
CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3"  # what the first account's first transaction creates

Ask = Callable[..., dict[str, Any]]


def asker(url: str) -> Ask:
    """Asks and gives the whole answer, without version and id."""

    def ask(method: str, *params: object) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 5, "method": method, "params": params}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            answer: dict[str, Any] = json.loads(reply.read())
        assert (answer.pop("jsonrpc"), answer.pop("id")) == ("2.0", 5)
        return answer

    return ask


def signed(nonce: int, **changes: object) -> str:
    fields = {"chainId": 31337, "nonce": nonce, "to": DEV_ACCOUNTS[1].address, "value": 1, "gas": 100_000}
    fees = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9} if "gasPrice" not in changes else {}
    made = {name: item for name, item in {**fields, **fees, **changes}.items() if item is not None}
    return "0x" + bytes(Account.sign_transaction(made, DEV_ACCOUNTS[0].private_key).raw_transaction).hex()


def word(number: int) -> str:
    return f"0x{number:064x}"


HASHES = [
    Web3.to_hex(Web3.keccak(hexstr=raw))
    for raw in (
        signed(0, to=None, value=0, data=INIT, gas=1_000_000),
        signed(1, to=Web3.to_checksum_address(CONTRACT), value=0, data=word(9)),
        signed(2, to=Web3.to_checksum_address(CONTRACT), value=0),
        signed(3, gasPrice=2 * 10**9),
        signed(4, gasPrice=2 * 10**9, accessList=[{"address": CONTRACT, "storageKeys": [word(0)]}]),
    )
]
CALL = {"from": ALICE, "to": CONTRACT, "data": word(8)}

# One story told to both nodes; the same transactions, so the same hashes and addresses.
TRANSCRIPT: list[tuple[Any, ...]] = [
    *(("eth_chainId",), ("net_version",), ("net_listening",), ("eth_syncing",), ("eth_accounts",)),
    *(("web3_clientVersion",), ("eth_blockNumber",), ("eth_gasPrice",), ("eth_maxPriorityFeePerGas",)),
    ("eth_getBlockByNumber", "latest", False),
    ("eth_sendRawTransaction", signed(0, to=None, value=0, data=INIT, gas=1_000_000)),
    ("eth_sendRawTransaction", signed(1, to=Web3.to_checksum_address(CONTRACT), value=0, data=word(9))),
    ("eth_sendRawTransaction", signed(2, to=Web3.to_checksum_address(CONTRACT), value=0)),
    ("eth_sendRawTransaction", signed(3, gasPrice=2 * 10**9)),
    (
        "eth_sendRawTransaction",
        signed(4, gasPrice=2 * 10**9, accessList=[{"address": CONTRACT, "storageKeys": [word(0)]}]),
    ),
    *(("eth_getTransactionByHash", each) for each in HASHES),
    *(("eth_getTransactionReceipt", each) for each in HASHES),
    *(("eth_getBlockByNumber", tag, True) for tag in ("latest", "earliest", "pending", "0x2")),
    *(("eth_getBlockByNumber", tag, False) for tag in ("latest", "safe", "finalized", "0x1", "0x99")),
    ("eth_getBlockByHash", ABSENT, False),
    *(("eth_getBlockTransactionCountByNumber", tag) for tag in ("latest", "0x0")),
    ("eth_getBlockTransactionCountByHash", ABSENT),
    ("eth_getBlockReceipts", "latest"),
    ("eth_getTransactionByHash", ABSENT),
    ("eth_getTransactionReceipt", ABSENT),
    *(("eth_getTransactionCount", ALICE, tag) for tag in ("latest", "earliest", "pending", "0x2")),
    *(("eth_getBalance", BOB, tag) for tag in ("latest", "0x0", "0x99", {"blockNumber": "0x1"}, {"blockHash": ABSENT})),
    *(("eth_getCode", account, "latest") for account in (CONTRACT, BOB)),
    *(("eth_getStorageAt", CONTRACT, slot, "latest") for slot in ("0x0", word(0), "0x5")),
    *(("eth_call", CALL, tag) for tag in ("latest", "0x0", "0x1", "pending", "finalized", "0x99")),
    *((method, {"to": CONTRACT}, "latest") for method in ("eth_call", "eth_estimateGas")),
    ("eth_call", {"data": "0x60006000fd"}, "latest"),
    ("eth_call", {"data": "0x08c379a0600052"}, "latest"),
    ("eth_call", {"from": BOB, "to": ALICE, "value": hex(10**30)}, "latest"),
    ("eth_estimateGas", CALL),
    ("eth_estimateGas", {"from": ALICE, "to": BOB, "value": "0x1"}),
    *(
        ("eth_feeHistory", count, "latest", shares)
        for count, shares in (("0x3", [25, 75]), ("0x2", []), ("0x99", [50]))
    ),
    ("eth_getLogs", {"address": CONTRACT, "fromBlock": "earliest", "toBlock": "latest"}),
    ("eth_getLogs", {"address": [CONTRACT, BOB], "topics": [[word(9), word(8)]], "fromBlock": "0x0"}),
    ("eth_getLogs", {"topics": [None], "fromBlock": "0x0", "toBlock": "0x999"}),
    ("eth_getLogs", {"topics": [word(8)], "fromBlock": "0x0"}),
    ("eth_getLogs", {"blockHash": ABSENT}),
    ("eth_getLogs", {"blockHash": ABSENT, "fromBlock": "0x0"}),
    ("eth_getLogs", {"topics": ["0x11"]}),
    ("eth_sendRawTransaction", signed(3, gasPrice=2 * 10**9)),
    ("eth_sendRawTransaction", signed(9)),
    ("eth_getTransactionByHash", Web3.to_hex(Web3.keccak(hexstr=signed(9)))),
    ("eth_sendRawTransaction", signed(9)),
    ("eth_sendRawTransaction", signed(9, value=2)),
    ("eth_sendRawTransaction", signed(5, chainId=1)),
    ("eth_sendRawTransaction", signed(5, gas=100)),
    ("eth_sendRawTransaction", signed(5, gas=10**9)),
    ("eth_sendRawTransaction", signed(5, value=10**30)),
    ("eth_sendRawTransaction", signed(5, maxFeePerGas=1, maxPriorityFeePerGas=1)),
    *(("eth_sendRawTransaction", raw) for raw in ("0x", "0x02c0", "zz")),
    ("eth_sendTransaction", {"from": ALICE, "to": BOB, "value": "0x1"}),
    ("eth_sendTransaction", {"from": BOB, "to": CONTRACT, "data": word(3), "gasPrice": "0x77359400"}),
    ("eth_sendTransaction", {"from": BOB, "to": ALICE, "value": "0x1", "gasPrice": "0x1"}),
    ("eth_sendTransaction", {"from": "0x" + "22" * 20, "to": BOB}),
    *(("evm_snapshot",), ("evm_mine",), ("evm_revert", "0x0"), ("evm_revert", "0x0")),
    *(("evm_increaseTime", 10), ("evm_increaseTime", "0xa"), ("anvil_mine", "0x2"), ("anvil_mine",)),
    *(("evm_setNextBlockTimestamp", 1), ("evm_setNextBlockTimestamp", 2_200_000_000), ("evm_mine",)),
    ("evm_setAutomine", False),
    ("eth_sendTransaction", {"from": BOB, "to": ALICE, "value": "0x1", "gas": "0x5208"}),
    ("eth_getTransactionCount", BOB, "pending"),
    ("eth_getBlockByNumber", "pending", True),
    ("evm_setAutomine", True),
    *(("eth_getBalance",), ("eth_getBalance", "0x12", "latest"), ("eth_getBlockByNumber", "soon", False)),
    *(("eth_nonsense",), ("eth_call", 5, "latest"), ("eth_getBlockByNumber", "0x1", "yes")),
]

# The same value, not only the same shape: nothing in these depends on the clock or on the node's own choices.
SAME_VALUE = (
    *("eth_chainId", "net_version", "net_listening", "eth_syncing", "eth_accounts", "eth_getCode", "eth_getStorageAt"),
    *("eth_getTransactionCount", "eth_sendRawTransaction", "eth_call", "eth_estimateGas"),
    *("eth_getBlockTransactionCountByNumber", "eth_getBlockTransactionCountByHash", "evm_revert", "evm_snapshot"),
    *("evm_mine", "anvil_mine"),
)
SIZES = {42: "address", 66: "32 bytes", 514: "bloom"}


def shape(value: Any, name: str = "") -> Any:
    """What a JSON value looks like: members and encodings, not contents."""
    if name == "blockTimestamp":
        return "time"  # anvil writes it as a bare number in receipts and as a quantity elsewhere
    if isinstance(value, dict):
        return {each: shape(value[each], each) for each in sorted(value)}
    if isinstance(value, list):
        return [shape(each) for each in value]
    if isinstance(value, str) and value.startswith("0x"):
        return SIZES.get(len(value)) or ("quantity" if re.fullmatch("0x(0|[1-9a-f][0-9a-f]*)", value) else "data")
    return type(value).__name__


def outline(step: tuple[Any, ...], answer: dict[str, Any]) -> Any:
    """What must be the same of both nodes' answers to a step."""
    if "error" in answer:
        error = answer["error"]
        wording = {3: error["message"][: len("execution reverted")], -32003: error["message"]}.get(error["code"])
        return {"code": error["code"], "data": error.get("data"), "message": wording}
    return answer["result"] if step[0] in SAME_VALUE else shape(answer["result"])


def test_it_answers_as_anvil_does(tmp_path: Path) -> None:
    """Told the same story, both nodes give the same members, encodings, error codes and revert data."""
    anvil = running_anvil(tmp_path / "anvil.log", "--hardfork", "prague")
    with anvil as url, DevChainServer(DevChain(tmp_path, heartbeat=None)) as server:
        theirs, ours = asker(url), asker(server.url)
        for place, step in enumerate(TRANSCRIPT):
            expected, actual = theirs(*step), ours(*step)
            assert outline(step, actual) == outline(step, expected), (place, step, actual, expected)


ABI = [{"type": "error", "name": "Refused", "inputs": [{"name": "reason", "type": "uint256"}]}]


def test_web3_works_with_it() -> None:
    """web3.py deploys, sends signed and unsigned transactions, reads events and gets custom errors whole."""
    with DevChainServer(DevChain()) as server:
        w3 = Web3(HTTPProvider(server.url))
        assert w3.is_connected()
        assert w3.client_version.endswith("(development only)")
        deployment = w3.eth.contract(abi=ABI, bytecode=INIT).constructor().transact({"from": w3.eth.accounts[0]})
        receipt = w3.eth.wait_for_transaction_receipt(deployment)
        address = receipt["contractAddress"]
        assert w3.eth.get_code(address) == CODE
        raw = w3.eth.account.sign_transaction(
            {
                "to": address,
                "data": word(9),
                "nonce": 0,
                "gas": 100_000,
                "gasPrice": w3.eth.gas_price,
                "chainId": 31337,
            },
            DEV_ACCOUNTS[1].private_key,
        )
        mined = w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(raw.raw_transaction))
        (log,) = w3.eth.get_logs({"address": address, "fromBlock": 0})
        assert (log["transactionHash"], log["data"].hex()) == (mined["transactionHash"], word(9)[2:])
        assert w3.eth.get_block("finalized")["hash"] == mined["blockHash"]
        assert w3.eth.fee_history(2, "latest", [50])["oldestBlock"] == 1
        with pytest.raises(ContractCustomError) as refusal:
            w3.eth.call({"to": address})
        assert refusal.value.data == REFUSED
        with pytest.raises(Web3RPCError, match="nonce too low"):
            w3.eth.send_raw_transaction(raw.raw_transaction)
        with w3.batch_requests() as batch:
            batch.add(w3.eth.get_block(0))
            batch.add(w3.eth.get_block(1))
            assert [block["number"] for block in batch.execute()] == [0, 1]


RUN = """
import sys
from pathlib import Path
from vanbang.adapters.ethereum.devchain import DevChain, DevChainServer
server = DevChainServer(DevChain(Path(sys.argv[1]), heartbeat=None))
print(server.url, flush=True)
server.serve_forever()
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Ask]]:
    """The chain in a process of its own, killed at the end if not before."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout
        yield process, asker(process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()


def everything(ask: Ask, blocks: int) -> list[dict[str, Any]]:
    """All that can be seen of the chain up to a block."""
    seen = [ask("eth_getBlockByNumber", hex(number), True) for number in range(blocks + 1)]
    sent = [each["hash"] for answer in seen for each in answer["result"]["transactions"]]
    seen += [ask("eth_getTransactionReceipt", each) for each in sent]
    seen += [ask("eth_getLogs", {"fromBlock": "earliest", "toBlock": hex(blocks), "address": CONTRACT})]
    seen += [ask("eth_getCode", CONTRACT, hex(blocks)), ask("eth_getStorageAt", CONTRACT, "0x0", hex(blocks))]
    return seen + [ask("eth_getBalance", account, hex(blocks)) for account in (ALICE, BOB)]


def test_a_killed_chain_goes_on_where_it_was(tmp_path: Path) -> None:
    """After kill -9 every block, receipt, log and balance is the same, a second process is refused, mining goes on."""
    with served(tmp_path) as (process, ask):
        ask("eth_sendTransaction", {"from": ALICE, "data": INIT})
        for number in range(5):
            ask("eth_sendTransaction", {"from": BOB, "to": CONTRACT, "data": word(number), "gas": hex(100_000)})
        before = everything(ask, 6)
        with pytest.raises(ChainStoreBusy):
            DevChain(tmp_path)
        process.kill()
        process.wait()
    with served(tmp_path) as (_, ask):
        assert ask("eth_blockNumber") == {"result": "0x6"}
        assert everything(ask, 6) == before
        ask("eth_sendTransaction", {"from": BOB, "to": CONTRACT, "data": word(9), "gas": hex(100_000)})
        assert ask("eth_getBlockByNumber", "0x7", False)["result"]["parentHash"] == before[6]["result"]["hash"]


def test_a_kill_in_the_middle_of_mining_leaves_whole_blocks(tmp_path: Path) -> None:
    """Killed at any moment while blocks pour in, the chain comes back consistent and goes on, three times over."""
    heights = []
    for pause in (0.02, 0.1, 0.25):
        with served(tmp_path) as (process, ask), ThreadPoolExecutor(1) as pool:
            ask("eth_sendTransaction", {"from": ALICE, "to": BOB, "value": "0x1"})
            mining = pool.submit(ask, "anvil_mine", hex(10_000))
            time.sleep(pause)
            process.kill()
            assert isinstance(mining.exception(), OSError | http.client.HTTPException)
        with DevChain(tmp_path, heartbeat=None) as chain:
            head = chain.handle({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"})
            assert isinstance(head, dict)
            heights.append(int(head["result"], 16))
    assert heights == sorted(heights)
    assert heights[-1] > heights[0]


def test_it_is_up_within_two_seconds(tmp_path: Path) -> None:
    """Starting Python, the chain and its first block takes less than two seconds of processor time.

    Processor time, because other tests may be using the same cores.
    """
    before = os.times()
    with served(tmp_path) as (_, ask):
        assert ask("eth_sendTransaction", {"from": ALICE, "to": BOB, "value": "0x1"})["result"]
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 2.0
