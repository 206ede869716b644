"""Connections: a request whose head has no end is cut off, and bodies of any length are none of its business."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from vanbang.web import connections
from vanbang.web.connections import MOST_BESIDE_BODY, Connection

pytestmark = pytest.mark.slow

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, bytes]]


async def counting(_: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"%8d" % size})


def talked(talk: Talk) -> bytes:
    """What came back over one connection."""

    async def run() -> bytes:
        config = uvicorn.Config(counting, port=0, http=Connection, lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await asyncio.wait_for(talk(reader, writer), 20)
        finally:
            writer.close()
            server.should_exit = True
            await serving

    return asyncio.run(run())


@pytest.mark.parametrize("piece", [b"a" * 65_536, b"a: b\r\n" * 10_000], ids=["one header", "many headers"])
def test_a_head_without_end(piece: bytes) -> None:
    """Whoever goes on sending headers is cut off after some hundred kilobytes, without an answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx: ")
        try:
            for _ in range(100 * MOST_BESIDE_BODY // len(piece)):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            return b""
        return await reader.read()

    assert talked(talk) == b""


def test_a_head_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever begins a request and does not end its head in time is cut off."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n")
        return await reader.read()

    assert talked(talk) == b""


def test_long_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies many times as long pass, whole or in chunks, one behind the other, and may take longer than a head."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    size = 10 * MOST_BESIDE_BODY

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        told = b""
        for head, body in (
            (b"content-length: %d" % size, b"a" * size),
            (b"transfer-encoding: chunked", b"10000\r\n" + b"a" * 65_536 + b"\r\n0\r\n\r\n"),
        ) * 3:
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n\r\n" + body[: len(body) // 2])
            await asyncio.sleep(0.3)
            writer.write(body[len(body) // 2 :])
            told += (await reader.readuntil(b"\r\n\r\n"))[:0] + await reader.readexactly(8)
        return told

    assert [int(number) for number in talked(talk).split()] == [size, 65_536] * 3


def test_a_body_of_very_many_chunks() -> None:
    """The marks of chunks may come to any size; what ends the last of them may not."""
    many = MOST_BESIDE_BODY // 2

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        told = b""
        for _ in range(2):
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
            writer.write(b"1\r\na\r\n" * many)
            await writer.drain()
            await asyncio.sleep(0.2)
            writer.write(b"0\r\n\r\n")
            told += (await reader.readuntil(b"\r\n\r\n"))[:0] + await reader.readexactly(8)
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: ")
        with suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"a" * 65_536)
                await writer.drain()
            return told + await reader.read()
        return told

    assert [int(number) for number in talked(talk).split()] == [many] * 2


def test_no_more_connections_than_files_allow(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection too many is refused and told once in the log; those that are open go on, and a place is free again
    when one of them ends."""
    monkeypatch.setattr(connections, "most_connections", lambda: 2)
    monkeypatch.setattr(Connection, "_told", float("-inf"))
    asked = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        where = writer.get_extra_info("peername")
        _, kept = await asyncio.open_connection(*where)
        for _ in range(2):
            refused, gone = await asyncio.open_connection(*where)
            with suppress(ConnectionError):
                assert await refused.read() == b""
            gone.close()
        kept.close()
        await asyncio.sleep(0.1)
        again, other = await asyncio.open_connection(*where)
        other.write(asked)
        assert (await again.readline()).startswith(b"HTTP/1.1 200")
        other.close()
        writer.write(asked)
        return await reader.readline()

    assert talked(talk).startswith(b"HTTP/1.1 200")
    assert [line for line in caplog.messages if "too many" in line] == ["too many connections: new ones are refused"]


def test_the_limit_leaves_files_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few descriptors half are left to everything else, of many a few hundred."""
    for allowed, most in ((256, 128), (1_024, 768), (65_536, 65_280)):
        monkeypatch.setattr(connections.resource, "getrlimit", lambda _, allowed=allowed: (allowed, allowed))
        assert connections.most_connections() == most
