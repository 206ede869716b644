"""Asking several at the same time, none of whom can hold the others up."""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeVar

from vanbang.core.quorum import Failure

Value = TypeVar("Value")


def at_once(jobs: Sequence[Callable[[], Value]], timeout: float) -> list[Value | Failure]:
    """What each job gives, in order; Failure `timeout` for one that takes longer than `timeout` seconds.

    The thread of a late job goes on by itself and does not keep the process from ending, as an executor's would.
    An exception of a job is raised here.
    """
    answers: SimpleQueue[tuple[int, Value | BaseException]] = SimpleQueue()
    for number, job in enumerate(jobs):
        Thread(target=_work, args=(number, job, answers), daemon=True).start()
    found: list[Value | Failure] = [Failure("timeout") for _ in jobs]
    deadline = monotonic() + timeout
    for _ in jobs:
        try:
            number, value = answers.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            break
        if isinstance(value, BaseException):
            raise value
        found[number] = value
    return found


def _work(number: int, job: Callable[[], Value], answers: "SimpleQueue[tuple[int, Value | BaseException]]") -> None:
    try:
        answers.put((number, job()))
    except BaseException as error:  # noqa: BLE001 -- raised again in the thread that waits
        answers.put((number, error))
