"""What is made of a cluster's answers, without a cluster."""

from types import SimpleNamespace
from typing import Any

import pytest

from vanbang.adapters.executors import ClusterLost, ClusterUnreachable, DaskCluster, dask_connection


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
