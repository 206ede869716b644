"""The schema: migrations make the tables that the code uses, other versions are refused, queries use indexes."""

import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from small_house import INSTITUTION, new_store
from stored_things import NOW, attempt, digest, sealed, transaction
from vanbang.adapters.sql import SchemaDiffers, SqlStore, open_database
from vanbang.adapters.sql.database import REVISIONS, new_engine
from vanbang.adapters.sql.migrating import configuration, migrate
from vanbang.adapters.sql.tables import Row
from vanbang.ports import StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty file."""
    (tmp_path / "vanbang.sqlite").touch()
    return tmp_path / "vanbang.sqlite"


def schema(path: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return sorted(
        (kind, name, re.sub(r"\s+|(?<=\() | (?=\))", " ", sql or "").replace("( ", "(")) for kind, name, sql in rows
    )


def test_migrations_make_the_tables(path: Path) -> None:
    """From an empty file to the newest revision: exactly the tables, constraints and indexes of the code."""
    assert migrate(path) == ("", REVISIONS[-1])
    engine = new_engine(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()
    fresh = path.with_name("fresh.sqlite")
    open_database(fresh).dispose()
    assert [item[:2] for item in schema(path)] == [item[:2] for item in schema(fresh)]
    by_hand, by_code = ({name: sql for _, name, sql in schema(file) if sql} for file in (path, fresh))
    assert {name for name in by_hand if by_hand[name] != by_code[name]} <= {"alembic_version"}


def test_down_and_up_again(path: Path) -> None:
    """Down to nothing no table is left, and up again the database works."""
    migrate(path)
    assert migrate(path, "base") == (REVISIONS[-1], "")
    assert {name for kind, name, _ in schema(path) if kind == "table"} == {"alembic_version"}
    assert migrate(path) == ("", REVISIONS[-1])
    assert migrate(path) == (REVISIONS[-1], REVISIONS[-1])
    assert sealed(new_store(path.parent), "u", "ab")


def test_the_revisions_that_the_code_names() -> None:
    """`REVISIONS` are those of the migrations' folder, oldest first."""
    found = ScriptDirectory.from_config(configuration()).walk_revisions()
    assert tuple(reversed([revision.revision for revision in found])) == REVISIONS


def stamp(path: Path, revision: str) -> None:
    open_database(path).dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_an_older_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of an older revision is refused, and the sentence names the command that brings it here."""
    stamp(path, "0001")
    monkeypatch.setattr("vanbang.adapters.sql.database.REVISIONS", ("0001", "0002"))
    with pytest.raises(SchemaDiffers, match=r"0001, not 0002.*run `vanbang migrate`"):
        open_database(path)


@pytest.mark.parametrize("found", ["9999", "no version"])
def test_a_schema_of_another_version(path: Path, found: str) -> None:
    """A newer revision, or tables without one, are refused, are not touched, and cannot be migrated here."""
    if found == "no version":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE record (id INTEGER)")
    else:
        stamp(path, found)
    before = schema(path)
    for use in (open_database, migrate):
        with pytest.raises(SchemaDiffers, match="vanbang migrate"):
            use(path)  # type: ignore[operator]
    assert schema(path) == before


def test_checking_while_it_is_used(store: SqlStore, tmp_path: Path) -> None:
    """A store whose database was moved to another version behind its back says so."""
    store.check()
    stamp(tmp_path / "vanbang.sqlite", "9999")
    with pytest.raises(StoreError, match="9999"):
        store.check()


def test_no_database_to_migrate(tmp_path: Path) -> None:
    """Nothing is made where there is no database."""
    with pytest.raises(StoreError, match="no database"):
        migrate(tmp_path / "vanbang.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_opening_is_quick(tmp_path: Path) -> None:
    """A new database does not wait for alembic, which takes long to import."""
    since = time.perf_counter()
    open_database(tmp_path / "a.sqlite").dispose()
    assert time.perf_counter() - since < 1
    asked = "import sys, vanbang.adapters.sql; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def questions(store: SqlStore) -> None:
    """Everything that is asked of the large tables."""
    keys = [digest(word) for word in "abcd"]
    some: dict[str, Any] = {"iss": None, "states": (), "upload": None, "after": None, "limit": 10}
    one = next(iter(store.records("b-u")))
    store.taken(keys, "other")
    store.find(keys[0])
    store.record(one.id)
    store.list_uris("b-u")
    store.batch("b-u")
    store.batches("ACCEPTED", "SEALED")
    for changed in ({}, {"iss": INSTITUTION.iss}, {"states": ("SEALED",)}, {"upload": "u"}, {"after": (NOW, "b")}):
        store.batches_page(**some | changed)
    for page in ({}, {"iss": INSTITUTION.iss}, {"states": ("OPEN",)}, {"after": (NOW, "b")}):
        store.uploads(**page)  # type: ignore[arg-type]
    store.accepted_upload(INSTITUTION.iss, digest("body"))
    store.parts("u")
    store.shares(one.id)
    store.share("s")
    store.changes(INSTITUTION.iss, ("PROPOSED",))
    store.changes(None, ())
    store.change("c")
    store.api_keys(iss=INSTITUTION.iss)
    store.waiting_operations()
    store.handed_in(digest("d"))
    store.register(INSTITUTION.iss)
    store.audit_entries(5, 10)
    store.status_lists(INSTITUTION.iss)
    store.status_roots(INSTITUTION.iss)
    (paid,) = store.add_transactions([replace(transaction(0), attempts=(attempt("a"),))])
    store.add_attempt(paid, attempt("b"))
    store.next_nonce(1, b"s" * 20)
    store.free_nonces(1, b"s" * 20, 3, 5)
    store.spent_since(1, b"s" * 20, NOW)
    store.open_transactions()
    store.settled_since(5, 1, 10)
    store.transaction(paid.id)
    store.open_status_roots()
    store.final_status_roots("", 10)
    store.final_batches(5, (0, ""), 10)
    lease = store.take_lease("l", "me")
    assert lease
    store.under(store.beat(lease)).end_incident("k", "i", "s", NOW)
    store.trouble("batch:b-u", "issuer:x")
    store.discard("other")
    store.forget_answers(5)
    store.erase(one.id, 5)


def test_no_question_reads_a_whole_table(store: SqlStore) -> None:
    """Each query that a large table is asked is answered by an index: SQLite plans no scan."""
    sealed(store, "u", "abc")
    asked: dict[str, Any] = {}
    event.listen(store._engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.setdefault(sql, values))
    questions(store)
    plans = []
    with store._engine.connect() as connection:
        for sql, values in list(asked.items()):
            if sql.startswith(("SELECT", "DELETE", "UPDATE")) and "alembic_version" not in sql:
                found = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).fetchall()
                plans += [(detail, sql) for *_, detail in found]
    assert len(plans) > 40
    scans = [plan for plan in plans if plan[0].startswith("SCAN")]
    # The head of the audit log is the last row of its own order; an index of what is open holds nothing else.
    assert [plan for plan in scans if "audit_log.seq DESC" not in plan[1] and "_open" not in plan[0]] == []
