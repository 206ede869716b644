"""A list on disk that somebody writes to while it is read."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from small_house import INSTITUTION, KIND, new_store
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.cli.checking import FileState, open_file
from vanbang.cli.issuing import _send_in
from vanbang.notary.lists import ListChanged
from vanbang.notary.uploading import Uploads


def longer(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


def shorter(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(3)


def other(path: Path) -> None:
    path.write_bytes(b"B" * 8)


def read_while_it_changes(path: Path, change: Callable[[Path], None]) -> None:
    with open_file(path) as source:
        opened = FileState.of(source, path)
        source.read()
        change(path)
        opened.check(source)


@pytest.mark.parametrize("change", [longer, shorter, other])
def test_a_file_that_changes_is_refused(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """Longer, shorter, or as long as before: it is named, with what to do."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"A" * 8)
    os.utime(path, (1, 1))  # some systems give what is written within milliseconds one time
    with pytest.raises(ListChanged, match=r"list\.csv was written to"):
        read_while_it_changes(path, change)


def test_a_file_that_stays_is_read(tmp_path: Path) -> None:
    """Nothing is said of one that nobody touches."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"A" * 8)
    with open_file(path) as source:
        opened = FileState.of(source, path)
        assert source.read() == b"A" * 8
        opened.check(source)


def back_to_its_time(path: Path) -> None:
    """Other bytes under the old length and time, as a program may write them."""
    before = path.stat()
    path.write_bytes(b"B" * 8)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [longer, shorter, other, back_to_its_time])
def test_a_file_that_changes_while_it_is_sent_in(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """Nothing of it will be checked: neither what was there first, nor a mixture."""
    path, store = tmp_path / "list.csv", new_store(tmp_path)
    path.write_bytes(b"A" * 8)

    class Slow(MemorySpool):
        def put(self, *part: Any) -> None:
            change(path)
            super().put(*part)

    house: Any = SimpleNamespace(uploads=Uploads(store, Slow()), settings=SimpleNamespace(max_part_bytes=1))
    body = hashlib.sha256(path.read_bytes()).digest()
    with path.open("rb", buffering=4) as source, pytest.raises(ListChanged):
        _send_in(house, source, FileState.of(source, path), INSTITUTION.iss, KIND.name, accept_valid=False, body=body)
    assert [upload.state for upload in store.uploads()] == ["OPEN"]
