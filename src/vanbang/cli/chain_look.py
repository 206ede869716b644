"""A look at the chain now and then, for the numbers: nothing is decided by it."""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from vanbang.bootstrap import House
from vanbang.core.errors import VanbangError
from vanbang.notary.seats import relayer_of
from vanbang.ports import Horizon
from vanbang.web.metrics import Metrics

LOOK_EVERY: Final = 15.0
"""Seconds between two looks: as often as Prometheus usually asks."""
KEPT: Final = 480
"""Looks whose newest block is remembered: two hours, for finality may stall for long."""

log = logging.getLogger("vanbang.chain")


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest blocks as they were seen, by which the time of the final one is known well enough for an age."""

    blocks: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def final_time(self, horizon: Horizon) -> float:
        """Time of the newest block seen that is final now, NaN if none is: at most a look older than the truth."""
        self.blocks.append((horizon.latest, horizon.latest_time))
        return max((time for number, time in self.blocks if number <= horizon.final), default=float("nan"))


@contextmanager
def looking_at_chain(house: House, metrics: Metrics) -> Iterator[None]:
    """Keeps the relayer's balance and the age of blocks in the numbers until the block ends."""
    stop = threading.Event()
    looks = threading.Thread(target=_look_on, args=(house, metrics, stop), name="chain look", daemon=True)
    looks.start()
    try:
        yield
    finally:
        stop.set()  # a look at endpoints that hang is cut off with the process


def _look_on(house: House, metrics: Metrics, stop: threading.Event) -> None:
    seen = Seen()
    while not stop.is_set():
        look(house, metrics, seen)
        stop.wait(LOOK_EVERY)


def look(house: House, metrics: Metrics, seen: Seen) -> None:
    """One look. What cannot be known now stays as it was: the ages grow, which is what an alarm is set on."""
    try:
        horizon = house.ledger.horizon()
        metrics.chain_seen(horizon.latest_time, seen.final_time(horizon))
        metrics.relayer_balance(house.ledger.balance(relayer_of(house.keys).address))
    except VanbangError as error:
        log.debug("the chain cannot be looked at: %s", error)
