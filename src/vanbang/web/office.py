"""What one process remembers between requests: who was let in, how much each has asked for, who is an institution."""

import asyncio
import contextvars
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from vanbang.core.status import StatusList
from vanbang.core.verification import Report
from vanbang.notary.access import Gate
from vanbang.notary.checking_many import AHEAD, BulkVerifier
from vanbang.notary.proving import Prover
from vanbang.notary.verifying import EvidenceCache, Present
from vanbang.ports import Batch, Institution, Trouble
from vanbang.web.counting import Counting
from vanbang.web.cursors import Cursors
from vanbang.web.desk import Desk
from vanbang.web.limits import Buckets, ClientSeats, Seats

FRESH_FOR: Final = 2.0
"""Seconds for which look-ups answer from what was read: institutions, batches, bits of status lists."""

THREADS: Final = 5
"""Threads that read from the store, and as many that write: together fewer than it has connections, so that none is
ever waited for."""

T = TypeVar("T")


class Remembered(Generic[T]):
    """What a reading gave, by name, for FRESH_FOR seconds; `most` names at most."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str, read: Callable[[], T]) -> T:
        """The value, read anew when it is old. What `read` raises is not remembered."""
        kept = self._kept.get(name)
        if kept and self._monotonic() < kept[0]:
            return kept[1]
        value = read()
        with self._lock:
            self._kept[name] = (self._monotonic() + FRESH_FOR, value)
            self._kept.move_to_end(name)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


class Office:
    """A desk, and what is remembered beside it."""

    def __init__(self, desk: Desk) -> None:
        limits = desk.limits
        self.desk = desk
        self.gate = Gate(desk.store)
        self.keyed = Buckets("keyed", limits.keyed_per_minute)
        self.anonymous = Buckets("anonymous", limits.anonymous_per_minute)
        self.failures = Buckets("failures", limits.anonymous_per_minute)
        self.cursors = Cursors(desk.index_key)
        self.lines = Buckets("lines", limits.batch_lines_per_minute)
        self.streams = Seats(limits.streams)
        self.bulk_checks = ClientSeats(limits.bulk_checks, limits.bulk_checks_each)
        self.exports = ClientSeats(limits.exports, limits.exports_each, limits.exports_of_institution)
        self.parts = Seats(limits.parts_at_once)
        self._institutions = Remembered[dict[str, Institution]](1)
        self._by_iss = Remembered[dict[str, Institution]](1)
        self.statuses = Remembered[StatusList | None](256)
        self.evidence = EvidenceCache()
        self.present = Present(desk.own, self.evidence)
        self.bulk = BulkVerifier(desk.own, desk.witness, Report.to_bytes, desk.executor, self.evidence)
        self.prover = Prover(desk.objects)
        self.batches = Remembered[Batch | None](1_024)
        self.transactions = Remembered[str | None](1_024)
        self._troubles = Remembered[Mapping[str, Trouble]](1)
        self._readers = ThreadPoolExecutor(THREADS, "api-reads")
        self._writers = ThreadPoolExecutor(THREADS, "api-writes")
        self.counting = Counting()
        self._judges = ThreadPoolExecutor(2 * AHEAD, "api-judges")
        self._exporters = ThreadPoolExecutor(limits.exports, "api-exports")

    async def reading(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs what reads from the store in a thread, in the context of the request."""
        return await _run(self._readers, function, *arguments)

    async def writing(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs what may have to wait for another writer in a thread, in the context of the request."""
        return await _run(self._writers, function, *arguments)

    async def judging(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs what judges a unit of credential files, or waits for a process that does, in a thread."""
        return await _run(self._judges, function, *arguments)

    async def exporting(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs what makes a piece of an export in a thread of those that do nothing else."""
        return await _run(self._exporters, function, *arguments)

    def institutions(self) -> dict[str, Institution]:
        """All institutions by code, at most FRESH_FOR seconds old."""
        return self._institutions.get("", lambda: {item.code: item for item in self.desk.store.institutions()})

    def by_iss(self) -> dict[str, Institution]:
        """All institutions by `iss`, at most FRESH_FOR seconds older than `institutions`."""
        return self._by_iss.get("", lambda: {item.iss: item for item in self.institutions().values()})

    def troubles(self) -> Mapping[str, Trouble]:
        """What stops whom, by subject, at most FRESH_FOR seconds old."""
        return self._troubles.get("", self.desk.store.troubles)


async def _run(threads: ThreadPoolExecutor, function: Callable[..., T], *arguments: Any) -> T:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, context.run, function, *arguments)


def client_of(host: str | None) -> str:
    """What a client without a key is counted by: its address; of IPv6 the network, for it has all of that."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
