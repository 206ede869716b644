"""Rows of a CSV list out of its lines: every structural fault told with its row and what to do about it."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Final

from vanbang.adapters.files.faults import fault, unreadable
from vanbang.adapters.files.header import Header
from vanbang.adapters.files.table import LONGEST_CELL, Record, Rows
from vanbang.adapters.files.text_lines import LineFault
from vanbang.notary.lists import ListUnreadable

FORMULA_SIGNS: Final = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
"""How what a spreadsheet takes for a formula may begin; those of East Asia read the wide signs alike."""

ESCAPED: Final = re.compile(rf"'+{FORMULA_SIGNS}")
"""How a text begins that we wrote so that no spreadsheet takes it for a formula: one apostrophe more than it has."""

csv.field_size_limit(LONGEST_CELL)  # the csv module knows this limit only for the whole process

Cells = tuple[int, list[str]]


def cells_of(lines: Iterable[str], separator: str, first: int = 1) -> Iterator[Cells]:
    """Row number, from `first` on, and cells. A quoted cell may span lines, a spreadsheet shows it as one row."""
    number = first - 1
    table = csv.reader(lines, delimiter=separator, strict=True)
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


def records_of(
    rows: Iterable[Cells], header: Header, width: int, *, is_last: bool = True, is_trimmed: bool = False
) -> Iterator[Record]:
    """The records of rows below the header, whose own row has `width` cells.

    Every row must have as many: a separator within a cell may push out an empty last one. A shorter row passes if what
    it lacks may be empty and its own last cell is not: so Excel writes rows whose last cells are empty, and no lost
    separator does. The very last row (`is_last`) passes only where others are written so as well, among these or
    before them (`is_trimmed`).
    """
    made, named, is_ours = Rows(header), len(header.written), header.own_column is not None
    short: Cells | None = None
    try:
        for number, cells in rows:
            if number <= header.row or not any(cells):
                continue
            if short is not None:
                is_trimmed |= leaves_out(header, short[1])
                yield _shorter(made, short, header)
                short = None
            if len(cells) < width:
                short = number, cells
            elif len(cells) > width or any(cells[named:]):
                yield _miscounted(made, (number, cells), named, "cell_count")
            else:
                yield made.record(number, _unescaped(cells[:named]) if is_ours else cells[:named])
    except ListUnreadable:
        if short is not None:
            yield _shorter(made, short, header)
        raise
    if short is not None:
        yield _shorter(made, short, header) if is_trimmed or not is_last else _last(made, short, header)


def leaves_out(header: Header, texts: list[str]) -> bool:
    """Whether a row with too few cells is written as Excel writes one whose last cells are empty."""
    needed = max((place for place, spec in enumerate(header.specs, 1) if spec and spec.required), default=0)
    return needed <= len(texts) and bool(texts[-1])


def _shorter(rows: Rows, cells: Cells, header: Header) -> Record:
    if not leaves_out(header, cells[1]):
        return _miscounted(rows, cells, len(header.written), "cell_count")
    number, texts = cells
    left = len(header.written) - len(texts)
    whole = [*texts, *[""] * left] if left > 0 else texts[: len(header.written)]
    faults = [fault("cells_left_out", number, "", str(left))] if left > 0 else []
    return rows.record(number, whole if header.own_column is None else _unescaped(whole), faults)


def _last(rows: Rows, cells: Cells, header: Header) -> Record:
    return _miscounted(rows, cells, len(header.written), "cut_off")


def _miscounted(rows: Rows, cells: Cells, width: int, rule: str) -> Record:
    number, texts = cells
    return rows.broken(number, texts, fault(rule, number, "", str(len(texts)), columns=width))


def _unescaped(cells: list[str]) -> list[str]:
    return [text[1:] if text.startswith("'") and ESCAPED.match(text) else text for text in cells]
