"""The table of faults is complete, the paper says the same as the suite, and the closing line counts rightly."""

from pathlib import Path

from faults.table import FAULTS, rows
from faults_survived import TOTAL, survived

PAGE = Path(__file__).parents[2] / "docs/faults.md"


def test_all_are_there() -> None:
    """Numbers run from 1 to 49 without a gap, and each fault has a way to happen."""
    assert [fault.number for fault in FAULTS] == list(range(1, TOTAL + 1))
    assert all(fault.ways and fault.databases for fault in FAULTS)


def test_the_paper() -> None:
    """The paper's table has a row for each fault, with the same words, ways and databases."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| F")] == rows(FAULTS)


def test_what_counts_as_survived() -> None:
    """A fault counts once, and only if every part of every way passed."""
    case = "tests/faults/test_faults.py::test_it_is_survived[F{}]".format
    reports = [(case("01-a"), True), (case("01-b"), True), (case("02-a"), True), (case("02-b"), False)]
    assert survived([*reports, ("tests/unit/test_x.py::test_y[F03-z]", True)]) == (1, 2)
    assert survived([]) == (0, 0)
