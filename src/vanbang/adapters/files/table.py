"""What every reader builds: the header and what it leads to, and a row's cells taken by it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vanbang.adapters.files.faults import fault, labels_of, unreadable
from vanbang.adapters.files.header import Header
from vanbang.adapters.files.legacy_text import in_unicode, is_hinted_at, legacy_cells
from vanbang.notary.lists import Finding, ListForm, ListUnreadable, Row, Unit, in_units

LONGEST_CELL = 262_144
"""Characters. An attachment of 200,000 fits; an unclosed quote stops here instead of swallowing the file."""

MOST_ROWS = 20_000_000
"""Twice all that the ministry holds. A few kilobytes of Parquet can hold billions of rows, and each costs time."""

LONGEST_LINE = 4 * 1024 * 1024
"""Characters of a row, so that a file without line ends cannot fill the memory."""


class Record(NamedTuple):
    """A row, and what stands in the file there: texts by column, or members by name."""

    row: Row
    written: Sequence[str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenList:
    """A `GraduationList`; `records` gives the same rows with what the file holds, for writing it again. One pass."""

    form: ListForm
    written: Sequence[str]
    """The header's names as they stand in the file, without our own column; empty for JSON Lines."""
    read: Callable[[], Iterator[Record]]
    read_units: Callable[[], Iterator[Unit]] | None = None
    """The rows in units that are taken apart elsewhere; None: they are taken apart here."""

    def records(self) -> Iterator[Record]:
        """The rows in order. Raises ListUnreadable, also when there are none."""
        read = 0
        for record in self.read():
            read += 1
            if read > MOST_ROWS:
                raise unreadable("too_large", record.row.number, "", f"> {MOST_ROWS}")
            yield record
        if not read:
            raise unreadable("no_rows")

    def rows(self) -> Iterator[Row]:
        return (record.row for record in self.records())

    def units(self) -> Iterator[Unit]:
        return in_units(self.rows()) if self.read_units is None else self.read_units()

    def without_rows(self) -> ListUnreadable:
        return unreadable("no_rows")


@dataclass(slots=True)
class Rows:
    """Makes rows of texts that stand in the header's order."""

    header: Header
    _fields: Sequence[str] = field(init=False)
    _kept: Sequence[int] | None = field(init=False)
    _nameless: Sequence[int] = field(init=False)
    _own: int | None = field(init=False)
    _is_mixed: bool = field(init=False)

    def __post_init__(self) -> None:
        fields = self.header.fields
        kept = [index for index, name in enumerate(fields) if name]
        self._fields = [name for name in fields if name]
        self._kept = None if len(kept) == len(fields) else kept
        self._nameless = [index for index, name in enumerate(self.header.written) if not name]
        self._own = self.header.own_column
        self._is_mixed = len(self.header.kinds) > 1

    def record(self, number: int, texts: Sequence[str], faults: Sequence[Finding] = ()) -> Record:
        """The record of one cell per column. Raises ListUnreadable for a row beyond all measure."""
        named = texts if self._kept is None else [texts[index] for index in self._kept]
        whole = "\t".join(named)
        if len(whole) > LONGEST_LINE:
            raise unreadable("line_too_long", number, limit=LONGEST_LINE)
        if not whole or whole.isspace():
            return self.broken(number, texts, fault("blank_row", number))
        found = list(faults)
        if self._nameless and any(texts[index] for index in self._nameless):
            found.append(fault("nameless_cell", number))
        if is_hinted_at(whole):
            found += legacy_faults(number, zip(self._fields, named, strict=True), whole)
        return Record(Row(number, self._cells(named), found), self._without_own(texts))

    def broken(self, number: int, texts: Sequence[str], finding: Finding) -> Record:
        """The record of a row that cannot be matched with the columns."""
        return Record(Row(number, {}, (finding,)), self._without_own(texts))

    def _without_own(self, texts: Sequence[str]) -> Sequence[str]:
        return texts if self._own is None else [*texts[: self._own], *texts[self._own + 1 :]]

    def _cells(self, named: Sequence[str]) -> dict[str, str]:
        if not self._is_mixed:
            return dict(zip(self._fields, named, strict=True))
        # In a mixed list a type does not know the columns of the others, which its rows leave empty.
        return {name: text for name, text in zip(self._fields, named, strict=True) if text}


def legacy_faults(number: int, cells: Iterable[tuple[str, str]], whole: str) -> Iterator[Finding]:
    """A finding for each cell of a row whose letters are no Unicode; `whole` is all of the row's text."""
    for name, text, writing in legacy_cells(cells, whole):
        rule = "mojibake" if writing == "UTF-8/Windows-1252" else "legacy_font"
        meant = in_unicode(text, writing)
        yield fault(rule, number, name, text, meant, **labels_of(name), encoding=writing)
