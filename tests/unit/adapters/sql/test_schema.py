"""The schema: migrations make the tables that the code uses, other versions are refused, queries use indexes."""

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text

from small_house import INSTITUTION
from stored_things import (
    NOW,
    URI,
    accepted,
    attempt,
    digest,
    place,
    placed_records,
    receiving,
    record,
    sealed,
    transaction,
    upload,
)
from vanbang.adapters.sql import SchemaDiffers, SqlStore, open_database
from vanbang.adapters.sql.database import REVISIONS, Question, new_engine, open_known
from vanbang.adapters.sql.migrating import configuration, migrate
from vanbang.adapters.sql.tables import METADATA
from vanbang.core.status import StatusList
from vanbang.ports import (
    Conflict,
    Correction,
    DatabaseServer,
    Holder,
    PersonIndexes,
    SealedBatch,
    StoredShare,
    StoreError,
)

pytestmark = pytest.mark.slow

Where = Path | DatabaseServer


@pytest.fixture
def path(file: Path) -> Path:
    """An empty file."""
    file.touch()
    return file


@pytest.fixture(params=["path", pytest.param("empty_database", marks=pytest.mark.slow)], ids=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Where:
    """A database without tables, of each kind."""
    found: Where = request.getfixturevalue(request.param)
    return found


@contextmanager
def connected(where: Where) -> Iterator[Connection]:
    engine = new_engine(where)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def tables(where: Where) -> set[str]:
    with connected(where) as connection:
        return set(inspect(connection).get_table_names())


def schema(path: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return sorted(
        (kind, name, re.sub(r"\s+|(?<=\() | (?=\))", " ", sql or "").replace("( ", "(")) for kind, name, sql in rows
    )


def test_migrations_make_the_tables(empty: Where) -> None:
    """From nothing to the newest revision: exactly the tables, constraints and indexes of the code."""
    assert migrate(empty) == ("", REVISIONS[-1])
    with connected(empty) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_say_the_same_as_the_code(path: Path) -> None:
    """What SQLite keeps of each table and index is word for word what a new database has, but for line ends."""
    migrate(path)
    fresh = path.with_name("fresh.sqlite")
    open_database(fresh).dispose()
    assert [item[:2] for item in schema(path)] == [item[:2] for item in schema(fresh)]
    by_hand, by_code = ({name: sql for _, name, sql in schema(file) if sql} for file in (path, fresh))
    assert {name for name in by_hand if by_hand[name] != by_code[name]} <= {"alembic_version"}


def test_down_and_up_again(empty: Where) -> None:
    """Down to nothing no table is left, and up again the database works."""
    migrate(empty)
    assert migrate(empty, "base") == (REVISIONS[-1], "")
    assert tables(empty) == {"alembic_version"}
    assert migrate(empty) == ("", REVISIONS[-1])
    assert migrate(empty) == (REVISIONS[-1], REVISIONS[-1])
    engine = open_database(empty)
    store = SqlStore(engine)
    store.add_institution(INSTITUTION)
    assert sealed(store, "u", "ab")
    engine.dispose()


def test_from_the_first_schema_and_back(empty: Where) -> None:
    """What was stored under the first schema is there under the newest, and the other way round."""
    migrate(empty, "0001")
    old = (
        'INSERT INTO "transaction" (chain_id, sender, nonce, data, value, purpose, state) '
        "VALUES (1, :sender, 0, :data, '5', 'deploy', 'FINAL')"
    )
    forms = 'INSERT INTO attempt (hash, "transaction", raw, max_fee) VALUES (:hash, 1, :hash, :fee)'
    with connected(empty) as connection:
        connection.execute(text(old), {"sender": b"s" * 20, "data": b"data"})
        for fee in ("7", "1000", "30"):
            connection.execute(text(forms), {"hash": fee.encode(), "fee": fee})
    assert migrate(empty) == ("0001", REVISIONS[-1])
    engine = open_database(empty)
    found = SqlStore(engine).transaction(1)
    engine.dispose()
    assert [attempt.max_fee for attempt in found.attempts] == [7, 30, 1_000]
    assert (found.gas, found.prepared_at, found.receipt, found.call.value) == (0, 0, None, 5)
    assert migrate(empty, "0001") == (REVISIONS[-1], "0001")
    assert migrate(empty) == ("0001", REVISIONS[-1])
    engine = open_database(empty)
    assert SqlStore(engine).transaction(1) == found
    engine.dispose()


def test_from_the_second_schema_and_back(empty: Where) -> None:
    """Shares that may be opened for ever outlive the second schema; those that end, and what it cannot hold, do not."""
    engine = open_database(empty)
    store = SqlStore(engine)
    store.add_institution(INSTITUTION)
    one, other = sealed(store, "u", "ab")
    for share in ("kept", "withdrawn", "opened"):
        store.add_share(StoredShare(share, one.id, NOW, "job", None, "holder"), share.encode())
    store.add_share(StoredShare("ends", other.id, NOW, expires_at=NOW + 9), b"ends")
    store.withdraw_share(one.key, "withdrawn", NOW)
    store.open_share("opened", NOW)
    store.name_visitor("opened", b"Sao Mai", NOW)
    store.add_holder(Holder("h", b"t" * 32, INSTITUTION.iss, NOW), [one.key, other.key])
    store.ask_correction(Correction("c", one.id, INSTITUTION.iss, "ngay_sinh", b"words", NOW))
    engine.dispose()
    assert migrate(empty, "0002") == (REVISIONS[-1], "0002")
    with connected(empty) as connection:
        shares = connection.execute(text("SELECT id, record, ciphertext FROM share ORDER BY id")).all()
    assert [(name, record, bytes(data)) for name, record, data in shares] == [
        ("kept", one.id, b"kept"), ("opened", one.id, b"opened")
    ]  # fmt: skip
    assert migrate(empty) == ("0002", REVISIONS[-1])
    engine = open_database(empty)
    store = SqlStore(engine)
    assert store.share("opened") == (StoredShare("opened", one.id, NOW), b"opened")
    assert (store.share("withdrawn"), store.share("ends"), store.openings("opened")) == (None, None, [])
    assert (store.holder("h"), store.held("h"), store.correction("c")) == (None, [], None)
    assert list(store.records(one.batch_id)) == [one, other]
    engine.dispose()


def test_from_the_third_schema_and_back(empty: Where) -> None:
    """Records, places and whatever refers to them outlive the way to the third schema and back; what it cannot hold of
    lists that are not whole, or not sealed, begins anew."""
    engine = open_database(empty)
    store = SqlStore(engine)
    store.add_institution(INSTITUTION)
    one, other = sealed(store, "u", "ab")
    store.add_share(StoredShare("s", one.id, NOW), b"share")
    store.ask_correction(Correction("c", other.id, INSTITUTION.iss, "ngay_sinh", b"words", NOW))
    store.erase(one.id, NOW)
    halfway = accepted(store, "v", "cd")
    place(store, halfway.id, placed_records(list(store.records(halfway.id)), 50))
    arriving = receiving(store, "w", "be")
    before = list(store.records(one.batch_id)), list(store.records(halfway.id))
    engine.dispose()
    assert migrate(empty, "0003") == (REVISIONS[-1], "0003")
    with connected(empty) as connection:
        found = connection.execute(text("SELECT batch_id, list_uri FROM record JOIN leaf ON record = id")).all()
        assert [tuple(row) for row in found] == [(one.batch_id, URI)] * 2
        assert connection.execute(text("SELECT count(*) FROM record")).scalar() == 4
    assert migrate(empty) == ("0003", REVISIONS[-1])
    engine = open_database(empty)
    store = SqlStore(engine)
    assert (list(store.records(one.batch_id)), list(store.records(halfway.id))) == before
    assert [store.find(item.key) for item in (one, other)] == before[0]
    assert (store.list_uris(one.batch_id), list(store.placed(halfway.id))) == ({URI}, [])
    assert [item.record for item in (*store.shares(one.key), *store.corrections_of(other.key))] == [one.id, other.id]
    assert store.without_persons(0)[0] == [other, *before[1]]
    place(store, halfway.id, placed_records(before[1], 50))
    store.seal(SealedBatch(halfway.id, NOW, digest("v"), 2, digest("t")))
    assert not list(store.records(arriving.id))
    store.add_records({arriving.id: [record("g"), record("h")]})
    store.accept(replace(upload("w"), state="ACCEPTED", accepted=2), [arriving.id], NOW)
    before = before[0], list(store.records(arriving.id))
    assert sealed(store, "x", "ef", 80)[0].id > before[1][-1].id
    with pytest.raises(Conflict), store._writing() as session:
        session.execute(text("DELETE FROM record"))
    engine.dispose()


def test_the_revisions_that_the_code_names() -> None:
    """`REVISIONS` are those of the migrations' folder, oldest first."""
    found = ScriptDirectory.from_config(configuration()).walk_revisions()
    assert tuple(reversed([revision.revision for revision in found])) == REVISIONS


def stamp(where: Where, revision: str) -> None:
    open_database(where).dispose()
    with connected(where) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": revision})


def test_an_older_schema(empty: Where) -> None:
    """A database of an older revision is refused, and the sentence names the command that brings it here."""
    stamp(empty, "0001")
    with pytest.raises(SchemaDiffers, match=r"0001, not 0004.*run `vanbang migrate`"):
        open_database(empty)


@pytest.mark.parametrize("found", ["9999", "no version"])
def test_a_schema_of_another_version(empty: Where, found: str) -> None:
    """A newer revision, or tables without one, are refused, are not touched, and cannot be migrated here."""
    if found == "no version":
        with connected(empty) as connection:
            connection.execute(text("CREATE TABLE record (id INTEGER)"))
    else:
        stamp(empty, found)
    before = tables(empty)
    for use in (open_database, open_known, migrate):
        with pytest.raises(SchemaDiffers, match="vanbang migrate"):
            use(empty)  # type: ignore[operator]
    assert tables(empty) == before


def test_checking_while_it_is_used(empty: Where) -> None:
    """A store whose database was moved to another version behind its back says so."""
    engine = open_database(empty)
    store = SqlStore(engine)
    store.check()
    stamp(empty, "9999")
    with pytest.raises(StoreError, match="9999"):
        store.check()
    engine.dispose()


def test_no_database_to_migrate(tmp_path: Path) -> None:
    """Nothing is made where there is no database."""
    with pytest.raises(StoreError, match="no database"):
        migrate(tmp_path / "vanbang.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_opening_is_quick(tmp_path: Path) -> None:
    """A new database does not wait for alembic, which takes long to import."""
    since = time.process_time()
    open_database(tmp_path / "a.sqlite").dispose()
    assert time.process_time() - since < 1
    asked = "import sys, vanbang.adapters.sql; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def questions(store: SqlStore) -> None:
    """Everything that is asked of the large tables."""
    keys = [digest(word) for word in "abcd"]
    some: dict[str, Any] = {"iss": None, "states": (), "upload": None, "after": None, "limit": 10}
    one = next(iter(store.records("b-u")))
    store.taken(keys, "other")
    store.find(keys[0])
    store.editions(keys[0])
    store.places([one.id])
    store.changes_of([one.id])
    store.status_list("u")
    store.record(one.id)
    store.list_uris("b-u")
    store.received("b-u", 0, 10)
    store.record_at("b-u", 1)
    for iss in (None, INSTITUTION.iss):
        store.of_learner(b"learner1", iss, 0, 10)
        store.of_citizen(7, iss, 0, 10)
    store.without_persons(0)
    store.compared(0)
    store.add_persons([PersonIndexes(one.id, b"learner1", 7)])
    waiting = accepted(store, "v", "xyz")
    place(store, waiting.id, placed_records(list(store.records(waiting.id)), 50))
    list(store.unsealed(waiting.id))
    list(store.placed(waiting.id))
    store.incidents(5, 10)
    store.incidents(still_open=True)
    store.batch("b-u")
    store.batches("ACCEPTED", "SEALED")
    for changed in ({}, {"iss": INSTITUTION.iss}, {"states": ("SEALED",)}, {"upload": "u"}, {"after": (NOW, "b")}):
        store.batches_page(**some | changed)
    for page in ({}, {"iss": INSTITUTION.iss}, {"states": ("OPEN",)}, {"after": (NOW, "b")}):
        store.uploads(**page)  # type: ignore[arg-type]
    store.accepted_upload(INSTITUTION.iss, digest("body"))
    store.parts("u")
    store.add_share(StoredShare("s", one.id, NOW, expires_at=NOW + 9), b"c")
    store.shares(one.key)
    store.share("s")
    store.open_share("s", NOW)
    store.name_visitor("s", b"v", NOW)
    store.openings("s")
    store.forget_expired_shares(NOW + 10)
    store.withdraw_share(one.key, "s", NOW)
    store.add_holder(Holder("h", b"t" * 32, INSTITUTION.iss, NOW), [one.key])
    store.hold("h", keys, NOW)
    store.held("h")
    for iss in (None, INSTITUTION.iss):
        store.holders(iss, "a", 10)
        store.corrections(iss, ("ASKED",), (NOW, "a"), 10)
    store.ask_correction(Correction("q", one.id, INSTITUTION.iss, "c", b"q", NOW))
    store.corrections_of(one.key)
    store.answer_correction("q", "DECLINED", b"a", NOW)
    store.changes(INSTITUTION.iss, ("PROPOSED",))
    store.changes(None, ())
    store.changes(INSTITUTION.iss, ("PROPOSED",), decision="QĐ 1")
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


def asked_of(store: SqlStore) -> list[tuple[str, Any]]:
    """All statements that look rows up, each once, with values."""
    sealed(store, "u", "abc")
    asked: dict[str, Any] = {}
    event.listen(store._engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.setdefault(sql, values))
    rows = Question.rows

    def explained(question: Question, engine: Engine, **values: Any) -> list[tuple[Any, ...]]:
        asked.setdefault(*question.asked(engine.dialect, values))
        return rows(question, engine, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Question, "rows", explained)
        questions(store)
    found = [item for item in asked.items() if item[0].startswith(("SELECT", "DELETE", "UPDATE"))]
    assert len(found) > 80
    return [item for item in found if "alembic_version" not in item[0] and "pg_" not in item[0]]


def test_no_question_reads_a_whole_table(file_store: SqlStore) -> None:
    """Each query that a large table is asked is answered by an index: SQLite plans no scan."""
    scans = []
    asked = asked_of(file_store)
    with file_store._engine.connect() as connection:
        for sql, values in asked:
            plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).fetchall()
            # What a part of the question gave is no table.
            scans += [(detail, sql) for *_, detail in plan if detail.startswith("SCAN") and detail != "SCAN some"]
    # The head of the audit log is the last row of its own order; an index of what is open holds nothing else.
    assert [plan for plan in scans if "audit_log.seq DESC" not in plan[1] and "_open" not in plan[0]] == []


@pytest.mark.slow
def test_no_question_reads_a_whole_table_on_a_server(server_store: SqlStore) -> None:
    """PostgreSQL, told that reading whole tables is dear, finds an index for each query."""
    scans = []
    asked = asked_of(server_store)
    with server_store._engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        for sql, values in asked:
            plan = connection.exec_driver_sql("EXPLAIN " + sql, values).scalars().all()
            scans += [(line, sql) for line in plan if "Seq Scan" in line]
    # Troubles are few, and are all looked at.
    assert [plan for plan in scans if " trouble" not in plan[0]] == []


LARGE = ("record", "record_key", "record_learner", "record_citizen", "leaf")
"""Tables with a row for each diploma."""


def test_planners_that_know_the_sizes(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """With thousands of records counted, and free to read whole tables, both planners find what is asked by indexes."""
    for part, some in (("persons", 50), ("entries", 5)):
        monkeypatch.setattr(f"vanbang.adapters.sql.{part}.LOOKED_THROUGH", some)
    batch = receiving(store, "many", "")
    many = [
        record(str(number))._replace(learner=digest(str(number))[:8], citizen=number % 2**20) for number in range(6_000)
    ]
    store.add_records({batch.id: many})
    store.accept(replace(store.upload("many"), state="ACCEPTED", accepted=len(many)), [batch.id], NOW)  # type: ignore[type-var]
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    place(store, batch.id, placed_records(list(store.records(batch.id)), 200))
    store.seal(SealedBatch(batch.id, NOW, digest("many"), len(many), digest("t")))
    with store._writing() as session:
        session.execute(text("ANALYZE"))
    explain = "EXPLAIN " if store._engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    asked = asked_of(store)
    whole = re.compile(rf"(?:^SCAN|Seq Scan on) \"?({'|'.join(LARGE)})\"?(?: |$)")
    found = []
    with store._engine.connect() as connection:
        for sql, values in asked:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(explain + sql, values).fetchall()]
            found += [(line, sql) for line in plan if whole.search(line) and "seq DESC" not in sql]
    assert found == []
