"""From an accepted batch to a final anchor: every state in turn, each safe to run again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vanbang.catalog import TYPES
from vanbang.core.encoding import Digest
from vanbang.notary.anchoring import Reconciler
from vanbang.notary.endorsing import Officer, endorse
from vanbang.notary.sealing import Progress, check_tiles, seal
from vanbang.notary.status_places import publish_status
from vanbang.ports import Batch, Conflict, Institution, KeyStore, Ledger, LedgerUnsure, ObjectStore, RecordStore

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

    def wait(self) -> None:
        """Nothing to do until the chain moves on; returns after a moment."""
        ...


@dataclass(frozen=True, slots=True)
class Issuing:
    """What issuing works with."""

    store: RecordStore
    objects: ObjectStore
    keys: KeyStore
    ledger: Ledger
    clock: Clock

    def bring_to_final(self, batch: Batch, watcher: Watcher) -> Batch:
        """Takes a batch from whatever state it is in to FINAL. Raises VanbangErrors; then run it again."""
        institution = self._institution(batch)
        if batch.state == "ACCEPTED":
            watcher.stage("sealing")
            batch = self._seal(batch, watcher.sealed)
        if batch.state == "SEALED":
            watcher.stage("endorsing")
            batch = self._endorse(batch, institution)
        watcher.stage("anchoring")
        while batch.state != "FINAL":
            if self._step() and batch.state != "FINAL":
                watcher.wait()
            batch = self._again(batch)
            if batch.state == "SEALED":  # its signature's deadline passed while it waited
                batch = self._endorse(batch, institution)
        watcher.stage("final")
        return batch

    def _seal(self, batch: Batch, progress: Progress) -> Batch:
        seal(self.store, self.objects, TYPES[batch.vct], batch, self.clock(), progress)
        return self._again(batch)

    def _endorse(self, batch: Batch, institution: Institution) -> Batch:
        """Signs nothing whose root does not come out of the stored tiles a second time."""
        if batch.root is None or batch.tree_size is None:
            raise Conflict("this batch is not sealed")
        check_tiles(self.objects, Digest(batch.root), batch.tree_size)
        slug, now = institution.slug, self.clock()
        jwk = self.keys.es256(f"{slug}/credential")
        officer = Officer(institution.officer_name, institution.officer_title, self.keys.signer(f"{slug}/officer"))
        signer = self.keys.signer(f"{slug}/anchor")
        # First the status root: an endorsed batch without one would wait for it for ever.
        publish_status(self.store, self.objects, batch.iss, jwk, now)
        endorse(self.store, self.objects, self.ledger, batch, [officer], signer, jwk, now)
        return self._again(batch)

    def _step(self) -> int:
        try:
            return Reconciler(self.store, self.ledger, self.keys).step(self.clock())
        except LedgerUnsure:
            return 1  # nothing is known now: wait and look again

    def _again(self, batch: Batch) -> Batch:
        found = self.store.batch(batch.id)
        if found is None:
            raise Conflict(f"the batch {batch.id} is not in the database any more")
        return found

    def _institution(self, batch: Batch) -> Institution:
        return next(item for item in self.store.institutions() if item.iss == batch.iss)
