"""What all faults begin from, made once: a chain with a registry, and an installation with three institutions.

The chain's state lies in a file, and a node that starts from it is there in a twentieth of a second: every test has a
node and a copy of the installation to itself.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chains import Chain, chain_at, running_anvil

from vanbang.bootstrap import House, open_house, set_up
from vanbang.catalog.sampling import institutions
from vanbang.notary.registering import register_institution
from vanbang.ports import Institution

SCHOOLS = tuple(
    Institution(item.iss, item.code, item.name, item.code.lower(), item.head, "Hiệu trưởng")
    for item in institutions()[:3]
)
DEPTH = 3
"""Blocks upon one that make it final: the `d` of the faults."""
HISTORY = 70
"""Blocks behind the last transaction of setting up: the deepest reorganisation must not reach it."""
QUIET_NODE = ("--no-mining", "--order", "fifo", "--preserve-historical-states")


@dataclass(frozen=True)
class Ground:
    """Files that tests start from: an installation, and the state of its chain."""

    home: Path
    chain: Path


def prepare(folder: Path) -> Ground:
    """Makes the chain and the installation."""
    made = Ground(folder / "home", folder / "chain.json")
    with running_anvil(folder / "anvil.log", *QUIET_NODE, "--dump-state", str(made.chain)) as url:
        chain = chain_at(url)

        def wait(*_: Any) -> None:
            chain.rpc("evm_mine")

        set_up(made.home, (url,), None, "http://127.0.0.1:1", wait, DEPTH)
        with open_house(made.home) as house:
            _register(house, wait)
        chain.rpc("anvil_mine", hex(HISTORY), "0x0")
    return made


def _register(house: House, wait: Any) -> None:
    for school in SCHOOLS:
        register_institution(house.store, house.ledger, house.keys, school, wait)


@contextmanager
def node_on(ground: Ground, log: Path, *options: str) -> Iterator[Chain]:
    """A node with the chain as it was prepared; it mines when told."""
    with running_anvil(log, *QUIET_NODE, "--load-state", str(ground.chain), *options) as url:
        yield chain_at(url)


def copy_of(ground: Ground, home: Path) -> None:
    """The installation, in another folder."""
    shutil.copytree(ground.home, home)
