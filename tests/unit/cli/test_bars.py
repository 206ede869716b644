"""What is shown while long work goes on: a bar, or a line now and then, or nothing."""

import io

import pytest
from rich.console import Console

from vanbang.cli import bars
from vanbang.cli.bars import Watching


def shown(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, quiet: bool = False) -> str:
    """What stands on standard error after some work, every step of which is told."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=is_terminal, width=120, soft_wrap=True)
    monkeypatch.setattr(bars, "errors", console)
    monkeypatch.setattr(bars, "LINE_EVERY", 0.0)
    with Watching(quiet) as watching:
        watching.stage("checking")
        watching.done(0, 4_000)
        watching.done(1_000, 4_000)
        watching.stage("sealing")
        watching.done(2_500)
        watching._bars.refresh()
    assert list(watching.seconds) == ["checking", "sealing"]
    return out.getvalue()


def test_without_a_terminal_there_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says the stage in both languages, how far it is, and how fast it goes."""
    _, first, second = shown(monkeypatch, is_terminal=False).splitlines()
    assert first.startswith("Kiểm tra / checking: 1,000 / 4,000, ")
    assert "còn / left 0:00:0" in first
    assert second.startswith("Niêm phong / sealing: 2,500, ")


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the stage's name, and the rate beside it."""
    text = shown(monkeypatch, is_terminal=True)
    assert "Niêm phong / sealing" in text
    assert "/s" in text


@pytest.mark.parametrize("is_terminal", [False, True])
def test_machines_see_nothing(monkeypatch: pytest.MonkeyPatch, is_terminal: bool) -> None:
    """With --json nothing but the answer is written."""
    assert shown(monkeypatch, is_terminal=is_terminal, quiet=True) == ""
