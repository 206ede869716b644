"""The files of a folder and of those in it, in the order of their names."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vanbang.adapters.gathering.found import PIECE, Item, NotRead, Unreadable, cut_name, item_of

CLUTTER: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"})
"""What file managers leave behind, beside files that begin with `._`: no document, and not told."""
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def is_clutter(name: str) -> bool:
    """Whether a file manager left it behind."""
    return name in CLUTTER or name.startswith("._")


def folder_items(root: Path) -> Iterator[Item]:
    """Everything in the folder. No link is followed, so none can lead out of it or round in a circle."""
    for path in _walk(root):
        name = shown_name(os.path.relpath(path, root))
        try:
            yield path_item(path, name)
        except NotRead as refused:
            yield Unreadable(name, refused.reason)


def count(root: Path) -> int:
    """How many items `folder_items` is about to give, if nothing changes meanwhile."""
    return sum(1 for _ in _walk(root))


def path_item(path: Path, name: str) -> Item:
    """One file of this machine. A pipe or device is not waited for. Raises NotRead."""
    if path.is_symlink():
        raise NotRead("link")
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise NotRead("folder_unreadable" if path.is_dir() else "unreadable") from error
    with open(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRead("not_a_file")
        try:
            return item_of(name, iter(lambda: file.read(PIECE), b""))
        except OSError as error:
            raise NotRead("unreadable") from error


def shown_name(name: str) -> str:
    """A file's name as text: bytes that are not UTF-8 become escapes."""
    return cut_name(os.fsencode(name).decode("utf-8", "backslashreplace"))


def _walk(root: Path) -> Iterator[Path]:
    """Files, links, and folders that cannot be opened."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted((entry for entry in found if not is_clutter(entry.name)), key=lambda one: one.name)
        except OSError:
            yield folder
            continue
        folders = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            else:
                yield Path(entry.path)
        waiting += reversed(folders)
