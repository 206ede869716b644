"""The registry as an auditor reads it, by JSON-RPC: everything at one final block that a quorum agrees on."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Self, TypeVar

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.answers import read_head, read_receipt
from vanbang.adapters.ethereum.contract import runtime_code_hash
from vanbang.adapters.ethereum.endpoints import Endpoints, Question
from vanbang.adapters.ethereum.finality import FinalBlocks
from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure, data_bytes, field, hash_bytes, quantity
from vanbang.core.batch import AnchorKey
from vanbang.core.chain_profile import Finality
from vanbang.core.chronicle import views
from vanbang.core.chronicle.logs import Log
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation, StatusView
from vanbang.core.errors import FormatError
from vanbang.core.quorum import block_to_ask
from vanbang.core.registry import Anchor, Key, Naming
from vanbang.core.trust import TrustedRegistry
from vanbang.ports import LedgerUnsure, LedgerWrong, Receipt

MAX_TOPICS: Final = 4
Read = TypeVar("Read")


class RpcChronicle:
    """Chronicle over the endpoints of a TrustedRegistry. Safe to use from threads.

    A long audit needs endpoints that keep old states: most drop them after some 128 blocks.
    """

    def __init__(self, trusted: TrustedRegistry, block: ChainBlock, timeout: float) -> None:
        self._trusted = trusted
        self._block = block
        self._endpoints = Endpoints(trusted.endpoints, trusted.quorum, trusted.chain_id, timeout)
        self._one_by_one = [JsonRpc(url, timeout) for url in trusted.endpoints]

    @classmethod
    def pinned(cls, trusted: TrustedRegistry, timeout: float = 20.0) -> Self:
        """The chronicle at the newest final block. Raises LedgerUnsure, LedgerWrong: another chain or contract."""
        found = cls(trusted, ChainBlock(0, bytes(32), 0), timeout)
        number = found._final_block()
        found._block = found.blocks([number])[0]
        (code,) = found._endpoints.agreed([Question("eth_getCode", [trusted.address, hex(number)], data_bytes)])
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
        found = self._endpoints.agreed(
            [Question("eth_getBlockByNumber", [hex(number), False], _block) for number in numbers]
        )
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

    def contradictions(self) -> Sequence[str]:
        return ()

    def logs(self, places: Sequence[tuple[bytes, int]]) -> Sequence[Sequence[Log]]:
        questions = []
        for issuer_id, number in places:
            wanted = {"address": self._trusted.address, "fromBlock": hex(number), "toBlock": hex(number)}
            topics = [None, "0x" + issuer_id.hex()]
            read = partial(_logs, self._trusted.address, number)
            questions.append(Question("eth_getLogs", [wanted | {"topics": topics}], read))
        return self._endpoints.agreed(questions)

    def earlier(self, issuer_id: bytes, block: int) -> tuple[IssuerView, StatusView] | None:
        if block < 0:
            return None
        calls = [self._call(call, block) for call in (views.issuer_call(issuer_id), views.status_call(issuer_id))]
        for rpc in self._one_by_one:
            try:
                record, status = (data_bytes(rpc.request(call.method, call.params)) for call in calls)
                if not record and not status:  # before the registry was there
                    return IssuerView(), StatusView()
                return views.read_issuer(record), views.read_status(status)
            except (RpcFailure, FormatError):
                continue
        return None

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | None]:
        found = self._endpoints.agreed(
            [Question("eth_getTransactionReceipt", ["0x" + item.hex()], partial(read_receipt, item)) for item in hashes]
        )
        return [item if item is not None and item.block <= self._block.number else None for item in found]

    def nonces(self, senders: Sequence[bytes]) -> Sequence[int]:
        at = hex(self._block.number)
        return self._endpoints.agreed(
            [Question("eth_getTransactionCount", ["0x" + item.hex(), at], quantity) for item in senders]
        )

    def _final_block(self) -> int:
        depth = self._trusted.depth
        rule = Finality(tag="finalized") if depth is None else Finality(depth=depth)
        finality = FinalBlocks(rule, self._endpoints)
        heads, *rest = self._endpoints.ask([Question("eth_blockNumber", [], quantity), *finality.questions()])
        latest = block_to_ask(heads, self._trusted.quorum)
        if latest is None:
            raise self._endpoints.unsure(heads, "the newest block")
        return finality.newest(latest, rest)

    def _views(self, calls: Sequence[bytes], read: Callable[[bytes], Read]) -> list[Read]:
        results = self._endpoints.agreed([self._call(call, self._block.number) for call in calls])
        try:
            return [read(result) for result in results]
        except FormatError as error:
            raise LedgerWrong(f"{self._trusted.name} answers what no AnchorRegistry does: {error}") from error

    def _call(self, data: bytes, block: int) -> Question[bytes]:
        call = {"to": self._trusted.address, "data": "0x" + data.hex()}
        return Question("eth_call", [call, hex(block)], data_bytes)


def _block(value: Any) -> ChainBlock:
    head = read_head(value)
    return ChainBlock(head.number, head.hash, head.time)


def _logs(address: str, number: int, value: Any) -> tuple[Log, ...]:
    if not isinstance(value, list):
        raise RpcFailure("malformed", "logs")
    return tuple(sorted((_log(address, number, item) for item in value), key=lambda log: log.index))


def _log(address: str, number: int, value: Any) -> Log:
    topics = field(value, "topics")
    if not isinstance(topics, list) or not 1 <= len(topics) <= MAX_TOPICS or value.get("removed") is True:
        raise RpcFailure("malformed", "a log")
    if str(field(value, "address")).lower() != address or quantity(field(value, "blockNumber")) != number:
        raise RpcFailure("malformed", "a log of another contract or block")
    index, data = quantity(field(value, "logIndex")), data_bytes(field(value, "data"))
    return Log(number, index, tuple(hash_bytes(topic) for topic in topics), data)
