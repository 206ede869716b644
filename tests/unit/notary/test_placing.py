"""Placing: subtree after subtree, in workers that may be lost and a process that may be killed at any moment."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from killing import Crash, DiesAt
from small_house import KIND, MemoryStore, Silent, accept, new_store, rows
from vanbang.adapters.sql import SqlStore
from vanbang.adapters.sql import placing as sql_placing
from vanbang.core.merkle import digests_in, leaf_hash
from vanbang.core.payload import StatusPlace
from vanbang.notary import placing, sealing, status_places
from vanbang.notary.committing import commit_record
from vanbang.notary.placing import TRIES, place_all
from vanbang.notary.records import decrypt_record
from vanbang.notary.sealing import check_tiles, seal, tile_path
from vanbang.notary.workers import InProcess, WorkerLost, WorkerPool
from vanbang.ports import Batch, Conflict, SealedBatch, Unsealed

SUBTREE, UNIT, COUNT = 64, 24, 150
"""Two subtrees of 64 records and one of 22, in parts of 22 and 20, or 24."""


@pytest.fixture(autouse=True)
def small_subtrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subtrees of 64 records, worked on by whatever executor is given."""
    monkeypatch.setattr(placing, "UNIT", UNIT)
    for module in (placing, sql_placing):
        monkeypatch.setattr(module, "SUBTREE_LEAVES", SUBTREE)
    monkeypatch.setattr(sealing, "WORTH_A_POOL", 0)


@pytest.fixture
def places_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Free places from the first on: then two runs can be compared."""
    monkeypatch.setattr(status_places, "shuffled", iter)


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database holds an accepted batch."""
    folder = tmp_path_factory.mktemp("accepted")
    accept(new_store(folder), rows(COUNT))
    return folder


@pytest.fixture
def again(accepted: Path, tmp_path: Path) -> Callable[[str], SqlStore]:
    """Gives a copy of that database, secrets and all."""

    def copy(name: str) -> SqlStore:
        (tmp_path / name).mkdir()
        with (
            sqlite3.connect(accepted / "vanbang.sqlite") as old,
            sqlite3.connect(tmp_path / name / "vanbang.sqlite") as new,
        ):
            old.backup(new)
        return new_store(tmp_path / name)

    return copy


class Seen(Silent):
    """Writes down how far it was."""

    def __init__(self) -> None:
        self.numbers: list[int | str] = []

    def stage(self, name: str) -> None:
        self.numbers.append(name)

    def done(self, number: int, of: int = 0) -> None:
        assert of == COUNT
        self.numbers.append(number)


