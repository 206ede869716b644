"""What an auditor notes down: how far each issuer's events were followed, and which of its files hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.replaying import Replay
from vanbang.core.chronicle.views import ChainBlock
from vanbang.core.registry import Anchor


@dataclass(frozen=True, slots=True)
class NotedIssuer:
    """An issuer followed up to number `record.view.seq`, where `head` is the hash over its events, and `epoch`.

    `place` is its number in the registry's list of issuers. `is_sound`: nothing was wrong, so the next audit may go on
    from here; otherwise it begins at the first event again.
    """

    issuer_id: bytes
    place: int
    head: bytes
    epoch: int
    record: Replay
    is_sound: bool


@dataclass(frozen=True, slots=True)
class NotedAnchor:
    """An anchor's record in force, number `seq` among the issuer's events. `holds`: its files were checked and hold."""

    key: AnchorKey
    anchor: Anchor
    seq: int
    holds: bool = False


@dataclass(frozen=True, slots=True)
class NotedStatus:
    """A status root: who set it, when, in which block. `holds` as of an anchor."""

    epoch: int
    root: bytes
    setter: bytes
    time: int
    block: int
    holds: bool = False


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many events of a kind (anchor, key, status, revocation, administration) an issuer has on a day (UTC)."""

    kind: str
    day: int
    count: int


class Notebook(Protocol):
    """An auditor's notes about one registry. Trusted by him alone: who writes it decides what is not checked again.

    Every method is one transaction: a crash leaves what was noted before. Raises StoreError.
    """

    def require(self, registry: str) -> None:
        """Raises Conflict if the notes are about another registry."""
        ...

    def begin(self, registry: str, block: ChainBlock) -> None:
        """Begins an audit at a block. Raises Conflict if the notes are about another registry."""
        ...

    def last_block(self) -> ChainBlock | None:
        """The block of the audit before, or None."""
        ...

    def forget(self) -> None:
        """Removes all notes: the chain they are about is not there any more."""
        ...

    def issuer_count(self) -> int:
        """How many issuers are noted."""
        ...

    def issuer(self, issuer_id: bytes) -> NotedIssuer | None:
        """The issuer as noted, or None."""
        ...

    def keep(
        self, issuer: NotedIssuer, anchors: Iterable[NotedAnchor], statuses: Iterable[NotedStatus], anew: bool
    ) -> None:
        """Notes an issuer with its new anchors and status roots; `anew` replaces all that was noted of it."""
        ...

    def add_days(self, issuer_id: bytes, days: Iterable[DayCount]) -> None:
        """Adds to an issuer's counts by day."""
        ...

    def anchor(self, key: AnchorKey) -> Anchor | None:
        """The record noted of an anchor, or None."""
        ...

    def anchors(self, issuer_id: bytes, *, only_open: bool = False) -> Iterator[NotedAnchor]:
        """An issuer's anchors by number, all or those whose files do not hold yet; streamed."""
        ...

    def statuses(self, issuer_id: bytes) -> Sequence[NotedStatus]:
        """An issuer's status roots by epoch."""
        ...

    def anchors_hold(self, keys: Sequence[AnchorKey]) -> None:
        """Notes that the files of these anchors hold."""
        ...

    def statuses_hold(self, issuer_id: bytes, epochs: Sequence[int]) -> None:
        """Notes that the files of these status roots hold."""
        ...

    def days(self, issuer_id: bytes) -> Sequence[DayCount]:
        """An issuer's counts by kind and day."""
        ...

    def issuers(self) -> Iterator[NotedIssuer]:
        """All, by place; streamed."""
        ...
