"""The quorum rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.quorum import Agreed, Failure, NoQuorum, agree, block_to_ask, default_quorum

FAILED = Failure("unreachable")
ANSWERS = st.sampled_from(["a", "b", "c", FAILED])


@pytest.mark.parametrize(
    ("answers", "quorum", "result"),
    [
        ("aaa", 2, Agreed("a")), ("aab", 2, Agreed("a")), ("baa", 2, Agreed("a")), ("a--", 1, Agreed("a")),
        ("aa-", 2, Agreed("a")), ("ab-", 1, NoQuorum("endpoints_disagree")), ("abc", 2, NoQuorum("endpoints_disagree")),
        ("ab-", 2, NoQuorum("endpoints_disagree")), ("a--", 2, NoQuorum("endpoints_unavailable")),
        ("---", 1, NoQuorum("endpoints_unavailable")), ("", 1, NoQuorum("endpoints_unavailable")),
        ("aabb", 2, NoQuorum("endpoints_disagree")), ("aaab", 4, NoQuorum("endpoints_disagree")),
    ],
)  # fmt: skip
def test_one_value_by_at_least_q_endpoints(answers: str, quorum: int, result: object) -> None:
    """Exactly one such value is the answer; else too few answered, or they disagree."""
    assert agree([FAILED if letter == "-" else letter for letter in answers], quorum) == result


@given(st.integers(1, 9), st.data())
def test_fewer_liars_than_the_quorum_never_bring_in_their_own_answer(honest: int, data: st.DataObject) -> None:
    """With a majority quorum and that many honest endpoints, whatever the others say changes nothing."""
    total = data.draw(st.integers(honest, 2 * honest - 1))
    quorum = default_quorum(total)
    others = data.draw(st.lists(ANSWERS, min_size=total - honest, max_size=total - honest))
    answers = data.draw(st.permutations(["truth"] * honest + others))
    assert agree(answers, quorum) == Agreed("truth")


@given(st.lists(ANSWERS, min_size=1, max_size=9), st.integers(1, 9), st.data())
def test_a_value_by_fewer_than_q_endpoints_is_never_the_answer(
    answers: list[str | Failure], quorum: int, data: st.DataObject
) -> None:
    """What is agreed upon was given by at least q, and the order of endpoints does not matter."""
    result = agree(answers, quorum)
    assert agree(data.draw(st.permutations(answers)), quorum) == result
    if isinstance(result, Agreed):
        assert answers.count(result.value) >= quorum


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.integers(1, 9), st.data())
def test_fewer_liars_than_q_cannot_move_the_block_ahead(honest: list[int], quorum: int, data: st.DataObject) -> None:
    """The block asked about is never above what some honest endpoint has, and at least q endpoints have it."""
    liars = data.draw(st.lists(st.integers(10_000, 20_000) | st.just(FAILED), max_size=quorum - 1))
    heads = data.draw(st.permutations([*honest, *liars]))
    number = block_to_ask(heads, quorum)
    reported = [head for head in heads if not isinstance(head, Failure)]
    assert (number is None) is (len(reported) < quorum)
    if number is not None:
        assert number <= max(honest)
        assert sum(head >= number for head in reported) >= quorum


@pytest.mark.parametrize(("endpoints", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_the_default_is_more_than_half(endpoints: int, quorum: int) -> None:
    """floor(n/2) + 1."""
    assert default_quorum(endpoints) == quorum
