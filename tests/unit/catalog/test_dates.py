"""Days as spreadsheets and people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.catalog import type_by_name
from vanbang.catalog.dates import LONGEST_DAY, day, guessed_day, is_impossible_day, understood_day

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}

UNDERSTOOD = [
    *("5/6/2026", "05/6/2026", "5-6-2026", "05-06-2026", "5.6.2026", "05.06.2026", "5 / 6 / 2026"),
    *("2026-06-05", "2026/06/05", "2026.06.05", "2026-6-5"),
    *("2026-06-05 00:00:00", "2026-06-05T00:00:00", "2026-06-05 00:00", "2026-06-05 00:00:00.000", "5/6/2026 0:00"),
    *("05/06/2026 00:00:00", "ngày 5 tháng 6 năm 2026", "Ngày 05 tháng 06 năm 2026", "5 tháng 6 năm 2026"),
    *("5 tháng 6, năm 2026", "NGÀY 5 THÁNG 6 NĂM 2026", "ngay 5 thang 6 nam 2026"),
]

NOT_UNDERSTOOD = [
    *("5/6/26", "05-06-26", "26/06/05", "06/27/2026", "5/6-2026", "2026-06-05 13:30", "2026-06-05T00:00:00Z"),
    *("6/5/2026 12:00:00 AM", "5 June 2026", "5-Jun-2026", "46178", "2026", "6/2026", "05062026", "20260605", ""),
    *("0005/06/2026", "५/६/२०२६", "ngày 5 tháng 6", "5/6/2026 và 6/6/2026", "1/1/2026" + " " * 100),
]


@pytest.mark.parametrize("written", UNDERSTOOD)
def test_the_styles_of_vietnamese_lists_are_understood(written):
    """Day before month or year first, with midnight behind it or in words: one day, and the record holds its form."""
    assert understood_day(written) == "05/06/2026"
    record, found = DIPLOMA.parse(EXAMPLE | {"ngay_cap_vbcc": written})
    assert [(entry.rule, entry.suggestion) for entry in found] == [("date_style", "05/06/2026")]
    assert record.ngay_cap_vbcc == "05/06/2026"


@pytest.mark.parametrize("written", NOT_UNDERSTOOD)
def test_nothing_is_guessed(written):
    """Two-digit years, months first, times of day, months without day and numbers are left to a person."""
    assert understood_day(written) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [("03/27/2004", "27/03/2004"), ("3-27-2004", "27/03/2004"), ("38073", "27/03/2004"), ("46178", "05/06/2026")],
)
def test_a_likely_meaning_is_suggested_only(written, meant):
    """What is possible with the month first only, and a spreadsheet's number of a day, come with a suggestion."""
    record, found = DIPLOMA.parse(EXAMPLE | {"ngay_sinh": written})
    assert record is None
    assert [(entry.rule, entry.suggestion) for entry in found] == [("date_form", meant)]
    assert guessed_day(written) == meant


@pytest.mark.parametrize("written", ["31/04/2026", "31/4/2026", "2026-04-31", "0/1/2026", "ngày 30 tháng 2 năm 2026"])
def test_a_day_in_no_calendar_is_told_once(written):
    """In whatever style, such a day is one error, and other rules do not speak of it."""
    assert is_impossible_day(written)
    assert understood_day(written) is None
    assert [entry.rule for entry in DIPLOMA.parse(EXAMPLE | {"ngay_cap_vbcc": written})[1]] == ["date_missing"]


def test_long_cells_are_not_remembered():
    """A cell that cannot be a day leaves nothing in the cache of days."""
    before = day.cache_info().currsize
    for length in range(LONGEST_DAY + 1, LONGEST_DAY + 50):
        DIPLOMA.parse(EXAMPLE | {"ngay_sinh": "9" * length, "ngay_nhap_hoc": "x" * length})
    assert day.cache_info().currsize <= before + len([name for name in EXAMPLE if name.startswith("ngay")])


@given(st.dates(min_value=date(1927, 6, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_understood_in_every_style(born):
    """Each style leads back to the day it was written from."""
    form = f"{born:%d/%m/%Y}"
    assert day(form) == born
    for style in (f"{born.day}/{born.month}/{born.year}", f"{born:%Y-%m-%d 00:00:00}", f"{born:%Y/%m/%d}"):
        assert understood_day(style) == form
    assert guessed_day(str((born - date(1899, 12, 30)) // timedelta(days=1))) == form
