"""The client's rules: what is asked again, after how long, how fast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.client.errors import AnswerUnusable, ServerProblem, ServerUnreachable, problem_of
from vanbang.client.exchange import Answer, Course, Pace, Patience, Request, Wait, asked, new_key

ASK = Request("GET", "/v1/x")
BUSY = Answer(503, {"retry-after": "7"}, b"")


def test_the_same_request_again() -> None:
    """A request is repeated as it is, after the wait asked for, and the good answer is the call's value."""
    course = Course(asked(ASK, Patience()))
    assert course.step is ASK
    course.reply(BUSY)
    assert course.step == Wait(7.0)
    course.reply(None)
    assert course.step is ASK
    course.reply(Answer(201, {}, b"made"))
    assert course.is_over
    assert course.value.body == b"made"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 413, 415, 422, 428])
def test_what_has_to_change_is_not_repeated(status: int) -> None:
    """A refusal that stays is raised at once."""
    course = Course(asked(ASK, Patience()))
    with pytest.raises(AnswerUnusable):
        course.reply(Answer(status, {}, b""))


def test_the_last_failure_is_raised() -> None:
    """Who was unreachable as often as patience lasts is told of."""
    course = Course(asked(ASK, Patience(repeats=1)))
    course.fail(ServerUnreachable("timeout", "x"))
    assert isinstance(course.step, Wait)
    course.reply(None)
    with pytest.raises(ServerUnreachable):
        course.fail(ServerUnreachable("timeout", "x"))


@given(st.integers(0, 2_000))
def test_pauses_grow_and_end(attempt: int) -> None:
    """A pause is never longer than the longest, nor a busy loop."""
    assert 0.25 <= Patience(longest=30.0).pause(min(attempt, 60)) <= 30.0


def test_the_pace_of_an_allowance() -> None:
    """After the last of an allowance the next request waits for one more to be due; before, and afterwards, not."""
    pace = Pace()
    pace.note({"ratelimit-policy": '"keyed";q=600;w=60', "ratelimit": '"keyed";r=3;t=1'}, 100.0)
    assert pace.seconds(100.0) == 0
    pace.note({"ratelimit-policy": '"keyed";q=600;w=60', "ratelimit": '"keyed";r=0;t=60'}, 100.0)
    assert pace.seconds(100.0) == pytest.approx(0.1)
    assert pace.seconds(100.2) == 0


@given(st.dictionaries(st.sampled_from(["ratelimit", "ratelimit-policy", "retry-after", "content-type"]), st.text()))
def test_headers_of_any_kind(headers: dict[str, str]) -> None:
    """No header of a server stops the client or makes it wait for ever."""
    pace = Pace()
    pace.note(headers, 0.0)
    assert pace.seconds(0.0) <= 60
    assert isinstance(problem_of(500, headers, b""), AnswerUnusable)


@given(st.binary(max_size=300))
def test_problems_of_any_kind(body: bytes) -> None:
    """A problem document of any bytes is an error with a sentence."""
    found = problem_of(422, {"content-type": "application/problem+json"}, body)
    assert isinstance(found, AnswerUnusable | ServerProblem)


def test_keys_are_good_and_new() -> None:
    """An Idempotency-Key is of visible ASCII and never the same twice."""
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(key.isascii() and key.isprintable() and " " not in key and 1 <= len(key) <= 255 for key in keys)
