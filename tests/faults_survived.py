"""The closing line of a test run: how many of the named faults (docs/faults.md) were survived.

A fault is survived if every way it can happen was tried in this run and passed; a skipped one is not.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

import pytest

TOTAL = 49
_CASE = re.compile(r"test_it_is_survived\[F(\d\d)-")


def survived(reports: Iterable[tuple[str, bool]]) -> tuple[int, int]:
    """How many faults were survived, and how many were tried, from the tests' ids and whether each part passed."""
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for test, passed in reports:
        case = _CASE.search(test)
        if case:
            outcomes[case[1]].append(passed)
    return sum(all(passed) for passed in outcomes.values()), len(outcomes)


class ClosingLine:
    """Collects what tests reported and says the line at the very end, if there is anything to say."""

    def __init__(self) -> None:
        self._reports: list[tuple[str, bool]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append((report.nodeid, report.passed))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        count, tried = survived(self._reports)
        if tried:
            print(f"faults survived {count} of {TOTAL}", flush=True)
