"""What a driver's errors are told as."""

import sqlite3
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from vanbang.adapters.sql.telling import refusing, told
from vanbang.ports import Conflict, StoreBusy, StoreError


class OperationalError(Exception):
    """As psycopg's: a state and a diagnosis, if the server said anything at all."""

    def __init__(self, state: str | None, words: str = "words\nDETAIL: Failing row contains (secret)") -> None:
        super().__init__(words)
        self.sqlstate = state
        self.diag = SimpleNamespace(message_primary=words.splitlines()[0] if state else None)


class DataError(OperationalError):
    """Another class of theirs."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OperationalError("40001"), StoreBusy),
        (OperationalError("40P01"), StoreBusy),
        (OperationalError("55P03"), StoreBusy),
        (OperationalError("57P01"), StoreBusy),
        (OperationalError("08006"), StoreBusy),
        (OperationalError("53300"), StoreBusy),
        (OperationalError(None), StoreBusy),
        (OperationalError("53100"), StoreError),
        (OperationalError("25006"), StoreError),
        (OperationalError("42P01"), StoreError),
        (DataError(None), StoreError),
        (sqlite3.DatabaseError("malformed"), StoreError),
    ],
    ids=lambda item: getattr(item, "__name__", None) or f"{type(item).__name__}-{getattr(item, 'sqlstate', '')}",
)
def test_errors_of_drivers(error: Exception, kind: type[StoreError]) -> None:
    """What may be tried again is told apart from what cannot, with the first line of what the server said only."""
    for found in (told(error), told(DBAPIError("SELECT", {}, error))):
        assert type(found) is kind
        assert "secret" not in str(found)


def test_a_standby() -> None:
    """A database that can only be read is called so."""
    assert "standby" in str(told(OperationalError("25006")))


def test_another_writer_on_a_file(tmp_path: object) -> None:
    """SQLite's busy file may be tried again."""
    first, second = (sqlite3.connect(f"{tmp_path}/x", isolation_level=None, timeout=0) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="locked"), refusing():
        second.execute("BEGIN IMMEDIATE")
    first.close()
    second.close()


def test_what_stands_behind() -> None:
    """A server's own text, which may hold a row, is not the cause of what is raised; SQLite's is."""
    with pytest.raises(Conflict) as caught, refusing():
        raise IntegrityError("INSERT", {}, OperationalError("23505"))
    assert "secret" not in f"{caught.value} {caught.value.__cause__!r}"
    with pytest.raises(Conflict) as caught, refusing():
        raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE"))
    assert isinstance(caught.value.__cause__, IntegrityError)
