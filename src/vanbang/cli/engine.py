"""The engine as it runs beside the site: one step after the other until it is told to stop; each is counted."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from vanbang.bootstrap import House, clock
from vanbang.core.errors import VanbangError
from vanbang.notary.engine import Engine
from vanbang.notary.operations import Operations
from vanbang.ports import LedgerUnsure
from vanbang.web.metrics import Metrics

LOOK_EVERY: Final = 2.0
"""Seconds between two looks when nothing is to be done at once: a block of any chain takes as long."""
BALANCE_EVERY: Final = 60.0
"""Seconds between two looks at the relayer's account."""

log = logging.getLogger("vanbang.engine")


class Stopping(LedgerUnsure):
    """The process is told to stop: what was begun is left as it is, and begun again by the next one."""


@dataclass(frozen=True, slots=True)
class Until:
    """Lets long work go on until `stop` is set. Raises Stopping then."""

    stop: threading.Event

    def stage(self, name: str) -> None:
        """Stages are not shown."""

    def sealed(self, done: int) -> None:
        """Called as sealing goes on."""
        if self.stop.is_set():
            raise Stopping("the process is stopping")

    def wait(self, doubt: str = "") -> None:
        """A moment, or less."""
        if self.stop.wait(0.5):
            raise Stopping("the process is stopping")


@contextmanager
def engine_running(house: House, metrics: Metrics | None = None) -> Iterator[None]:
    """Runs the engine until the block ends; then the step it is in is finished, or left, within the settings' grace.

    A step that takes longer, for its endpoints hang, is cut off with the process: that is safe anywhere.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(house, metrics or Metrics(), stop), name="engine", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(house.settings.grace_seconds)


def _work(house: House, metrics: Metrics, stop: threading.Event) -> None:
    engine, balance_at = engine_of(house, stop), 0.0
    while not stop.is_set():
        outcome = _step(engine)
        metrics.engine_step(outcome)
        if time.monotonic() >= balance_at and not stop.is_set():
            balance_at = time.monotonic() + BALANCE_EVERY
            _look_at_balance(house, metrics)
        if outcome != "busy":
            stop.wait(LOOK_EVERY)


def engine_of(house: House, stop: threading.Event) -> Engine:
    """The engine of an installation; what it writes is noted in the audit log as its own."""
    house, until = house.acting_as("engine"), Until(stop)
    operations = Operations(house.store, house.ledger, house.keys)
    return Engine(
        house.store,
        house.intake,
        house.issuing,
        operations,
        until,
        until.wait,
        clock,
        house.settings.refused_upload_days,
    )


def _step(engine: Engine) -> str:
    """One step, and its outcome as `Metrics.engine_step` names it."""
    try:
        return "busy" if engine.step() else "idle"
    except Exception:
        # A fault of ours must not end the engine for good: the next step begins anew, from what is stored.
        log.exception("engine fault")
        return "fault"


def _look_at_balance(house: House, metrics: Metrics) -> None:
    try:
        metrics.relayer_balance(house.ledger.balance(house.keys.signer("relayer").address))
    except VanbangError as error:
        log.debug("the relayer's balance is unknown: %s", error)
