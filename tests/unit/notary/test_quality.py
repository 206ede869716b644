"""The four scores of a list: shares of rows and cells; no hundred that was not earned, nothing unchecked scored."""

import pytest

from given_lists import DIPLOMA, GivenList, numbered
from vanbang.catalog.sampling import sample_rows
from vanbang.notary.checking import check_list
from vanbang.notary.quality import CheckReport, _percent
from vanbang.notary.registers import Registers
from vanbang.ports import RegisterEntry


def checked(rows, registers=None) -> CheckReport:
    checks = (registers.check,) if registers else ()
    return check_list(GivenList(numbered(rows)), CheckReport(), checks)


def test_a_clean_list_scores_a_hundred_in_what_was_checked():
    """Accurate and clean are 100, and live has no score where no register was given."""
    report = checked(sample_rows(20, "clean"))
    assert (report.score("accurate"), report.score("clean"), report.score("live")) == (100.0, 100.0, None)


def test_nothing_checked_has_no_score():
    """A list without rows has no score at all."""
    report = checked([])
    assert {name: entry["score"] for name, entry in report.as_json()["scores"].items()} == {
        "accurate": None, "complete": None, "clean": None, "live": None,
    }  # fmt: skip


@pytest.mark.parametrize(("good", "of", "percent"), [(9_999_999, 10_000_000, 99.9), (1, 3, 33.3), (3, 3, 100.0)])
def test_scores_round_down(good, of, percent):
    """One faulty row in ten million is not a hundred percent."""
    assert _percent(good, of) == percent


def test_a_row_counts_once_in_each_dimension():
    """Two faults of one kind in a row take one row off the score, and a fault of another kind its own."""
    rows = list(sample_rows(10, "once"))
    rows[0] |= {"ngay_sinh": "31/02/2004", "nam_tot_nghiep": "1999", "ho_va_ten": " " + rows[0]["ho_va_ten"]}
    report = checked(rows)
    assert (report.score("accurate"), report.score("clean")) == (90.0, 90.0)
    assert report.tallies["accurate"].errors >= 2


def test_missing_cells_lower_completeness():
    """Required and recommended cells count alike, by column."""
    rows = [dict(row) for row in sample_rows(10, "cells")]
    whole = checked(rows)
    for row in rows[:5]:
        row["noi_sinh"] = ""
    fewer = checked(rows)
    assert fewer.missing["noi_sinh"] == 5
    assert fewer.missing.total() == whole.missing.total() + 5
    assert fewer.score("complete") < whole.score("complete") <= 100.0


def test_live_is_a_share_of_the_rows_that_were_compared():
    """With a register of programmes, rows of programmes that are not in it are not live."""
    rows = list(sample_rows(60, "live"))
    codes = sorted({row["ma_nganh_dao_tao"] for row in rows})
    entries = [RegisterEntry("programme", codes[0], "")]
    report = checked(rows, Registers({rows[0]["ma_don_vi_cap_bang"]: entries}))
    outside = sum(row["ma_nganh_dao_tao"] != codes[0] for row in rows)
    assert report.live_rows == 60
    assert report.rules["programme_unknown"] == outside
    assert report.score("live") == _percent(60 - outside, 60)


def test_groups_say_what_batches_will_come_out():
    """Accepted rows are counted by issuer and type."""
    rows = [*sample_rows(3, "a", ("SHB",)), *sample_rows(2, "b", ("KLD",))]
    assert checked(rows).as_json()["groups"] == [
        {"issuer": "KLD", "type": DIPLOMA.name, "rows": 2},
        {"issuer": "SHB", "type": DIPLOMA.name, "rows": 3},
    ]
