"""Progress as server-sent events: the state as it is, and again whenever it has changed, until it is final."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.responses import StreamingResponse

from vanbang.core.errors import VanbangError
from vanbang.web.answers import UNKEPT, tag_of
from vanbang.web.limits import Limits, Seats

RETRY: Final = b"retry: 2000\n\n"
HEARTBEAT: Final = b": still here\n\n"
"""A comment: keeps proxies from closing a quiet connection, and tells us when the client has gone."""

Look = Callable[[], Awaitable[tuple[bytes, bool]]]


def event_stream(
    look: Look, first: tuple[bytes, bool], last_id: str, limits: Limits, seats: Seats
) -> StreamingResponse:
    """Events of what `look` shows, beginning with `first` unless the client has seen it. Raises Refused (503).

    The seat is taken when the stream begins and given back when it ends, however it ends.
    """
    seats.check()
    body = _events(look, first, last_id, limits, seats)
    # Nothing between us and the client may hold events back.
    return StreamingResponse(body, 200, {**UNKEPT, "X-Accel-Buffering": "no"}, "text/event-stream")


async def _events(
    look: Look, first: tuple[bytes, bool], last_id: str, limits: Limits, seats: Seats
) -> AsyncIterator[bytes]:
    with seats:
        yield RETRY
        seen, (data, final) = last_id, first
        waited = passed = 0.0
        while True:
            if (tag := tag_of(data).strip('"')) != seen:
                yield b"event: state\nid: %s\ndata: %s\n\n" % (tag.encode(), data)
                seen, waited = tag, 0.0
            elif waited >= limits.heartbeat_every:
                yield HEARTBEAT
                waited = 0.0
            if final or passed >= limits.stream_seconds:
                return
            await asyncio.sleep(limits.look_every)
            waited, passed = waited + limits.look_every, passed + limits.look_every
            try:
                data, final = await look()
            except VanbangError:
                # The store is away for a moment, or what is shown has gone: the client comes back and is told.
                return
