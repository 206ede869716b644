"""Which executor an installation works with."""

import socket
import time
from pathlib import Path

import pytest

from vanbang.adapters.executors import ClusterLost, ClusterUnreachable, DaskCluster
from vanbang.core.errors import FormatError
from vanbang.executing import executor_at
from vanbang.notary.workers import WorkerLost, WorkerPool, in_order
from vanbang.settings import NotSetUp, effective, executor


@pytest.mark.parametrize(("place", "count"), [("processes", None), ("processes:1", 1), ("processes:7", 7)])
def test_processes_of_this_machine(place: str, count: int | None) -> None:
    """Without a number there is one for each processor."""
    pool = executor_at(place)
    assert isinstance(pool, WorkerPool)
    assert pool.processes == count if count else pool.processes >= 1


@pytest.mark.parametrize(
    "place",
    [
        "process",
        "processes:",
        "processes:0",
        "processes:2000",
        "dask://",
        "dask://host",
        "dask://host:99999",
        "dask://host:8786?protocol=ucx",
        "dask://host:8786/x",
        "dask://user@host:8786",
        "tcp://host:8786",
        "dask:host:8786",
        "tls:processes",
    ],
)
def test_what_is_no_executor(place: str, tmp_path: Path) -> None:
    """A word that names none is refused, on the command line and in the environment, with what is allowed."""
    with pytest.raises(FormatError, match="dask://host:port"):
        executor_at(place)
    (tmp_path / "vanbang.json").write_bytes(b'{"version":1,"registry":"x","rpc":[],"chain_port":1,"base_url":"x"}')
    with pytest.raises(NotSetUp, match="dask://host:port"):
        effective(tmp_path, {"VANBANG_EXECUTOR": place})


def test_the_environment_names_it_where_there_is_no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """`vanbang check` needs no installation, and works where the variable says."""
    monkeypatch.delenv("VANBANG_EXECUTOR", raising=False)
    assert executor() == "processes"
    monkeypatch.setenv("VANBANG_EXECUTOR", "dask://cluster.example:8786")
    assert executor() == "dask://cluster.example:8786"


@pytest.fixture
def nobody() -> str:
    """An address on this machine where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.slow
def test_a_scheduler_that_is_not_there(nobody: str) -> None:
    """It is named at once to who looks, and as lost workers to who hands in work; nothing waits for ever."""
    cluster, began = DaskCluster(nobody, patience=0.5), time.monotonic()
    with pytest.raises(ClusterUnreachable, match=r"no Dask scheduler answers at tcp://127"):
        cluster.check()
    with pytest.raises(ClusterLost, match="no Dask scheduler answers"):
        cluster.submit(len, b"")
    with pytest.raises(WorkerLost, match=r"no Dask scheduler answers .*: run it again"):
        list(in_order(cluster, len, iter([b""])))
    cluster.shutdown()
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_tls_without_certificates(nobody: str) -> None:
    """An address that asks for TLS is refused, not tried in the clear, until Dask is told its certificates."""
    with pytest.raises(ClusterUnreachable, match=r"(?i)tls"):
        DaskCluster(nobody.replace("tcp", "tls"), patience=0.5).check()


def test_a_cluster_nobody_works_with_is_not_asked() -> None:
    """Commands without heavy work start as fast whatever the setting names."""
    with executor_at("dask://cluster.invalid:8786", is_wanted=False) as cluster:
        assert isinstance(cluster, DaskCluster)
