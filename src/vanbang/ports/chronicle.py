"""The registry as an auditor reads it: its whole past and its state, all at one final block."""

from collections.abc import Sequence
from typing import Protocol

from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.logs import Log
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation, StatusView
from vanbang.core.registry import Anchor, Key, Naming
from vanbang.ports.ledger import Receipt


class Chronicle(Protocol):
    """Events and state of one registry, pinned to one final block that a quorum of endpoints agrees on.

    Nothing is trusted: events are checked against `head` and state, state is the quorum's (or proven). Questions are
    in the plural so that they can be asked together; answers come in their order. Raises LedgerUnsure when too few
    endpoints answer or agree (nothing is known then), LedgerWrong when what they agree on is no answer of this
    contract.
    """

    @property
    def registry(self) -> str:
        """The registry's CAIP-10 name."""
        ...

    def block(self) -> ChainBlock:
        """The block that everything is read at."""
        ...

    def is_still_there(self) -> bool:
        """Whether that block is still on the chain: asked at the end, for a chain may change while it is read."""
        ...

    def blocks(self, numbers: Sequence[int]) -> Sequence[ChainBlock]:
        """Earlier blocks (or the pinned one) by number."""
        ...

    def issuer_count(self) -> int:
        """How many issuers were ever registered."""
        ...

    def issuers(self, start: int, limit: int) -> Sequence[bytes]:
        """Their ids in order of registration, fewer at the end of the list."""
        ...

    def issuer_views(self, issuer_ids: Sequence[bytes]) -> Sequence[IssuerView]:
        """What is stored of each issuer; standing 0 for an unknown one."""
        ...

    def names(self, issuer_ids: Sequence[bytes]) -> Sequence[Sequence[Naming]]:
        """Each issuer's names, oldest first."""
        ...

    def keys(self, keys: Sequence[tuple[bytes, bytes]]) -> Sequence[Key]:
        """Keys by issuer and address; role 0 for an unknown one."""
        ...

    def anchors(self, keys: Sequence[AnchorKey]) -> Sequence[Anchor]:
        """Anchors; state 0 for an absent one."""
        ...

    def revocations(self, roots: Sequence[tuple[bytes, bytes]]) -> Sequence[Revocation]:
        """Revocations by issuer and root; time 0 for none."""
        ...

    def statuses(self, issuer_ids: Sequence[bytes]) -> Sequence[StatusView]:
        """Each issuer's newest status root; epoch 0 for none."""
        ...

    def contradictions(self) -> Sequence[str]:
        """Where, so far, what endpoints agree on is not what is proven of the same block: each with both values."""
        ...

    def logs(self, places: Sequence[tuple[bytes, int]]) -> Sequence[Sequence[Log]]:
        """The logs of one issuer in one block, for each (issuer, block), in the order of the block."""
        ...

    def earlier(self, issuer_id: bytes, block: int) -> tuple[IssuerView, StatusView] | None:
        """An issuer's record and status as of an earlier block; None where no endpoint keeps so old a state.

        Not agreed by a quorum: it says where to look for a fault that is proven otherwise.
        """
        ...

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | None]:
        """Receipts of transactions; None if there is none up to the pinned block."""
        ...

    def nonces(self, senders: Sequence[bytes]) -> Sequence[int]:
        """How many transactions each account had sent by the pinned block."""
        ...
