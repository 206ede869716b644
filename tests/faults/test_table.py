"""The table of faults is complete, the paper says the same as the suite, and the closing line counts rightly."""

from faults.table import FAULTS
from faults_survived import TOTAL, survived


def test_all_are_there() -> None:
    """Numbers run from 1 to 49 without a gap, and each fault has a way to happen."""
    assert [fault.number for fault in FAULTS] == list(range(1, TOTAL + 1))
    assert all(fault.ways for fault in FAULTS)


def test_what_counts_as_survived() -> None:
    """A fault counts once, and only if every part of every way passed."""
    case = "tests/faults/test_faults.py::test_it_is_survived[F{}]".format
    reports = [(case("01-a"), True), (case("01-b"), True), (case("02-a"), True), (case("02-b"), False)]
    assert survived([*reports, ("tests/unit/test_x.py::test_y[F03-z]", True)]) == (1, 2)
    assert survived([]) == (0, 0)
