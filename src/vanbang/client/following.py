"""Answers that are heard while they come, and are taken up again where they broke off."""

from typing import Any, Protocol

from vanbang.client.calls import word
from vanbang.client.errors import ServerProblem, ServerUnreachable
from vanbang.client.events import Events
from vanbang.client.exchange import (
    AGAIN,
    Following,
    Give,
    Listen,
    NextPiece,
    Patience,
    Request,
    Wait,
    checked,
    wait_of,
)
from vanbang.client.models import Batch, Upload, read


class Stream(Protocol):
    """One such answer: what has been heard of it, and how to ask for the rest."""

    in_lines: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing is missing."""

    def request(self) -> Request:
        """Asks for what has not been heard yet."""

    def take(self, piece: bytes) -> Any:
        """What a line, or the next bytes, told; None: nothing yet. Raises AnswerUnusable; ServerProblem, where the
        server says why it goes on no further."""

    def ended(self) -> float:
        """The answer came to its end: seconds until asking for what is missing, if anything is.

        Raises ServerUnreachable where a whole answer has another end.
        """


def follow(stream: Stream, patience: Patience) -> Following:
    """All that a stream tells; comes back by itself where it ends too early or breaks off.

    Raises ServerUnreachable and ServerProblem after `patience.repeats` failures in a row, AnswerUnusable.
    """
    failures = 0
    while True:
        try:
            answer = yield Listen(stream.request(), stream.in_lines)
            wait = wait_of(answer, failures, patience)
            if wait is not None:
                failures += 1
            else:
                checked(answer)
                while not stream.is_over and (piece := (yield NextPiece())) is not None:
                    told = stream.take(piece)
                    if told is not None:
                        failures = 0
                        yield Give(told)
                wait, failures = stream.ended(), 0
                if stream.is_over:
                    return
        except (ServerUnreachable, ServerProblem) as error:
            if failures >= patience.repeats or not _passes(error):
                raise
            wait = patience.pause(failures)
            failures += 1
        yield Wait(wait)


def _passes(error: ServerUnreachable | ServerProblem) -> bool:
    """Whether it may do better; a server that asks for a wait was heard before, and wants too long a one."""
    return isinstance(error, ServerUnreachable) or (error.status in AGAIN and error.retry_after is None)


class States:
    """The stream of events of an upload or a batch, until its last state."""

    in_lines = True

    def __init__(self, path: str, kind: type[Upload] | type[Batch]) -> None:
        self.is_over = False
        self._path, self._kind, self._events = path, kind, Events()

    def request(self) -> Request:
        """The stream, from the last event on."""
        return Request("GET", self._path, b"", self._events.headers)

    def take(self, piece: bytes) -> Upload | Batch | None:
        """The state that this line ends, else None."""
        told = self._events.take(piece.decode("utf-8", "replace"))
        if told is None:
            return None
        value = read(self._kind, told)
        self.is_over = value.has_ended
        return value

    def ended(self) -> float:
        """A server ends every stream after a while."""
        return self._events.pause


def follow_upload(upload_id: str, patience: Patience) -> Following:
    """Each state of an upload."""
    return follow(States(f"/v1/uploads/{word(upload_id)}/events", Upload), patience)


def follow_batch(batch_id: str, patience: Patience) -> Following:
    """Each state of a batch."""
    return follow(States(f"/v1/batches/{word(batch_id)}/events", Batch), patience)
