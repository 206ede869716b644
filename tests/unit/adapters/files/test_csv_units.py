"""A CSV list cut into units of whole rows: what comes out of them is what the file holds, wherever it is cut."""

import io
import pickle
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.adapters.files import csv_units, open_list
from vanbang.adapters.files.csv_units import CsvUnit, whole_rows
from vanbang.catalog import LIST_TYPES
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.notary.lists import GraduationList, ListUnreadable, Row


def written(rows: int) -> list[bytes]:
    """The lines of a list: header and rows."""
    text = io.StringIO(newline="")
    write_csv(sample_rows(rows, "units"), text)
    return text.getvalue().encode().splitlines(keepends=True)


HEADER, *LINES = written(8)


def told(rows: Iterator[Row]) -> list[object]:
    """All rows, and what ended the reading."""
    found: list[object] = []
    try:
        for row in rows:
            found.append((row.number, dict(row.cells), list(row.faults)))
    except ListUnreadable as error:
        found.append(error.findings)
    return found


def from_units(listed: GraduationList) -> Iterator[Row]:
    for unit in listed.units():
        yield from pickle.loads(pickle.dumps(unit)).rows()  # noqa: S301 -- ours


PIECES = [*LINES, b'"', b"\n", b"\r", b"\r\n", b",", b'""', b'",', b',"', b"\xff", b'"\n', b"\n\n", LINES[0][:100]]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.integers(1, 4), st.sampled_from([200, 900, 10**6]))
def test_units_hold_what_the_file_holds(pieces: list[bytes], rows: int, text: int) -> None:
    """Row for row, finding for finding, also where quotation marks, line ends and bytes stand as nobody expects."""
    data = HEADER + b"".join(pieces) + LINES[-1]  # a last row that is whole: only then does it not matter what it is
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_units, "UNIT_ROWS", rows)
        patch.setattr(csv_units, "UNIT_TEXT", text)
        with open_list(io.BytesIO(data), LIST_TYPES) as listed:
            whole = told(listed.rows())
        with open_list(io.BytesIO(data), LIST_TYPES) as listed:
            assert told(from_units(listed)) == whole


@pytest.mark.parametrize("is_trimmed_before", [False, True])
def test_a_short_last_row_is_judged_by_all_before_it(monkeypatch: pytest.MonkeyPatch, is_trimmed_before: bool) -> None:
    """Whether the last row was cut off or only written without its empty cells, its unit says as the file does."""
    monkeypatch.setattr(csv_units, "UNIT_TEXT", 500)
    short = [line.rstrip(b",\r\n") + b"\n" for line in LINES]
    data = HEADER + b"".join([short[0] if is_trimmed_before else LINES[0], *LINES[1:7], short[7]])
    with open_list(io.BytesIO(data), LIST_TYPES) as listed:
        whole = told(listed.rows())
    with open_list(io.BytesIO(data), LIST_TYPES) as listed:
        assert told(from_units(listed)) == whole
    assert [finding.rule for finding in whole[-1][2]] == ["cells_left_out" if is_trimmed_before else "cut_off"]  # type: ignore[index]


def test_quoted_line_ends_do_not_cut() -> None:
    """A quoted cell with line ends in it stays in one piece, and counts as one row."""
    assert list(whole_rows('a,"x\ny"\nb,"', ",", is_end=False)) == [('a,"x\ny"\n', 1)]
    assert list(whole_rows('a,5" x\nb,c\r', ",", is_end=False)) == [('a,5" x\n', 1)]
    assert list(whole_rows('"a""b"\r\n\r\nc', ",", is_end=True)) == [('"a""b"\r\n\r\nc', 3)]


def test_how_much_is_read_is_known() -> None:
    """The share grows to 1, so that a bar knows where it stands."""
    data = HEADER + b"".join(LINES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_units, "UNIT_TEXT", 900)
        patch.setattr("vanbang.adapters.files.text_lines.BLOCK", 500)
        with open_list(io.BytesIO(data), LIST_TYPES) as listed:
            units = list(listed.units())
    shares = [unit.share for unit in units]
    assert shares == sorted(shares)
    assert (shares[-1], len(units) > 3) == (1.0, True)
    assert all(isinstance(unit, CsvUnit) for unit in units)
