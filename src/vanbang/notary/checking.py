"""Checking a list before anything is sealed: which rows are good, and what to do about the others.

Rows go through in chunks. Each is parsed by its type; then every check looks at the chunk as a whole (repeated
numbers, registers, what was issued before), so that a look-up costs one question for hundreds of rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from vanbang.catalog import LIST_TYPES, CredentialType, Problem, Record, type_for
from vanbang.notary.lists import Finding, GraduationList, ListUnreadable, Row
from vanbang.notary.quality import CheckReport
from vanbang.notary.repeats import Repeats

CHUNK = 500
"""Rows looked at together."""

MOST_FINDINGS = 5_000_000
"""Some 2 GB while a list is checked; with more than two a row of the longest list, it is the list that is wrong."""


@dataclass(slots=True)
class Candidate:
    """A row on its way to be accepted; an error among its findings refuses it. `record` None: refused already."""

    number: int
    kind: CredentialType
    record: Record | None
    findings: list[Finding] = field(default_factory=list)
    is_compared: bool = False
    """Whether a register had something to say of it."""

    def add(self, found: Problem) -> None:
        """Notes a problem of this row."""
        self.findings.append(Finding.of(self.number, found))

    @property
    def is_refused(self) -> bool:
        return self.record is None or any(finding.severity == "error" for finding in self.findings)


ChunkCheck: TypeAlias = Callable[[Sequence[Candidate]], None]
"""Looks at a chunk of rows, in order, and notes problems."""

Good: TypeAlias = tuple[int, CredentialType, Record]
"""Row number, type and record of an accepted row."""


def checked_records(
    listed: GraduationList, report: CheckReport, checks: Iterable[ChunkCheck] = ()
) -> Iterator[Sequence[Good]]:
    """Yields the good records chunk by chunk, in order, and fills `report` as it goes.

    A row that repeats a number of an earlier one is refused. A list that cannot be read further is part of the report.
    """
    report.form = listed.form
    for note in listed.form.notes:
        report.add(note)
    all_checks = (Repeats().check, *checks)
    try:
        for chunk in _chunks(listed.rows()):
            candidates = [_candidate(row, listed.form.kinds, report) for row in chunk]
            for check in all_checks:
                check(candidates)
            yield _judged(candidates, report)
            if report.errors + report.warnings > MOST_FINDINGS:
                raise ListUnreadable([_too_many(candidates[-1].number)])
    except ListUnreadable as error:
        report.refuse_list(error)


def check_list(listed: GraduationList, report: CheckReport, checks: Iterable[ChunkCheck] = ()) -> CheckReport:
    """Reads the list to its end and reports; records are not kept."""
    for _ in checked_records(listed, report, checks):
        pass
    return report


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Chunks of rows; those before the place where a list breaks off are handed on before the error."""
    chunk: list[Row] = []
    try:
        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
    except ListUnreadable:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _candidate(row: Row, kinds: Sequence[CredentialType], report: CheckReport) -> Candidate:
    candidate = Candidate(row.number, kinds[0], None, list(row.faults))
    if not row.cells:
        return candidate
    kind = type_for(row.cells, LIST_TYPES)
    if kind is None or kind not in kinds:
        candidate.findings.append(_other_type(row.number, kinds))
        return candidate
    candidate.kind = kind
    report.count_cells(kind, row.cells)
    candidate.record, problems = kind.parse(row.cells)
    told = {fault.column for fault in row.faults if fault.severity == "error"}  # by the reader, who saw the cell itself
    candidate.findings += [Finding.of(row.number, entry) for entry in problems if entry.field not in told]
    return candidate


def _judged(candidates: Sequence[Candidate], report: CheckReport) -> list[Good]:
    good: list[Good] = []
    for candidate in candidates:
        report.rows += 1
        report.live_rows += candidate.is_compared
        if candidate.findings:
            report.add_row(candidate.findings)
        if candidate.record is not None and not candidate.is_refused:
            report.accept(candidate.kind.issuer_code(candidate.record), candidate.kind)
            good.append((candidate.number, candidate.kind, candidate.record))
    return good


def _too_many(row: int) -> Finding:
    return Finding(
        row=row,
        column="",
        value="",
        rule="too_many_findings",
        severity="error",
        message_vi=f"Quá {MOST_FINDINGS} phát hiện; phần sau chưa kiểm tra. Hãy sửa các lỗi lặp lại rồi gửi lại.",
        message_en=f"More than {MOST_FINDINGS} findings; the rest was not checked. Correct what repeats, send again.",
        dimension="clean",
    )


def _other_type(number: int, kinds: Sequence[CredentialType]) -> Finding:
    vi, en = (", ".join(getattr(kind, title) for kind in kinds) for title in ("title_vi", "title_en"))
    return Finding(
        row=number,
        column="ten_vbcc",
        value="",
        rule="other_type",
        severity="error",
        message_vi=f"Dòng này là loại văn bằng khác; các cột của tệp chỉ đủ cho: {vi}. Hãy tách ra tệp riêng.",
        message_en=f"This row is of another type; the columns suffice only for: {en}. Put it into a list of its own.",
        dimension="accurate",
    )
