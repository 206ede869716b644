"""Every credential file of an institution, one after the other."""

import json
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Any

import pytest
from api_site import OTHER, Site, new_desk
from sqlalchemy import text

from small_house import KIND, accept, rows
from vanbang.adapters.objects import MemoryStore
from vanbang.core.credential import read_credential
from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.merkle import check_inclusion, leaf_hash
from vanbang.notary import exporting_many
from vanbang.notary.export_items import Exported, LeftOut
from vanbang.notary.exporting_many import (
    Export,
    Position,
    Selection,
    counted,
    position_of,
    proof_lines,
    selected,
    since_of,
    subject_of,
)
from vanbang.notary.proving import TileBroken
from vanbang.notary.publishing import credential_of
from vanbang.notary.sealing import tile_path
from vanbang.notary.workers import InProcess, WorkerLost, WorkerPool
from vanbang.ports import Batch, StoreError

FIRST, SECOND = 30, 7
ERASED, CHANGED = 3, 5
"""Records of the first batch that have no file."""


@dataclass
class Issued:
    """Two batches that are final, and one that is only accepted."""

    site: Site
    batches: list[Batch]

    def export(self, executor: Executor | None = None, objects: MemoryStore | None = None) -> Export:
        desk = self.site.desk
        more = {} if executor is None else {"executor": executor}
        return Export(self.site.store, objects or desk.objects, desk.keys, **more)

    def all(self, chosen: Selection | None = None, behind: Position | None = None) -> list[Exported | LeftOut]:
        return [item for unit in self.export().files(chosen or Selection(), behind) for item in unit]

    def one_by_one(self, batch: Batch, but: Sequence[int] = ()) -> list[bytes]:
        jwk, store = self.site.desk.keys.es256("shb/credential"), self.site.store
        records = [record for number, record in enumerate(store.records(batch.id)) if number not in but]
        return [credential_of(self.site.desk.objects, KIND, batch, item, jwk).to_bytes() for item in records]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        desk, store, chain, clock = new_desk(tmp_path_factory.mktemp("exported"))
    site = Site(desk, store, chain, clock, None)  # type: ignore[arg-type]
    given = rows(FIRST + SECOND + 4)
    lists = (given[:FIRST], given[FIRST : FIRST + SECOND], given[FIRST + SECOND :])
    first, second, third = (accept(store, some, str(number)) for number, some in enumerate(lists))
    made = Issued(site, [site.finish(first), site.finish(second), third])
    records = list(store.records(first.id))
    store.erase(records[ERASED].id, 1)
    with store._engine.begin() as connection:
        change = text("UPDATE record SET ciphertext = :other WHERE id = :id")
        connection.execute(change, {"other": records[0].ciphertext, "id": records[CHANGED].id})
    return made


def files_of(items: Sequence[Exported | LeftOut]) -> list[bytes]:
    return [item.data for item in items if isinstance(item, Exported)]


def test_the_files_are_those_of_single_export(issued: Issued) -> None:
    """Byte for byte what is exported one by one, in the order the records came; and each leads to its batch's root."""
    first, second, _ = issued.batches
    files = files_of(issued.all())
    expected = {
        first.id: issued.one_by_one(first, (ERASED, CHANGED)),
        second.id: issued.one_by_one(second),
    }
    assert files == [data for batch in selected(issued.site.store, Selection()) for data in expected.get(batch.id, [])]
    for data in files:
        file = read_credential(data)
        proof = file.proof
        assert proof is not None
        leaf, told = leaf_hash(file.payload_bytes), proof.manifest
        check_inclusion(leaf, proof.leaf_index, told.tree_size, proof.path, told.root)


def test_what_has_no_file_is_told(issued: Issued) -> None:
    """An erased record, one that was changed in the database, and a batch that is not endorsed: by id and reason."""
    first, _, third = issued.batches
    keys = [record.key.hex() for record in issued.site.store.records(first.id)]
    left_out = {item for item in issued.all() if isinstance(item, LeftOut)}
    assert left_out == {
        LeftOut(first.id, keys[ERASED], "erased"),
        LeftOut(first.id, keys[CHANGED], "damaged"),
        LeftOut(third.id, "", "not_endorsed", 4),
    }
    assert counted(issued.site.store, Selection()) == FIRST + SECOND + 4


def test_names_are_serial_numbers(issued: Issued) -> None:
    """A file is named by institution, type and serial number, and no two have the same name."""
    names = [item.name for item in issued.all() if isinstance(item, Exported)]
    assert len(set(names)) == len(names) == FIRST + SECOND - 2
    assert "SHB/vn-diploma/SHB260000001.vanbang.json" in names


def test_it_goes_on_behind_any_file(issued: Issued) -> None:
    """The position of a file is found by its manifest and leaf, and what is exported behind it is all that follows."""
    store, whole = issued.site.store, files_of(issued.all())
    for number in (0, 1, 11, len(whole) - 2, len(whole) - 1):
        proof = read_credential(whole[number]).proof
        assert proof is not None
        behind = position_of(store, Selection(), digest_of(proof.manifest_bytes), proof.leaf_index)
        assert behind is not None
        assert files_of(issued.all(behind=behind)) == whole[number + 1 :]
        assert position_of(store, Selection(iss=OTHER.iss), digest_of(proof.manifest_bytes), proof.leaf_index) is None
        assert position_of(store, Selection(), digest_of(proof.manifest_bytes), FIRST) is None
    assert position_of(store, Selection(), bytes(32), 0) is None


