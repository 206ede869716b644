"""Watching what is final for ever: a chain that is reorganised below its finality takes anchors with it.

Recent finals are looked at every minute, all of them once a day and at the start. What is gone is an incident, told in
public, and is sent again: first the identical transaction, and only if that can never be, the call anew.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

from vanbang.core.batch import AnchorKey, anchor_key
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Dossier
from vanbang.notary.endorsing import SIGNATURE_LIFE
from vanbang.notary.sending import is_under_way
from vanbang.ports import Batch, Horizon, Incident, Ledger, LedgerUnsure, Receipt, Store, StoredRoot, Transaction

RECENT = 86_400
"""Seconds: finals younger than this are looked at every minute."""
EVERY_MINUTE = 60
EVERY_DAY = 86_400
OLD = 300
"""Seconds: with a newest block older than that, endpoints are behind, or the chain stands still."""
PAGE = 100
"""Things looked at with one question."""
PAGES = 20
"""Pages of a round over everything that one look takes: with an answer a second, as long as a lease."""


class Place(NamedTuple):
    """How far a sweep has come: in which part of it, and behind what."""

    part: int = 0
    after: Any = None


START: Final = Place()


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at finals from block `since` on."""

    store: Store
    ledger: Ledger
    horizon: Horizon
    now: int

    def all(self, since: int) -> int:
        """Looks at everything, page by page; gives how many things were gone. Raises LedgerUnsure: then look again."""
        return sum(gone for _, gone in self.pages(since))

    def pages(self, since: int, place: Place = START) -> Iterator[tuple[Place, int]]:
        """Looks at one page after the other behind `place`; gives where it ends, and how many things were gone."""
        # Transactions first: where one is under way again, its batches and roots wait for it.
        parts = (self._transactions, self._status_roots, self._batches)
        for number, part in enumerate(parts):
            if number >= place.part:
                for after, gone in part(since, place.after if number == place.part else None):
                    yield Place(number, after), gone

    def _transactions(self, since: int, after: Any) -> Iterator[tuple[int, int]]:
        after = after or 0
        while page := self.store.settled_since(since, after, PAGE):
            after = page[-1].id
            hashes = [attempt.hash for item in page for attempt in item.attempts]
            answers = dict(zip(hashes, self.ledger.receipts(hashes), strict=True))
            gone = [self._transaction(item, [answers[attempt.hash] for attempt in item.attempts]) for item in page]
            yield after, sum(gone)

    def _transaction(self, item: Transaction, answers: Sequence[Receipt | LedgerUnsure | None]) -> bool:
        """Opens a settled transaction again whose receipt is elsewhere or nowhere; whether it was so."""
        found = next((answer for answer in answers if isinstance(answer, Receipt)), None)
        if found == item.receipt if found else not self._is_gone(item, answers):
            return False
        # A crash behind it leaves the transaction under way: it is followed like any other.
        self.store.settle(item.id, "BROADCAST" if found is None else "MINED", found)
        return True

    def _is_gone(self, item: Transaction, answers: Sequence[Receipt | LedgerUnsure | None]) -> bool:
        """Whether endpoints that have its block agree that it is nowhere; of one REPLACED, that its nonce is unused.

        As long as that nonce stays unused, nothing that came after it can be in a block.
        """
        if any(isinstance(answer, LedgerUnsure) for answer in answers):
            return False
        if item.receipt is None:
            return self.ledger.nonce(item.sender, self.horizon.latest) <= item.nonce
        return item.receipt.block <= self.horizon.final

    def _batches(self, since: int, after: Any) -> Iterator[tuple[tuple[int, str], int]]:
        after = after or (since - 1, "")
        while page := self.store.final_batches(since, after, PAGE):
            after = (page[-1].block or 0, page[-1].id)
            keys = [anchor_key(batch.manifest or b"") for batch in page]
            dossiers = self.ledger.dossiers(keys, self.horizon.final)
            yield after, sum(self._batch(batch, dossier) for batch, dossier in zip(page, dossiers, strict=True))

    def _batch(self, batch: Batch, dossier: Dossier) -> bool:
        if dossier.has_good_anchor():
            if dossier.anchor.block != batch.block:  # in another block after a reorganisation
                self.store.mark([batch.id], "FINAL", batch.transaction, dossier.anchor.block)
            return False
        if (batch.block or 0) > self.horizon.final or dossier.void_by(dossier.anchor.time):
            return False  # these endpoints are behind; or the registrar has declared the issuer void: not ours to undo
        if dossier.anchor.state:
            self._note("anchor_void", batch.iss, batch.id, "its key was declared compromised: it is anchored again")
            self.store.renew(batch.id, self.now + SIGNATURE_LIFE)
        else:
            self._note("anchor_gone", batch.iss, batch.id, "the chain was reorganised below its finality: sent again")
            state = "ANCHORING" if is_under_way(self.store, batch.transaction) else "ENDORSED"
            self.store.mark([batch.id], state, batch.transaction)
        return True

    def _status_roots(self, _: int, after: Any) -> Iterator[tuple[str, int]]:
        after = after or ""
        while page := self.store.final_status_roots(after, PAGE):
            after = page[-1][0]
            dossiers = self.ledger.dossiers([_no_batch(iss) for iss, _ in page], self.horizon.final)
            yield after, sum(self._root(*item, dossier) for item, dossier in zip(page, dossiers, strict=True))

    def _root(self, iss: str, root: StoredRoot, dossier: Dossier) -> int:
        found = dossier.status
        if found.epoch >= root.epoch and dossier.status_key.compromised_by(found.time):
            self._note("status_root_void", iss, str(found.epoch), "its key was declared compromised")
        elif found.epoch < root.epoch:
            return self._roots_above(iss, found.epoch)
        elif found.epoch == root.epoch and found.root != digest_of(root.manifest):
            return self._roots_above(iss, root.epoch - 1)
        return 0

    def _roots_above(self, iss: str, epoch: int) -> int:
        """Every root of the issuer that was final above the chain's epoch waits again, or is under way again."""
        gone: list[StoredRoot] = [
            root for root in self.store.status_roots(iss) if root.state == "FINAL" and root.epoch > epoch
        ]
        if any(self._lies_ahead(root.transaction) for root in gone):
            return 0  # its receipt is in a final block that not all of these endpoints have yet
        for root in gone:
            self._note("status_root_gone", iss, str(root.epoch), "the chain was reorganised below its finality")
            state = "SENT" if is_under_way(self.store, root.transaction) else "WAITING"
            self.store.settle_status_root(iss, root.epoch, state, root.transaction if state == "SENT" else None)
        return len(gone)

    def _lies_ahead(self, transaction: int | None) -> bool:
        """Whether endpoints may only be behind; what others relayed, or a crash unlinked, has no receipt to tell."""
        if transaction is None:
            return self.now - self.horizon.latest_time > OLD
        receipt = self.store.transaction(transaction).receipt
        return receipt is not None and receipt.block > self.horizon.final

    def _note(self, kind: str, iss: str, subject: str, text: str) -> None:
        self.store.add_incident(Incident(kind, iss, subject, text, self.now))


