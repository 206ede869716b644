"""Opening the database: SQLite with a write-ahead log, made durable at each commit."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, SQLModel

from vanbang.adapters.sql import tables  # noqa: F401 -- registers the tables
from vanbang.ports import Conflict, StoreError

READS = "vanbang_reads"
BUSY_SECONDS = 30
"""How long a writer waits for another: longer than sealing's one long transaction."""


def open_database(path: Path) -> Engine:
    """An engine on the SQLite file, made with its tables if absent. Raises StoreError."""
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error's text would quote secrets
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    try:
        _only_for_the_owner(path)
        with engine.execution_options(**{READS: True}).connect() as connection:
            known = set(inspect(connection).get_table_names())
        if not known >= SQLModel.metadata.tables.keys():  # to create none would wait for a writer all the same
            SQLModel.metadata.create_all(engine)
    except (OSError, SQLAlchemyError) as error:
        raise StoreError(f"the database {path} cannot be opened: {error.__class__.__name__}") from error
    return engine


def reading(engine: Engine) -> AbstractContextManager[Session]:
    """One transaction that only reads, also while another one writes. Raises StoreError."""
    return transaction(engine.execution_options(**{READS: True}))


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error. Raises Conflict or StoreError."""
    with Session(engine) as session:
        try:
            yield session
            session.commit()
        except IntegrityError as error:
            raise Conflict(f"this is stored already, or contradicts what is stored ({error.orig})") from error
        except SQLAlchemyError as error:
            raise StoreError(f"the database refused: {getattr(error, 'orig', None) or error}") from error


def _only_for_the_owner(path: Path) -> None:
    # Before SQLite opens it: its log takes over the mode, and holds the same secrets.
    path.touch(mode=0o600)
    if path.is_file():
        path.chmod(0o600)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver would begin its own transactions, too late and too weak
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    # Two writers that both begin by reading would deadlock: the second is told to wait before it reads. Readers see
    # the last commit and wait for nobody.
    reads = connection.get_execution_options().get(READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
