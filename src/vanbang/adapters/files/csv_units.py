"""A CSV list in units of whole rows: the text is cut between two rows here, and taken apart where it is looked at.

What comes out of the units is what `csv_list` reads from the whole file; here only the places to cut are found, in a
tenth of the time.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import BinaryIO, Final

from vanbang.adapters.files.csv_rows import Cells, cells_of, leaves_out, records_of
from vanbang.adapters.files.encodings import WINDOWS_1258, Encoding
from vanbang.adapters.files.faults import unreadable
from vanbang.adapters.files.header import Header
from vanbang.adapters.files.table import LONGEST_LINE, MOST_ROWS
from vanbang.adapters.files.text_lines import LineFault, text_blocks
from vanbang.notary.lists import UNIT_ROWS, ListUnreadable, Row

UNIT_TEXT: Final = 2**21
"""Characters of a unit: some 4,000 diplomas."""

EXCEL_SEPARATOR: Final = re.compile(r"\"?sep=([,;\t|])\"?[\r\n]*", re.IGNORECASE)
"""Excel's own first line, which names the separator; it is no row."""


@dataclass(frozen=True, slots=True)
class CsvUnit:
    """Whole rows, the first of them row `first`. `is_last`: no row of the list follows; then `is_trimmed` says whether
    a row before them was written without its last cells."""

    text: str
    first: int
    separator: str
    header: Header
    width: int
    share: float
    is_last: bool = False
    is_trimmed: bool = False

    def cells(self) -> Iterator[Cells]:
        """Row numbers and cells."""
        return cells_of(io.StringIO(self.text, newline=""), self.separator, self.first)

    def rows(self) -> Iterator[Row]:
        records = records_of(self.cells(), self.header, self.width, is_last=self.is_last, is_trimmed=self.is_trimmed)
        return (record.row for record in records)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file whose header was read: in row `header.row`, with `width` cells. `again` gives its cells from row 1 on."""

    stream: BinaryIO
    encoding: Encoding
    separator: str
    header: Header
    width: int
    again: Callable[[], Iterator[Cells]]

    def units(self) -> Iterator[CsvUnit]:
        """All of it; the unit behind which nothing comes is marked. Raises ListUnreadable for what is no text."""
        waiting: CsvUnit | None = None
        first = 1
        try:
            for text, rows, share in self._cut():
                if not text.strip("\r\n"):  # what stands before blank lines may still be the last row
                    first += rows
                    continue
                if waiting is not None:
                    yield waiting
                if first > MOST_ROWS:
                    raise unreadable("too_large", first, "", f"> {MOST_ROWS}")
                waiting = CsvUnit(text, first, self.separator, self.header, self.width, share)
                first += rows
        except LineFault as error:
            if waiting is not None:
                yield waiting
            raise unreadable(error.rule, first, "", error.value, **error.facts) from error
        if waiting is not None:
            yield self._marked(waiting)

    def _cut(self) -> Iterator[tuple[str, int, float]]:
        """Whole rows, how many they are, and how much of the file is read. A LineFault comes behind what is good."""
        size = self.stream.seek(0, io.SEEK_END) or 1
        blocks = text_blocks(self.stream, self.encoding)
        text, fault, is_end = _filled("", blocks)
        text = _without_excel_line(text)
        while True:
            share = self.stream.tell() / size
            for whole, rows in whole_rows(text, self.separator, is_end=is_end and fault is None):
                yield self._composed(whole), rows, share
                text = text[len(whole) :]
            if is_end:
                break
            if len(text) > LONGEST_LINE:
                raise LineFault("line_too_long", limit=LONGEST_LINE)
            text, fault, is_end = _filled(text, blocks)
        if fault is not None:
            raise fault

    def _composed(self, text: str) -> str:
        return text if self.encoding is not WINDOWS_1258 else unicodedata.normalize("NFC", text)

    def _marked(self, unit: CsvUnit) -> CsvUnit:
        """The last unit. Only if its last row is short does it matter how those before were written."""
        try:
            filled = [cells for _, cells in unit.cells() if any(cells)]
        except ListUnreadable:
            return unit
        is_short = bool(filled) and len(filled[-1]) < self.width
        return replace(unit, is_last=True, is_trimmed=is_short and self._has_trimmed(unit.first))

    def _has_trimmed(self, before: int) -> bool:
        return any(
            number > self.header.row and any(cells) and len(cells) < self.width and leaves_out(self.header, cells)
            for number, cells in islice(self.again(), before - 1)
        )


def _filled(text: str, blocks: Iterator[str]) -> tuple[str, LineFault | None, bool]:
    """The text with blocks behind it until it is long enough for a unit; what ended it, and whether anything did."""
    pieces, length = [text], len(text)
    try:
        for block in blocks:
            pieces.append(block)
            length += len(block)
            if length >= UNIT_TEXT:
                return "".join(pieces), None, False
    except LineFault as error:
        return "".join(pieces), error, True
    return "".join(pieces), None, True


def whole_rows(text: str, separator: str, *, is_end: bool) -> Iterator[tuple[str, int]]:
    """The text up to its last whole row, in pieces of at most some UNIT_ROWS, with the number of rows of each.

    `is_end`: nothing follows. A row that cannot be read is in the last piece: whoever reads it says what is wrong.
    """
    while text:
        end = len(text) if is_end else _line_end(text)
        head = text[:end]
        bare = _quoted(separator).sub("", head)
        rows = _line_ends(bare) + (bare[-1:] not in ("\r", "\n"))
        if not head:
            return
        if '"' in bare or rows > 2 * UNIT_ROWS:
            head, rows, is_broken = _counted(head, separator, is_end=is_end)
            if is_broken:
                yield head, rows
                return
        if not rows:
            return
        yield head, rows
        text = text[len(head) :]


def _counted(head: str, separator: str, *, is_end: bool) -> tuple[str, int, bool]:
    """The first whole rows, counted one by one, for quotation marks stand where they are not expected; and whether one
    that cannot be read is among them."""
    read = rows = length = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for line in io.StringIO(head, newline=""):
            read += len(line)
            yield line

    try:
        for _ in islice(csv.reader(lines(), delimiter=separator, strict=True), UNIT_ROWS):
            rows, length = rows + 1, read
    except csv.Error as error:
        if "unexpected end" not in str(error) or (is_end and not rows):
            return head, rows + 1, True
    return head[:length], rows, False


@cache
def _quoted(separator: str) -> re.Pattern[str]:
    """A whole cell in quotation marks. Where there are no others, only line ends outside of them end rows."""
    ends = re.escape(separator) + "\r\n"
    return re.compile(rf'"(?<![^{ends}]")[^"]*+(?:""[^"]*+)*+"(?=[{ends}]|\Z)')


def _line_end(text: str) -> int:
    """Where the last whole line ends. A CR at the end stays open: an LF may follow."""
    return max(text.rfind("\n"), text.rfind("\r", 0, max(0, len(text) - 1))) + 1


def _line_ends(text: str) -> int:
    found = text.count("\n")
    return found if "\r" not in text else found + text.count("\r") - text.count("\r\n")


def _without_excel_line(text: str) -> str:
    first = next(io.StringIO(text, newline=""), "")
    return text[len(first) :] if first and EXCEL_SEPARATOR.fullmatch(first) else text
