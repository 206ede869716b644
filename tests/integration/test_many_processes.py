"""Three sites and three workers on one PostgreSQL database, killed with -9 now and then, and the server restarted.

Lists of several institutions come in through all three sites meanwhile. Nothing may be lost or doubled, and who repeats
a request under the same key must be told the same, whichever site answers.
"""

import io
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import command_line
import pytest
import requests
from api_calling import Caller
from chains import running_anvil
from command_line import SAMPLE, Installation, environment, installed, start

from ports import free_port
from private_postgres import Server, running_postgres
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.catalog import TYPES
from vanbang.catalog.sampling import institutions, sample_rows, write_csv
from vanbang.notary.access import make_key, new_id, new_secret, text_of
from vanbang.notary.records import decrypt_record
from vanbang.ports import DatabaseServer, StoreError

pytestmark = [pytest.mark.slow, pytest.mark.long]

EACH, LISTS, ROWS = 3, 20, 50
"""Sites and workers; lists at most of each of three institutions, diplomas of each list."""
PACE = 1.0
"""Seconds between two lists of an institution: it sends as long as there is killing."""
KILLS, RESTART_AT = 7, 3
EVERY = 1.0
SECONDS = 120.0
SEED = 7
SENDERS = institutions()[:3]
ONCE = {"upload.accepted", "upload.received", "batch.accepted", "batch.sealed", "batch.final"}


@dataclass
class Fleet:
    """The processes, by name; one that is killed is started again on the same port."""

    home: Path
    log: Path
    ports: list[int] = field(default_factory=lambda: [free_port() for _ in range(EACH)])
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        kind, _, number = name.partition(" ")
        options = ("--port", str(self.ports[int(number)])) if kind == "serve" else ("--name", f"worker-{number}")
        self.running[name] = start(kind, *options, home=self.home, log=self.log)

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    def sites(self, key: str) -> list[Caller]:
        return [Caller(f"http://127.0.0.1:{port}", key) for port in self.ports]


@contextmanager
def running(home: Path, log: Path) -> Iterator[Fleet]:
    """All six, killed at the end."""
    fleet = Fleet(home, log)
    try:
        for name in [f"{kind} {number}" for kind in ("serve", "worker") for number in range(EACH)]:
            fleet.start(name)
        yield fleet
    finally:
        for name in fleet.running:
            fleet.kill(name)


def told(sites: list[Caller], ask: Callable[[Caller], dict[str, Any]], turn: Iterator[int]) -> dict[str, Any]:
    """The answer of the first site that has one; each attempt asks another."""
    until = time.monotonic() + SECONDS
    while True:
        assert time.monotonic() < until
        try:
            return ask(sites[next(turn) % EACH])
        except requests.RequestException:  # killed, or not up yet
            time.sleep(0.1)
        except AssertionError as error:
            if '"status":503' not in str(error):
                raise
            time.sleep(0.1)


def send(sites: list[Caller], lists: Mapping[str, bytes], first: int, over: Event) -> dict[str, str]:
    """Sends lists in until it is over, each twice under the same keys; gives the upload that each became."""
    became, turn = dict[str, str](), count(first)
    for name, body in lists.items():
        if over.wait(PACE) and became:
            break
        answers = [told(sites, lambda site, n=name, b=body: site.send(f"{n}.csv", b, n), turn) for _ in range(2)]  # type: ignore[misc]
        assert answers[0] == answers[1]
        became[name] = answers[0]["id"]
    return became


def lists_of(code: str) -> dict[str, list[dict[str, str]]]:
    rows = list(sample_rows(LISTS * ROWS, f"many {code}", (code,)))
    return {f"{code}-{n}": rows[n * ROWS : (n + 1) * ROWS] for n in range(LISTS)}


def as_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return text.getvalue().encode()


def is_done(store: SqlStore, clients: list[Future[dict[str, str]]]) -> bool:
    """Whether everything was sent in, and has come to its end."""
    if not all(client.done() for client in clients):
        return False
    try:
        return not store.uploads(states=("OPEN", "RECEIVED")) and all(
            batch.state == "FINAL" for batch in store.batches()
        )
    except StoreError:
        return False


