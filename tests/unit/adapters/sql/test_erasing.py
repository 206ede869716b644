"""Erasing: after it the database's files hold no byte of the record, and everything else is as it was."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import PIPE

import psycopg
import pytest

from private_postgres import Server
from stored_things import NOW, accepted, digest, receiving, record, sealed
from vanbang.adapters.sql import SqlStore, modes, open_database, sqlite
from vanbang.ports import Conflict, DatabaseServer, StoreBusy, StoredRecord, StoredShare

Files = Callable[[], bytes]


def bytes_of(folder: Path) -> bytes:
    """Everything that lies in the database's files, the log's included."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("vanbang.sqlite*")))


def tables_of(server: Server) -> bytes:
    """Everything that lies in the files of the tables of the tests' database; the write-ahead log is not theirs."""
    asked = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
    place = server.run("CHECKPOINT", asked, database="shared")
    return b"".join(path.read_bytes() for path in sorted((server.data / "base" / place).iterdir()))


@pytest.fixture
def files(where: Path | DatabaseServer, request: pytest.FixtureRequest) -> Files:
    """What reads the files that must hold nothing of what was erased."""
    if isinstance(where, Path):
        return partial(bytes_of, where.parent)
    return partial(tables_of, request.getfixturevalue("postgres"))


def of(store: SqlStore, record_id: int) -> StoredRecord:
    found = store.record(record_id)
    assert found
    return found


def test_what_is_gone_and_what_stays(store: SqlStore, files: Files) -> None:
    """Secret, ciphertext and shares of the record are in no file any more; key, place, leaf and the others stay."""
    first, second, third = sealed(store, "u", "abc")
    store.add_share(StoredShare("s", second.id, NOW), b"shared ciphertext" * 3)
    list_secret = digest("upload u")
    needles = [second.secret, second.ciphertext[:32], b"shared ciphertext", list_secret]
    data = files()
    assert all(needle in data for needle in needles)
    store.erase(second.id, NOW + 5)
    data = files()
    assert [needle in data for needle in needles] == [False] * 4
    assert of(store, second.id) == replace(second, secret=b"", ciphertext=b"", erased_at=NOW + 5)
    assert store.find(second.key) == of(store, second.id)
    (share,) = store.shares(second.key)
    assert (share.id, share.is_open(NOW), share.purpose) == ("s", False, None)
    assert list(store.records("b-u")) == [first, of(store, second.id), third]
    assert third.secret in data


def test_erasing_again(store: SqlStore) -> None:
    """It changes nothing, not even the time; nobody shares the record any more."""
    (only,) = sealed(store, "u", "a")
    for at in (5, 9):
        store.erase(only.id, at)
    assert of(store, only.id).erased_at == 5
    assert [line.action for line in store.audit_entries()].count("record.erased") == 1
    with pytest.raises(Conflict):
        store.add_share(StoredShare("s", only.id, NOW), b"c")


def test_what_cannot_be_erased(store: SqlStore) -> None:
    """No such record, or one that is not sealed yet: a conflict."""
    accepted(store, "u", "a")
    for record_id in (next(iter(store.records("b-u"))).id, 999):
        with pytest.raises(Conflict):
            store.erase(record_id, NOW)
    assert next(iter(store.records("b-u"))).secret == record("a").secret


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_a_busy_life(store: SqlStore, files: Files, seed: int) -> None:
    """Lists that arrive side by side, are discarded and sealed move rows about, and leave no copy of what is erased."""
    chance = random.Random(seed)
    alive: list[StoredRecord] = []
    for number in range(6):
        for name in (f"keep-{number}", f"gone-{number}"):
            receiving(store, name, (f"{name} {row}" for row in range(chance.randrange(1, 90))))
        for row in range(100, 130):
            store.add_records({f"b-keep-{number}": [record(f"{number} {row}")]})
        store.discard(f"gone-{number}")
        store.discard(f"keep-{number}")
        alive += sealed(
            store, f"sealed-{number}", (f"{number} {row}" for row in range(chance.randrange(1, 90))), 1_000 * number
        )
    erased = chance.sample(alive, 12)
    for item in erased:
        store.erase(item.id, NOW)
    data = files()
    for item in erased:
        assert item.secret not in data
        assert item.ciphertext[:32] not in data
    left = {item.id for item in alive} - {item.id for item in erased}
    assert {item.id for number in range(6) for item in store.records(f"b-sealed-{number}") if item.secret} == left


