"""Where heavy work is done: in this process, or in others that load little and come back after they were lost."""

import subprocess
import sys

import pytest

from vanbang.notary.workers import InProcess, WorkerPool


@pytest.mark.slow
def test_workers_load_little() -> None:
    """A worker process has neither the libraries of a chain nor a database, nor, for lists of text, of workbooks."""
    # In a process of its own: the server that workers are forked from is one for the whole process, whoever began it.
    asked = "import sys; from vanbang.notary.workers import WorkerPool; pool = WorkerPool(1)"
    unit = "pool.submit(exec, 'from vanbang.adapters.files.csv_units import CsvUnit').result()"
    told = f"{unit}; print(*pool.submit(eval, \"list(__import__('sys').modules)\").result()); pool.shutdown()"
    done = subprocess.run([sys.executable, "-c", f"{asked}; {told}"], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded >= {"vanbang.notary.committing", "vanbang.notary.examining", "vanbang.adapters.files.csv_units"}
    assert not loaded & {"web3", "eth_tester", "sqlalchemy", "fastapi", "requests", "pyarrow", "python_calamine"}


def test_work_done_in_process_raises_at_its_result() -> None:
    """The in-process executor keeps an error in the future, as others do."""
    future = InProcess().submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


def test_a_pool_without_work_starts_no_processes() -> None:
    """Opening and closing an installation costs nothing."""
    with WorkerPool(2) as workers:
        assert workers._pool is None
