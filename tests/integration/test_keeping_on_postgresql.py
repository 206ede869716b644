"""Keeping what is stored when it is on a PostgreSQL server: commands that behave, or refuse and say why."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import command_line
import pytest
from command_line import Installation, environment

from private_postgres import Server, running_postgres
from small_house import INSTITUTION
from stored_things import NOW, record, sealed
from vanbang.adapters.sql import SqlStore, open_database, opened_store
from vanbang.adapters.sql.database import REVISIONS
from vanbang.adapters.sql.migrating import migrate
from vanbang.ports import DatabaseServer
from vanbang.settings import Settings

pytestmark = pytest.mark.slow

REGISTRY = "eip155:88:0x" + "a1" * 20
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_postgres(tmp_path_factory.mktemp("postgres")) as started:
        yield started


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What commands find in their environment beside the home folder; a test may add to it."""
    given = {"VANBANG_BACKUP_PASSWORD": PASSWORD}
    monkeypatch.setattr(command_line, "environment", lambda home: environment(home) | given)
    return given


def installation(home: Path, database: str) -> Installation:
    """A home folder as `init` makes one, less keys and chain."""
    home.mkdir()
    (home / "keys").mkdir()
    replace(Settings(home, REGISTRY, ("http://127.0.0.1:1",), 8_545, "http://localhost"), database=database).save()
    return Installation(home, inside=True)


@pytest.fixture
def house(tmp_path: Path, server: Server) -> Installation:
    """One with two sealed records on the server."""
    made = installation(tmp_path / "home", server.create(token_hex(8)))
    engine = open_database(where(made))
    store = SqlStore(engine)
    store.add_institution(INSTITUTION)
    sealed(store, "u", "ab")
    engine.dispose()
    return made


def where(made: Installation) -> DatabaseServer:
    return DatabaseServer(made.settings["database"])


def secrets(database: DatabaseServer | Path) -> list[bytes]:
    with opened_store(database) as store:
        return [item.secret for item in store.records("b-u")]


def test_the_audit_log(house: Installation) -> None:
    """It is verified and shown from the server."""
    found = house.good("audit-log", "verify", "--json").json()
    assert (found["holds"], found["lines"]) == (True, 6)
    assert house.good("audit-log", "show", "--json").json()[0]["action"] == "institution.added"


def test_there_and_back(house: Installation, server: Server, tmp_path: Path, variables: dict[str, str]) -> None:
    """A backup holds the rows as a file, is put back on another server, or beside none, and is never mixed with rows
    that are there."""
    out = tmp_path / "one.backup"
    assert house.good("backup", "--out", out, "--json").json()["database"] == "vanbang.sqlite"
    refused = house("restore", out, "--home", tmp_path / "refused")
    assert (refused.status, "has tables already" in refused.err) == (1, True)
    assert not (tmp_path / "refused").exists()
    variables["VANBANG_DATABASE"] = server.create("another")
    house.good("restore", out, "--home", tmp_path / "second")
    assert not list((tmp_path / "second").glob("vanbang.sqlite*"))
    assert secrets(DatabaseServer(server.url("another"))) == secrets(where(house))
    assert Installation(tmp_path / "second", inside=True).good("audit-log", "verify", "--json").json()["lines"] == 8
    variables["VANBANG_DATABASE"] = "vanbang.sqlite"
    house.good("restore", out, "--home", tmp_path / "third")
    assert secrets(tmp_path / "third" / "vanbang.sqlite") == secrets(where(house))


def test_from_a_file_to_a_server(server: Server, tmp_path: Path, variables: dict[str, str]) -> None:
    """An installation that has outgrown its file goes on where it was, on a server."""
    small = installation(tmp_path / "small", "vanbang.sqlite")
    engine = open_database(small.home / "vanbang.sqlite")
    SqlStore(engine).add_institution(INSTITUTION)
    sealed(SqlStore(engine), "u", "ab")
    engine.dispose()
    small.good("backup", "--out", tmp_path / "small.backup")
    variables["VANBANG_DATABASE"] = server.create("outgrown")
    small.good("restore", tmp_path / "small.backup", "--home", tmp_path / "large")
    with opened_store(DatabaseServer(server.url("outgrown"))) as store:
        assert store.record(1)
        store.note("goes.on", "x", {})
        assert len(store.audit_entries()) == 9


def test_a_copy_without_secrets(house: Installation, tmp_path: Path) -> None:
    """A plain copy for long keeping holds no secret of a record."""
    house.good("backup", "--plain", "--without-secrets", "--out", tmp_path / "copy.tar.gz")
    with tarfile.open(tmp_path / "copy.tar.gz") as opened:
        assert "vanbang.sqlite" in {Path(name).name for name in opened.getnames()}
        data = b"".join(opened.extractfile(member).read() for member in opened if member.isfile())  # type: ignore[union-attr]
    assert not any(secret in data for secret in secrets(where(house)))


def test_an_older_version(house: Installation) -> None:
    """A database of the schema before is refused, and moved by `migrate`."""
    migrate(where(house), "0001")
    refused = house("audit-log", "verify")
    assert (refused.status, "vanbang migrate" in refused.err) == (1, True)
    assert house.good("migrate", "--json").json() == {"before": "0001", "after": REVISIONS[-1]}
    assert house.good("audit-log", "verify", "--json").json()["holds"]


def test_a_backup_by_the_version_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is brought to this schema when it is put back."""
    small = installation(tmp_path / "small", "vanbang.sqlite")
    engine = open_database(small.home / "vanbang.sqlite")
    SqlStore(engine).add_institution(INSTITUTION)
    engine.dispose()
    migrate(small.home / "vanbang.sqlite", "0001")
    with monkeypatch.context() as before:
        for name in ("adapters.sql.database", "adapters.sql.store", "backing_up"):
            before.setattr(f"vanbang.{name}.REVISIONS", ("0001",))
        small.good("backup", "--out", tmp_path / "old.backup")
    small.good("restore", tmp_path / "old.backup", "--home", tmp_path / "new")
    with opened_store(tmp_path / "new" / "vanbang.sqlite") as store:
        assert store.institutions() == [INSTITUTION]
        assert store.incidents() == []


def test_what_is_printed(house: Installation, server: Server, variables: dict[str, str]) -> None:
    """No command prints a password of the database, whether it works or not; in the file one is refused."""
    variables["VANBANG_DATABASE"] = server.url("nowhere").replace("vanbang@", "vanbang:geheim@")
    variables["VANBANG_DATABASE_PASSWORD"] = "geheim"
    shown = {item["name"]: item["value"] for item in house.good("settings", "--json").json()}
    assert shown["database"] == variables["VANBANG_DATABASE"].replace("geheim", "***")
    assert shown["database_password"] == "***"
    for command in (("settings",), ("audit-log", "verify"), ("migrate",), ("backup", "--out", house.home / "x")):
        done = house(*command)
        assert "geheim" not in done.out + done.err
    assert house("audit-log", "verify").status == 1
    file = house.home / "vanbang.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"database": variables.pop("VANBANG_DATABASE")}))
    refused = house("audit-log", "verify")
    assert (refused.status, "without a password" in refused.err, "geheim" in refused.err) == (1, True, False)


def test_erasing_a_record(house: Installation) -> None:
    """What is erased is gone from the server's tables for every command that follows."""
    with opened_store(where(house)) as store:
        store.erase(1, NOW)
    assert secrets(where(house))[0] == b""
    assert record("a").secret not in secrets(where(house))
