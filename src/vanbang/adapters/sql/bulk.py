"""Many rows at once, past SQLAlchemy: its way with a row takes longer than storing it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from vanbang.adapters.sql.telling import told

TYPES: Final = {
    "record": {
        "batch": "int4",
        "edition": "int4",
        "key": "bytea",
        "secret": "bytea",
        "ciphertext": "bytea",
        "learner": "bytea",
        "citizen": "bytea",
    },
    "record_learner": {"learner": "bytea", "record": "int4"},
    "record_citizen": {"citizen": "bytea", "record": "int4"},
    "leaf": {"record": "int4", "list": "int4", "list_index": "int4", "leaf_index": "int4"},
}
"""The columns that are given, in the order of a row's values, as PostgreSQL calls their types."""


def insert_rows(connection: Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows to the table, in the connection's transaction. Raises Conflict, StoreBusy, StoreError."""
    driver: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            _copy(driver, table, rows)
        else:
            driver.executemany(f"INSERT INTO {table} ({_names(table)}) VALUES ({_marks(table)})", rows)  # noqa: S608
    except connection.dialect.loaded_dbapi.Error as error:
        raise told(error) from None  # the driver's own words may quote a row
    finally:
        driver.close()


def entered(connection: Connection, keys: Sequence[bytes]) -> list[bytes]:
    """Those of the blind keys that stand in the index of keys, whosever they are; at most some thousands."""
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql("SELECT key FROM record_key WHERE key = ANY(%s)", (list(keys),))
    else:
        marks = ", ".join("?" * len(keys))
        found = connection.exec_driver_sql(f"SELECT key FROM record_key WHERE key IN ({marks})", tuple(keys))  # noqa: S608
    return list(found.scalars())


def _copy(driver: Any, table: str, rows: Iterable[Sequence[Any]]) -> None:
    with driver.copy(f"COPY {table} ({_names(table)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(TYPES[table].values()))
        for row in rows:
            copy.write_row(row)


def _names(table: str) -> str:
    return ", ".join(TYPES[table])


def _marks(table: str) -> str:
    return ", ".join("?" * len(TYPES[table]))
