"""Copies of SQLite files that are in use, by SQLite's own online backup: one state, whatever is written meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from vanbang.ports import StoreError

NO_WAIT = 0.0
OF_PERSONS: Final = ("record_learner", "record_citizen")
"""Tables by which a person's records are found."""
_NO_LOG = "PRAGMA journal_mode = DELETE"


def copy_database(source: Path, target: Path, *, without_secrets: bool = False) -> None:
    """Copies the database into one new file without a log. `without_secrets`: none of its records can be opened, or
    found by whose it is.

    Raises StoreError, also if another process holds the file for itself.
    """
    try:
        target.touch(mode=0o600, exist_ok=False)
        with closing(_reading(source)) as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
            # SQLite's backup asks a locked file again for ever: to read it first tells at once.
            old.execute("BEGIN")
            old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            old.backup(new)
            new.execute(_NO_LOG)
            if without_secrets:
                new.execute("UPDATE record SET secret = zeroblob(length(secret)), learner = NULL, citizen = NULL")
                for table in OF_PERSONS:
                    new.execute(f"DELETE FROM {table}")  # noqa: S608
                new.execute("UPDATE upload SET secret = x''")
                new.execute("VACUUM")
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{source.name} cannot be copied: {error}") from error


def one_file(path: Path) -> None:
    """Moves the log of a file that nobody uses into it. Raises StoreError."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(_NO_LOG)
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} cannot be copied: {error}") from error


def check_file(path: Path) -> None:
    """Raises StoreError unless SQLite finds the file's structure sound."""
    try:
        with closing(_reading(path)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} is damaged: {error}") from error
    if said != "ok":
        raise StoreError(f"{path.name} is damaged: {said}")


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=NO_WAIT, isolation_level=None)
