"""What `export --all` shows while it goes on, and what becomes of it when nobody can see it any more."""

import io
from errno import EIO

import pytest
from rich.console import Console

from vanbang.adapters.handing_out import Tally
from vanbang.cli import exporting_many
from vanbang.cli.exporting_many import ending_in_order, shown


class Terminal(io.StringIO):
    """One that may be closed."""

    is_closed = False

    def write(self, text: str) -> int:
        if self.is_closed:
            raise OSError(EIO, "Input/output error")
        return super().write(text)


def close(terminal: Terminal) -> None:
    """As whoever closes its window."""
    with ending_in_order("file"), shown(2, Tally(), quiet=False):
        terminal.is_closed = True
        raise KeyboardInterrupt


def test_a_terminal_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """That nothing can be shown on it is not what ended the export: who closed it did."""
    terminal = Terminal()
    monkeypatch.setattr(exporting_many, "errors", Console(file=terminal, force_terminal=True))
    with pytest.raises(KeyboardInterrupt):
        close(terminal)
    assert "0/2" in terminal.getvalue()
