"""The API on real connections: bodies that break off, clients that leave, answers before the body has come."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.client import HTTPResponse
from pathlib import Path

import pytest
from api_site import FREELY, Site, on_wire, site

pytestmark = pytest.mark.slow

LIMITS = replace(FREELY, max_body_bytes=10_000, streams=1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int]]:
    with site(tmp_path_factory.mktemp("wire"), LIMITS) as made, on_wire(made.client.app) as port:
        yield made, port


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def head(api: Site, method: str, path: str, who: str = "registrar", **more: str) -> bytes:
    """A request's lines up to its body."""
    headers = {"Host": "x", "Authorization": f"Bearer {api.keys[who]}", "Idempotency-Key": str(time.monotonic_ns())}
    lines = [f"{method} {path} HTTP/1.1", *(f"{n.replace('_', '-')}: {v}" for n, v in {**headers, **more}.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def until_closed(connection: socket.socket) -> bytes:
    """All that the server says until it closes the connection, in order or because it was sent more than it read."""
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(65_536):
            received += data
    return received


def answer_on(connection: socket.socket, method: str = "POST") -> HTTPResponse:
    """One answer with its body, which may come in pieces."""
    answer = HTTPResponse(connection, method=method)
    answer.begin()
    answer.read()
    return answer


JSON = {"Content_Type": "application/json"}


def test_too_long_is_said_before_it_has_come(served: tuple[Site, int]) -> None:
    """Who announces too long a body gets 413 at once and a closed connection, without having sent any of it."""
    api, port = served
    with connected(port) as connection:
        connection.sendall(head(api, "POST", "/v1/uploads", Content_Length="999999999", **JSON))
        assert until_closed(connection).startswith(b"HTTP/1.1 413 ")


def test_too_long_in_pieces(served: tuple[Site, int]) -> None:
    """Who sends on and on without a length is cut off at the limit."""
    api, port = served
    with connected(port) as connection:
        connection.sendall(head(api, "POST", "/v1/uploads", Transfer_Encoding="chunked", **JSON))
        for _ in range(3):
            connection.sendall(b"1000\r\n" + b" " * 4_096 + b"\r\n")
        assert until_closed(connection).startswith(b"HTTP/1.1 413 ")


def test_too_slow(tmp_path: Path) -> None:
    """Who sends byte by byte gets 408 when the time is over."""
    hasty = replace(LIMITS, body_seconds=0.3)
    with site(tmp_path, hasty) as api, on_wire(api.client.app) as port, connected(port) as connection:
        connection.sendall(head(api, "POST", "/v1/uploads", Content_Length="1000", **JSON))
        received = b""
        connection.settimeout(0.05)
        for _ in range(999):
            with suppress(TimeoutError):
                connection.sendall(b" ")
                received += connection.recv(4_096)
            if b"\r\n\r\n" in received:
                break
    assert received.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_breaks_off(served: tuple[Site, int]) -> None:
    """A client that leaves in the middle of its body has no effect, and the site goes on."""
    api, port = served
    before = api.ask("GET", "/v1/uploads?limit=200").json()["items"]
    with connected(port) as connection:
        connection.sendall(head(api, "POST", "/v1/uploads", Content_Length="500", **JSON) + b'{"name": "a"')
    time.sleep(0.2)
    assert api.ask("GET", "/v1/uploads?limit=200").json()["items"] == before
    with connected(port) as connection:
        connection.sendall(head(api, "GET", "/v1/uploads", Connection="close"))
        assert until_closed(connection).startswith(b"HTTP/1.1 200 ")


def test_one_connection_for_many(served: tuple[Site, int]) -> None:
    """After a refusal with its body read, and after HEAD, the same connection serves the next request."""
    api, port = served
    requests = [
        head(api, "POST", "/v1/uploads", Content_Length="2", **JSON) + b"{}",
        head(api, "HEAD", "/v1/uploads"),
        head(api, "GET", "/v1/uploads", Connection="close"),
    ]
    with connected(port) as connection:
        connection.sendall(requests[0])
        assert answer_on(connection).status == 422
        connection.sendall(requests[1])
        assert answer_on(connection, "HEAD").status == 200
        connection.sendall(requests[2])  # an answer to HEAD with a body would be read as the next one
        assert until_closed(connection).startswith(b"HTTP/1.1 200 ")


@contextmanager
def listening(api: Site, port: int, path: str) -> Iterator[None]:
    """Follows events, from when there is a place to do so."""
    give_up = time.monotonic() + 60
    while True:
        with connected(port) as connection:
            connection.sendall(head(api, "GET", path))
            if answered(connection, b"event: state").startswith(b"HTTP/1.1 200 "):
                yield
                return
        assert time.monotonic() < give_up, "no place becomes free"
        time.sleep(0.05)


def answered(connection: socket.socket, part: bytes) -> bytes:
    """What comes until there is this part in it, or a problem in its place."""
    received = b""
    while part not in received and b"busy" not in received:
        more = connection.recv(4_096)
        assert more, received
        received += more
    return received


def test_a_place_is_free_when_the_client_leaves(served: tuple[Site, int]) -> None:
    """A client that stops listening to events gives its place to the next one."""
    api, port = served
    upload = api.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv"}).json()["id"]
    path = f"/v1/uploads/{upload}/events"
    for _ in range(2):
        with listening(api, port, path), connected(port) as second:
            second.sendall(head(api, "GET", path, Connection="close"))
            assert until_closed(second).startswith(b"HTTP/1.1 503 ")
