"""What all faults begin from, made once: a chain with a registry, and an installation with three institutions.

The chain's state lies in a file, and a node that starts from it is there in a twentieth of a second: every test has a
node and a copy of the installation to itself.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal, Self
from unittest.mock import patch

from chains import Chain, chain_at, running_anvil

from private_postgres import Server, either, running_pair, running_postgres
from vanbang.bootstrap import open_house, set_up
from vanbang.catalog.sampling import institutions
from vanbang.notary.registering import register_institution
from vanbang.ports import Institution
from vanbang.settings import Settings, load

SCHOOLS = tuple(
    Institution(item.iss, item.code, item.name, item.code.lower(), item.head, "Hiệu trưởng")
    for item in institutions()[:3]
)
DEPTH = 4
"""Blocks upon one that make it final: the `d` of the faults."""
TEMPLATE = "ground"
"""The database that others are copied from."""
LEASE_SECONDS = 1
Database = Literal["sqlite", "postgres", "pair"]
"""A file; a server; a server and a replica that follows it."""
QUIET_NODE = ("--no-mining", "--order", "fifo", "--preserve-historical-states")


@dataclass(frozen=True)
class Ground:
    """Files that tests start from: an installation, and the state of its chain. `server` holds its database, if that is
    no file."""

    home: Path
    chain: Path
    server: Server | None = None
    replica: Server | None = None


class Grounds:
    """The ground on each kind of database, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Ground] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def on(self, database: Database) -> Iterator[Ground]:
        """The ground on this database. A pair of servers is fought over once, and made anew each time."""
        if database == "pair":
            (folder := self._folder / token_hex(6)).mkdir()
            with running_pair(folder) as (primary, replica):
                yield replace(prepare(folder, primary), replica=replica)
        else:
            yield self._kept(database)

    def _kept(self, database: Database) -> Ground:
        if database not in self._made:
            (folder := self._folder / database).mkdir()
            if database == "sqlite":
                self._made[database] = prepare(folder)
            else:
                server = self._stack.enter_context(running_postgres(folder, durable=True))
                # Servers are killed here, machines are not: what was handed to the system is not lost.
                server.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
                self._made[database] = prepare(folder, server)
        return self._made[database]


def prepare(folder: Path, server: Server | None = None) -> Ground:
    """Makes the chain and the installation."""
    made = Ground(folder / "home", folder / "chain.json", server)
    with ExitStack() as stack:
        if server is not None:
            address = {"VANBANG_DATABASE": server.create(TEMPLATE)}
            stack.enter_context(patch.dict(os.environ, address))
        url = stack.enter_context(running_anvil(folder / "anvil.log", *QUIET_NODE, "--dump-state", str(made.chain)))
        chain = chain_at(url)

        def wait(*_: Any) -> None:
            chain.rpc("evm_mine")

        set_up(made.home, (url,), None, "http://127.0.0.1:1", wait, DEPTH)
        with open_house(made.home) as house:
            for school in SCHOOLS:
                register_institution(house.store, house.ledger, house.keys, school, wait)
        chain.rpc("anvil_mine", hex(DEPTH), "0x0")
    return made


@contextmanager
def node_on(ground: Ground, log: Path, *options: str) -> Iterator[Chain]:
    """A node with the chain as it was prepared; it mines when told."""
    with running_anvil(log, *QUIET_NODE, "--load-state", str(ground.chain), *options) as url:
        yield chain_at(url)


def copied(ground: Ground, home: Path) -> Settings:
    """The installation in another folder, with a copy of its database; its settings, not yet saved."""
    shutil.copytree(ground.home, home)
    settings = replace(load(home), lease_seconds=LEASE_SECONDS)
    if ground.server is None:
        return settings
    if ground.replica is not None:
        return replace(settings, database=either(ground.server, ground.replica, database=TEMPLATE))
    ground.server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ground'")
    return replace(settings, database=ground.server.create(f"t{token_hex(6)}", TEMPLATE))
