"""Growth: the same list at 10 thousand, 100 thousand, a million and ten million rows, from its file to provable, each
in a process and an installation of its own; what it takes by stage, in time, memory and bytes, and how that grows."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from vanbang.cli.bench.growth_run import CLOSING, Facts
from vanbang.cli.bench.long_lists import Form, write_list
from vanbang.cli.bench.measuring import Line
from vanbang.cli.bench.process_tree import MemoryWatch
from vanbang.cli.demo import INSTITUTION

SIZES: Final = (10_000, 100_000, 1_000_000)
FULL: Final = 10_000_000
SECONDS_EACH: Final = 90e-6
"""A million in 90 s, ten million in 900 s."""
MIB: Final = 1_536.0
STORED_BYTES: Final = 600.0
PUBLIC_BYTES: Final = 40.0
LOOK_UP_SECONDS: Final = 0.005
EXPONENT: Final = 1.05
JUDGED_FROM: Final = 100_000
"""Rows; below, what costs the same for any number hides the rest: starting processes, blocks of the chain."""
BEHIND: Final = ("look-ups", CLOSING)
"""Stages after the list is provable."""


@dataclass(slots=True)
class Stage:
    """What a stage took: seconds, processor seconds of all processes, and the most MiB at one look."""

    name: str
    seconds: float
    cpu_seconds: float
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


def growth(rows: int | None, full: bool, form: Form, out: Path | None) -> Iterator[Line]:
    """Every size; `rows` only that one, `full` ten million as well. `out`: the folder that gets table and picture.

    Raises SystemExit if a run fails.
    """
    sizes = (rows,) if rows else (*SIZES, FULL) if full else SIZES
    found: list[Line] = []
    points = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="vanbang-growth-") as folder:
            run = measured(size, form, Path(folder))
        points.append((run.rows, run.seconds))
        for each in lines_of(run):
            found.append(each)
            yield each
    for each in exponents(points):
        found.append(each)
        yield each


def measured(rows: int, form: Form, folder: Path) -> Run:
    """Writes the list, which is not measured, and runs it. Raises SystemExit if it fails."""
    path = folder / f"list.{form}"
    write_list(path, rows, form, INSTITUTION.code)
    run = Run(rows, form, path.stat().st_size)
    command = [sys.executable, "-m", "vanbang.cli.bench.growth_run", str(folder / "home"), str(path), str(rows)]
    environment = os.environ | {"VANBANG_MAX_UPLOAD_BYTES": str(2**36), "TMPDIR": str(folder)}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process,
        MemoryWatch(process.pid) as watch,
    ):
        for text in process.stdout or ():
            _take(run, json.loads(text), watch)
    if process.returncode or run.facts is None:
        raise SystemExit(
            f"{rows} dòng: tiến trình kết thúc với mã {process.returncode}, xem ở trên\n"
            f"{rows} rows: the process ended with status {process.returncode}, see above"
        )
    return run


def _take(run: Run, told: dict[str, Any], watch: MemoryWatch) -> None:
    if "facts" in told:
        run.facts = Facts(**told["facts"])
    elif "seconds" not in told:
        watch.stage = told["stage"]
    else:
        name = told["stage"]
        memory = watch.resident[name], watch.proportional[name]
        run.stages.append(Stage(name, told["seconds"], told["cpu_seconds"], *memory))
        watch.stage = ""


def lines_of(run: Run) -> Iterator[Line]:
    """The whole, each stage, and the limits that are not of time."""
    whole = Stage("", run.seconds, run.cpu_seconds, *_most(run.issuing))
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
        "peak_rss_mib": round(stage.resident_mib, 1),
        "peak_pss_mib": round(stage.proportional_mib, 1),
        "measured": float(f"{measured:.5g}"),
        "limit": judged and round(judged, 4),
        "ratio": judged and round(measured / judged, 3),
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