def _no_batch(iss: str) -> AnchorKey:
    return AnchorKey(Digest(issuer_id(iss)), Digest(bytes(32)), 1, Digest(bytes(32)))


@dataclass(slots=True)
class Watch:
    """Decides when to sweep, and how far back. `stopwatch` gives seconds that never jump.

    A round over everything goes on from look to look, for anchors must not wait for the whole of a large installation.
    """

    stopwatch: Callable[[], float] = time.monotonic
    _recent_at: float = field(default=float("-inf"), init=False)
    _round_at: float = field(default=float("-inf"), init=False)
    _place: Place | None = field(default=None, init=False)
    """How far the round has come; None between two."""

    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return self._place is not None or self.stopwatch() >= self._recent_at + EVERY_MINUTE

    def look(self, store: Store, ledger: Ledger, now: int) -> int:
        """Sweeps; gives how many things were gone. Raises LedgerUnsure: then it is still due."""
        horizon, at = ledger.horizon(), self.stopwatch()
        sweep, gone = Sweep(store, ledger, horizon, now), 0
        if at >= self._recent_at + EVERY_MINUTE:
            gone += sweep.all(max(0, horizon.final - int(RECENT / ledger.chain.block_seconds)))
            self._recent_at = at
        if at >= self._round_at + EVERY_DAY:
            self._place, self._round_at = START, at
        if self._place is not None:
            gone += self._go_on(sweep, self._place)
        return gone

    def _go_on(self, sweep: Sweep, place: Place) -> int:
        found = []
        for self._place, gone in islice(sweep.pages(0, place), PAGES):
            found.append(gone)
        if len(found) < PAGES:
            self._place = None
        return sum(found)
