"""Where the marks of a chart stand, in percent of its width and height: the pictures stretch, their texts do not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Final

BARS: Final = 15
"""Bars of one chart; what comes after them is counted. More are a table, not a picture."""

BINS: Final = 48
"""Columns of the histogram: on the narrowest telephone each is still some 6 pixels wide."""

LEAST: Final = 2.0
"""Percent: a single finding beside thousands is still to be seen."""

GAP: Final = 0.15
"""Share of a histogram column that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it counts (a stable key), how many, and how long it is in percent of the longest."""

    key: str
    count: int
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """The longest bars, longest first; `left_out` bars with `left_out_count` in all are not drawn."""

    drawn: tuple[Bar, ...]
    left_out: int
    left_out_count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of the histogram, in percent from the left and from the top, and which rows and how many it means."""

    severity: str
    x: float
    y: float
    width: float
    height: float
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Findings by row number: errors below, warnings above them.

    `highest` is the largest number of findings in one column of `step` rows. Findings after row `known_to` were not
    kept by the report; `unknown_from` is where that part begins, in percent, or None.
    """

    marks: tuple[Mark, ...]
    last_row: int
    step: int
    highest: int
    known_to: int
    unknown_from: float | None


def bars(counts: Mapping[str, int]) -> Bars:
    """The bars of a chart of counts; those of equal length keep their order."""
    ordered = sorted(counts.items(), key=lambda entry: -entry[1])
    drawn, rest = ordered[:BARS], ordered[BARS:]
    longest = max(drawn[0][1], 1) if drawn else 1
    return Bars(
        drawn=tuple(Bar(key, count, _share(count, longest)) for key, count in drawn),
        left_out=len(rest),
        left_out_count=sum(count for _, count in rest),
    )


def histogram(findings: Sequence[Mapping[str, Any]], rows: int, is_cut: bool) -> Histogram | None:
    """Where in a list of `rows` rows its findings are; None when no finding belongs to a row.

    `is_cut`: there were more findings than these, after the last of them.
    """
    numbered = [finding for finding in findings if finding["row"] > 0]
    if not numbered:
        return None
    known_to = max(finding["row"] for finding in numbered)
    last_row = max(rows + 1, known_to)
    step = -(-last_row // BINS)
    bins = -(-last_row // step)
    counts = {severity: _counted(numbered, severity, step, bins) for severity in ("error", "warning")}
    highest = max(map(sum, zip(*counts.values(), strict=True)))
    return Histogram(
        marks=tuple(_marks(counts, step, last_row, highest)),
        last_row=last_row,
        step=step,
        highest=highest,
        known_to=known_to,
        unknown_from=_percent(known_to, bins * step) if is_cut and known_to < last_row else None,
    )


def decades(values: Sequence[float]) -> tuple[float, float]:
    """Powers of ten between which all values, greater than 0, lie; two different ones."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return 10.0**low, 10.0 ** max(high, low + 1)


def log_percent(value: float, low: float, high: float) -> float:
    """How far a value is from `low` to `high` on a logarithmic axis."""
    return _percent(log10(value / low), log10(high / low))


def _counted(findings: Iterable[Mapping[str, Any]], severity: str, step: int, bins: int) -> list[int]:
    counts = [0] * bins
    for finding in findings:
        if finding["severity"] == severity:
            counts[(finding["row"] - 1) // step] += 1
    return counts


def _marks(counts: Mapping[str, list[int]], step: int, last_row: int, highest: int) -> Iterable[Mark]:
    bins = len(counts["error"])
    floor = [100.0] * bins
    for severity, column in counts.items():
        for index, count in enumerate(column):
            if count:
                height = _share(count, highest)
                floor[index] = max(floor[index] - height, 0.0)
                yield Mark(
                    severity=severity,
                    x=_percent(index + GAP / 2, bins),
                    y=round(floor[index], 2),
                    width=_percent(1 - GAP, bins),
                    height=height,
                    first=index * step + 1,
                    last=min((index + 1) * step, last_row),
                    count=count,
                )


def _share(count: int, of: int) -> float:
    return max(_percent(count, of), LEAST)


def _percent(part: float, of: float) -> float:
    return round(100 * part / of, 2)
