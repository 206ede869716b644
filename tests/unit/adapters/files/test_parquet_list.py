"""Parquet lists: columns of text are read, typed ones become text or are told, and damaged files are refused."""

import datetime as dt
import decimal
import io
import pickle
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.adapters.files import open_list, parquet_list
from vanbang.catalog import type_by_name
from vanbang.core.errors import VanbangError
from vanbang.notary.lists import FINDINGS_COLUMN, ListUnreadable

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}


def made(columns, **how) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **how)
    return out.getvalue()


def columns(rows: int = 1, **other):
    return {name: [value] * rows for name, value in EXAMPLE.items()} | other


def opened(data: bytes):
    with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
        return listed.form, list(listed.rows())


def refused(data: bytes):
    with pytest.raises(ListUnreadable) as caught:
        opened(data)
    return [(finding.rule, finding.column) for finding in caught.value.findings]


def test_rows_are_numbered_from_one():
    """The file has no header row: its first row is row 1, over batches and row groups; blank ones count."""
    data = columns(5_000)
    for values in data.values():
        values[1] = None
    form, rows = opened(made(data, row_group_size=1_500))
    assert [row.number for row in rows] == [1, *range(3, 5_001)]
    assert all(row.cells == EXAMPLE for row in rows)
    assert form.format == "parquet"


def text(kind):
    return pa.array([EXAMPLE["xep_loai"]], kind)


