"""The report of an audit: what was looked at, what was found, and what happened when."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from vanbang.core.chronicle.views import ChainBlock
from vanbang.core.encoding import time_text
from vanbang.notary.auditing.findings import WORDS, Finding, Weight
from vanbang.ports.notebook import DayCount

MOST_FINDINGS: Final = 1_000
"""Findings that are kept one by one; more are counted. A registry with so many faults needs another tool."""
GRAVEST_FIRST: Final = (Weight.WRONG, Weight.MISSING, Weight.UNCHECKED, Weight.NOTE)
MOST_ISSUERS: Final = 400
"""Issuers with a line of their own in the timeline."""


class Holding(StrEnum):
    """HOLDS: all of it. WRONG: something contradicts. UNCHECKED: nothing does, but something could not be looked at."""

    HOLDS = "holds"
    WRONG = "wrong"
    UNCHECKED = "unchecked"


class Basis(StrEnum):
    """What vouches for the registry's state: endpoints that agree (QUORUM), or proofs, against a block hash that they
    agree on (PROVEN) or that the auditor has from elsewhere (PROVEN_FROM_GIVEN_HASH)."""

    QUORUM = "quorum"
    PROVEN = "proven"
    PROVEN_FROM_GIVEN_HASH = "proven_from_given_hash"

    @property
    def words(self) -> tuple[str, str]:
        """For people, in Vietnamese and in English."""
        return _BASES[self]


_BASES: Final = {
    Basis.QUORUM: ("lời của các máy chủ", "the endpoints' word"),
    Basis.PROVEN: ("bằng chứng từ mã khối mà các máy chủ nêu", "proofs from the block hash that the endpoints gave"),
    Basis.PROVEN_FROM_GIVEN_HASH: (
        "bằng chứng từ mã khối do người kiểm toán đưa ra",
        "proofs from a block hash that the auditor gave",
    ),
}


@dataclass(slots=True)
class Counts:
    """What was looked at. `standing` are the anchors that no compromise, void or revocation has undone; `leaves` and
    `files` count what this audit itself folded and read, the others all there is."""

    issuers: int = 0
    events: int = 0
    keys: int = 0
    anchors: int = 0
    standing: int = 0
    diplomas: int = 0
    revocations: int = 0
    status_roots: int = 0
    leaves: int = 0
    new_anchors: int = 0
    new_keys: int = 0
    new_status_roots: int = 0


@dataclass(frozen=True, slots=True)
class IssuerLine:
    """An issuer in the timeline: its counts by kind and day."""

    iss: str
    code: str
    name: str
    standing: int
    anchors: int
    days: Sequence[DayCount]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """An audit of one registry at one block. `by_code` counts all findings, `findings` holds the first of them."""

    registry: str
    block: ChainBlock
    endpoints: Sequence[str]
    quorum: int
    mirrors: Sequence[str]
    with_database: bool
    checked_at: int
    counts: Counts
    findings: Sequence[Finding]
    by_code: Mapping[str, int]
    issuers: Sequence[IssuerLine]
    basis: Basis = Basis.QUORUM

    @property
    def weights(self) -> dict[Weight, int]:
        """How many findings there are of each weight."""
        found = Counter[Weight]()
        for code, count in self.by_code.items():
            found[WORDS[code][0]] += count
        return {weight: found[weight] for weight in Weight}

    @property
    def holding(self) -> Holding:
        """The verdict."""
        weights = self.weights
        if weights[Weight.WRONG]:
            return Holding.WRONG
        return Holding.UNCHECKED if weights[Weight.MISSING] or weights[Weight.UNCHECKED] else Holding.HOLDS

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "version": 1,
            "verdict": self.holding.value,
            "checked_at": time_text(self.checked_at),
            "registry": self.registry,
            "block": {
                "number": self.block.number,
                "hash": "0x" + self.block.hash.hex(),
                "time": time_text(self.block.time),
            },
            "endpoints": list(self.endpoints),
            "quorum": self.quorum,
            "state": self.basis.value,
            "mirrors": list(self.mirrors),
            "with_database": self.with_database,
            "counts": asdict(self.counts),
            "weights": {weight.value: count for weight, count in self.weights.items()},
            "codes": dict(self.by_code),
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(slots=True)
class Findings:
    """Takes findings as they come, and keeps no more of them than a person can read."""

    by_code: Counter[str] = field(default_factory=Counter)
    _kept: dict[Weight, list[Finding]] = field(default_factory=lambda: {weight: [] for weight in GRAVEST_FIRST})

    @property
    def kept(self) -> list[Finding]:
        """Those that were kept, gravest first."""
        return [finding for some in self._kept.values() for finding in some]

    def tell(self, finding: Finding) -> None:
        """Takes one. When there are too many, it displaces one that weighs less: what is wrong cannot be hidden
        behind a thousand files that are not published."""
        self.by_code[finding.code] += 1
        self._kept[finding.weight].append(finding)
        if sum(map(len, self._kept.values())) > MOST_FINDINGS:
            next(some for some in reversed(self._kept.values()) if some).pop()