def leaves_of(objects: MemoryStore, result: SealedBatch) -> list[bytes]:
    return digests_in(b"".join(objects.get(tile_path(result.root, 0, n)) or b"" for n in range(-(-COUNT // 256))))


def check_sealed(store: SqlStore, objects: MemoryStore, result: SealedBatch) -> None:
    """Each subtree ascends, every record leads to its leaf with what is stored of it, and its place is taken."""
    leaves = leaves_of(objects, result)
    for first in range(0, COUNT, SUBTREE):
        assert leaves[first : first + SUBTREE] == sorted(leaves[first : first + SUBTREE])
    check_tiles(objects, result.root, result.tree_size)
    (batch,) = store.batches("SEALED")
    records = list(store.records(batch.id))
    assert sorted(record.leaf_index or 0 for record in records) == list(range(COUNT))
    places = {(record.list_uri, record.list_index) for record in records}
    assert len(places) == COUNT
    (status_list, taken), *_ = store.status_lists(batch.iss)
    assert sum(byte.bit_count() for byte in taken) == COUNT
    for number, record in enumerate(records):
        assert record.list_uri == status_list.uri
        assert (record.leaf_index or 0) // SUBTREE == number // SUBTREE
        place = StatusPlace(status_list.uri, record.list_index or 0)
        made = commit_record(KIND, batch.iss, decrypt_record(KIND, record), record.secret, place)
        assert leaves[record.leaf_index or 0] == leaf_hash(made.payload)
    assert list(store.placed(batch.id)) == []


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Two worker processes for all tests here."""
    with WorkerPool(2) as workers:
        yield workers


@pytest.mark.slow
@pytest.mark.usefixtures("places_in_order")
def test_sealing_is_the_same_wherever_it_is_done(again: Callable[[str], SqlStore], pool: WorkerPool) -> None:
    """In this process and in others the same places give the same tree, and progress counts units in their order."""
    results, seen = [], [Seen(), Seen()]
    for number, executor in enumerate([None, pool]):
        store, objects = again(str(number)), MemoryStore()
        (batch,) = store.batches()
        results.append(seal(store, objects, KIND, batch, 2, seen[number], executor))
        check_sealed(store, objects, results[number])
    assert results[0] == results[1]
    assert seen[0].numbers == [0, 22, 44, 64, 86, 108, 128, 150, "publishing", 64, 128, 150]
    assert seen[1].numbers == [0, 16, 32, 48, 64, 80, 96, 112, 128, 139, 150, "publishing", 64, 128, 150]


@pytest.mark.usefixtures("places_in_order")
def test_killed_between_any_two_calls(again: Callable[[str], SqlStore]) -> None:
    """Gone before any call of the store, sealing ends in the same tree as if nothing had happened, and nothing is
    placed twice; what is half sealed can be neither found nor erased."""
    whole, objects = again("whole"), MemoryStore()
    (batch,) = whole.batches()
    expected = seal(whole, objects, KIND, batch, 2, Silent())
    store, found, left = again("killed"), MemoryStore(), 0
    while True:
        dying: Any = DiesAt(store, left)
        try:
            result = seal(dying, found, KIND, batch, 2, Silent())
            break
        except Crash:
            left += 1
        (some, *_) = store.records(batch.id)
        assert (store.find(some.key), some.leaf_index) == (None, None)
        with pytest.raises(Conflict):
            store.erase(some.id, 3)
    assert left > 4
    assert result == expected
    check_sealed(store, found, result)


@pytest.mark.slow
@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("call", ["add_status_list", "place 1", "place 2", "place 3", "seal"])
@pytest.mark.usefixtures("places_in_order")
def test_killed_while_it_writes(again: Callable[[str], SqlStore], call: str, persisted: bool) -> None:
    """Whether a write arrived or not when the process was gone: run again, it ends in the same tree."""
    whole = again("whole")
    (batch,) = whole.batches()
    expected = seal(whole, MemoryStore(), KIND, batch, 2, Silent())
    store, objects = again("killed"), MemoryStore()
    dying: Any = DiesIn(store, call, persisted)
    with pytest.raises(Crash):
        seal(dying, objects, KIND, batch, 2, Silent())
    if call == "seal" and persisted:
        assert [item.state for item in store.batches()] == ["SEALED"]
        return
    result = seal(store, objects, KIND, batch, 2, Silent())
    assert result == expected
    check_sealed(store, objects, result)


class DiesIn:
    """A store that is gone in one of its calls: `place 2` is the second one of that name."""

    def __init__(self, store: SqlStore, call: str, persisted: bool) -> None:
        self._store, (self._name, *number) = store, call.split()
        self._left, self._persisted = int(number[0]) if number else 1, persisted

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if name != self._name:
            return value
        self._left -= 1
        return value if self._left else self._die

    def _die(self, *arguments: Any, **options: Any) -> None:
        if self._persisted:
            getattr(self._store, self._name)(*arguments, **options)
        raise Crash


class Losing(InProcess):
    """An executor whose workers are lost with these of the units it is given."""

    processes = 1

    def __init__(self, *lost: int) -> None:
        self.lost, self.given = lost, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.given += 1
        if self.given in self.lost:
            raise BrokenExecutor
        return super().submit(fn, *args, **kwargs)


@pytest.mark.parametrize(
    ("lost", "given"),
    [((2,), 9), ((1, 2), 9), ((4, 6), 10), ((1, 2, 6, 7, 11, 12), 13)],
)
def test_lost_workers(again: Callable[[str], SqlStore], lost: tuple[int, ...], given: int) -> None:
    """Sealing goes on behind the last stored subtree by itself, as often as it gets on in between."""
    store, objects, worker = again("lost"), MemoryStore(), Losing(*lost)
    (batch,) = store.batches()
    place_all(store, batch, worker, Silent())
    assert worker.given == given
    check_sealed(store, objects, seal(store, objects, KIND, batch, 2, Silent()))


def test_workers_that_are_always_lost(again: Callable[[str], SqlStore]) -> None:
    """Without headway it ends after three times, keeps what it has, and can be run again."""
    store, objects, worker = again("lost"), MemoryStore(), Losing(*range(5, 40))
    (batch,) = store.batches()
    with pytest.raises(WorkerLost, match="killed"):
        seal(store, objects, KIND, batch, 2, Silent(), worker)
    assert worker.given == 4 + TRIES
    assert len(list(store.placed(batch.id))) == 1
    assert store.batches() == [batch]
    check_sealed(store, objects, seal(store, objects, KIND, batch, 2, Silent()))


def test_workers_lost_in_the_end(again: Callable[[str], SqlStore]) -> None:
    """When workers are lost while the root is computed again, it is done here."""
    store, worker = again("end"), Losing(8)
    (batch,) = store.batches()
    objects = MemoryStore()
    check_sealed(store, objects, seal(store, objects, KIND, batch, 2, Silent(), worker))
    assert worker.given == 8


def test_a_cluster_without_workers_for_a_moment(again: Callable[[str], SqlStore]) -> None:
    """An executor that has no worker just now gets its units all the same, and does them when it has one again."""
    store, worker = again("none"), Losing()
    worker.processes = 0
    assert seal(store, MemoryStore(), KIND, store.batches()[0], 2, Silent(), worker).tree_size == COUNT
    assert worker.given > 0


def test_a_small_batch_stays_here(monkeypatch: pytest.MonkeyPatch, again: Callable[[str], SqlStore]) -> None:
    """The executor of an installation is not asked for a batch that is done before its processes have started."""
    monkeypatch.setattr(sealing, "WORTH_A_POOL", COUNT + 1)
    store, worker = again("small"), Losing()
    assert seal(store, MemoryStore(), KIND, store.batches()[0], 2, Silent(), worker).tree_size == COUNT
    assert worker.given == 0


def test_two_at_once(again: Callable[[str], SqlStore]) -> None:
    """Of two that work on one batch, against all leases, one is told; the batch is placed once."""
    store, objects = again("two"), MemoryStore()
    (batch,) = store.batches()

    class Overtaking(Silent):
        def done(self, number: int, of: int = 0) -> None:
            if number == SUBTREE:
                place_all(store, batch, InProcess(), Silent())

    with pytest.raises(Conflict):
        place_all(store, batch, InProcess(), Overtaking())
    check_sealed(store, objects, seal(store, objects, KIND, batch, 2, Silent()))


class Missing:
    """A store whose records end too soon."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def unsealed(self, batch_id: str, behind: int = 0) -> Iterator[Unsealed]:
        return iter([record for record in self._store.unsealed(batch_id, behind) if record.id < 100])


def test_records_that_are_gone(again: Callable[[str], SqlStore]) -> None:
    """A batch some of whose records are gone is not sealed, and told as what it is."""
    store: Any = Missing(again("missing"))
    (batch,) = store.batches()
    with pytest.raises(Conflict, match="150 records were accepted, and 99 are there"):
        seal(store, MemoryStore(), KIND, batch, 2, Silent())
    assert store.batches() == [batch]


@pytest.mark.parametrize(
    ("size", "workers", "parts"),
    [(150, 1, [22, 22, 22, 22, 22, 22, 18]), (48, 2, [24, 24]), (49, 2, [13, 13, 13, 10]), (3, 2, [2, 1]), (1, 2, [1])],
)
def test_parts_are_even(batch_record: Unsealed, size: int, workers: int, parts: list[int]) -> None:
    """No worker waits for another's large part; none gets more than it can hold."""
    made = list(placing._parts(iter([batch_record] * 200), size, workers))
    assert [len(part) for part in made] == parts


@pytest.fixture
def batch_record(accepted: Path) -> Unsealed:
    store = new_store(accepted)
    return next(store.unsealed(store.batches()[0].id))


def test_large_records_travel_in_small_parts(batch_record: Unsealed) -> None:
    """Records with attachments are cut by their bytes."""
    large = batch_record._replace(ciphertext=bytes(placing.UNIT_BYTES // 2))
    assert [len(part) for part in placing._parts(iter([large] * 9), 5, 1)] == [2, 2, 1]


def test_the_batch_may_be_in_any_database_of_ours(again: Callable[[str], SqlStore]) -> None:
    """A batch that is not there, or not accepted, is a conflict before anything is stored."""
    store = again("other")
    (batch,) = store.batches()
    other: Batch = replace(batch, id="0" * 32)
    with pytest.raises(Conflict):
        place_all(store, other, InProcess(), Silent())
    assert list(store.placed(batch.id)) == []