@pytest.mark.parametrize(
    ("chosen", "batches"),
    [
        (Selection(iss="https://songhong.edu.vn"), {0, 1, 2}),
        (Selection(iss=OTHER.iss), set()),
        (Selection(batch="0" * 32), set()),
        (Selection(since=2**40), {2}),
        (Selection(since=1), {0, 1, 2}),
    ],
)
def test_what_is_chosen(issued: Issued, chosen: Selection, batches: set[int]) -> None:
    """By institution, and by the day of sealing; what is not sealed yet is told whatever the day."""
    ids = {issued.batches[number].id for number in batches}
    assert {batch.id for batch in selected(issued.site.store, chosen)} == ids


def test_one_batch_and_one_list(issued: Issued) -> None:
    """A batch or a list alone; of another institution it is nothing."""
    store, (first, second, _) = issued.site.store, issued.batches
    for chosen in (Selection(batch=second.id), Selection(upload=second.upload)):
        assert [batch.id for batch in selected(store, chosen)] == [second.id]
        assert files_of(issued.all(chosen)) == issued.one_by_one(second)
    assert not list(selected(store, Selection(iss=OTHER.iss, batch=first.id)))
    assert issued.all(Selection(iss=OTHER.iss)) == []
    subjects = (subject_of(store, Selection(batch="b")), subject_of(store, Selection(upload="u")))
    assert subjects == ("batch/b", "upload/u")
    assert subject_of(store, Selection()) == "issuers"
    assert subject_of(store, Selection(iss=first.iss)) == "issuer/SHB"


class Spoilt(MemoryStore):
    """The files of another store, one of them changed."""

    def __init__(self, real: Any, path: str) -> None:
        super().__init__()
        self._real, self._path = real, path

    def get(self, path: str) -> bytes | None:
        data: bytes | None = self._real.get(path)
        return data[::-1] if data is not None and path == self._path else data


def test_a_damaged_tile_ends_it_by_name(issued: Issued) -> None:
    """What a damaged tile would have to prove is not handed out; the error says which one it is."""
    second = issued.batches[1]
    path = tile_path(second.root or b"", 0, 0)
    units = issued.export(objects=Spoilt(issued.site.desk.objects, path)).files(Selection(batch=second.id))
    with pytest.raises(TileBroken, match=path):
        next(units)


@pytest.mark.parametrize(("column", "value"), [("vct", "urn:x"), ("manifest", b"{}"), ("manifest", b"")])
def test_a_batch_that_somebody_spoilt(issued: Issued, column: str, value: object) -> None:
    """What somebody made of its type or its manifest is told, and the others go out."""
    second, store = issued.batches[1], issued.site.store
    change = text("UPDATE batch SET vct = :vct, manifest = :manifest WHERE id = :id")
    right = {"id": second.id, "vct": second.vct, "manifest": second.manifest}
    with store._engine.begin() as connection:
        connection.execute(change, right | {column: value})
    found, items = store.batch(second.id), issued.all()
    with store._engine.begin() as connection:
        connection.execute(change, right)
    assert LeftOut(second.id, "", "damaged", SECOND) in items
    assert len([item for item in items if isinstance(item, Exported)]) == FIRST - 2
    if column == "manifest":
        assert found
        with pytest.raises(StoreError, match=f"{second.id}.*manifest"):
            next(proof_lines(issued.site.desk.objects, found))


class Losing(InProcess):
    """Worker processes that are killed at work of these numbers, or at any if there are none."""

    def __init__(self, *numbers: int) -> None:
        self.submitted, self._numbers = 0, numbers

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.submitted += 1
        if self._numbers and self.submitted not in self._numbers:
            return super().submit(fn, *args, **kwargs)
        lost: Future[Any] = Future()
        lost.set_exception(BrokenExecutor("killed"))
        return lost


