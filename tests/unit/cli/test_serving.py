"""The site's server: what it does when its listening socket is closed behind its back."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from vanbang.cli import demo
from vanbang.cli.serving import ListenerLost, Site, listening
from vanbang.web.operating import Operating

pytestmark = pytest.mark.slow


async def app(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nothing is asked")


def site() -> Site:
    return Site(uvicorn.Config(app, lifespan="off", log_config=None, log_level="warning"), Operating(), 0.0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listening("127.0.0.1", 0) as found:
        yield found


def close_behind(running: Site, descriptor: int) -> None:
    while not running.started:
        threading.Event().wait(0.01)
    with open(os.devnull) as other:
        os.dup2(other.fileno(), descriptor)


def test_ends_when_it_cannot_be_reached(listener: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """A site whose listening socket somebody closed does not stay alive unreachable: it ends with an error and a log
    line."""
    running, before = site(), threading.active_count()
    closing = threading.Thread(target=close_behind, args=(running, listener.fileno()))
    closing.start()
    with pytest.raises(ListenerLost):
        running.run([listener])
    closing.join()
    assert threading.active_count() == before
    assert "the listening socket is gone: ending" in caplog.messages


def test_goes_on_while_it_listens(listener: socket.socket) -> None:
    """A site whose socket is as it was ends when it is told to, and without an error."""
    running = site()
    thread = threading.Timer(1.2, running.handle_exit, (2, None))
    thread.start()
    running.run([listener])
    thread.join()


def test_the_demo_tells_that_its_site_has_ended() -> None:
    """The demo does not wait for Ctrl-C when its site is not there any more."""
    ended = threading.Event()
    ended.set()
    with pytest.raises(ListenerLost):
        demo.stay(ended)
