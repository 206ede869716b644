"""Counting beside an answer: at once as a rule, never in its way."""

import time
from threading import Event

import pytest

from vanbang.ports import StoreBusy
from vanbang.web.counting import Counting


def test_it_is_done_before_the_answer_as_a_rule() -> None:
    """Who looks after the answer finds the count."""
    done: list[int] = []
    Counting().soon(lambda: done.append(1))
    assert done == [1]


def test_nobody_waits_for_another_writer() -> None:
    """Held up, it is waited for no longer than the moment, and done when it can be."""
    free, done = Event(), Event()
    since = time.monotonic()
    Counting(patience=0.02).soon(lambda: (free.wait(60), done.set()))
    assert time.monotonic() - since < 30
    assert not done.is_set()
    free.set()
    assert done.wait(60)


def test_what_fails_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A database that cannot count is a line in the log, and the next is counted."""
    done: list[int] = []
    counting = Counting()

    def busy() -> None:
        raise StoreBusy("the database could not do this now")

    counting.soon(busy)
    counting.soon(lambda: done.append(1))
    assert done == [1]
    assert "not counted" in caplog.text


def test_few_wait_at_a_time(caplog: pytest.LogCaptureFixture) -> None:
    """A flood while the database is held up loses counts, and fills no memory."""
    free = Event()
    counting = Counting(patience=0.001, waiting=2)
    done: list[int] = []
    for number in range(5):
        counting.soon(lambda number=number: (free.wait(60), done.append(number)))  # type: ignore[misc]
    free.set()
    counting._thread.shutdown()
    assert done == [0, 1]
    assert caplog.text.count("too many wait") == 3