TEXTS = {
    "large": text(pa.large_string()),
    "view": text(pa.string_view()),
    "dictionary": text(pa.string()).dictionary_encode(),
    "large dictionary": text(pa.large_string()).dictionary_encode(),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_all_kinds_of_text_are_read(kind):
    """How a text is stored makes no difference."""
    (row,) = opened(made(columns(xep_loai=TEXTS[kind])))[1]
    assert row.cells == EXAMPLE
    assert not row.faults


CELLS = {
    "a date where a date belongs": ("ngay_sinh", dt.date(2004, 3, 27), "27/03/2004", None),
    "midnight": ("ngay_sinh", dt.datetime.fromisoformat("2004-03-27"), "27/03/2004", None),
    "a date with a time": (
        "ngay_sinh",
        dt.datetime.fromisoformat("2004-03-27T08:00"),
        "27/03/2004",
        "time_cell",
    ),
    "a date elsewhere": ("so_vao_so", dt.date(2026, 6, 5), "2026-06-05", "date_cell"),
    "a whole number in a number's column": ("tong_so_tin_chi", 132, "132", None),
    "a decimal in a number's column": ("tong_so_tin_chi", decimal.Decimal("130.5"), "130.5", None),
    "a number in a text's column": ("ma_nguoi_hoc", 20220123, "20220123", "number_cell"),
    "a long whole number": ("so_hieu_vbcc", 1234567890123456789, "1234567890123456789", "number_cell"),
    "a long floating number": ("so_hieu_vbcc", 1234567890123456.0, "1.23456789012346e+15", "number_too_long"),
    "no number": ("so_hieu_vbcc", float("nan"), "nan", "number_too_long"),
    "a truth value": ("xep_loai", True, "true", "not_text"),
    "nothing": ("ghi_chu", None, "", None),
}


@pytest.mark.parametrize("case", CELLS)
def test_typed_columns_become_text_or_are_told(case):
    """Each type of value gives the text that people read, and a fault where it may have cost something."""
    name, value, said, rule = CELLS[case]
    (row,) = opened(made(columns(**{name: [value]})))[1]
    assert row.cells == EXAMPLE | {name: said}
    assert [(f.row, f.column, f.rule) for f in row.faults] == ([(1, name, rule)] if rule else [])


TYPES = {
    "list": pa.array([["Giỏi"]]),
    "struct": pa.array([{"a": "Giỏi"}]),
    "map": pa.array([[("a", "b")]], pa.map_(pa.string(), pa.string())),
    "binary": pa.array([b"x"]),
    "time": pa.array([dt.time(1)]),
    "a moment somewhere": pa.array([dt.datetime.fromisoformat("2026-01-01")], pa.timestamp("us", "Asia/Ho_Chi_Minh")),
}


@pytest.mark.parametrize("kind", TYPES)
def test_columns_of_other_types_are_refused_by_name(kind):
    """What has no one written form is told with its column and type."""
    assert refused(made(columns(xep_loai=TYPES[kind]))) == [("column_type", "xep_loai")]


def test_times_finer_than_a_microsecond_are_read():
    """A day with nanoseconds is told as a day with a time."""
    moment = pa.array([1_080_345_600_000_000_001], pa.timestamp("ns"))
    assert [f.rule for f in opened(made(columns(ngay_sinh=moment)))[1][0].faults] == []
    moment = pa.array([1_080_345_600_000_001_001], pa.timestamp("ns"))
    assert [f.rule for f in opened(made(columns(ngay_sinh=moment)))[1][0].faults] == ["time_cell"]


def test_a_day_outside_of_all_calendars_is_refused():
    """A date that Python cannot hold ends the reading, not the program."""
    assert refused(made(columns(ngay_sinh=pa.array([2**31 - 1], pa.date32())))) == [("damaged", "")]


def test_our_own_column_is_passed_over():
    """A file with findings is read as the list it was made of."""
    (row,) = opened(made(columns(**{FINDINGS_COLUMN: ["Sửa lại"]})))[1]
    assert row.cells == EXAMPLE


def test_what_is_stored_once_cannot_fill_the_memory(monkeypatch):
    """A long text that stands in every row counts as often as it stands there."""
    monkeypatch.setattr(parquet_list, "LARGEST_BATCH", 100_000)
    assert refused(made(columns(1_000, ghi_chu=["x" * 1_000] * 1_000))) == [("too_large", "")]


def test_what_resembles_the_one_before_cannot_fill_the_memory_either():
    """An encoding in which a repeated text takes no room is not unfolded at all."""
    folded = {"use_dictionary": False, "column_encoding": {"ghi_chu": "DELTA_BYTE_ARRAY"}}
    assert refused(made(columns(1_000, ghi_chu=["x" * 1_000] * 1_000), **folded)) == [("damaged", "")]


def test_units_hold_what_the_file_holds(monkeypatch):
    """Row for row the same, also where row groups differ in how they are read, and batches are cut to travel."""
    monkeypatch.setattr(parquet_list, "UNIT_BYTES", 20_000)
    monkeypatch.setattr(parquet_list, "LARGEST_BATCH", 1_000 * 300)
    data = made(columns(60, ghi_chu=["", "ngắn", "x" * 250] * 10 + ["y" * 400] * 30), row_group_size=30)
    with open_list(io.BytesIO(data), (DIPLOMA,)) as listed:
        units = [pickle.loads(pickle.dumps(unit)) for unit in listed.units()]  # noqa: S301 -- ours
    rows = [row for unit in units for row in unit.rows()]
    assert [(row.number, row.cells) for row in rows] == [(row.number, row.cells) for row in opened(data)[1]]
    assert (len(rows), len(units) > 2, units[-1].share) == (60, True, 1.0)


@pytest.mark.slow
def test_a_small_file_of_endless_rows_is_refused(monkeypatch):
    """Rows that cost nothing to store are counted before they are read; their text is, as it comes."""
    monkeypatch.setattr(parquet_list, "MOST_ROWS", 2_000_000)
    blank = made({name: pa.nulls(3_000_000, pa.string()) for name in EXAMPLE}, row_group_size=3_000_000)
    assert len(blank) < 500_000
    assert refused(blank) == [("too_large", "")]
    monkeypatch.setattr(parquet_list, "LARGEST_LIST", 1_000_000)
    assert refused(made(columns(5_000))) == [("too_large", "")]


def test_a_row_group_that_declares_too_much_is_refused(monkeypatch):
    """The sizes in the footer are looked at before any page."""
    monkeypatch.setattr(parquet_list, "LARGEST_GROUP", 100)
    assert refused(made(columns())) == [("too_large", "")]


GOOD = made(columns(3))
BROKEN = {
    "cut off": GOOD[:-10],
    "only the magic": b"PAR1",
    "an empty footer": b"PAR1" + bytes(4) + b"PAR1",
    "a footer longer than all": b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1",
    "pages overwritten": GOOD[:40] + b"\xff" * 400 + GOOD[440:],
}


@pytest.mark.parametrize("case", BROKEN)
def test_damaged_files_are_refused(case):
    """A file that is not whole is told as such."""
    assert refused(BROKEN[case]) == [("damaged", "")]


def test_encrypted_files_are_refused():
    """A file with an encrypted footer is told as locked."""
    assert refused(b"PARE" + bytes(100) + b"PARE") == [("format_encrypted", "")]


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"email": ["x"]}, "column_unknown"), ({"Họ và tên": ["x"]}, "column_repeated")],
)
def test_columns_are_looked_at_like_a_header(change, rule):
    """Unknown and repeated columns are told by name."""
    assert [found for found, _ in refused(made(columns(**change)))] == [rule]


def test_a_list_without_rows_is_told():
    """No row is no list."""
    assert refused(made({name: pa.array([], pa.string()) for name in EXAMPLE})) == [("no_rows", "")]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
def test_damaged_bytes_raise_nothing_but_our_errors(damages):
    """Bytes changed anywhere give rows or findings."""
    data = bytearray(GOOD)
    for place, content in damages:
        start = 4 + int(place * (len(data) - 8))
        data[start : start + len(content)] = content
    with suppress(VanbangError):
        opened(bytes(data))