def mischief(fleet: Fleet, server: Server) -> None:
    """Kills one after the other, whoever it is, and starts it again; in between the database server as well."""
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for number in range(KILLS):
        time.sleep(EVERY)
        victim = chance.choice(sorted(fleet.running))
        fleet.kill(victim)
        if number == RESTART_AT:
            server.restart(immediate=True)
        fleet.start(victim)


def wait_until_done(fleet: Fleet, store: SqlStore, clients: list[Future[dict[str, str]]]) -> None:
    """Lets all come to its end."""
    until = time.monotonic() + SECONDS
    while not is_done(store, clients):
        assert time.monotonic() < until, f"it does not come to its end:\n{fleet.log.read_text()[-3_000:]}"
        time.sleep(0.2)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Installation, Server, SqlStore]]:
    """An installation with three institutions, on a PostgreSQL server and a real node."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres(tmp_path, durable=True))
        rpc = stack.enter_context(running_anvil(tmp_path / "anvil.log", "--block-time", "0.1"))
        where = DatabaseServer(server.create("vanbang"))
        given = {
            "VANBANG_DATABASE": where.url,
            "VANBANG_ENGINE": "off",
            "VANBANG_EXECUTOR": "processes:1",
            "VANBANG_LEASE_SECONDS": "2",
        }
        monkeypatch.setattr(command_line, "environment", lambda home: environment(home) | given)
        vanbang = installed(tmp_path / "home", "--rpc", rpc, inside=True)
        for sender in SENDERS:
            if sender != SAMPLE:
                named = ("--iss", sender.iss, "--code", sender.code, "--name", sender.name, "--officer", sender.head)
                vanbang.good("issuer", "add", *named, "--title", "Hiệu trưởng")
        store = SqlStore(open_database(where)).acting_as("test")
        yield vanbang, server, store
        store._engine.dispose()


def key_of(store: SqlStore, iss: str) -> str:
    """A registrar's API key."""
    key_id, secret = new_id(), new_secret()
    make_key(store, key_id, secret, iss, "registrar", "test", int(time.time()), 1)
    return text_of(key_id, secret)


def test_nothing_is_lost_or_doubled(house: tuple[Installation, Server, SqlStore], tmp_path: Path) -> None:
    """Every list that was answered with 202 is in one accepted upload, every diploma in one batch, every batch final
    once; the audit holds; and a request that was repeated was answered as before."""
    vanbang, server, store = house
    lists = {sender.code: lists_of(sender.code) for sender in SENDERS}
    keys = {sender.code: key_of(store, sender.iss) for sender in SENDERS}
    with running(vanbang.home, tmp_path / "log") as fleet, ThreadPoolExecutor(len(SENDERS)) as threads:
        over = Event()
        clients = [
            threads.submit(send, fleet.sites(keys[code]), {n: as_csv(rows) for n, rows in made.items()}, at, over)
            for at, (code, made) in enumerate(lists.items())
        ]
        mischief(fleet, server)
        over.set()
        wait_until_done(fleet, store, clients)
    became = {name: upload for client in clients for name, upload in client.result().items()}
    assert len(set(became.values())) == len(became) >= len(SENDERS)
    assert {upload.id: upload.state for upload in store.uploads(limit=1_000)} == dict.fromkeys(
        became.values(), "ACCEPTED"
    )
    assert Counter(batch.upload for batch in store.batches()) == Counter(became.values())
    expected = {became[name]: serials(made[name]) for made in lists.values() for name in made.keys() & became.keys()}
    assert {batch.upload: serials_of(store, batch.id, batch.vct) for batch in store.batches()} == expected
    lines = Counter((line.action, line.subject) for line in store.audit_entries(0, 10_000))
    assert {number for (action, _), number in lines.items() if action in ONCE} == {1}
    assert Counter(action for action, _ in lines)["batch.final"] == len(became)
    assert vanbang.good("audit", "--database", "--json").json()["findings"] == []
    assert "engine fault" not in (tmp_path / "log").read_text()


def serials(rows: list[dict[str, str]]) -> list[str]:
    return sorted(row["so_hieu_vbcc"] for row in rows)


def serials_of(store: SqlStore, batch: str, vct: str) -> list[str]:
    """The serial numbers of the diplomas in a batch, decrypted."""
    kind = TYPES[vct]
    return sorted(kind.values_of(decrypt_record(kind, record))["so_hieu_vbcc"] for record in store.records(batch))
