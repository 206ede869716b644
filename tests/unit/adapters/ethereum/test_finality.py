"""Which block is final: by tag, by depth, and by the share of signatures that a method answers."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint_servers import Refused, node, serving
from vanbang.adapters.ethereum.endpoints import Endpoints, Question
from vanbang.adapters.ethereum.finality import PERCENT_METHOD, FinalBlocks
from vanbang.core.chain_profile import Finality
from vanbang.core.quorum import Failure
from vanbang.ports import LedgerUnsure

VICTION = Finality(percent=75)


class Signers(Endpoints):
    """Endpoints in memory, each of which says of a block what its function says; counts rounds and questions."""

    def __init__(self, shares: Sequence[Callable[[int], int]], quorum: int = 1) -> None:
        super().__init__(["http://127.0.0.1:1"] * len(shares), quorum, 88)
        self.shares = shares
        self.rounds: list[int] = []

    def ask(self, questions: Sequence[Question[Any]], **_: bool) -> list[list[Any]]:
        assert {question.method for question in questions} == {PERCENT_METHOD}
        self.rounds.append(len(questions))
        blocks = [int(question.params[0], 16) for question in questions]
        return [
            [question.answer(share(block)) for share in self.shares]
            for question, block in zip(questions, blocks, strict=True)
        ]


def final_up_to(newest: int) -> Callable[[int], int]:
    """All masternodes signed up to a block, half of them the next fifteen."""
    return lambda block: 100 if block <= newest else 50 if block <= newest + 15 else 0


@given(st.integers(0, 3_000), st.integers(0, 1_024))
def test_the_newest_final_block_is_found(final: int, above: int) -> None:
    """Wherever it lies within the last thousand blocks, a handful of rounds of few questions find it."""
    asked = Signers([final_up_to(final)])
    assert FinalBlocks(VICTION, asked).newest(final + above, []) == final
    assert len(asked.rounds) <= 5
    assert max(asked.rounds, default=0) <= 12


def test_what_was_final_stays_final() -> None:
    """Later searches begin where the last one ended, cost less, and never go back."""
    asked = Signers([final_up_to(5_000)])
    blocks = FinalBlocks(VICTION, asked)
    assert blocks.newest(5_040, []) == 5_000
    first = sum(asked.rounds)
    asked.shares = [final_up_to(5_003)]
    asked.rounds.clear()
    assert blocks.newest(5_042, []) == 5_003
    assert sum(asked.rounds) < first
    asked.shares = [final_up_to(10)]
    assert blocks.newest(5_050, []) == 5_003
    assert blocks.newest(4_900, []) == 4_900


def test_stalled_finality_is_no_finality() -> None:
    """Where nobody signs any more, the last final block stays the last; at first it is the first block of all."""
    asked = Signers([final_up_to(100)])
    blocks = FinalBlocks(VICTION, asked)
    assert blocks.newest(10_000, []) == 0
    assert len(asked.rounds) == 1
    assert blocks.newest(150, []) == 100
    assert blocks.newest(90_000, []) == 100


@pytest.mark.parametrize(
    "liar", [lambda block: 100, lambda block: 0, lambda block: 101, lambda block: True, lambda block: "0x64"]
)
def test_one_liar_of_three_moves_nothing(liar: Callable[[int], Any]) -> None:
    """Two of three must call a block final; and rubbish is no answer."""
    honest = final_up_to(1_000)
    assert FinalBlocks(VICTION, Signers([honest, liar, honest], 2)).newest(1_060, []) == 1_000


def test_too_few_answers_are_no_answer() -> None:
    """A search in which too few endpoints answer says so."""
    with pytest.raises(LedgerUnsure, match=f"2 of 2 endpoints to agree on {PERCENT_METHOD}: 1 answered, 1 malformed"):
        FinalBlocks(VICTION, Signers([final_up_to(5), lambda _: -1], 2)).newest(9, [])


def test_a_depth_counts_down_from_the_newest() -> None:
    """Nothing is asked; a young chain's first block is final."""
    asked = Signers([])
    assert FinalBlocks(Finality(depth=12), asked).questions() == []
    assert FinalBlocks(Finality(depth=12), asked).newest(112, []) == 100
    assert FinalBlocks(Finality(depth=12), asked).newest(5, []) == 0


def test_a_tag_is_the_second_highest_of_three() -> None:
    """One endpoint alone moves it neither up nor down, and it is never above the newest block."""
    blocks = FinalBlocks(Finality(tag="finalized"), Signers([final_up_to(0)] * 3, 2))
    (question,) = blocks.questions()
    assert (question.method, question.params) == ("eth_getBlockByNumber", ["finalized", False])
    assert blocks.newest(100, [[90, 2**53 - 1, 91]]) == 91
    assert blocks.newest(100, [[90, 1, 91]]) == 90
    assert blocks.newest(100, [[2**40, 2**41, 91]]) == 100
    with pytest.raises(LedgerUnsure, match="the newest final block: 1 answered, 2 timeout"):
        blocks.newest(100, [[90, Failure("timeout"), Failure("timeout")]])


def test_a_node_without_the_tag_says_so() -> None:
    """A chain whose nodes do not know `finalized` is told apart from one that is down."""

    def old(method: str, _: list[Any]) -> Any:
        if method == "eth_chainId":
            return "0x58"
        raise Refused(-32_602, "invalid block tag")

    with ExitStack() as stack:
        endpoints = Endpoints([stack.enter_context(serving(node(old))).url], 1, 88)
        blocks = FinalBlocks(Finality(tag="finalized"), endpoints)
        with pytest.raises(LedgerUnsure, match="1 tag_refused"):
            blocks.newest(100, endpoints.ask(blocks.questions()))
