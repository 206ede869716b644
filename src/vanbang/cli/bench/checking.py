"""Checking over HTTP, by a `serve` in a process of its own: one diploma a request, and many in one."""

import asyncio
import http.client
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from threading import Thread
from typing import Final

from vanbang.bootstrap import free_port, open_house, set_up
from vanbang.cli.bench.api import CONNECTIONS, at_once, serving
from vanbang.cli.bench.diplomas import issue_sample
from vanbang.cli.bench.measuring import Line, cpu_seconds, line
from vanbang.cli.output import console
from vanbang.cli.setting_up import pause

REQUESTS: Final = 8_000
REQUEST_SECONDS: Final = 1 / 1_500
"""Of one processor."""
P99: Final = 0.050
LINES: Final = 50_000
PIECE: Final = 1_000
"""Lines made at a time: what is sent goes by this number."""
LINE_SECONDS: Final = 1 / 5_000
"""By two processors."""


@dataclass(frozen=True)
class Server:
    """A running `serve`, and credential files that it finds VALID."""

    port: int
    process: int
    files: list[bytes]


def verify_http(rows: int | None) -> Iterator[Line]:
    """`POST /v1/verify` over connections that are kept open: time of a request, and what it costs the server."""
    with checker() as server:
        asked = [_request(data) for data in server.files]
        asyncio.run(at_once(server.port, asked, len(asked)))
        spent = cpu_seconds(server.process)
        taken, seconds = asyncio.run(at_once(server.port, asked, rows or REQUESTS))
        each = (cpu_seconds(server.process) - spent) / len(taken)
        yield line("verify over HTTP, processor seconds of the server each", len(taken), seconds, each, REQUEST_SECONDS)
        for share in (50, 99):
            at = taken[len(taken) * share // 100]
            what = f"verify over HTTP, p{share} of {CONNECTIONS} connections, seconds"
            yield line(what, len(taken), seconds, at, P99)


def verify_batch(rows: int | None) -> Iterator[Line]:
    """`POST /v1/verify/batch`: one request, its lines sent while answers come."""
    with checker() as server:
        _answered(server, 2_000)
        spent, start = cpu_seconds(server.process), time.perf_counter()
        lines = _answered(server, rows or LINES)
        seconds = time.perf_counter() - start
        yield line("a batch over HTTP, seconds each", lines, seconds, seconds / lines, LINE_SECONDS)
        each = (cpu_seconds(server.process) - spent) / lines
        yield line("a batch over HTTP, processor seconds of the server each", lines, seconds, each, 2 * LINE_SECONDS)


def _answered(server: Server, lines: int) -> int:
    """Sends so many lines in one request, and reads their answers meanwhile; how many were VALID."""
    some = b"".join(data + b"\n" for data in islice(cycle(server.files), PIECE))
    head = f"POST /v1/verify/batch HTTP/1.1\r\nHost: x\r\nContent-Length: {len(some) * (lines // PIECE)}\r\n\r\n"

    def write() -> None:
        connection.sendall(head.encode())
        for _ in range(lines // PIECE):
            connection.sendall(some)

    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        writing = Thread(target=write)
        writing.start()
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        valid, rest = 0, b""
        while data := answer.read1(2**20):  # line by line the client would take more of the machine than the server
            whole, _, rest = (rest + data).rpartition(b"\n")
            valid += whole.count(b'"verdict":"VALID"')
        writing.join()
    if valid != lines // PIECE * PIECE:
        raise AssertionError(f"{valid} of {lines} diplomas of the demo are VALID")
    return valid


@contextmanager
def checker() -> Iterator[Server]:
    """`vanbang serve` on a new installation that has issued the sample list."""
    console.quiet = True
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder) / "home", free_port(8000)
        set_up(home, (), None, f"http://127.0.0.1:{port}", pause)
        with open_house(home) as house:
            files = [file.to_bytes() for file in issue_sample(house)[0]]
        with serving(home, port) as process:
            yield Server(port, process.pid, files)


def _request(data: bytes) -> bytes:
    head = "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vanbang+json\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
