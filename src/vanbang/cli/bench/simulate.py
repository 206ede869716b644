"""Schedules of the simulator: any number of seeds, or one again."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vanbang.cli.bench.measuring import Line, peak_mib
from vanbang.cli.bench.simulator.schedule import Outcome
from vanbang.cli.bench.simulator.schedule import simulate as simulated

SEEDS = 200


def simulate(seeds: int | None, start: int | None, seed: int | None) -> Iterator[Line]:
    """One line for all; each failure is a line of its own, and how to replay it goes to standard error."""
    first, count = (seed, 1) if seed is not None else (start or 0, seeds or SEEDS)
    began, outcomes = time.perf_counter(), list[Outcome]()
    for number in range(first, first + count):
        with _untold():
            outcomes.append(simulated(number))
        if outcomes[-1].broken:
            sys.stderr.write(replay(outcomes[-1]) + "\n")
            yield {"what": "simulated schedule", "seed": number, "broken": list(outcomes[-1].broken)}
    yield _sum(outcomes, time.perf_counter() - began)
    if any(outcome.broken for outcome in outcomes):
        raise SystemExit(1)


@contextmanager
def _untold() -> Iterator[None]:
    """Leaves out what the workers would tell, thousands of times."""
    log = logging.getLogger("vanbang")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def replay(outcome: Outcome) -> str:
    """What did not hold, and how to see it again."""
    told = "\n".join(f"  {text}" for text in outcome.broken)
    return f"seed {outcome.seed} failed:\n{told}\nreplay it: scripts/bench simulate --seed {outcome.seed}"


def _sum(outcomes: Sequence[Outcome], seconds: float) -> Line:
    faults = sum((outcome.faults for outcome in outcomes), Counter[str]())
    found: Line = {
        "what": "simulated schedules",
        "n": len(outcomes),
        "seconds": round(seconds, 2),
        "per_second": round(len(outcomes) / seconds, 2),
        "peak_rss_mib": round(peak_mib(), 1),
        "first_seed": outcomes[0].seed,
        "steps": sum(outcome.steps for outcome in outcomes),
        "transactions": sum(outcome.transactions for outcome in outcomes),
        "faults": dict(faults.most_common()),
        "failures": [outcome.seed for outcome in outcomes if outcome.broken],
    }
    return found | ({"trace": outcomes[0].trace} if len(outcomes) == 1 else {})
