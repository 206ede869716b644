"""The engine: everything that waits is taken one step further, again and again.

One engine works on an installation at a time. Each step begins with what is stored and what the chain says, so it may
be killed anywhere and started again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from vanbang.core.errors import VanbangError
from vanbang.notary.anchoring import Progress, Reconciler
from vanbang.notary.changing_status import apply_approved
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing, Watcher
from vanbang.notary.operations import Operations
from vanbang.notary.registering import Wait
from vanbang.notary.status_places import publish_status
from vanbang.ports import Institution, Store

log = logging.getLogger("vanbang.engine")

ANSWERS_KEPT = 7 * 86_400
"""Seconds for which the answer to a write is given again to who repeats it."""


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
    _said: dict[str, str] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    """Institutions whose newest status root names their lists as they are, as far as this engine has looked."""
    _faults: list[Exception] = field(default_factory=list)

    def step(self) -> bool:
        """One step for everything that waits; gives whether there is more to do at once.

        What stops one upload, batch or institution is logged and does not stop the others. A fault of ours does not
        either: it is raised when everything else has had its turn.
        """
        self._faults.clear()
        busy = self._take_in()
        self._try("operations", lambda: self.operations.run_waiting(self.wait, self.clock()))
        self._try("status changes", self._change_status)
        busy |= self._advance_batches()
        self._try("anchoring", self._anchor)
        self._try("expiry", self._expire)
        if self._faults:
            raise self._faults[0]
        return busy

    def _take_in(self) -> bool:
        waiting = self.store.uploads(states=("RECEIVED",))
        for upload in waiting:
            self._try(f"upload {upload.id}", lambda upload=upload: self.intake.process(upload))  # type: ignore[misc]
        return bool(waiting)

    def _advance_batches(self) -> bool:
        """Seals and endorses. A batch that waits for a signature is looked at again at the next step."""
        moved = False
        for batch in self.store.batches("ACCEPTED", "SEALED"):
            state = self._try(f"batch {batch.id}", lambda batch=batch: self.issuing.advance(batch, self.watcher))  # type: ignore[misc]
            moved |= state == ""
        return moved

    def _change_status(self) -> None:
        for institution in self.store.institutions():
            self._try(f"status of {institution.iss}", lambda item=institution: self._publish_changes(item))  # type: ignore[misc]

    def _publish_changes(self, institution: Institution) -> None:
        """Applies what is approved, and makes sure that a root names it."""
        iss = institution.iss
        if self.store.changes(iss, ("APPROVED",), limit=1):
            self._named.discard(iss)
        if iss in self._named:
            return
        # A crash behind it leaves changed lists that no root names: every engine looks once at all institutions.
        if apply_approved(self.store, iss) or self.store.status_roots(iss):
            jwk = self.issuing.keys.es256(f"{institution.slug}/credential")
            publish_status(self.store, self.issuing.objects, iss, jwk, self.clock())
        self._named.add(iss)

    def _anchor(self) -> Progress:
        progress = Reconciler(self.store, self.issuing.ledger, self.issuing.keys).step(self.clock())
        for iss, trouble in progress.troubles.items():
            self._say(f"anchoring for {iss}", trouble)
        return progress

    def _expire(self) -> None:
        now = self.clock()
        for upload_id in self.store.expire_uploads(now - self.days_kept * 86_400):
            self.intake.uploads.remove(upload_id)
        self.store.forget_answers(now - ANSWERS_KEPT)

    def _try(self, what: str, work: Callable[[], object]) -> object:
        try:
            result = work()
        except VanbangError as error:
            self._say(what, error)
            return None
        except Exception as error:  # noqa: BLE001 -- ours to mend; until then nobody else has to wait for it
            self._say(what, error)
            self._faults.append(error)
            return None
        self._said.pop(what, None)
        return result

    def _say(self, what: str, error: Exception) -> None:
        """Once for each new trouble, not at every step."""
        if self._said.get(what) != str(error):
            self._said[what] = str(error)
            log.warning("%s waits: %s", what, error)
