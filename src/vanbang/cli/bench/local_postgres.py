"""A PostgreSQL server of its own for a bench, if its programs are on this machine: gone with its data afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg

from vanbang.bootstrap import free_port

DEBIAN: Final = Path("/usr/lib/postgresql")
PATIENCE: Final = 60.0
USER: Final = "vanbang"
OPTIONS: Final = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200")
"""All others are the server's own: a commit is on the disk when it is answered."""


@contextmanager
def postgres_at() -> Iterator[str | None]:
    """The address of an empty database; None where there is no PostgreSQL."""
    programs = _programs()
    if programs is None:
        yield None
        return
    with TemporaryDirectory(prefix="vanbang-postgres-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            os.chown(folder, *nobody())
        data, port = Path(folder) / "data", free_port(0)
        command = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **unprivileged())
        options = [word for option in (f"port={port}", *OPTIONS) for word in ("-c", option)]
        with (Path(folder) / "log").open("wb") as log:
            server = [str(programs / "postgres"), "-D", str(data), *options]
            process = subprocess.Popen(server, stdout=log, stderr=log, cwd=folder, **unprivileged())
        try:
            yield _address_of(port, process)
        finally:
            process.send_signal(signal.SIGINT)  # SIGTERM would wait for connections that this process keeps
            process.wait()


def _programs() -> Path | None:
    """The newest version of Debian's, else what PATH has."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda place: float(place.parts[-3]), reverse=True)
    on_path = shutil.which("initdb")
    places = [place.parent for place in found] + ([Path(on_path).resolve().parent] if on_path else [])
    return next((place for place in places if (place / "postgres").exists()), None)


def _address_of(port: int, process: "subprocess.Popen[bytes]") -> str:
    address = f"postgresql://{USER}@127.0.0.1:{port}/postgres"
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and process.poll() is None:
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return address
    raise SystemExit("PostgreSQL không chạy được · PostgreSQL did not start")


def unprivileged() -> dict[str, Any]:
    """How to start what refuses to run as root, for `subprocess`."""
    if os.geteuid() != 0:
        return {}
    user, group = nobody()
    return {"user": user, "group": group, "extra_groups": []}


def nobody() -> tuple[int, int]:
    """The user and group that own nothing."""
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid
