"""Lists as CSV: rows streamed from text, every structural fault told with its row and what to do about it.

What spreadsheets write is accepted: any line end, comma, semicolon, tab or bar between the cells (Excel takes the
separator from the country's settings, or from a first line `sep=;`), titles above the header, columns in any order.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from vanbang.adapters.files.encodings import HEAD, WINDOWS_1258, Encoding, encoding_of
from vanbang.adapters.files.faults import fault, unreadable
from vanbang.adapters.files.header import TOP_ROWS, Header, header_place, heads, names_known, read_header
from vanbang.adapters.files.table import LONGEST_CELL, OpenList, Record, Rows
from vanbang.adapters.files.text_lines import LineFault, text_lines
from vanbang.catalog import CredentialType
from vanbang.notary.lists import ListForm, ListUnreadable

SEPARATORS = ",;\t|"

FORMULA_SIGNS = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
"""How what a spreadsheet takes for a formula may begin; those of East Asia read the wide signs alike."""

ESCAPED = re.compile(rf"'+{FORMULA_SIGNS}")
"""How a text begins that we wrote so that no spreadsheet takes it for a formula: one apostrophe more than it has."""

_EXCEL_SEPARATOR = re.compile(r"\"?sep=([,;\t|])\"?[\r\n]*", re.IGNORECASE)

csv.field_size_limit(LONGEST_CELL)  # the csv module knows this limit only for the whole process

Cells = tuple[int, list[str]]


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
    return OpenList(form, header.names, lambda: _read(table, header, len(texts)))


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
        lines = text_lines(self.stream, self.encoding)
        number = 0
        table = csv.reader(_without_excel_line(lines), delimiter=self.separator, strict=True)
        while True:
            number += 1
            begun = table.line_num
            try:
                cells = next(table)
            except StopIteration:
                return
            except csv.Error as error:
                cut = "unexpected end" in str(error) and table.line_num - begun <= 1
                raise unreadable("cut_off" if cut else "quoting", number, "", str(error)) from error
            except LineFault as error:
                raise unreadable(error.rule, number, "", error.value, **error.facts) from error
            yield number, cells


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
    named = _EXCEL_SEPARATOR.fullmatch(first)
    return named[1] if named else ""


def _without_excel_line(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, "")
    if first and not _EXCEL_SEPARATOR.fullmatch(first):
        yield first
    yield from lines


def _read(table: _Table, header: Header, width: int) -> Iterator[Record]:
    """Every row must have as many cells as the header row: a separator within a cell may push out an empty last one.

    A shorter row passes if what it lacks may be empty and its own last cell is not: so Excel writes rows whose last
    cells are empty, and no lost separator does. The very last row passes only where others are written so as well.
    """
    rows, named = Rows(header), len(header.written)
    needed = max((place for place, spec in enumerate(header.specs, 1) if spec and spec.required), default=0)
    short: Cells | None = None
    trimmed = False
    for number, cells in table.rows():
        if number <= header.row or not any(cells):
            continue
        if short is not None:
            trimmed |= (is_trimmed := needed <= len(short[1]) and bool(short[1][-1]))
            yield _trimmed(rows, short, header) if is_trimmed else _miscounted(rows, short, named, "cell_count")
            short = None
        if len(cells) < width:
            short = number, cells
        elif len(cells) > width or any(cells[named:]):
            yield _miscounted(rows, (number, cells), named, "cell_count")
        else:
            yield rows.record(number, cells[:named] if header.own_column is None else _unescaped(cells[:named]))
    if short is not None:
        is_trimmed = trimmed and needed <= len(short[1]) and bool(short[1][-1])
        yield _trimmed(rows, short, header) if is_trimmed else _miscounted(rows, short, named, "cut_off")


def _trimmed(rows: Rows, cells: Cells, header: Header) -> Record:
    number, texts = cells
    left = len(header.written) - len(texts)
    whole = [*texts, *[""] * left] if left > 0 else texts[: len(header.written)]
    faults = [fault("cells_left_out", number, "", str(left))] if left > 0 else []
    return rows.record(number, whole if header.own_column is None else _unescaped(whole), faults)


def _miscounted(rows: Rows, cells: Cells, width: int, rule: str) -> Record:
    number, texts = cells
    return rows.broken(number, texts, fault(rule, number, "", str(len(texts)), columns=width))


def _unescaped(cells: list[str]) -> list[str]:
    return [text[1:] if text.startswith("'") and ESCAPED.match(text) else text for text in cells]
