"""Sealing: from validated records to leaves, tiles and ciphertexts, storage excluded."""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from itertools import islice
from secrets import token_bytes
from typing import cast

from vanbang.adapters.objects import MemoryStore
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import institutions, sample_rows
from vanbang.cli.bench.measuring import Line, best, line
from vanbang.core.status import StatusList
from vanbang.notary.records import encrypt_record
from vanbang.notary.sealing import seal as seal_batch
from vanbang.notary.watching import Unwatched
from vanbang.notary.workers import WorkerPool
from vanbang.ports import Batch, RecordStore, SealedBatch, Subtree, Unsealed

ROWS = 100_000
PROCESSES = 2
PER_SECOND = 20_000
RUNS = 3
KIND = type_by_name("vn-diploma")
BATCH = Batch(id="bench", iss=institutions()[0].iss, vct=KIND.vct, state="ACCEPTED", upload="", accepted_at=0, rows=0)


class Sink:
    """As much of a record store as sealing asks, on records in memory; of what it is given it keeps the leaves."""

    def __init__(self, records: list[Unsealed]) -> None:
        self._records = records
        self._lists: list[tuple[StatusList, bytes]] = []
        self._leaves: list[tuple[bytes, int]] = []
        self.sealed = 0

    def unsealed(self, batch_id: str, behind: int = 0) -> Iterator[Unsealed]:
        return islice(self._records, behind, None)

    def status_lists(self, iss: str) -> list[tuple[StatusList, bytes]]:
        return self._lists

    def add_status_list(self, iss: str, new: StatusList) -> None:
        self._lists.append((new, bytes(16_384)))

    def place(self, batch_id: str, subtree: Subtree) -> None:
        self._leaves.append((subtree.leaves, subtree.ids[-1]))

    def placed(self, batch_id: str) -> Iterator[tuple[bytes, int]]:
        return iter(self._leaves)

    def seal(self, sealed: SealedBatch) -> None:
        self.sealed = sealed.tree_size


def seal(rows: int | None) -> Iterator[Line]:
    """Two processes, then this one alone; the limit is for two. Worker processes are started by the first run."""
    records = list(stored_records(rows or ROWS))
    seconds_allowed = len(records) / PER_SECOND

    def work(executor: Executor | None) -> None:
        store, batch = Sink(records), replace(BATCH, rows=len(records))
        seal_batch(cast(RecordStore, store), MemoryStore(), KIND, batch, 1, Unwatched(), executor)
        if store.sealed != len(records):
            raise AssertionError("not all records were sealed")

    with WorkerPool(PROCESSES) as pool:
        seconds = best(lambda: work(pool), RUNS)
        yield line(f"seal, {PROCESSES} processes, seconds", len(records), seconds, seconds, seconds_allowed)
    seconds = best(lambda: work(None), 1)
    yield line("seal, one process, seconds", len(records), seconds, seconds, seconds_allowed)


def stored_records(rows: int) -> Iterator[Unsealed]:
    """Invented diplomas, validated and encrypted as intake does."""
    for number, row in enumerate(sample_rows(rows, "bench"), 1):
        record, _ = KIND.parse(row)
        if record is None:
            raise AssertionError("an invented diploma was refused")
        secret = token_bytes(32)
        yield Unsealed(number, secret, encrypt_record(KIND, record, secret))
