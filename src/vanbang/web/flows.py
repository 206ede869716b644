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
from vanbang.notary.export_log import why_of
from vanbang.web.bodies import CLOSE
from vanbang.web.flowing import FlowingAnswer
from vanbang.web.office import Office
from vanbang.web.problems import Refused

PIECE: Final = 2**20
"""Bytes handed to the server at a time; it says when it has room for more."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes out: `pieces` are made in a thread, one at a time. When the answer breaks off, the reason is raised in
    them where they wait, as `why_broken` can name it. `broken` makes the last bytes of an answer that breaks off from
    its problem (JSON), none if nothing can be said any more."""

    pieces: Generator[bytes]
    media_type: str
    name: str
    broken: Callable[[bytes], bytes] = lambda _: b""


class ServerStops(Exception):
    """The server was told to stop, and begins no further piece."""


def why_broken(error: BaseException) -> str:
    """One word for why a flow breaks off: `client_left`, `time_over`, `server_stopped`, or what was wrong."""
    if isinstance(error, Refused):
        return error.kind
    return next((word for kind, word in _WORDS if isinstance(error, kind)), "") or why_of(error)


_WORDS: Final = (
    (ClientDisconnect, "client_left"),
    (TimeoutError, "time_over"),
    ((ServerStops, asyncio.CancelledError), "server_stopped"),
)


class FlowAnswer(FlowingAnswer):
    """A flow as an answer. It takes one of the seats for exports, as the client with these names, and gives it back
    when nothing of it goes on any more, however it ends."""

    def __init__(self, flow: Flow, office: Office, *client: str) -> None:
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
            with self._office.exports.taken_by(*self._client):
                await self._send_in_time(gone, send)
            # Only now, without its seat: whoever hears the end may ask for the next at once.
            await self.put(b"", send, more=False)
        except (TimeoutError, ServerStops):
            await self.break_off(Refused("busy", headers=CLOSE), scope, receive, send)
        except VanbangError as error:
            await self.break_off(error, scope, receive, send)
        finally:
            gone.cancel()

    async def _send_in_time(self, gone: "asyncio.Future[None]", send: Send) -> None:
        why: BaseException = GeneratorExit()
        try:
            async with asyncio.timeout(self._limits.export_seconds):
                await self._send_all(gone, send)
        except BaseException as error:
            why = error
            raise
        finally:
            await self._end(why)

    async def _send_all(self, gone: "asyncio.Future[None]", send: Send) -> None:
        while (piece := await self._next()) is not None:
            for begin in range(0, len(piece), PIECE):
                if gone.done():
                    raise ClientDisconnect
                await self.put(piece[begin : begin + PIECE], send)
            if self._office.desk.operating.readiness.stopping:
                raise ServerStops

    async def _next(self) -> bytes | None:
        """The next piece, None behind the last. A thread cannot be called off: `_end` waits for what it is making."""
        self._making = asyncio.ensure_future(self._office.exporting(next, self._flow.pieces, None))
        return await asyncio.shield(self._making)

    def broken(self, problem: bytes) -> bytes:
        return self._flow.broken(problem)

    async def _end(self, why: BaseException) -> None:
        if self._making is not None:
            await asyncio.wait([self._making])
            with suppress(Exception):  # it was told where it was waited for
                self._making.result()
        await self._office.exporting(_end_with, self._flow.pieces, why)


def _end_with(pieces: Generator[bytes], why: BaseException) -> None:
    """Raises `why` where the pieces wait. Pieces that have come to their end are not concerned."""
    try:
        pieces.throw(why)
    except BaseException as error:
        if error is not why:
            raise


async def _gone(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
