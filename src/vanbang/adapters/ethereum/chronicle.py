"""The registry as an auditor reads it, by JSON-RPC: everything at one final block that a quorum agrees on."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, Self, TypeVar

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.contract import runtime_code_hash
from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure, data_bytes, field, hash_bytes, quantity
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle import views
from vanbang.core.chronicle.logs import Log
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation, StatusView
from vanbang.core.errors import FormatError
from vanbang.core.quorum import Agreed, Failure, agree, block_to_ask
from vanbang.core.registry import Anchor, Key, Naming
from vanbang.core.trust import TrustedRegistry
from vanbang.ports import LedgerUnsure, LedgerWrong, Receipt

MAX_ANSWER_BYTES: Final = 16_777_216
"""A block full of one issuer's anchors logs 10 MB of JSON."""
IN_FLIGHT: Final = 8
"""Requests to one endpoint at a time."""
MAX_TOPICS: Final = 4

Value = TypeVar("Value", bound=Hashable)
Read = TypeVar("Read")
Request = tuple[str, list[Any]]
"""A JSON-RPC method and its parameters."""


class RpcChronicle:
    """Chronicle over the endpoints of a TrustedRegistry. Safe to use from threads.

    A long audit needs endpoints that keep old states: most drop them after some 128 blocks.
    """

    def __init__(self, trusted: TrustedRegistry, block: ChainBlock, timeout: float) -> None:
        self._trusted = trusted
        self._block = block
        self._endpoints = [JsonRpc(url, timeout, MAX_ANSWER_BYTES) for url in trusted.endpoints]
        self._pool = ThreadPoolExecutor(IN_FLIGHT * len(self._endpoints))

    @classmethod
    def pinned(cls, trusted: TrustedRegistry, timeout: float = 20.0) -> Self:
        """The chronicle at the newest final block. Raises LedgerUnsure, LedgerWrong: another chain or contract."""
        found = cls(trusted, ChainBlock(0, bytes(32), 0), timeout)
        number = block_to_ask(found._every(partial(_final_block, trusted)), trusted.quorum)
        if number is None:
            raise LedgerUnsure("too few endpoints report a final block of this chain")
        found._block = found.blocks([number])[0]
        (code,) = found._agreed([("eth_getCode", [trusted.address, hex(number)])], data_bytes)
        if keccak(code) != runtime_code_hash():
            raise LedgerWrong(f"the contract at {trusted.address} is not the AnchorRegistry this version knows")
        return found

    @property
    def registry(self) -> str:
        return self._trusted.name

    def block(self) -> ChainBlock:
        return self._block

    def is_still_there(self) -> bool:
        return self.blocks([self._block.number])[0] == self._block

    def blocks(self, numbers: Sequence[int]) -> Sequence[ChainBlock]:
        requests: list[Request] = [("eth_getBlockByNumber", [hex(number), False]) for number in numbers]
        found = self._agreed(requests, _block)
        if [block.number for block in found] != list(numbers):
            raise LedgerUnsure("the endpoints answer with other blocks than those asked for")
        return found

    def issuer_count(self) -> int:
        return self._views([views.issuer_count_call()], views.read_count)[0]

    def issuers(self, start: int, limit: int) -> Sequence[bytes]:
        return self._views([views.issuers_call(start, limit)], views.read_issuers)[0]

    def issuer_views(self, issuer_ids: Sequence[bytes]) -> Sequence[IssuerView]:
        return self._views([views.issuer_call(item) for item in issuer_ids], views.read_issuer)

    def names(self, issuer_ids: Sequence[bytes]) -> Sequence[Sequence[Naming]]:
        return self._views([views.names_call(item) for item in issuer_ids], views.read_names)

    def keys(self, keys: Sequence[tuple[bytes, bytes]]) -> Sequence[Key]:
        return self._views([views.key_of_call(*item) for item in keys], views.read_key_of)

    def anchors(self, keys: Sequence[AnchorKey]) -> Sequence[Anchor]:
        return self._views([views.anchor_call(item) for item in keys], views.read_anchor)

    def revocations(self, roots: Sequence[tuple[bytes, bytes]]) -> Sequence[Revocation]:
        return self._views([views.revocation_call(*item) for item in roots], views.read_revocation)

    def statuses(self, issuer_ids: Sequence[bytes]) -> Sequence[StatusView]:
        return self._views([views.status_call(item) for item in issuer_ids], views.read_status)

    def logs(self, places: Sequence[tuple[bytes, int]]) -> Sequence[Sequence[Log]]:
        requests: list[Request] = []
        for issuer_id, number in places:
            one = {"address": self._trusted.address, "topics": [None, "0x" + issuer_id.hex()]}
            requests.append(("eth_getLogs", [one | {"fromBlock": hex(number), "toBlock": hex(number)}]))
        found = self._agreed(requests, partial(_logs, self._trusted.address))
        for logs, (_, number) in zip(found, places, strict=True):
            if any(log.block != number for log in logs):
                raise LedgerUnsure("the endpoints answer with logs of other blocks than those asked for")
        return found

    def earlier(self, issuer_id: bytes, block: int) -> tuple[IssuerView, StatusView] | None:
        if block < 0:
            return None
        requests = [self._call(call, block) for call in (views.issuer_call(issuer_id), views.status_call(issuer_id))]
        for rpc in self._endpoints:
            try:
                record, status = (data_bytes(rpc.request(*request)) for request in requests)
                if not record and not status:  # before the registry was there
                    return IssuerView(), StatusView()
                return views.read_issuer(record), views.read_status(status)
            except (RpcFailure, FormatError):
                continue
        return None

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | None]:
        requests: list[Request] = [("eth_getTransactionReceipt", ["0x" + item.hex()]) for item in hashes]
        found = self._agreed(requests, _receipt)
        return [item if item is not None and item.block <= self._block.number else None for item in found]

    def nonces(self, senders: Sequence[bytes]) -> Sequence[int]:
        at = hex(self._block.number)
        return self._agreed([("eth_getTransactionCount", ["0x" + item.hex(), at]) for item in senders], quantity)

    def _views(self, calls: Sequence[bytes], read: Callable[[bytes], Read]) -> list[Read]:
        results = self._agreed([self._call(call, self._block.number) for call in calls], data_bytes)
        try:
            return [read(result) for result in results]
        except FormatError as error:
            raise LedgerWrong(f"{self._trusted.name} answers what no AnchorRegistry does: {error}") from error

    def _call(self, data: bytes, block: int) -> Request:
        return "eth_call", [{"to": self._trusted.address, "data": "0x" + data.hex()}, hex(block)]

    def _agreed(self, requests: Sequence[Request], read: Callable[[Any], Value]) -> list[Value]:
        """What a quorum answers to each request. Raises LedgerUnsure."""
        asked = [(rpc, request) for request in requests for rpc in self._endpoints]
        answers = list(self._pool.map(lambda one: _answer(one[0], one[1], read), asked))
        width, found = len(self._endpoints), []
        for at, (method, _) in enumerate(requests):
            agreed = agree(answers[at * width : (at + 1) * width], self._trusted.quorum)
            if not isinstance(agreed, Agreed):
                raise LedgerUnsure(f"{method}: {agreed.code.replace('_', ' ')}")
            found.append(agreed.value)
        return found

    def _every(self, ask: Callable[[JsonRpc], Value]) -> list[Value | Failure]:
        def one(rpc: JsonRpc) -> Value | Failure:
            try:
                return ask(rpc)
            except RpcFailure as failure:
                return Failure(failure.word)

        return list(self._pool.map(one, self._endpoints))


