"""The bench that runs simulated schedules: what it prints, and how a failure is told."""

from collections import Counter
from dataclasses import replace

import pytest

from vanbang.cli.bench import simulate as bench
from vanbang.cli.bench.simulator.schedule import Outcome

GOOD = Outcome(5, 12, Counter({"reorg": 2}), 3, (), "abc")


def test_one_line_sums_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps and faults of all schedules are added up, from the first seed on."""
    monkeypatch.setattr(bench, "simulated", lambda seed: replace(GOOD, seed=seed))
    (line,) = bench.simulate(3, 5, None)
    assert (line["n"], line["first_seed"], line["steps"], line["faults"]) == (3, 5, 36, {"reorg": 6})
    assert line["failures"] == []


def test_a_failure_says_how_to_replay_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A seed that fails is named with what broke and the command that runs it again; the exit code is not 0."""
    monkeypatch.setattr(bench, "simulated", lambda seed: replace(GOOD, seed=seed, broken=("3: twice",) * (seed == 6)))
    lines = []
    with pytest.raises(SystemExit):
        lines.extend(bench.simulate(3, 5, None))
    told = capsys.readouterr().err
    assert "seed 6 failed:\n  3: twice" in told
    assert "scripts/bench simulate --seed 6" in told


def test_one_seed_shows_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replayed schedule shows a hash of all that happened, to be compared."""
    monkeypatch.setattr(bench, "simulated", lambda seed: replace(GOOD, seed=seed))
    (line,) = bench.simulate(None, None, 9)
    assert (line["n"], line["first_seed"], line["trace"]) == (1, 9, "abc")
