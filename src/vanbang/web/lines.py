"""Streams of lines answered by streams of lines (NDJSON): read only as fast as answers are taken, at any length.

A unit of lines is handed on when it is full, when nothing more has come for a moment, and at the end: who sends a line
and waits for its answer gets it. What goes wrong before the first answer is a problem as ever; afterwards it is the
last line, `{"line": n, "problem": ...}` with the number of the first line that got no answer, and there the answer
breaks off.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from vanbang.core.errors import VanbangError
from vanbang.notary.checking_many import AHEAD, CHUNK, CHUNK_BYTES
from vanbang.web.bodies import CLOSE
from vanbang.web.flowing import FlowingAnswer
from vanbang.web.office import Office
from vanbang.web.problems import Refused

NDJSON: Final = "application/x-ndjson"
MOMENT: Final = 0.02
"""Seconds after which lines that have come are not held back for others to come."""


@dataclass(frozen=True, slots=True)
class ByLine:
    """How lines are answered: `work` takes the number of the first (from 1) and a unit of lines without their ends, and
    gives their answers; it runs in a thread. Of a line longer than `most` bytes it gets one byte more than that.
    """

    work: Callable[[int, Sequence[bytes]], bytes]
    most: int


class LineAnswer(FlowingAnswer):
    """The answer to a stream of lines. Raises Refused (503) while too many such are under way, or too
    many of this client's.

    The seat is taken when it begins and given back when it ends, however it ends. `client` is whose allowance of lines
    is used: who has none left waits.
    """

    def __init__(self, by_line: ByLine, office: Office, client: str) -> None:
        office.bulk_checks.check_for(client)
        super().__init__(office.desk.limits, NDJSON)
        self._by_line = by_line
        self._office = office
        self._client = client
        self._answered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads, answers, and leaves nothing running behind."""
        with self._office.bulk_checks.taken_by(self._client):
            try:
                async with asyncio.timeout(self._limits.bulk_check_seconds):
                    await self._exchange(_Reader(receive, self._by_line.most, self._limits.body_seconds), send)
            except TimeoutError:
                await self.break_off(Refused("body_timeout", headers=CLOSE), scope, receive, send)
            except VanbangError as error:
                await self.break_off(error, scope, receive, send)

    async def _exchange(self, reader: "_Reader", send: Send) -> None:
        under_way: deque[asyncio.Task[bytes]] = deque()
        number = 1
        try:
            async for unit in reader.units():
                if unit:
                    under_way.append(asyncio.create_task(self._answers(number, unit)))
                    number += len(unit)
                while under_way and (under_way[0].done() or len(under_way) >= AHEAD):
                    await self.put(await under_way.popleft(), send)
                if self._office.desk.operating.readiness.stopping:
                    break
            while under_way:
                await self.put(await under_way.popleft(), send)
            if not reader.ended:  # what has come is answered all the same
                raise Refused("body_timeout" if reader.late else "busy", headers=CLOSE)
            await self.put(b"", send, more=False)
        finally:
            reader.close()
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _answers(self, number: int, unit: Sequence[bytes]) -> bytes:
        await asyncio.sleep(self._office.lines.draw(self._client, len(unit)))
        return await self._office.judging(self._by_line.work, number, unit)

    async def put(self, data: bytes, send: Send, *, more: bool = True) -> None:
        """Sends answers, and counts them."""
        await super().put(data, send, more=more)
        self._answered += data.count(b"\n")

    def broken(self, problem: bytes) -> bytes:
        last = {"line": self._answered + 1, "problem": json.loads(problem)}
        return json.dumps(last, ensure_ascii=False).encode() + b"\n"


class _Reader:
    """The lines of a body. Holds one that is not whole yet, cut off where it is too long."""

    def __init__(self, receive: Receive, most: int, patience: float) -> None:
        self._receive = receive
        self._room = most + 1
        self._patience = patience
        self._rest = bytearray()
        self._coming: asyncio.Future[Message] | None = None
        self.ended = False
        self.late = False

    def close(self) -> None:
        """Waits for nothing more."""
        if self._coming is not None:
            self._coming.cancel()

    async def units(self) -> AsyncIterator[list[bytes]]:
        """Units of lines, an empty one whenever nothing has come for a moment. They stop at the end of the body
        (`ended`), and when nothing has come for `patience` seconds (`late`).

        Raises ClientDisconnect when the client has left.
        """
        unit: list[bytes] = []
        quiet, size = 0.0, 0
        while not (self.ended or self.late):
            message = await self._came()
            quiet = 0.0 if message else quiet + MOMENT
            self.late = quiet > self._patience
            for line in self._taken(message) if message else ():
                unit.append(line)
                size += len(line)
                if len(unit) == CHUNK or size >= CHUNK_BYTES:
                    yield unit
                    unit, size = [], 0
            if not message or self.ended:
                yield unit
                unit, size = [], 0

    async def _came(self) -> Message | None:
        """What has come of the body within a moment."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._receive())
        await asyncio.wait((self._coming,), timeout=MOMENT)
        if not self._coming.done():
            return None
        message, self._coming = self._coming.result(), None
        return message

    def _taken(self, message: Message) -> Iterator[bytes]:
        """The lines that are whole with what has come; at the end also a line without its own."""
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        *whole, last = message.get("body", b"").split(b"\n")
        for piece in whole:
            self._keep(piece)
            yield bytes(self._rest)
            self._rest.clear()
        self._keep(last)
        self.ended = not message.get("more_body", False)
        if self.ended and self._rest:
            yield bytes(self._rest)

    def _keep(self, piece: bytes) -> None:
        self._rest += piece[: self._room - len(self._rest)]
