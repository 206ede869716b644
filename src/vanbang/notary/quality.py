"""The quality report of a list, in the ministry's own four words: accurate, complete, clean, live.

A score is a share in percent, rounded down to a tenth, so that 100 means all. What was not checked has no score.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

from vanbang.catalog import CredentialType
from vanbang.catalog.problems import Dimension
from vanbang.notary.lists import Finding, ListForm, ListUnreadable

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

FINDINGS_KEPT = 1_000
"""More findings than a person works through in one go; beyond it they are counted, not kept, so memory is bounded."""


def nobody(_: Finding) -> None:
    """A sink for findings that keeps none."""


@dataclass(slots=True)
class Tally:
    """What one dimension came to: findings by severity, and the rows that have any."""

    errors: int = 0
    warnings: int = 0
    rows: int = 0


@dataclass(slots=True)
class CellCount:
    """How many cells should be filled, and by column how many of them are not."""

    expected: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    def count(self, kind: CredentialType, cells: Mapping[str, str]) -> None:
        """Counts the cells of a row that should be filled: the required ones, and those recommended for such a row."""
        required, recommended = _required(kind), kind.expected(cells)
        self.expected += len(required) + len(recommended)
        for wanted in (required, recommended):
            if not all(map(cells.get, wanted)):
                self.missing.update(name for name in wanted if not cells.get(name))


@dataclass(slots=True)
class CheckReport:
    """What was found in a list. Counts are complete; of the findings the first `keep` are kept, all go to `sink`.

    `groups` counts accepted rows by issuer and type: each will be a batch. `expected` and `missing` count the cells
    that should be filled, and by column those that are not.
    """

    keep: int = FINDINGS_KEPT
    sink: Callable[[Finding], None] = nobody
    form: ListForm | None = None
    rows: int = 0
    accepted: int = 0
    errors: int = 0
    warnings: int = 0
    unreadable: bool = False
    live_rows: int = 0
    """Rows that were compared with a register."""
    expected: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    groups: Counter[tuple[str, str]] = field(default_factory=Counter)
    tallies: dict[Dimension, Tally] = field(default_factory=lambda: {name: Tally() for name in DIMENSIONS})
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether the whole list was read and every row of it, at least one, was accepted."""
        return not self.unreadable and not self.errors and self.accepted == self.rows > 0

    def add(self, finding: Finding) -> None:
        """Counts a finding, hands it on, and keeps it while there is room."""
        self.rules[finding.rule] += 1
        tally = self.tallies[finding.dimension]
        if finding.severity == "error":
            self.errors += 1
            tally.errors += 1
        else:
            self.warnings += 1
            tally.warnings += 1
        if len(self.findings) < self.keep:
            self.findings.append(finding)
        self.sink(finding)

    def add_row(self, findings: list[Finding]) -> None:
        """Counts what was found in one row."""
        for finding in findings:
            self.add(finding)
        for dimension in {finding.dimension for finding in findings}:
            self.tallies[dimension].rows += 1

    def add_unit(self, rows: int, live_rows: int, cells: "CellCount") -> None:
        """Counts rows, those of them that were compared with a register, and their cells."""
        self.rows += rows
        self.live_rows += live_rows
        self.expected += cells.expected
        self.missing.update(cells.missing)

    def accept(self, issuer: str, kind: str, rows: int = 1) -> None:
        """Counts good rows of an issuer (its code) and a type (its short name)."""
        self.accepted += rows
        self.groups[issuer, kind] += rows

    def refuse_list(self, error: ListUnreadable) -> None:
        """Notes that the list could not be read to its end."""
        self.unreadable = True
        for finding in error.findings:
            self.add(finding)

    def score(self, dimension: Dimension) -> float | None:
        """Percent, or None where nothing was checked: no row, or for `live` no register."""
        if dimension == "complete":
            return _percent(self.expected - self.missing.total(), self.expected)
        rows = self.live_rows if dimension == "live" else self.rows
        return _percent(max(0, rows - self.tallies[dimension].rows), rows)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values; `rules` counts findings by rule, most frequent first."""
        return {
            "clean": self.is_clean,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rows - self.accepted,
            "unreadable": self.unreadable,
            "errors": self.errors,
            "warnings": self.warnings,
            "list": self.form.as_json() if self.form else None,
            "scores": {name: self._score_json(name) for name in DIMENSIONS},
            "groups": [
                {"issuer": issuer, "type": kind, "rows": rows} for (issuer, kind), rows in sorted(self.groups.items())
            ],
            "missing": dict(self.missing.most_common()),
            "rules": dict(self.rules.most_common()),
            "findings": [finding.as_json() for finding in self.findings],
            "findings_left_out": self.errors + self.warnings - len(self.findings),
        }

    def _score_json(self, dimension: Dimension) -> dict[str, Any]:
        tally = self.tallies[dimension]
        return {
            "score": self.score(dimension),
            "errors": tally.errors,
            "warnings": tally.warnings,
            "rows": tally.rows,
        }


@cache
def _required(kind: CredentialType) -> tuple[str, ...]:
    return tuple(spec.name for spec in kind.fields if spec.required)


def _percent(good: int, of: int) -> float | None:
    return good * 1_000 // of / 10 if of else None
