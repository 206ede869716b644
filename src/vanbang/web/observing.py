"""What surrounds every request: its id, the headers, the answer when all else fails, one line in the log, its numbers.

Plain ASGI, one pass: nothing of a body is held back or copied.
"""

import logging
import secrets
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vanbang.web.metrics import Metrics, method_label
from vanbang.web.problems import problem

REQUEST_ID: ContextVar[str | None] = ContextVar("vanbang_request_id", default=None)
"""The id of the request being answered, also in the threads that work for it."""

CLIENT_GONE: Final = 499
"""What is noted when the client left before it was answered; nobody receives it."""

log = logging.getLogger("vanbang.web")


class Observing:
    """ASGI middleware around the whole application. `headers` go on every answer that does not set them itself.

    Gives `request.state.request_id`; reads `request.state.actor`, which whoever authenticates a request may set to
    the name of institution and key (never a secret), for the log.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], metrics: Metrics) -> None:
        self._app = app
        self._headers = {"Cache-Control": "no-cache", **headers}
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, self._headers, secrets.token_hex(8))
        scope.setdefault("state", {})["request_id"] = answer.request_id
        token = REQUEST_ID.set(answer.request_id)
        began = time.perf_counter()
        self._metrics.request_began()
        try:
            await self._answered(scope, receive, answer)
        finally:
            self._note(scope, answer.status, time.perf_counter() - began)
            REQUEST_ID.reset(token)

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = CLIENT_GONE
        except Exception:
            # Answered here, for an answer made further out would go without the headers. The path stays unsaid.
            log.exception("fault")
            if answer.began:
                # Returning without the end of the body makes the server cut the connection: the client sees a broken
                # answer, not one that looks whole.
                return
            await problem(500, "internal", "Try again later.")(scope, receive, answer.send)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = method_label(scope["method"]), template(scope)
        self._metrics.request_ended(method, route, status, seconds)
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1_000, 1)}
        actor = scope["state"].get("actor")
        log.info("request", extra={"fields": fields if actor is None else {**fields, "actor": str(actor)}})


class _Answer:
    """The answer on its way out: adds headers to its start, and remembers its status."""

    def __init__(self, send: Send, headers: Mapping[str, str], request_id: str) -> None:
        self._send = send
        self._headers = headers
        self.request_id = request_id
        self.began = False
        self.status = CLIENT_GONE

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            headers["X-Request-ID"] = self.request_id
            self.began, self.status = True, message["status"]
        await self._send(message)


def template(scope: Scope) -> str:
    """The path of the route that took the request, as the code has it: `/v1/shares/{share_id}`, never a value.

    A mounted folder is told by its own path, and what no route took by `(none)`.
    """
    # Of a router that was included under a prefix, only this inner object of FastAPI knows the whole path.
    included = scope.get("fastapi", {}).get("effective_route_context")
    for candidate in (included, scope.get("route")):
        path = getattr(candidate, "path", None)
        if isinstance(path, str) and path:
            return path
    return str(scope["root_path"]) if "app_root_path" in scope else "(none)"
