"""Lists as CSV: rows streamed from UTF-8 text, every structural fault told with its row and what to do about it.

What spreadsheets write is accepted: a byte order mark or none, CRLF or LF, comma, semicolon or tab between the cells
(Excel takes the separator from the country's settings), columns in any order, blank rows. Nothing is guessed about
letters: what is not UTF-8 is refused with its place.
"""

import codecs
import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from vanbang.adapters.files import faults
from vanbang.catalog import CredentialType
from vanbang.notary.checking import Finding, ListUnreadable

LONGEST_CELL = 262_144
"""Characters. An attachment of 200,000 fits; an unclosed quote stops here instead of swallowing the file."""

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes between two line feeds, so that a file without any cannot fill the memory."""

UNKNOWN_COLUMNS_NAMED = 50
"""A file of another kind has any number of unknown columns; nobody reads further than this."""

SEPARATORS = ",;\t"

ZIP_MAGIC = b"PK\x03\x04"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

csv.field_size_limit(LONGEST_CELL)  # the csv module knows this limit only for the whole process


def read_rows(
    source: Path | BinaryIO, credential_type: CredentialType, refuse: Callable[[Finding], None] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields (row number, cell by column name); blank rows are skipped but counted, as a spreadsheet numbers them.

    Raises ListUnreadable for a file that is not such a list, at the first fault that makes the rest unreadable
    (encoding, quoting, sizes). A single row with too few or too many cells goes to `refuse` and reading continues;
    without `refuse` it raises too. An open `source` is read from where it stands and left open. OSError passes.
    """
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        lines = _Lines(stream)
        header_line = next(lines, "")
        separator = max(SEPARATORS, key=header_line.count)
        table = csv.reader(_chained(header_line, lines), delimiter=separator, strict=True)
        records = _records(table)
        _, names = next(records, (1, []))
        columns = _columns(names, credential_type)
        found = False
        for number, cells in records:
            if not any(cells):
                continue
            found = True
            if len(cells) == len(names) and not any(cells[len(columns) :]):
                yield number, dict(zip(columns, cells, strict=False))
            else:
                _refuse(faults.wrong_cell_count(number, len(cells), len(columns)), refuse)
        if not found:
            raise ListUnreadable([faults.no_rows()])


def _refuse(finding: Finding, refuse: Callable[[Finding], None] | None) -> None:
    if refuse is None:
        raise ListUnreadable([finding])
    refuse(finding)


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


class _Lines:
    """The lines of a stream as text, with their ends; knows how far it has read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._line = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(LONGEST_LINE + 1)
        if not raw:
            raise StopIteration
        self._line += 1
        if len(raw) > LONGEST_LINE:
            raise ListUnreadable([faults.line_too_long(self._line, LONGEST_LINE)])
        if self._line == 1:
            if raw.startswith((ZIP_MAGIC, *UTF16_MARKS)):
                raise ListUnreadable([faults.other_format(raw.startswith(ZIP_MAGIC))])
            if raw.startswith(codecs.BOM_UTF8):
                self._offset += len(codecs.BOM_UTF8)
                raw = raw[len(codecs.BOM_UTF8) :]
        if (at := raw.find(b"\0")) >= 0:
            raise ListUnreadable([faults.nul_byte(self._line, self._offset + at)])
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise ListUnreadable([faults.not_utf8(self._line, self._offset + error.start, raw[error.start])]) from error
        self._offset += len(raw)
        return text


def _records(table: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The records with their row numbers; a quoted cell may span lines, a spreadsheet shows it as one row."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            raise ListUnreadable([faults.quoting(number, str(error))]) from error
        yield number, cells


def _columns(names: list[str], credential_type: CredentialType) -> list[str]:
    """The header's column names, or ListUnreadable with one finding for each that is missing, unknown or repeated."""
    columns = [name.strip() for name in names]
    while columns and not columns[-1]:  # spreadsheets export blank columns that were once used
        columns.pop()
    if not columns:
        raise ListUnreadable([faults.no_header()])
    known = {spec.name: spec for spec in credential_type.fields}
    findings = [faults.column_repeated(name) for name, times in Counter(columns).items() if times > 1 and name in known]
    unknown = list(dict.fromkeys(name for name in columns if name not in known))
    findings += [faults.column_unknown(name, list(known)) for name in unknown[:UNKNOWN_COLUMNS_NAMED]]
    findings += [faults.column_missing(spec) for spec in known.values() if spec.required and spec.name not in columns]
    if findings:
        raise ListUnreadable(findings)
    return columns
