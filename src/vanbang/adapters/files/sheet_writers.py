"""Writers of sheets, one for each format: the header's names and the column of findings, then rows as they come."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, Protocol

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from vanbang.adapters.files.csv_rows import ESCAPED, FORMULA_SIGNS
from vanbang.catalog.written_json import write_written
from vanbang.notary.lists import FINDINGS_COLUMN, Format

BATCH = 1_000
"""Rows of Parquet written together."""

LONGEST_XLSX_CELL = 32_767
"""Characters; what is longer cannot have come from such a file, but for the findings themselves."""

Written = Sequence[str] | Mapping[str, Any]

_FORMULA = re.compile(FORMULA_SIGNS)


class SheetWriter(Protocol):
    """Takes rows one by one; finishes the file when its context ends well."""

    def __enter__(self) -> "SheetWriter": ...

    def __exit__(self, *error: object) -> None: ...

    def add(self, written: Any, note: str) -> None:
        """Writes a row as it stood in the file, and what was found in it."""
        ...


class CsvSheet:
    """UTF-8 with byte order mark and CRLF, the separator as it was. No cell can become a formula."""

    def __init__(self, out: BinaryIO, names: Sequence[str], separator: str) -> None:
        self._width = len(names)
        self._text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._text, delimiter=separator, lineterminator="\r\n")
        self._rows.writerow([*map(_escaped, names), FINDINGS_COLUMN])

    def __enter__(self) -> "CsvSheet":
        return self

    def __exit__(self, *error: object) -> None:
        self._text.detach()

    def add(self, written: Sequence[str], note: str) -> None:
        self._rows.writerow(map(_escaped, _row(written, self._width, note)))


class XlsxSheet:
    """One sheet, every cell text, columns formatted as text so that what is corrected stays text."""

    def __init__(self, out: BinaryIO, names: Sequence[str], separator: str) -> None:
        self._width = len(names)
        self._book = xlsxwriter.Workbook(out, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        self._sheet.set_column(0, self._width, None, self._book.add_format({"num_format": "@"}))
        self._sheet.freeze_panes(1, 0)
        self._number = 0
        self.add(names, FINDINGS_COLUMN)

    def __enter__(self) -> "XlsxSheet":
        return self

    def __exit__(self, *error: object) -> None:
        self._book.close()

    def add(self, written: Sequence[str], note: str) -> None:
        for column, text in enumerate(_row(written, self._width, note)):
            if text:
                self._sheet.write_string(self._number, column, text[:LONGEST_XLSX_CELL])
        self._number += 1


class ParquetSheet:
    """The same columns as text."""

    def __init__(self, out: BinaryIO, names: Sequence[str], separator: str) -> None:
        self._schema = pa.schema([(name, pa.string()) for name in (*names, FINDINGS_COLUMN)])
        self._file = pq.ParquetWriter(out, self._schema)
        self._rows: list[Sequence[str]] = []

    def __enter__(self) -> "ParquetSheet":
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()
        self._file.close()

    def add(self, written: Sequence[str], note: str) -> None:
        self._rows.append((*written, note))
        if len(self._rows) == BATCH:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._schema)
        arrays = [pa.array(column, pa.string()) for column in columns]
        self._file.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._rows.clear()


class JsonLinesSheet:
    """The same members and one more. A line that was no object becomes an object with only that one."""

    def __init__(self, out: BinaryIO, names: Sequence[str], separator: str) -> None:
        self._out = out

    def __enter__(self) -> "JsonLinesSheet":
        return self

    def __exit__(self, *error: object) -> None:
        self._out.flush()

    def add(self, written: Mapping[str, Any], note: str) -> None:
        self._out.write(write_written({**written, FINDINGS_COLUMN: note}).encode() + b"\n")


WRITERS: Mapping[Format, Callable[[BinaryIO, Sequence[str], str], SheetWriter]] = {
    "csv": CsvSheet,
    "xlsx": XlsxSheet,
    "parquet": ParquetSheet,
    "jsonl": JsonLinesSheet,
}


def _row(written: Sequence[str], width: int, note: str) -> list[str]:
    """The note under its heading, also for a row of another width; nothing is lost."""
    return [*written[:width], *[""] * (width - len(written)), note, *written[width:]]


def _escaped(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) or ESCAPED.match(text) else text
