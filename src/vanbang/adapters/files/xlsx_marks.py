"""What the readers of XLSX do not tell, found in the XML of a sheet as it streams by.

Formulas, error cells, hidden rows and columns; and whether the sheet is so wide, long or repetitive that a reader
would need all memory for it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from vanbang.adapters.files.faults import unreadable

MOST_MARKS = 100_000
"""Formulas and error cells that are remembered; a sheet with more wants pasting as values as a whole."""

MOST_CELLS = 8_000_000
"""Cells of the rectangle around all that is filled: a reader takes some 100 bytes for each, 30 for an empty one."""

LONGEST_ROW = 16 * 1024 * 1024
"""Bytes of XML between the ends of two rows."""

LARGEST_TEXTS = 512 * 1024 * 1024
"""Bytes of all texts when each shared one is repeated where it stands."""

_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*)>")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})([1-9][0-9]{0,6})[\"']")
_R = re.compile(rb"\sr\s*=")
_FORMULA = re.compile(rb"<(?:\w+:)?c(\s[^<>]*[^<>/])>\s*<(?:\w+:)?f[\s/>]")
_ERROR = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*\st\s*=\s*[\"']e[\"'][^<>]*)>"
    rb"(?:\s*<(?:\w+:)?f[^<>]*>(?:[^<>]*<[^<>]*>)?)?\s*(?:<(?:\w+:)?v>([^<>]*))?"
)
_UNUSUAL = re.compile(
    rb"<c(?! r=\"[AB]?[A-Z][0-9]{1,5}\"(?: s=\"[0-9]{1,7}\")?(?: t=\"[A-Za-z]+\")?/?>)(?![A-Za-z])",
)
"""A cell that is not written as everyone writes it, or stands outside of the 78 columns and 99,999 rows that hold fewer
than MOST_CELLS: one look for what would take three."""
_PREFIXED = re.compile(rb":c[\s/>]")
_COUNTED = re.compile(rb"ount\s*=\s*[\"']\s*\+?[0-9]{8}|ount\s{9}|ount\s{0,8}=\s{9}")
_FILLED = re.compile(rb"<(?:\w+:)?c(?=\s)[^<>]*\sr\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?:[^<>]*[^<>/])?>")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"'][^<>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*hidden\s*=\s*[\"'](?:1|true)[\"']")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^<>]*hidden\s*=\s*[\"'](?:1|true)[\"']")


@dataclass(slots=True)
class Marks:
    """What was seen in a sheet. `cells` holds, by row number, (column index, rule, text) of formulas and errors."""

    cells: dict[int, list[tuple[int, str, str]]] = field(default_factory=lambda: defaultdict(list))
    hidden_rows: int = 0
    hidden_columns: bool = False
    is_far: bool = False
    shared: int = 0
    """Cells that hold a shared text."""
    _count: int = 0

    def passed_on(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks of the sheet's XML as they are, looked at. Raises ListUnreadable."""
        for chunk, whole in _whole_rows(chunks):
            self._look_at(whole)
            yield chunk

    def _look_at(self, xml: bytes) -> None:
        if _UNUSUAL.search(xml) or _PREFIXED.search(xml):
            _check_places(xml)
            self.is_far = True
        if b"<f" in xml or b":f" in xml:
            for found in _FORMULA.finditer(xml):
                self._mark(found[1], "formula_cell")
        if b'"e"' in xml:
            for found in _ERROR.finditer(xml):
                self._mark(found[1], "spreadsheet_error", (found[2] or b"").decode(errors="replace"))
        if b"hidden" in xml:
            self.hidden_rows += sum(1 for _ in _HIDDEN_ROW.finditer(xml))
            self.hidden_columns = self.hidden_columns or _HIDDEN_COLUMN.search(xml) is not None
        self.shared += xml.count(b'"s"')

    def _mark(self, attributes: bytes, rule: str, text: str = "") -> None:
        self._count += 1
        if self._count > MOST_MARKS:
            raise unreadable("too_many_marks")
        place = _PLACE.search(attributes)
        if place is not None:
            self.cells[int(place[2])].append((column_index(place[1]), rule, text))


def column_index(letters: bytes) -> int:
    """0 for A, 26 for AA."""
    index = 0
    for letter in letters:
        index = 26 * index + letter - ord("A") + 1
    return index - 1


def check_box(chunks: Iterator[bytes]) -> None:
    """Raises ListUnreadable when the rectangle around the filled cells is beyond what can be held."""
    last_row, last_column = 0, 0
    for _, xml in _whole_rows(chunks):
        for letters, digits in _FILLED.findall(xml):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, column_index(letters))
    if last_row * (last_column + 1) > MOST_CELLS:
        raise unreadable("too_large", 0, "", f"{last_row} × {last_column + 1} > {MOST_CELLS}")


def check_texts(strings: Iterator[bytes], sheet: Iterator[bytes], shared: int) -> None:
    """Raises ListUnreadable when the shared strings, repeated where they stand in the sheet, take too much room.

    First by the longest of them, and only if that may be too much by all.
    """
    lengths = _lengths(strings)
    if max(lengths, default=0) * shared <= LARGEST_TEXTS:
        return
    total = 0
    for _, xml in _whole_rows(sheet):
        total += sum(lengths[index] for found in _SHARED.findall(xml) if (index := int(found)) < len(lengths))
        if total > LARGEST_TEXTS:
            raise unreadable("too_large", 0, "", f"> {LARGEST_TEXTS}")


def strings_passed_on(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks of the shared strings as they are. Raises ListUnreadable when they announce more than a sheet has
    cells: readers make room for it at once, and a process without room ends."""
    tail = b""
    for chunk in chunks:
        if _COUNTED.search(tail + chunk):
            raise unreadable("damaged", 0, "", "count", format="XLSX")
        tail = chunk[-64:]
        yield chunk


def _lengths(strings: Iterator[bytes]) -> list[int]:
    """The bytes of XML that each shared string takes."""
    lengths: list[int] = []
    open_bytes = 0
    for chunk in strings:
        *ended, rest = chunk.split(b"si>")
        for part in ended:
            if part.endswith((b"/", b":")):
                lengths.append(open_bytes + len(part))
                open_bytes = 0
            else:
                open_bytes += len(part)
        open_bytes += len(rest)
    return lengths


def _check_places(xml: bytes) -> None:
    for found in _CELL.finditer(xml):
        if len(_R.findall(found[1])) != 1 or _PLACE.search(found[1]) is None:
            raise unreadable("damaged", 0, "", "a cell without its place", format="XLSX")


def _whole_rows(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk, and with it the XML up to the last row that has ended: no cell is cut in two."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = rest.rfind(b"row>") + len(b"row>")
        if end < len(b"row>"):
            end = 0
        if len(rest) - end > LONGEST_ROW:
            raise unreadable("too_large", 0, "", f"> {LONGEST_ROW}")
        yield chunk, rest[:end]
        rest = rest[end:]
    yield b"", rest
