"""What is counted beside an answer: nobody waits for it longer than a moment, whoever else writes meanwhile."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Final

from vanbang.ports import StoreError

log = logging.getLogger("vanbang.web")

PATIENCE: Final = 0.25
"""Seconds: a count that is written by then is seen by who looks next; a list being sealed may hold writers for many."""
WAITING: Final = 1_000
"""Counts that may wait at a time; beyond them some are lost, and the log says so."""


class Counting:
    """One thread for counts. Safe to use from threads."""

    def __init__(self, patience: float = PATIENCE, waiting: int = WAITING) -> None:
        self._patience = patience
        self._places = BoundedSemaphore(waiting)
        self._thread = ThreadPoolExecutor(1, "api-counts")

    def soon(self, count: Callable[[], object]) -> None:
        """Runs it, now or when the database lets it; a count that fails is told in the log. Raises nothing."""
        if not self._places.acquire(blocking=False):
            log.warning("an opening was not counted: too many wait")
            return
        future: Future[None] = self._thread.submit(self._run, count)
        try:
            future.result(self._patience)
        except TimeoutError:
            return

    def _run(self, count: Callable[[], object]) -> None:
        try:
            count()
        except StoreError as error:
            log.warning("an opening was not counted: %s", error)
        finally:
            self._places.release()
