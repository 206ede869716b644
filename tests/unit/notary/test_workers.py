"""Sealing in worker processes, and what keeps the sealed records until the store takes them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from small_house import KIND, MemoryStore, accept, new_store, rows
from vanbang.adapters.sql import SqlStore
from vanbang.core.merkle import leaf_hash
from vanbang.core.payload import StatusPlace
from vanbang.notary import sealing, shelf
from vanbang.notary.committing import commit_record
from vanbang.notary.records import decrypt_record
from vanbang.notary.sealing import check_tiles, seal, tile_path
from vanbang.notary.shelf import Shelf, Subtree
from vanbang.notary.workers import InProcess, WorkerLost, WorkerPool
from vanbang.ports import SealedBatch, StoreError

SUBTREE, UNIT, COUNT = 256, 64, 600


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Two worker processes for all tests here."""
    with WorkerPool(2) as workers:
        yield workers


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subtrees of 256 records in units of 64, worked on by whatever executor is given, kept in a temporary file."""
    monkeypatch.setattr(sealing, "UNIT", UNIT)
    monkeypatch.setattr(sealing, "SUBTREE_LEAVES", SUBTREE)
    monkeypatch.setattr(shelf, "SUBTREE_LEAVES", SUBTREE)
    monkeypatch.setattr(sealing, "WORTH_A_POOL", 0)


def leaves_of(objects: MemoryStore, result: SealedBatch) -> list[bytes]:
    tiles = [objects.get(tile_path(result.root, 0, number)) or b"" for number in range(-(-result.tree_size // 256))]
    data = b"".join(tiles)
    return [data[i : i + 32] for i in range(0, len(data), 32)]


def check_sealed(store: SqlStore, objects: MemoryStore, result: SealedBatch) -> None:
    """Each subtree ascends, and every record leads to its leaf with what is stored of it."""
    leaves = leaves_of(objects, result)
    for first in range(0, result.tree_size, SUBTREE):
        assert leaves[first : first + SUBTREE] == sorted(leaves[first : first + SUBTREE])
    assert leaves != sorted(leaves)
    check_tiles(objects, result.root, result.tree_size)
    batch = store.batches("SEALED")[0]
    for record in store.records(batch.id):
        place = StatusPlace(record.list_uri or "", record.list_index or 0)
        made = commit_record(KIND, batch.iss, decrypt_record(KIND, record), record.secret, place)
        assert leaves[record.leaf_index or 0] == leaf_hash(made.payload)


@pytest.mark.slow
@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize("where", ["here", "in other processes"])
def test_sealing_is_the_same_wherever_it_is_done(tmp_path: Path, pool: WorkerPool, where: str) -> None:
    """Records come out in the same order of the same tree, and progress counts units in their order."""
    store, objects, seen = new_store(tmp_path), MemoryStore(), list[int]()
    batch = accept(store, rows(COUNT))
    result = seal(store, objects, KIND, batch, 2, seen.append, pool if where != "here" else None)
    assert seen == [*range(UNIT, COUNT, UNIT), COUNT]
    assert result.tree_size == COUNT
    check_sealed(store, objects, result)


@pytest.mark.slow
@pytest.mark.usefixtures("small_units")
def test_a_worker_that_is_killed(tmp_path: Path, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost worker leaves the batch as it was; sealed again, with the same pool, the batch is whole."""
    store, objects = new_store(tmp_path), MemoryStore()
    batch = accept(store, rows(COUNT))
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "commit_all", os._exit)
        patch.setattr(sealing, "_work", lambda *_: 9)
        with pytest.raises(WorkerLost, match="killed"):
            seal(store, objects, KIND, batch, 2, lambda _: None, pool)
    assert store.batches() == [batch]
    assert all(record.leaf_index is None for record in store.records(batch.id))
    check_sealed(store, objects, seal(store, objects, KIND, batch, 3, lambda _: None, pool))


@pytest.mark.slow
def test_workers_load_little() -> None:
    """A worker process has neither the libraries of a chain nor a database."""
    # In a process of its own: the server that workers are forked from is one for the whole process, whoever began it.
    asked = "import sys; from vanbang.notary.workers import WorkerPool; pool = WorkerPool(1)"
    told = "print(*pool.submit(eval, \"list(__import__('sys').modules)\").result()); pool.shutdown()"
    done = subprocess.run([sys.executable, "-c", f"{asked}; {told}"], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "vanbang.notary.committing" in loaded
    assert not loaded & {"web3", "eth_tester", "sqlalchemy", "fastapi", "requests"}


def test_a_small_batch_stays_here(tmp_path: Path) -> None:
    """The executor of an installation is not asked for a batch that is done before its processes have started."""

    class Refusing(InProcess):
        def submit(self, *_args: object, **_kwargs: object) -> None:  # type: ignore[override]
            raise AssertionError("asked")

    store = new_store(tmp_path)
    batch = accept(store, rows(3))
    assert seal(store, MemoryStore(), KIND, batch, 2, lambda _: None, Refusing()).tree_size == 3


def test_work_done_in_process_raises_at_its_result() -> None:
    """The in-process executor keeps an error in the future, as others do."""
    future = InProcess().submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


def test_a_pool_without_work_starts_no_processes() -> None:
    """Opening and closing an installation costs nothing."""
    with WorkerPool(2) as workers:
        assert workers._pool is None


class Full(BytesIO):
    """A file on a disk without room."""

    def writelines(self, lines: object) -> None:
        raise OSError(28, "No space left on device")


def one_record() -> Subtree:
    return Subtree([1], [StatusPlace("u", 0)], [b"l" * 32], [b"s" * 32], [b"ciphertext"])


def test_no_room_for_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is an error that says what to do."""
    monkeypatch.setattr(shelf, "TemporaryFile", lambda buffering: Full())
    monkeypatch.setattr(shelf, "SUBTREE_LEAVES", 0)
    with Shelf(1) as kept, pytest.raises(StoreError, match="TMPDIR"):
        kept.add(one_record())


def test_a_temporary_file_that_lost_a_part() -> None:
    """A ciphertext that does not come back whole is not stored."""
    with Shelf(1) as kept:
        kept.add(one_record())
        kept._ciphertexts.truncate(3)
        with pytest.raises(StoreError, match="lost a part"):
            list(kept.records())
