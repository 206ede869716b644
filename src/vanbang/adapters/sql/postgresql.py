"""PostgreSQL, by psycopg 3. Imported only where a server is named: the driver takes long to load.

Writers go one at a time, by an advisory lock that ends with the transaction: what SQLite does anyway, and what the
audit log's chain of hashes asks for. READ COMMITTED is enough behind it, for each statement sees all that was committed
before the lock was given. Readers see one state (REPEATABLE READ) and wait for nobody.
"""

import time
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine, event, text

from vanbang.adapters.sql import modes
from vanbang.ports import DatabaseServer, StoreBusy, StoreError

KEPT: Final = 5
"""Connections that stay open when nobody uses them."""
WAITING_SECONDS: Final = 10
"""For a connection, when all that a process may have are in use."""
SESSION: Final = {
    "lock_timeout": f"{modes.BUSY_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",  # a worker that was put to sleep must not keep all others waiting
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
CONNECTING: Final = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "application_name": "vanbang",
}
"""A server that vanished without a word is noticed within a minute. The address may say otherwise."""

ERASED_FROM: Final = (
    *("record", "record_learner", "record_citizen", "upload"),
    *("share", "opening", "correction", "held"),
)
"""Tables that hold what is erased."""


def server_engine(server: DatabaseServer) -> Engine:
    """An engine on the database, whatever is in it; nothing is connected yet. Raises StoreError for no address."""
    given = _parameters(server)
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(**given),
        isolation_level="READ COMMITTED",  # whatever the server's own default is
        pool_pre_ping=True,  # a server that was started anew costs nobody an error
        pool_size=min(KEPT, server.connections),
        max_overflow=max(0, server.connections - KEPT),
        pool_timeout=WAITING_SECONDS,
        hide_parameters=True,  # an error's text would quote secrets
    )
    event.listen(engine, "begin", _begin)
    return engine


def check_encoding(connection: Connection) -> None:
    """Raises StoreError unless the database can hold every name."""
    found = connection.execute(text("SHOW server_encoding")).scalar()
    if found != "UTF8":
        raise StoreError(f"the database has the encoding {found}: make one with TEMPLATE template0 ENCODING 'UTF8'")


def forget_in_tables(engine: Engine) -> None:
    """Writes the tables that hold what is erased anew, without the rows that were. Locks each for that long.

    What this cannot reach, and docs/operations.md names: the write-ahead log and its archive, replicas' logs, backups.
    Raises StoreBusy while somebody reads an old state, which the new files would have to keep.
    """
    alone = {"isolation_level": "AUTOCOMMIT", modes.MODE: modes.BESIDE}
    with engine.execution_options(**alone).connect() as connection:
        _wait_for_old_readers(connection)
        connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(ERASED_FROM)}")


def _wait_for_old_readers(connection: Connection) -> None:
    newest = connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").scalar_one()
    older = text(
        "SELECT count(*) FROM (SELECT backend_xmin AS xmin FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "UNION ALL SELECT xmin FROM pg_replication_slots) AS held "
        "WHERE age(xmin) > age(CAST(CAST(:newest AS numeric) % 4294967296 AS text)::xid)"
    )
    until = time.monotonic() + modes.BUSY_SECONDS
    while connection.execute(older, {"newest": newest}).scalar_one():
        if time.monotonic() > until:
            raise StoreBusy("somebody reads an old state of the database for too long: do this again in a minute")
        time.sleep(0.1)


def _parameters(server: DatabaseServer) -> dict[str, Any]:
    try:
        given = conninfo_to_dict(server.url)
    except psycopg.Error:
        # Its own words would quote the address, and the password in it.
        raise StoreError(f"{server} is no address of a PostgreSQL database") from None
    if server.password is not None:
        given["password"] = server.password
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    return {**CONNECTING, **given, "options": f"{options} {given.get('options', '')}".strip()}


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(modes.MODE) is None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({modes.WRITERS})")
