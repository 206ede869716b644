"""How far long work is, on standard error: a bar on a terminal, elsewhere a line now and then."""

import time
from types import TracebackType
from typing import Final, Self

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from vanbang.cli.output import errors, plain
from vanbang.notary.progress import ANOTHER_WORKER, WAITING_FOR
from vanbang.notary.watching import STAGES, Pace

LINE_EVERY: Final = 10.0
"""Seconds between two lines where there is no terminal."""


def stage_named(name: str) -> str:
    """What a stage is called in both languages."""
    return " / ".join(STAGES[name])


class Watching:
    """A `Watcher` for people, and the seconds each stage took. `quiet`: nothing is shown."""

    def __init__(self, quiet: bool) -> None:
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}")
        self._is_shown, self._is_terminal = not quiet, errors.is_terminal
        is_drawn = self._is_shown and self._is_terminal
        self._bars = Progress(*columns, console=errors, transient=True, disable=not is_drawn)
        self._task = self._bars.add_task("", total=None, said="")
        self._pace, self._stage, self._doubt = Pace(), "", ""
        self._since = self._told_at = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_stage()
        self._bars.stop()

    def stage(self, name: str) -> None:
        """Another bar begins; the one before is over."""
        self._end_stage()
        self._stage, self._pace = name, Pace()
        self._bars.remove_task(self._task)
        self._task = self._bars.add_task(stage_named(name), total=None, said="")

    def done(self, number: int, of: int = 0) -> None:
        """The bar moves on, with the rate and the time that is left."""
        self._pace.done(number, of)
        if self._is_shown and self._is_terminal:
            self._bars.update(self._task, completed=number, total=of or None, said=self._pace.said())
        elif self._is_shown and time.perf_counter() >= self._told_at + LINE_EVERY:
            self._told_at = time.perf_counter()
            errors.print(f"{stage_named(self._stage)}: {self._pace.said()}", markup=False)

    def wait(self, doubt: str) -> None:
        """A moment; what is waited for is told once."""
        if doubt and doubt != self._doubt:
            words = " / ".join({**WAITING_FOR, "another_worker": ANOTHER_WORKER}.get(doubt, (doubt,)))
            errors.print(f"Đang đợi / waiting: {plain(words)}", markup=False)
        self._doubt = doubt
        time.sleep(0.2)

    def _end_stage(self) -> None:
        now = time.perf_counter()
        if self._stage and self._stage != "final":
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._since = self._told_at = now
