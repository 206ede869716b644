"""What endpoints and mirrors answer when verification asks (docs/format.md sections 12, 16 and 17)."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import Final, TypeAlias, cast

from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure, data_bytes, field, hash_bytes, quantity
from vanbang.adapters.http.at_once import at_once
from vanbang.adapters.http.bounded_http import TIMEOUT
from vanbang.adapters.http.mirrors import Mirrors
from vanbang.core.quorum import Failure
from vanbang.core.trust import TrustedRegistry
from vanbang.core.verification.evidence import LATEST, Answer, Block, CallResult, ChainAnswer, Head

IN_FLIGHT: Final = 8
"""Requests to one endpoint at a time: one that never answers holds up its own questions and nobody else's."""

Entry: TypeAlias = Head | Block | CallResult
Asking: TypeAlias = Callable[[JsonRpc], Entry]


class RpcWitness:
    """Witness over JSON-RPC endpoints, and mirrors that are addresses or local folders.

    `timeout` is in seconds, for an endpoint's or a mirror's answer to one question. Safe to use from threads.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout
        self._mirrors = Mirrors(timeout)
        self._endpoints: dict[str, _Endpoint] = {}
        self._lock = Lock()

    def chain_answer(self, registry: TrustedRegistry, question: str) -> Answer:
        """One entry for each endpoint, in order. Raises ValueError for what is no chain question of section 17."""
        ask = _asking(registry, question)
        endpoints = [self._endpoint(url) for url in registry.endpoints]
        entries = at_once([partial(endpoint.entry, ask) for endpoint in endpoints], self._timeout)
        return cast(ChainAnswer, entries)

    def file_answer(self, mirrors: Sequence[str], path: str) -> Answer:
        """The first mirror's file whose SHA-256 is the path's, or a Failure. Raises ValueError for another path."""
        return self._mirrors.read(mirrors, path)

    def _endpoint(self, url: str) -> "_Endpoint":
        with self._lock:
            if url not in self._endpoints:
                self._endpoints[url] = _Endpoint(url, self._timeout)
            return self._endpoints[url]


class _Endpoint:
    """One endpoint, whose faults are answers."""

    def __init__(self, url: str, timeout: float) -> None:
        self._rpc = JsonRpc(url, timeout)
        self._timeout = timeout
        self._slots = BoundedSemaphore(IN_FLIGHT)

    def entry(self, ask: Asking) -> Entry | Failure:
        if not self._slots.acquire(timeout=self._timeout):
            return Failure("timeout")
        try:
            return ask(self._rpc)
        except RpcFailure as failure:
            return Failure(failure.word)
        finally:
            self._slots.release()


def _asking(registry: TrustedRegistry, question: str) -> Asking:
    kind, name, *rest = question.split(" ")
    if name != registry.name:
        raise ValueError(f"{question[:120]!r} is not about {registry.name}")
    match kind, rest:
        case "head", []:
            return partial(_head, registry.depth)
        case "block", [number]:
            return partial(_block, int(number))
        case "call", [block, data]:
            return partial(_call, registry.address, block if block == LATEST else hex(int(block)), data)
    raise ValueError(f"{question[:120]!r} is no question to a chain")


def _head(depth: int | None, rpc: JsonRpc) -> Head:
    chain_id = quantity(rpc.request("eth_chainId", []))
    if depth is None:
        return Head(chain_id, quantity(field(rpc.request("eth_getBlockByNumber", ["finalized", False]), "number")))
    return Head(chain_id, max(0, quantity(rpc.request("eth_blockNumber", [])) - depth))


def _block(number: int, rpc: JsonRpc) -> Block:
    found = rpc.request("eth_getBlockByNumber", [hex(number), False])
    if quantity(field(found, "number")) != number:
        raise RpcFailure("malformed", "a block")
    return Block("0x" + hash_bytes(field(found, "hash")).hex(), quantity(field(found, "timestamp")))


def _call(account: str, block: str, data: str, rpc: JsonRpc) -> CallResult:
    return CallResult(data_bytes(rpc.request("eth_call", [{"to": account, "data": data}, block])))
