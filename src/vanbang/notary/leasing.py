"""Which worker does what, when several share a database: one has a piece of work at a time, until he gives it back.

No wall clock is asked, here or in the database: who waits for a lease measures with his own stopwatch how long it has
shown no sign of life. A holder that only slept finds, at his next write, that it is not his any more.

| lease | work |
|---|---|
| `upload:<id>` | a list is checked and taken in |
| `issuer:<iss>` | an institution's batches are sealed, endorsed and handed to the chain |
| `chain:<chain id>` | transactions are made, followed and settled |
| `keeping` | what is old is forgotten |
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from threading import Event, Thread
from typing import ClassVar, Final

from vanbang.core.errors import VanbangError
from vanbang.ports import Lease, LeaseLost, Store, StoreError

LEASE_SECONDS: Final = 15.0
"""Without a sign of life for so long, a lease may be taken over: some missed beats, and a pause that people bear."""
BEATS: Final = 3
"""Signs of life in that time: one that comes late, or is lost with a connection, costs nothing."""
LOOKS: Final = 30
"""How often in that time who waits for his turn looks again."""


class WorkElsewhere(VanbangError):
    """Another worker still has the lease; `holder` names its machine and process."""

    code: ClassVar[str] = "work_elsewhere"

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(f"another worker ({holder}) is busy with '{name}': run this again when it is done")
        self.name = name
        self.holder = holder


def holder_name(name: str = "") -> str:
    """A name for this process that no other has: its own or the machine's, process, chance."""
    return f"{name or socket.gethostname()}:{os.getpid()}:{token_hex(4)}"


class Leases:
    """What this worker holds. `seconds`: how long others' leases are left alone without a sign of life, the same for
    all workers on a database."""

    def __init__(
        self,
        store: Store,
        holder: str,
        seconds: float = LEASE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._holder = holder
        self._seconds = seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._seen: dict[str, tuple[Lease, float]] = {}

    @contextmanager
    def holding(self, name: str) -> Iterator[Store | None]:
        """The store, to write to as long as the lease is held; None if another has it. Raises StoreError.

        A kill leaves the lease taken: another worker may take it over after `seconds`.
        """
        lease = self._take(name)
        if lease is None:
            yield None
            return
        ended = self._beating(lease)
        try:
            yield self._store.under(lease)
        finally:
            ended.set()
            with suppress(StoreError):  # then it is taken over, later
                self._store.give_back(lease)

    @contextmanager
    def waiting_for(self, name: str, patience: float) -> Iterator[Store]:
        """The same, waiting `patience` seconds at most for another to end. Raises WorkElsewhere, StoreError."""
        until = self._monotonic() + patience
        while True:
            with self.holding(name) as store:
                if store is not None:
                    yield store
                    return
            if self._monotonic() >= until:
                found = self._store.lease(name)
                raise WorkElsewhere(name, found.holder if found else "")
            self._sleep(self._seconds / LOOKS)

    def _take(self, name: str) -> Lease | None:
        found = self._store.lease(name)
        if found is None or not found.holder:
            self._seen.pop(name, None)
            return self._store.take_lease(name, self._holder)
        seen, since = self._seen.get(name, (None, 0.0))
        if seen != found:
            self._seen[name] = found, self._monotonic()
        elif self._monotonic() - since >= self._seconds:
            return self._store.take_lease(name, self._holder, found)
        return None

    def _beating(self, lease: Lease) -> Event:
        """Gives signs of life, beside the work, until the event is set."""
        ended = Event()
        Thread(target=self._stay_alive, args=(lease, ended), name=f"lease {lease.name}", daemon=True).start()
        return ended

    def _stay_alive(self, lease: Lease, ended: Event) -> None:
        """Gives signs of life until the work ends or another has taken it over, which the next write tells."""
        while not ended.wait(self._seconds / BEATS):
            try:
                lease = self._store.beat(lease)
            except LeaseLost:
                return
            except StoreError:  # the database is away: it will say whose the lease is when it is back
                continue
