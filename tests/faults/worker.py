"""A worker process of the product, with orders of a test: die here, see that time, find no room there.

Processes are forked off a server that has imported everything (`multiprocessing`, method forkserver): each is a real
process with its own connections, and starts in a tenth of a second. The orders are carried out by this wrapper around
the product's code, which knows nothing of them.
"""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partialmethod
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from faults.writing import fail_writes
from unhurt_disks import trust_the_machine
from vanbang.adapters.ethereum.ledger import RpcLedger
from vanbang.adapters.objects import FolderStore
from vanbang.adapters.sql import SqlStore
from vanbang.cli import engine
from vanbang.cli.worker import worker
from vanbang.notary import anchoring, sweeping

RPC_SECONDS = 1.5
"""How long a worker waits for an endpoint: less than in earnest, for a test waits for it in full."""
LOOK_EVERY = 0.1
SWEEP_EVERY = 1
"""Seconds between two looks at what was final."""

SILENCE = 2
"""Seconds after which a chain is said to stand still."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["vanbang.cli.main", "vanbang.cli.serving", "psycopg"])


@dataclass(frozen=True)
class Orders:
    """What happens to a worker.

    `die` names a place of PLACES at which it kills itself with SIGKILL, before the `nth` call or after it. `shift` is
    added to its wall clock, `jump` (seconds of work, seconds of clock) later on. `full` makes its writes to `files` or
    `database` fail, or some of its `commits`; `persisted` says whether they happen all the same.
    """

    die: str = ""
    after: bool = False
    nth: int = 1
    shift: int = 0
    jump: tuple[float, int] = (0.0, 0)
    full: str = ""
    persisted: bool = False


FREE = Orders()


@dataclass(frozen=True)
class Place:
    """A method of the product, and which calls of it are meant, by their arguments."""

    owner: type
    method: str
    is_meant: Callable[[Sequence[Any]], bool] = lambda given: True


PREPARE = "add_transactions"
PLACES = {
    "received": Place(SqlStore, "receive"),
    "accepted": Place(SqlStore, "accept"),
    "files": Place(FolderStore, "put_many", lambda given: given[0][0][0].startswith("tiles/")),
    "sealed": Place(SqlStore, "seal"),
    "endorsed": Place(SqlStore, "endorse"),
    "prepared": Place(SqlStore, PREPARE),
    "anchoring": Place(SqlStore, PREPARE, lambda given: given[0][0].call.purpose.startswith("anchor")),
    "send": Place(RpcLedger, "send"),
    "broadcast": Place(SqlStore, "settle", lambda given: given[1] == "BROADCAST"),
    "mined": Place(SqlStore, "settle", lambda given: given[1] == "MINED"),
    "final": Place(SqlStore, "settle", lambda given: given[1] == "FINAL"),
}


def forked(work: Callable[..., None], log: Path, orders: Orders, *given: Any) -> BaseProcess:
    """A process of its own that does `work` with orders; what it says goes to `log`."""
    process = _context.Process(target=_obeying, args=(work, log, orders, *given), daemon=True)
    process.start()
    return process


def start(home: Path, log: Path, orders: Orders = FREE) -> BaseProcess:
    """A worker on an installation."""
    return forked(_work, log, orders, home)


def _obeying(work: Callable[..., None], log: Path, orders: Orders, *given: Any) -> None:
    _say_to(log)
    trust_the_machine()
    obey(orders)
    engine.LOOK_EVERY = LOOK_EVERY  # type: ignore[misc]
    sweeping.EVERY_MINUTE = SWEEP_EVERY  # type: ignore[misc]
    anchoring.NO_BLOCK_FOR = anchoring.NOT_FINAL_FOR = SILENCE  # type: ignore[misc]
    RpcLedger.__init__ = partialmethod(RpcLedger.__init__, timeout=RPC_SECONDS)  # type: ignore[method-assign]
    work(*given)


def _work(home: Path) -> None:
    worker(home=home, once=False, name="", log_format="text")


def obey(orders: Orders) -> None:
    """Arranges for what is ordered, in this process."""
    if orders.die:
        _die_at(PLACES[orders.die], orders)
    if orders.shift or orders.jump[1]:
        _move_clock(orders)
    if orders.full:
        fail_writes(orders.full, persisted=orders.persisted)


def _say_to(log: Path) -> None:
    sink = log.open("ab", buffering=0)
    os.dup2(sink.fileno(), 1)
    os.dup2(sink.fileno(), 2)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)


def _die_at(place: Place, orders: Orders) -> None:
    real, left = getattr(place.owner, place.method), [orders.nth]

    def dying(self: Any, *given: Any, **named: Any) -> Any:
        given = tuple(list(item) if hasattr(item, "__next__") else item for item in given)
        if place.is_meant(given):
            left[0] -= 1
        if left[0]:
            return real(self, *given, **named)
        if orders.after:
            real(self, *given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody outlives SIGKILL")

    setattr(place.owner, place.method, dying)


def _move_clock(orders: Orders) -> None:
    wall, started = time.time, time.monotonic()
    after, by = orders.jump
    time.time = lambda: wall() + orders.shift + (by if by and time.monotonic() - started > after else 0)
