"""Moving a database to another revision of the schema. Apart from `database`: alembic takes long to import."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from vanbang.adapters.sql.database import REVISIONS, SchemaDiffers, must_be_there, new_engine, opening, revision
from vanbang.adapters.sql.sqlite import check_no_references
from vanbang.adapters.sql.telling import told
from vanbang.ports import DatabaseServer, StoreError


def migrate(where: Path | DatabaseServer, target: str = REVISIONS[-1]) -> tuple[str, str]:
    """Brings the database to `target` in one transaction; gives the revisions before and after, empty for none.

    Repeating is harmless. Raises StoreError; SchemaDiffers if the database is of a version that is not known here.
    """
    must_be_there(where)
    engine = new_engine(where)
    try:
        with opening(where):
            return _move(engine, target)
    finally:
        engine.dispose()


def _move(engine: Engine, target: str) -> tuple[str, str]:
    with unreferred(engine) as connection, connection.begin():
        before = revision(connection)
        if before == "" or (before and before not in REVISIONS):
            raise SchemaDiffers(before)
        config = configuration()
        config.attributes["connection"] = connection
        try:
            moved = command.downgrade if _place(target) < _place(before) else command.upgrade
            moved(config, target)
        except SQLAlchemyError as error:
            raise StoreError(f"the database cannot be moved to {target}: {told(error)}") from error
        return before or "", revision(connection) or ""


@contextmanager
def unreferred(engine: Engine) -> Iterator[Connection]:
    """A connection on which SQLite lets go a table that others refer to, for it to be made anew."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            check_no_references(connection)
        yield connection


def _place(revision: str | None) -> int:
    return REVISIONS.index(revision) if revision in REVISIONS else -1


def configuration() -> Config:
    """Alembic's configuration: the migrations of this package, and no file."""
    config = Config()
    config.set_main_option("script_location", "vanbang.adapters.sql:migrations")
    config.set_main_option("path_separator", "os")
    return config
