"""Answers that are made while they go out, driven without a server."""

import asyncio
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from vanbang.ports import StoreBusy
from vanbang.web.flows import PIECE, Flow, FlowAnswer, why_broken
from vanbang.web.limits import ClientSeats, Limits


@dataclass
class Pieces:
    """Gives pieces, raising what is no piece; knows how many were made, whether it was closed, and by what."""

    given: Sequence[bytes | Exception]
    made: int = 0
    closed: bool = False
    why: str = "whole"

    def __call__(self) -> Generator[bytes]:
        try:
            for piece in self.given:
                self.made += 1
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        except BaseException as error:
            self.why = why_broken(error)
            raise
        finally:
            self.closed = True


@dataclass
class Client:
    """What a server does: takes what is sent, as far as `takes` says, and tells when the client has left."""

    takes: int = 10**6
    leaves_after: int = 10**6
    pace: float = 0.0
    sent: list[Any] = field(default_factory=list)

    async def receive(self) -> Any:
        while len(self.sent) < self.leaves_after:
            await asyncio.sleep(0.001)
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if len(self.sent) >= self.takes:
            await asyncio.sleep(60)
        self.sent.append(message)
        await asyncio.sleep(0.005 if len(self.sent) >= self.leaves_after else self.pace)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def is_whole(self) -> bool:
        return bool(self.sent) and self.sent[-1].get("more_body") is False


class Office:
    """As much of an office as a flow asks."""

    def __init__(self, **limits: float) -> None:
        self.exports = ClientSeats(2, 1)
        readiness = SimpleNamespace(stopping=False)
        self.desk = SimpleNamespace(limits=Limits(**limits), operating=SimpleNamespace(readiness=readiness))

    async def exporting(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.to_thread(function, *arguments)


def sent(pieces: Pieces, client: Client, office: Office | None = None) -> None:
    """Sends a flow of these pieces; its last words are its problem's code."""
    flow = Flow(pieces(), "text/plain", "name.txt", lambda problem: json.loads(problem)["code"].encode())
    answer = FlowAnswer(flow, office or Office(), "who")  # type: ignore[arg-type]
    asyncio.run(answer({"type": "http", "method": "GET", "headers": []}, client.receive, client.send))


def test_a_whole_one() -> None:
    """Pieces go out in order, the long ones in parts, and behind the last one the answer ends."""
    long = bytes(2 * PIECE + 5)
    client, pieces = Client(), Pieces([b"a", long, b"b"])
    sent(pieces, client)
    assert client.body == b"a" + long + b"b"
    assert client.is_whole
    assert (pieces.closed, pieces.why) == (True, "whole")
    assert max(len(message.get("body", b"")) for message in client.sent) == PIECE
    head = dict(client.sent[0]["headers"])
    assert (head[b"content-disposition"], head[b"cache-control"]) == (b'attachment; filename="name.txt"', b"no-store")


def test_nothing_is_made_that_nobody_takes() -> None:
    """While a piece waits to be taken, no other one is made; who takes nothing for long is gone, and his seat free."""
    office, client, pieces = Office(write_seconds=0.05), Client(takes=2), Pieces([b"a"] * 100)
    with pytest.raises(ClientDisconnect):
        sent(pieces, client, office)
    assert (pieces.made, pieces.closed, pieces.why) == (2, True, "client_left")
    office.exports.check_for("who")


def test_who_leaves_stops_it() -> None:
    """When the client has left, no more pieces are made, and what makes them is closed."""
    office, client, pieces = Office(), Client(leaves_after=3), Pieces([b"a"] * 10_000)
    with pytest.raises(ClientDisconnect):
        sent(pieces, client, office)
    assert (pieces.closed, pieces.why) == (True, "client_left")
    assert pieces.made < 100
    office.exports.check_for("who")


def test_what_goes_wrong_at_once_is_a_problem() -> None:
    """Before the first piece an error is a problem document with its status."""
    client, pieces = Client(), Pieces([StoreBusy("away")])
    sent(pieces, client)
    assert client.sent[0]["status"] == 503
    assert json.loads(client.body)["code"] == "store_busy"


def test_what_goes_wrong_later_is_the_last_word() -> None:
    """Afterwards the flow says it, and the answer has no end: nobody takes it for whole."""
    client, pieces = Client(), Pieces([b"a", StoreBusy("away"), b"b"])
    sent(pieces, client)
    assert client.body == b"astore_busy"
    assert not client.is_whole
    assert (pieces.closed, pieces.why) == (True, "store_busy")


def test_a_server_that_stops_breaks_it_off() -> None:
    """Told to stop, the server sends the piece at hand and says that it is busy."""
    office, client, pieces = Office(), Client(), Pieces([b"a", b"b"])
    office.desk.operating.readiness.stopping = True
    sent(pieces, client, office)
    assert client.body == b"abusy"
    assert not client.is_whole
    assert pieces.why == "server_stopped"


def test_no_export_lasts_for_ever() -> None:
    """A client that takes a little now and then is cut off at the end of the time there is."""
    client, pieces = Client(pace=0.02), Pieces([b"a"] * 1_000)
    sent(pieces, client, Office(export_seconds=0.1))
    assert client.body.endswith(b"abusy")
    assert (pieces.closed, pieces.why) == (True, "time_over")
    assert not client.is_whole


def test_each_has_a_seat_of_his_own() -> None:
    """A client with an export under way gets no other one: busy, before anything is made."""
    office, client, pieces = Office(), Client(), Pieces([b"a"])
    with office.exports.taken_by("who"):
        sent(pieces, client, office)
    assert client.sent[0]["status"] == 503
    assert json.loads(client.body)["code"] == "busy"
    assert pieces.made == 0


def test_a_task_that_is_called_off() -> None:
    """A server that waits no longer calls the answer off: what makes the pieces is ended, and knows why."""
    office, client, pieces = Office(), Client(takes=2), Pieces([b"a"] * 100)

    async def call_off() -> None:
        flow = Flow(pieces(), "text/plain", "name.txt")
        answer = FlowAnswer(flow, office, "who")  # type: ignore[arg-type]
        task = asyncio.create_task(answer({"type": "http"}, client.receive, client.send))
        while len(client.sent) < 2:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(call_off())
    assert (pieces.closed, pieces.why) == (True, "server_stopped")
    office.exports.check_for("who")


def test_a_seat_is_taken_until_nothing_goes_on() -> None:
    """What is being made when a client leaves still takes the seat until it is ended."""
    office, client = Office(), Client(leaves_after=2)
    seats: list[bool] = []

    def pieces() -> Generator[bytes]:
        try:
            while True:
                yield b"a"
        finally:
            seats.append(bool(office.exports._taken))

    answer = FlowAnswer(Flow(pieces(), "text/plain", "name.txt"), office, "who")  # type: ignore[arg-type]
    with pytest.raises(ClientDisconnect):
        asyncio.run(answer({"type": "http"}, client.receive, client.send))
    assert seats == [True]
    office.exports.check_for("who")
