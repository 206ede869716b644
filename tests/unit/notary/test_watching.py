"""How fast long work goes, and how long it will still take."""

from vanbang.notary.watching import STAGES, Pace, duration


class Clock:
    """A stopwatch that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_the_rate() -> None:
    """After ten seconds for a tenth of the rows, ninety are left."""
    clock = Clock()
    pace = Pace(clock)
    clock.now = 10.0
    pace.done(1_000, 10_000)
    assert (pace.rate, pace.seconds_left) == (100.0, 90.0)
    assert pace.said() == "1,000 / 10,000, 100/s, còn / left 0:01:30"


def test_nothing_is_promised_where_the_end_is_not_known() -> None:
    """Without an end there is a rate and no time left; without a step, not even that."""
    clock = Clock()
    pace = Pace(clock)
    assert (pace.rate, pace.seconds_left) == (0.0, None)
    clock.now = 2.0
    pace.done(500)
    assert pace.said() == "500, 250/s"


def test_what_was_done_before_does_not_count_for_the_rate() -> None:
    """Work that goes on where it was killed is not faster for what was there already."""
    clock = Clock()
    pace = Pace(clock)
    pace.done(600, 1_000)
    clock.now = 10.0
    pace.done(700, 1_000)
    assert (pace.rate, pace.seconds_left) == (10.0, 30.0)


def test_times_and_stages_are_told() -> None:
    """A time is hours, minutes and seconds; each stage has its words in both languages."""
    assert (duration(59.6), duration(3_723)) == ("0:01:00", "1:02:03")
    assert all(vi and en for vi, en in STAGES.values())
