"""What is made of a cluster's answers, without a cluster."""

import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from vanbang.adapters.executors import ClusterLost, ClusterUnreachable, DaskCluster, dask_cluster, dask_connection


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What Dask's client answers; a test changes it."""
    answers: dict[str, Any] = {"wait_for_workers": None, "run": {}, "nthreads": {}, "close": None}
    told = {name: lambda *_, answer=answer, **__: answer for name, answer in answers.items()}
    made = SimpleNamespace(status="running", **told)
    monkeypatch.setattr(dask_connection, "_client", lambda *_: made)
    return made


def test_nobody_there_at_the_moment(client: SimpleNamespace) -> None:
    """Between two workers a cluster counts as one: whoever divides work by that number goes on."""
    with DaskCluster("tcp://cluster.example:8786") as dask:
        assert dask.processes == 1


def test_a_worker_that_goes_away_while_it_is_asked(client: SimpleNamespace) -> None:
    """It is no worker with other code: who looks is told that it does not answer, work that comes counts as lost."""
    client.run = lambda *_, **__: {"tcp://10.0.0.7:1": ConnectionResetError("gone")}
    with DaskCluster("tcp://cluster.example:8786") as dask:
        with pytest.raises(
            ClusterUnreachable, match=r"tcp://10.0.0.7:1 .* does not answer \(ConnectionResetError: gone"
        ):
            dask.check()
        with pytest.raises(ClusterLost, match="does not answer"):
            dask.submit(len, b"")


def test_a_service_begins_without_its_cluster(
    client: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A cluster that is away is told of in one line, and when it is there in another; in between work is lost, for a
    while without being waited for."""
    asked, there, now = [], False, 0.0

    def reached(*_: Any) -> SimpleNamespace:
        asked.append(now)
        if not there:
            raise ClusterUnreachable("no Dask scheduler answers at tcp://cluster.example:8786")
        return client

    monkeypatch.setattr(dask_connection, "_client", reached)
    monkeypatch.setattr(dask_cluster, "monotonic", lambda: now)
    with (
        caplog.at_level(logging.INFO, "vanbang.executors"),
        DaskCluster("tcp://cluster.example:8786", pause=10.0) as dask,
    ):
        dask.look()
        for now in (1.0, 9.0, 10.0, 19.0, 20.0):  # noqa: B007 -- read by the clock
            with pytest.raises(ClusterLost, match="no Dask scheduler answers"):
                dask.submit(len, b"")
        assert asked == [0.0, 10.0, 20.0]
        there, now = True, 31.0
        assert dask.processes == 1
    assert caplog.messages == [
        "no Dask scheduler answers at tcp://cluster.example:8786: work that needs the cluster waits until it is there",
        "the Dask cluster at tcp://cluster.example:8786 is there",
    ]


def test_what_no_waiting_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service does not begin without the package that speaks to its cluster: it would wait for ever."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with DaskCluster("tcp://cluster.example:8786", pause=10.0) as dask:
        with pytest.raises(ClusterUnreachable, match=r"pip install 'vanbang\[dask\]'"):
            dask.look()
        with pytest.raises(ClusterLost, match="pip install"):
            dask.submit(len, b"")


def test_a_command_looks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a pause each piece of work looks for the cluster itself: who waits for nothing else may wait for it."""
    asked: list[Any] = []

    def reached(*where: Any) -> None:
        asked.append(where)
        raise ClusterUnreachable("nobody")

    monkeypatch.setattr(dask_connection, "_client", reached)
    with DaskCluster("tcp://cluster.example:8786") as dask:
        for _ in range(3):
            with pytest.raises(ClusterLost):
                dask.submit(len, b"")
    assert len(asked) == 3
