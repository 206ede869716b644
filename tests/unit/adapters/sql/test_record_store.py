"""The record store's contract, on a SQLite file."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from small_house import INSTITUTION, KIND, accept, new_store, rows
from vanbang.adapters.sql import SqlRecordStore, open_database
from vanbang.core.status import StatusList
from vanbang.ports import (
    Attempt,
    Batch,
    Call,
    Conflict,
    Institution,
    NewRecord,
    Receipt,
    SealedBatch,
    SealedRecord,
    StoredRoot,
    StoreError,
    Transaction,
)

URI = f"{INSTITUTION.iss}/status/0"
BATCH = Batch("b1", INSTITUTION.iss, KIND.vct, "ACCEPTED", "key", sha256(b"body").digest(), 1_781_900_000, 0)


def record(word: str) -> NewRecord:
    return NewRecord(sha256(word.encode()).digest(), bytes(32), word.encode() * 9)


def sealed(ids: list[int], first: int = 0) -> list[SealedRecord]:
    return [SealedRecord(number, b"s" * 32, b"c", URI, 100 + first + i, first + i) for i, number in enumerate(ids)]


@pytest.fixture
def store(tmp_path: Path) -> SqlRecordStore:
    return new_store(tmp_path)


@pytest.fixture
def batch(store: SqlRecordStore) -> Batch:
    """An accepted batch of three, and a status list."""
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    return store.accept(BATCH, map(record, "abc"))


@pytest.fixture
def ids(store: SqlRecordStore, batch: Batch) -> list[int]:
    return [item.id for item in store.records(batch.id)]


def seal(store: SqlRecordStore, batch: Batch, records: list[SealedRecord], root: bytes = b"r" * 32) -> None:
    store.seal(SealedBatch(batch.id, 1_781_900_100, root, 3, b"t" * 32), records, {URI: b"\xff" + bytes(16_383)})


def test_accepting_again(store: SqlRecordStore, batch: Batch) -> None:
    """The same key and body give the stored batch, also to a store opened anew; another body is a conflict."""
    assert (batch.rows, batch.state) == (3, "ACCEPTED")
    assert store.accept(replace(BATCH, id="b2"), iter(())) == batch
    with pytest.raises(Conflict):
        store.accept(replace(BATCH, id="b3", body_sha256=bytes(32)), map(record, "x"))
    assert store.batches() == [batch]
    assert [item.ciphertext for item in store.records("b1")] == [b"a" * 9, b"b" * 9, b"c" * 9]


def test_records_that_raise_half_way(store: SqlRecordStore) -> None:
    """When the records end in an error, nothing of the batch is stored, and it can be accepted afterwards."""

    def broken() -> Iterator[NewRecord]:
        for number in range(2_500):
            yield record(str(number))
        raise KeyError("half-way")

    with pytest.raises(KeyError):
        store.accept(BATCH, broken())
    assert store.batches() == []
    assert list(store.records("b1")) == []
    assert store.accept(BATCH, map(record, "ab")).rows == 2


def test_institutions(store: SqlRecordStore) -> None:
    """They come by code; a second one with the same iss, code or slug is a conflict."""
    other = Institution("https://b.example", "AAA", "B", "b", "C", "D")
    store.add_institution(other)
    assert store.institutions() == [other, INSTITUTION]
    fresh = {"iss": "x", "code": "y", "slug": "z"}
    for name in fresh:
        with pytest.raises(Conflict):
            store.add_institution(replace(INSTITUTION, **fresh | {name: getattr(other, name)}))


def test_sealing(store: SqlRecordStore, batch: Batch, ids: list[int]) -> None:
    """Sealing stores batch, records and places at once; what is sealed is found by its key and never sealed again."""
    assert store.issued([record("a").key]) == set()
    seal(store, batch, sealed(ids))
    done = store.batch(batch.id)
    assert done
    assert (done.state, done.root, done.tree_size) == ("SEALED", b"r" * 32, 3)
    assert store.issued([record(word).key for word in "abcd"]) == {record(word).key for word in "abc"}
    found = store.find(record("b").key)
    assert found
    assert (found.id, found.list_uri, found.list_index, found.leaf_index) == (ids[1], URI, 101, 1)
    assert store.find(record("z").key) is None
    assert [taken[0] for _, taken in store.status_lists(INSTITUTION.iss)] == [0xFF]
    with pytest.raises(Conflict):
        seal(store, batch, sealed(ids))


@pytest.mark.parametrize("clash", ["key", "place", "root"])
def test_sealing_is_all_or_nothing(store: SqlRecordStore, batch: Batch, ids: list[int], clash: str) -> None:
    """A record sealed before, a place or a root taken: the whole batch stays as it was."""
    seal(store, batch, sealed(ids))
    words = "xyc" if clash == "key" else "xyz"
    second = store.accept(replace(BATCH, id="b2", idempotency_key="k2"), map(record, words))
    others = [item.id for item in store.records("b2")]
    first = 2 if clash == "place" else 3
    root = b"r" * 32 if clash == "root" else b"q" * 32
    with pytest.raises(Conflict):
        seal(store, second, sealed(others, first), root)
    assert store.batch("b2") == second
    assert all(item.leaf_index is None and item.secret == bytes(32) for item in store.records("b2"))
    assert store.issued([record("x").key]) == set()


def test_places_taken_at_the_same_time(store: SqlRecordStore, batch: Batch, ids: list[int]) -> None:
    """Two batches that chose their places from the same bitmap both keep theirs marked as taken."""
    second = store.accept(replace(BATCH, id="b2", idempotency_key="k2"), map(record, "xyz"))
    others = [item.id for item in store.records("b2")]
    result = SealedBatch("b1", 1, b"r" * 32, 3, b"t" * 32)
    store.seal(result, sealed(ids), {URI: b"\x07" + bytes(16_383)})
    store.seal(replace(result, batch_id=second.id, root=b"q" * 32), sealed(others, 3), {URI: b"\x38" + bytes(16_383)})
    assert store.status_lists(INSTITUTION.iss)[0][1][0] == 0x3F


def test_states(store: SqlRecordStore, batch: Batch, ids: list[int]) -> None:
    """A batch is endorsed only from SEALED, and marked with its transaction and block."""
    with pytest.raises(Conflict):
        store.endorse(batch.id, b"m", b"e", 99, b"s" * 65)
    seal(store, batch, sealed(ids))
    store.endorse(batch.id, b"m", b"e", 99, b"s" * 65)
    assert [item.id for item in store.batches("ENDORSED", "FINAL")] == ["b1"]
    number = store.add_transaction(transaction(0), attempt("a")).id
    store.mark(["b1"], "ANCHORING", number)
    store.mark(["b1"], "FINAL", number, 77)
    done = store.batch("b1")
    assert done
    assert (done.state, done.transaction, done.block, done.manifest) == ("FINAL", number, 77, b"m")
    assert store.batches("ACCEPTED") == []


def transaction(nonce: int, chain: int = 1, sender: bytes = b"s" * 20) -> Transaction:
    return Transaction(0, chain, sender, nonce, Call(None, b"data", "deploy", 2**100), "PREPARED")


def attempt(word: str) -> Attempt:
    return Attempt(word.encode(), sha256(word.encode()).digest(), 2**70)


def test_transactions(store: SqlRecordStore) -> None:
    """A transaction comes back as it went in, a nonce belongs to one, and it is open until it is settled."""
    first = store.add_transaction(transaction(0), attempt("a"))
    assert first == replace(transaction(0), id=first.id, attempts=(attempt("a"),))
    with pytest.raises(Conflict):
        store.add_transaction(transaction(0), attempt("b"))
    store.add_transaction(transaction(0, chain=2), attempt("c"))
    store.add_transaction(transaction(5), attempt("d"))
    assert [store.next_nonce(chain, b"s" * 20) for chain in (1, 2, 3)] == [6, 1, 0]
    assert store.next_nonce(1, b"x" * 20) == 0
    receipt = Receipt(attempt("a").hash, 9, b"h" * 32, True, 21_000, b"c" * 20)
    store.settle(first.id, "MINED", receipt)
    assert store.transaction(first.id).receipt == receipt
    store.settle(first.id, "BROADCAST")
    assert store.transaction(first.id).receipt is None
    store.settle(first.id, "FINAL", receipt)
    assert [item.nonce for item in store.open_transactions()] == [0, 5]
    with pytest.raises(StoreError):
        store.transaction(999)


def test_status_roots(store: SqlRecordStore) -> None:
    """Roots come by epoch, an epoch is used once, a list is added once."""
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    with pytest.raises(Conflict):
        store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    for epoch in (2, 1):
        store.add_status_root(INSTITUTION.iss, StoredRoot(epoch, b"m%d" % epoch, "WAITING"))
    with pytest.raises(Conflict):
        store.add_status_root(INSTITUTION.iss, StoredRoot(2, b"other", "WAITING"))
    number = store.add_transaction(transaction(0), attempt("a")).id
    store.settle_status_root(INSTITUTION.iss, 1, "SENT", number)
    expected = [StoredRoot(1, b"m1", "SENT", number), StoredRoot(2, b"m2", "WAITING")]
    assert store.status_roots(INSTITUTION.iss) == expected
    assert store.status_roots("https://nobody.example") == []


def test_shares(store: SqlRecordStore) -> None:
    """A share comes back by its id, is never replaced, and nobody else's id finds one."""
    store.add_share("id", b"ciphertext", 1)
    assert (store.share("id"), store.share("other")) == (b"ciphertext", None)
    with pytest.raises(Conflict):
        store.add_share("id", b"another", 2)


