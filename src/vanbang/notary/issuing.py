"""From an accepted batch to a final anchor: every state in turn, each safe to run again."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from vanbang.catalog import TYPES
from vanbang.core.encoding import Digest
from vanbang.notary.anchoring import Reconciler
from vanbang.notary.endorsing import digest_to_anchor, finalise
from vanbang.notary.sealing import check_tiles, seal
from vanbang.notary.signing import Signatures
from vanbang.notary.status_places import publish_status
from vanbang.ports import Batch, Conflict, Institution, KeyStore, Ledger, LedgerUnsure, ObjectStore, Store

STAGES = {"ACCEPTED": "sealing", "SEALED": "endorsing"}
"""What happens to a batch in this state; in every other one it is anchored."""

Clock = Callable[[], int]
"""Unix seconds, now."""


class Watcher(Protocol):
    """Whoever wants to see the work: a progress bar, a log, nobody."""

    def stage(self, name: str) -> None:
        """A stage begins: sealing, endorsing, anchoring, final."""
        ...

    def sealed(self, done: int) -> None:
        """How many records are sealed."""
        ...

    def wait(self, doubt: str) -> None:
        """Nothing to do until the chain moves on; returns after a moment. `doubt` says what is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Issuing:
    """What issuing works with."""

    store: Store
    objects: ObjectStore
    keys: KeyStore
    ledger: Ledger
    clock: Clock
    executor: Executor | None = None
    """Where large batches are committed to; None: here."""

    def bring_to_final(self, batch: Batch, watcher: Watcher) -> Batch:
        """Takes a batch from whatever state it is in to FINAL. Raises VanbangErrors; then run it again."""
        stage = ""
        while batch.state != "FINAL":
            if stage != (stage := STAGES.get(batch.state, "anchoring")):
                watcher.stage(stage)
            doubt = self.advance(batch, watcher)
            batch = self._again(batch)
            if doubt or (stage == "anchoring" and batch.state in ("ENDORSED", "ANCHORING")):
                watcher.wait(doubt)
        watcher.stage("final")
        return batch

    def advance(self, batch: Batch, watcher: Watcher) -> str:
        """One step out of the batch's state; gives what has to be waited for, if anything. Raises VanbangErrors."""
        try:
            if batch.state == "ACCEPTED":
                seal(self.store, self.objects, TYPES[batch.vct], batch, self.clock(), watcher.sealed, self.executor)
            elif batch.state == "SEALED":  # also again, when a deadline passed or a key ended while the batch waited
                return self._endorse(batch)
            else:
                self._anchor(batch)
        except LedgerUnsure as error:
            return str(error)
        return ""

    def _endorse(self, batch: Batch) -> str:
        """Signs nothing whose root does not come out of the stored tiles a second time; gives whom it waits for."""
        institution, now = self._institution(batch), self.clock()
        jwk = self.keys.es256(f"{institution.slug}/credential")
        signatures = Signatures(self.store, self.ledger, self.keys, institution, now)
        if batch.manifest is None:
            if not signatures.may_endorse(batch):
                return "officer_signature"
            check_tiles(self.objects, Digest(batch.root or b""), batch.tree_size or 0)
            endorsements = signatures.endorsements(batch)
            if not endorsements:  # those that were handed in have ended meanwhile
                return "officer_signature"
            # First the status root: an endorsed batch without one would wait for it for ever.
            publish_status(self.store, self.objects, batch.iss, jwk, now)
            finalise(self.store, self.objects, self.ledger, batch, endorsements, jwk, now)
            batch = self._again(batch)
        if (batch.deadline or 0) <= now:
            self.store.reopen(batch.id)
            return ""
        signature = signatures.over("anchor", digest_to_anchor(self.ledger, batch))
        if signature is None:
            return "institution_signature"
        self.store.endorse(batch.id, signature)
        return ""

    def _anchor(self, batch: Batch) -> None:
        """One step of the engine for everything; raises what stops this batch's issuer."""
        progress = Reconciler(self.store, self.ledger, self.keys).step(self.clock())
        if batch.iss in progress.troubles:
            raise progress.troubles[batch.iss]

    def _again(self, batch: Batch) -> Batch:
        found = self.store.batch(batch.id)
        if found is None:
            raise Conflict(f"the batch {batch.id} is not in the database any more")
        return found

    def _institution(self, batch: Batch) -> Institution:
        return next(item for item in self.store.institutions() if item.iss == batch.iss)
