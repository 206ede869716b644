"""A list on disk that somebody writes to while it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vanbang.cli.checking import open_file, unchanged
from vanbang.notary.lists import ListChanged


def longer(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


def shorter(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(3)


def other(path: Path) -> None:
    path.write_bytes(b"B" * 8)


def read_while_it_changes(path: Path, change: Callable[[Path], None]) -> None:
    with open_file(path) as source, unchanged(source, path):
        source.read()
        change(path)


@pytest.mark.parametrize("change", [longer, shorter, other])
def test_a_file_that_changes_is_refused(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """Longer, shorter, or as long as before: it is named, with what to do."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"A" * 8)
    with pytest.raises(ListChanged, match=r"list\.csv was written to"):
        read_while_it_changes(path, change)


def test_a_file_that_stays_is_read(tmp_path: Path) -> None:
    """Nothing is said of one that nobody touches."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"A" * 8)
    with open_file(path) as source, unchanged(source, path):
        assert source.read() == b"A" * 8
