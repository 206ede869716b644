"""Questions that judging asks, and their answers (docs/format.md sections 12 and 17)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

from vanbang.core.encoding import Digest, digest_of
from vanbang.core.errors import FormatError
from vanbang.core.quorum import Failure
from vanbang.core.trust import TrustedRegistry

LATEST: Final = "latest"


@dataclass(frozen=True, slots=True)
class Head:
    """An endpoint's chain id and newest final block."""

    chain_id: int
    block: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block as an endpoint sees it: its hash (0x-hex) and unix time."""

    hash: str
    time: int


@dataclass(frozen=True, slots=True)
class CallResult:
    """What a call returned."""

    result: bytes


ChainAnswer: TypeAlias = Sequence[Head | Failure] | Sequence[Block | Failure] | Sequence[CallResult | Failure]
Answer: TypeAlias = ChainAnswer | bytes | Failure
"""One entry for each endpoint of the registry, in order; for a file its bytes, or a Failure: no mirror has it."""

Evidence: TypeAlias = Mapping[str, Answer]
"""Answers by question. The questions are the strings of section 17."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Questions to answer before judging can go on."""

    questions: Sequence[str]


def head_question(registry: TrustedRegistry) -> str:
    """Asks every endpoint for its Head."""
    return f"head {registry.name}"


def block_question(registry: TrustedRegistry, number: int) -> str:
    """Asks every endpoint for its Block `number`."""
    return f"block {registry.name} {number}"


def call_question(registry: TrustedRegistry, block: int | str, data: str) -> str:
    """Asks every endpoint for the CallResult of `data` (0x-hex) at a block number or `latest`."""
    return f"call {registry.name} {block} {data}"


def file_question(folder: str, digest: Digest) -> str:
    """Asks the mirrors for the public file with this hash."""
    return f"file {folder}/{digest.hex()}"


Parsed = TypeVar("Parsed")

ParsedFiles: TypeAlias = dict[tuple[Callable[[bytes], Any], Digest], Any]
"""Public files by what read them and their hash."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A public file that could not be used: `unavailable` or `malformed`."""

    why: str


# A public file is one object for every credential judged against it: a status list is hashed once, not 10,000 times.
_file_digest = lru_cache(maxsize=64)(digest_of)


class Desk:
    """Evidence at hand, and the questions it leaves open.

    A method that gives None has noted what is missing: the step that asked is pending, and no verdict is reached.
    Desks that are given the same `parsed` parse a file of the same evidence once.
    """

    def __init__(self, evidence: Evidence, parsed: ParsedFiles) -> None:
        self._evidence = evidence
        self._parsed = parsed
        self._missing: dict[str, None] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """The open questions, in the order asked."""
        return tuple(self._missing)

    def ask(self, question: str) -> Answer | None:
        """The answer at hand, or None."""
        answer = self._evidence.get(question)
        if answer is None:
            self._missing[question] = None
        return answer

    def file(self, folder: str, digest: Digest, read: Callable[[bytes], Parsed]) -> Parsed | Unusable | None:
        """The public file with this hash, parsed. A file with another hash is not the file: as if not there."""
        # By what reads it as well: a hostile manifest may name another manifest as one of its lists.
        if (read, digest) not in self._parsed:
            answer = self.ask(file_question(folder, digest))
            if answer is None:
                return None
            self._parsed[read, digest] = _parsed(answer, digest, read)
        found: Parsed | Unusable = self._parsed[read, digest]
        return found


def _parsed(answer: Answer, digest: Digest, read: Callable[[bytes], Parsed]) -> Parsed | Unusable:
    if not isinstance(answer, bytes) or _file_digest(answer) != digest:
        return Unusable("unavailable")
    try:
        return read(answer)
    except FormatError:
        return Unusable("malformed")
