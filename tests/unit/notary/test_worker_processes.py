"""What becomes of worker processes when who started them ends."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from vanbang.notary.workers import WorkerPool

pytestmark = pytest.mark.slow

PARENT = """
import os, time
from vanbang.notary.workers import WorkerPool
SLOWLY = "__import__('time').sleep(0.05) or __import__('os').getpid()"
if __name__ == "__main__":
    with WorkerPool(2) as pool:
        both = set()
        while len(both) < 2:
            both |= {work.result() for work in [pool.submit(eval, SLOWLY) for _ in range(2)]}
        try:
            print(min(both), flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            print(pool.submit(os.getpid).result(), flush=True)
"""


@pytest.fixture
def parent(tmp_path: Path) -> subprocess.Popen[str]:
    """A process with worker processes; it prints the id of one of them when all have begun, and again at Ctrl-C."""
    (tmp_path / "parent.py").write_text(PARENT)
    # A group of its own: Ctrl-C goes to all of a terminal's processes.
    return subprocess.Popen(
        [sys.executable, tmp_path / "parent.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_workers_of_a_killed_process_end(parent: subprocess.Popen[str]) -> None:
    """No worker waits for work of a parent that was killed, holding memory for ever."""
    assert parent.stdout
    worker = int(parent.stdout.readline())
    assert is_alive(worker)
    parent.kill()
    until = time.monotonic() + 20
    while is_alive(worker):
        assert time.monotonic() < until
        time.sleep(0.02)
    parent.communicate()


def test_ctrl_c_is_not_for_workers(parent: subprocess.Popen[str]) -> None:
    """Ctrl-C reaches every process of a terminal: who has the work decides what becomes of it, and nothing is lost."""
    assert parent.stdout
    parent.stdout.readline()
    os.killpg(parent.pid, signal.SIGINT)
    out, err = parent.communicate(timeout=30)
    assert out.strip().isdecimal()
    assert (parent.returncode, err) == (0, "")


KILLED_WHILE_IT_WRITES = """
import os, signal
from multiprocessing.connection import Connection

def half(self, data, *_):
    os.write(self.fileno(), bytes(data)[: len(data) // 2])
    os.kill(os.getpid(), signal.SIGKILL)

Connection._send = half
"""


def test_half_a_result_is_not_waited_for() -> None:
    """A worker killed while it writes its result is lost like any other: what waits is told, and new ones begin."""
    with WorkerPool(2) as pool:
        beside = pool.submit(time.sleep, 60)
        with pytest.raises(BrokenExecutor):
            pool.submit(exec, KILLED_WHILE_IT_WRITES, {}).result(30)
        with pytest.raises(BrokenExecutor):
            beside.result(0)
        assert pool.submit(os.getpid).result(30) != os.getpid()