def test_a_writer_blocks_no_reader(store: SqlRecordStore, tmp_path: Path) -> None:
    """While a list is being taken in, another process reads what was committed last and waits for nobody."""
    seen: list[int] = []

    def records() -> Iterator[NewRecord]:
        yield record("a")
        reader = Thread(target=lambda: seen.append(len(new_store(tmp_path).batches())))
        reader.start()
        reader.join(timeout=5)
        assert not reader.is_alive(), "the reader waits"
        yield record("b")

    assert store.accept(BATCH, records()).rows == 2
    assert seen == [0]


def not_there(path: Path) -> Path:
    return path / "no" / "such" / "folder" / "vanbang.sqlite"


def a_folder(path: Path) -> Path:
    return path


def garbage(path: Path) -> Path:
    (path / "garbage").write_bytes(b"this is no database" * 100)
    return path / "garbage"


@pytest.mark.parametrize("bad", [not_there, a_folder, garbage], ids=lambda f: f.__name__)
def test_a_database_that_cannot_be_opened(tmp_path: Path, bad: object) -> None:
    """A path that is no database raises StoreError."""
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(bad(tmp_path))  # type: ignore[operator]


def test_a_full_disk(store: SqlRecordStore, batch: Batch) -> None:
    """A full disk raises StoreError; what was stored stays readable."""
    with store._engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="full"):
        store.accept(replace(BATCH, id="b2", idempotency_key="k2"), (record(str(i)) for i in range(5_000)))
    assert store.batches() == [batch]


