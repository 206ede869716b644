"""Where work is done that needs nothing but a processor: in this process, or in others beside it."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import Any, ClassVar, Final, NamedTuple, ParamSpec, Self, TypeVar

from vanbang.core.errors import VanbangError
from vanbang.notary.garbage import seek_garbage_seldom

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
U = TypeVar("U")

SPARE: Final = 2
"""Units that wait beside those that are worked on, so that no worker is idle while one is made."""
NOTICE: Final = 2.0
"""Seconds in which the thread that reads results takes note of a worker's end, unless it waits for the rest of one."""


PRELOADED: Final = [f"vanbang.notary.{name}" for name in ("checking_many", "committing", "examining", "rebuilding")]
"""What worker processes are forked with: the code of heavy work, once for all of them."""


class WorkerLost(VanbangError):
    """A worker process ended before its work did: killed, or out of memory; or where it runs is out of reach.

    What that work was for was not stored; begin again.
    """

    code: ClassVar[str] = "worker_lost"

    def __init__(self, why: str = "a worker process ended before its work was done (killed, or out of memory)") -> None:
        super().__init__(f"{why}: run it again")

    @classmethod
    def of(cls, error: BrokenExecutor) -> Self:
        """In the words of an executor that says more than that its pool is broken."""
        return cls() if isinstance(error, BrokenProcessPool) or not str(error) else cls(str(error))


class InProcess(Executor):
    """An executor that does the work at once, in the caller's thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The finished future. What the work raises is raised by its `result`."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 -- the future raises it again
            future.set_exception(error)
        return future


def in_order(
    executor: Executor, work: Callable[[U], R], units: Iterator[U], ahead: int | None = None
) -> Generator[tuple[U, R], None, None]:
    """Each unit with what `work` made of it, in the order of the units, at most `ahead` of them under way at once.

    `ahead` None: as many as `executor` has workers, and two that wait. A unit is taken from `units` when there is room
    for it, never sooner. Raises WorkerLost, and whatever `units` and `work` raise; closed, or after an error, it calls
    off what has not begun.
    """
    waiting = deque[tuple[U, Future[R]]]()
    try:
        room = ahead or _room(executor)
        for unit in units:
            waiting.append((unit, executor.submit(work, unit)))
            if len(waiting) == room:
                yield _finished(*waiting.popleft())
        while waiting:
            yield _finished(*waiting.popleft())
    except BrokenExecutor as error:
        raise WorkerLost.of(error) from error
    finally:
        for _, future in waiting:
            future.cancel()


def _room(executor: Executor) -> int:
    """One unit where the work is done at once; elsewhere one for each worker, and some that wait."""
    if isinstance(executor, InProcess):
        return 1
    return SPARE + int(getattr(executor, "processes", os.cpu_count() or 1))


def _finished(unit: U, future: Future[R]) -> tuple[U, R]:
    return unit, future.result()


class WorkerPool(Executor):
    """Worker processes, one a processor, started by the first work that comes, and anew after one of them was lost.

    They are forked from a server process that has loaded the code of heavy work and nothing else: never from the
    caller, whose threads may hold locks, and never with the libraries of a chain.
    """

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes or os.cpu_count() or 1
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hands the work to a process; function, arguments and result are pickled."""
        with self._lock:
            if self._pool is not None:
                try:
                    return self._pool.submit(fn, *args, **kwargs)
                except BrokenExecutor:
                    self._pool.shutdown(wait=False)
            self._pool = _new_pool(self.processes)
            first = self._pool.submit(fn, *args, **kwargs)
            Thread(target=_give_up_half_results, args=_inside(self._pool), name="workers", daemon=True).start()
            return first

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the processes, if there are any."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait, cancel_futures=cancel_futures)
                self._pool = None


def _new_pool(processes: int) -> ProcessPoolExecutor:
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(PRELOADED)
    return ProcessPoolExecutor(processes, context, _begin)


class _Inside(NamedTuple):
    """What the standard library keeps to itself, of a pool that works: the pool itself may go."""

    manager: Thread
    processes: dict[int, BaseProcess]
    results: Connection


def _inside(pool: Any) -> _Inside:
    return _Inside(pool._executor_manager_thread, pool._processes, pool._result_queue._writer)


def _give_up_half_results(manager: Thread, processes: dict[int, BaseProcess], results: Connection) -> None:
    """Breaks a pool that waits for the rest of a result whose worker was killed while it wrote.

    The standard library's pool looks for ended workers between results only, so it would wait for ever. When all ends
    of the pipe that can be written to are closed, what it reads is over, and it sees that it is broken.
    """
    unnoticed = set[object]()
    while manager.is_alive():
        ended = set[object](wait([process.sentinel for process in list(processes.values())], 0))
        if unnoticed & ended:
            for process in list(processes.values()):
                process.kill()
            results.close()
            return
        unnoticed = ended
        manager.join(NOTICE)


def _begin() -> None:
    """How a worker process begins: Ctrl-C is its parent's business, and its parent's end is its own.

    Without that it would wait for ever for work of a parent that was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seek_garbage_seldom()
    Thread(target=_end_with, args=(multiprocessing.parent_process(),), name="parent", daemon=True).start()


def _end_with(parent: BaseProcess | None) -> None:
    if parent is not None:
        parent.join()
        os._exit(1)
