"""The endpoints of one chain: asked together, each judged by how it has done, believed only in agreement.

What an endpoint answers counts only while it says that it serves the expected chain; one that fails is left alone for
a while, and counts as unavailable as long. A quorum is always one of all endpoints, not of those that do well.
"""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Final, Generic, Protocol, TypeVar

from vanbang.adapters.ethereum.json_rpc import (
    MAX_BATCH,
    BatchesRefused,
    JsonRpc,
    RpcFailure,
    RpcRefused,
    quantity,
)
from vanbang.adapters.http.at_once import at_once
from vanbang.adapters.http.bounded_http import TIMEOUT
from vanbang.core.quorum import Agreed, Failure, agree
from vanbang.core.trust import shown_url
from vanbang.ports import EndpointHealth, LedgerUnsure

LONGEST_PAUSE: Final = 60
"""Seconds for which an endpoint that keeps failing is left alone: 1, 2, 4, ... up to this."""
LONGEST_WISH: Final = 600
"""Seconds for which an endpoint is left alone that asks for it: more would be a way of going to sleep for good."""
CHAIN_GOOD_FOR: Final = 60
"""Seconds after which an endpoint is asked for its chain id again, with the next questions: addresses are re-used."""
BATCHES_AGAIN: Final = 600
"""Seconds after which an endpoint that refused a batch is offered one again: it may have been a passing fault."""
SINGLES_AT_ONCE: Final = 8
"""Requests at a time to an endpoint that takes no batches."""

Value = TypeVar("Value", bound=Hashable)
Clock = Callable[[], float]


class Transport(Protocol):
    """Carries requests to one endpoint, as JsonRpc does over HTTP."""

    def request(self, method: str, params: list[Any]) -> Any:
        """The `result` of one request. Raises RpcFailure."""
        ...

    def batch(self, calls: Sequence[tuple[str, list[Any]]]) -> list[Any | RpcFailure]:
        """The results of several, each a `result` or an RpcFailure. Raises RpcFailure, BatchesRefused."""
        ...


@dataclass(frozen=True, slots=True)
class Wire:
    """How endpoints are reached: over HTTP, all at the same time. A simulation has its own, without net and threads.

    `connect` takes an endpoint's URL and seconds; `together` jobs and seconds, as `at_once` does.
    """

    connect: Callable[[str, float], Transport] = JsonRpc
    together: Callable[[Sequence[Callable[[], list[Any]]], float], Sequence[list[Any] | Failure]] = at_once


HTTP: Final = Wire()


@dataclass(frozen=True, slots=True)
class Question(Generic[Value]):
    """One request; `read` makes a value of its result, `refused` of an error answer. Both may raise RpcFailure."""

    method: str
    params: list[Any]
    read: Callable[[Any], Value]
    refused: Callable[[RpcRefused], Value] | None = None

    def answer(self, found: Any | RpcFailure) -> Value | Failure:
        """The value of one endpoint's result, or its failure."""
        try:
            if isinstance(found, RpcRefused) and self.refused is not None and not found.is_rate_limit:
                return self.refused(found)
            if isinstance(found, RpcFailure):
                return Failure(found.word)
            return self.read(found)
        except RpcFailure as failure:
            return Failure(failure.word)


CHAIN: Final = Question("eth_chainId", [], quantity)


class Endpoint:
    """One endpoint, whose faults are answers. `clock` gives seconds. Safe to use from threads."""

    def __init__(
        self, url: str, chain_id: int, timeout: float = TIMEOUT, clock: Clock = time.monotonic, wire: Wire = HTTP
    ) -> None:
        self._url = shown_url(url)
        self._rpc = wire.connect(url, timeout)
        self._chain_id = chain_id
        self._clock = clock
        self._lock = Lock()
        self._state, self._why, self._failures = "new", "", 0
        self._again_at = self._batches_at = self._chain_until = -1.0
        self.chain_found: int | None = None
        """The chain id that it last answered."""
        self._block: int | None = None

    @property
    def health(self) -> EndpointHealth:
        """How it does."""
        return EndpointHealth(self._url, self._state, self._block, self._failures, self._why)

    @property
    def is_ready(self) -> bool:
        """Whether it is not left alone for now."""
        return self._clock() >= self._again_at

    @property
    def is_wrong(self) -> bool:
        """Whether it serves another chain, by its own last word."""
        return self._state == "wrong_chain"

    def excuse(self, questions: Sequence[Question[Value]]) -> list[Value | Failure]:
        """What stands for its answers while it is left alone."""
        return [Failure(self._why or "failing") for _ in questions]

    def ask(self, questions: Sequence[Question[Value]], *, chain: bool = False) -> list[Value | Failure]:
        """An answer to each question, or why there is none; with `chain` it must say its chain id anew."""
        chain = chain or self._clock() >= self._chain_until
        asked: list[Question[Any]] = [*questions, CHAIN] if chain else list(questions)
        try:
            found = self._found(asked)
        except RpcFailure as failure:
            return self._failed(failure.word, failure.wait, questions)
        answers = [question.answer(result) for question, result in zip(asked, found, strict=True)]
        if any(isinstance(result, RpcRefused) and result.is_rate_limit for result in found):
            return self._failed("rate_limited", 0, questions)
        if chain and (wrong := self._wrong_chain(answers.pop())):
            return self._failed(wrong, 0, questions)
        if answers and all(answer == Failure("malformed") for answer in answers):
            return self._failed("malformed", 0, questions)
        self._did_well()
        return answers

    def saw(self, block: int | None, *, is_behind: bool) -> None:
        """Notes its newest block, and whether that is far below the others'."""
        with self._lock:
            self._block = block
            if self._state in ("good", "behind"):
                self._state = "behind" if is_behind else "good"

    def _found(self, asked: Sequence[Question[Any]]) -> list[Any | RpcFailure]:
        calls = [(question.method, question.params) for question in asked]
        if len(calls) == 1 or self._clock() < self._batches_at:
            return self._singly(calls)
        try:
            chunks = (calls[start : start + MAX_BATCH] for start in range(0, len(calls), MAX_BATCH))
            return [result for chunk in chunks for result in self._rpc.batch(chunk)]
        except BatchesRefused:
            found = self._singly(calls)
            self._batches_at = self._clock() + BATCHES_AGAIN
            return found

    def _singly(self, calls: Sequence[tuple[str, list[Any]]]) -> list[Any | RpcFailure]:
        """Each call by itself, the first one alone: if the endpoint is down, only that one waits for it."""
        found: list[Any | RpcFailure] = [self._single(calls[0])]
        if len(calls) == 1:
            return found
        with ThreadPoolExecutor(max_workers=SINGLES_AT_ONCE) as pool:
            found += pool.map(self._single, calls[1:])
        return found

    def _single(self, call: tuple[str, list[Any]]) -> Any | RpcFailure:
        try:
            return self._rpc.request(*call)
        except RpcRefused as refused:
            return refused
        except RpcFailure as failure:
            if failure.word == "malformed":
                return failure
            raise

    def _wrong_chain(self, answer: Any) -> str:
        """A word if it does not say that it serves the expected chain."""
        if isinstance(answer, Failure):
            return answer.reason
        with self._lock:
            self.chain_found = answer
            self._chain_until = self._clock() + CHAIN_GOOD_FOR if answer == self._chain_id else -1.0
        return "" if answer == self._chain_id else "wrong_chain"

    def _failed(self, word: str, wait: int, questions: Sequence[Question[Value]]) -> list[Value | Failure]:
        with self._lock:
            self._failures += 1
            self._state, self._why = ("wrong_chain" if word == "wrong_chain" else "failing"), word
            pause = max(min(LONGEST_PAUSE, 2 ** min(self._failures - 1, 6)), min(wait, LONGEST_WISH))
            self._again_at = self._clock() + pause
            if word != "wrong_chain":
                self._chain_until = -1.0
        return self.excuse(questions)

    def _did_well(self) -> None:
        with self._lock:
            self._state = "good" if self._state != "behind" else "behind"
            self._why, self._failures, self._again_at = "", 0, -1.0


