"""The quorum rule: what several endpoints together say (docs/format.md section 12)."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Failure:
    """An endpoint that gave no usable answer, and a word why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Agreed(Generic[Value]):
    """The one value that at least q endpoints gave."""

    value: Value


@dataclass(frozen=True, slots=True)
class NoQuorum:
    """No value to rely on: `endpoints_unavailable` or `endpoints_disagree`."""

    code: str


def default_quorum(endpoints: int) -> int:
    """More than half."""
    return endpoints // 2 + 1


def agree(answers: Sequence[Value | Failure], quorum: int) -> Agreed[Value] | NoQuorum:
    """The value that at least `quorum` endpoints gave, if exactly one such value exists.

    Requires 1 <= quorum. A minority that says otherwise neither changes nor blocks the answer.
    """
    if answers and answers.count(first := answers[0]) == len(answers) >= quorum and not isinstance(first, Failure):
        return Agreed(first)
    votes = Counter(answer for answer in answers if not isinstance(answer, Failure))
    winners = [value for value, count in votes.items() if count >= quorum]
    if len(winners) == 1:
        return Agreed(winners[0])
    return NoQuorum("endpoints_unavailable" if votes.total() < quorum else "endpoints_disagree")


def block_to_ask(heads: Sequence[int | Failure], quorum: int) -> int | None:
    """The q-th highest final block reported: at least q endpoints have it, and fewer than q liars cannot move it up.

    Requires 1 <= quorum. None if fewer than `quorum` reported.
    """
    reported = sorted((head for head in heads if not isinstance(head, Failure)), reverse=True)
    return reported[quorum - 1] if len(reported) >= quorum else None
