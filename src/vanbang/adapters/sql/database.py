"""Opening the database: SQLite with a write-ahead log, made durable at each commit.

Together with `copying`, the one place that knows it is SQLite.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Engine, Select, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from vanbang.adapters.sql.tables import Row
from vanbang.ports import Conflict, StoreError

READS = "vanbang_reads"
BUSY_SECONDS = 30
"""How long a writer waits for another: longer than sealing's one long transaction."""
SEARCHED_AT_ONCE = 2**24

REVISIONS: Final = ("0001", "0002")
"""The schema's revisions (`migrations/versions`), oldest first; the last is this version's."""
VERSION_TABLE: Final = "alembic_version"


class SchemaDiffers(StoreError):
    """A database with the tables of another version of vanbang; `found` is its revision, empty if it has none."""

    code: ClassVar[str] = "schema_differs"

    def __init__(self, found: str) -> None:
        if found in REVISIONS:
            advice = "make a backup, stop everything that uses it, then run `vanbang migrate`"
        else:
            advice = "`vanbang migrate` of the version that made it, or of a newer one, can tell; this one cannot"
        super().__init__(f"the database has the schema {found or 'of no known version'}, not {REVISIONS[-1]}: {advice}")
        self.found = found


def open_database(path: Path) -> Engine:
    """An engine on the SQLite file, made with its tables if absent. Raises StoreError, SchemaDiffers."""
    engine = new_engine(path)
    with opening(path):
        with engine.execution_options(**{READS: True}).connect() as connection:
            found = revision(connection)
        if found is None:
            found = _create(engine)
    if found != REVISIONS[-1]:
        engine.dispose()
        raise SchemaDiffers(found)
    return engine


def new_engine(path: Path) -> Engine:
    """An engine on the SQLite file, whatever is in it. Raises StoreError."""
    with opening(path):
        _only_for_the_owner(path)
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error's text would quote secrets
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Tells what goes wrong as StoreError."""
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        raise StoreError(f"the database {path} cannot be opened: {error.__class__.__name__}") from error


def revision(connection: Connection) -> str | None:
    """The schema's revision; None if there are no tables at all, empty if there are some of no version."""
    names = set(inspect(connection).get_table_names())
    if not names - {VERSION_TABLE}:
        return None
    if VERSION_TABLE not in names:
        return ""
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or ""  # noqa: S608


def beside(engine: Engine) -> AbstractContextManager[Session]:
    """One transaction that writes beside others, on rows that it locks itself. Raises Conflict or StoreError."""
    return transaction(engine)


def reading(engine: Engine) -> AbstractContextManager[Session]:
    """One transaction that only reads, also while another one writes. Raises StoreError."""
    return transaction(_reader(engine))


class Question:
    """One statement that only reads and is asked often: compiled once, and handed to the driver as it is.

    A session, and even a transaction around a single statement, would take longer than the statement does. Columns come
    as the driver gives them: whole numbers, texts and bytes.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, SQLCompiler] = {}

    def first(self, engine: Engine, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None; `values` are those of the statement's `bindparam`s. Raises StoreError."""
        dialect = engine.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._statement.compile(dialect=dialect)
        given = compiled.construct_params(values)
        arguments = [given[name] for name in compiled.positiontup] if compiled.positiontup else given
        try:
            connection = engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(str(compiled), arguments)
                row: tuple[Any, ...] | None = cursor.fetchone()
                return row
            finally:
                connection.close()
        except (SQLAlchemyError, dialect.loaded_dbapi.Error) as error:
            raise StoreError(f"the database refused: {getattr(error, 'orig', None) or error}") from error


@lru_cache(maxsize=64)
def _reader(engine: Engine) -> Engine:
    return engine.execution_options(**{READS: True})


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


def forget(engine: Engine, secret: bytes) -> None:
    """Makes sure that bytes just overwritten are nowhere in the database's files; b"": some that are not known.

    SQLite overwrites what it deletes (`secure_delete`), but the log keeps old pages, and where rows were moved to
    another page a copy may lie in the unused part of the first: then the whole file is written anew. Raises StoreError.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        _empty_log(cursor)
        if not secret or _holds(Path(str(engine.url.database)), secret):
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
        raise StoreError("somebody reads an old state of the database for too long: do this again in a minute")


def _holds(path: Path, wanted: bytes) -> bool:
    last = b""
    with path.open("rb") as file:
        while piece := file.read(SEARCHED_AT_ONCE):
            if wanted in last + piece:
                return True
            last = piece[1 - len(wanted) :]
    return False


def _create(engine: Engine) -> str:
    """All tables at once, with the revision they stand for: the migrations give the same, but slower."""
    with engine.begin() as connection:
        found = revision(connection)  # another process may have been quicker
        if found is not None:
            return found
        Row.metadata.create_all(connection)
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
                "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
        )
        connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:newest)"), {"newest": REVISIONS[-1]})  # noqa: S608
    return REVISIONS[-1]


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
