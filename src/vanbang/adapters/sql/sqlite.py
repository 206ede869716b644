"""SQLite: with a write-ahead log, made durable at each commit. Together with `copying`, what knows of its files."""

import os
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from vanbang.adapters.sql import modes
from vanbang.ports import StoreBusy, StoreError

SEARCHED_AT_ONCE = 2**24
PRAGMAS: Final = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
"""What each connection begins with: a commit is on the disk when it returns, and what is removed is overwritten."""
ROOM: Final = ("cache_size = -16384", "journal_size_limit = 67108864")
"""16 MiB of pages, in which a quarter of a million index entries are sorted without a file, and more with one; and a
log that a large transaction made longer than 64 MiB is cut again when it has been moved into the file."""


def file_engine(path: Path) -> Engine:
    """An engine on the file, whatever is in it. Raises OSError."""
    _only_for_the_owner(path)
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": modes.BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error's text would quote secrets
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def memory_engine() -> Engine:
    """An engine on an empty database in memory, gone with it: one connection, one transaction at a time."""
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def forget_in_file(engine: Engine, secrets: Sequence[bytes], entries: Sequence[tuple[bytes, int]]) -> None:
    """Makes sure that secrets just overwritten, and entries just removed from an index, are nowhere in the database's
    files; b"" among the secrets: some that are not known.

    SQLite overwrites what it deletes (`secure_delete`), but the log keeps old pages, and where rows were moved to
    another page a copy may lie in the unused part of the first: then the whole file is written anew. Raises StoreError.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        _empty_log(cursor)
        wanted = [*secrets, *(index + _number(record) for index, record in entries)]
        if not all(secrets) or _holds(Path(str(engine.url.database)), *wanted):
            cursor.execute("VACUUM")
            _empty_log(cursor)
    except sqlite3.Error as error:
        raise StoreError(f"the database refused: {error}") from error
    finally:
        connection.close()


def _empty_log(cursor: Any) -> None:
    """Moves the write-ahead log into the file and cuts it to nothing."""
    (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreBusy("somebody reads an old state of the database for too long: do this again in a minute")


def _number(number: int) -> bytes:
    """A whole number above 1 as it lies behind other bytes of a row (SQLite's record format): in 1, 2, 3, 4, 6 or 8."""
    size = next(size for size in (1, 2, 3, 4, 6, 8) if number < 1 << 8 * size - 1)
    return number.to_bytes(size, "big") if number > 1 else b""


def _holds(path: Path, *wanted: bytes) -> bool:
    """Whether any of these is in the file, which is read once."""
    found = path.stat()
    file, place = _kept_open(path, found.st_dev, found.st_ino), 0
    last, kept = b"", max(map(len, wanted)) - 1
    while piece := os.pread(file, SEARCHED_AT_ONCE, place):
        data = last + piece
        if any(one in data for one in wanted):
            return True
        last, place = data[-kept:], place + len(piece)
    return False


@cache
def _kept_open(path: Path, device: int, inode: int) -> int:
    """A descriptor of this very file, for as long as the process lives.

    Who closes any descriptor of a file loses all locks that his process has on it (POSIX). SQLite's would be among
    them: another process would take itself for the last, and remove the log into which this one goes on writing.
    """
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def check_no_references(connection: Connection) -> None:
    """From here on a connection without a transaction lets a table go that others refer to."""
    connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")


def _only_for_the_owner(path: Path) -> None:
    # Before SQLite opens it: its log takes over the mode, and holds the same secrets.
    path.touch(mode=0o600)
    if path.is_file():
        path.chmod(0o600)


def _set_up(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver would begin its own transactions, too late and too weak
    connection.text_factory = _read
    cursor = connection.cursor()
    for pragma in (*PRAGMAS, *ROOM):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _read(raw: bytes) -> str:
    """A text, also one that is none: a column takes whatever is written there, and one such value would hide all rows
    that are read with it. What depends on it finds it changed."""
    return raw.decode("utf-8", "replace")


def _begin(connection: Any) -> None:
    # Two writers that both begin by reading would deadlock: the second is told to wait before it reads. Readers see
    # the last commit and wait for nobody.
    reads = connection.get_execution_options().get(modes.MODE) == modes.READS
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
