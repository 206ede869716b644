"""Units of work that come back in their order, a bounded number under way."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from vanbang.notary.workers import InProcess, WorkerLost, in_order


class Counted:
    """Units, and how many were taken."""

    def __init__(self, count: int) -> None:
        self.taken = 0
        self.count = count

    def __iter__(self) -> Iterator[int]:
        for number in range(self.count):
            self.taken += 1
            yield number


class Breaking(InProcess):
    """Does some work, then has lost its workers: seen when work is handed in, or when its result is asked for."""

    def __init__(self, after: int, *, at_once: bool) -> None:
        self.left, self.at_once = after, at_once

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.left -= 1
        if self.left >= 0:
            return super().submit(fn, *args, **kwargs)
        if self.at_once:
            raise BrokenExecutor
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor())
        return future


@pytest.mark.parametrize("ahead", [None, 1, 3, 50])
def test_results_come_in_the_order_of_the_units(ahead: int | None) -> None:
    """A unit that is done late holds up those behind it, and each result stands with its unit."""
    first_may_end = Event()

    def work(unit: int) -> int:
        if unit == 0 and ahead != 1:
            first_may_end.wait(0.05)
        return unit * unit

    with ThreadPoolExecutor(3) as threads:
        assert list(in_order(threads, work, iter(range(20)), ahead)) == [(n, n * n) for n in range(20)]


def test_no_more_under_way_than_allowed() -> None:
    """Units are taken when there is room for them: a list of any length is never in memory whole."""
    units = Counted(1_000)
    with ThreadPoolExecutor(2) as threads:
        results = in_order(threads, str, iter(units), 4)
        for number in range(10):
            assert next(results) == (number, str(number))
            assert units.taken == number + 4
        results.close()
    assert units.taken == 13


def test_in_process_takes_one_unit_at_a_time() -> None:
    """Work that is done at once keeps nothing waiting."""
    units = Counted(5)
    results = in_order(InProcess(), str, iter(units))
    assert next(results) == (0, "0")
    assert units.taken == 1
    assert [result for _, result in results] == ["1", "2", "3", "4"]


def test_closing_calls_off_what_has_not_begun() -> None:
    """Who stops in the middle does not wait for work that nobody wants any more."""
    go_on, done = Event(), list[int]()

    def work(unit: int) -> int:
        if unit:
            go_on.wait(10)
        done.append(unit)
        return unit

    with ThreadPoolExecutor(1) as thread:
        results = in_order(thread, work, iter(range(100)), 8)
        assert next(results) == (0, 0)
        results.close()
        go_on.set()
    assert done in ([0], [0, 1])


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("after", [0, 3])
def test_lost_workers_have_a_name(after: int, at_once: bool) -> None:
    """What was done before comes out, then the loss is ours to tell, wherever it was noticed."""
    executor: Executor = Breaking(after, at_once=at_once)
    seen = []
    with pytest.raises(WorkerLost, match="run it again"):
        seen.extend(unit for unit, _ in in_order(executor, str, iter(range(10)), 1))
    assert len(seen) <= after


def test_what_work_and_units_raise_comes_through() -> None:
    """An error is raised where its unit's turn is; units that cannot be made end it too."""
    results = in_order(InProcess(), lambda unit: 1 // unit, iter([1, 0, 1]))
    assert next(results) == (1, 1)
    with pytest.raises(ZeroDivisionError):
        next(results)

    def broken() -> Iterator[int]:
        yield 1
        raise OSError("the list cannot be read")

    with pytest.raises(OSError, match="cannot be read"):
        list(in_order(InProcess(), str, broken()))
