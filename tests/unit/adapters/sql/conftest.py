"""A store with one institution: on a SQLite file, and on a PostgreSQL server of the tests' own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from private_postgres import Server, running_postgres
from small_house import INSTITUTION, new_file
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.adapters.sql.tables import METADATA
from vanbang.ports import DatabaseServer

SHARED = "shared"
_ALONE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_NUMBERED = ("record", "transaction", "incident")
_EMPTIED = ";".join(
    [f'DELETE FROM "{table.name}"' for table in reversed(METADATA.sorted_tables)]  # noqa: S608
    + [f"SELECT setval('{name}_id_seq', 1, false)" for name in _NUMBERED]
)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is started once, with a database for one test after another."""
    with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        open_database(DatabaseServer(server.create(SHARED))).dispose()
        yield server


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[DatabaseServer]:
    """A database without tables on that server."""
    name = token_hex(8)
    yield DatabaseServer(postgres.create(name))
    postgres.drop(name)


@pytest.fixture
def database(postgres: Server) -> DatabaseServer:
    """A database with tables and nothing in them on that server. To empty one takes 15 ms, to make one 500."""
    postgres.run(_ALONE, _EMPTIED, database=SHARED)
    return DatabaseServer(postgres.url(SHARED))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite database is, or will be."""
    return tmp_path / "vanbang.sqlite"


@pytest.fixture(params=["file", pytest.param("database", marks=pytest.mark.slow)], ids=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> Path | DatabaseServer:
    """Each of both."""
    found: Path | DatabaseServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def store(where: Path | DatabaseServer) -> Iterator[SqlStore]:
    """A store on each."""
    with _opened(where) as opened:
        yield opened


@pytest.fixture
def file_store(file: Path) -> Iterator[SqlStore]:
    """A store on a file."""
    with _opened(file) as opened:
        yield opened


@pytest.fixture
def server_store(database: DatabaseServer) -> Iterator[SqlStore]:
    """A store on a server."""
    with _opened(database) as opened:
        yield opened


@contextmanager
def _opened(where: Path | DatabaseServer) -> Iterator[SqlStore]:
    if isinstance(where, Path):
        where.write_bytes(new_file())
    engine = open_database(where)
    opened = SqlStore(engine)
    if isinstance(where, DatabaseServer):
        opened.add_institution(INSTITUTION)
    yield opened
    engine.dispose()
