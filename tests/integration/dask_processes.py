"""A Dask cluster of a test's own: a scheduler and workers, each a process that the test may kill."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ports import free_port
from vanbang.adapters.executors import DaskCluster

QUIET = {"DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "false", "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "false"}
"""What docs/operations.md asks of workers: nothing of the work reaches their disk."""
PATIENCE = 60.0
"""Seconds until a cluster is there, on a busy machine."""
HERE = Path(__file__).parent
"""Where workers find what tests have them do."""


class Cluster:
    """Processes on 127.0.0.1; the scheduler's port stays the same when it starts again. All they say is in `log`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.port = folder, folder / "dask.log", free_port()
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.log.touch()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, workers: int) -> None:
        """A scheduler, if there is none, and so many workers more, which come when they have loaded what they need."""
        if self.scheduler is None:
            self.scheduler = self._run("dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        for _ in range(workers):
            folder = str(self.folder)
            options = ("--nthreads", "1", "--no-nanny", "--local-directory", folder, "--death-timeout", "30")
            self.workers.append(self._run("dask_worker", self.address, *options))

    def kill_worker(self, number: int = 0) -> None:
        """kill -9."""
        _kill(self.workers.pop(number))

    def kill_scheduler(self) -> None:
        """kill -9; its workers, which would wait for another, with it."""
        if self.scheduler is not None:
            _kill(self.scheduler)
            self.scheduler = None
        while self.workers:
            self.kill_worker()

    def _run(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options, "--no-dashboard"]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | QUIET | {"PYTHONPATH": str(HERE)})


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@contextmanager
def running_cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster that answers and has a worker, all of it killed at the end."""
    cluster = Cluster(folder)
    try:
        cluster.start(workers)
        with DaskCluster(cluster.address, PATIENCE) as dask:
            dask.check()
        yield cluster
    finally:
        cluster.kill_scheduler()
