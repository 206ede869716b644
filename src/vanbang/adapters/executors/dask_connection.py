"""One connection to a Dask scheduler, and the work that is under way on it."""

import asyncio
import logging
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final

from vanbang.adapters.executors.errors import ClusterLost, ClusterUnfit, ClusterUnreachable, DaskMissing
from vanbang.adapters.executors.parcels import OtherCode, Parcel, about_us, carry_out, opened

LOOK: Final = 1.0
"""Seconds between two looks whether anybody is there for the work that waits."""
TALKATIVE: Final = ("distributed", "distributed.client")
"""Loggers that show a stack trace for a connection that is lost, of which our own errors tell."""
SHOWN: Final = 200
"""Characters of what Dask says."""


class Connection:
    """Good until it is lost: then all that was under way ends with ClusterLost, and there is no more work for it.

    Trusted is what the module dask_cluster says. Safe to use from threads. Raises ClusterUnreachable, ClusterUnfit.
    """

    def __init__(self, address: str, patience: float) -> None:
        self._patience = patience
        self._client = _client(address, patience)
        self._under_way: dict[Future[Any], Future[Any]] = {}
        self._lock = Lock()
        self._lost: str = ""
        self._ended = Event()
        try:
            self._check_workers()
        except BaseException:
            self._close()
            raise
        Thread(target=self._watch, name="dask cluster", daemon=True).start()

    @property
    def is_good(self) -> bool:
        """Whether work can be handed in."""
        return not self._lost and self._client.status == "running"

    @property
    def threads(self) -> int:
        """Threads of all workers, 1 if there is none now: so much work is done at once. Raises ClusterLost."""
        try:
            found: dict[str, int] = self._client.nthreads(callback_timeout=self._patience)
            return max(1, sum(found.values()))
        except Exception as error:
            raise ClusterLost(_said(error)) from error

    def submit(self, work: Parcel) -> Future[Any]:
        """What the work gives. Raises ClusterLost."""
        ours: Future[Any] = Future()
        try:
            theirs = self._client.get_executor(pure=False).submit(carry_out, work)
        except Exception as error:
            raise ClusterLost(_said(error)) from error
        with self._lock:
            if self._lost:
                raise ClusterLost(self._lost)
            self._under_way[ours] = theirs
        ours.add_done_callback(self._called_off)
        theirs.add_done_callback(lambda done: self._settle(ours, done))
        return ours

    def lose(self, reason: str) -> None:
        """Ends all work under way, and the connection."""
        with self._lock:
            self._lost = self._lost or reason
            under_way = list(self._under_way)
        self._ended.set()
        for ours in under_way:
            if self._is_mine_to_settle(ours):
                ours.set_exception(ClusterLost(reason))
        self._close()

    def wait(self) -> None:
        """Returns when nothing is under way."""
        with self._lock:
            under_way = list(self._under_way)
        for ours in under_way:
            with suppress(Exception, CancelledError):
                ours.exception()

    def _settle(self, ours: Future[Any], theirs: Future[Any]) -> None:
        if not self._is_mine_to_settle(ours):
            return
        try:
            ours.set_result(_outcome(theirs))
        except Exception as error:  # noqa: BLE001 -- the future raises it again
            ours.set_exception(error)

    def _is_mine_to_settle(self, ours: Future[Any]) -> bool:
        with self._lock:
            found = self._under_way.pop(ours, None)
        return found is not None and ours.set_running_or_notify_cancel()

    def _called_off(self, ours: Future[Any]) -> None:
        if ours.cancelled():
            with self._lock:
                theirs = self._under_way.pop(ours, None)
            if theirs is not None:
                theirs.cancel()

    def _watch(self) -> None:
        """Sees what no future of Dask's would tell: no worker left, or a scheduler that has fallen silent."""
        seen = monotonic()
        while not self._ended.wait(LOOK):
            if not self._under_way or self._has_workers():
                seen = monotonic()
            elif self._lost or monotonic() - seen > self._patience:
                self.lose("the Dask cluster has no worker left")

    def _has_workers(self) -> bool:
        ask = self._client.scheduler.identity
        try:
            return bool(self._client.sync(ask, n_workers=0, callback_timeout=self._patience)["n_workers"])
        except Exception as error:  # noqa: BLE001 -- whatever it is, nobody answers
            self.lose(f"the Dask scheduler does not answer ({_said(error)})")
            return False

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, self._patience)
            found = self._client.run(about_us, on_error="return", callback_timeout=self._patience)
        except Exception as error:
            raise ClusterUnreachable(f"the Dask cluster has no worker that answers ({_said(error)})") from error
        for name, has in found.items():
            if isinstance(has, OSError):
                raise ClusterUnreachable(f"the worker {name} of the Dask cluster does not answer ({_said(has)})")
            if has != about_us():
                raise ClusterUnfit(f"the worker {name}", has if type(has) is str else _lacks(has), about_us())

    def _close(self) -> None:
        with suppress(Exception):  # it may hang on a scheduler that is gone
            self._client.close(timeout=self._patience / 2)


def _client(address: str, patience: float) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise DaskMissing from None
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(_reach(address, patience))
        return Client(address, timeout=patience, set_as_default=False, name="vanbang")  # type: ignore[no-untyped-call]
    except Exception as error:
        raise ClusterUnreachable(f"no Dask scheduler answers at {address} ({_said(error)})") from error


async def _reach(address: str, patience: float) -> None:
    """Whether a scheduler answers: a Client that finds none leaves a thread behind each time."""
    from distributed.comm.core import connect
    from distributed.security import Security

    arguments = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
    comm = await connect(address, timeout=patience, **arguments)  # type: ignore[no-untyped-call]
    await comm.close()


def _outcome(theirs: Future[Any]) -> Any:
    """What the work gave, or raised. In Dask's eyes work never fails: whatever Dask itself raises is the cluster's."""
    try:
        outcome = theirs.result()
    except ImportError as error:
        raise ClusterUnfit("a worker", _lacks(error), about_us()) from error
    except CancelledError as error:
        raise ClusterLost("the connection to the Dask scheduler was lost") from error
    except Exception as error:
        raise ClusterLost(f"the Dask cluster lost the work ({_said(error)})") from error
    try:
        return opened(outcome)
    except OtherCode as error:
        raise ClusterUnfit("a worker", str(error), about_us()) from error


def _lacks(error: object) -> str:
    return f"no vanbang that it can load ({type(error).__name__})"


def _said(error: Exception) -> str:
    """The first line of what Dask says, of which none of the work is a part."""
    first = str(error).partition("\n")[0][:SHOWN]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
