"""Opening the database, a SQLite file or one of a PostgreSQL server, and transactions on it.

The only other modules that know which it is are `sqlite`, `postgresql`, `telling` (its errors) and `copying`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Dialect, Engine, Select, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from vanbang.adapters.sql import modes
from vanbang.adapters.sql.sqlite import file_engine, forget_in_file
from vanbang.adapters.sql.tables import METADATA
from vanbang.adapters.sql.telling import refusing, told
from vanbang.ports import DatabaseServer, StoreBusy, StoreError

REVISIONS: Final = ("0001", "0002", "0003", "0004")
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


def open_database(where: Path | DatabaseServer) -> Engine:
    """An engine on the database, made with its tables if there are none. Raises StoreError, SchemaDiffers."""
    engine = new_engine(where)
    with opening(where):
        found = revision_of(engine)
        if found is None:
            with engine.begin() as connection:
                found = make_tables(connection)
    if found != REVISIONS[-1]:
        engine.dispose()
        raise SchemaDiffers(found)
    return engine


def open_known(where: Path | DatabaseServer) -> Engine:
    """The same for a database that is there already: nothing is made. Raises StoreError, SchemaDiffers."""
    must_be_there(where)
    engine = new_engine(where)
    with opening(where):
        found = revision_of(engine)
    if found != REVISIONS[-1]:
        engine.dispose()
        raise SchemaDiffers(found) if found is not None else nothing_in(where)
    return engine


def new_engine(where: Path | DatabaseServer) -> Engine:
    """An engine on the database, whatever is in it. Raises StoreError."""
    if isinstance(where, DatabaseServer):
        from vanbang.adapters.sql.postgresql import server_engine

        return server_engine(where)
    with opening(where):
        return file_engine(where)


@contextmanager
def opening(where: Path | DatabaseServer) -> Iterator[None]:
    """Tells what goes wrong as StoreError, or StoreBusy."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"the database {where} cannot be opened: {type(error).__name__}") from error
    except SQLAlchemyError as error:
        meant = told(error)
        kind = StoreBusy if isinstance(meant, StoreBusy) else StoreError
        raise kind(f"the database {where} cannot be opened: {meant}") from error


def revision_of(engine: Engine) -> str | None:
    """What `revision` says. Raises SQLAlchemyError, StoreError."""
    with _mode(engine, modes.READS).connect() as connection:
        if engine.dialect.name == "postgresql":
            from vanbang.adapters.sql.postgresql import check_encoding

            check_encoding(connection)
        return revision(connection)


def revision(connection: Connection) -> str | None:
    """The schema's revision; None if there are no tables at all, empty if there are some of no version."""
    names = set(inspect(connection).get_table_names())
    if not names - {VERSION_TABLE}:
        return None
    if VERSION_TABLE not in names:
        return ""
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or ""  # noqa: S608


def reading(engine: Engine) -> AbstractContextManager[Session]:
    """One transaction that only reads, also while another one writes. Raises StoreError."""
    return transaction(_mode(engine, modes.READS))


def beside(engine: Engine) -> AbstractContextManager[Session]:
    """One transaction that writes beside others, on rows that it locks itself. Raises Conflict or StoreError."""
    return transaction(_mode(engine, modes.BESIDE))


def take_turn(session: Session) -> None:
    """From here to its end a transaction begun `beside` writes as any other, and may add audit lines.

    What it locked before, no writer may ask for whose turn it is: they would wait for each other.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({modes.WRITERS})")


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
        return next(iter(self.rows(engine, **values)), None)

    def rows(self, engine: Engine, **values: Any) -> list[tuple[Any, ...]]:
        """All rows. Raises StoreError."""
        dialect = engine.dialect
        sql, arguments = self.asked(dialect, values)
        try:
            connection = engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(sql, arguments)
                return list(cursor.fetchall())
            finally:
                connection.close()
        except (SQLAlchemyError, dialect.loaded_dbapi.Error) as error:
            raise told(error) from error

    def asked(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement as the driver gets it, and its arguments."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._statement.compile(dialect=dialect)
        given = compiled.construct_params(values)
        names = compiled.positiontup
        return str(compiled), tuple(given[name] for name in names) if names else given


@lru_cache(maxsize=64)
def _mode(engine: Engine, mode: str) -> Engine:
    options: dict[str, Any] = {modes.MODE: mode}
    if mode == modes.READS and engine.dialect.name == "postgresql":
        options["isolation_level"] = modes.READERS_LEVEL
    return engine.execution_options(**options)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error. Raises Conflict, StoreBusy or StoreError.

    A commit whose answer was lost with the connection may have happened, and is told as StoreBusy.
    """
    with refusing(), Session(engine) as session:
        yield session
        session.commit()


def forget(engine: Engine, secrets: Sequence[bytes], entries: Sequence[tuple[bytes, int]]) -> None:
    """Makes sure that secrets just overwritten, and entries (blind index, record) just removed, are nowhere in the
    database's tables; b"" among the secrets: some that are not known.

    Raises StoreError.
    """
    if engine.dialect.name == "sqlite":
        forget_in_file(engine, secrets, entries)
    else:
        from vanbang.adapters.sql.postgresql import forget_in_tables

        with refusing():
            forget_in_tables(engine)


def make_tables(connection: Connection) -> str:
    """All tables at once, with the revision they stand for, unless there are some; gives the revision there is then.

    The migrations give the same, but slower.
    """
    found = revision(connection)  # another process may have been quicker
    if found is not None:
        return found
    METADATA.create_all(connection)
    connection.execute(
        text(
            f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:newest)"), {"newest": REVISIONS[-1]})  # noqa: S608
    return REVISIONS[-1]


def must_be_there(where: Path | DatabaseServer) -> None:
    """Raises StoreError where a file should be and is none; what a server has is seen when it is asked."""
    if isinstance(where, Path) and not where.is_file():
        raise nothing_in(where)


def nothing_in(where: Path | DatabaseServer) -> StoreError:
    """What is said of a database that was not made."""
    return StoreError(f"there is no database {where}: `vanbang init` makes it")
