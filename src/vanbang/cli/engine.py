"""The engine as a process runs it: one step after the other until it is told to stop; each is counted."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from vanbang.bootstrap import House, clock
from vanbang.notary.engine import Engine
from vanbang.notary.operations import Operations, come_back
from vanbang.notary.watching import Pace
from vanbang.ports import LedgerUnsure, StoreError
from vanbang.web.metrics import Metrics

LOOK_EVERY: Final = 2.0
"""Most seconds between two looks when nothing is to be done at once; a block's time, if that is shorter."""
TELL_EVERY: Final = 30.0
"""Seconds between two lines of the log about work that goes on."""
PASSING: Final = ("chain_stands_still", "key_unreachable", "ledger_unsure", "store", "store_busy")
"""Codes of troubles that end by themselves: the chain, the database or a key's keeper is away."""

log = logging.getLogger("vanbang.engine")


class Stopping(LedgerUnsure):
    """The process is told to stop: what was begun is left as it is, and begun again by the next one."""


@dataclass(slots=True)
class Until:
    """Lets long work go on until `stop` is set, and logs how far it is now and then. Raises Stopping then."""

    stop: threading.Event
    _stage: str = ""
    _pace: Pace = field(default_factory=Pace)
    _told_at: float = field(default_factory=time.monotonic)

    def stage(self, name: str) -> None:
        """A stage begins; nothing is told of one that is soon over."""
        self._stage, self._pace, self._told_at = name, Pace(), time.monotonic()

    def done(self, number: int, of: int = 0) -> None:
        """Called as long work goes on."""
        if self.stop.is_set():
            raise Stopping("the process is stopping")
        self._pace.done(number, of)
        if time.monotonic() >= self._told_at + TELL_EVERY:
            self._told_at = time.monotonic()
            log.info("%s: %s", self._stage, self._pace.said())

    def wait(self, doubt: str = "") -> None:
        """A moment, or less."""
        if self.stop.wait(0.5):
            raise Stopping("the process is stopping")


@contextmanager
def engine_running(
    house: House, metrics: Metrics | None = None, *, once: bool = False, hurry: Callable[[], bool] = lambda: False
) -> Iterator[threading.Thread]:
    """Runs the engine until the block ends; then the step it is in is finished, or left, within the settings' grace.

    `once`: it ends by itself when nothing is left that goes on. A step that takes longer than the grace, for its
    endpoints hang, or at whose end nobody wants to wait (`hurry`), is cut off with the process: that is safe anywhere.
    """
    stop = threading.Event()
    work = threading.Thread(
        target=_work, args=(house, metrics or Metrics(), stop), kwargs={"once": once}, name="engine", daemon=True
    )
    work.start()
    try:
        yield work
    finally:
        stop.set()
        until = time.monotonic() + house.settings.grace_seconds
        while work.is_alive() and time.monotonic() < until and not hurry():
            work.join(0.1)


def _work(house: House, metrics: Metrics, stop: threading.Event, *, once: bool = False) -> None:
    engine, before = engine_of(house, stop), None
    while not stop.is_set():
        outcome = _step(engine)
        metrics.engine_step(outcome)
        if once and outcome == "idle":
            now = unfinished(house)
            # Twice the same: a step may only have found out what the next one sends.
            if before == now and not goes_on(house):
                return
            before = now
        if outcome != "busy":
            stop.wait(min(LOOK_EVERY, house.ledger.chain.block_seconds))


def engine_of(house: House, stop: threading.Event) -> Engine:
    """The engine of an installation; what it writes is noted in the audit log as its own."""
    house, until = house.acting_as("engine"), Until(stop)
    operations = Operations(house.store, house.ledger, house.keys, house.settings.daily_spend)
    return Engine(
        house.store,
        house.intake,
        house.issuing,
        operations,
        until,
        come_back,
        clock,
        house.settings.refused_upload_days,
    )


def _step(engine: Engine) -> str:
    """One step, and its outcome as `Metrics.engine_step` names it."""
    try:
        return "busy" if engine.step() else "idle"
    except StoreError as error:
        log.warning("the engine waits for the database: %s", error)
        return "fault"
    except Exception:
        # A fault of ours must not end the engine for good: the next step begins anew, from what is stored.
        log.exception("engine fault")
        return "fault"


def unfinished(house: House) -> set[tuple[str, ...]]:
    """Everything that is not at its end, and in which state it is."""
    store = house.store
    return {
        *(("batch", batch.id, batch.state) for batch in store.batches("ACCEPTED", "SEALED", "ENDORSED", "ANCHORING")),
        *(("status_root", iss, str(root.epoch), root.state) for iss, root in store.open_status_roots()),
        *(("upload", upload.id) for upload in store.uploads(states=("RECEIVED",))),
        *(("operation", operation.id) for operation in store.waiting_operations()),
    }


def goes_on(house: House) -> bool:
    """Whether anything waits for the chain, or for another worker; what waits for a person does not go on."""
    store = house.store
    troubles, sealing = store.troubles(), store.batches("ACCEPTED", "SEALED")
    if store.open_transactions() or store.batches("ANCHORING") or store.waiting_operations():
        return True
    if any(trouble.code in PASSING for trouble in troubles.values()):
        return True
    begun = {f"upload:{upload.id}" for upload in store.uploads(states=("RECEIVED",))}
    begun |= {f"issuer:{batch.iss}" for batch in sealing}
    if store.batches("ENDORSED") or store.open_status_roots():
        begun.add(f"chain:{house.ledger.chain_id}")
    return any(lease.name in begun for lease in store.leases())
