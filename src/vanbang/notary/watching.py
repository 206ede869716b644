"""How far long work is: told by whoever does it, shown by whoever waits (a bar, a log, nobody)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

STAGES: Final = {
    "checking": ("Kiểm tra", "checking"),
    "storing": ("Tiếp nhận", "taking in"),
    "sealing": ("Niêm phong", "sealing"),
    "publishing": ("Công bố tệp", "publishing"),
    "endorsing": ("Ký xác nhận", "endorsing"),
    "anchoring": ("Ghi sổ", "anchoring"),
    "final": ("Đã vào sổ", "final"),
}
"""What long work consists of, in words for people."""


SOON: Final = 0.2
"""Seconds in which no unit of long work is done."""


class Watcher(Protocol):
    """Whoever wants to see the work: a progress bar, a log, nobody. What it raises ends the work."""

    def stage(self, name: str) -> None:
        """A stage begins: a key of STAGES."""
        ...

    def done(self, number: int, of: int = 0) -> None:
        """So many rows or records of the stage are done, of so many; `of` 0: nobody knows, else it may be a guess that
        becomes better."""
        ...

    def wait(self, doubt: str) -> None:
        """Nothing to do until the chain moves on; returns after a moment. `doubt` says what is not known."""
        ...


class Unwatched:
    """Nobody looks."""

    def stage(self, name: str) -> None:
        """Not shown."""

    def done(self, number: int, of: int = 0) -> None:
        """Not shown."""

    def wait(self, doubt: str = "") -> None:
        """Returns at once."""


@dataclass(slots=True)
class Pace:
    """How fast a stage goes. What is told of at its very beginning was done before, and cost nothing now."""

    stopwatch: Callable[[], float] = time.monotonic
    _since: float = field(init=False)
    _first: int | None = field(init=False, default=None)
    _number: int = field(init=False, default=0)
    _of: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._since = self.stopwatch()

    def done(self, number: int, of: int = 0) -> None:
        """Takes a report, as `Watcher.done` does."""
        self._number, self._of = number, of
        if self._first is None:
            now = self.stopwatch()
            is_from_before = now < self._since + SOON
            self._first, self._since = (number, now) if is_from_before else (0, self._since)

    @property
    def rate(self) -> float:
        """Rows a second; 0 while nobody can tell."""
        seconds = self.stopwatch() - self._since
        return max(0, self._number - (self._first or 0)) / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At this rate; None where the end is not known."""
        rate = self.rate
        return (self._of - self._number) / rate if self._of >= self._number and self._of and rate else None

    def said(self) -> str:
        """In one line: how many of how many, the rate, the time left."""
        of = f" / {self._of:,}" if self._of else ""
        left = self.seconds_left
        ending = "" if left is None else f", còn / left {duration(left)}"
        return f"{self._number:,}{of}, {self.rate:,.0f}/s{ending}"


def duration(seconds: float) -> str:
    """Hours, minutes and seconds as `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
