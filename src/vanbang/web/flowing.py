"""Answers that go out in pieces while they are made, and may break off.

What goes wrong before the first piece is a problem as ever; afterwards the last piece says it, if there is a way to.
"""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from vanbang.core.errors import VanbangError
from vanbang.web.answers import UNKEPT
from vanbang.web.bodies import CLOSE
from vanbang.web.limits import Limits
from vanbang.web.problems import problem_of


class FlowingAnswer(StreamingResponse):
    """What such answers share; `headers` beside those that forbid keeping them."""

    def __init__(self, limits: Limits, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        # Nothing between us and the client may hold pieces back.
        super().__init__((), 200, {**UNKEPT, **(headers or {}), "X-Accel-Buffering": "no"}, media_type)
        self._limits = limits
        self._began = False

    def broken(self, problem: bytes) -> bytes:
        """The last piece of an answer that breaks off with this problem (JSON); empty, as here, says nothing."""
        return b""

    async def put(self, data: bytes, send: Send, *, more: bool = True) -> None:
        """Sends a piece; the first brings the head of the answer with it. Raises ClientDisconnect when the client takes
        nothing any more."""
        try:
            async with asyncio.timeout(self._limits.write_seconds):
                if not self._began:
                    self._began = True
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError as error:
            raise ClientDisconnect from error

    async def break_off(self, error: VanbangError, scope: Scope, receive: Receive, send: Send) -> None:
        """Says why it goes no further; the server then cuts the connection."""
        problem = problem_of(error)
        if not self._began:
            problem.headers.update(CLOSE)
            await problem(scope, receive, send)
        elif last := self.broken(bytes(problem.body)):
            await self.put(last, send)