def _answer(rpc: JsonRpc, request: Request, read: Callable[[Any], Value]) -> Value | Failure:
    try:
        return read(rpc.request(*request))
    except RpcFailure as failure:
        return Failure(failure.word)


def _final_block(trusted: TrustedRegistry, rpc: JsonRpc) -> int:
    if quantity(rpc.request("eth_chainId", [])) != trusted.chain_id:
        raise RpcFailure("wrong_chain")
    if trusted.depth is None:
        return quantity(field(rpc.request("eth_getBlockByNumber", ["finalized", False]), "number"))
    return max(0, quantity(rpc.request("eth_blockNumber", [])) - trusted.depth)


def _block(value: Any) -> ChainBlock:
    number, digest = quantity(field(value, "number")), hash_bytes(field(value, "hash"))
    return ChainBlock(number, digest, quantity(field(value, "timestamp")))


def _logs(address: str, value: Any) -> tuple[Log, ...]:
    if not isinstance(value, list):
        raise RpcFailure("malformed", "logs")
    return tuple(sorted((_log(address, item) for item in value), key=lambda log: log.index))


def _log(address: str, value: Any) -> Log:
    topics = field(value, "topics")
    if not isinstance(topics, list) or not 1 <= len(topics) <= MAX_TOPICS or value.get("removed") is True:
        raise RpcFailure("malformed", "a log")
    if str(field(value, "address")).lower() != address:
        raise RpcFailure("malformed", "a log of another contract")
    place = quantity(field(value, "blockNumber")), quantity(field(value, "logIndex"))
    return Log(*place, tuple(hash_bytes(topic) for topic in topics), data_bytes(field(value, "data")))


def _receipt(value: Any) -> Receipt | None:
    if value is None:
        return None
    return Receipt(
        hash_bytes(field(value, "transactionHash")),
        quantity(field(value, "blockNumber")),
        hash_bytes(field(value, "blockHash")),
        quantity(field(value, "status")) == 1,
        quantity(field(value, "gasUsed")),
    )
