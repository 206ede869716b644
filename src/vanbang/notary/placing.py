"""From an accepted batch's records to stored subtrees: status places drawn, leaves made, sorted and kept.

A subtree of 65,536 records, in the order of their ids, is stored whole or not at all, in one transaction. So a run that
was killed, or lost its workers, goes on behind the last stored one. What was drawn and not stored was never taken: its
places are free again. The secrets are those of intake, and no ciphertext is written a second time: given the places,
every run makes the same leaves.
"""

from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np

from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.merkle import SUBTREE_LEAVES
from vanbang.notary.committing import Work, commit_all
from vanbang.notary.portions import portions
from vanbang.notary.status_places import Places
from vanbang.notary.watching import Watcher
from vanbang.notary.workers import WorkerLost, in_order
from vanbang.ports import Batch, Conflict, RecordStore, Subtree, Unsealed

UNIT: Final = 8_192
"""Records a unit of work at most: half a second of one processor, and 3 MB on the way to another process."""
UNIT_BYTES: Final = 6_291_456
"""Ciphertext in a unit: what clusters take without a warning. Records with attachments are large."""
LEAF: Final = np.dtype((np.bytes_, DIGEST_SIZE))
"""numpy compares and writes all 32 bytes; it leaves out zeros at the end only of an item taken out by itself."""
TRIES: Final = 3
"""How often in a row workers may be lost before a subtree is stored: then whatever kills them will go on doing it."""


def place_all(store: RecordStore, batch: Batch, worker: Executor, watcher: Watcher) -> None:
    """Stores what is still missing of the batch's subtrees.

    Goes on by itself when workers are lost, as long as there is headway. Raises RecordInvalid, StoreError, Conflict,
    WorkerLost; what is stored by then stays.
    """
    lost = 0
    while True:
        run = _Run.behind(store, batch, worker, watcher)
        before = run.number
        try:
            run.finish()
        except WorkerLost:
            lost = lost + 1 if run.number == before else 1
            if lost == TRIES:
                raise
        else:
            return


@dataclass(slots=True)
class _Growing:
    """Units of one subtree put together: ids, places and leaves, in the order of the ids."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    places: list[tuple[str, "array[int]"]] = field(default_factory=list)
    leaves: bytearray = field(default_factory=bytearray)

    def add(self, work: Work, leaves: bytes) -> None:
        """A unit of work and what it gave."""
        self.ids += work.ids
        self.places += work.places
        self.leaves += leaves

    def sorted(self, number: int) -> Subtree:
        """The subtree of this number, its leaves ascending (section 4)."""
        leaves = np.frombuffer(self.leaves, LEAF)
        order = np.argsort(leaves, kind="stable")
        indexes = np.empty(len(order), np.int64)
        indexes[order] = np.arange(number * SUBTREE_LEAVES, number * SUBTREE_LEAVES + len(order))
        return Subtree(number, self.ids.tolist(), self.places, indexes.tolist(), leaves[order].tobytes())


@dataclass(slots=True)
class _Run:
    """One attempt: `number` subtrees are stored, with `done` records up to the id `last`."""

    store: RecordStore
    batch: Batch
    worker: Executor
    watcher: Watcher
    number: int = 0
    done: int = 0
    last: int = 0

    @classmethod
    def behind(cls, store: RecordStore, batch: Batch, worker: Executor, watcher: Watcher) -> "_Run":
        """An attempt that goes on behind what is stored."""
        run = cls(store, batch, worker, watcher)
        for leaves, run.last in store.placed(batch.id):
            run.number += 1
            run.done += len(leaves) // DIGEST_SIZE
        return run

    def finish(self) -> None:
        """Makes and stores subtree after subtree. Raises as `place_all`; what was not begun is called off then."""
        self.watcher.done(self.done, self.batch.rows)
        with closing(in_order(self.worker, commit_all, self._units())) as units:
            subtree = _Growing()
            for work, leaves in units:
                subtree.add(work, leaves)
                self.watcher.done(self.done + len(subtree.ids), self.batch.rows)
                if len(subtree.ids) == self._size(self.done):
                    self._store(subtree.sorted(self.number))
                    subtree = _Growing()

    def _store(self, subtree: Subtree) -> None:
        self.store.place(self.batch.id, subtree)
        self.number, self.done, self.last = self.number + 1, self.done + len(subtree.ids), subtree.ids[-1]

    def _units(self) -> Iterator[Work]:
        """What is left of the batch, subtree after subtree, each in even parts. Raises Conflict if records are gone."""
        places, done, last = Places(self.store, self.batch.iss), self.done, self.last
        while size := self._size(done):
            end, stored = done + size, self.store.unsealed(self.batch.id, last)
            workers = max(1, getattr(self.worker, "processes", 1))  # a cluster may have none at this moment
            for records in _parts(stored, size, workers):
                yield self._work(records, places)
                done, last = done + len(records), records[-1].id
            if done != end:
                raise Conflict(f"{self.batch.rows} records were accepted, and {done} are there")

    def _work(self, records: Sequence[Unsealed], places: Places) -> Work:
        return Work(
            self.batch.vct,
            self.batch.iss,
            array("q", [record.id for record in records]),
            [record.secret for record in records],
            [record.ciphertext for record in records],
            places.take(len(records)),
        )

    def _size(self, done: int) -> int:
        """Records in the subtree behind `done` of them."""
        return min(SUBTREE_LEAVES, self.batch.rows - done)


def _parts(records: Iterator[Unsealed], size: int, workers: int) -> Iterator[list[Unsealed]]:
    """The first `size` records in parts for so many workers, even ones, or smaller where records are large."""
    most = -(-size // (-(-size // (UNIT * workers)) * workers))
    return portions(islice(records, size), most, UNIT_BYTES)
