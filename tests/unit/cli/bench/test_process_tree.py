"""Processes seen from outside: what they use, and what those below them use."""

import os
import subprocess
import sys
import time

from vanbang.cli.bench.process_tree import MemoryWatch, below, cpu_seconds, proportional_mib, resident_mib

HOLDS_40_MIB = "data = bytearray(b'x' * 40 * 2**20); print(flush=True); input()"
WITH_CHILD = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {HOLDS_40_MIB!r}], stdin=subprocess.PIPE)
input()
child.communicate(b"\\n")
"""


def test_memory_of_all_below_is_added_up() -> None:
    """What a process's child holds counts, under the stage that was named while it was held."""
    with (
        subprocess.Popen([sys.executable, "-c", WITH_CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
        MemoryWatch(process.pid) as watch,
    ):
        assert process.stdout is not None
        process.stdout.readline()
        watch.stage = "holding"
        give_up = time.monotonic() + 60
        while watch.resident["holding"] < 40:
            assert time.monotonic() < give_up, watch.resident
            time.sleep(0.01)
        assert len(below(str(process.pid))) == 1
        process.communicate(b"\n")
    assert 40 < watch.resident["holding"] < 200


def test_processor_time_of_children_that_ended_counts() -> None:
    """Whoever waited for them has their time."""
    before = cpu_seconds()
    subprocess.run([sys.executable, "-c", "sum(range(10_000_000))"], check=True)
    assert cpu_seconds() - before >= 0.05


def test_a_process_that_has_ended_holds_nothing() -> None:
    """It may end between two looks."""
    assert (resident_mib("999999999"), proportional_mib("999999999"), below("999999999")) == (0.0, 0.0, [])


def test_this_process_is_seen() -> None:
    """Its share of what it holds is never more than all of it, and none where the kernel tells no shares."""
    share = proportional_mib("self")
    assert share <= resident_mib("self") * 1.5
    assert (share > 0) == os.path.exists("/proc/self/smaps_rollup")