def test_damaged_pages(store: SqlRecordStore, batch: Batch, tmp_path: Path) -> None:
    """A file whose pages were overwritten raises StoreError when they are read."""
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(tmp_path / "vanbang.sqlite") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    data = copy.read_bytes()
    copy.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    with pytest.raises(StoreError):
        SqlRecordStore(open_database(copy)).batches()


def test_errors_quote_no_secrets(store: SqlRecordStore, batch: Batch) -> None:
    """What the database refuses is told without the values that were to be stored."""
    with pytest.raises(Conflict) as caught:
        store.accept(replace(BATCH, idempotency_key="k2"), [NewRecord(b"k" * 32, b"S" * 32, b"c")])
    told = str(caught.value) + str(caught.value.__cause__)
    assert "SSSS" not in told
    assert KIND.vct not in told


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Database and log are for their owner only, whatever the umask."""
    before = os.umask(0)
    try:
        store = new_store(tmp_path)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("vanbang.sqlite*")}
    assert len(modes) > 1
    assert set(modes.values()) == {0o600}, modes
    assert store.institutions()


def test_nothing_personal_in_the_file(tmp_path: Path) -> None:
    """No name, citizen number, serial number or date of a record can be read in the database files."""
    store, given = new_store(tmp_path), rows(40)
    accept(store, given)
    store._engine.dispose()
    data = b"".join(path.read_bytes() for path in tmp_path.glob("vanbang.sqlite*"))
    for _, cells in given:
        for column in ("ho_va_ten", "so_ddcn", "so_hieu_vbcc", "ma_nguoi_hoc", "so_vao_so"):
            assert not cells[column] or cells[column].encode() not in data, column


def test_a_copy_is_a_backup(store: SqlRecordStore, batch: Batch, tmp_path: Path) -> None:
    """The files of a closed database, copied, are the database."""
    store._engine.dispose()
    (tmp_path / "copy").mkdir()
    for path in tmp_path.glob("vanbang.sqlite*"):
        shutil.copy(path, tmp_path / "copy")
    assert new_store(tmp_path / "copy").batches() == [batch]