class Endpoints:
    """All endpoints of a chain, of which `quorum` must agree. Safe to use from threads."""

    def __init__(
        self,
        urls: Sequence[str],
        quorum: int,
        chain_id: int,
        timeout: float = TIMEOUT,
        clock: Clock = time.monotonic,
        wire: Wire = HTTP,
    ) -> None:
        self.quorum = quorum
        self._timeout = timeout
        self._together = wire.together
        self._all = [Endpoint(url, chain_id, timeout, clock, wire) for url in urls]

    def ask(
        self, questions: Sequence[Question[Value]], *, everyone: bool = False, chain: bool = False
    ) -> list[list[Value | Failure]]:
        """For each question one answer of each endpoint, in order; one HTTP request to each for up to 100 questions.

        Endpoints that are left alone for now are asked only if there are too few others, or with `everyone`.
        """
        if not questions:
            return []
        ready = [endpoint.is_ready for endpoint in self._all]
        hopeful = sum(good and not endpoint.is_wrong for good, endpoint in zip(ready, self._all, strict=True))
        everyone = everyone or hopeful < self.quorum
        jobs = [
            partial(endpoint.ask, questions, chain=chain) if everyone or good else partial(endpoint.excuse, questions)
            for endpoint, good in zip(self._all, ready, strict=True)
        ]
        rows = self._together(jobs, self._timeout * (2 + len(questions) // MAX_BATCH))
        whole = [[row] * len(questions) if isinstance(row, Failure) else row for row in rows]
        return [list(answers) for answers in zip(*whole, strict=True)]

    def agreed(self, questions: Sequence[Question[Value]], what: str = "") -> list[Value]:
        """What a quorum says to each question. Raises LedgerUnsure, about `what`, if there is one without."""
        found = self.ask(questions)
        return [
            self.decide(answers, what or question.method) for question, answers in zip(questions, found, strict=True)
        ]

    def decide(self, answers: Sequence[Value | Failure], what: str) -> Value:
        """What a quorum says to one question. Raises LedgerUnsure."""
        agreed = agree(answers, self.quorum)
        if not isinstance(agreed, Agreed):
            raise self.unsure(answers, what)
        return agreed.value

    def unsure(self, answers: Sequence[Value | Failure], what: str) -> LedgerUnsure:
        """Answers without a quorum, counted."""
        values = Counter(answer for answer in answers if not isinstance(answer, Failure)).most_common()
        counted: Counter[str] = Counter()
        for index, (_, count) in enumerate(values):
            counted["answered otherwise" if index else "answered"] += count
        counted.update(answer.reason for answer in answers if isinstance(answer, Failure))
        return LedgerUnsure(what, self.quorum, len(self._all), counted)

    def wrong_chains(self) -> list[int]:
        """The chain ids that endpoints answered instead of the expected one."""
        return [
            endpoint.chain_found for endpoint in self._all if endpoint.is_wrong and endpoint.chain_found is not None
        ]

    def saw(self, heads: Sequence[int | Failure], least: int) -> None:
        """Notes each endpoint's newest block; those below `least` are behind."""
        for endpoint, head in zip(self._all, heads, strict=True):
            if not isinstance(head, Failure):
                endpoint.saw(head, is_behind=head < least)

    def health(self) -> list[EndpointHealth]:
        """How each does; nothing is asked."""
        return [endpoint.health for endpoint in self._all]
