"""The signals that end a worker."""

import os
import signal

from vanbang.cli.worker import NAME, taking_signals


def test_signals_are_counted_and_given_back() -> None:
    """The first signal tells to end, the second to hurry; afterwards signals mean what they did before."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with taking_signals() as signals:
        counts = [signals.count]
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
            counts.append(signals.count)
    assert counts == [0, 1, 2]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_what_a_worker_may_be_called() -> None:
    """A name is a word that can be read in a table and split at its colons."""
    assert all(NAME.fullmatch(name) for name in ("a", "rack-2.hanoi_1", "x" * 40))
    assert not any(NAME.fullmatch(name) for name in ("", "two words", "a:b", "x" * 41, "một", "a\n"))
