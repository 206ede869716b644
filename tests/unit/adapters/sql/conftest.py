"""A store with one institution: on a SQLite file, and on a PostgreSQL server of the tests' own."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from private_postgres import Server, running_postgres
from small_house import INSTITUTION, new_store
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.ports import DatabaseServer

TEMPLATE = "with_one_institution"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is started once, with a database to copy."""
    with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        engine = open_database(DatabaseServer(server.create(TEMPLATE)))
        SqlStore(engine).add_institution(INSTITUTION)
        engine.dispose()
        yield server


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[DatabaseServer]:
    """A database without tables on that server."""
    name = token_hex(8)
    yield DatabaseServer(postgres.create(name))
    postgres.drop(name)


@pytest.fixture
def database(postgres: Server) -> Iterator[DatabaseServer]:
    """A database with tables and an institution on that server."""
    name = token_hex(8)
    yield DatabaseServer(postgres.create(name, TEMPLATE))
    postgres.drop(name)


@pytest.fixture
def postgres_store(database: DatabaseServer) -> Iterator[SqlStore]:
    """A store on that database."""
    engine = open_database(database)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def file_store(tmp_path: Path) -> SqlStore:
    """A store on a file."""
    return new_store(tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest) -> SqlStore:
    """A store on each."""
    name = "file_store" if request.param == "sqlite" else "postgres_store"
    found: SqlStore = request.getfixturevalue(name)
    return found
