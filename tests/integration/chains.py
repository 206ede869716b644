"""The chains that integration tests run on, and the least a test needs of them: send, call, move the clock."""

import ast
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import decode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_tester.exceptions import TransactionFailed
from eth_utils.abi import abi_to_signature, function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address
from web3 import EthereumTesterProvider, HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import ContractLogicError, Web3Exception

from vanbang.adapters.ethereum import contract

ROOT = Path(__file__).resolve().parents[2]
ANVIL_MNEMONIC = "test test test test test test test test test test test junk"
GAS = 10_000_000


@dataclass(frozen=True)
class Chain:
    """A chain under test with ten funded accounts whose keys are known."""

    name: str
    w3: Web3
    accounts: tuple[LocalAccount, ...]
    legacy: bool = False

    def rpc(self, method: str, *params: Any) -> Any:
        answer = self.w3.provider.make_request(method, list(params))  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]

    def now(self) -> int:
        return self.w3.eth.get_block("latest")["timestamp"]

    def travel(self, seconds: int) -> None:
        """Mines one block `seconds` after the latest."""
        if isinstance(self.w3.provider, EthereumTesterProvider):
            self.w3.provider.ethereum_tester.time_travel(self.now() + seconds)
            self.w3.provider.ethereum_tester.mine_block()
        else:
            self.rpc("evm_increaseTime", seconds)
            self.rpc("evm_mine")

    def send(self, sender: LocalAccount, to: str | None, data: bytes) -> Any:
        """Signs, sends and returns the receipt, whatever its status."""
        transaction: dict[str, Any] = {
            "chainId": self.w3.eth.chain_id,
            "nonce": self.w3.eth.get_transaction_count(sender.address),
            "data": data,
            "gas": GAS,
            "value": 0,
        }
        if to is not None:
            transaction["to"] = to
        if self.legacy:
            transaction["gasPrice"] = 2 * 10**9
        else:
            transaction |= {"type": 2, "maxFeePerGas": 20 * 10**9, "maxPriorityFeePerGas": 10**9}
        raw = sender.sign_transaction(transaction).raw_transaction
        return self.w3.eth.wait_for_transaction_receipt(self.w3.eth.send_raw_transaction(raw), poll_latency=0.005)


@dataclass(frozen=True)
class Deployment:
    """AnchorRegistry on a chain; `owner` deployed it."""

    chain: Chain
    address: str
    owner: LocalAccount
    contract: Contract = field(init=False, repr=False)

    def __post_init__(self) -> None:
        bound = self.chain.w3.eth.contract(address=self.address, abi=contract.abi(), decode_tuples=True)
        object.__setattr__(self, "contract", bound)

    def send(self, sender: LocalAccount, call: str, *args: Any) -> Any:
        """The receipt of a call that succeeds."""
        receipt = self.chain.send(sender, self.address, self.encode(call, *args))
        assert receipt["status"] == 1, f"{call} reverted with {self.refusal(sender, call, *args)}"
        return receipt

    def refusal(self, sender: LocalAccount, call: str, *args: Any) -> tuple[Any, ...]:
        """(error, arguments...) of a call that must revert, the prefix `AnchorRegistry` left off."""
        transaction = {"from": sender.address, "to": self.address, "data": self.encode(call, *args), "gas": GAS}
        try:
            self.chain.w3.eth.call(transaction)  # type: ignore[arg-type]
        except (ContractLogicError, TransactionFailed) as error:
            return decode_error(revert_data(error))
        raise AssertionError(f"{call} was not refused")

    def read(self, view: str, *args: Any) -> Any:
        return self.contract.functions[view](*args).call()

    def encode(self, call: str, *args: Any) -> bytes:
        return bytes.fromhex(self.contract.encode_abi(call, list(args)).removeprefix("0x"))


def revert_data(error: Exception) -> bytes:
    """The bytes a call reverted with: JSON-RPC carries them as data, eth-tester prints them into its message."""
    data = getattr(error, "data", None)
    if isinstance(data, str):
        return bytes.fromhex(data.removeprefix("0x"))
    literal = str(error).removeprefix("execution reverted: ")
    found = ast.literal_eval(literal)
    assert isinstance(found, bytes), error
    return found


def decode_error(data: bytes) -> tuple[Any, ...]:
    for entry in contract.abi():
        if entry["type"] != "error" or function_signature_to_4byte_selector(abi_to_signature(entry)) != data[:4]:  # type: ignore[arg-type]
            continue
        types = [part["type"] for part in entry["inputs"]]
        values = decode(types, data[4:])
        shown = (to_checksum_address(v) if t == "address" else v for t, v in zip(types, values, strict=True))
        return (entry["name"].removeprefix("AnchorRegistry"), *shown)
    raise AssertionError(f"not an error of the registry: {data.hex()}")


def deploy(chain: Chain) -> Deployment:
    owner = chain.accounts[0]
    receipt = chain.send(owner, None, contract.bytecode())
    assert receipt["status"] == 1
    return Deployment(chain, receipt["contractAddress"], owner)


@contextmanager
def embedded_chain() -> Iterator[Chain]:
    accounts = tuple(Account.from_key(number.to_bytes(32, "big")) for number in range(1, 11))
    yield Chain("embedded", Web3(EthereumTesterProvider()), accounts)


def anvil_binary() -> str:
    """anvil from package.json, else from PATH. Absent: a failure in continuous integration, a skip elsewhere."""
    packaged = ROOT / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
    found = str(packaged) if os.access(packaged, os.X_OK) else shutil.which("anvil")
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail("anvil is missing: run scripts/setup dev")
    pytest.skip("anvil is not installed here (scripts/setup dev installs it on Linux amd64)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_anvil(log: Path, *options: str) -> Iterator[str]:
    """Starts a node on a free port and yields its URL. It logs to a file: an undrained pipe would hang it."""
    port = free_port()
    command = [anvil_binary(), "--port", str(port), "--slots-in-an-epoch", "1", "--mnemonic", ANVIL_MNEMONIC, *options]
    with log.open("wb") as sink:
        node = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, node, log)
        yield url
    finally:
        node.terminate()
        try:
            node.wait(timeout=5)
        except subprocess.TimeoutExpired:
            node.kill()
            node.wait()


def wait_until_up(url: str, node: subprocess.Popen[bytes], log: Path, seconds: float = 20) -> None:
    w3 = Web3(HTTPProvider(url))
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and node.poll() is None:
        with suppress(OSError, Web3Exception):
            w3.eth.chain_id  # noqa: B018 - asking is the point
            return
        time.sleep(0.05)
    raise AssertionError(f"anvil did not start:\n{log.read_text(errors='replace')[-2000:]}")


def anvil_chain(url: str, *, legacy: bool = False) -> Chain:
    return Chain("anvil", Web3(HTTPProvider(url)), anvil_accounts(), legacy)


def anvil_accounts() -> tuple[LocalAccount, ...]:
    Account.enable_unaudited_hdwallet_features()
    return tuple(Account.from_mnemonic(ANVIL_MNEMONIC, account_path=f"m/44'/60'/0'/0/{n}") for n in range(10))
