"""The chains that integration tests run on, and the least a test needs of them: send, call, move the clock."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from eth_abi.abi import decode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.abi import abi_to_signature, function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import ContractLogicError, Web3Exception

from ports import free_port
from tools import program
from vanbang.adapters.ethereum import contract
from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS, DEV_MNEMONIC, DevChain, DevChainServer

ROOT = Path(__file__).resolve().parents[2]
GAS = 10_000_000
ACCOUNTS: tuple[LocalAccount, ...] = tuple(Account.from_key(account.private_key) for account in DEV_ACCOUNTS)


@dataclass(frozen=True)
class Chain:
    """A chain under test with ten funded accounts whose keys are known."""

    name: str
    w3: Web3
    accounts: tuple[LocalAccount, ...]
    legacy: bool = False

    @cached_property
    def chain_id(self) -> int:
        return self.w3.eth.chain_id

    def rpc(self, method: str, *params: Any) -> Any:
        answer = self.w3.provider.make_request(method, list(params))  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]

    def now(self) -> int:
        return self.w3.eth.get_block("latest")["timestamp"]

    def travel(self, seconds: int) -> None:
        """Mines one block `seconds` after the latest."""
        self.next_block_at(self.now() + seconds)
        self.rpc("evm_mine")

    def next_block_at(self, time: int) -> None:
        """Fixes the next block's timestamp; blocks after it go on from there."""
        self.rpc("evm_setNextBlockTimestamp", time)

    def send(self, sender: LocalAccount, to: str | None, data: bytes) -> Any:
        """Signs, sends and returns the receipt, whatever its status."""
        transaction: dict[str, Any] = {
            "chainId": self.chain_id,
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
        except ContractLogicError as error:
            return decode_error(bytes.fromhex(str(error.data).removeprefix("0x")))
        raise AssertionError(f"{call} was not refused")

    def read(self, view: str, *args: Any) -> Any:
        return self.contract.functions[view](*args).call()

    def encode(self, call: str, *args: Any) -> bytes:
        return bytes.fromhex(self.contract.encode_abi(call, list(args)).removeprefix("0x"))


ERRORS: dict[bytes, dict[str, Any]] = {
    function_signature_to_4byte_selector(abi_to_signature(entry)): entry  # type: ignore[arg-type]
    for entry in contract.abi()
    if entry["type"] == "error"
}


def decode_error(data: bytes) -> tuple[Any, ...]:
    assert data[:4] in ERRORS, f"not an error of the registry: {data.hex()}"
    declared = ERRORS[data[:4]]
    types = [part["type"] for part in declared["inputs"]]
    values = decode(types, data[4:])
    shown = (to_checksum_address(v) if t == "address" else v for t, v in zip(types, values, strict=True))
    return (declared["name"].removeprefix("AnchorRegistry"), *shown)


def deploy(chain: Chain) -> Deployment:
    owner = chain.accounts[0]
    receipt = chain.send(owner, None, contract.bytecode())
    assert receipt["status"] == 1
    return Deployment(chain, receipt["contractAddress"], owner)


@contextmanager
def embedded_chain() -> Iterator[Chain]:
    with DevChainServer(DevChain(heartbeat=None)) as server:
        yield chain_at(server.url, "embedded")


def anvil_binary() -> str:
    """anvil from package.json (scripts/setup dev installs it on Linux amd64), else from PATH."""
    return program(str(ROOT / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"), "anvil")


@contextmanager
def running_anvil(log: Path, *options: str) -> Iterator[str]:
    """Starts a node on a free port and yields its URL. It logs to a file: an undrained pipe would hang it."""
    port = free_port()
    command = [anvil_binary(), "--port", str(port), "--slots-in-an-epoch", "1", "--mnemonic", DEV_MNEMONIC, *options]
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


def chain_at(url: str, name: str = "anvil", *, legacy: bool = False) -> Chain:
    """A chain whose funded accounts are the development accounts; `legacy` for those without a base fee."""
    w3 = Web3(HTTPProvider(url))
    w3.middleware_onion.remove("validation")  # it asks for the chain id before every single call
    return Chain(name, w3, ACCOUNTS, legacy)
