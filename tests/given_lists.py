"""Lists that tests hand over without a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import BinaryIO

from vanbang.catalog import CredentialType, type_by_name
from vanbang.notary.lists import Finding, ListForm, ListUnreadable, Row, Unit, in_units

DIPLOMA = type_by_name("vn-diploma")


def numbered(cells: Iterable[Mapping[str, str]], first: int = 2) -> list[Row]:
    """Rows as a spreadsheet numbers them below its header."""
    return [Row(number, dict(row)) for number, row in enumerate(cells, first)]


@dataclass
class GivenList:
    """A GraduationList of rows; an exception among them is raised where it stands."""

    given: Iterable[Row | Exception]
    kinds: Sequence[CredentialType] = (DIPLOMA,)
    notes: Sequence[Finding] = ()

    @property
    def form(self) -> ListForm:
        columns = {spec.name: spec.name for kind in self.kinds for spec in kind.fields}
        return ListForm("csv", self.kinds, columns, "utf-8", ",", notes=self.notes)

    def rows(self) -> Iterator[Row]:
        for row in self.given:
            if isinstance(row, Exception):
                raise row
            yield row

    def units(self) -> Iterator[Unit]:
        return in_units(self.rows())

    def without_rows(self) -> ListUnreadable:
        return ListUnreadable([])


@dataclass
class GivenFiles:
    """ListFiles that finds one list in every file, and writes findings as lines of `row rule`."""

    listed: GivenList
    written: list[tuple[int, str]] = field(default_factory=list)

    def open_list(self, source: BinaryIO, kinds: Sequence[CredentialType]) -> AbstractContextManager[GivenList]:
        return nullcontext(self.listed)

    def write_findings(
        self, source: BinaryIO, form: ListForm, target: BinaryIO, findings: Iterable[Finding], only_refused: bool
    ) -> None:
        for finding in findings:
            self.written.append((finding.row, finding.rule))
            target.write(f"{finding.row} {finding.rule} {only_refused}\n".encode())
