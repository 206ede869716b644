"""The client's rules without any I/O: what is asked again, after how long, and how fast at most.

A call is a generator. It yields what it wants done (a Request, a Wait) and is sent the Answer; what it returns is the
call's value. The two clients differ in nothing but how they do these things.
"""

import re
import secrets
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any, Final, Generic, TypeAlias, TypeVar

from vanbang.client.errors import AnswerUnusable, ServerUnreachable, problem_of, retry_after

AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which the same request may do better (docs/api.md, Problems; 502 and 504 are a proxy's)."""
MAX_ANSWER_BYTES: Final = 2**26
LONGEST_STEP: Final = 60.0
"""Seconds between two requests, whatever a server says of its allowance."""
_QUOTA: Final = re.compile(r'"[^"]*";q=([1-9][0-9]{0,8});w=([1-9][0-9]{0,5})\Z')
_LEFT: Final = re.compile(r'"[^"]*";r=0;')

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """A request below the client's address. The body does not show in its repr: it may hold anything."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Asks for so many seconds of nothing."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Asks for the answer of this request while it comes: NextPiece gives each line, or bytes as they come; None at
    the end."""

    request: Request
    in_lines: bool = True


@dataclass(frozen=True, slots=True)
class NextPiece:
    """Asks for the next line of what is listened to, without its end, or for the next bytes."""


@dataclass(frozen=True, slots=True)
class Give:
    """Hands a value to whoever iterates."""

    value: Any


Calling: TypeAlias = Generator[Request | Wait, Any, T]
Following: TypeAlias = Generator[Request | Wait | Listen | NextPiece | Give, Any, None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent again, and the longest wait in between, in seconds.

    A server that asks for a longer wait is taken at its word: the call ends with its problem at once.
    """

    repeats: int = 5
    longest: float = 60.0

    def pause(self, attempt: int) -> float:
        """Seconds before the next attempt when nobody said how long: half a second doubled each time, and chance."""
        return min(self.longest, 0.5 * 2.0**attempt) * SystemRandom().uniform(0.5, 1.0)


PATIENCE: Final = Patience()


def asked(request: Request, patience: Patience) -> Calling[Answer]:
    """The answer to a request, sent again as it is where that may help.

    Raises ServerProblem, ServerUnreachable, AnswerUnusable.
    """
    attempt = 0
    while True:
        try:
            answer: Answer = yield request
        except ServerUnreachable:
            if attempt == patience.repeats:
                raise
            yield Wait(patience.pause(attempt))
        else:
            wait = wait_of(answer, attempt, patience)
            if wait is None:
                return checked(answer)
            yield Wait(wait)
        attempt += 1


def checked(answer: Answer) -> Answer:
    """The answer if it is a good one. Raises ServerProblem, AnswerUnusable."""
    if 200 <= answer.status < 300:
        return answer
    if 300 <= answer.status < 400:
        raise AnswerUnusable(f"status {answer.status}: this address leads elsewhere, and is not followed with a key")
    raise problem_of(answer.status, answer.headers, answer.body)


def new_key() -> str:
    """An Idempotency-Key for one write, however often it is sent."""
    return secrets.token_urlsafe(24)


class Pace:
    """Keeps to what RateLimit says (draft-ietf-httpapi-ratelimit-headers): after the last of an allowance the next
    request waits until another is due, so that a long run of calls is slowed down and never refused.
    """

    def __init__(self) -> None:
        self._not_before = 0.0

    def seconds(self, now: float) -> float:
        """How long the next request waits, `now` being any steady clock's seconds."""
        return max(0.0, self._not_before - now)

    def note(self, headers: Mapping[str, str], now: float) -> None:
        """Takes notice of an answer's headers."""
        quota = _QUOTA.match(headers.get("ratelimit-policy", ""))
        if quota and _LEFT.match(headers.get("ratelimit", "")):
            self._not_before = now + min(LONGEST_STEP, int(quota[2]) / int(quota[1]))


def wait_of(answer: Answer, attempt: int, patience: Patience) -> float | None:
    """Seconds until the same request is sent again; None for an answer that stands."""
    if answer.status not in AGAIN or attempt == patience.repeats:
        return None
    told = retry_after(answer.headers)
    if told is None:
        return patience.pause(attempt)
    return float(told) if told <= patience.longest else None


class Course(Generic[T]):
    """A call on its way: `step` is what it wants done, until `is_over` and `value` is what it returned."""

    def __init__(self, calling: Generator[Any, Any, T]) -> None:
        self._calling = calling
        self.step: Any = None
        self.is_over = False
        self._value: list[T] = []
        self._go(lambda: next(calling))

    @property
    def value(self) -> T:
        """What the call returned; only once it is over."""
        return self._value[0]

    def reply(self, found: Any) -> None:
        """What was wanted is done. Raises what the call raises."""
        self._go(lambda: self._calling.send(found))

    def fail(self, error: ServerUnreachable) -> None:
        """What was wanted could not be done. Raises what the call raises."""
        self._go(lambda: self._calling.throw(error))

    def close(self) -> None:
        """Gives the call up, wherever it is: what it holds open is closed."""
        self._calling.close()

    def _go(self, on: Callable[[], Any]) -> None:
        try:
            self.step = on()
        except StopIteration as end:
            self.is_over = True
            self._value.append(end.value)