@pytest.mark.parametrize("part", ["secret", "ciphertext"])
def test_a_copy_in_an_unused_place(file_store: SqlStore, tmp_path: Path, part: str) -> None:
    """A copy that SQLite left behind somewhere in the file, of the secret or of the ciphertext alone, is found, and the
    file written anew without it."""
    (only,) = sealed(file_store, "u", "a")
    copy: bytes = getattr(only, part)
    with sqlite3.connect(tmp_path / "vanbang.sqlite") as raw:
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("CREATE TABLE elsewhere (copy BLOB)")
        raw.execute("INSERT INTO elsewhere VALUES (?)", (copy,))
        raw.execute("DELETE FROM elsewhere")
    raw.close()
    file_store.erase(only.id, NOW)
    assert copy[:32] not in bytes_of(tmp_path)


def test_what_is_written_after_it(file_store: SqlStore, tmp_path: Path) -> None:
    """Reading the file takes no lock from the process: another that comes and goes leaves the log to it."""
    (only,) = sealed(file_store, "u", "a")
    file_store.erase(only.id, NOW)
    counting = (
        "import sqlite3, sys; print(*next(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM audit_log')))"
    )
    for more in range(2):
        seen = subprocess.run([sys.executable, "-c", counting, tmp_path / "vanbang.sqlite"], stdout=PIPE, check=True)
        assert int(seen.stdout) == sum(1 for _ in file_store.audit_entries()), f"{more} lines later"
        file_store.note("erasure.shown", f"record/{only.id}", {})


def test_a_copy_across_two_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search through the file finds what begins in one piece of it and ends in the next."""
    monkeypatch.setattr(sqlite, "SEARCHED_AT_ONCE", 64)
    for place in range(100, 200):
        (tmp_path / "file").write_bytes(bytes(place) + b"S" * 32 + bytes(50))
        assert sqlite._holds(tmp_path / "file", b"S" * 32)
        assert not sqlite._holds(tmp_path / "file", b"S" * 33)


def test_a_crash_half_way(
    store: SqlStore, where: Path | DatabaseServer, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the bytes were overwritten, it is not called done; again, it writes the file anew and is."""
    (only,) = sealed(store, "u", "a")
    with monkeypatch.context() as patch:
        patch.setattr("vanbang.adapters.sql.records.forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.erase(only.id, 5)
    assert only.secret in files(), "the log, or a dead row, still holds it"
    assert of(store, only.id) == replace(only, secret=b"", ciphertext=b"")
    engine = open_database(where)
    SqlStore(engine).erase(only.id, 9)
    engine.dispose()
    assert only.secret not in files()
    assert of(store, only.id).erased_at == 9
    assert [line.action for line in store.audit_entries()].count("record.erased") == 1


@contextmanager
def an_old_reader(where: Path | DatabaseServer) -> Iterator[None]:
    """Somebody who reads the state of the database as it is now."""
    if isinstance(where, Path):
        with closing(sqlite3.connect(where, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM record").fetchone()
            yield
    else:
        with psycopg.connect(where.url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("SELECT count(*) FROM institution")  # not even the table that is to be written anew
            yield


def test_a_reader_in_the_way(
    store: SqlStore, where: Path | DatabaseServer, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody reads an old state its bytes cannot go: that is told, and erasing again makes it good."""
    (only,) = sealed(store, "u", "a")
    monkeypatch.setattr(modes, "BUSY_SECONDS", 0.2)
    impatient = SqlStore(open_database(where))
    with an_old_reader(where):
        with pytest.raises(StoreBusy, match="again"):
            impatient.erase(only.id, 5)
        assert of(store, only.id).erased_at is None
    impatient.erase(only.id, 6)
    impatient._engine.dispose()
    assert only.secret not in files()
    assert of(store, only.id).erased_at == 6
