"""What a run of `growth` tells: its lines, each with its limit; stages against their libraries; the exponent."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from statistics import fmean
from typing import Final

from vanbang.cli.bench.growth_facts import CLOSING, Facts
from vanbang.cli.bench.limits import Floor
from vanbang.cli.bench.long_lists import Form
from vanbang.cli.bench.measuring import Line

SECONDS_EACH: Final = 90e-6
"""A million in 90 s, ten million in 900 s."""
MIB: Final = 1_536.0
STORED_BYTES: Final = 600.0
PUBLIC_BYTES: Final = 40.0
LOOK_UP_SECONDS: Final = 0.005
EXPONENT: Final = 1.05
TIMES_ALONE: Final = 4.0
"""A stage may take so many times what its libraries take alone."""
GROUPS: Final = {
    "intake": "intake",
    "checking": "intake",
    "storing": "intake",
    "sealing": "sealing",
    "publishing": "publishing",
    "endorsing": "endorsing",
}
"""Stages by what is compared with libraries; anchoring is waiting for a chain."""
JUDGED_FROM: Final = 100_000
"""Rows; below, what costs the same for any number hides the rest: starting processes, blocks of the chain."""
BEHIND: Final = ("look-ups", CLOSING)
"""Stages after the list is provable."""


@dataclass(slots=True)
class Stage:
    """What a stage took: seconds, processor seconds of all processes and of the one that leads, and the most MiB at
    one look."""

    name: str
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    own_cpu_seconds: float = 0.0
    resident_mib: float = 0.0
    proportional_mib: float = 0.0


@dataclass(slots=True)
class Run:
    """One size, measured."""

    rows: int
    form: Form
    list_bytes: int
    stages: list[Stage] = field(default_factory=list)
    facts: Facts | None = None

    def stage(self, name: str) -> Stage:
        """The stage of this name, begun if it is new: work comes back to some."""
        known = next((stage for stage in self.stages if stage.name == name), None)
        if known is None:
            known = Stage(name)
            self.stages.append(known)
        return known

    @property
    def issuing(self) -> Sequence[Stage]:
        """The stages from the list to a final anchor."""
        return [stage for stage in self.stages if stage.name not in BEHIND]

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.issuing)

    @property
    def cpu_seconds(self) -> float:
        return sum(stage.cpu_seconds for stage in self.issuing)

    @property
    def own_cpu_seconds(self) -> float:
        return sum(stage.own_cpu_seconds for stage in self.issuing)


def lines_of(run: Run) -> Iterator[Line]:
    """The whole, each stage, and the limits that are not of time."""
    whole = Stage("", run.seconds, run.cpu_seconds, run.own_cpu_seconds, *_most(run.issuing))
    yield _line(run, "growth, list to provable, seconds", whole, run.seconds, run.rows * SECONDS_EACH)
    for stage in run.stages:
        yield _line(run, f"growth, stage {stage.name}, seconds", stage, stage.seconds, None)
    yield _line(run, "growth, resident MiB of all processes together", whole, whole.resident_mib, MIB)
    facts = run.facts
    if facts is None:
        return
    for what, size, limit in (
        ("in the database", facts.database_bytes, STORED_BYTES),
        ("public", facts.public_bytes, PUBLIC_BYTES),
        ("kept beside them", facts.other_bytes, None),
    ):
        yield _line(run, f"growth, bytes a diploma {what}", whole, size / run.rows, limit)
    for share in (50, 99):
        seconds = facts.look_ups[len(facts.look_ups) * share // 100]
        what = f"growth, look-up, proof and file, p{share}, seconds"
        yield _line(run, what, whole, seconds, LOOK_UP_SECONDS)


def _most(stages: Sequence[Stage]) -> tuple[float, float]:
    return max(stage.resident_mib for stage in stages), max(stage.proportional_mib for stage in stages)


def _line(run: Run, what: str, stage: Stage, measured: float, limit: float | None) -> Line:
    judged = None if limit is None or run.rows < JUDGED_FROM else limit
    return {
        "what": what,
        "n": run.rows,
        "form": run.form,
        "seconds": round(stage.seconds, 3),
        "per_second": round(run.rows / max(stage.seconds, 1e-9)),
        "cpu_seconds": round(stage.cpu_seconds, 2),
        "own_cpu_seconds": round(stage.own_cpu_seconds, 2),
        "peak_rss_mib": round(stage.resident_mib, 1),
        "peak_pss_mib": round(stage.proportional_mib, 1),
        "measured": float(f"{measured:.5g}"),
        "limit": judged and round(judged, 4),
        "ratio": judged and round(measured / judged, 3),
    }


def profile(run: Run, bare: Floor) -> Iterator[Line]:
    """Processor time of each group of stages against that of its libraries alone; the whole way against the machine."""
    spent: defaultdict[str, float] = defaultdict(float)
    for stage in run.issuing:
        if stage.name in GROUPS:
            spent[GROUPS[stage.name]] += stage.cpu_seconds
    alone = {name: dict(libraries) for name, libraries in bare.stages.items()}
    if "publishing" not in spent:
        alone["sealing"] |= alone.pop("publishing")
    for name, seconds in spent.items():
        libraries = {each: round(1e6 * value, 3) for each, value in alone[name].items()}
        yield _times(run, f"profile, {name}, processor µs a diploma", 1e6 * seconds / run.rows, libraries)
    each = run.seconds / run.rows
    for what, size, took in (
        ("SHA-256 (OpenSSL)", bare.hashed_bytes, bare.hashing),
        ("ghi đĩa và fsync · disk, write and fsync", bare.written_bytes, bare.writing),
    ):
        found: Line = {"bytes": round(size), "measured": round(1e6 * took, 3), "times": round(each / took, 1)}
        yield {"what": f"profile, alone: {what}", "n": run.rows} | found


def _times(run: Run, what: str, measured: float, libraries: Mapping[str, float]) -> Line:
    alone = sum(libraries.values())
    return {
        "what": what,
        "n": run.rows,
        "measured": round(measured, 2),
        "alone": round(alone, 2),
        "times": round(measured / alone, 2),
        "libraries": libraries,
        "limit": round(TIMES_ALONE * alone, 2),
        "ratio": round(measured / alone / TIMES_ALONE, 3),
    }


def exponents(points: Sequence[tuple[int, float]]) -> Iterator[Line]:
    """How seconds grow with rows: 1 is in proportion. From JUDGED_FROM rows on, and over all sizes."""
    judged = [(rows, seconds) for rows, seconds in points if rows >= JUDGED_FROM]
    for what, chosen, limit in ((f"from {JUDGED_FROM:,} rows on", judged, EXPONENT), ("over all sizes", points, None)):
        if len(chosen) > 1:
            found = exponent(chosen)
            yield {
                "what": f"growth, exponent of time {what}",
                "n": chosen[-1][0],
                "measured": round(found, 4),
                "limit": limit,
                "ratio": limit and round(found / limit, 3),
            }


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of a straight line through the logarithms, by least squares. Two different places at least."""
    xs, ys = ([log(point[axis]) for point in points] for axis in (0, 1))
    x_mean, y_mean = fmean(xs), fmean(ys)
    moved = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return moved / sum((x - x_mean) ** 2 for x in xs)
