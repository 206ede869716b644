"""Load: many institutions send lists at once, verifiers ask all the time, everything is anchored meanwhile; then the
audit says whether anything was lost. Senders and verifiers run on the same machine and take their part of it."""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import cycle, islice
from typing import Any, Final

from vanbang.cli.bench.load_site import Sender, Site, running
from vanbang.cli.bench.measuring import Line

ROWS: Final = 50_000
INSTITUTIONS: Final = 50
VERIFIERS: Final = 32
ANSWERED: Final = {200, 201, 202}
PART: Final = 4 * 1024 * 1024
LOOK_EVERY: Final = 0.5
PATIENCE: Final = 300.0
"""Seconds until all that was sent in is final."""


@dataclass(slots=True)
class Told:
    """What came back: seconds by kind of request, answers by kind, status and problem code, and those of them that said
    when to ask again; rows that are final."""

    taken: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    waits: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    accepted: int = 0
    final: int = 0
    is_over: bool = False


class Client:
    """A connection that is kept open, and the API key that comes with every request, if there is one."""

    def __init__(self, port: int, told: Told, key: str = "") -> None:
        self._port, self._told = port, told
        self._key = f"Authorization: Bearer {key}\r\n" if key else ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, kind: str, method: str, path: str, body: bytes = b"", form: str = "application/json") -> Any:
        """The JSON of the answer; None for one that is not of ANSWERED, which is counted."""
        start = time.perf_counter()
        try:
            status, data, must_wait = await self._exchanged(method, path, body, form)
        except (OSError, asyncio.IncompleteReadError):
            self._streams, status, data, must_wait = None, 0, b"", False
        self._told.taken[kind].append(time.perf_counter() - start)
        found = json.loads(data) if data else {}
        is_answer = status in ANSWERED
        answer = kind, status, "" if is_answer else found.get("code", "no answer")
        self._told.answers[answer] += 1
        self._told.waits[answer] += must_wait
        return found if is_answer else None

    async def _exchanged(self, method: str, path: str, body: bytes, form: str) -> tuple[int, bytes, bool]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{self._key}Idempotency-Key: {uuid.uuid4()}\r\n"
            f"Content-Type: {form}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(told.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        return int(told.split()[1]), await reader.readexactly(length), b"\r\nretry-after:" in told

    def close(self) -> None:
        """Ends the connection."""
        if self._streams is not None:
            self._streams[1].close()


def load(rows: int | None) -> Iterator[Line]:
    """So many rows in all, by INSTITUTIONS lists; VERIFIERS ask until the last batch is final."""
    each = max(1, (rows or ROWS) // INSTITUTIONS)
    with running(INSTITUTIONS, each) as site:
        start, told = time.perf_counter(), Told()
        asyncio.run(_everybody(site, told))
        seconds = time.perf_counter() - start
        yield _whole(site, told, each, seconds)
        yield from (_kind(kind, told, seconds) for kind in told.taken)
        yield _audited(site, told.final)


async def _everybody(site: Site, told: Told) -> None:
    verifiers = [asyncio.create_task(_verify(site, told, number)) for number in range(VERIFIERS)]
    with suppress(TimeoutError):  # what is not final by then is told by the numbers
        await asyncio.wait_for(asyncio.gather(*(_send(site, told, sender) for sender in site.senders)), PATIENCE)
    told.is_over = True
    await asyncio.gather(*verifiers)


async def _verify(site: Site, told: Told, number: int) -> None:
    """Asks about one diploma after the other, each as soon as it is answered. Raises AssertionError unless VALID."""
    client = Client(site.port, told)
    for file in islice(cycle(site.files), number, None):
        if told.is_over:
            break
        report = await client.ask("verify", "POST", "/v1/verify", file, "application/vanbang+json")
        if report is not None and report["verdict"] != "VALID":
            raise AssertionError(f"a diploma that is final is {report['verdict']}")
    client.close()


async def _send(site: Site, told: Told, sender: Sender) -> None:
    """Sends the list in, and looks at it until its batch is final."""
    client = Client(site.port, told, sender.key)

    async def ask(*asked: Any) -> Any:
        while (found := await client.ask(*asked)) is None:  # again, as a client does that was told to wait
            await asyncio.sleep(LOOK_EVERY)
        return found

    upload = (await ask("upload begun", "POST", "/v1/uploads", b'{"name":"list.csv"}'))["id"]
    for number, start in enumerate(range(0, len(sender.data), PART), 1):
        part = sender.data[start : start + PART]
        await ask("part sent", "PUT", f"/v1/uploads/{upload}/parts/{number}", part, "application/octet-stream")
    digest = json.dumps({"sha256": sha256(sender.data).hexdigest()}).encode()
    await ask("list complete", "POST", f"/v1/uploads/{upload}/complete", digest)
    found = await _until(ask, "state of a list", f"/v1/uploads/{upload}", ("ACCEPTED", "REFUSED"))
    told.accepted += found["accepted"]
    for batch in found["batches"]:
        rows = (await _until(ask, "state of a batch", f"/v1/batches/{batch}", ("FINAL",)))["rows"]
        told.final += rows
    client.close()


async def _until(ask: Callable[..., Awaitable[Any]], kind: str, path: str, states: Sequence[str]) -> Any:
    while (found := await ask(kind, "GET", path))["state"] not in states:
        await asyncio.sleep(LOOK_EVERY)
    return found


def _whole(site: Site, told: Told, each: int, seconds: float) -> Line:
    rows = each * len(site.senders)
    verified = told.answers["verify", 200, ""]
    errors = {
        f"{kind}: {status} {code}": count
        for (kind, status, code), count in (told.answers - told.waits).items()
        if status not in ANSWERED
    }
    return {
        "what": f"load, {len(site.senders)} institutions' lists to final on {site.database}",
        "n": rows,
        "seconds": round(seconds, 2),
        "per_second": round(told.final / seconds),
        "accepted": told.accepted,
        "final": told.final,
        "verified": verified,
        "verified_per_second": round(verified / seconds),
        "told_to_wait": told.waits.total(),
        "errors": errors,
        "limit": rows,
        "ratio": round(rows / max(told.final, 1), 3),
    }


def _kind(kind: str, told: Told, seconds: float) -> Line:
    taken = sorted(told.taken[kind])
    answers = {f"{status} {code}".strip(): count for (of, status, code), count in told.answers.items() if of == kind}
    p50, p99 = (round(taken[len(taken) * share // 100], 4) for share in (50, 99))
    return {
        "what": f"load, {kind}",
        "n": len(taken),
        "per_second": round(len(taken) / seconds, 1),
        "p50": p50,
        "p99": p99,
        "answers": answers,
    }


def _audited(site: Site, final: int) -> Line:
    """`vanbang audit --database`: what the chain, the files and the database say of each other."""
    command = [sys.executable, "-c", "from vanbang.cli.main import main; main()", "audit", "--database", "--json"]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--home", str(site.home)], env=site.environment, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout or "{}")
    return {
        "what": "load, audit of chain, files and database",
        "n": final,
        "seconds": round(time.perf_counter() - start, 2),
        "status": done.returncode,
        "verdict": report.get("verdict", done.stderr[-500:]),
        "findings": len(report.get("findings", ())),
        "limit": 0,
        "ratio": done.returncode,
    }
