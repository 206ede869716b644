"""Lists as CSV: rows streamed from text, every structural fault told with its row and what to do about it.

What spreadsheets write is accepted: any line end, comma, semicolon, tab or bar between the cells (Excel takes the
separator from the country's settings, or from a first line `sep=;`), titles above the header, columns in any order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from vanbang.adapters.files.csv_rows import Cells, cells_of, records_of
from vanbang.adapters.files.csv_units import EXCEL_SEPARATOR, CsvFile
from vanbang.adapters.files.encodings import HEAD, WINDOWS_1258, Encoding, encoding_of
from vanbang.adapters.files.faults import fault
from vanbang.adapters.files.header import TOP_ROWS, header_place, heads, names_known, read_header
from vanbang.adapters.files.table import OpenList
from vanbang.adapters.files.text_lines import LineFault, text_lines
from vanbang.catalog import CredentialType
from vanbang.notary.lists import ListForm, ListUnreadable

SEPARATORS = ",;\t|"


def open_csv(stream: BinaryIO, kinds: Sequence[CredentialType]) -> OpenList:
    """The list in a text file. Raises ListUnreadable for a file that is no such list, now or between two rows."""
    stream.seek(0)
    encoding = encoding_of(stream.read(HEAD))
    table = _likeliest(stream, encoding, kinds)
    row, texts = table.top[header_place(table.top, kinds)]
    header = read_header(row, texts, kinds)
    form = ListForm(
        format="csv",
        kinds=header.kinds,
        columns=header.columns,
        encoding=encoding.name,
        separator=table.separator,
        notes=[fault("encoding_guessed")] if encoding is WINDOWS_1258 else [],
    )
    file = CsvFile(stream, encoding, table.separator, header, len(texts), table.rows)
    return OpenList(form, header.names, lambda: records_of(table.rows(), header, len(texts)), file.units)


@dataclass(slots=True)
class _Table:
    """The file under one separator: its first rows, and all rows again from the first."""

    stream: BinaryIO
    encoding: Encoding
    separator: str
    top: list[Cells] = field(default_factory=list)
    trouble: ListUnreadable | None = None

    def __post_init__(self) -> None:
        rows = self.rows()
        try:
            self.top.extend(islice(rows, TOP_ROWS))
        except ListUnreadable as error:
            self.trouble = error

    def rows(self) -> Iterator[Cells]:
        """Row number and cells. A quoted cell may span lines, a spreadsheet shows it as one row."""
        return cells_of(_without_excel_line(text_lines(self.stream, self.encoding)), self.separator)


def _likeliest(stream: BinaryIO, encoding: Encoding, kinds: Sequence[CredentialType]) -> _Table:
    """The file under the separator that gives a header, or else the most known names, or else the most cells."""
    named = _named_separator(stream, encoding)
    tables = []
    for separator in named or SEPARATORS:
        table = _Table(stream, encoding, separator)
        if any(heads([text.strip() for text in cells], kinds) for _, cells in table.top):
            return table
        tables.append(table)
    best = max(tables, key=lambda table: _resemblance(table.top, kinds))
    if best.trouble is not None:
        raise best.trouble
    return best


def _resemblance(top: Sequence[Cells], kinds: Sequence[CredentialType]) -> tuple[int, int]:
    known = max((names_known([text.strip() for text in cells], kinds) for _, cells in top), default=0)
    return known, max((len(cells) for _, cells in top), default=0)


def _named_separator(stream: BinaryIO, encoding: Encoding) -> str:
    """What Excel's own first line `sep=;` names, or ""."""
    try:
        first = next(text_lines(stream, encoding), "")
    except LineFault:
        return ""
    named = EXCEL_SEPARATOR.fullmatch(first)
    return named[1] if named else ""


def _without_excel_line(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, "")
    if first and not EXCEL_SEPARATOR.fullmatch(first):
        yield first
    yield from lines
