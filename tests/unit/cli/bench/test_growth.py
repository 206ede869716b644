"""The bench `growth` as it runs: from a list to lines, tables and a picture."""

import json
from pathlib import Path

import pytest

from vanbang.cli.bench import growth as bench
from vanbang.cli.bench import limits, nation
from vanbang.cli.bench.growth_figures import BEGIN, END


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries measured on little."""
    monkeypatch.setattr(limits, "INSERTED", 2_000)
    monkeypatch.setattr(limits, "SUBTREE_LEAVES", 2_000)


@pytest.mark.slow
@pytest.mark.usefixtures("_few")
def test_a_small_list_goes_the_whole_way(tmp_path: Path) -> None:
    """Every stage is told with time and memory, the bytes and look-ups are measured, the libraries stand beside; the
    folder holds the same as lines, table and picture afterwards."""
    (tmp_path / "scale.md").write_text("\n".join((BEGIN, END, nation.BEGIN, nation.END, "")), "utf-8")
    lines = {line["what"]: line for line in bench.growth(2_000, False, "csv", tmp_path)}
    stages = [what for what in lines if what.startswith("growth, stage")]
    assert {"intake", "sealing", "anchoring", "look-ups"} <= {what.split()[2].rstrip(",") for what in stages}
    whole = lines["growth, list to provable, seconds"]
    assert whole["n"] == 2_000
    assert whole["peak_rss_mib"] > 50
    assert whole["cpu_seconds"] >= whole["own_cpu_seconds"] * 0.9 > 0
    assert 100 < lines["growth, bytes a diploma in the database"]["measured"] < 2_000
    assert lines["growth, look-up, proof and file, p50, seconds"]["measured"] > 0
    assert lines["profile, intake, processor µs a diploma"]["times"] > 0
    kept = [json.loads(text) for text in (tmp_path / "growth.jsonl").read_text("utf-8").splitlines()]
    assert kept == list(lines.values())
    assert "| 2,000 |" in (tmp_path / "scale.md").read_text("utf-8")
    assert (tmp_path / "growth.svg").read_text("utf-8").startswith("<svg")


def test_a_run_that_fails_ends_the_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process said stays on the screen; no line is made of it, and no table."""
    monkeypatch.setattr(bench.sys, "executable", "false")
    with pytest.raises(SystemExit, match="3 rows: the process ended with status 1"):
        list(bench.growth(3, False, "csv", tmp_path / "out"))
    assert not (tmp_path / "out").exists()
