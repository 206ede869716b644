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
from starlette.types import Receive, Scope, Send

from vanbang.core.errors import VanbangError
from vanbang.web.bodies import CLOSE
from vanbang.web.flowing import FlowingAnswer
from vanbang.web.office import Office
from vanbang.web.problems import Refused

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


class FlowAnswer(FlowingAnswer):
    """A flow as an answer. It takes one of the seats for exports, and gives it back when it ends, however it ends."""

    def __init__(self, flow: Flow, office: Office, client: str) -> None:
        named = {"Content-Disposition": f'attachment; filename="{flow.name}"'}
        super().__init__(office.desk.limits, flow.media_type, named)
        self._flow = flow
        self._office = office
        self._client = client
        self._making: asyncio.Future[bytes | None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends everything, and leaves nothing running behind."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            with self._office.exports.taken_by(self._client):
                async with asyncio.timeout(self._limits.export_seconds):
                    await self._send_all(gone, send)
        except TimeoutError:
            await self.break_off(Refused("busy", headers=CLOSE), scope, receive, send)
        except VanbangError as error:
            await self.break_off(error, scope, receive, send)
        finally:
            gone.cancel()
            await self._end()

    async def _send_all(self, gone: "asyncio.Future[None]", send: Send) -> None:
        while (piece := await self._next()) is not None:
            for begin in range(0, len(piece), PIECE):
                if gone.done():
                    raise ClientDisconnect
                await self.put(piece[begin : begin + PIECE], send)
            if self._office.desk.operating.readiness.stopping:
                raise Refused("busy", headers=CLOSE)
        await self.put(b"", send, more=False)

    async def _next(self) -> bytes | None:
        """The next piece, None behind the last. A thread cannot be called off: `_end` waits for what it is making."""
        self._making = asyncio.ensure_future(self._office.exporting(next, self._flow.pieces, None))
        return await asyncio.shield(self._making)

    def broken(self, problem: bytes) -> bytes:
        return self._flow.broken(problem)

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
