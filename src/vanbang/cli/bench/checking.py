"""Checking over HTTP, by a `serve` in a process of its own: one diploma a request, and many in one."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
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
