"""The API of a running `serve`: a list sent in by parts until its 202 and until it is taken in, then questions about it
at 32 connections that are kept open, each asking again as soon as it is answered."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import requests

from vanbang.bootstrap import free_port, open_house, set_up
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.cli.bench.measuring import Line, line
from vanbang.cli.demo import INSTITUTION
from vanbang.cli.output import console
from vanbang.cli.setting_up import pause
from vanbang.notary.access import make_key, new_id, new_secret, text_of
from vanbang.notary.registering import register_institution

ROWS: Final = 100_000
ANSWERED_IN: Final = 10.0
"""Seconds to the 202."""
CONNECTIONS: Final = 32
REQUESTS: Final = 8_000
P99: Final = 0.020
"""Seconds in which 99 of 100 questions are answered."""
PART: Final = 8 * 1024 * 1024


@dataclass(frozen=True)
class Site:
    """A running installation, and a registrar's key to it."""

    base: str
    port: int
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid.uuid4())}

    def get(self, path: str) -> Any:
        return requests.get(self.base + path, headers=self.headers, timeout=60).json()

    def post(self, path: str, body: Any) -> Any:
        answer = requests.post(self.base + path, json=body, headers=self.headers, timeout=60)
        answer.raise_for_status()
        return answer.json()


def api(rows: int | None) -> Iterator[Line]:
    """Invented diplomas of one institution on the embedded chain."""
    rows = rows or ROWS
    text = StringIO(newline="")
    write_csv(sample_rows(rows, "bench"), text)
    data = text.getvalue().encode()
    with running() as site:
        start = time.perf_counter()
        upload = _send(site, data)
        seconds = time.perf_counter() - start
        yield line("api, list sent until its 202, seconds", rows, seconds, seconds, ANSWERED_IN)
        ended = _wait(site, upload)
        seconds = time.perf_counter() - start
        if ended["accepted"] != rows:
            raise AssertionError(f"the list was not accepted: {ended}")
        yield line("api, the same until it is checked and stored, seconds", rows, seconds, seconds, rows / 5_000)
        for what, method, path, body in _questions(site, ended):
            taken, seconds = asyncio.run(_ask(site, method, path, body))
            p99 = taken[len(taken) * 99 // 100]
            yield line(f"api, {what}, p99 of {CONNECTIONS} connections, seconds", len(taken), seconds, p99, P99)


def _send(site: Site, data: bytes) -> str:
    upload: str = site.post("/v1/uploads", {"name": "list.csv"})["id"]
    for number, start in enumerate(range(0, len(data), PART), 1):
        requests.put(
            f"{site.base}/v1/uploads/{upload}/parts/{number}",
            data=data[start : start + PART],
            headers={**site.headers, "Content-Type": "application/octet-stream"},
            timeout=60,
        ).raise_for_status()
    site.post(f"/v1/uploads/{upload}/complete", {"sha256": sha256(data).hexdigest()})
    return upload


def _wait(site: Site, upload: str) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = site.get(f"/v1/uploads/{upload}")
        if found["state"] not in ("OPEN", "RECEIVED"):
            return found
        time.sleep(0.2)


def _questions(site: Site, upload: dict[str, Any]) -> Iterator[tuple[str, str, str, bytes]]:
    """Once the batch is final, so that nothing else is at work: what is asked, and how."""
    batch = upload["batches"][0]
    while site.get(f"/v1/batches/{batch}")["state"] != "FINAL":
        time.sleep(0.5)
    serial = next(iter(sample_rows(1, "bench")))["so_hieu_vbcc"]
    lookup = {"issuer": INSTITUTION.code, "type": "vn-diploma", "serial": serial}
    credential = site.post("/v1/credentials/lookup", lookup)["id"]
    yield "state of a batch", "GET", f"/v1/batches/{batch}", b""
    yield "state of a credential", "GET", f"/v1/credentials/{credential}", b""
    yield "look-up by serial number", "POST", "/v1/credentials/lookup", json.dumps(lookup).encode()


async def _ask(site: Site, method: str, path: str, body: bytes) -> tuple[list[float], float]:
    """Seconds of each request, ascending, and of all of them together."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {site.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    return await at_once(site.port, [head + body], REQUESTS)


async def at_once(port: int, asked: Sequence[bytes], times: int) -> tuple[list[float], float]:
    """Asks one of the requests after the other, `times` in all, over CONNECTIONS at once; seconds of each, ascending,
    and of all of them together."""
    taken: list[float] = []
    waiting = islice(cycle(asked), times)
    start = time.perf_counter()
    await asyncio.gather(*(_connection(port, waiting, taken) for _ in range(CONNECTIONS)))
    return sorted(taken), time.perf_counter() - start


async def _connection(port: int, waiting: Iterator[bytes], taken: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(head.decode("ascii", "replace"))
        length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        taken.append(time.perf_counter() - start)
    writer.close()


@contextmanager
def running() -> Iterator[Site]:
    """`vanbang serve` in a process of its own, on a new installation."""
    console.quiet = True
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder) / "home", free_port(8000)
        set_up(home, (), None, f"http://127.0.0.1:{port}", pause)
        key_id, secret = new_id(), new_secret()
        with open_house(home) as house:
            register_institution(house.store, house.ledger, house.keys, INSTITUTION, pause)
            make_key(house.store, key_id, secret, INSTITUTION.iss, "registrar", "bench", int(time.time()), 1)
        with serving(home, port):
            yield Site(f"http://127.0.0.1:{port}", port, text_of(key_id, secret))


@contextmanager
def serving(home: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`vanbang serve` in a process of its own, ready to answer, without limits to how much one client may ask for."""
    command = [sys.executable, "-c", "from vanbang.cli.main import main; main()", "serve", "--port", str(port)]
    told = {
        "VANBANG_HOME": str(home),
        "VANBANG_LOG_LEVEL": "warning",
        "VANBANG_KEYED_PER_MINUTE": "1000000",
        "VANBANG_ANONYMOUS_PER_MINUTE": "1000000",
        "VANBANG_BATCH_LINES_PER_MINUTE": "10000000",
    }
    process = subprocess.Popen(command, env=os.environ | told, stdout=subprocess.DEVNULL)
    try:
        _until_ready(port, process)
        yield process
    finally:
        process.terminate()
        process.wait()


def _until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok:
                return
        except requests.RequestException:  # nobody listens yet, or the first readiness takes its time
            time.sleep(0.1)
    raise AssertionError("serve has ended")
