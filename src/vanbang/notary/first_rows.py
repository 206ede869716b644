"""In which row each number stood first, for lists of any length in little memory.

What was seen is kept as sorted runs of hashes in files without a name; a filter in memory knows nearly all that was
never seen. Some 13 bytes of memory and 100 bytes of disk a row.
"""

import mmap
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vanbang.notary.repeats import KEYS

MERGED: Final = 8
"""Runs of one size that become one of the next."""
SIZES: Final = 3
"""Sizes of runs: a unit, eight of them, sixty-four. Larger ones would not fit into memory twice while they are made."""
WORD_BITS: Final = 64
KEYS_A_WORD: Final = 4
"""At 16 bits a hash the filter is wrong about less than one in a hundred: those are looked up in vain."""
SMALLEST: Final = 2**14
"""Words of the first filter, and hashes that are marked in one go."""
GROWTH: Final = 4
"""How much longer the next filter is; then all runs are read again to fill it."""
ROW_BITS: Final = 32

HASH: Final = np.dtype([("hash", "<u8"), ("check", "<u4")])
"""What is remembered of a number, HASH_BYTES of it: one half to find it by, the other to be sure."""

Longs = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Run:
    """Hashes in ascending order, none twice, and beside each its facts: 32 bits given with it, 32 of its row."""

    hashes: Longs
    facts: Longs
    mapped: mmap.mmap | None = None

    def look_up(self, wanted: Longs) -> tuple[NDArray[np.bool_], Longs]:
        """Which of these are here, and the facts of each that is."""
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        found = self.hashes[at] == wanted
        facts = self.facts[at]
        self.let_go()
        return found, facts

    def let_go(self) -> None:
        """What was touched of the file stays in the system's cache, and does not count as our memory any more."""
        if self.mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


@dataclass(slots=True)
class FirstRows:
    """Remembers where each hash stood first. `close` forgets it all."""

    _words: Longs = field(default_factory=lambda: np.zeros(SMALLEST, np.uint64))
    _count: int = 0
    _runs: list[list[Run]] = field(default_factory=lambda: [[] for _ in range(SIZES)])

    def first(self, hashes: Longs, facts: Longs) -> Longs:
        """For each hash the facts that came with it the first time, now or before; facts are `check << 32 | row`.

        Hashes that came together count in their order. Raises OSError when no temporary file can be written.
        """
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        begins = np.ones(len(order), np.bool_)
        begins[1:] = ordered[1:] != ordered[:-1]
        single, first = ordered[begins], facts[order[begins]]
        is_known, known = self._known(single)
        self._remember(single[~is_known], first[~is_known])
        found = np.where(is_known, known, first)
        result = np.empty_like(facts)
        result[order] = found[np.cumsum(begins) - 1]
        return result

    def close(self) -> None:
        """Forgets everything."""
        self._runs = [[] for _ in range(SIZES)]

    def _known(self, wanted: Longs) -> tuple[NDArray[np.bool_], Longs]:
        words, bits = self._places(wanted)
        is_known, facts = np.zeros(len(wanted), np.bool_), np.zeros(len(wanted), np.uint64)
        open_ = np.flatnonzero((self._words[words] & bits) == bits)
        for run in chain.from_iterable(reversed(self._runs)):
            if not len(open_):
                break
            found, told = run.look_up(wanted[open_])
            is_known[open_[found]], facts[open_[found]] = True, told[found]
            open_ = open_[~found]
        return is_known, facts

    def _remember(self, hashes: Longs, facts: Longs) -> None:
        if not len(hashes):
            return
        self._count += len(hashes)
        self._runs[0].append(Run(hashes, facts))
        for size in range(SIZES - 1):
            if len(self._runs[size]) == MERGED:
                self._runs[size + 1].append(_merged(self._runs[size]))
                self._runs[size].clear()
        if self._count > KEYS_A_WORD * len(self._words):
            self._grow()
        else:
            self._mark(hashes)

    def _grow(self) -> None:
        self._words = np.zeros(len(self._words) * GROWTH, np.uint64)
        for run in chain.from_iterable(self._runs):
            for start in range(0, len(run.hashes), SMALLEST):
                self._mark(np.array(run.hashes[start : start + SMALLEST]))
            run.let_go()

    def _mark(self, hashes: Longs) -> None:
        words, bits = self._places(hashes)
        np.bitwise_or.at(self._words, words, bits)

    def _places(self, hashes: Longs) -> tuple[NDArray[np.intp], Longs]:
        """The word of each hash in the filter, and five bits in it."""
        one, six = np.uint64(1), np.uint64(WORD_BITS - 1)
        bits = one << (hashes & six)
        for shift in (6, 12, 18, 24):
            bits |= one << ((hashes >> np.uint64(shift)) & six)
        return (((hashes >> np.uint64(32)) * np.uint64(len(self._words))) >> np.uint64(32)).astype(np.intp), bits


class Repeat(NamedTuple):
    """Row at `place` of those given repeats number `key` (of KEYS) of row `first`."""

    place: int
    key: int
    first: int


@dataclass(slots=True)
class Repeats:
    """Remembers the numbers of a list as it goes by, and names the row that had one first.

    Rows that are refused for another reason count too: the registrar has to look at both.
    """

    _rows: FirstRows = field(default_factory=FirstRows)

    def find(self, numbers: Sequence[int], hashes: bytes) -> list[Repeat]:
        """What rows with these numbers, and `hashes_of` each, repeat of earlier ones; by row and key.

        Raises OSError when no temporary file can be written.
        """
        given = np.frombuffer(hashes, HASH)
        present = np.flatnonzero(given["hash"])
        rows = np.repeat(np.asarray(numbers, np.uint64), KEYS)[present]
        facts = given["check"][present].astype(np.uint64) << np.uint64(ROW_BITS) | rows
        first = self._rows.first(given["hash"][present].astype(np.uint64), facts)
        is_same = first >> np.uint64(ROW_BITS) == facts >> np.uint64(ROW_BITS)
        is_shared = present % KEYS == KEYS - 1
        is_earlier = (first ^ facts) << np.uint64(ROW_BITS) != 0
        found = np.flatnonzero(is_earlier & (is_same ^ is_shared))
        lower = (1 << ROW_BITS) - 1
        return [Repeat(*divmod(int(present[at]), KEYS), int(first[at]) & lower) for at in found]

    def close(self) -> None:
        """Forgets them."""
        self._rows.close()


def _merged(runs: list[Run]) -> Run:
    """One run of all, in a file of its own."""
    hashes = np.concatenate([run.hashes for run in runs])
    facts = np.concatenate([run.facts for run in runs])
    order = np.argsort(hashes, kind="stable")
    length = hashes.nbytes
    with tempfile.TemporaryFile() as file:
        file.write(hashes[order].data)
        file.write(facts[order].data)
        file.flush()
        mapped = mmap.mmap(file.fileno(), 2 * length, access=mmap.ACCESS_READ)
    numbers = np.frombuffer(mapped, np.uint64)
    return Run(numbers[: len(order)], numbers[len(order) :], mapped)
