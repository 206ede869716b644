"""Where the marks of an audit's timeline stand: a row for each issuer, a lane for each kind, days put together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log2
from typing import Final

from vanbang.notary.auditing.report import IssuerLine

BINS: Final = 150
"""Columns: on a telephone each is two pixels wide, on paper a millimetre."""
WIDTH: Final = 1_500.0
LANE: Final = 12.0
"""Units of the picture's height for each kind."""
KINDS: Final = ("anchor", "status", "key", "revocation", "administration")
DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of a kind: place and size in units of the picture, the days it means (unix seconds), how many."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """An issuer's marks."""

    line: IssuerLine
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All rows, and the days (unix seconds) of the left and the right edge."""

    rows: Sequence[Row]
    first: int
    last: int


def timeline(issuers: Sequence[IssuerLine]) -> Timeline | None:
    """The timeline of these issuers; None if nothing ever happened."""
    days = [item.day for line in issuers for item in line.days]
    if not days:
        return None
    first, last = min(days), max(days)
    step = -(-(last - first + 1) // BINS)
    rows = [Row(line, _marks(line, first, step, last)) for line in issuers if line.days]
    return Timeline(rows, first * DAY, last * DAY)


def day_text(unix: int) -> str:
    """A day as it is written in Vietnam."""
    return f"{datetime.fromtimestamp(unix, UTC):%d/%m/%Y}"


def _marks(line: IssuerLine, first: int, step: int, last: int) -> list[Mark]:
    counts: Counter[tuple[str, int]] = Counter()
    for item in line.days:
        counts[item.kind, (item.day - first) // step] += item.count
    bins = -(-(last - first + 1) // step)
    found = []
    for (kind, at), count in sorted(counts.items()):
        height = min(LANE - 1, 6 + log2(count))
        bottom = (KINDS.index(kind) + 1) * LANE
        start = (first + at * step) * DAY
        until = min((first + (at + 1) * step - 1) * DAY, last * DAY)
        x = round(WIDTH * at / bins, 1)
        found.append(
            Mark(kind, x, round(bottom - height, 1), max(4.0, round(WIDTH / bins - 1, 1)), height, start, until, count)
        )
    return found
