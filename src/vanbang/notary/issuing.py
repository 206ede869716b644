"""From an accepted batch to a final anchor: every state in turn, each safe to run again."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from vanbang.catalog import TYPES
from vanbang.core.encoding import Digest
from vanbang.notary.acting_keys import asked_at_once
from vanbang.notary.anchoring import Progress, Reconciler
from vanbang.notary.endorsing import SIGNATURE_LIFE, digest_to_anchor, finalise
from vanbang.notary.leasing import Leases
from vanbang.notary.sealing import check_tiles, seal
from vanbang.notary.signing import Signatures
from vanbang.notary.status_places import publish_status
from vanbang.notary.watching import Watcher
from vanbang.ports import (
    Batch,
    Conflict,
    Institution,
    KeyStore,
    KeyUnreachable,
    LeaseLost,
    Ledger,
    LedgerUnsure,
    ObjectStore,
    Store,
)

STAGES = {"ACCEPTED": "sealing", "SEALED": "endorsing"}
"""What happens to a batch in this state; in every other one it is anchored."""

ELSEWHERE: Final = "another_worker"
"""What has to be waited for when another worker has the lease."""

SignaturesOf: TypeAlias = Callable[[Batch], Signatures]
Clock = Callable[[], int]
"""Unix seconds, now."""


@dataclass(frozen=True, slots=True)
class Issuing:
    """What issuing works with. Several may run at once: what one has a lease of, the others leave alone."""

    store: Store
    objects: ObjectStore
    keys: KeyStore
    ledger: Ledger
    leases: Leases
    clock: Clock
    executor: Executor | None = None
    """Where large batches are committed to; None: here."""
    daily_limit: int | None = None
    """Wei that the relayer may spend in a day."""

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
            return self._anchor(batch) if batch.state not in STAGES else self.take_on(batch, watcher)
        except (LedgerUnsure, LeaseLost, KeyUnreachable) as error:
            return str(error)

    def take_on(self, batch: Batch, watcher: Watcher) -> str:
        """Seals or endorses a batch; gives what has to be waited for. Raises VanbangErrors, also those that pass."""
        with self.leases.holding(f"issuer:{batch.iss}") as store:
            if store is None:
                return ELSEWHERE
            # What was read before the lease was taken may have been done by its last holder.
            return replace(self, store=store)._prepare(self._again(batch), watcher)

    def _prepare(self, batch: Batch, watcher: Watcher) -> str:
        if batch.state == "ACCEPTED":
            seal(self.store, self.objects, TYPES[batch.vct], batch, self.clock(), watcher, self.executor)
        elif batch.state == "SEALED":  # also again, when a deadline passed or a key ended while the batch waited
            return self._endorse(batch)
        return ""

    def waits_for(self, batch: Batch, signatures: Signatures | None = None) -> str:
        """Whose signature a SEALED batch waits for; nothing is changed. Raises NoGoodKey, LedgerUnsure."""
        signatures = signatures or self.signatures_of([batch])(batch)
        if batch.manifest is None:
            return "" if signatures.may_endorse(batch) else "officer_signature"
        if (batch.deadline or 0) <= self.clock():
            return ""
        can_sign = signatures.can_sign("anchor", digest_to_anchor(self.ledger, batch))
        return "" if can_sign else "institution_signature"

    def _endorse(self, batch: Batch) -> str:
        """Signs nothing whose root does not come out of the stored tiles a second time; gives whom it waits for."""
        jwk, now = self.keys.es256(f"{self._institution(batch).slug}/credential"), self.clock()
        signatures = self.signatures_of([batch])(batch)
        if batch.manifest is None:
            if not signatures.may_endorse(batch):
                return "officer_signature"
            check_tiles(self.objects, Digest(batch.root or b""), batch.tree_size or 0, self.executor)
            endorsements = signatures.endorsements(batch)
            if not endorsements:  # those that were handed in have ended meanwhile
                return "officer_signature"
            # First the status root: an endorsed batch without one would wait for it for ever.
            publish_status(self.store, self.objects, batch.iss, jwk, now)
            finalise(self.store, self.objects, self.ledger, batch, endorsements, jwk, now)
            batch = self._again(batch)
        if (batch.deadline or 0) <= now:
            self.store.renew(batch.id, now + SIGNATURE_LIFE)
            batch = self._again(batch)
        signature = signatures.over("anchor", digest_to_anchor(self.ledger, batch))
        if signature is None:
            return "institution_signature"
        self.store.endorse(batch.id, signature)
        return ""

    def signatures_of(self, batches: Sequence[Batch]) -> SignaturesOf:
        """What finds the signatures of each, with one look at the registry for all. Raises LedgerUnsure."""
        known = {item.iss: item for item in self.store.institutions()}
        institutions = [known[iss] for iss in dict.fromkeys(batch.iss for batch in batches)]
        key_of = asked_at_once(self.ledger, self.keys, institutions, self.ledger.horizon().latest)
        return lambda batch: Signatures(self.store, key_of, self.keys, known[batch.iss], self.clock())

    def _anchor(self, batch: Batch) -> str:
        """One step of the engine for everything; raises what stops this batch or its issuer."""
        progress = self.reconcile()
        if progress is None:
            return ELSEWHERE
        trouble = progress.of(batch)
        if trouble is not None:
            raise trouble
        return ""

    def reconcile(self) -> Progress | None:
        """One step for everything that is on its way to the chain; None if another worker does it."""
        with self.leases.holding(f"chain:{self.ledger.chain_id}") as store:
            if store is None:
                return None
            return replace(self, store=store).reconciler().step(self.clock())

    def reconciler(self) -> Reconciler:
        """What drives everything on its way to the chain; only under the chain's lease."""
        return Reconciler(self.store, self.objects, self.ledger, self.keys, self.daily_limit)

    def _again(self, batch: Batch) -> Batch:
        found = self.store.batch(batch.id)
        if found is None:
            raise Conflict(f"the batch {batch.id} is not in the database any more")
        return found

    def _institution(self, batch: Batch) -> Institution:
        return next(item for item in self.store.institutions() if item.iss == batch.iss)
