"""Copies between a server and a file: the same rows on both sides, from one moment, or nothing."""

import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from small_house import INSTITUTION
from stored_things import NOW, attempt, receiving, record, sealed, transaction
from vanbang.adapters.sql import SqlStore, copying_rows, open_database, opened_store
from vanbang.adapters.sql.copying import check_file
from vanbang.adapters.sql.copying_rows import copy_from_server, copy_to_server
from vanbang.adapters.sql.database import transaction as writing
from vanbang.adapters.sql.tables import METADATA
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.ports import Correction, DatabaseServer, Holder, Incident, Receipt, StoredShare, StoreError, Trouble

pytestmark = pytest.mark.slow


def filled(store: SqlStore) -> None:
    """Something in most tables: numbers beyond 64 bits, nothing, bytes, yes and no."""
    (first, _) = sealed(store, "u", ["Nguyễn Thị Đào", "b"])
    receiving(store, "v", (str(number) for number in range(25)))
    store.add_share(StoredShare("s", first.id, NOW, "job", 2**40, "holder"), b"\0\xff")
    store.open_share("s", NOW)
    store.name_visitor("s", b"\1", NOW)
    store.add_holder(Holder("h", b"t" * 32, None, NOW), [first.key])
    store.ask_correction(Correction("q", first.id, INSTITUTION.iss, "ho_va_ten", b"\2", NOW))
    (paid,) = store.add_transactions([replace(transaction(0), attempts=(attempt("a"),))])
    store.add_attempt(paid, replace(attempt("b"), priority_fee=2**90, block=2**40))
    store.settle(paid.id, "FINAL", Receipt(attempt("a").hash, 9, b"h" * 32, False, 21_000, None, 2**80, b"e" * 32))
    store.note_troubles({"batch:b": Trouble("c", "chờ / waits", NOW)}, ())
    store.add_incident(Incident("anchor_gone", "iss", "b-u", "mất / gone", NOW))
    store.take_lease("l", "me")


def rows_of(store: SqlStore) -> dict[str, list[Any]]:
    with store._engine.connect() as connection:
        return {
            name: sorted(map(repr, map(tuple, connection.execute(select(table)))))
            for name, table in METADATA.tables.items()
        }


def test_there_and_back(
    server_store: SqlStore, database: DatabaseServer, empty_database: DatabaseServer, tmp_path: Path
) -> None:
    """A server's rows in a file, and the file's on another server, are all the same; both work, and number on."""
    filled(server_store)
    file = tmp_path / "copy.sqlite"
    copy_from_server(database, file)
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    check_file(file)
    copy_to_server(file, empty_database)
    for where in (file, empty_database):
        with opened_store(where) as copied:
            assert rows_of(copied) == rows_of(server_store)
            assert check_log(audit_lines(copied)).holds
            sealed(copied, "new", ["new"], 50)
            copied.add_incident(Incident("anchor_gone", "iss", "other", "x", NOW))
            copied.add_transactions([replace(transaction(1), attempts=(attempt("c"),))])


def test_a_copy_without_secrets(server_store: SqlStore, database: DatabaseServer, tmp_path: Path) -> None:
    """None of its records or lists can be opened; not even for a moment were the secrets in the file."""
    filled(server_store)
    copy_from_server(database, tmp_path / "copy.sqlite", without_secrets=True)
    data = (tmp_path / "copy.sqlite").read_bytes()
    secrets = [item.secret for name in ("b-u", "b-v") for item in server_store.records(name)]
    assert len(secrets) == 27
    assert not any(secret in data for secret in [*secrets, *(item.secret for item in server_store.uploads())])
    assert record("3").ciphertext in data
    with opened_store(tmp_path / "copy.sqlite") as copied:
        assert {item.secret for item in copied.records("b-u")} == {b""}


def test_a_copy_of_one_moment(
    server_store: SqlStore, database: DatabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written while it is copied is not in it, not even in the tables that come later."""
    filled(server_store)
    before = len(server_store.audit_entries())
    without = copying_rows._copy_tables

    def late(*given: Any, **options: Any) -> None:
        given[0].execute(text("SELECT 1"))
        server_store.note("x", "late", {})
        without(*given, **options)

    monkeypatch.setattr(copying_rows, "_copy_tables", late)
    copy_from_server(database, tmp_path / "copy.sqlite")
    with opened_store(tmp_path / "copy.sqlite") as copied:
        assert len(copied.audit_entries()) == before


def test_a_database_that_is_not_empty(
    file_store: SqlStore, file: Path, server_store: SqlStore, database: DatabaseServer
) -> None:
    """It is left as it is."""
    filled(file_store)
    before = rows_of(server_store)
    with pytest.raises(StoreError, match="has tables already"):
        copy_to_server(file, database)
    assert rows_of(server_store) == before


def test_a_copy_that_breaks_off(
    file_store: SqlStore, file: Path, empty_database: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves the server as empty as it was, and can be made again."""
    filled(file_store)
    monkeypatch.setattr(copying_rows, "NUMBERED", ("no_such_table",))
    with pytest.raises(StoreError):
        copy_to_server(file, empty_database)
    monkeypatch.undo()
    copy_to_server(file, empty_database)


def test_no_place_for_a_copy(server_store: SqlStore, database: DatabaseServer, tmp_path: Path) -> None:
    """A file that is there is not replaced; a server without our tables is no source."""
    with pytest.raises(StoreError, match="cannot be made"):
        copy_from_server(database, tmp_path / "no" / "copy.sqlite")
    copy_from_server(database, tmp_path / "copy.sqlite")
    with pytest.raises(StoreError, match="cannot be made"):
        copy_from_server(database, tmp_path / "copy.sqlite")
    with pytest.raises(StoreError, match="vanbang init"):
        copy_from_server(replace(database, url=database.url.replace("shared", "postgres")), tmp_path / "other.sqlite")
    assert server_store.institutions()


def test_text_that_a_server_cannot_hold(file_store: SqlStore, file: Path, empty_database: DatabaseServer) -> None:
    """A zero character, which SQLite keeps and PostgreSQL does not know, stops the copy with a sentence."""
    with writing(file_store._engine) as session:
        session.execute(text("UPDATE institution SET name = 'a' || char(0)"))
    with pytest.raises(StoreError, match="NUL"):
        copy_to_server(file, empty_database)
    with closing(open_database(empty_database).raw_connection()):
        pass
