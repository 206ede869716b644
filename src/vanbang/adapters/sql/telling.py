"""What a database's refusals are to the rest of the program, in words that quote no value of a row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vanbang.ports import Conflict, StoreBusy, StoreError

AGAIN: Final = ("08", "40001", "40P01", "53300", "55P03", "57014", "57P", "25P03")
"""SQLSTATEs of PostgreSQL (appendix A of its manual) after which the same may succeed: connection lost, serialisation
failure, deadlock, too many connections, lock or statement timeout, server stopping or starting, a worker that slept."""
READ_ONLY: Final = "25006"
CONTRADICTED: Final = "23"


class DatabaseSaid(Exception):
    """The first line of what a server said."""


@contextmanager
def refusing() -> Iterator[None]:
    """Raises what the database refuses as Conflict, StoreBusy or StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise told(error) from _behind(error)


def told(error: Exception) -> StoreError | Conflict:
    """What a driver's or SQLAlchemy's error means."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(
            "all connections to the database are in use: try again (on PostgreSQL, database_connections may be higher)"
        )
    original = getattr(error, "orig", None) or error
    said = _said(original)
    state = getattr(original, "sqlstate", None) or ""
    if isinstance(error, IntegrityError | sqlite3.IntegrityError) or state.startswith(CONTRADICTED):
        return Conflict(f"this is stored already, or contradicts what is stored ({said})")
    if state == READ_ONLY:
        return StoreError(f"this database can only be read, as a standby can: name the one to write to ({said})")
    if _again(original):
        return StoreBusy(f"the database could not do this now: try again ({said})")
    return StoreError(f"the database refused: {said}")


def _again(original: BaseException) -> bool:
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    if not hasattr(original, "sqlstate"):
        return False
    # A connection that broke, or was not made, has no state: the server said nothing any more.
    state, lost = original.sqlstate, type(original).__name__ == "OperationalError"
    return lost if state is None else state.startswith(AGAIN)


def _said(original: BaseException) -> str:
    """The first line only: what PostgreSQL adds to it quotes the row."""
    diagnosis = getattr(original, "diag", None)
    words = getattr(diagnosis, "message_primary", None) or str(original) or type(original).__name__
    return str(words).splitlines()[0]


def _behind(error: Exception) -> Exception:
    """What may stand in a traceback as the cause: PostgreSQL's own text may hold a whole row."""
    original = getattr(error, "orig", None)
    return DatabaseSaid(_said(original)) if original is not None and hasattr(original, "sqlstate") else error
