"""Lines sent and lines received on one connection at the same time (HTTP/1.1, RFC 9112).

httpx sends a body to its end before it reads the answer: with a body that has no end in sight both sides would wait
for each other. Here one task sends and another receives, and neither holds more than a few lines.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import h11

from vanbang.client.connecting import Address, Lines, Times
from vanbang.client.errors import AnswerUnusable, ServerUnreachable
from vanbang.client.exchange import MAX_ANSWER_BYTES, Answer, checked

NDJSON: Final = "application/x-ndjson"
PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Door:
    """A connection that stands."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection
    times: Times


async def exchange_lines(
    address: Address, path: str, lines: AsyncGenerator[bytes, None], times: Times, context: ssl.SSLContext
) -> AsyncGenerator[bytes, None]:
    """The lines that come back while `lines` go out. Close it (`aclosing`) to end the connection early.

    Raises ServerUnreachable (also when it breaks off in the middle), ServerProblem, AnswerUnusable, and what `lines`
    raises. Nothing is sent again: how many lines came back tells where to go on.
    """
    door = await _open(address, times, context)
    sending = asyncio.create_task(_send(door, address, path, lines))
    try:
        async with aclosing(_receive(door, sending)) as received:
            async for line in received:
                yield line
        await asyncio.wait({sending}, timeout=1.0)
        if not sending.done():
            raise ServerUnreachable("broken", "the answer ended before all lines were sent")
        sending.result()
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await sending
        door.writer.transport.abort()


async def _open(address: Address, times: Times, context: ssl.SSLContext) -> Door:
    parts = urlsplit(address.base)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        async with asyncio.timeout(times.connect):
            found = await asyncio.open_connection(parts.hostname, port, ssl=context if secure else None)
    except TimeoutError:
        raise ServerUnreachable("timeout", "no connection in time") from None
    except OSError as error:
        raise ServerUnreachable("refused", f"no connection to the server ({type(error).__name__})") from None
    return Door(*found, h11.Connection(h11.CLIENT), times)


async def _send(door: Door, address: Address, path: str, lines: AsyncGenerator[bytes, None]) -> None:
    """The request and its lines. What the network does to it is told by who receives."""
    parts = urlsplit(address.url(path))
    headers = {"host": parts.netloc, **address.headers, "content-type": NDJSON, "transfer-encoding": "chunked"}
    door.writer.write(
        door.http.send(h11.Request(method="POST", target=parts.path, headers=list(headers.items()))) or b""
    )
    with suppress(ConnectionError):
        async with aclosing(lines):
            async for line in lines:
                door.writer.write(door.http.send(h11.Data(data=line + b"\n")) or b"")
                if door.writer.transport.get_write_buffer_size() > PIECE:
                    await _drained(door)
                await asyncio.sleep(0)  # so that answers are taken in while there is still something to send
        door.writer.write(door.http.send(h11.EndOfMessage()) or b"")
        await _drained(door)


async def _drained(door: Door) -> None:
    try:
        async with asyncio.timeout(door.times.silence):
            await door.writer.drain()
    except TimeoutError:
        raise ServerUnreachable("timeout", "the server takes nothing in any more") from None


async def _receive(door: Door, sending: asyncio.Task[None]) -> AsyncGenerator[bytes, None]:
    """The answer's lines. A server may be silent as long as it has not all lines, and no longer than that."""
    lines, refused, status, headers = Lines(), bytearray(), 0, dict[str, str]()
    while True:
        event = await _event(door, sending)
        if isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data) and status == 200:
            for line in lines.take(bytes(event.data)):
                yield line
        elif isinstance(event, h11.Data):
            refused += event.data[: MAX_ANSWER_BYTES - len(refused)]
        elif isinstance(event, h11.EndOfMessage):
            checked(Answer(status, headers, bytes(refused)))
            if lines.rest:
                yield lines.rest
            return


async def _event(door: Door, sending: asyncio.Task[None]) -> object:
    """The next event of the answer."""
    data = b"-"
    try:
        while (event := door.http.next_event()) is h11.NEED_DATA:
            data = await _read(door, sending)
            door.http.receive_data(data)
    except h11.RemoteProtocolError as error:
        if not data:
            raise ServerUnreachable("broken", "the answer broke off") from None
        raise AnswerUnusable("this is no HTTP server") from error
    if isinstance(event, h11.ConnectionClosed):
        raise ServerUnreachable("broken", "the server closed the connection without an answer")
    return event


async def _read(door: Door, sending: asyncio.Task[None]) -> bytes:
    """What has arrived; while lines are still being sent, what stops that is told at once."""
    reading = asyncio.ensure_future(door.reader.read(PIECE))
    try:
        await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            sending.result()  # raises what the caller's lines raised
            await asyncio.wait({reading}, timeout=door.times.silence)
        if not reading.done():
            raise ServerUnreachable("timeout", "the server fell silent")
        return reading.result()
    except ConnectionError:
        raise ServerUnreachable("broken", "the connection broke off") from None
    finally:
        reading.cancel()
