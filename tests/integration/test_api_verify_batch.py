"""POST /v1/verify/batch: lines in, lines out, on real connections."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from http.client import HTTPResponse, IncompleteRead
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from api_site import FREELY, Site, on_wire, site

from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.notary.checking_many import AHEAD, CHUNK
from vanbang.notary.workers import InProcess
from world import World

pytestmark = pytest.mark.slow

LIMITS = replace(FREELY, bulk_checks=2, batch_lines_per_minute=10**7)
PATH = "/v1/verify/batch"


@lru_cache(maxsize=1)
def credential() -> bytes:
    return World().credential()


class Gate(Executor):
    """Does work in the thread that hands it over, and counts it; while it is shut, work waits."""

    def __init__(self) -> None:
        self.open = Event()
        self.open.set()
        self.begun = 0
        self.losing = False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.begun += 1
        self.open.wait(60)
        if self.losing:
            lost: Future[Any] = Future()
            lost.set_exception(BrokenExecutor("killed"))
            return lost
        return InProcess().submit(fn, *args, **kwargs)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, gate: Gate) -> Iterator[tuple[Site, int]]:
    folder = tmp_path_factory.mktemp("batches")
    with site(folder, LIMITS, executor=gate) as made, on_wire(made.client.app) as port:
        yield made, port


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def head(*more: str) -> bytes:
    return "\r\n".join([f"POST {PATH} HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", *more, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def answer_on(connection: socket.socket) -> HTTPResponse:
    answer = HTTPResponse(connection)
    answer.begin()
    return answer


def posted(api: Site, body: bytes, **headers: str) -> Any:
    return api.client.post(PATH, content=body, headers=headers)


def told(body: bytes) -> list[tuple[int, str, str]]:
    """Number, verdict and the first step's code of each line."""
    lines = [json.loads(line) for line in body.splitlines()]
    return [(line["line"], line["verdict"], line["steps"][0]["code"]) for line in lines]


