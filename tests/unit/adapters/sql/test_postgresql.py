"""PostgreSQL: what a server that is away, slow, read-only or misused does to those who use it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from private_postgres import Server, either, running_pair, running_postgres
from small_house import INSTITUTION
from stored_things import NOW, URI, accepted, place, placed_records, receiving, record, sealed, upload
from vanbang.adapters.sql import SqlStore, open_database, opened_store
from vanbang.adapters.sql.database import beside, reading, take_turn, transaction
from vanbang.core.status import StatusList
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.ports import Conflict, DatabaseServer, SealedBatch, StoreBusy, StoreError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that tests may stop and start, with one database that has tables."""
    with running_postgres(tmp_path_factory.mktemp("own"), durable=True) as server:
        open_database(DatabaseServer(server.create("vanbang"))).dispose()
        yield server


@pytest.fixture
def restarted(own_server: Server) -> Iterator[SqlStore]:
    """A store on it."""
    engine = open_database(DatabaseServer(own_server.url("vanbang")))
    store = SqlStore(engine)
    with suppress(Conflict):
        store.add_institution(INSTITUTION)
    yield store
    engine.dispose()


@pytest.mark.parametrize("immediate", [False, True], ids=["stopped", "crashed"])
def test_a_server_that_is_started_again(restarted: SqlStore, own_server: Server, immediate: bool) -> None:
    """The next use after a restart finds the server by itself, and everything that was written."""
    restarted.note("x", f"before {immediate}", {})
    own_server.restart(immediate=immediate)
    assert restarted.batch("nothing") is None
    restarted.note("x", f"after {immediate}", {})
    assert [line.subject for line in restarted.audit_entries()][-2:] == [f"before {immediate}", f"after {immediate}"]
    assert check_log(audit_lines(restarted)).holds


def test_a_server_that_is_away(restarted: SqlStore, own_server: Server) -> None:
    """While it is away every use says that it may be tried again; when it is back nothing is half-written."""
    before = len(restarted.audit_entries())
    own_server.stop()
    try:
        for use in (
            lambda: restarted.note("x", "y", {}),
            lambda: restarted.batch("b"),
            lambda: restarted.batches(),
            lambda: restarted.take_lease("l", "me"),
            restarted.check,
        ):
            with pytest.raises(StoreBusy, match="try again"):
                use()
        with pytest.raises(StoreError, match="cannot be opened"):
            open_database(DatabaseServer(own_server.url("vanbang")))
    finally:
        own_server.start()
    assert len(restarted.audit_entries()) == before


@pytest.mark.parametrize("immediate", [False, True], ids=["stopped", "crashed"])
def test_a_server_that_goes_away_in_a_transaction(restarted: SqlStore, own_server: Server, immediate: bool) -> None:
    """What was begun is undone as a whole."""
    before = restarted.audit_entries()

    def write() -> None:
        with transaction(restarted._engine) as session:
            restarted._note(session, "x", "half")
            own_server.restart(immediate=immediate)
            restarted._note(session, "x", "other half")

    with pytest.raises(StoreBusy):
        write()
    assert restarted.audit_entries() == before


def test_an_answer_that_was_lost(restarted: SqlStore) -> None:
    """A commit that happened, and whose answer did not arrive, is told as one to try again: repeating is harmless."""
    with cut_after_commit(restarted._engine), pytest.raises(StoreBusy):
        restarted.add_upload(upload("lost"))
    assert restarted.upload("lost") == upload("lost")
    assert restarted.add_upload(upload("lost")) == upload("lost")
    assert [line.subject for line in restarted.audit_entries()].count("lost") == 1


@contextmanager
def cut_after_commit(engine: Engine) -> Iterator[None]:
    """Connections break when the server has done what they asked for last."""

    def commit(connection: Any) -> None:
        connection.connection.driver_connection.execute("COMMIT")
        connection.connection.driver_connection.close()

    event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(engine, "commit", commit)


def test_writers_take_turns(server_store: SqlStore, database: DatabaseServer) -> None:
    """A writer waits for another, readers and who writes beside do not, and who waits for too long says so."""
    receiving(server_store, "u", "a")
    with transaction(server_store._engine) as session:
        session.execute(text("UPDATE institution SET name = 'x'"))
        impatient = replace(database, url=f"{database.url}?options=-c%20lock_timeout%3D200ms")
        with opened_store(impatient) as other:
            with pytest.raises(StoreBusy, match="lock"):
                other.note("x", "y", {})
            other.add_records({"b-u": [record("b")]})
            assert other.take_lease("l", "me")
            assert other.institutions() == [INSTITUTION]
    assert len(list(server_store.records("b-u"))) == 2


