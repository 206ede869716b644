"""Lists as XLSX: the one visible sheet with a header, read by calamine from a copy of the parts that were looked at.

A spreadsheet's cells are typed. Dates become dd/MM/yyyy where a date belongs; what a number, a formula or a merged cell
may have cost is told with row and column, numbered as Excel shows them.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from vanbang.adapters.files.faults import fault, unreadable
from vanbang.adapters.files.header import TOP_ROWS, Header, header_place, heads, read_header
from vanbang.adapters.files.table import OpenList, Record, Rows
from vanbang.adapters.files.typed_cells import text_of, told
from vanbang.adapters.files.xlsx_marks import Marks, check_box, check_texts, strings_passed_on
from vanbang.adapters.files.xlsx_parts import LARGEST_SMALL_PART, Copy, Parts, broken
from vanbang.catalog import CredentialType, FieldSpec
from vanbang.notary.lists import Finding, ListForm, ListUnreadable

SHEETS = 100
"""Visible sheets that are looked at."""

_PLAIN_PARTS = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
_STRINGS = "xl/sharedStrings.xml"

_ALL_TEXT = {str}

Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged range as (row, column), from 0."""


@dataclass(slots=True)
class _Sheet:
    """A visible sheet: its cells, and what was seen in its XML."""

    name: str
    cells: CalamineSheet
    marks: Marks

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows with their numbers, cells from column A on."""
        blank = [""] * (self.cells.start or (0, 0))[1]
        for number, cells in enumerate(self.cells.iter_rows(), 1):
            yield number, [*blank, *cells] if blank else cells

    def top(self) -> list[tuple[int, list[str]]]:
        """The first rows as texts."""
        return [(number, [str(cell) for cell in cells]) for number, cells in islice(self.rows(), TOP_ROWS)]


def open_xlsx(stream: BinaryIO, kinds: Sequence[CredentialType]) -> OpenList:
    """The list in a spreadsheet. Raises ListUnreadable for anything but a plain XLSX with one list in it."""
    parts = Parts(stream)
    shown, hidden = _sheet_parts(parts)
    if not shown:
        raise unreadable("no_sheet")
    with Copy() as copy:
        marks = {name: _copied(parts, copy, path) for name, path in shown.items()}
        sheet, others = _chosen(_sheets(copy.finished(), marks), kinds)
    top = sheet.top()
    row, texts = top[header_place(top, kinds)]
    header = read_header(row, texts, kinds)
    _check_header_merges(sheet, header)
    notes = _notes(parts, hidden, others, sheet.marks)
    form = ListForm("xlsx", header.kinds, header.columns, sheet=sheet.name, notes=notes)
    return OpenList(form, header.names, lambda: _read(sheet, header))


def _sheet_parts(parts: Parts) -> tuple[dict[str, str], list[str]]:
    """The visible worksheets as path by name, and the names of the hidden ones."""
    try:
        # Parts lets no DOCTYPE and no entity through.
        book = ET.fromstring(parts.small("xl/workbook.xml"))  # noqa: S314
        links = ET.fromstring(parts.small("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except ET.ParseError as error:
        raise broken(error) from error
    targets = {link.get("Id"): normpath(str(PurePosixPath("/xl") / link.get("Target", "")))[1:] for link in links}
    shown: dict[str, str] = {}
    hidden: list[str] = []
    for sheet in book.iterfind("./{*}sheets/{*}sheet"):
        name = sheet.get("name", "")
        path = targets.get(next((value for key, value in sheet.items() if key.endswith("}id")), ""), "")
        if sheet.get("state", "visible") != "visible":
            hidden.append(name)
        elif path in parts and "sheets/" in path and "chartsheets/" not in path:
            shown[name] = path
    if len(shown) > SHEETS:
        raise unreadable("too_large", 0, "", f"{len(shown)} sheets > {SHEETS}")
    return shown, hidden


def _copied(parts: Parts, copy: Copy, path: str) -> Marks:
    """Copies a sheet, and with the first one what all sheets need; gives what was seen in it."""
    if not copy.names:
        for name in _PLAIN_PARTS:
            if name in parts:
                copy.take(name, parts.chunks(name, LARGEST_SMALL_PART))
        if _STRINGS in parts:
            copy.take(_STRINGS, strings_passed_on(parts.chunks(_STRINGS)))
    marks = Marks()
    copy.take(path, marks.passed_on(parts.chunks(path)))
    if marks.is_far:
        check_box(parts.chunks(path))
    if marks.shared and _STRINGS in parts:
        check_texts(parts.chunks(_STRINGS), parts.chunks(path), marks.shared)
    return marks


def _sheets(path: str, marks: Mapping[str, Marks]) -> Iterator[_Sheet]:
    try:
        book = CalamineWorkbook.from_path(path)
        for name, seen in marks.items():
            yield _Sheet(name, book.get_sheet_by_name(name), seen)
    except ListUnreadable:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise broken(error) from error
    except BaseException as error:
        # A panic of the library derives from BaseException, and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise broken(error) from error
        raise


def _chosen(sheets: Iterator[_Sheet], kinds: Sequence[CredentialType]) -> tuple[_Sheet, list[str]]:
    """The sheet with the list, and the names of the others that hold anything. Raises ListUnreadable for several."""
    chosen: _Sheet | None = None  # of the others the names only: the cells of all together could fill the memory
    with_header: list[str] = []
    others: list[str] = []
    for sheet in sheets:
        if any(heads([text.strip() for text in texts], kinds) for _, texts in sheet.top()):
            chosen = chosen if with_header else sheet
            with_header.append(sheet.name)
        elif sheet.cells.height:
            chosen = chosen or sheet
            others.append(sheet.name)
    if len(with_header) > 1:
        raise unreadable("several_sheets", 0, "", ", ".join(with_header))
    if chosen is None:
        raise unreadable("empty_file")
    return chosen, [name for name in others if name != chosen.name]


def _notes(parts: Parts, hidden: list[str], others: list[str], marks: Marks) -> list[Finding]:
    found = [
        ("hidden_sheet", ", ".join(hidden)),
        ("other_sheet", ", ".join(others)),
        ("hidden_rows", str(marks.hidden_rows or "")),
        ("hidden_columns", "yes" if marks.hidden_columns else ""),
        ("external_links", "yes" if parts.any_in("xl/externalLinks/") else ""),
        ("macros", "yes" if "xl/vbaProject.bin" in parts else ""),
    ]
    return [fault(rule, 0, "", value) for rule, value in found if value]


def _merges(sheet: _Sheet) -> list[Range]:
    return sorted(sheet.cells.merged_cell_ranges or [])


def _check_header_merges(sheet: _Sheet, header: Header) -> None:
    merged = [_shown(found) for found in _merges(sheet) if found[0][0] < header.row <= found[1][0] + 1]
    if merged:
        raise unreadable("merged_header", header.row, "", ", ".join(merged[:10]))


def _shown(found: Range) -> str:
    return ":".join(f"{_letters(column)}{row + 1}" for row, column in found)


def _letters(index: int) -> str:
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _read(sheet: _Sheet, header: Header) -> Iterator[Record]:
    rows = Rows(header)
    specs = header.specs
    width = len(specs)
    merges = _MergedRows(_merges(sheet))
    for number, cells in sheet.rows():
        if number <= header.row or (not any(cells) and all(cell == "" for cell in cells)):
            continue
        faults = merges.faults(number)
        texts, spare = cells[:width], cells[width:]
        if set(map(type, texts)) != _ALL_TEXT:
            texts = _as_texts(texts, specs, number, faults)
        if number in sheet.marks.cells:
            _add_marks(texts, specs, number, sheet.marks, faults)
        if spare and any(cell != "" for cell in spare):
            faults.append(fault("nameless_cell", number))
        yield rows.record(number, texts, faults)


def _as_texts(cells: list[Any], specs: Sequence[FieldSpec | None], number: int, faults: list[Finding]) -> list[str]:
    texts = []
    for cell, spec in zip(cells, specs, strict=True):
        text, finding = text_of(cell, spec, number)
        texts.append(text)
        if finding is not None:
            faults.append(finding)
    return texts


def _add_marks(
    texts: list[str], specs: Sequence[FieldSpec | None], number: int, marks: Marks, faults: list[Finding]
) -> None:
    """Adds what was seen in the row's XML; a cell's error, which the reader leaves out, becomes its text."""
    for index, rule, text in marks.cells[number]:
        spec = specs[index] if index < len(specs) else None
        if spec is not None:
            texts[index] = texts[index] or text
            faults.append(told(rule, spec, number, texts[index]))


@dataclass(slots=True)
class _MergedRows:
    """Tells of rows, asked for in order, whether a merged range goes through them."""

    ranges: Sequence[Range]
    _next: int = 0
    _last: int = -1
    _name: str = field(default="")

    def faults(self, number: int) -> list[Finding]:
        """The row's finding, if any."""
        while self._next < len(self.ranges) and self.ranges[self._next][0][0] < number:
            found = self.ranges[self._next]
            self._next += 1
            if found[1][0] > self._last:
                self._last, self._name = found[1][0], _shown(found)
        return [fault("merged_cells", number, "", self._name)] if number - 1 <= self._last else []
