"""The vectors: made from their sources, complete by the page, and judged as they want."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import vanbang.core
from format_page import step_codes
from making_vectors import FOLDER, vectors
from reading_vectors import NAMES, read
from vanbang.core.verification import Needs, judge

CORE = Path(vanbang.core.__file__).parent
GIVERS = {
    "passed",
    "failed",
    "unchecked",
    "StepResult",
    "Unanswered",
    "NoQuorum",
    "FileRejected",
    "DisclosureRejected",
    "_coded",
}


def test_the_vectors_are_those_that_their_sources_make() -> None:
    """The folder holds, byte for byte, what scripts/make-vectors writes, and nothing else."""
    made = dict(vectors())
    assert set(made) == {f"{name}.json" for name in NAMES}
    assert [name for name, data in made.items() if (FOLDER / name).read_bytes() != data] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_judge_gives_what_the_vector_wants(name: str) -> None:
    """Verdict, outcomes and codes are those wanted, and so is the report where the vector has one."""
    vector = read(name)
    report = judge(vector.credential, vector.trust, vector.evidence, vector.now)
    assert not isinstance(report, Needs), report.questions
    assert tuple((step.outcome.value, step.code) for step in report.steps) == vector.steps
    assert report.verdict.value == vector.verdict
    if vector.report is not None:
        assert json.dumps(report.to_json(), indent=1) == json.dumps(vector.report, indent=1)


def test_the_vectors_have_every_code_of_every_step() -> None:
    """Each (step, outcome, code) of the page's table is wanted by some vector, and no vector wants another."""
    wanted: dict[int, set[tuple[str, str]]] = {step: set() for step in range(1, 11)}
    for name in NAMES:
        for step, result in enumerate(read(name).steps, 1):
            wanted[step].add(result)
    assert wanted == step_codes()


def test_the_source_gives_the_codes_of_the_page_and_no_others() -> None:
    """Every code written in the judge's source stands in the table, and the other way round."""
    composed = {f"status_{file}_{why}" for file in ("manifest", "list") for why in ("unavailable", "malformed")}
    statuses = {"revoked", "suspended", "superseded"}
    written = {code for path in CORE.rglob("*.py") for code in _codes_in(path)}
    assert written | composed | statuses == {code for pairs in step_codes().values() for _, code in pairs}


def _codes_in(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GIVERS:
            code = call.args[1 if call.func.id == "StepResult" else 0]
            branches = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
            yield from (
                part.value for part in branches if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
