"""The engine: everything that waits is taken one step further, again and again.

Any number of engines may work on an installation: each piece of work is done by whoever has its lease. Each step begins
with what is stored and what the chain says, so it may be killed anywhere and started again.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from vanbang.core.errors import VanbangError
from vanbang.notary.changing_status import apply_approved
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import ELSEWHERE, STAGES, Issuing
from vanbang.notary.operations import Operations
from vanbang.notary.registering import Wait
from vanbang.notary.signing import Signatures
from vanbang.notary.status_places import is_named, publish_status
from vanbang.notary.sweeping import Watch
from vanbang.notary.watching import Watcher
from vanbang.ports import Batch, Institution, LeaseLost, Store, Trouble, Upload

log = logging.getLogger("vanbang.engine")

ANSWERS_KEPT = 7 * 86_400
"""Seconds for which the answer to a write is given again to who repeats it."""

TURN = 5
"""Seconds of checking, or of sealing, after which whatever else waits has its turn: with fifty lists in hand an anchor
would wait for all of them."""
NOW_AND_THEN = 60
"""Seconds between two looks for what has expired."""
SWEPT = 3_600
"""Seconds between two looks through the public files for what killed writers left."""
ALL_NAMES = 600
"""Seconds after which every institution is looked at again: another worker may have died behind a change of lists."""

NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Engine:
    """What the engine works with. `days_kept` is how long a list that was refused can still be looked at."""

    store: Store
    intake: Intake
    issuing: Issuing
    operations: Operations
    watcher: Watcher
    wait: Wait
    clock: Callable[[], int]
    days_kept: int = 30
    watch: Watch = field(default_factory=Watch)
    stopwatch: Callable[[], float] = time.monotonic
    turns: Callable[[], float] = time.monotonic
    """What turns are measured with, in seconds."""
    _done_at: dict[str, float] = field(default_factory=dict)
    """When, by the stopwatch, something that is done now and then was done."""
    _said: dict[str, str] = field(default_factory=dict)
    _fine: set[str] = field(default_factory=set)
    """What this step has found nothing wrong with."""
    _stopped: dict[str, VanbangError] = field(default_factory=dict)
    """What this step has found stopped, by whom or what."""
    _named: set[str] = field(default_factory=set)
    """Institutions whose newest status root names their lists as they are, as far as this engine has looked."""
    _faults: list[Exception] = field(default_factory=list)

    def step(self) -> bool:
        """One step for everything that waits; gives whether there is more to do at once.

        What stops one upload, batch or institution is logged, kept for those who wait for it, and does not stop the
        others. A fault of ours does not either: it is raised when everything else has had its turn.
        """
        for kept in (self._faults, self._fine, self._stopped):
            kept.clear()
        busy = self._take_in()
        self._change_status()
        busy |= self._advance_batches()
        busy |= self._try(f"chain:{self.issuing.ledger.chain_id}", self._reach_the_chain) is True
        if self._is_time("keeping", NOW_AND_THEN):
            self._try("keeping", self._expire)
        if self._is_time("sweeping", SWEPT):
            self._try("sweeping", self._sweep)
        self._tell()
        if self._faults:
            raise self._faults[0]
        return busy

    def _take_in(self) -> bool:
        """Checks lists for a turn; whether any came to its end: one that another has, or that cannot be stored, is no
        reason to look again at once."""
        moved, until = False, self.turns() + TURN
        for upload in self._received():
            moved |= self._try(f"upload:{upload.id}", lambda upload=upload: self._process(upload)) is True  # type: ignore[misc]
            if moved and self.turns() >= until:
                break
        return moved

    def _received(self) -> Iterator[Upload]:
        """Lists that wait, the oldest first: those behind a hundred that are stopped as well."""
        after: tuple[int, str] | None = None
        while page := self.store.uploads(states=("RECEIVED",), after=after):
            yield from page
            after = page[-1].created_at, page[-1].id

    def _process(self, upload: Upload) -> bool | str:
        with self.issuing.leases.holding(f"upload:{upload.id}") as store:
            if store is None:
                return ELSEWHERE
            again = store.upload(upload.id)
            if again is None or again.state != "RECEIVED":
                return False
            uploads = replace(self.intake.uploads, store=store)
            replace(self.intake, store=store, uploads=uploads).process(again, self.watcher)
            return True

    def _advance_batches(self) -> bool:
        """Seals for a turn, and endorses. A batch that waits for a signature is looked at again at the next step."""
        moved, until = False, self.turns() + TURN
        for batch in self.store.batches("ACCEPTED"):
            moved |= self._try(f"batch:{batch.id}", lambda batch=batch: self._take_on(batch)) == ""  # type: ignore[misc]
            if moved and self.turns() >= until:
                break
        sealed = self.store.batches("SEALED")
        try:
            # Once for all: most of those that wait are looked at every two seconds for days.
            signatures_of = self.issuing.signatures_of(sealed) if sealed else None
        except VanbangError as error:
            self._stopped.update({f"batch:{batch.id}": error for batch in sealed})
            return moved
        for batch in sealed if signatures_of else ():
            doubt = self._try(f"batch:{batch.id}", lambda batch=batch: self._endorse(batch, signatures_of(batch)))  # type: ignore[misc]
            moved |= doubt == ""
        return moved

    def _take_on(self, batch: Batch) -> str:
        self.watcher.stage(STAGES[batch.state])
        return self.issuing.take_on(batch, self.watcher)

    def _endorse(self, batch: Batch, signatures: Signatures) -> str:
        # Without a lease first, which would be a write for each that waits.
        return self.issuing.waits_for(batch, signatures) or self._take_on(batch)

    def _change_status(self) -> None:
        if self._is_time("names", ALL_NAMES):
            self._named.clear()
        troubled = self.store.troubles()
        for institution in self.store.institutions():
            subject = f"issuer:{institution.iss}"
            self._try(subject, lambda item=institution, look=subject in troubled: self._publish_changes(item, look))  # type: ignore[misc]

    def _publish_changes(self, institution: Institution, look: bool) -> str:
        """Applies what is approved, and makes sure that a root names it; with `look`, even if nothing seems to wait."""
        iss = institution.iss
        waits = look or bool(self.store.changes(iss, ("APPROVED",), limit=1))
        if not waits and (iss in self._named or self._is_named(iss)):
            self._named.add(iss)
            return ""
        self._named.discard(iss)
        with self.issuing.leases.holding(f"issuer:{iss}") as store:
            if store is None:
                return ELSEWHERE
            # A crash behind it leaves changed lists that no root names: every engine looks at all now and then.
            if apply_approved(store, iss) or store.status_roots(iss):
                jwk = self.issuing.keys.es256(f"{institution.slug}/credential")
                publish_status(store, self.issuing.objects, iss, jwk, self.clock())
        self._named.add(iss)
        return ""

    def _is_named(self, iss: str) -> bool:
        roots = self.store.status_roots(iss)
        return not roots or is_named(self.store, self.issuing.objects, iss, roots[-1])

    def _reach_the_chain(self) -> bool | str:
        """Operations, status roots, anchors and the sweep: one worker at a time sends for an installation.

        Gives whether this step has signed anything: the next one sends it, and need not wait for a block.
        """
        ledger = self.issuing.ledger
        if not (self.watch.is_due() or self._has_chain_work()):
            return False
        with self.issuing.leases.holding(f"chain:{ledger.chain_id}") as store:
            if store is None:
                return ELSEWHERE
            issuing, signed_before = replace(self.issuing, store=store), self._signed()
            self._try("operations", lambda: replace(self.operations, store=store).run_waiting(self.wait, self.clock()))
            self._anchor(issuing)
            if self.watch.is_due():
                self.watch.look(store, ledger, self.clock())
            return not self._signed() <= signed_before

    def _signed(self) -> set[int]:
        """Transactions that are stored and perhaps not sent."""
        return {item.id for item in self.store.open_transactions() if item.state == "PREPARED"}

    def _has_chain_work(self) -> bool:
        """Whether anything is on its way: taking a lease every two seconds for nothing would wear out a disk."""
        store = self.store
        return bool(
            store.waiting_operations()
            or store.open_transactions()
            or store.open_status_roots()
            or store.batches("ENDORSED", "ANCHORING")
        )

    def _anchor(self, issuing: Issuing) -> None:
        progress = issuing.reconciler().step(self.clock())
        for subject, trouble in progress.troubles.items():
            self._say(subject, trouble)
        for subject in self.store.troubles():
            kind, _, name = subject.partition(":")
            batch = self.store.batch(name) if kind == "batch" else None
            seen = kind == "status" or (batch is not None and batch.state not in STAGES)
            if seen and subject not in progress.unseen:
                self._fine.add(subject)

    def _expire(self) -> None:
        with self.issuing.leases.holding("keeping") as store:
            if store is None:
                return
            now = self.clock()
            for upload_id in store.expire_uploads(now - self.days_kept * 86_400):
                self.intake.uploads.remove(upload_id)
            store.forget_answers(now - ANSWERS_KEPT)
            store.forget_expired_shares(now)

    def _sweep(self) -> None:
        # Without a lease: two engines that do it at once do no harm.
        if swept := self.issuing.objects.sweep():
            log.info("%d unfinished public files of killed writers are removed", swept)

    def _is_time(self, what: str, every: float) -> bool:
        """Once in so many seconds."""
        at = self.stopwatch()
        if at < self._done_at.get(what, float("-inf")) + every:
            return False
        self._done_at[what] = at
        return True

    def _try(self, what: str, work: Callable[[], object]) -> object:
        try:
            result = work()
        except LeaseLost as error:  # another worker goes on with it: no trouble to anybody
            log.warning("%s: %s", what, error)
            return None
        except VanbangError as error:
            self._say(what, error)
            return None
        except Exception as error:  # noqa: BLE001 -- ours to mend; until then nobody else has to wait for it
            self._log(what, error)
            self._faults.append(error)
            return None
        if result != ELSEWHERE:  # who does it knows what stops it
            self._fine.add(what)
        return result

    def _say(self, what: str, error: VanbangError) -> None:
        self._stopped[what] = error
        self._log(what, error)

    def _log(self, what: str, error: Exception) -> None:
        """Once for each new trouble, not at every step: other numbers in the same words are no news."""
        words = NUMBER.sub("#", str(error))
        if self._said.get(what) != words:
            self._said[what] = words
            log.warning("%s waits: %s", what, error)

    def _tell(self) -> None:
        """Keeps what stops whom, for those who wait, and forgets what stops them no more."""
        now, known = self.clock(), self.store.troubles()
        told = {what: Trouble(error.code, str(error), now) for what, error in self._stopped.items()}
        over = [what for what in known if what in self._fine and what not in told]
        for what in over:
            self._said.pop(what, None)
        before = {what: (trouble.code, trouble.text) for what, trouble in known.items()}
        if over or any(before.get(what) != (trouble.code, trouble.text) for what, trouble in told.items()):
            self.store.note_troubles(told, over)
