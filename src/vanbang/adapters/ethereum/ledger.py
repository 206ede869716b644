"""The registry on one chain, as a quorum of JSON-RPC endpoints sees it."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median_low
from typing import Any, TypeVar

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.abi import encode_call, error_text
from vanbang.adapters.ethereum.contract import bytecode, runtime_code_hash
from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure, RpcRefused, data_bytes, field, quantity
from vanbang.adapters.ethereum.transactions import sign_transaction
from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import registry_domain
from vanbang.core.encoding import registry_name
from vanbang.core.quorum import Agreed, Failure, agree, block_to_ask
from vanbang.core.registry import (
    Dossier,
    Key,
    StatusRoot,
    dossier_call,
    key_call,
    read_dossier,
    read_key,
)
from vanbang.core.trust import TrustedRegistry
from vanbang.ports import (
    Attempt,
    Call,
    CallReverted,
    LedgerUnsure,
    LedgerWrong,
    Quote,
    Receipt,
    SignedGroup,
    Signer,
)

MAX_GAS_PRICE = 2_000_000_000_000
"""2,000 gwei: Ethereum has asked for more only for minutes. A brake, so that no fault empties the relayer's wallet."""
Value = TypeVar("Value", bound=Hashable)
GAS_MARGIN = 1.2
"""More than estimated: another statement in the same block may turn a warm slot into a cold one."""
MIN_GAS_PRICE = 250_000_000
"""0.25 gwei: Viction's minimum; other chains ask for more by themselves."""


