"""The browser verifier under node: its building blocks, its messages, and every test vector."""

import json
import subprocess
from pathlib import Path

import pytest

from reading_vectors import NAMES, read
from tools import program
from vanbang.core.verification import Report, judge

pytestmark = pytest.mark.slow

JS = Path(__file__).parents[2] / "js"


def node(*arguments: str) -> str:
    """What node prints; a run that claims to be complete may not go without it."""
    done = subprocess.run([program("node"), *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["primitives", "messages", "gather", "mutations", "trust", "page"])
def test_the_modules_keep_to_the_format(name: str) -> None:
    """Each module of the verifier agrees with values computed elsewhere."""
    node("--test", str(JS / f"{name}.test.mjs"))


@pytest.mark.slow
def test_the_judge_decides_every_vector() -> None:
    """The browser's judge gives the wanted verdict, outcomes, codes and reports for every vector."""
    node("--test", str(JS / "vectors.test.mjs"))


@pytest.mark.slow
def test_both_implementations_write_the_same_reports() -> None:
    """For every vector the browser's report is the reference implementation's, members in the same order."""
    reports = json.loads(node(str(JS / "reports.mjs")))
    assert set(reports) == {f"{name}.json" for name in NAMES}
    for name in NAMES:
        vector = read(name)
        report = judge(vector.credential, vector.trust, vector.evidence, vector.now)
        assert isinstance(report, Report)
        expected = json.dumps(report.to_json())
        assert json.dumps(reports[f"{name}.json"]) == expected, name
