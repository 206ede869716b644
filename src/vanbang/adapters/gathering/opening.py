"""From what a person names to the files in it."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from vanbang.adapters.gathering.folder import count, folder_items, shown_name
from vanbang.adapters.gathering.found import PIECE, Item, is_pdf, item_of
from vanbang.adapters.gathering.lines import line_items
from vanbang.adapters.gathering.zip_archive import zip_items
from vanbang.adapters.gathering.zip_directory import read_directory
from vanbang.core.errors import FormatError

STDIN: Final = "-"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Gathering:
    """Files one after the other, and how many there are (None: not known before the end). Close it: `with`."""

    items: Iterator[Item]
    total: int | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Gathering":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def gather(source: str) -> Gathering:
    """The files of a folder, of a ZIP, of a file with one on each line, or of standard input (`-`).

    Raises FormatError: it is not there, cannot be read, or is an archive that is damaged as a whole.
    """
    if source == STDIN:
        return Gathering(line_items(sys.stdin.buffer))
    path = Path(source)
    try:
        if path.is_dir():
            return Gathering(folder_items(path), count(path))
        with ExitStack() as opened:
            items, total = _items(opened.enter_context(path.open("rb")), shown_name(path.name))
            return Gathering(items, total, opened.pop_all())
    except OSError as error:
        raise FormatError(source, f"cannot be read: {error.strerror}") from error
    except FormatError as error:
        raise FormatError(source, error.reason) from error


def _items(stream: BinaryIO, name: str) -> tuple[Iterator[Item], int | None]:
    head = stream.read(1_024)
    if head.startswith(_ZIP):
        directory = read_directory(stream)
        return zip_items(stream, directory), len(directory.starts)
    stream.seek(0)
    if is_pdf(head):
        return iter([item_of(name, iter(lambda: stream.read(PIECE), b""))]), 1
    return line_items(stream), None
