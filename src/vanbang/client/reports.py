"""A verification report as its JSON members tell it (docs/format.md section 14), whoever made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pydantic_core import from_json

from vanbang.client.errors import AnswerUnusable
from vanbang.core.strict_json import canonical
from vanbang.core.verification import Outcome, Verdict
from vanbang.notary.explaining import MEANINGS, Said, explain


@dataclass(frozen=True, slots=True)
class Step:
    """One of the ten steps: how it ended, its frozen code, and a sentence (Vietnamese, English)."""

    number: int
    name: str
    outcome: Outcome
    code: str
    said: Said


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. It has no truth value: compare `report.verdict` with Verdict.VALID.

    A report that a server made is as good as that server; for your own judgement use `vanbang.client.local`.
    """

    verdict: Verdict
    steps: Sequence[Step] = field(repr=False)
    members: Mapping[str, Any] = field(repr=False)
    """All of it, as JSON has it."""

    def __bool__(self) -> NoReturn:
        raise TypeError("a report has no truth value: compare report.verdict with Verdict.VALID")

    @property
    def claims(self) -> Mapping[str, Any]:
        """The disclosed claims by name: the diploma's own words, to be believed only if it is VALID. May be empty."""
        credential = self.members.get("credential") or {}
        return credential.get("claims") or {}

    @property
    def issuer_name(self) -> str | None:
        """The institution's newest name in the registry; None unless the batch is anchored."""
        names = self.members.get("names") if self.members.get("anchor") else None
        return str(names[-1]["name"]) if names else None

    @property
    def meaning(self) -> Said:
        """What the verdict does and does not say (Vietnamese, English)."""
        return MEANINGS[self.verdict]

    @property
    def reasons(self) -> Sequence[Step]:
        """The steps because of which it is not VALID: those that failed, else those that could not be checked."""
        wanted = {Verdict.INVALID: Outcome.FAIL, Verdict.UNDETERMINED: Outcome.CANNOT_CHECK}.get(self.verdict)
        return [step for step in self.steps if step.outcome is wanted]

    def to_bytes(self) -> bytes:
        """The report as canonical JSON, to be filed."""
        return canonical(self.members)


def read_report(body: bytes) -> Report:
    """A report out of its JSON. Raises AnswerUnusable."""
    return report_of(value_of(body))


def value_of(body: bytes) -> Any:
    """The value of JSON that may nest as deep as claims do. Raises AnswerUnusable.

    Not the standard library's parser, which recurses: where another package has raised the process's recursion limit
    it ends the process.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise AnswerUnusable("this is no report: not JSON") from None


def report_of(members: Any) -> Report:
    """A report out of its JSON members. Raises AnswerUnusable: also where verdict and steps do not agree."""
    try:
        if members["version"] != 1:
            raise AnswerUnusable("this report is of another version")
        steps = [_step(number, item) for number, item in enumerate(members["steps"], 1)]
        verdict = Verdict(members["verdict"])
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerUnusable("this is no report") from error
    outcomes = {step.outcome for step in steps}
    follows = Verdict.INVALID if Outcome.FAIL in outcomes else Verdict.UNDETERMINED
    if verdict is not (follows if outcomes & {Outcome.FAIL, Outcome.CANNOT_CHECK} else Verdict.VALID):
        raise AnswerUnusable("this report's verdict does not follow from its steps")
    if len(steps) != 10:
        raise AnswerUnusable("this report has not ten steps")
    return Report(verdict, steps, members)


def _step(number: int, item: Mapping[str, Any]) -> Step:
    outcome, code = Outcome(item["outcome"]), str(item["code"])
    if item["step"] != number:
        raise ValueError(f"step {number} is missing")
    return Step(number, str(item["name"]), outcome, code, explain(number, outcome, code))
