"""Exports in the audit log: each that began has its end."""

from errno import ENOSPC
from typing import Any

import pytest

from vanbang.notary.export_log import noted, why_of
from vanbang.notary.exporting_many import Selection
from vanbang.notary.proving import TileBroken
from vanbang.ports import StoreBusy

FACTS = {"format": "zip", "continued": 0}
BEGUN = ("export.begun", "batch/b", FACTS)


class Log:
    """A store that only notes, as often as it can."""

    def __init__(self, can: int = 2) -> None:
        self.lines: list[Any] = []
        self._can = can

    def note(self, *line: Any) -> None:
        if len(self.lines) == self._can:
            raise StoreBusy("away")
        self.lines.append(line)


def export(log: Log, error: BaseException | None) -> None:
    """Three files go out behind two that were there before; then it ends so."""
    files = 2
    with noted(log, Selection(batch="b"), FACTS, lambda: files):  # type: ignore[arg-type]
        files += 3
        if error is not None:
            raise error


def test_a_whole_one() -> None:
    """Its end says how many files it made itself, and that nothing is lacking."""
    export(log := Log(), None)
    assert log.lines == [BEGUN, ("export.ended", "batch/b", {"files": 3, "why": "whole"})]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TileBroken("tile/0/0"), "tile_broken"),
        (BrokenPipeError(32, "Broken pipe"), "EPIPE"),
        (KeyboardInterrupt(), "stopped"),
        (GeneratorExit(), "stopped"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_one_that_breaks_off(error: BaseException, why: str) -> None:
    """Whatever ends it is noted in a word, and goes on to whoever must be told."""
    log = Log()
    with pytest.raises(type(error)) as caught:
        export(log, error)
    assert caught.value is error
    assert log.lines == [BEGUN, ("export.ended", "batch/b", {"files": 3, "why": why})]


def test_a_full_disk_is_named_as_such() -> None:
    """An error that the system is behind is named as the system names it."""
    error = StoreBusy("cannot be written")
    error.__cause__ = OSError(ENOSPC, "No space left on device")
    assert (why_of(error), why_of(TimeoutError())) == ("ENOSPC", "TimeoutError")


def test_what_cannot_be_noted(caplog: pytest.LogCaptureFixture) -> None:
    """Without a beginning in the log nothing goes out; an end that cannot be noted hides no other error."""
    with pytest.raises(StoreBusy):
        export(Log(0), AssertionError())
    with pytest.raises(KeyboardInterrupt):
        export(Log(1), KeyboardInterrupt())
    assert "was not noted" in caplog.text
    with pytest.raises(StoreBusy):
        export(Log(1), None)
