"""Several workers on one PostgreSQL, killed again and again."""

import multiprocessing
import random
import time
from collections import Counter
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest
from lease_workers import LISTS, list_name, take_in, words_of, work

from private_postgres import Server, running_postgres
from small_house import INSTITUTION
from stored_things import record, upload
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.ports import DatabaseServer

pytestmark = pytest.mark.slow

WORKERS = 3
PATIENCE = 90.0


def started(where: DatabaseServer) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(target=work, args=(where,))
    process.start()
    return process


def killing(where: DatabaseServer, server: Server) -> tuple[int, int]:
    """Lets workers work and kills one every second, once the server too; gives the kills and how many ended well."""
    chance, kills, until = random.Random(4), 0, time.monotonic() + PATIENCE
    workers = [started(where) for _ in range(WORKERS)]
    while any(worker.is_alive() for worker in workers):
        assert time.monotonic() < until, f"the work does not come to its end: {unfinished(where)}"
        time.sleep(1)
        alive = [worker for worker in workers if worker.is_alive()]
        if alive and kills < 5:
            victim = chance.choice(alive)
            victim.kill()
            victim.join(10)
            kills += 1
            workers.append(started(where))
        if kills == 3:
            server.restart(immediate=True)
            kills += 1
    return kills, [worker.exitcode for worker in workers].count(0)


def unfinished(where: DatabaseServer) -> list[tuple[str, str]]:
    """The lists that are not taken in, and how far they are."""
    uploads = SqlStore(open_database(where)).uploads(limit=LISTS + 1)
    return [(item.id, item.state) for item in uploads if item.state != "ACCEPTED"]


def test_a_list_left_open_by_a_kill_is_taken_in(tmp_path: Path) -> None:
    """A list whose worker died before it was whole is received and taken in by the next."""
    store = SqlStore(open_database(tmp_path / "vanbang.db"))
    store.add_institution(INSTITUTION)
    store.add_upload(upload(list_name(0)))
    take_in(store, list_name(0))
    assert [item.state for item in store.uploads()] == ["ACCEPTED"]


def test_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Workers that are killed in the midst of their work, and a server that crashes, leave every list taken in once."""
    with running_postgres(tmp_path, durable=True) as server:
        where = DatabaseServer(server.create("vanbang"))
        store = SqlStore(open_database(where))
        store.add_institution(INSTITUTION)
        kills, ended_well = killing(where, server)
        assert (kills >= 3, ended_well) == (True, WORKERS)
        assert {item.id: item.state for item in store.uploads(limit=LISTS + 1)} == {
            list_name(number): "ACCEPTED" for number in range(LISTS)
        }
        assert len(store.batches()) == LISTS
        for number in range(LISTS):
            name = list_name(number)
            keys = [item.key for item in store.records(f"b-{name}")]
            assert keys == [record(word).key for word in words_of(name)]
        lines = list(audit_lines(store))
        assert check_log(lines).holds
        told = Counter((line.action, line.subject) for line in lines)
        assert max(told.values()) == 1
        assert sum(action == "upload.accepted" for action, _ in told) == LISTS
        store._engine.dispose()
