"""Endpoints together: how each is judged by what it does, and what a quorum of them says."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from endpoint_servers import Refused, Reply, Server, node, serving
from vanbang.adapters.ethereum.endpoints import BATCHES_AGAIN, CHAIN_GOOD_FOR, LONGEST_WISH, Endpoints, Question
from vanbang.adapters.ethereum.json_rpc import MAX_BATCH, quantity
from vanbang.core.quorum import Failure
from vanbang.ports import LedgerUnsure

CHAIN_ID = 88


@dataclass
class Clock:
    """Seconds that pass when told to."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Party:
    """Some endpoints with their servers; `asked` counts the requests to one since the last look."""

    endpoints: Endpoints
    clock: Clock
    servers: list[Server]
    seen: list[int] = field(default_factory=list)

    def asked(self) -> list[int]:
        counts = [len(server.requests) for server in self.servers]
        new = [count - old for count, old in zip(counts, self.seen or [0] * len(counts), strict=True)]
        self.seen = counts
        return new

    def states(self) -> list[str]:
        return [health.state for health in self.endpoints.health()]


@contextmanager
def party(*answerings: Any, quorum: int = 2, timeout: float = 20.0) -> Iterator[Party]:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(answering)) for answering in answerings]
        clock = Clock()
        yield Party(Endpoints([server.url for server in servers], quorum, CHAIN_ID, timeout, clock), clock, servers)


def truth(method: str, params: list[Any]) -> Any:
    return hex(CHAIN_ID) if method == "eth_chainId" else params[0]


def numbers(*values: int) -> list[Question[int]]:
    return [Question("number", [hex(value)], quantity) for value in values]


GOOD = node(truth)


def chain(number: int) -> Any:
    return node(lambda method, params: hex(number) if method == "eth_chainId" else truth(method, params))


class Moody:
    """An endpoint whose answers may be exchanged."""

    def __init__(self, answering: Any = GOOD) -> None:
        self.answering = answering

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        return self.answering(method, path, body)


def down(*_: Any) -> Reply:
    return Reply(b"", 500)


def test_many_questions_are_one_request() -> None:
    """All questions go to each endpoint in one request, and answers come back in their order."""
    with party(GOOD, GOOD, GOOD) as all_of:
        assert all_of.states() == ["new"] * 3
        assert all_of.endpoints.agreed(numbers(*range(50))) == list(range(50))
        assert all_of.asked() == [1, 1, 1]
        assert all_of.states() == ["good"] * 3
        assert all_of.endpoints.agreed([]) == []
        assert all_of.asked() == [0, 0, 0]


def test_long_lists_go_in_parts() -> None:
    """More than a hundred questions take a request for each hundred, the chain id among them."""
    with party(GOOD, quorum=1) as one:
        assert one.endpoints.agreed(numbers(*range(2 * MAX_BATCH))) == list(range(2 * MAX_BATCH))
        assert one.asked() == [3]
        assert one.endpoints.agreed(numbers(*range(2 * MAX_BATCH))) == list(range(2 * MAX_BATCH))
        assert one.asked() == [2]


def test_an_endpoint_that_takes_no_batches_is_asked_singly() -> None:
    """It is remembered for a while, then a batch is tried again; its answers count as any other's."""
    with party(node(truth, batches=False), GOOD) as two:
        assert two.endpoints.agreed(numbers(1, 2, 3)) == [1, 2, 3]
        assert two.asked() == [1 + 4, 1]
        assert two.endpoints.agreed(numbers(1, 2, 3)) == [1, 2, 3]
        assert two.asked() == [3, 1]
        assert two.states() == ["good", "good"]
        two.clock.now += BATCHES_AGAIN
        assert two.endpoints.agreed(numbers(1, 2, 3)) == [1, 2, 3]
        assert two.asked() == [1 + 4, 1]


@pytest.mark.parametrize("status", [400, 413, 500, 503])
def test_batches_are_refused_in_many_ways(status: int) -> None:
    """A status that answers many questions, but not a single one, is no failure of the endpoint."""
    served = node(truth)

    def picky(method: str, path: str, body: bytes) -> Reply:
        return Reply(b"too many", status) if body.startswith(b"[") else served(method, path, body)

    with party(picky, quorum=1) as one:
        assert one.endpoints.agreed(numbers(1, 2)) == [1, 2]
        assert one.endpoints.agreed(numbers(1, 2)) == [1, 2]
        assert one.asked() == [1 + 3 + 2]
        assert one.states() == ["good"]


