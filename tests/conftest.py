"""What all tests share."""

import asyncio
import gc
import signal
from collections.abc import Generator

import pytest
from hypothesis import settings

from faults_survived import ClosingLine
from unhurt_disks import trust_the_machine
from vanbang.notary.garbage import seek_garbage_seldom

# A busy machine must not fail a test that is about behaviour: speed is measured by scripts/bench.
settings.register_profile("vanbang", deadline=None)
settings.load_profile("vanbang")

_LOOP = pytest.StashKey[asyncio.AbstractEventLoop | None]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser's loop stays marked as running in this thread between its tests: others must not see it."""
    if "browser" not in getattr(item, "fixturenames", ()):
        item.stash[_LOOP] = asyncio._get_running_loop()
        asyncio._set_running_loop(None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """The last test's teardown may be what closes the browser."""
    loop = item.stash.get(_LOOP, None)
    if loop is not None:
        asyncio._set_running_loop(loop)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests begin first: none is left to run alone when all others are done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All tests and what they import stay to the end: looking for garbage among them took a fifth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        seek_garbage_seldom()
        gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    trust_the_machine()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A script that starts this behind itself has it ignore Ctrl-C, and all that tests start would do so as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):  # of several processes, the one that speaks to the terminal
        config.pluginmanager.register(ClosingLine())
