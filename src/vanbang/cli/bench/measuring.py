"""One measured line, the best of several runs, and the memory of all processes."""

import gc
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

RUNS = 5

Line: TypeAlias = dict[str, Any]


def line(what: str, n: int, seconds: float, measured: float, limit: float) -> Line:
    """One result; `measured` and `limit` are in the same unit."""
    return {
        "what": what,
        "n": n,
        "seconds": round(seconds, 4),
        "per_second": round(n / seconds),
        "peak_rss_mib": round(peak_mib(), 1),
        "limit": limit,
        "ratio": round(measured / limit, 3),
    }


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds of the fastest of several runs. What the benchmark itself keeps is not for the collector to walk."""
    gc.collect()
    gc.freeze()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peak_mib() -> float:
    """The peak memory of this process and of those below it that still run, added up; pages they share count for each.

    Where there is no /proc, of this process alone.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return own + sum(_mib_of(process, "VmHWM:") for process in _below("self"))


def resident_mib() -> float:
    """What this process and those below it have in memory now, added up. Needs /proc."""
    return sum(_mib_of(process, "VmRSS:") for process in ("self", *_below("self")))


def cpu_seconds(process: int | str = "self") -> float:
    """Processor time of a process and of those below it that still run, in seconds. Needs /proc."""
    ticks = 0
    for each in (str(process), *_below(str(process))):
        fields = Path("/proc", each, "stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _below(process: str) -> list[str]:
    """Process ids of all children, and of theirs."""
    found: list[str] = []
    for file in Path("/proc", process, "task").glob("*/children"):
        for child in file.read_text("ascii").split():
            found += [child, *_below(child)]
    return found


def _mib_of(process: str, name: str) -> float:
    try:
        status = Path("/proc", process, "status").read_text("utf-8")
    except OSError:  # it has ended meanwhile
        return 0.0
    return next((int(text.split()[1]) / 1024 for text in status.splitlines() if text.startswith(name)), 0.0)
