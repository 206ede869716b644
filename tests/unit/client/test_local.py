"""Judging on this machine."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from vanbang.client.errors import AnswerUnusable
from vanbang.client.local import Verifier
from vanbang.client.reports import Report, read_report, report_of
from vanbang.core.errors import FormatError
from vanbang.core.quorum import Failure
from vanbang.core.status import CredentialStatus
from vanbang.core.verification import Verdict
from vanbang.notary.verifying import verify
from world import NOW, World


class Truthful:
    """A witness in the small world."""

    def __init__(self, world: World) -> None:
        self._evidence = world.evidence()

    def chain_answer(self, _: Any, question: str) -> Any:
        return self._evidence.get(question, [Failure("unreachable")] * 3)

    def file_answer(self, _: Any, path: str) -> Any:
        return self._evidence.get(f"file {path}", Failure("absent"))


def verifier(world: World) -> Verifier:
    return Verifier(world.trust(), witness=Truthful(world), clock=lambda: NOW)


def test_bytes_and_files(tmp_path: Path) -> None:
    """Bytes, a path and its name are judged alike, blocking and on a loop; the report is the library's own."""
    world, path = World(), tmp_path / "d.vanbang.json"
    data = world.credential()
    path.write_bytes(data)
    reports = [verifier(world).verify(source) for source in (data, path, str(path))]
    reports.append(asyncio.run(verifier(world).verify_async(data)))
    own = verify(data, world.trust(), Truthful(world), NOW)
    assert {report.to_bytes() for report in reports} == {own.to_bytes()}
    assert reports[0].verdict is Verdict.VALID


def test_why_not() -> None:
    """A report that is not VALID says which steps are the reason, in both languages."""
    revoked = World(status=CredentialStatus.REVOKED)
    report = verifier(revoked).verify(revoked.credential())
    assert [(step.number, step.said[1]) for step in report.reasons] == [(7, "This diploma has been revoked.")]
    assert report.meaning[1].startswith("Do not rely on this diploma.")


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is an error and no verdict."""
    with pytest.raises(FormatError, match="cannot be read"):
        verifier(World()).verify(tmp_path / "khong-co.json")


def test_a_report_has_no_truth_value_and_shows_no_claims() -> None:
    """It cannot be mistaken for an answer by `if report`, and its repr holds nothing of the diploma."""
    report = verifier(World()).verify(World().credential())
    with pytest.raises(TypeError):
        bool(report)
    assert "Ánh Đào" not in repr(report)


def own_report() -> dict[str, Any]:
    world = World()
    return verify(world.credential(), world.trust(), Truthful(world), NOW).to_json()


def test_a_report_comes_back_as_it_was() -> None:
    """Written to JSON and read again it is the same report."""
    report = report_of(own_report())
    assert read_report(report.to_bytes()) == report
    assert isinstance(report, Report)


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": "INVALID"},
        {"verdict": "TRUE"},
        {"version": 2},
        {"steps": own_report()["steps"][:9]},
        {"steps": list(reversed(own_report()["steps"]))},
        {"steps": [{**step, "outcome": "maybe"} for step in own_report()["steps"]]},
        {"steps": None},
    ],
)
def test_a_report_that_does_not_follow(changed: dict[str, Any]) -> None:
    """A verdict that is not that of its ten steps is no report."""
    with pytest.raises(AnswerUnusable):
        report_of({**own_report(), **changed})
