"""Headers and storage words by proof, from whichever endpoint has them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure, RpcRefused
from vanbang.adapters.ethereum.state_proofs.errors import NoStateProofs, ProofInvalid, ProvenOtherwise
from vanbang.adapters.ethereum.state_proofs.header import Header, proven_header
from vanbang.adapters.ethereum.state_proofs.proving import prove
from vanbang.ports.ledger import LedgerWrong

SLOTS_AT_ONCE: Final = 64
"""A slot's proof takes some 8 KB of JSON once the contract holds a thousand million words; JsonRpc takes 1 MB."""

_NO_SUCH_METHOD: Final = (-32601, -32004)
"""JSON-RPC 2.0, and EIP-1474: the method does not exist, or is not supported."""

Found = TypeVar("Found")


def trusted_header(endpoints: Sequence[JsonRpc], block_hash: bytes) -> Header:
    """The header of the block with this hash (32 bytes), recomputed. Raises NoStateProofs if no endpoint gives it."""

    def ask(rpc: JsonRpc) -> Header:
        block = rpc.request("eth_getBlockByHash", ["0x" + block_hash.hex(), False])
        if block is None:
            raise NoStateProofs(f"{rpc.shown} has no block 0x{block_hash.hex()}")
        return proven_header(block, block_hash)

    return _first(endpoints, ask)[1]


class ProvenWords:
    """The storage of one contract (20 bytes) at one block, word by word; only the header is trusted.

    An endpoint whose proof does not hold is passed over for the next. Safe to use from threads.
    """

    def __init__(self, endpoints: Sequence[JsonRpc], contract: bytes, code_hash: bytes, header: Header) -> None:
        self._endpoints = list(endpoints)
        self._contract = contract
        self._code_hash = code_hash
        self.header = header

    def read(self, slots: Sequence[int]) -> dict[int, int]:
        """Each slot's word, zero where nothing is stored. Not remembered: the words are as many as the anchors.

        Raises NoStateProofs if no endpoint proves them, LedgerWrong if the contract's code is not the expected one.
        """
        words: dict[int, int] = {}
        for chunk in _chunks(list(dict.fromkeys(slots))):
            words |= self._prove(chunk)
        return words

    def _prove(self, slots: list[int]) -> dict[int, int]:
        params = ["0x" + self._contract.hex(), [f"0x{slot:064x}" for slot in slots], hex(self.header.number)]

        def ask(rpc: JsonRpc) -> dict[int, int]:
            return prove(self.header, self._contract, self._code_hash, slots, rpc.request("eth_getProof", params))

        try:
            good, words = _first(self._endpoints, ask)
        except ProvenOtherwise as error:
            raise LedgerWrong(str(error)) from error
        self._endpoints = [good, *(rpc for rpc in self._endpoints if rpc is not good)]
        return words


def _first(endpoints: Sequence[JsonRpc], ask: Callable[[JsonRpc], Found]) -> tuple[JsonRpc, Found]:
    """The first endpoint whose answer holds, and that. Raises NoStateProofs with what is wrong with each."""
    reasons = []
    for rpc in endpoints:
        try:
            return rpc, ask(rpc)
        except RpcRefused as refused:
            reasons.append(f"{rpc.shown} gives none" if refused.number in _NO_SUCH_METHOD else str(refused))
        except NoStateProofs as missing:
            reasons.append(missing.reason)
        except RpcFailure as failure:
            reasons.append(str(failure))
        except ProofInvalid as invalid:
            reasons.append(f"the answer of {rpc.shown} does not hold: {invalid}")
    raise NoStateProofs("; ".join(reasons))


def _chunks(slots: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(slots), SLOTS_AT_ONCE):
        yield slots[start : start + SLOTS_AT_ONCE]
