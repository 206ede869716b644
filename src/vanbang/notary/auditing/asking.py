"""Driving many walks along the chain at once: what they all ask next goes to the endpoints together."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from vanbang.core.chronicle.walking import Answer, LogsOf, Question
from vanbang.ports.chronicle import Chronicle

Key = TypeVar("Key")
Item = TypeVar("Item")

Walking: TypeAlias = tuple[bytes, Generator[Question, Answer, Any]]
"""An issuer, and a walk along its events."""

AT_ONCE = 100
"""Questions in one request: fewer than any endpoint refuses."""


def drive(chronicle: Chronicle, walkers: Mapping[Key, Walking]) -> dict[Key, Any]:
    """What each walk along an issuer's events gives, by its key. Raises LedgerUnsure, LedgerWrong."""
    done: dict[Key, Any] = {}
    asked: dict[Key, Question] = {}
    answers: dict[Key, Answer] = dict.fromkeys(walkers)
    while len(done) < len(walkers):
        for key, (_, walker) in walkers.items():
            if key not in done:
                try:
                    asked[key] = walker.send(answers[key])
                except StopIteration as end:
                    done[key] = end.value
                    asked.pop(key, None)
        answers = {key: _earlier(chronicle, walkers[key][0], question) for key, question in asked.items()}
        blocks = [(key, question.block) for key, question in asked.items() if isinstance(question, LogsOf)]
        for part in parts(blocks):
            found = chronicle.logs([(walkers[key][0], block) for key, block in part])
            answers |= {key: logs for (key, _), logs in zip(part, found, strict=True)}
    return done


def parts(items: Sequence[Item]) -> list[Sequence[Item]]:
    """The items, AT_ONCE at a time."""
    return [items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE)]


def _earlier(chronicle: Chronicle, issuer_id: bytes, question: Question) -> Answer:
    return None if isinstance(question, LogsOf) else chronicle.earlier(issuer_id, question.block)
