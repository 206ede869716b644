"""Bars and histogram: what is drawn, what is only counted."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vanbang.adapters.render.charts import BARS, BINS, LEAST, bars, histogram


def found(row: int, severity: str = "error") -> dict[str, Any]:
    return {"row": row, "severity": severity}


def test_the_longest_bar_is_full_and_the_others_in_proportion():
    """A bar's length is its share of the longest, however the counts were ordered."""
    drawn = bars({"b": 5, "a": 10}).drawn
    assert [(bar.key, bar.count, bar.width) for bar in drawn] == [("a", 10, 100.0), ("b", 5, 50.0)]


def test_a_single_finding_beside_thousands_is_still_seen():
    """No bar is shorter than the least length."""
    assert bars({"many": 100_000, "one": 1}).drawn[1].width == LEAST


def test_bars_beyond_the_limit_are_counted():
    """What is not drawn is told as a number of bars and of findings."""
    chart = bars({f"rule_{index}": 100 - index for index in range(BARS + 2)})
    assert len(chart.drawn) == BARS
    assert (chart.left_out, chart.left_out_count) == (2, 85 + 84)


def test_nothing_counted_draws_nothing():
    """An empty count has no bars, and findings about the file alone have no histogram."""
    assert bars({}).drawn == ()
    assert histogram([], 100, False) is None
    assert histogram([found(0)], 100, False) is None


def test_errors_stand_below_warnings():
    """Both kinds of one column are stacked, errors on the ground, together as high as the plot."""
    plot = histogram([found(2), found(2), found(2, "warning"), found(3)], 9, False)
    assert plot is not None
    ground, beside, above = plot.marks
    assert (ground.severity, ground.y + ground.height, ground.count) == ("error", 100.0, 2)
    assert above.severity == "warning"
    assert abs(above.y + above.height - ground.y) < 0.1
    assert above.y < 0.1
    assert (beside.first, beside.last) == (3, 3)
    assert (plot.last_row, plot.step, plot.highest) == (10, 1, 3)


def test_rows_whose_findings_were_not_kept_are_marked():
    """When the report was cut, the plot says from where on it knows nothing."""
    cut = histogram([found(2), found(50)], 99, True)
    whole = histogram([found(2), found(50)], 99, False)
    assert cut is not None
    assert whole is not None
    assert (cut.known_to, cut.unknown_from, whole.unknown_from) == (50, 49.02, None)


@given(
    st.lists(st.builds(found, st.integers(0, 10**7), st.sampled_from(["error", "warning"])), max_size=60),
    st.integers(0, 10**7),
    st.booleans(),
)
def test_every_mark_lies_in_the_plot(findings: list[dict[str, Any]], rows: int, is_cut: bool):
    """Whatever the rows are, nothing is drawn outside, and every finding of a row is counted once."""
    plot = histogram(findings, rows, is_cut)
    numbered = [entry for entry in findings if entry["row"]]
    assert (plot is None) == (not numbered)
    if plot is None:
        return
    assert sum(mark.count for mark in plot.marks) == len(numbered)
    assert -(-plot.last_row // plot.step) <= BINS
    for mark in plot.marks:
        assert mark.x >= 0
        assert mark.x + mark.width <= 100
        assert mark.y >= 0
        assert mark.y + mark.height <= 100 + LEAST
        assert 1 <= mark.first <= mark.last <= plot.last_row
    assert plot.unknown_from is None or 0 <= plot.unknown_from <= 100
