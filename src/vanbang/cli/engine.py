"""The anchoring engine as it runs beside the site: look, take one step, sleep; what stops it is logged and counted."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from vanbang.bootstrap import House
from vanbang.core.errors import VanbangError
from vanbang.notary.anchoring import Reconciler
from vanbang.web.metrics import Metrics

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at what is not final."""
BALANCE_EVERY: Final = 60.0
"""Seconds between two looks at the relayer's account."""

log = logging.getLogger("vanbang.anchoring")


@contextmanager
def anchoring(house: House, metrics: Metrics | None = None) -> Iterator[None]:
    """Runs the engine until the block ends. The step it is in is finished, within the settings' grace.

    A step that takes longer, for its endpoints hang, is cut off with the process: that is safe anywhere.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(house, metrics or Metrics(), stop), name="anchoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(house.settings.grace_seconds)


def _work(house: House, metrics: Metrics, stop: threading.Event) -> None:
    balance_at = 0.0
    while not stop.wait(LOOK_EVERY):
        metrics.anchoring_step(_step(house))
        if time.monotonic() >= balance_at and not stop.is_set():
            balance_at = time.monotonic() + BALANCE_EVERY
            _look_at_balance(house, metrics)


def _step(house: House) -> str:
    """One step, and its outcome as `Metrics.anchoring_step` names it."""
    try:
        progress = Reconciler(house.store, house.ledger, house.keys).step(int(time.time()))
    except VanbangError as error:
        log.warning("anchoring waits: %s", error)
        return "waits"
    except Exception:
        # A fault of ours must not end anchoring for good: the next step begins anew, by looking at the chain.
        log.exception("anchoring fault")
        return "fault"
    for iss, trouble in progress.troubles.items():
        log.warning("anchoring for %s waits: %s", iss, trouble)
    return "trouble" if progress.troubles else "done"


def _look_at_balance(house: House, metrics: Metrics) -> None:
    try:
        metrics.relayer_balance(house.ledger.balance(house.keys.signer("relayer").address))
    except VanbangError as error:
        log.debug("the relayer's balance is unknown: %s", error)
