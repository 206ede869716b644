"""Copies of a database row by row, between a PostgreSQL server and a SQLite file, whatever is written meanwhile.

A file is what backups hold: it opens without a server and without its version's tools. The way back is also the way
from a file that has become too small to a server.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, text

from vanbang.adapters.sql.copying import OF_PERSONS, one_file
from vanbang.adapters.sql.database import make_tables, new_engine, open_known, reading, revision
from vanbang.adapters.sql.tables import METADATA
from vanbang.adapters.sql.telling import refusing
from vanbang.ports import DatabaseServer, StoreError

AT_ONCE = 2_000
"""Rows in memory."""
NUMBERED = ("record", "transaction", "incident")
"""Tables whose rows a server numbers: it has to be told where to go on."""


def copy_from_server(server: DatabaseServer, target: Path, *, without_secrets: bool = False) -> None:
    """Copies one state of the server's database into one new file. `without_secrets`: no record in it can be opened,
    or found by whose it is.

    Raises StoreError, SchemaDiffers.
    """
    source = open_known(server)
    try:
        target.touch(mode=0o600, exist_ok=False)
        _copy(source, target, without_secrets)
        one_file(target)
    except OSError as error:
        raise StoreError(f"{target.name} cannot be made: {error.strerror}") from error
    finally:
        source.dispose()


def copy_to_server(source: Path, server: DatabaseServer) -> None:
    """Copies a file's rows into a database without tables, in one transaction: all of them or none.

    Raises StoreError, SchemaDiffers.
    """
    old, new = open_known(source), new_engine(server)
    try:
        with refusing(), reading(old) as rows, new.begin() as connection:
            if revision(connection) is not None:
                raise StoreError(f"the database {server} has tables already: name one without any")
            make_tables(connection)
            _copy_tables(rows.connection(), connection, without_secrets=False)
            for name in NUMBERED:
                connection.execute(text(_GO_ON.format(name)))
    finally:
        old.dispose()
        new.dispose()


_GO_ON = """SELECT setval(pg_get_serial_sequence('"{0}"', 'id'), max(id)) FROM "{0}" HAVING max(id) IS NOT NULL"""


def _copy(source: Engine, target: Path, without_secrets: bool) -> None:
    new = new_engine(target)
    try:
        with refusing(), reading(source) as rows, new.begin() as connection:
            make_tables(connection)
            _copy_tables(rows.connection(), connection, without_secrets=without_secrets)
    finally:
        new.dispose()


def _copy_tables(old: Connection, new: Connection, *, without_secrets: bool) -> None:
    streamed = old.execution_options(stream_results=True, max_row_buffer=AT_ONCE)
    left_out = OF_PERSONS if without_secrets else ()
    for table in (table for table in METADATA.sorted_tables if table.name not in left_out):
        for rows in streamed.execute(select(table)).mappings().partitions(AT_ONCE):
            new.execute(insert(table), [_without_secret(table, row) if without_secrets else dict(row) for row in rows])


def _without_secret(table: Table, row: Mapping[Any, Any]) -> dict[Any, Any]:
    if table.name == "record":
        return {**row, "secret": bytes(len(row["secret"])), "learner": None, "citizen": None}
    return {**row, "secret": b""} if table.name == "upload" else dict(row)