def test_a_list_that_is_accepted_while_records_arrive(server_store: SqlStore) -> None:
    """Records that are being added when their list is accepted are counted, or refused: never slipped in behind."""
    receiving(server_store, "u", "a")
    told: list[Exception | None] = []

    def accept() -> None:
        try:
            server_store.accept(upload("u", state="ACCEPTED", accepted=1), ["b-u"], NOW)
            told.append(None)
        except Conflict as error:
            told.append(error)

    with server_store._writing(beside) as session:
        row = session.execute(text("SELECT rows FROM batch WHERE id = 'b-u' FOR UPDATE")).scalar_one()
        thread = Thread(target=accept)
        thread.start()
        thread.join(0.3)
        assert told == []
        session.execute(text("UPDATE batch SET rows = :more WHERE id = 'b-u'"), {"more": row + 1})
    thread.join(60)
    assert isinstance(told[0], Conflict)
    batch = server_store.batch("b-u")
    assert batch
    assert (batch.state, batch.rows) == ("RECEIVING", 2)


def test_sealing_beside_others(
    server_store: SqlStore, database: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a long batch is being sealed others write; what it seals is seen when it is whole."""
    batch = accepted(server_store, "u", "abc")
    server_store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))

    def turn(session: Session) -> None:
        with opened_store(database) as other:
            other.note("x", "meanwhile", {})
            assert [found.state for found in other.batches()] == ["ACCEPTED"]
        take_turn(session)

    monkeypatch.setattr("vanbang.adapters.sql.placing.take_turn", turn)
    place(server_store, batch.id, placed_records(list(server_store.records(batch.id))))
    server_store.seal(SealedBatch(batch.id, NOW, b"r" * 32, 3, b"t" * 32))
    lines = list(audit_lines(server_store))
    assert [line.action for line in lines][-3:] == ["x", "x", "batch.sealed"]
    assert check_log(lines).holds


def test_a_deadlock(server_store: SqlStore) -> None:
    """Of two that wait for each other one is told to try again, and the other goes on."""
    for name in ("u", "v"):
        receiving(server_store, name, [])
    told: list[Exception | None] = []

    def add(first: str, second: str, begun: list[str]) -> None:
        try:
            with server_store._writing(beside) as session:
                for batch in (first, second):
                    session.execute(text("SELECT 1 FROM batch WHERE id = :id FOR UPDATE"), {"id": f"b-{batch}"})
                    begun.append(batch)
                    while len(begun) < 2:
                        pass
            told.append(None)
        except StoreBusy as error:
            told.append(error)

    begun: list[str] = []
    threads = [Thread(target=add, args=(*pair, begun)) for pair in (("u", "v"), ("v", "u"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(str(error)[:44] for error in told) == ["None", "the database could not do this now: try agai"]


def test_a_worker_that_sleeps_in_a_transaction(database: DatabaseServer, server_store: SqlStore) -> None:
    """It keeps the others waiting no longer than a limit, and then has written nothing."""
    limit = "options=-c%20idle_in_transaction_session_timeout%3D300ms"
    sleepy = open_database(replace(database, url=f"{database.url}?{limit}"))
    late = SqlStore(sleepy)

    def write() -> None:
        with late._writing() as session:
            late._note(session, "x", "late")
            server_store.note("x", "in time", {})
            late._note(session, "x", "later")

    with pytest.raises(StoreBusy):
        write()
    sleepy.dispose()
    assert [line.subject for line in server_store.audit_entries()][-1] == "in time"


def test_readers_see_one_state(server_store: SqlStore) -> None:
    """Two questions in one transaction have the same answer, whatever is written between them."""
    with reading(server_store._engine) as session:
        first = session.execute(text("SELECT count(*) FROM audit_log")).scalar_one()
        server_store.note("x", "y", {})
        assert session.execute(text("SELECT count(*) FROM audit_log")).scalar_one() == first


@pytest.mark.parametrize("level", ["serializable", "repeatable read", "read uncommitted"])
def test_the_servers_own_default(
    server_store: SqlStore, postgres: Server, database: DatabaseServer, level: str
) -> None:
    """Whatever isolation the server is set to, several writers at once make one chain and are not turned away."""
    postgres.run(f"ALTER DATABASE shared SET default_transaction_isolation = '{level}'")
    try:
        engine = open_database(database)
        threads = [Thread(target=many_lines, args=(SqlStore(engine),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        engine.dispose()
    finally:
        postgres.run("ALTER DATABASE shared RESET default_transaction_isolation")
    state = check_log(audit_lines(server_store))
    assert (state.wrong, state.lines) == (None, 31)


def many_lines(store: SqlStore) -> None:
    for number in range(10):
        store.note("x", str(number), {})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@[::1/x",
        "postgresql://u:geheim@127.0.0.1:port/x",
        "postgresql://u:geheim%zz@127.0.0.1/x",
        "postgresql://u@127.0.0.1/x?password=geheim&nonsense",
        "postgresql://u:geheim@127.0.0.1:1/x",
    ],
)
def test_a_bad_address(url: str) -> None:
    """An address that is none, or where nobody answers, is told without the password in it."""
    with pytest.raises(StoreError) as told, ExitStack() as stack:
        stack.callback(open_database(DatabaseServer(url, "geheim")).dispose)
    seen: BaseException | None = told.value
    while seen is not None:
        assert "geheim" not in f"{seen} {seen!r}"
        seen = seen.__cause__


def test_a_password(postgres: Server, database: DatabaseServer) -> None:
    """It is taken from beside the address, or from it; a wrong one, or none, is told and not quoted."""
    postgres.run("CREATE ROLE guarded SUPERUSER LOGIN PASSWORD 'geheim'")
    url = postgres.url("shared", "guarded")
    for server in (DatabaseServer(url, "geheim"), DatabaseServer(url.replace("guarded@", "guarded:geheim@"))):
        with opened_store(server) as store:
            store.check()
            assert "geheim" not in repr(store._engine) + repr(store._engine.url) + repr(server) + str(server)
    for server in (DatabaseServer(url, "falsch"), DatabaseServer(url)):
        with pytest.raises(StoreError, match="password") as told, opened_store(server):
            pass
        assert "falsch" not in str(told.value)
    postgres.run("DROP ROLE guarded")


def test_a_database_that_cannot_hold_every_name(postgres: Server) -> None:
    """One in another encoding is refused before anything is made in it."""
    postgres.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(StoreError, match=r"LATIN1.*UTF8"):
        open_database(DatabaseServer(postgres.url("latin")))
    assert postgres.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database="latin") == 0
    postgres.drop("latin")


def test_a_database_without_tables(empty_database: DatabaseServer, postgres: Server) -> None:
    """What only looks at a database makes nothing; one that does not exist is told."""
    with pytest.raises(StoreError, match="vanbang init"), opened_store(empty_database):
        pass
    with pytest.raises(StoreError, match="does not exist"):
        open_database(DatabaseServer(postgres.url("nowhere")))


def test_what_is_refused_quotes_no_row(server_store: SqlStore) -> None:
    """PostgreSQL's own words would hold the whole row: none of them is told, nor stands behind the error."""
    sealed(server_store, "u", "a")
    with pytest.raises(Conflict) as told, transaction(server_store._engine) as session:
        session.execute(text("UPDATE record SET ciphertext = NULL"))
    assert "Failing row" not in f"{told.value} {told.value.__cause__!r}"
    assert told.value.__suppress_context__
    with pytest.raises(StoreError):
        server_store.note("nul", "\0", {})


def test_a_replica_that_is_promoted(tmp_path: Path) -> None:
    """A replica is only read; when it takes over from its primary, one address finds it, less what it never got."""
    with running_pair(tmp_path) as (primary, replica):
        primary.create("vanbang")
        engine = open_database(DatabaseServer(either(primary, replica, database="vanbang")))
        store = SqlStore(engine)
        store.note("x", "kept", {})
        replica.has_caught_up_with(primary)
        with opened_store(DatabaseServer(replica.url("vanbang"))) as standby:
            assert [line.subject for line in standby.audit_entries()] == ["kept"]
            with pytest.raises(StoreError, match="standby") as told:
                standby.note("x", "y", {})
            assert not isinstance(told.value, StoreBusy)
        replica.follow_no_more()
        store.note("x", "lost", {})
        primary.stop(immediate=True)
        replica.promote()
        store.note("x", "after", {})
        assert [line.subject for line in store.audit_entries()] == ["kept", "after"]
        assert check_log(audit_lines(store)).holds
        engine.dispose()


def test_connections_are_given_back(server_store: SqlStore, postgres: Server) -> None:
    """However many errors there were, no transaction stays open on the server."""
    for _ in range(30):
        with pytest.raises(Conflict):
            server_store.add_institution(INSTITUTION)
        assert server_store.batch("b") is None
    idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shared' AND state LIKE 'idle in%'"
    assert postgres.run(idle) == 0
    assert postgres.run("SELECT count(*) FROM pg_stat_activity WHERE datname = 'shared'") <= 2


def test_all_connections_in_use(database: DatabaseServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds no connection within a moment is told to try again, by every way to the database, and can then."""
    monkeypatch.setattr("vanbang.adapters.sql.postgresql.WAITING_SECONDS", 0.1)
    engine = open_database(replace(database, connections=2))
    store = SqlStore(engine)
    store.add_institution(INSTITUTION)
    with engine.connect(), engine.connect():
        for ask in (store.institutions, lambda: store.batch("b"), lambda: store.note("x", "y", {})):
            with pytest.raises(StoreBusy, match="database_connections"):
                ask()
    assert store.institutions() == [INSTITUTION]
    engine.dispose()


def test_erasing_while_indexes_are_added(server_store: SqlStore) -> None:
    """Who erases waits for blind indexes that are being added to the record, and removes them with the rest."""
    (only,) = sealed(server_store, "u", "a")
    thread = Thread(target=server_store.erase, args=(only.id, NOW))
    with server_store._writing(beside) as session:
        session.execute(text("SELECT 1 FROM record FOR UPDATE"))
        thread.start()
        thread.join(0.3)
        session.execute(text("UPDATE record SET learner = 'learner1'"))
        session.execute(text("INSERT INTO record_learner SELECT learner, id FROM record"))
    thread.join(60)
    assert server_store.of_learner(b"learner1", None, 0, 9) == []