class RpcLedger:
    """Ledger over the endpoints of a TrustedRegistry."""

    def __init__(self, registry: TrustedRegistry, timeout: float = 10.0) -> None:
        self._trusted = registry
        self._chain_id, self._contract = registry_name(registry.name, "registry")
        self._endpoints = [JsonRpc(url, timeout) for url in registry.endpoints]
        self._pool = ThreadPoolExecutor(max_workers=len(self._endpoints))

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def registry(self) -> str:
        return self._trusted.name

    def domain(self) -> bytes:
        return registry_domain(self._chain_id, self._contract)

    def check(self) -> None:
        chain = self._agreed("eth_chainId", [], quantity)
        if chain != self._chain_id:
            raise LedgerWrong(f"the endpoints serve chain {chain}, not {self._chain_id}")
        code = self._agreed("eth_getCode", [_hex(self._contract), "latest"], data_bytes)
        if keccak(code) != runtime_code_hash():
            raise LedgerWrong(f"the contract at {_hex(self._contract)} is not the AnchorRegistry this version knows")

    def anchor_call(self, groups: Sequence[SignedGroup]) -> Call:
        encoded = [
            (g.issuer_id, g.deadline, [(e.root, e.tree_size, e.manifest_hash) for e in g.entries], g.signature)
            for g in groups
        ]
        return self._call(f"anchor {sum(len(g.entries) for g in groups)} batches", "anchor", encoded)

    def status_root_call(self, issuer_id: bytes, root: bytes, epoch: int, deadline: int, signature: bytes) -> Call:
        purpose = f"set status root, epoch {epoch}"
        return self._call(purpose, "setStatusRootBySignature", issuer_id, root, epoch, deadline, signature)

    def register_call(self, parent: bytes, iss: str, code: str, name: str, admin: bytes, registrar: bool) -> Call:
        return self._call(f"register {code}", "registerIssuer", parent, iss, code, name, _hex(admin), registrar)

    def add_key_call(self, issuer_id: bytes, address: bytes, role: int, not_after: int) -> Call:
        return self._call(f"add key {_hex(address)}", "addKey", issuer_id, _hex(address), role, 0, not_after)

    def end_key_call(self, issuer_id: bytes, address: bytes, not_after: int) -> Call:
        return self._call(f"end key {_hex(address)}", "endKey", issuer_id, _hex(address), not_after)

    def dossier(self, key: AnchorKey, *, final: bool) -> Dossier:
        return read_dossier(self._read(dossier_call(key), final=final))

    def key(self, issuer_id: bytes, address: bytes) -> Key:
        return read_key(self._read(key_call(issuer_id, address), final=False))

    def status(self, issuer_id: bytes, *, final: bool) -> StatusRoot:
        nothing = AnchorKey(issuer_id, *_NO_BATCH)  # type: ignore[arg-type]
        return self.dossier(nothing, final=final).status

    def standing(self, issuer_id: bytes) -> int:
        nothing = AnchorKey(issuer_id, *_NO_BATCH)  # type: ignore[arg-type]
        return self.dossier(nothing, final=False).standing

    def nonce(self, sender: bytes) -> int:
        return self._agreed("eth_getTransactionCount", [_hex(sender), "latest"], quantity)

    def balance(self, address: bytes) -> int:
        return self._agreed("eth_getBalance", [_hex(address), "latest"], _wei)

    def quote(self, sender: bytes, call: Call) -> Quote:
        request = {"from": _hex(sender), "data": _hex(call.data), "value": hex(call.value)}
        if call.target:
            request["to"] = _hex(call.target)
        answers = self._every(lambda rpc: _estimate(rpc, request))
        estimates = [answer for answer in answers if isinstance(answer, _Estimate)]
        reverts = [answer for answer in answers if isinstance(answer, str)]
        if len(reverts) >= self._trusted.quorum:
            raise CallReverted(reverts[0])
        if len(estimates) < self._trusted.quorum:
            raise LedgerUnsure("too few endpoints simulate the call")
        return _quote(estimates)

    def encode(self, sender_nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
        return sign_transaction(self._chain_id, sender_nonce, call, quote, signer)

    def send(self, raw: bytes) -> None:
        self._ask("eth_sendRawTransaction", [_hex(raw)], data_bytes)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        return self._agreed("eth_getTransactionReceipt", [_hex(transaction_hash)], _receipt)

    def final_block(self) -> int:
        number = block_to_ask(self._every(self._final_block), self._trusted.quorum)
        if number is None:
            raise LedgerUnsure("too few endpoints report a final block")
        return number

    def _call(self, purpose: str, function: str, *arguments: Any) -> Call:
        return Call(self._contract, encode_call(function, *arguments), purpose)

    def _read(self, data: str, *, final: bool) -> bytes:
        block = hex(self.final_block()) if final else "latest"
        return self._agreed("eth_call", [{"to": _hex(self._contract), "data": data}, block], data_bytes)

    def _final_block(self, rpc: JsonRpc) -> int:
        if self._trusted.depth is None:
            return quantity(rpc.request("eth_getBlockByNumber", ["finalized", False])["number"])
        return max(0, quantity(rpc.request("eth_blockNumber", [])) - self._trusted.depth)

    def _agreed(self, method: str, params: list[Any], read: Callable[[Any], Value]) -> Value:
        agreed = agree(self._ask(method, params, read), self._trusted.quorum)
        if not isinstance(agreed, Agreed):
            raise LedgerUnsure(f"{method}: {agreed.code.replace('_', ' ')}")
        return agreed.value

    def _ask(self, method: str, params: list[Any], read: Callable[[Any], Value]) -> list[Value | Failure]:
        return self._every(lambda rpc: read(rpc.request(method, params)))

    def _every(self, ask: Callable[[JsonRpc], Value]) -> list[Value | Failure]:
        def one(rpc: JsonRpc) -> Value | Failure:
            try:
                return ask(rpc)
            except RpcFailure as failure:
                return Failure(failure.word)

        return list(self._pool.map(one, self._endpoints))


@dataclass(frozen=True, slots=True)
class _Estimate:
    """One endpoint's view of a call's cost; `base` is None on a chain without EIP-1559. Wei."""

    gas: int
    base: int | None
    price: int


def _estimate(rpc: JsonRpc, request: dict[str, str]) -> _Estimate | str:
    """The cost of a call, or the contract's reason to refuse it."""
    block = rpc.request("eth_getBlockByNumber", ["latest", False])
    base = quantity(field(block, "baseFeePerGas")) if "baseFeePerGas" in block else None
    try:
        gas = quantity(rpc.request("eth_estimateGas", [request]))
    except RpcRefused as refused:
        if refused.data:
            return error_text(refused.data)
        raise
    return _Estimate(gas, base, quantity(rpc.request("eth_gasPrice", [])))


def _quote(estimates: Sequence[_Estimate]) -> Quote:
    """The median of each number: fewer liars than honest endpoints can make a call neither dear nor too cheap."""
    gas = int(median_low(estimate.gas for estimate in estimates) * GAS_MARGIN)
    price = median_low(estimate.price for estimate in estimates)
    bases = [estimate.base for estimate in estimates if estimate.base is not None]
    tip = None
    if 2 * len(bases) > len(estimates):
        base = median_low(bases)
        tip = max(price - base, 1)
        price = 2 * base + tip
    if price > MAX_GAS_PRICE:
        raise LedgerUnsure(f"the chain asks {price / 10**9:.0f} gwei for a unit of gas, more than we pay")
    return Quote(gas, price if tip is not None else max(price, MIN_GAS_PRICE), tip)


def deploy_call() -> Call:
    """Creates a registry; its sender becomes the owner."""
    return Call(None, bytecode(), "deploy the AnchorRegistry")


_NO_BATCH = (bytes(32), 1, bytes(32))


def _wei(value: Any) -> int:
    """A balance: it may exceed the 2^53-1 of every other quantity of ours."""
    try:
        return int.from_bytes(data_bytes("0x" + value[2:].rjust(64, "0")), "big")
    except TypeError as error:
        raise RpcFailure("malformed") from error


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _receipt(value: Any) -> Receipt | None:
    if value is None:
        return None
    try:
        contract = value.get("contractAddress")
        return Receipt(
            data_bytes(value["transactionHash"]),
            quantity(value["blockNumber"]),
            data_bytes(value["blockHash"]),
            quantity(value["status"]) == 1,
            quantity(value["gasUsed"]),
            data_bytes(contract) if contract else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise RpcFailure("malformed") from error
