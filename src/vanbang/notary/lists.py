"""A list as a reader hands it over: how it is written, its rows, and what is wrong with them.

Readers of files are in `vanbang.adapters.files`; nothing here knows how a file is taken apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Final, Literal, NamedTuple, Protocol

from vanbang.catalog import CredentialType, Problem
from vanbang.catalog.problems import Dimension, Severity
from vanbang.core.errors import VanbangError

VALUE_KEPT = 500
"""Characters of a value that a finding keeps: every field but a note and an attachment is shorter."""

FINDINGS_COLUMN = "phat_hien_vanbang"
"""Heads the column that a sheet with findings has more than the list; readers pass over it."""

Format = Literal["csv", "xlsx", "parquet", "jsonl"]


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
    dimension: Dimension = "clean"

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
            dimension=problem.dimension,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """As a call with its members: a faulty list has millions of them, and each comes out of another process."""
        return Finding, tuple(getattr(self, name) for name in self.__slots__)


class ListUnreadable(VanbangError):
    """A list that cannot be read, or not read further; `findings` (at least one) say where and why.

    Raised by the readers of files, when a list is opened or between two rows.
    """

    code: ClassVar[str] = "list_unreadable"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(finding.message_en for finding in self.findings))


class ListChanged(VanbangError):
    """A file that grew, shrank or was written to while it was read: nobody knows which list it is."""

    code: ClassVar[str] = "list_changed"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was written to while it was read: wait until it is whole, then begin again")
        self.name = name


class Row(NamedTuple):
    """One row: its number as the registrar's program shows it (a sheet's header is row 1; Parquet and JSON Lines have
    none, and their first record is 1), and its cells by field name.

    `faults` is what the reader found: with an error among them the row is refused, with no cells it is not looked at
    further.
    """

    number: int
    cells: Mapping[str, str]
    faults: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class ListForm:
    """How a list is written. `kinds` are the types all of whose required columns are there, never none; `columns`
    its columns by the names they have in the file, with the field each stands for."""

    format: Format
    kinds: Sequence[CredentialType]
    columns: Mapping[str, str]
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    notes: Sequence[Finding] = field(default_factory=tuple)
    """Findings about the file as a whole that do not keep it from being read (hidden sheets, odd header)."""

    def as_json(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "encoding": self.encoding,
            "separator": self.separator,
            "sheet": self.sheet,
            "columns": dict(self.columns),
        }


UNIT_ROWS: Final = 4_096
"""Rows that travel together: a tenth of a second of work, beside which handing them over costs little."""


class Unit(Protocol):
    """Some rows of a list that follow each other, as they travel to where they are looked at: at most some 4 MB."""

    @property
    def share(self) -> float:
        """How much of the list is read with this unit, from 0 to 1; 0 where nobody knows."""
        ...

    def rows(self) -> Iterator[Row]:
        """The rows in order, taken apart by whoever asks. Raises ListUnreadable where the list cannot be read on."""
        ...


@dataclass(frozen=True, slots=True)
class GivenRows:
    """A unit of rows that were taken apart already."""

    given: Sequence[Row]
    share: float = 0.0

    def rows(self) -> Iterator[Row]:
        return iter(self.given)


def in_units(rows: Iterator[Row]) -> Iterator[GivenRows]:
    """The rows in units; those before the place where a list breaks off are handed on before the error."""
    unit: list[Row] = []
    try:
        for row in rows:
            unit.append(row)
            if len(unit) == UNIT_ROWS:
                yield GivenRows(unit)
                unit = []
    except ListUnreadable:
        if unit:
            yield GivenRows(unit)
        raise
    if unit:
        yield GivenRows(unit)


class GraduationList(Protocol):
    """A list opened for reading, from its first row on, once."""

    @property
    def form(self) -> ListForm:
        """How it is written."""
        ...

    def rows(self) -> Iterator[Row]:
        """Its rows in order; blank ones are skipped but counted. Raises ListUnreadable."""
        ...

    def units(self) -> Iterator[Unit]:
        """The same rows, many at a time, hardly looked at yet. Raises ListUnreadable."""
        ...

    def without_rows(self) -> ListUnreadable:
        """What is to be said if there was not one among them."""
        ...
