"""The SQLite file: who may read it, what it tells when it is damaged or full, and what lies in it."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from small_house import accept, new_store, rows
from stored_things import accepted, receiving, record
from unhurt_disks import AS_IN_EARNEST
from vanbang.adapters.sql import SqlStore, open_database, opened_store, sqlite
from vanbang.adapters.sql.copying import check_file, copy_database
from vanbang.adapters.sql.database import transaction
from vanbang.ports import StoreError


def test_a_writer_blocks_no_reader(store: SqlStore) -> None:
    """While one process writes, another reads what was committed last and waits for nobody."""
    receiving(store, "u", "a")
    seen: list[int] = []
    with transaction(store._engine) as session:
        session.execute(text("DELETE FROM record"))
        reader = Thread(target=lambda: seen.append(len(list(store.records("b-u")))))
        reader.start()
        reader.join(timeout=60)
        assert not reader.is_alive(), "the reader waits"
    assert seen == [1]
    assert list(store.records("b-u")) == []


def test_a_commit_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In earnest each commit waits for the disk (2: FULL), and what is removed is overwritten."""
    monkeypatch.setattr(sqlite, "PRAGMAS", AS_IN_EARNEST)
    with transaction(new_store(tmp_path)._engine) as session:
        assert [session.execute(text(f"PRAGMA {name}")).scalar() for name in ("synchronous", "secure_delete")] == [2, 1]


def not_there(path: Path) -> Path:
    return path / "no" / "such" / "folder" / "vanbang.sqlite"


def a_folder(path: Path) -> Path:
    return path


def garbage(path: Path) -> Path:
    (path / "garbage").write_bytes(b"this is no database" * 100)
    return path / "garbage"


@pytest.mark.parametrize("bad", [not_there, a_folder, garbage], ids=lambda f: f.__name__)
def test_a_database_that_cannot_be_opened(tmp_path: Path, bad: Callable[[Path], Path]) -> None:
    """A path that is no database raises StoreError."""
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(bad(tmp_path))


def test_a_database_that_is_not_made(tmp_path: Path) -> None:
    """What only looks at a database never makes one."""
    with pytest.raises(StoreError, match="there is no database"), opened_store(tmp_path / "vanbang.sqlite"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk(file_store: SqlStore) -> None:
    """A full disk raises StoreError; what was stored stays readable."""
    batch = accepted(file_store, "u", "abc")
    receiving(file_store, "v", "d")
    with file_store._engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="full"):
        file_store.add_records({"b-v": [record(str(number)) for number in range(5_000)]})
    assert file_store.batches("ACCEPTED") == [batch]


def test_damaged_pages(file_store: SqlStore, tmp_path: Path) -> None:
    """A file whose pages were overwritten raises StoreError when they are read, and when it is checked."""
    accepted(file_store, "u", "abc")
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(tmp_path / "vanbang.sqlite") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    data = copy.read_bytes()
    copy.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    with pytest.raises(StoreError):
        SqlStore(open_database(copy)).batches()
    with pytest.raises(StoreError, match="damaged"):
        check_file(copy)


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
    for row in given:
        for column in ("ho_va_ten", "so_ddcn", "so_hieu_vbcc", "ma_nguoi_hoc", "so_vao_so"):
            value = row.cells.get(column)
            assert not value or str(value).encode() not in data, column


def test_a_copy_is_a_backup(file_store: SqlStore, tmp_path: Path) -> None:
    """The files of a closed database, copied, are the database."""
    batch = accepted(file_store, "u", "abc")
    file_store._engine.dispose()
    (tmp_path / "copy").mkdir()
    for path in tmp_path.glob("vanbang.sqlite*"):
        shutil.copy(path, tmp_path / "copy")
    assert new_store(tmp_path / "copy").batches() == [batch]


def test_a_copy_while_it_is_written(file_store: SqlStore, tmp_path: Path) -> None:
    """A copy made in the middle of a transaction holds the state before it, in one file; it replaces nothing."""
    batch = accepted(file_store, "u", "abc")
    copy = tmp_path / "copy.sqlite"
    with transaction(file_store._engine) as session:
        session.execute(text("DELETE FROM record"))
        copy_database(tmp_path / "vanbang.sqlite", copy)
    check_file(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with opened_store(copy) as copied:
        assert (copied.batches(), len(list(copied.records(batch.id)))) == ([batch], 3)
    with pytest.raises(StoreError, match="cannot be copied"):
        copy_database(tmp_path / "vanbang.sqlite", copy)


def test_a_copy_without_secrets(file_store: SqlStore, tmp_path: Path) -> None:
    """No secret of a record or an upload is in the bytes of such a copy; everything else is."""
    batch = accepted(file_store, "u", "abc")
    copy = tmp_path / "copy.sqlite"
    copy_database(tmp_path / "vanbang.sqlite", copy, without_secrets=True)
    data = copy.read_bytes()
    upload = file_store.upload("u")
    assert upload
    assert all(record(word).secret not in data for word in "abc")
    assert upload.secret not in data
    assert all(record(word).ciphertext in data for word in "abc")
    with opened_store(copy) as copied:
        assert [item.secret for item in copied.records(batch.id)] == [b"", b"", b""]
        assert copied.batches() == [batch]
