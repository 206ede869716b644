"""Checking a list before anything is sealed: which rows are good, and what to do about the others.

Rows come from any reader as (row number, cells); the number is the one the registrar's spreadsheet shows.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, TypeAlias

from vanbang.catalog import CredentialType, Problem, Record
from vanbang.catalog.problems import Severity
from vanbang.core.errors import VanbangError

Row: TypeAlias = tuple[int, Mapping[str, str]]
"""Row number (the header is row 1) and cell by column name."""

FINDINGS_KEPT = 1_000
"""More findings than a person works through in one go; beyond it they are counted, not kept, so memory is bounded."""

VALUE_KEPT = 500
"""Characters of a value that a finding keeps: every field but a note and an attachment is shorter."""

KEY_BYTES = 16
"""Record keys are remembered as 128-bit hashes: an accidental collision among 10 million has odds below 10^-24."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `row` 0 means the file as a whole; `value` is unmasked (its first VALUE_KEPT characters),
    the messages never name a citizen number. `rule` is stable; `suggestion` is the value that would pass, where one
    can be guessed."""

    row: int
    column: str
    value: str
    rule: str
    severity: Severity
    message_vi: str
    message_en: str
    suggestion: str | None = None

    @classmethod
    def of(cls, row: int, problem: Problem) -> "Finding":
        """The finding for a catalog problem in this row."""
        return cls(
            row=row,
            column=problem.field,
            value=problem.value[:VALUE_KEPT],
            rule=problem.rule,
            severity=problem.severity,
            message_vi=problem.message_vi,
            message_en=problem.message_en,
            suggestion=None if problem.suggestion and len(problem.suggestion) > VALUE_KEPT else problem.suggestion,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class ListUnreadable(VanbangError):
    """A list that cannot be read, or not read further; `findings` (at least one) say where and why.

    Raised by the readers of files, before the first row or between two rows.
    """

    code: ClassVar[str] = "list_unreadable"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(finding.message_en for finding in self.findings))


@dataclass(slots=True)
class CheckReport:
    """What was found in a list. Counts are complete; of the findings the first `keep` errors and warnings are kept."""

    type_name: str
    keep: int = FINDINGS_KEPT
    rows: int = 0
    accepted: int = 0
    errors: int = 0
    warnings: int = 0
    unreadable: bool = False
    rules: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether the whole list was read and every row of it, at least one, was accepted."""
        return not self.unreadable and not self.errors and self.accepted == self.rows > 0

    def add(self, finding: Finding) -> None:
        """Counts a finding and keeps it while there is room."""
        self.rules[finding.rule] += 1
        if finding.severity == "error":
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.findings) < self.keep:
            self.findings.append(finding)

    def refuse_row(self, finding: Finding) -> None:
        """Counts a row that a reader could not take apart: it is not among the rows handed on."""
        self.rows += 1
        self.add(finding)

    def refuse_list(self, error: ListUnreadable) -> None:
        """Notes that the list could not be read to its end."""
        self.unreadable = True
        for finding in error.findings:
            self.add(finding)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values; `rules` counts findings by rule, most frequent first."""
        return {
            "type": self.type_name,
            "clean": self.is_clean,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rows - self.accepted,
            "unreadable": self.unreadable,
            "errors": self.errors,
            "warnings": self.warnings,
            "rules": dict(self.rules.most_common()),
            "findings": [finding.as_json() for finding in self.findings],
            "findings_left_out": self.errors + self.warnings - len(self.findings),
        }


def checked_records(
    rows: Iterable[Row], credential_type: CredentialType, report: CheckReport
) -> Iterator[tuple[int, Record]]:
    """Yields the good records with their row numbers, in order, and fills `report` as it goes.

    A record whose key already occurred in the list is refused. What `rows` raises (ListUnreadable) passes through.
    """
    seen: dict[bytes, int] = {}
    for number, cells in rows:
        report.rows += 1
        record, problems = credential_type.parse(cells)
        for problem in problems:
            report.add(Finding.of(number, problem))
        if record is None:
            continue
        first = seen.setdefault(_key_hash(credential_type.record_key(record)), number)
        if first != number:
            report.add(_repeated(number, first, credential_type, record))
            continue
        report.accepted += 1
        yield number, record


def check_rows(rows: Iterable[Row], credential_type: CredentialType, report: CheckReport | None = None) -> CheckReport:
    """Reads the list to its end and reports; records are not kept. A list that cannot be read is part of the report.

    Hand in the `report` that the reader of the rows already writes refused rows to, if there is one.
    """
    report = report or CheckReport(credential_type.name)
    try:
        for _ in checked_records(rows, credential_type, report):
            pass
    except ListUnreadable as error:
        report.refuse_list(error)
    return report


def _key_hash(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=KEY_BYTES).digest()


def _repeated(number: int, first: int, credential_type: CredentialType, record: Record) -> Finding:
    column = credential_type.key[0]
    value = credential_type.values_of(record)[column]
    return Finding(
        row=number,
        column=column,
        value=value,
        rule="duplicate_record",
        severity="error",
        message_vi=f"Dòng này trùng “{value}” với dòng {first}; hãy bỏ một dòng hoặc sửa lại số.",
        message_en=f"This row repeats “{value}” of row {first}; remove one of them or correct the number.",
    )
