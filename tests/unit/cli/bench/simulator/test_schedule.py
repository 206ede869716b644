"""Random schedules of faults: every one of them comes to its end, and nothing that must hold is ever broken."""

import pytest

from vanbang.cli.bench.simulate import replay
from vanbang.cli.bench.simulator.schedule import simulate

SCHEDULES = 1_000
BLOCK = 25
"""Schedules in one test: small enough to be spread over processes."""


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SCHEDULES, BLOCK))
def test_random_schedules(first: int) -> None:
    """Whatever fails, dies, lies or is reorganised, afterwards every batch is final once and every invariant holds."""
    failed = [outcome for outcome in map(simulate, range(first, first + BLOCK)) if outcome.broken]
    assert not failed, "\n".join(replay(outcome) for outcome in failed)


@pytest.mark.slow
def test_a_schedule_can_be_replayed() -> None:
    """The same seed gives the same schedule, whatever ran before it in the same process."""
    first = simulate(7)
    simulate(8)
    assert simulate(7) == first
    assert simulate(8).trace != first.trace
