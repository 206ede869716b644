"""A process and all below it, seen from outside through /proc: processor time, and memory while it works."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

LOOK_EVERY: Final = 0.05
"""Seconds between two looks at resident memory, a few microseconds a process."""
SHARES_EVERY: Final = 1.0
"""Seconds between two looks at proportional shares, for which the kernel walks every page."""
MIB: Final = 2**20


def cpu_seconds(process: int | str = "self") -> float:
    """Processor time of a process, of those below it, and of those that ended and were waited for."""
    ticks = 0
    for each in (str(process), *below(str(process))):
        try:
            fields = Path("/proc", each, "stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile: whoever waits for it has its time
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def below(process: str) -> list[str]:
    """Process ids of all children, and of theirs."""
    found: list[str] = []
    for file in Path("/proc", process, "task").glob("*/children"):
        try:
            children = file.read_text("ascii").split()
        except OSError:
            continue
        for child in children:
            found += [child, *below(child)]
    return found


def resident_mib(process: str) -> float:
    """What a process has in memory, pages that it shares with others included; 0 if it has ended."""
    try:
        pages = int(Path("/proc", process, "statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def proportional_mib(process: str) -> float:
    """The same, a page shared by n processes counted as an n-th; 0 if it has ended or the kernel does not tell."""
    try:
        lines = Path("/proc", process, "smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(text.split()[1]) / 1024 for text in lines if text.startswith("Pss:")), 0.0)


class MemoryWatch:
    """Looks at the memory of a process and of all below it, again and again, as long as the block lasts.

    `resident` and `proportional`: the most MiB in all processes together at one look, by the stage named meanwhile.
    """

    def __init__(self, process: int) -> None:
        self._process = str(process)
        self._ended = Event()
        self._thread = Thread(target=self._look, name="memory watch", daemon=True)
        self.stage = ""
        self.resident: defaultdict[str, float] = defaultdict(float)
        self.proportional: defaultdict[str, float] = defaultdict(float)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        shares_at = 0.0
        while not self._ended.wait(LOOK_EVERY):
            self._add(self.resident, resident_mib)
            if time.monotonic() >= shares_at:
                self._add(self.proportional, proportional_mib)
                shares_at = time.monotonic() + SHARES_EVERY

    def _add(self, peaks: defaultdict[str, float], mib_of: Callable[[str], float]) -> None:
        total = sum(map(mib_of, (self._process, *below(self._process))))
        peaks[self.stage] = max(peaks[self.stage], total)