@pytest.mark.parametrize("first_failing", [0, 2])
def test_an_endpoint_asked_singly_may_fail_in_the_middle(first_failing: int) -> None:
    """Then none of its answers is used, and it is left alone."""
    served = node(truth, batches=False)

    def failing(method: str, path: str, body: bytes) -> Reply:
        asked = json.loads(body)
        if isinstance(asked, dict) and asked["params"] == [hex(first_failing)]:
            return Reply(b"", 502)
        return served(method, path, body)

    with party(failing, quorum=1) as one:
        with pytest.raises(LedgerUnsure, match="1 http_502"):
            one.endpoints.agreed(numbers(0, 1, 2))
        assert one.states() == ["failing"]


def test_who_fails_is_left_alone_ever_longer() -> None:
    """1, 2, 4 ... 60 seconds; it counts as unavailable with its last word, and one good answer makes it good."""
    moody = Moody(down)
    with party(GOOD, GOOD, moody) as three:
        for pause in (1, 2, 4, 8, 16, 32, 60, 60):
            assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("http_500")]]
            assert three.asked()[2] == 2  # many questions, then a single one: it might just take no batches
            three.clock.now += pause - 0.5
            assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("http_500")]]
            assert three.asked()[2] == 0
            three.clock.now += 0.5
        health = three.endpoints.health()[2]
        assert (health.state, health.failures, health.why) == ("failing", 8, "http_500")
        assert health.url == three.servers[2].url.rstrip("/")
        moody.answering = GOOD
        assert three.endpoints.ask(numbers(7)) == [[7, 7, 7]]
        health = three.endpoints.health()[2]
        assert (health.state, health.failures, health.why) == ("good", 0, "")


@pytest.mark.parametrize(("told", "kept"), [("20", 20), ("0", 1), ("99999", LONGEST_WISH)])
def test_who_asks_for_rest_gets_it(told: str, kept: int) -> None:
    """Retry-After is honoured, up to ten minutes; a rate limit is never an answer."""
    moody = Moody(lambda *_: Reply(b'[{"jsonrpc":"2.0","id":1,"result":"0x7"}]', 429, {"Retry-After": told}))
    with party(GOOD, GOOD, moody) as three:
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("http_429")]]
        moody.answering = GOOD
        three.clock.now += kept - 0.5
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("http_429")]]
        three.clock.now += 0.5
        assert three.endpoints.ask(numbers(7)) == [[7, 7, 7]]


def test_a_rate_limit_in_an_answer_is_a_rate_limit() -> None:
    """An error that says "ask later" for one of many questions stops the use of all of them, and the asking."""

    def limited(method: str, params: list[Any]) -> Any:
        if params == ["0x8"]:
            raise Refused(-32_005, "limit exceeded")
        return truth(method, params)

    asked = [Question("number", question.params, quantity, lambda _: 0) for question in numbers(7, 8)]
    with party(GOOD, GOOD, node(limited)) as three:
        assert three.endpoints.ask(asked) == [[7, 7, Failure("rate_limited")], [8, 8, Failure("rate_limited")]]
        assert three.states() == ["good", "good", "failing"]


def test_too_few_others_and_it_is_asked_all_the_same() -> None:
    """Where leaving endpoints alone would leave no quorum, all are asked; and `everyone` means everyone."""
    moody = Moody(down)
    with party(GOOD, moody) as two:
        assert two.endpoints.ask(numbers(7)) == [[7, Failure("http_500")]]
        moody.answering = GOOD
        assert two.endpoints.agreed(numbers(7)) == [7]
    with party(GOOD, GOOD, down) as three:
        three.endpoints.ask(numbers(7))
        three.asked()
        three.endpoints.ask(numbers(7), everyone=True)
        assert min(three.asked()) > 0


def test_another_chain_is_not_believed_until_it_says_otherwise() -> None:
    """An endpoint that names another chain id has no vote; it is asked again later, and then may have one."""
    moody = Moody(chain(1))
    with party(GOOD, GOOD, moody) as three:
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("wrong_chain")]]
        assert three.states() == ["good", "good", "wrong_chain"]
        assert three.endpoints.wrong_chains() == [1]
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("wrong_chain")]]
        moody.answering = GOOD
        three.clock.now += 1
        assert three.endpoints.ask(numbers(7)) == [[7, 7, 7]]
        assert three.endpoints.wrong_chains() == []


def test_the_chain_id_is_asked_again_every_minute() -> None:
    """An address that serves another chain from now on loses its vote within a minute, or at once when checked."""
    moody = Moody()
    with party(moody, GOOD, GOOD) as three:
        assert three.endpoints.ask(numbers(7)) == [[7, 7, 7]]
        moody.answering = chain(1)
        assert three.endpoints.ask(numbers(7)) == [[7, 7, 7]]
        three.clock.now += CHAIN_GOOD_FOR
        assert three.endpoints.ask(numbers(7)) == [[Failure("wrong_chain"), 7, 7]]
    with party(moody, GOOD, GOOD) as three:
        moody.answering = GOOD
        three.endpoints.ask(numbers(7))
        moody.answering = chain(1)
        assert three.endpoints.ask(numbers(7), chain=True) == [[Failure("wrong_chain"), 7, 7]]


