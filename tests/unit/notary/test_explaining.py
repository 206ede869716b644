"""The sentences of a report: complete, and the same here and on the page."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import program
from vanbang.core.verification import Outcome, Verdict
from vanbang.core.verification.report import STEP_NAMES
from vanbang.notary.explaining import (
    CODES,
    MEANINGS,
    OLD_DAYS,
    OUTCOMES,
    STEPS,
    VERDICTS,
    explain,
    status_as_of,
)

ROOT = Path(__file__).parents[3]
MESSAGES = ROOT / "src" / "vanbang" / "web" / "static" / "verifier" / "messages.js"


def codes_of_the_format() -> set[str]:
    """The codes in the table of section 13."""
    text = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    table = text[text.index("| step | pass | fail |") : text.index("**1 Parse.**")]
    return set(re.findall(r"`([a-z_]+)`", table))


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """The page's own sentences."""
    node = program("node")
    script = "import(process.argv[1]).then((all) => console.log(JSON.stringify(all)))"
    done = subprocess.run([node, "-e", script, MESSAGES.as_uri()], capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_every_code_has_a_sentence() -> None:
    """Every code of the format has a sentence in both languages, and no sentence is of an unknown code."""
    assert set(CODES) == codes_of_the_format()
    assert all(vi.endswith(".") and en.endswith(".") for vi, en in CODES.values())


def test_every_step_outcome_and_verdict_has_words() -> None:
    """Nothing that a report can hold is left without words."""
    assert tuple(STEPS) == STEP_NAMES
    assert set(OUTCOMES) == set(Outcome)
    assert set(VERDICTS) == set(MEANINGS) == set(Verdict)


def test_the_page_says_the_same(page: dict[str, Any]) -> None:
    """A code, step, outcome or verdict reads the same on the page and on the command line."""
    for ours, name in ((CODES, "CODES"), (STEPS, "STEPS"), (OUTCOMES, "OUTCOMES")):
        assert {key: list(said) for key, said in ours.items()} == page[name]
    assert {key: list(said) for key, said in VERDICTS.items()} == {
        key: said["word"] for key, said in page["VERDICTS"].items()
    }
    for verdict, said in page["VERDICTS"].items():
        for language in (0, 1):
            whole = f"{said['reason'][language]} {said['meaning'][language]}".strip()
            assert MEANINGS[Verdict(verdict)][language] == whole


def test_an_unknown_code_is_still_explained() -> None:
    """A code of a later version is told with the names of its step and outcome."""
    assert explain(4, Outcome.PASS, "anchored") == CODES["anchored"]
    vi, en = explain(4, Outcome.CANNOT_CHECK, "moon_phase")
    assert en == "Entered in the public registry: Could not be checked (moon_phase)."
    assert vi.endswith("(moon_phase).")


def test_of_when_the_statuses_are() -> None:
    """The date stands there always, and that no newer list came for a month when it is so."""
    now = 1_782_000_000
    assert status_as_of(now, now)[1] == "Statuses published at 2026-06-21T00:00:00Z."
    assert status_as_of(now - OLD_DAYS * 86_400, now)[0] == "Tình trạng công bố lúc 2026-05-22T00:00:00Z."
    assert status_as_of(now - 31 * 86_400, now)[1].endswith("No newer list for 31 days.")
    assert status_as_of(now, now - 86_400)[1] == "Statuses published at 2026-06-21T00:00:00Z."
