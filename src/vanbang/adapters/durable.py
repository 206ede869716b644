"""Files that are there whole or not at all, also after a power cut."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".tmp-"
"""How the name of an unfinished file begins. No store lists or serves such a file."""


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Writes a file that must not exist; the caller makes its name durable with `sync_folder(path.parent)`.

    A crash leaves at most a temporary file beside it. Raises FileExistsError, or another OSError (disk full).
    """
    with _temporary(path, data, mode) as temporary:
        # A hard link, not a rename: it refuses to replace what somebody else wrote meanwhile.
        os.link(temporary, path)


def write_over(path: Path, data: bytes, mode: int) -> None:
    """Writes a file, in place of the one of that name if there is one; the caller makes its name durable.

    A crash leaves the old file or the new one, whole, and at most a temporary file beside it. Raises OSError.
    """
    with _temporary(path, data, mode) as temporary:
        temporary.replace(path)


@contextmanager
def _temporary(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file beside `path` with the data, durable; it is gone at the end unless it was renamed."""
    temporary = path.parent / (TEMPORARY + secrets.token_hex(8))
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(folder: Path, mode: int) -> None:
    """Makes `folder` and the missing ones above it, each durable in the one above. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable: until then a power cut may forget files just written. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(root: Path, age: float) -> int:
    """Removes temporary files under `root` that are older than `age` seconds, and counts them. Raises OSError."""
    swept = 0
    for folder, _, names in os.walk(root, onerror=_unless_gone):
        for name in names:
            if name.startswith(TEMPORARY):
                swept += _remove_old(Path(folder, name), age)
    return swept


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _remove_old(path: Path, age: float) -> bool:
    """Whether it was there, and old enough: its writer may end, or another sweep, in the same moment."""
    try:
        if time.time() - path.stat().st_mtime < age:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True
