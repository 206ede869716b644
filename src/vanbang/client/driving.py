"""Both ways of doing what a call wants done: blocking, and on asyncio's loop. The clients differ in nothing else."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing, closing
from typing import Any, TypeVar

import httpx

from vanbang.client.connecting import Address, Lines, Received, Times, failures_told, made, options
from vanbang.client.errors import ServerUnreachable
from vanbang.client.exchange import Answer, Calling, Course, Following, Give, Listen, NextPiece, Pace, Request, Wait

T = TypeVar("T")


class Blocking:
    """Does what calls want in the caller's thread. Safe to use from threads."""

    def __init__(self, address: Address, times: Times, context: ssl.SSLContext) -> None:
        self._address = address
        self._pace = Pace()
        self._http = httpx.Client(**options(address, times, context))

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def run(self, calling: Calling[T]) -> T:
        """What the call returns or raises."""
        course = Course(calling)
        while not course.is_over:
            try:
                reply = self._done(course.step)
            except ServerUnreachable as error:
                course.fail(error)
            else:
                course.reply(reply)
        return course.value

    def last(self, following: Following) -> Any:
        """What the call gives last."""
        return deque(self.follow(following), maxlen=1).pop()

    def follow(self, following: Following) -> Generator[Any, None, None]:
        """What the call gives, one after the other; the connection is closed when nobody wants any more."""
        course, listening = Course(following), _Listening(self)
        with closing(course), listening.stack:
            while not course.is_over:
                if isinstance(course.step, Give):
                    yield course.step.value
                    course.reply(None)
                    continue
                try:
                    reply = listening.done(course.step)
                except ServerUnreachable as error:
                    course.fail(error)
                else:
                    course.reply(reply)

    def _done(self, step: Request | Wait) -> Answer | None:
        if isinstance(step, Wait):
            time.sleep(step.seconds)
            return None
        with ExitStack() as stack:
            return self._whole(self._opened(step, stack))

    def _opened(self, request: Request, stack: ExitStack) -> httpx.Response:
        time.sleep(self._pace.seconds(time.monotonic()))
        with failures_told():
            response = stack.enter_context(self._http.stream(**made(self._address, request)))
        self._pace.note(response.headers, time.monotonic())
        return response

    def _whole(self, response: httpx.Response) -> Answer:
        received = Received(response)
        with failures_told():
            for piece in response.iter_raw():
                received.take(piece)
        return received.answer()


class _Listening:
    """An answer that is heard while it comes."""

    def __init__(self, by: Blocking) -> None:
        self.stack = ExitStack()
        self._by = by
        self._pieces: Iterator[bytes] = iter(())

    def done(self, step: Request | Wait | Listen | NextPiece) -> Any:
        if isinstance(step, NextPiece):
            with failures_told():
                return next(self._pieces, None)
        self.stack.close()
        if not isinstance(step, Listen):
            return self._by._done(step)
        response = self._by._opened(step.request, self.stack)
        if response.status_code != httpx.codes.OK:
            return self._by._whole(response)
        self._pieces = _lines(response) if step.in_lines else response.iter_raw()
        return Answer(response.status_code, dict(response.headers), b"")


class OnLoop:
    """Does what calls want on asyncio's loop."""

    def __init__(self, address: Address, times: Times, context: ssl.SSLContext) -> None:
        self._address = address
        self._pace = Pace()
        self._http = httpx.AsyncClient(**options(address, times, context))

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def run(self, calling: Calling[T]) -> T:
        """What the call returns or raises."""
        course = Course(calling)
        while not course.is_over:
            try:
                reply = await self._done(course.step)
            except ServerUnreachable as error:
                course.fail(error)
            else:
                course.reply(reply)
        return course.value

    async def last(self, following: Following) -> Any:
        """What the call gives last."""
        given = None
        async with aclosing(self.follow(following)) as giving:
            async for item in giving:
                given = item
        return given

    async def follow(self, following: Following) -> AsyncGenerator[Any, None]:
        """What the call gives, one after the other; the connection is closed when nobody wants any more."""
        course, listening = Course(following), _ListeningOnLoop(self)
        with closing(course):
            async with listening.stack:
                while not course.is_over:
                    if isinstance(course.step, Give):
                        yield course.step.value
                        course.reply(None)
                        continue
                    try:
                        reply = await listening.done(course.step)
                    except ServerUnreachable as error:
                        course.fail(error)
                    else:
                        course.reply(reply)

    async def _done(self, step: Request | Wait) -> Answer | None:
        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
            return None
        async with AsyncExitStack() as stack:
            return await self._whole(await self._opened(step, stack))

    async def _opened(self, request: Request, stack: AsyncExitStack) -> httpx.Response:
        await asyncio.sleep(self._pace.seconds(time.monotonic()))
        with failures_told():
            response = await stack.enter_async_context(self._http.stream(**made(self._address, request)))
        self._pace.note(response.headers, time.monotonic())
        return response

    async def _whole(self, response: httpx.Response) -> Answer:
        received = Received(response)
        with failures_told():
            async for piece in response.aiter_raw():
                received.take(piece)
        return received.answer()


class _ListeningOnLoop:
    """An answer that is heard while it comes."""

    def __init__(self, by: OnLoop) -> None:
        self.stack = AsyncExitStack()
        self._by = by
        self._pieces: AsyncIterator[bytes] | None = None

    async def done(self, step: Request | Wait | Listen | NextPiece) -> Any:
        if isinstance(step, NextPiece):
            with failures_told():
                return None if self._pieces is None else await anext(self._pieces, None)
        await self.stack.aclose()
        if not isinstance(step, Listen):
            return await self._by._done(step)
        response = await self._by._opened(step.request, self.stack)
        if response.status_code != httpx.codes.OK:
            return await self._by._whole(response)
        self._pieces = _lines_on_loop(response) if step.in_lines else response.aiter_raw()
        return Answer(response.status_code, dict(response.headers), b"")


def _lines(response: httpx.Response) -> Iterator[bytes]:
    """Lines end with a newline only: httpx would end them at other characters too, which JSON leaves as they are."""
    lines = Lines()
    for piece in response.iter_raw():
        yield from lines.take(piece)


async def _lines_on_loop(response: httpx.Response) -> AsyncIterator[bytes]:
    lines = Lines()
    async for piece in response.aiter_raw():
        for line in lines.take(piece):
            yield line
