"""Wherever heavy work is done it is done alike: in this process, in others beside it, by a Dask cluster.

And what becomes of it when who does it is killed.
"""

import pickle
import signal
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from functools import partial
from pathlib import Path
from shutil import copytree
from threading import Event
from threading import enumerate as enumerate_threads

import pytest
from command_line import SAMPLE, installed, write_list
from dask_processes import Cluster, running_cluster
from work_elsewhere import killed_once, long, misread, refused, slowly

from small_house import KIND, MemoryStore, Silent, accept, new_store, rows
from vanbang import executing
from vanbang.adapters.executors import (
    ClusterLost,
    ClusterUnfit,
    ClusterUnreachable,
    DaskCluster,
    dask_connection,
    parcels,
)
from vanbang.adapters.files import csv_units
from vanbang.bootstrap import House, open_house
from vanbang.cli.engine import engine_of
from vanbang.core.errors import FormatError, RecordInvalid
from vanbang.notary import checking, placing, sealing, status_places
from vanbang.notary.sealing import check_tiles, seal
from vanbang.notary.workers import InProcess, WorkerLost, WorkerPool, in_order
from vanbang.ports import Batch, Upload

pytestmark = pytest.mark.slow
PATIENCE = 2.0
WORD = b"Nguyen Thi Anh Dao"
"""Of a record: it must not show in what a cluster says."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers, for all tests of this file that leave as many of them as they found."""
    with running_cluster(tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture(scope="module", params=["here", "processes", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Each kind of executor."""
    if request.param == "here":
        yield InProcess()
    elif request.param == "processes":
        with WorkerPool(2) as pool:
            yield pool
    else:
        with DaskCluster(request.getfixturevalue("cluster").address, 10.0) as dask:
            yield dask


def test_results_are_the_same(executor: Executor) -> None:
    """Units come back in their order, each with its result, megabytes as well as numbers."""
    assert list(in_order(executor, slowly, iter(range(12)))) == [(n, n * n) for n in range(12)]
    assert [len(data) for _, data in in_order(executor, bytes, iter([8_000_000] * 3))] == [8_000_000] * 3


def test_errors_of_the_work_come_back(executor: Executor) -> None:
    """An error of ours is raised where its unit's turn is, and the executor goes on."""
    assert isinstance(executor.submit(refused, WORD).exception(), RecordInvalid)
    with pytest.raises(RecordInvalid, match="a record of 18 bytes"):
        list(in_order(executor, refused, iter([WORD])))
    found = executor.submit(misread, WORD).exception()
    assert isinstance(found, FormatError)
    assert (found.where, found.reason) == ("row[3]", "18 bytes")
    assert executor.submit(len, WORD).result() == 18


def test_work_can_be_called_off(executor: Executor) -> None:
    """Who stops in the middle is not held up by work that nobody waits for."""
    results = in_order(executor, slowly, iter(range(100)), 4)
    assert next(results) == (0, 0)
    results.close()
    assert executor.submit(len, WORD).result(60) == 18


def test_what_a_cluster_says_has_nothing_of_the_work(cluster: Cluster) -> None:
    """Neither arguments, nor what is raised, nor what the work is, is in its log; they pass as one opaque function."""
    with DaskCluster(cluster.address) as dask:
        done = [dask.submit(refused, WORD), dask.submit(bytes.fromhex, WORD.hex()), dask.submit(int, WORD.decode())]
        wait(done)
        assert [type(future.exception()).__name__ for future in done] == ["RecordInvalid", "NoneType", "ValueError"]
    said = cluster.log.read_bytes()
    assert b"Nguyen" not in said
    assert b"refused" not in said


def test_other_code_on_a_worker(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster with another version of us is refused by name; a worker that comes later refuses the work itself."""
    with DaskCluster(cluster.address) as before, monkeypatch.context() as patch:
        before.check()
        patch.setattr(parcels, "version", lambda _: "9")
        parcels.about_us.cache_clear()
        with pytest.raises(ClusterUnfit, match=r"the worker tcp://.* has vanbang .* and here is vanbang 9 .*: install"):
            DaskCluster(cluster.address).check()
        with pytest.raises(ClusterUnfit, match=r"a worker of .* has vanbang .* and here is vanbang 9"):
            before.submit(len, WORD).result()
    parcels.about_us.cache_clear()


def test_a_worker_disappears_and_another_does_its_work(cluster: Cluster, tmp_path: Path) -> None:
    """A worker killed in the midst of its work is not missed as long as there is another."""
    cluster.start(1)
    with DaskCluster(cluster.address) as dask:
        until = time.monotonic() + 60
        while dask.processes < 3:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert dask.submit(killed_once, tmp_path / "mark").result(60) == "done"
        assert list(in_order(dask, slowly, iter(range(20)))) == [(n, n * n) for n in range(20)]
    cluster.workers = [worker for worker in cluster.workers if worker.poll() is None]
    assert len(cluster.workers) == 2


def started(dask: DaskCluster) -> list[Future[None]]:
    """Work that would go on for long, under way; from now on the cluster is not waited for for long."""
    under_way = [dask.submit(long, number) for number in range(3)]
    dask._patience = dask._connection._patience = PATIENCE
    time.sleep(0.3)
    assert not any(future.done() for future in under_way)
    return under_way


def sealed_root(folder: Path, batch: Batch, executor: Executor) -> bytes:
    """The root of the batch in a copy of the database."""
    store, objects = new_store(folder), MemoryStore()
    result = seal(store, objects, KIND, batch, 2, Silent(), executor)
    check_tiles(objects, result.root, result.tree_size)
    store._engine.dispose()
    return result.root


def test_a_list_is_sealed_alike(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the secrets and the places, a cluster makes the root that processes beside this one make."""
    monkeypatch.setattr(sealing, "WORTH_A_POOL", 0)
    monkeypatch.setattr(placing, "UNIT", 50)
    monkeypatch.setattr(status_places, "shuffled", iter)  # the places are the first that are free
    (tmp_path / "here").mkdir()
    store = new_store(tmp_path / "here")
    batch = accept(store, rows(600))
    store._engine.dispose()
    copytree(tmp_path / "here", tmp_path / "there")
    with WorkerPool(2) as pool, DaskCluster(cluster.address) as dask:
        assert sealed_root(tmp_path / "here", batch, pool) == sealed_root(tmp_path / "there", batch, dask)


def test_issuing_by_a_cluster(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`issue --executor dask://...` has rows looked at, leaves made and the root computed again by the cluster, and
    ends as without it."""
    monkeypatch.setattr(csv_units, "UNIT_TEXT", 20_000)
    for module in (sealing, checking):
        monkeypatch.setattr(module, "WORTH_A_POOL", 1)
    handed_in: list[str] = []
    submit = dask_connection.Connection.submit
    monkeypatch.setattr(
        dask_connection.Connection, "submit", lambda to, work: handed_in.append(name_in(work)) or submit(to, work)
    )
    vanbang = installed(tmp_path / "home", inside=True)
    write_list(tmp_path / "list.csv", 120, "cluster")
    place = cluster.address.replace("tcp", "dask")
    issued = vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code, "--executor", place, "--json")
    (batch,) = issued.json()["batches"]
    assert batch["rows"] == 120
    assert set(handed_in) >= {"examine", "commit_all", "root_again"}
    assert handed_in.count("examine") > 1
    assert vanbang.good("audit", "--database", "--json").json()["findings"] == []


def name_in(work: parcels.Parcel) -> str:
    """The name of the function in a parcel."""
    fn, _, _ = pickle.loads(work.content)  # noqa: S301 -- our own
    return str(getattr(fn, "func", fn).__name__)


def tried_again(dask: DaskCluster) -> list[tuple[int, int]]:
    """What comes of work as soon as it is not lost any more."""
    until = time.monotonic() + 90
    while True:
        try:
            return list(in_order(dask, slowly, iter([3])))
        except WorkerLost:
            assert time.monotonic() < until


def test_all_workers_disappear(cluster: Cluster) -> None:
    """Work ends as lost when nobody is left to do it, and the same executor goes on with new workers."""
    with DaskCluster(cluster.address) as dask:
        under_way = started(dask)
        cluster.kill_worker()
        cluster.kill_worker()
        reasons = {str(future.exception(60)) for future in under_way}
        assert reasons == {"the Dask cluster has no worker left"}
        with pytest.raises(WorkerLost, match=r"no worker that answers.*run it again"):
            list(in_order(dask, slowly, iter([1])))
        cluster.start(2)
        assert tried_again(dask) == [(3, 9)]


def test_the_scheduler_disappears(cluster: Cluster) -> None:
    """Work ends as lost at once when the scheduler is killed; the same executor goes on with the next one.
    No threads are left of those that were lost."""
    before = set(enumerate_threads())
    with DaskCluster(cluster.address) as dask:
        under_way = started(dask)
        cluster.kill_scheduler()
        for future in under_way:
            with pytest.raises(BrokenExecutor, match=r"scheduler (was lost|does not answer)"):  # whoever sees it first
                future.result(60)
        with pytest.raises(WorkerLost, match="no Dask scheduler answers"):
            list(in_order(dask, slowly, iter([1])))
        cluster.start(2)
        assert tried_again(dask) == [(3, 9)]
    until = time.monotonic() + 60
    while left := {"IO loop", "dask cluster"} & {thread.name for thread in set(enumerate_threads()) - before}:
        assert time.monotonic() < until, left
        time.sleep(0.02)


def test_an_engine_begins_before_its_cluster(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`vanbang worker` begins while no scheduler answers and says so in one line; a list that needs it waits as
    `worker_lost`, and the same engine has it checked when a scheduler is there."""
    cluster.kill_scheduler()
    monkeypatch.setattr(checking, "WORTH_A_POOL", 1)
    monkeypatch.setattr(executing, "DaskCluster", partial(DaskCluster, patience=0.5))
    monkeypatch.setattr(executing, "PAUSE", 0.2)
    vanbang, place = installed(tmp_path / "home", inside=True), cluster.address.replace("tcp", "dask")
    told = vanbang.good("worker", "--once", "--executor", place).err
    assert told.count("work that needs the cluster waits until it is there") == 1
    write_list(tmp_path / "list.csv", 20, "later")
    with open_house(vanbang.home, executor=place, is_service=True) as house:
        engine, now = engine_of(house, Event()), int(time.time())
        begun = house.uploads.begin(Upload("later", SAMPLE.iss, "test", now, "list.csv", b"s" * 32))
        house.uploads.take_part(begun, 1, (tmp_path / "list.csv").read_bytes())
        house.uploads.complete(begun, None, now)
        engine.step()
        assert house.store.troubles()["upload:later"].code == "worker_lost"
        cluster.start(2)
        until = time.monotonic() + 90
        while state_of(house, "later") == "RECEIVED":
            assert time.monotonic() < until
            engine.step()
            time.sleep(0.1)
        assert state_of(house, "later") == "ACCEPTED"


def state_of(house: House, upload: str) -> str:
    """How far an upload is."""
    found = house.store.upload(upload)
    assert found
    return found.state


def test_a_worker_that_says_nothing(cluster: Cluster) -> None:
    """A worker that hangs when the connection is made is not waited for for ever."""
    cluster.workers[0].send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(ClusterUnreachable, match="answers"):
            DaskCluster(cluster.address, PATIENCE).check()
    finally:
        cluster.workers[0].send_signal(signal.SIGCONT)


def test_a_scheduler_that_says_nothing(cluster: Cluster) -> None:
    """A scheduler that hangs, and closes no connection, is not waited for for ever, whatever it is asked."""
    with DaskCluster(cluster.address) as dask, DaskCluster(cluster.address) as idle:
        idle.check()
        idle._connection._patience = PATIENCE
        under_way = started(dask)
        assert cluster.scheduler is not None
        cluster.scheduler.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(BrokenExecutor, match="the Dask scheduler does not answer"):
                under_way[0].result(60)
            with pytest.raises(ClusterLost):
                _ = idle.processes
        finally:
            cluster.scheduler.send_signal(signal.SIGCONT)
