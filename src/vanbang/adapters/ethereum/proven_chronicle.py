"""A registry's chronicle whose state is proven against a block hash, whatever its endpoints say of it."""

from collections.abc import Callable, Sequence
from itertools import count, zip_longest
from typing import Any, Final, Self, TypeAlias, TypeVar

from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.contract import runtime_code_hash
from vanbang.adapters.ethereum.json_rpc import JsonRpc
from vanbang.adapters.ethereum.registry_state import RegistryState
from vanbang.adapters.ethereum.state_proofs import Header, ProvenOtherwise, ProvenWords, trusted_header
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.logs import Log
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation, StatusView
from vanbang.core.encoding import registry_name
from vanbang.core.registry import Anchor, Key, Naming
from vanbang.core.trust import TrustedRegistry
from vanbang.ports.chronicle import Chronicle
from vanbang.ports.ledger import LedgerUnsure, LedgerWrong, Receipt

MOST_DIFFERENCES: Final = 1_000
"""More show nothing new about an endpoint that lies, and memory has an end."""

Answer = TypeVar("Answer")
State: TypeAlias = Chronicle | RegistryState
"""Whoever answers a question about state: both do under the same names."""


class ProvenChronicle:
    """Chronicle over another: its state proven, its logs to be checked against the proven heads, all else passed on.

    Endpoints are asked for the state as well. Where what they agree on is not what is proven, the proven answer is
    given and `differences` has both; where they do not agree, the proof settles it.
    """

    def __init__(self, told: Chronicle, words: ProvenWords) -> None:
        """Raises LedgerWrong with both hashes unless the endpoints' block is the one that `words` are proven at."""
        _require_same_block(told.block(), words.header)
        self._told = told
        self._proven = RegistryState(words.read)
        self._differences: dict[str, ProvenOtherwise] = {}

    @classmethod
    def pinned(cls, trusted: TrustedRegistry, block_hashes: Sequence[bytes] = (), timeout: float = 20.0) -> Self:
        """The chronicle at the newest of the blocks whose hashes somebody has from elsewhere.

        Without any, at the newest final block, whose hash is then the quorum's word. Raises NoStateProofs where there
        are none, LedgerWrong with both values if the endpoints' chain has another block in the place of one of these.
        """
        endpoints = [JsonRpc(url, timeout) for url in trusted.endpoints]
        if not block_hashes:
            told = RpcChronicle.pinned(trusted, timeout)
            headers = [trusted_header(endpoints, told.block().hash)]
        else:
            headers = sorted(
                (trusted_header(endpoints, each) for each in block_hashes), key=lambda header: header.number
            )
            newest = headers[-1]
            told = RpcChronicle(trusted, ChainBlock(newest.number, newest.hash, newest.timestamp), timeout)
            for block, header in zip(told.blocks([header.number for header in headers]), headers, strict=True):
                _require_same_block(block, header)
        contract = registry_name(trusted.name, "registry")[1]
        words = ProvenWords(endpoints, contract, runtime_code_hash(), headers[-1])
        words.read([0])  # whether there are proofs, and of this contract, shows before anything else is asked
        return cls(told, words)

    @property
    def registry(self) -> str:
        return self._told.registry

    def block(self) -> ChainBlock:
        return self._told.block()

    def is_still_there(self) -> bool:
        return self._told.is_still_there()

    def blocks(self, numbers: Sequence[int]) -> Sequence[ChainBlock]:
        return self._told.blocks(numbers)

    def issuer_count(self) -> int:
        return self._settled("the number of issuers", [()], lambda state: [state.issuer_count()])[0]

    def issuers(self, start: int, limit: int) -> Sequence[bytes]:
        return self._settled("the issuer number", count(start), lambda state: state.issuers(start, limit))

    def issuer_views(self, issuer_ids: Sequence[bytes]) -> Sequence[IssuerView]:
        return self._settled("the issuer", issuer_ids, lambda state: state.issuer_views(issuer_ids))

    def names(self, issuer_ids: Sequence[bytes]) -> Sequence[Sequence[Naming]]:
        return self._settled(
            "the names of", issuer_ids, lambda state: [tuple(all_) for all_ in state.names(issuer_ids)]
        )

    def keys(self, keys: Sequence[tuple[bytes, bytes]]) -> Sequence[Key]:
        return self._settled("the key", keys, lambda state: state.keys(keys))

    def anchors(self, keys: Sequence[AnchorKey]) -> Sequence[Anchor]:
        return self._settled("the anchor", keys, lambda state: state.anchors(keys))

    def revocations(self, roots: Sequence[tuple[bytes, bytes]]) -> Sequence[Revocation]:
        return self._settled("the revocation", roots, lambda state: state.revocations(roots))

    def statuses(self, issuer_ids: Sequence[bytes]) -> Sequence[StatusView]:
        return self._settled("the status root of", issuer_ids, lambda state: state.statuses(issuer_ids))

    def logs(self, places: Sequence[tuple[bytes, int]]) -> Sequence[Sequence[Log]]:
        return self._told.logs(places)

    def earlier(self, issuer_id: bytes, block: int) -> tuple[IssuerView, StatusView] | None:
        return self._told.earlier(issuer_id, block)

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | None]:
        return self._told.receipts(hashes)

    def nonces(self, senders: Sequence[bytes]) -> Sequence[int]:
        return self._told.nonces(senders)

    def contradictions(self) -> Sequence[str]:
        return list(self._differences)

    @property
    def differences(self) -> Sequence[ProvenOtherwise]:
        """The contradictions with their two values, each once."""
        return list(self._differences.values())

    def _settled(self, what: str, asked: Any, question: Callable[[State], Sequence[Answer]]) -> Sequence[Answer]:
        proven = question(self._proven)
        try:
            told = question(self._told)
        except LedgerUnsure:
            return proven
        for about, (said, shown) in zip(asked, zip_longest(told, proven), strict=False):
            if said != shown:
                self._note(ProvenOtherwise(f"{what} {_shown(about)}".strip(), _shown(said), _shown(shown)))
        return proven

    def _note(self, difference: ProvenOtherwise) -> None:
        if len(self._differences) < MOST_DIFFERENCES:
            self._differences.setdefault(str(difference), difference)


def _require_same_block(told: ChainBlock, header: Header) -> None:
    if (told.number, told.hash) != (header.number, header.hash):
        raise LedgerWrong(
            f"the endpoints follow another chain: block {told.number} is 0x{told.hash.hex()} to them, and the trusted "
            f"block {header.number} is 0x{header.hash.hex()}"
        )


def _shown(value: Any) -> str:
    """A value for people: byte strings in hex, wherever they stand in it."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple | list):
        return ", ".join(_shown(part) for part in value)
    if hasattr(value, "__dataclass_fields__"):
        parts = (f"{name}={_shown(getattr(value, name))}" for name in value.__dataclass_fields__)
        return f"{type(value).__name__}({', '.join(parts)})"
    return "nothing" if value is None else str(value)