def test_each_line_is_answered_in_order(served: tuple[Site, int]) -> None:
    """Good lines, broken and empty ones, one of 5 MB, and a last one without its end: a report each, in their order."""
    api, _ = served
    lines = [credential(), b"", b"{}", b"x" * (5 * 2**20), credential(), credential() + b"\r", b" " + credential()]
    answer = posted(api, b"\n".join([*lines, credential()]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    good, bad = ("VALID", "parsed"), "INVALID"
    assert told(answer.content) == [
        (1, *good), (2, bad, "json"), (3, bad, "structure"), (4, bad, "too_large"), (5, *good),
        (6, bad, "not_canonical"), (7, bad, "not_canonical"), (8, *good),
    ]  # fmt: skip


def test_a_line_is_the_report_of_one_by_one(served: tuple[Site, int]) -> None:
    """What a line says is what POST /v1/verify says of that file, and its number."""
    api, _ = served
    alone = api.client.post("/v1/verify", content=credential()).json()
    (line,) = posted(api, credential() + b"\n").content.splitlines()
    assert json.loads(line) == {"line": 1, **alone}
    assert line.startswith(b'{"line":1,"version":1,')


def test_nothing_sent_is_nothing_answered(served: tuple[Site, int]) -> None:
    """A body without a line has an answer without a line."""
    answer = posted(served[0], b"")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("size", [1, 7, 5_000, 10**6])
def test_however_the_lines_come(served: tuple[Site, int], size: int) -> None:
    """Cut in pieces of any size, with any number of units under way, no line is lost, doubled or out of place."""
    lines = [credential(), b"{}", b""] * (2 if size == 1 else CHUNK)
    body = b"\n".join(lines) + b"\n"
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    answer = served[0].client.post(PATH, content=pieces)
    kinds = ("VALID", "parsed"), ("INVALID", "structure"), ("INVALID", "json")
    assert told(answer.content) == [(number, *kinds[(number - 1) % 3]) for number in range(1, len(lines) + 1)]


@pytest.mark.parametrize(
    ("headers", "path", "status"), [({"Content-Encoding": "gzip"}, PATH, 415), ({}, f"{PATH}?a=1", 400)]
)
def test_what_is_refused_before_a_line_is_read(
    served: tuple[Site, int], headers: dict[str, str], path: str, status: int
) -> None:
    """Packed lines and parameters are refused by a problem."""
    answer = served[0].client.post(path, content=gzip.compress(credential()), headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_line_is_answered_before_the_next_is_sent(served: tuple[Site, int]) -> None:
    """Who sends one line and waits gets its answer, then sends the next on the same request."""
    with connected(served[1]) as connection:
        connection.sendall(head())
        answer = None
        for number in (1, 2, 3):
            connection.sendall(chunk(credential() + b"\n"))
            answer = answer or answer_on(connection)
            assert told(answer.readline()) == [(number, "VALID", "parsed")]
        connection.sendall(b"0\r\n\r\n")
        assert answer is not None
        assert answer.read() == b""


def test_nothing_is_read_that_cannot_be_answered(served: tuple[Site, int], gate: Gate) -> None:
    """While no unit gets done the client cannot send on and on; afterwards all is answered."""
    sent, lines = 0, 20 * CHUNK
    piece = chunk(credential() + b"\n")

    def send() -> None:
        nonlocal sent
        for _ in range(lines):
            connection.sendall(piece)
            sent += 1
        connection.sendall(b"0\r\n\r\n")

    gate.open.clear()
    with connected(served[1]) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        connection.sendall(head())
        sending = Thread(target=send)
        sending.start()
        before = -1
        while sent != before:
            before = sent
            time.sleep(0.3)
        assert sent < lines
        gate.open.set()
        found = told(answer_on(connection).read())
        sending.join()
    assert [number for number, verdict, _ in found if verdict == "VALID"] == list(range(1, lines + 1))


def test_a_client_that_leaves_stops_the_work(served: tuple[Site, int], gate: Gate) -> None:
    """What it has sent is not judged any more but for the units under way, and its place is free."""
    gate.open.clear()
    begun = gate.begun
    for _ in range(3):
        with connected(served[1]) as connection:
            connection.sendall(head())
            connection.settimeout(0.3)
            with suppress(TimeoutError):
                connection.sendall(chunk(credential() + b"\n") * (40 * CHUNK))
        time.sleep(0.1)
    gate.open.set()
    deadline = time.monotonic() + 60
    while posted(served[0], credential()).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert told(posted(served[0], credential()).content) == [(1, "VALID", "parsed")]
    assert gate.begun - begun <= LIMITS.bulk_checks * (AHEAD + 2)


def test_only_so_many_at_once(served: tuple[Site, int]) -> None:
    """When all places are taken the next is told to come again."""
    with connected(served[1]) as first, connected(served[1]) as second:
        for connection in (first, second):
            connection.sendall(head() + chunk(credential() + b"\n"))
            assert answer_on(connection).status == 200
        answer = posted(served[0], credential())
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer.headers["retry-after"]


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[int]:
    """The port of a site that waits for a client no longer than a moment."""
    with site(tmp_path, replace(LIMITS, body_seconds=0.5)) as made, on_wire(made.client.app) as port:
        yield port


def test_who_sends_nothing_is_cut_off(hasty: int) -> None:
    """Before the first answer by a problem, afterwards by a last line that says where to go on."""
    with connected(hasty) as connection:
        connection.sendall(head())
        answer = answer_on(connection)
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
    with connected(hasty) as connection:
        connection.sendall(head() + chunk(credential() + b"\n" + credential()))
        answer = answer_on(connection)
        assert told(answer.readline()) == [(1, "VALID", "parsed")]
        last = json.loads(answer.readline())
        assert (last["line"], last["problem"]["code"]) == (2, "body_timeout")
        with pytest.raises(IncompleteRead):
            answer.read()


def test_a_worker_that_is_lost_in_the_middle(served: tuple[Site, int], gate: Gate) -> None:
    """Lines that were judged are answered; then a problem names the first that was not."""
    with connected(served[1]) as connection:
        connection.sendall(head() + chunk(credential() + b"\n"))
        answer = answer_on(connection)
        assert told(answer.readline()) == [(1, "VALID", "parsed")]
        gate.losing = True
        connection.sendall(chunk((credential() + b"\n") * 50))
        last = json.loads(answer.readline())
        gate.losing = False
    assert (last["line"], last["problem"]["code"]) == (2, "worker_lost")
    assert last["problem"]["detail_vi"]


def test_the_pace_is_kept_by_waiting(tmp_path: Path) -> None:
    """Lines beyond the allowance are answered later, none is refused."""
    with site(tmp_path, replace(LIMITS, batch_lines_per_minute=600)) as api:
        assert len(posted(api, b"\n" * 600).content.splitlines()) == 600
        start = time.monotonic()
        assert len(posted(api, b"\n" * 20).content.splitlines()) == 20
        assert time.monotonic() - start > 0.1  # two seconds, less what went by since the first were done


def test_a_server_that_stops_says_where_to_go_on(tmp_path: Path) -> None:
    """Told to stop, it answers what it has begun, and its last line names the first line that it did not."""
    with site(tmp_path, LIMITS) as api, on_wire(api.client.app) as port, connected(port) as connection:
        connection.sendall(head() + chunk(credential() + b"\n"))
        answer = answer_on(connection)
        assert told(answer.readline()) == [(1, "VALID", "parsed")]
        api.desk.operating.readiness.stop()
        last = json.loads(answer.readline())
    assert (last["line"], last["problem"]["code"]) == (2, "busy")


def test_the_limit_of_a_line_is_that_of_a_file(served: tuple[Site, int]) -> None:
    """A line of as many bytes as a file may have is read whole; one byte more is too much."""
    whole = b'"' + b"x" * (MAX_CREDENTIAL_BYTES - 2) + b'"'
    assert told(posted(served[0], whole + b"\n" + whole + b"x").content) == [
        (1, "INVALID", "structure"), (2, "INVALID", "too_large"),
    ]  # fmt: skip
