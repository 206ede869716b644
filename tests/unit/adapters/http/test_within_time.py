"""HTTP answers within a time as a whole, whatever the other side does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import SHUT_RDWR, create_server
from threading import Thread

import pytest

from endpoint_servers import Reply, serving
from vanbang.adapters.http.bounded_http import HttpFailure, bounded_session, fetch

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"


@contextmanager
def dripping(answer: bytes, seconds: float) -> Iterator[str]:
    """A server that sends one answer a byte at a time."""
    with create_server(("127.0.0.1", 0)) as listener:

        def answering() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                try:
                    for at in range(len(answer)):
                        connection.send(answer[at : at + 1])
                        time.sleep(seconds)
                    connection.shutdown(SHUT_RDWR)
                except OSError:  # the client has hung up
                    return

        thread = Thread(target=answering, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(5)


@pytest.mark.slow
def test_headers_that_drip() -> None:
    """A header sent a byte at a time holds up nobody past the timeout."""
    start = time.monotonic()
    with dripping(b"HTTP/1.1 200 OK\r\nX-Header: " + b"x" * 500, 0.05) as url, pytest.raises(HttpFailure) as failure:
        fetch(bounded_session(9), url, 0.6)
    assert failure.value.word == "timeout"
    assert time.monotonic() - start < 15


def test_a_slow_answer_in_time() -> None:
    """One that drips and ends in time is taken whole."""
    with dripping(GOOD, 0.001) as url:
        assert fetch(bounded_session(9), url, 30) == b"fine"


@pytest.mark.slow
def test_a_connection_is_used_again() -> None:
    """Each answer has its own time, also on one connection."""
    with serving(lambda *_: Reply(b"fine")) as server:
        session = bounded_session(9)
        for _ in range(3):
            assert fetch(session, server.url, 1.5) == b"fine"
            time.sleep(0.6)
