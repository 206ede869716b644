"""Event streams: each state once, a sign of life in between, an end in any case."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from vanbang.ports import StoreError
from vanbang.web.answers import tag_of
from vanbang.web.events import HEARTBEAT, RETRY, event_stream
from vanbang.web.limits import Limits, Seats
from vanbang.web.problems import Refused

QUICK = Limits(look_every=0.001, heartbeat_every=0.003, stream_seconds=0.02)
Look = Callable[[], Awaitable[tuple[bytes, bool]]]


def looks(*states: bytes | Exception) -> Look:
    """A look that sees these states one after the other, the last one for ever."""
    left = list(states)

    async def look() -> tuple[bytes, bool]:
        state = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(state, Exception):
            raise state
        return state, state == b"end"

    return look


def streamed(
    look: Look, first: bytes, last_id: str = "", limits: Limits = QUICK, seats: Seats | None = None
) -> list[bytes]:
    """All that a stream says until it ends."""
    seats = seats or Seats(1)

    async def read() -> list[bytes]:
        answer = event_stream(look, (first, first == b"end"), last_id, limits, seats)
        return [bytes(piece) async for piece in answer.body_iterator]  # type: ignore[arg-type]

    pieces = asyncio.run(read())
    seats.check()  # the place was given back
    return pieces


def event(state: bytes) -> bytes:
    return b"event: state\nid: %s\ndata: %s\n\n" % (tag_of(state).strip('"').encode(), state)


def test_each_state_once() -> None:
    """A state is told when it is new, and the final one is the last thing that is told."""
    assert streamed(looks(b"a", b"b", b"b", b"end", b"never"), b"a") == [RETRY, event(b"a"), event(b"b"), event(b"end")]


def test_what_was_seen_is_not_told_again() -> None:
    """A client that comes back with the id of the last event gets only what is new."""
    assert streamed(looks(b"end"), b"a", tag_of(b"a").strip('"')) == [RETRY, event(b"end")]
    assert streamed(looks(b"end"), b"end", tag_of(b"end").strip('"')) == [RETRY]


def test_signs_of_life_and_an_end() -> None:
    """While nothing changes there are comments, and after a while the stream ends: the client comes back."""
    pieces = streamed(looks(b"a"), b"a")
    assert pieces[:2] == [RETRY, event(b"a")]
    assert 2 <= pieces[2:].count(HEARTBEAT) == len(pieces) - 2 <= 10


@pytest.mark.parametrize("error", [StoreError("gone"), Refused("not_found")])
def test_a_store_that_is_away(error: Exception) -> None:
    """When the state cannot be read any more the stream ends without a word."""
    assert streamed(looks(error), b"a") == [RETRY, event(b"a")]


def test_no_more_than_there_are_places() -> None:
    """Without a place the stream is refused before anything is answered."""
    with pytest.raises(Refused):
        streamed(looks(b"end"), b"a", limits=replace(QUICK), seats=Seats(0))
