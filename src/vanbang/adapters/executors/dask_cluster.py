"""Heavy work on a Dask cluster, as on any other executor.

Trusted: the scheduler, its workers and the network between them see what the work is made of, records' secrets and the
key of the blind indexes among it, and decide what comes back (docs/threat-model.md). The package distributed (extra
`dask`) is loaded when the first work comes. TLS, its certificates and every other property of a cluster are Dask's own
settings: its files, its variables (DASK_DISTRIBUTED__...).
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Lock
from time import monotonic
from typing import Final, ParamSpec, TypeVar

from vanbang.adapters.executors.dask_connection import Connection
from vanbang.adapters.executors.errors import ClusterLost, ClusterUnreachable, DaskMissing
from vanbang.adapters.executors.parcels import packed

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE: Final = 10.0
"""Seconds to wait for a scheduler, an answer of it, or a worker, before they count as gone."""
PAUSE: Final = 10.0
"""Seconds for which a service does not look again for a cluster that it has waited for: of fifty lists in hand each
would wait as long, and nothing else have its turn."""

log = logging.getLogger("vanbang.executors")


class DaskCluster(Executor):
    """The workers of the Dask scheduler at `address` (`tcp://` or `tls://host:port`).

    Connected by the first work that comes, and anew after the connection was lost. When a worker dies, another does its
    work, as often as the scheduler's setting allowed-failures says. Work ends with ClusterLost, a BrokenExecutor, when
    there is no other worker for `patience` seconds, or the scheduler is gone. For `pause` seconds after a cluster was
    looked for in vain, work ends so at once. Safe to use from threads.
    """

    def __init__(self, address: str, patience: float = PATIENCE, pause: float = 0.0) -> None:
        self._address = address
        self._patience = patience
        self._pause = pause
        self._lock = Lock()
        self._connection: Connection | None = None
        self._missed: ClusterUnreachable | None = None
        self._missed_at = 0.0

    @property
    def processes(self) -> int:
        """How much work is done at once. Raises ClusterUnfit, ClusterLost."""
        return self._working().threads

    def check(self) -> None:
        """Connects, unless it is connected. Raises ClusterUnreachable; ClusterUnfit: its workers have other code."""
        self._connected()

    def look(self) -> None:
        """Connects if it is there. If not, that is logged, and the work that comes looks again.

        Raises ClusterUnfit, DaskMissing: waiting would not help.
        """
        try:
            self._connected()
        except DaskMissing:
            raise
        except ClusterUnreachable as error:
            log.warning("%s: work that needs the cluster waits until it is there", error)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hands the work to the cluster; function, arguments and result are pickled.

        Raises ClusterUnfit, ClusterLost.
        """
        return self._working().submit(packed(fn, args, kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Closes the connection, after what is under way unless that is called off; the cluster goes on."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            if wait and not cancel_futures:
                connection.wait()
            connection.lose("the connection was closed here")

    def _working(self) -> Connection:
        """The connection, for work: that nobody can be reached is as if it had been lost there."""
        try:
            return self._connected(self._pause)
        except ClusterUnreachable as error:
            raise ClusterLost(str(error)) from error

    def _connected(self, pause: float = 0.0) -> Connection:
        with self._lock:
            if self._missed is not None and monotonic() < self._missed_at + pause:
                raise ClusterUnreachable(str(self._missed))
            if self._connection is not None and not self._connection.is_good:
                self._connection.lose("the connection to the Dask scheduler was lost")
                self._connection = None
            if self._connection is None:
                self._connection = self._new_connection()
            return self._connection

    def _new_connection(self) -> Connection:
        try:
            connection = Connection(self._address, self._patience)
        except ClusterUnreachable as error:
            self._missed, self._missed_at = error, monotonic()
            raise
        if self._missed is not None:
            self._missed = None
            log.info("the Dask cluster at %s is there", self._address)
        return connection
