"""What operators and their machines ask for: is the process alive, can it work, its numbers."""

import hmac
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from vanbang.web.metrics import Metrics
from vanbang.web.problems import problem

log = logging.getLogger("vanbang.web")

Check = Callable[[], object]
"""Returns if a part works, raises any exception if not. What it returns and what it says are not shown."""

QUICK: Final = 1.0
SLOW: Final = 15.0
"""Seconds for which an answer is kept: /readyz is open to everybody, and must not be a way to keep a chain busy."""


class Kept:
    """A check that is made again only `seconds` after it was last made; meanwhile its last outcome stands."""

    def __init__(self, name: str, check: Check, seconds: float = QUICK) -> None:
        self.name = name
        self._check = check
        self._seconds = seconds
        self._until = 0.0
        self._works = False
        self._lock = Lock()

    def works(self) -> bool:
        """Whether the part works. Where a check hangs, only one thread hangs with it: others get the last outcome."""
        if time.monotonic() >= self._until and self._lock.acquire(blocking=self._until == 0.0):
            try:
                if time.monotonic() >= self._until:
                    self._works = self._passes()
                    self._until = time.monotonic() + self._seconds
            finally:
                self._lock.release()
        return self._works

    def _passes(self) -> bool:
        try:
            self._check()
        except Exception:
            log.warning("%s does not work", self.name, exc_info=True)
            return False
        return True


class Readiness:
    """Whether requests should be sent here: every part works, and nobody has told the process to stop."""

    def __init__(self, *parts: Kept) -> None:
        self._parts = parts
        self._stopping = False

    def stop(self) -> None:
        """From now on not ready, whatever the parts say."""
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether the process was told to stop: answers that go on for long should look, and end."""
        return self._stopping

    def report(self) -> tuple[bool, dict[str, object]]:
        """Whether ready, and the same for machines. No reasons: those are in the log, for the operator alone."""
        if self._stopping:
            return False, {"status": "stopping"}
        parts = {part.name: part.works() for part in self._parts}
        ready = all(parts.values())
        words = {name: "ok" if works else "failed" for name, works in parts.items()}
        return ready, {"status": "ready" if ready else "not_ready", "parts": words}


@dataclass(frozen=True, slots=True)
class Operating:
    """What the operating routes answer from. Without a token there are no metrics to be had over HTTP."""

    metrics: Metrics = field(default_factory=Metrics)
    readiness: Readiness = field(default_factory=Readiness)
    metrics_token: str | None = None


def add_operating(app: FastAPI, operating: Operating) -> None:
    """Adds /healthz, /readyz and /metrics. Their answers are for nobody to keep."""
    unkept = {"Cache-Control": "no-store"}

    @app.get("/healthz", include_in_schema=False)
    async def health() -> Response:
        return JSONResponse({"status": "ok"}, headers=unkept)

    @app.get("/readyz", include_in_schema=False)
    def ready() -> Response:
        works, report = operating.readiness.report()
        return JSONResponse(report, 200 if works else 503, headers=unkept)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if operating.metrics_token is None:
            return problem(404, "not_found", "There is no such page.")
        if not _bears(request, operating.metrics_token):
            refusal = problem(401, "unauthorized", "The metrics need the operator's token.")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            return refusal
        text = await run_in_threadpool(operating.metrics.text)
        return Response(text, headers={**unkept, "Content-Type": CONTENT_TYPE_LATEST})


def _bears(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").encode("latin-1")
    return hmac.compare_digest(given, b"Bearer " + token.encode())
