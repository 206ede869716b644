"""The bench `load`: what senders and verifiers do, and what is told of it, against a site that answers as told."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from vanbang.cli.bench import load as bench
from vanbang.cli.bench import load_site
from vanbang.cli.bench.load_site import Sender, Site
from vanbang.ports import Institution

ROWS = 7


class Answers:
    """A site that is busy once for each path, then answers; it keeps what it was asked."""

    def __init__(self, verdict: str = "VALID") -> None:
        self.verdict = verdict
        self.asked: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readline()).decode():
            fields = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            await reader.readexactly(int(fields.partition("content-length:")[2].split()[0]))
            method, path, _ = head.split()
            self.asked[f"{method} {path}"] += 1
            status, body = self.answer(method, path)
            data = json.dumps(body).encode()
            wait = "Retry-After: 1\r\n" if status == 429 else ""
            writer.write(f"HTTP/1.1 {status} x\r\n{wait}Content-Length: {len(data)}\r\n\r\n".encode() + data)

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        first = self.asked[f"{method} {path}"] == 1
        if path == "/v1/verify":
            return 200, {"verdict": self.verdict}
        if method == "PUT":
            return (503, {"code": "busy"}) if first else (200, {})
        if path.startswith("/v1/batches/"):
            return (429, {"code": "too_many_requests"}) if first else (200, {"state": "FINAL", "rows": ROWS})
        states = {"state": "RECEIVED" if first and method == "GET" else "ACCEPTED", "accepted": ROWS, "batches": ["b"]}
        return (202 if method == "POST" else 200), {"id": "u"} | states


def told_by(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> tuple[Site, bench.Told]:
    """Two senders and two verifiers, against such a site."""
    monkeypatch.setattr(bench, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(bench, "VERIFIERS", 2)
    item = Institution("https://a.example", "A", "Trường A", "a", "B", "C")
    senders = [Sender(item, key, b"x" * (bench.PART + 1)) for key in ("one", "two")]

    async def run(body: Callable[[Site, bench.Told], Awaitable[None]]) -> tuple[Site, bench.Told]:
        async with await asyncio.start_server(answers.serve, "127.0.0.1") as server:
            port, told = server.sockets[0].getsockname()[1], bench.Told()
            site = Site(Path(), port, "SQLite", senders, [b"{}"], {})
            await body(site, told)
            return site, told

    return asyncio.run(run(bench._everybody))


def test_lists_are_sent_until_they_are_final(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parts of each list, again after the site was busy, until the batch is final; verifiers ask meanwhile."""
    answers = Answers()
    _, told = told_by(answers, monkeypatch)
    assert (told.accepted, told.final) == (2 * ROWS, 2 * ROWS)
    assert answers.asked["POST /v1/uploads/u/complete"] == 2
    assert answers.asked["PUT /v1/uploads/u/parts/2"] >= 3
    assert answers.asked["POST /v1/verify"] == len(told.taken["verify"]) > 0


def test_answers_are_told_by_kind_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be done is an error with its code; who was told when to ask again is counted, and no error."""
    site, told = told_by(Answers(), monkeypatch)
    whole = bench._whole(site, told, ROWS, 2.0)
    assert whole["errors"] == {"part sent: 503 busy": 2}
    assert whole["told_to_wait"] == 1
    assert (whole["n"], whole["final"], whole["per_second"], whole["ratio"]) == (2 * ROWS, 2 * ROWS, ROWS, 1.0)
    line = bench._kind("state of a batch", told, 2.0)
    assert line["answers"]["429 too_many_requests"] == 1
    assert 0 < line["p50"] <= line["p99"]


def test_a_final_diploma_that_is_not_valid_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong verdict is no figure."""
    with pytest.raises(AssertionError, match="INVALID"):
        told_by(Answers("INVALID"), monkeypatch)


@pytest.mark.slow
def test_a_small_load_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two institutions' lists through the API of a real site, verifiers beside them: all final, no error, and the audit
    finds that chain, files and database agree."""
    monkeypatch.setattr(bench, "INSTITUTIONS", 2)
    monkeypatch.setattr(bench, "VERIFIERS", 2)
    monkeypatch.setattr(load_site, "KNOWN", 5)
    monkeypatch.setattr(load_site.console, "quiet", True)  # as the bench leaves it, but not for other tests
    lines = {line["what"].split(" on ")[0]: line for line in bench.load(20)}
    whole = lines["load, 2 institutions' lists to final"]
    assert (whole["accepted"], whole["final"], whole["errors"]) == (20, 20, {})
    assert whole["verified"] > 0
    audit = lines["load, audit of chain, files and database"]
    assert (audit["verdict"], audit["status"], audit["findings"]) == ("holds", 0, 0)