def test_a_lost_worker_costs_time_only(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers lost again and again: as long as there is headway, every file comes once and in its place."""
    monkeypatch.setattr(exporting_many, "WORTH_A_POOL", 0)
    monkeypatch.setattr(exporting_many, "UNIT", 4)
    items = [item for unit in issued.export(Losing(1, 2, 4, 6, 7, 11)).files(Selection()) for item in unit]
    assert items == issued.all()


def test_workers_that_are_always_lost_are_told(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost three times with no file made, it is an error that says so."""
    monkeypatch.setattr(exporting_many, "WORTH_A_POOL", 0)
    executor = Losing()
    with pytest.raises(WorkerLost):
        next(issued.export(executor).files(Selection(batch=issued.batches[1].id)))
    assert executor.submitted == 3


def test_large_records_make_small_units(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit is closed when its ciphertexts are large, however few."""
    monkeypatch.setattr(exporting_many, "UNIT_BYTES", 1)
    units = list(issued.export().files(Selection(batch=issued.batches[1].id)))
    assert [len(unit) for unit in units] == [1] * SECOND


def test_the_proofs_alone(issued: Issued) -> None:
    """A line a leaf, in order, which leads to the root."""
    batch = issued.batches[0]
    pieces = list(proof_lines(issued.site.desk.objects, batch))
    lines = [json.loads(line) for data, _ in pieces for line in data.splitlines()]
    assert sum(number for _, number in pieces) == len(lines) == FIRST
    for index, line in enumerate(lines):
        assert list(line) == ["leaf", "leaf_index", "path", "root", "tree_size"]
        path = [bytes.fromhex(digest) for digest in line["path"]]
        assert (line["leaf_index"], line["root"], line["tree_size"]) == (index, (batch.root or b"").hex(), FIRST)
        check_inclusion(bytes.fromhex(line["leaf"]), index, FIRST, path, batch.root or b"")


class Growing:
    """A store to which its institutions came while the first batches were being read."""

    def __init__(self, store: Any) -> None:
        self._store, self._read = store, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def batches_page(self, **chosen: Any) -> Any:
        self._read = True
        return self._store.batches_page(**chosen)

    def institutions(self) -> Any:
        return self._store.institutions() if self._read else []


def test_an_institution_may_come_meanwhile(issued: Issued) -> None:
    """What is issued while an export is under way goes out with it, though its institution is new."""
    desk = issued.site.desk
    export = Export(Growing(issued.site.store), desk.objects, desk.keys)  # type: ignore[arg-type]
    assert [item for unit in export.files(Selection()) for item in unit] == issued.all()


def test_a_place_that_the_tree_does_not_have(issued: Issued) -> None:
    """A record whose place was changed to such a one is told as damaged, and all others go out."""
    second = issued.batches[1]
    record = next(iter(issued.site.store.records(second.id)))
    change = text("UPDATE leaf SET leaf_index = :index WHERE record = :id")
    for index in (SECOND, 10**6, -1, record.leaf_index):
        with issued.site.store._engine.begin() as connection:
            connection.execute(change, {"index": index, "id": record.id})
        items = issued.all(Selection(batch=second.id))
        left_out = [item for item in items if isinstance(item, LeftOut)]
        is_right = index == record.leaf_index
        assert left_out == ([] if is_right else [LeftOut(second.id, record.key.hex(), "damaged")]), index
        assert len(items) == SECOND


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record SET ciphertext = x'' WHERE id = :id",
        "UPDATE record SET ciphertext = CAST(x'ff' AS TEXT) WHERE id = :id",
        "UPDATE record SET ciphertext = 7 WHERE id = :id",
        "UPDATE record SET secret = 'text' WHERE id = :id",
        "UPDATE record SET secret = 7 WHERE id = :id",
        "UPDATE leaf SET leaf_index = 'text' WHERE record = :id",
    ],
)
def test_whatever_stands_instead_of_a_record(issued: Issued, change: str) -> None:
    """Nothing, text, a number, or text that is none where bytes were, or text where a number was: it is told as
    damaged, and all others go out."""
    second = issued.batches[1]
    record = next(iter(issued.site.store.records(second.id)))
    with issued.site.store._engine.begin() as connection:
        connection.execute(text(change), {"id": record.id})
    items = issued.all(Selection(batch=second.id))
    with issued.site.store._engine.begin() as connection:
        back = text("UPDATE record SET ciphertext = :ciphertext, secret = :secret WHERE id = :id")
        connection.execute(back, {"ciphertext": record.ciphertext, "secret": record.secret, "id": record.id})
        back = text("UPDATE leaf SET leaf_index = :leaf WHERE record = :id")
        connection.execute(back, {"leaf": record.leaf_index, "id": record.id})
    assert [item for item in items if isinstance(item, LeftOut)] == [LeftOut(second.id, record.key.hex(), "damaged")]
    assert len(items) == SECOND


def test_a_day_begins_at_midnight() -> None:
    """A day is its first second in UTC; what is no day is refused."""
    assert since_of("2026-06-01", "--since") == 1_780_272_000
    for wrong in ("2026-02-30", "1/6/2026", "2026-6-1", ""):
        with pytest.raises(FormatError, match="--since"):
            since_of(wrong, "--since")


@pytest.mark.slow
def test_worker_processes_make_the_same(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """In two processes and units of three, the same files come in the same order; who stops early leaves nothing."""
    monkeypatch.setattr(exporting_many, "WORTH_A_POOL", 0)
    monkeypatch.setattr(exporting_many, "UNIT", 3)
    with WorkerPool(2) as pool:
        units: Iterator[Sequence[Exported | LeftOut]] = issued.export(pool).files(Selection())
        assert [item for unit in units for item in unit if isinstance(item, Exported)] == [
            item for item in issued.all() if isinstance(item, Exported)
        ]
        units = issued.export(pool).files(Selection())
        next(units)
        units.close()
        assert pool.submit(max, 1, 2).result() == 2
