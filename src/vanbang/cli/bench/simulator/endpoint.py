"""JSON-RPC endpoints over the simulated chain: each lags, sticks to a fork, fails, limits rates, or lies by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from vanbang.adapters.ethereum.contract import runtime_code
from vanbang.adapters.ethereum.json_rpc import RpcFailure, RpcRefused
from vanbang.cli.bench.simulator.chain import GWEI, Block, Chain, Mined, Refused, gas_of
from vanbang.cli.bench.simulator.registry import CHAIN_ID, CONTRACT, Reverted

FAILURES: Final = ("timeout", "unreachable", "http_502", "malformed", "http_429")
LIES: Final = (
    "eth_getTransactionReceipt", "eth_call", "eth_getTransactionCount", "eth_getBlockByNumber", "eth_blockNumber",
    "eth_gasPrice", "eth_estimateGas", "eth_getBalance", "eth_getBlockFinalityByNumber",
)  # fmt: skip
ZEROS: Final = "0x" + "00" * 32

Calls = Sequence[tuple[str, list[Any]]]


@dataclass(slots=True)
class Troubles:
    """How an endpoint does now. `failing` and `lying` are how likely a request fails and an answer is false."""

    lag: int = 0
    failing: float = 0.0
    lying: float = 0.0
    answer_lost: float = 0.0
    """How likely what was asked is done, and the answer lost."""
    wrong_chain: bool = False
    fork: list[Block] | None = None
    """The blocks it sticks to."""


@dataclass(slots=True)
class Endpoint:
    """One endpoint. `told` hears of every fault; `sent` and `answered` of what is sent to it and what it says."""

    name: str
    chain: Chain
    draw: Random
    told: Callable[[str], None]
    sent: Callable[[bytes], None]
    answered: Callable[[str, str, list[Any], Any], None]
    now: Troubles = field(default_factory=Troubles)
    final_of_fork: int = 0

    def stick(self) -> None:
        """From now on it sees only the blocks that there are now."""
        self.now.fork, self.final_of_fork = list(self.chain.blocks), self.chain.final

    def request(self, method: str, params: list[Any]) -> Any:
        """As JsonRpc's. Raises RpcFailure."""
        (answer,) = self._asked([(method, params)])
        if isinstance(answer, RpcFailure):
            raise answer
        return answer

    def batch(self, calls: Calls) -> list[Any | RpcFailure]:
        """As JsonRpc's. Raises RpcFailure."""
        return self._asked(calls)

    def _asked(self, calls: Calls) -> list[Any | RpcFailure]:
        if self.draw.random() < self.now.failing:
            word = self.draw.choice(FAILURES)
            self.told(f"endpoint: {word}")
            raise RpcFailure(word, wait=self.draw.choice((0, 30)) if word == "http_429" else 0)
        answers = [self._one(method, params) for method, params in calls]
        if self.draw.random() < self.now.answer_lost:
            self.told("endpoint: answer lost")
            raise RpcFailure("timeout")
        for (method, params), answer in zip(calls, answers, strict=True):
            self.answered(self.name, method, params, answer)
        return answers

    def _one(self, method: str, params: list[Any]) -> Any | RpcFailure:
        try:
            answer = getattr(self, f"_{method}")(*params)
        except RpcFailure as failure:
            return failure
        if method in LIES and self.now.lying and self.draw.random() < self.now.lying:
            self.told(f"lie: {method}")
            return self._lie(method, params, answer)
        return answer

    @property
    def _blocks(self) -> list[Block]:
        return self.chain.blocks if self.now.fork is None else self.now.fork

    @property
    def _newest(self) -> int:
        return max(0, len(self._blocks) - 1 - self.now.lag)

    @property
    def _final(self) -> int:
        return min(self._newest, self.chain.final if self.now.fork is None else self.final_of_fork)

    def _block(self, name: str) -> Block | None:
        number = {"latest": self._newest, "finalized": self._final}.get(name)
        number = int(name, 16) if number is None else number
        return self._blocks[number] if number <= self._newest else None

    def _at(self, name: str) -> Block:
        block = self._block(name)
        if block is None:
            raise RpcRefused("header", -32_000, "header not found", b"")
        return block

    def _eth_chainId(self) -> str:
        return hex(1 if self.now.wrong_chain else CHAIN_ID)

    def _eth_getCode(self, _: str, __: str) -> str:
        return "0x" + runtime_code().hex()

    def _eth_blockNumber(self) -> str:
        return hex(self._newest)

    def _eth_getBlockByNumber(self, name: str, _: bool) -> dict[str, str] | None:
        block = self._block(name)
        if block is None:
            return None
        head = {"number": hex(block.number), "hash": _hex(block.hash), "timestamp": hex(block.time)}
        return head | ({"baseFeePerGas": hex(block.base_fee)} if self.chain.fees == "eip1559" else {})

    def _eth_getBlockFinalityByNumber(self, name: str) -> int:
        return 100 if int(name, 16) <= self._final else 40

    def _eth_gasPrice(self) -> str:
        tip = GWEI if self.chain.fees == "eip1559" else 0
        return hex(max(self.chain.min_price, self.chain.base_fee + tip))

    def _eth_estimateGas(self, request: dict[str, str]) -> str:
        block, data = self._at("latest"), bytes.fromhex(request["data"][2:])
        if block.balances.get(bytes.fromhex(request["from"][2:]), 0) == 0:
            raise RpcRefused("estimate", -32_000, "insufficient funds for gas * price + value", b"")
        if request.get("to") == _hex(CONTRACT):
            try:
                block.registry.called(data, block.time, block.number)
            except Reverted:
                raise RpcRefused("estimate", 3, "execution reverted", b"") from None
        return hex(gas_of(data))

    def _eth_call(self, request: dict[str, str], name: str) -> str:
        return _hex(self._at(name).registry.view(bytes.fromhex(request["data"][2:])))

    def _eth_getTransactionCount(self, account: str, name: str) -> str:
        return hex(self._at(name).nonces.get(bytes.fromhex(account[2:]), 0))

    def _eth_getBalance(self, account: str, name: str) -> str:
        return hex(self._at(name).balances.get(bytes.fromhex(account[2:]), 0))

    def _eth_sendRawTransaction(self, raw: str) -> str:
        self.sent(bytes.fromhex(raw[2:]))
        try:
            return _hex(self.chain.accept(bytes.fromhex(raw[2:])))
        except Refused as refused:
            raise RpcRefused("transaction", -32_000, str(refused), b"") from None

    def _eth_getTransactionReceipt(self, transaction: str) -> dict[str, Any] | None:
        for block in reversed(self._blocks[: self._newest + 1]):
            for mined in block.mined:
                if _hex(mined.signed.hash) == transaction:
                    return _receipt(block, mined)
        return None

    def _lie(self, method: str, params: list[Any], truth: Any) -> Any:
        if method == "eth_getTransactionReceipt":
            return _false_receipt(self._blocks[self._newest], params[0]) if truth is None else None
        if method == "eth_call":
            return _hex(self._blocks[0].registry.view(bytes.fromhex(params[0]["data"][2:])))
        if method == "eth_getBlockByNumber":
            return truth and {**truth, "number": hex(int(truth["number"], 16) + self.draw.choice((1, 5, 50)))}
        if method == "eth_getBlockFinalityByNumber":
            return 140 - truth
        return hex(max(0, int(truth, 16) * self.draw.choice((1, 3)) + self.draw.choice((-1, 1))))


def _receipt(block: Block, mined: Mined) -> dict[str, Any]:
    logs = [
        {"address": _hex(CONTRACT), "topics": [_hex(issuer), _hex(root)], "data": _hex(number.to_bytes(32, "big"))}
        for issuer, root, number in mined.anchored
    ]
    return {
        "transactionHash": _hex(mined.signed.hash), "blockNumber": hex(block.number), "blockHash": _hex(block.hash),
        "status": hex(mined.succeeded), "gasUsed": hex(mined.gas_used), "effectiveGasPrice": hex(mined.price),
        "contractAddress": None, "logs": logs,
    }  # fmt: skip


def _false_receipt(block: Block, transaction: str) -> dict[str, Any]:
    return {
        "transactionHash": transaction, "blockNumber": hex(block.number), "blockHash": _hex(block.hash),
        "status": "0x1", "gasUsed": hex(21_000), "effectiveGasPrice": hex(GWEI), "contractAddress": None, "logs": [],
    }  # fmt: skip


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
