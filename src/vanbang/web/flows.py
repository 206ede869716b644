"""Answers without a known end, made piece by piece: the next piece is made when the one before has gone out.

What goes wrong before the first piece is a problem as ever. Afterwards what the flow makes of it is sent, and the
answer breaks off: an answer that ends well is whole.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from vanbang.core.errors import VanbangError
from vanbang.web.answers import UNKEPT
from vanbang.web.bodies import CLOSE
from vanbang.web.office import Office
from vanbang.web.problems import Refused, problem_of

PIECE: Final = 2**20
"""Bytes handed to the server at a time; it says when it has room for more."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes out: `pieces` are made in a thread, one at a time, and closed however it ends. `broken` makes the last
    bytes of an answer that breaks off from its problem (JSON), none if nothing can be said any more."""

    pieces: Generator[bytes]
    media_type: str
    name: str
    broken: Callable[[bytes], bytes] = lambda _: b""


class FlowAnswer(StreamingResponse):
    """A flow as an answer. It takes one of the seats for exports, and gives it back when it ends, however it ends."""

    def __init__(self, flow: Flow, office: Office, client: str) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{flow.name}"', "X-Accel-Buffering": "no"}
        super().__init__((), 200, {**UNKEPT, **headers}, flow.media_type)
        self._flow = flow
        self._office = office
        self._limits = office.desk.limits
        self._client = client
        self._began = False
        self._making: asyncio.Future[bytes | None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends everything, and leaves nothing running behind."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            with self._office.exports.taken_by(self._client):
                async with asyncio.timeout(self._limits.export_seconds):
                    await self._send_all(gone, send)
        except TimeoutError:
            await self._break_off(Refused("busy", headers=CLOSE), scope, receive, send)
        except VanbangError as error:
            await self._break_off(error, scope, receive, send)
        finally:
            gone.cancel()
            await self._end()

    async def _send_all(self, gone: "asyncio.Future[None]", send: Send) -> None:
        while (piece := await self._next()) is not None:
            for begin in range(0, len(piece), PIECE):
                if gone.done():
                    raise ClientDisconnect
                await self._put(piece[begin : begin + PIECE], send)
            if self._office.desk.operating.readiness.stopping:
                raise Refused("busy", headers=CLOSE)
        await self._put(b"", send, more=False)

    async def _next(self) -> bytes | None:
        """The next piece, None behind the last. A thread cannot be called off: `_end` waits for what it is making."""
        self._making = asyncio.ensure_future(self._office.exporting(next, self._flow.pieces, None))
        return await asyncio.shield(self._making)

    async def _put(self, data: bytes, send: Send, *, more: bool = True) -> None:
        """Sends a piece. The first brings the head of the answer with it."""
        try:
            async with asyncio.timeout(self._limits.write_seconds):
                if not self._began:
                    self._began = True
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError as error:
            raise ClientDisconnect from error  # it takes nothing any more

    async def _break_off(self, error: VanbangError, scope: Scope, receive: Receive, send: Send) -> None:
        """Says why it goes no further; the server then cuts the connection."""
        problem = problem_of(error)
        if not self._began:
            problem.headers.update(CLOSE)
            await problem(scope, receive, send)
        elif last := self._flow.broken(bytes(problem.body)):
            await self._put(last, send)

    async def _end(self) -> None:
        if self._making is not None:
            await asyncio.wait([self._making])
            with suppress(Exception):  # it was told where it was waited for
                self._making.result()
        await self._office.exporting(self._flow.pieces.close)


async def _gone(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