def test_without_a_chain_id_there_is_no_vote() -> None:
    """An endpoint that answers questions but not for its chain is not believed."""

    def mute(method: str, params: list[Any]) -> Any:
        if method == "eth_chainId":
            raise Refused(-32_601, "method not found")
        return truth(method, params)

    with party(GOOD, GOOD, node(mute)) as three:
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("rpc_error")]]
        assert three.states()[2] == "failing"


def lying(value: Any) -> Any:
    return node(lambda method, params: value if method == "number" else truth(method, params))


def refusing(method: str, params: list[Any]) -> Any:
    if method == "number":
        raise Refused(-32_000, "header not found")
    return truth(method, params)


@pytest.mark.parametrize(
    ("others", "counted"),
    [
        ([lying("0x8"), lying("0x9")], {"answered": 1, "answered otherwise": 2}),
        ([lying("0x8"), down], {"answered": 1, "answered otherwise": 1, "http_500": 1}),
        ([down, lambda *_: Reply(hang=True)], {"answered": 1, "http_500": 1, "timeout": 1}),
        ([lying("seven"), node(refusing)], {"answered": 1, "malformed": 1, "rpc_error": 1}),
        ([lambda *_: Reply(b"<html>"), lambda *_: Reply(b"", 429)], {"answered": 1, "malformed": 1, "http_429": 1}),
        ([chain(5), chain(6)], {"answered": 1, "wrong_chain": 2}),
    ],
)
def test_what_is_not_agreed_is_told_by_numbers(others: list[Any], counted: dict[str, int]) -> None:
    """The error says what was asked, how many must agree, and what each endpoint did."""
    with party(GOOD, *others, timeout=1.5) as three, pytest.raises(LedgerUnsure) as caught:
        three.endpoints.agreed(numbers(7))
    unsure = caught.value
    assert (unsure.what, unsure.needed, unsure.asked, unsure.answers) == ("number", 2, 3, counted)
    told = ", ".join(f"{count} {word}" for word, count in unsure.answers.items())
    assert str(unsure) == f"waiting for 2 of 3 endpoints to agree on number: {told}"


def test_an_error_to_one_question_does_not_make_an_endpoint_bad() -> None:
    """A block it lacks is an answer of a kind; rubbish for every answer is not."""
    with party(node(refusing), quorum=1) as one:
        assert one.endpoints.ask(numbers(7)) == [[Failure("rpc_error")]]
        assert one.states() == ["good"]
    half = node(lambda method, params: "seven" if params == ["0x7"] else truth(method, params))
    with party(half, quorum=1) as one:
        assert one.endpoints.ask(numbers(7, 8)) == [[Failure("malformed")], [8]]
        assert one.states() == ["good"]
    with party(lying("seven"), quorum=1) as one:
        assert one.endpoints.ask(numbers(7, 8)) == [[Failure("malformed")], [Failure("malformed")]]
        assert one.states() == ["failing"]


def test_an_endpoint_far_below_the_others_is_behind() -> None:
    """It says so until it has caught up; what is not known of an endpoint stays as it was."""
    with party(GOOD, GOOD, down) as three:
        three.endpoints.ask(numbers(7))
        three.endpoints.saw([100, 69, Failure("http_500")], 70)
        assert three.states() == ["good", "behind", "failing"]
        assert [health.block for health in three.endpoints.health()] == [100, 69, None]
        three.endpoints.ask(numbers(7))
        assert three.states() == ["good", "behind", "failing"]
        three.endpoints.saw([101, 101, Failure("http_500")], 71)
        assert three.states() == ["good", "good", "failing"]


def test_answers_may_be_errors() -> None:
    """A question may take an error answer for a value of its own; what that raises is a failure."""

    def word(refused: Any) -> str:
        if refused.number == -32_000:
            raise refused
        return str(refused.text)

    asked: list[Question[str]] = [Question("number", ["0x1"], str, word)]
    for number, want in ((3, "no"), (-32_000, Failure("rpc_error"))):

        def refused(method: str, params: list[Any], number: int = number) -> Any:
            if method == "number":
                raise Refused(number)
            return truth(method, params)

        with party(node(refused), quorum=1) as one:
            assert one.endpoints.ask(asked) == [[want]]


def test_nobody_waits_for_who_hangs() -> None:
    """An endpoint that never answers costs one timeout, then it is left alone."""
    with party(GOOD, GOOD, lambda *_: Reply(hang=True), timeout=1.5) as three:
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("timeout")]]
        assert three.states()[2] == "failing"
        three.asked()
        assert three.endpoints.ask(numbers(7)) == [[7, 7, Failure("timeout")]]
        assert three.asked() == [1, 1, 0]
