"""Public files in a local folder, as a web server or a CDN serves them.

Not trusted: readers check hashes. A crash leaves at most temporary files, which `sweep` removes.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Final

from vanbang.adapters import durable
from vanbang.adapters.objects.paths import checked_path, is_path
from vanbang.ports import StoreError

SWEEP_AGE: Final = 3_600.0
"""Seconds after which no writer can still be at work on one file."""

AT_ONCE: Final = 16
"""Files that are synced at the same time: a disk commits what waits together, and the threads sleep meanwhile. One sync
of the whole file system would cost less processor time, and wait for everything that others have written, the database
too; nor would its error name a file."""
CHUNK: Final = 512
"""Files, 4 MiB of tiles: as much as waits in memory."""

_FOLDER_MODE: Final = 0o755
_FILE_MODE: Final = 0o644


class FolderStore:
    """An ObjectStore under `root`, which is made when first needed. Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, data: bytes) -> None:
        """Stores `data` under `path`, durable on return. Raises StoreError."""
        target = self._target(path)
        self._write(path, target, data)
        self._sync(target.parent)

    def put_many(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Stores many files, all durable on return; each folder is synced once, at the end. Raises StoreError."""
        folders: dict[Path, None] = {}
        rest = iter(items)
        with ThreadPoolExecutor(AT_ONCE, "public files") as pool:
            while chunk := [(path, self._target(path, folders), data) for path, data in islice(rest, CHUNK)]:
                list(pool.map(self._write, *zip(*chunk, strict=True)))  # raises what one of them raised
        for folder in folders:
            self._sync(folder)

    def get(self, path: str) -> bytes | None:
        """The bytes, or None: no such file, or a path that none can have. Raises StoreError if reading fails."""
        if not is_path(path):
            return None
        try:
            return (self._root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error

    def get_many(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """The bytes of each, or None, one after the other: the system reads ahead. Raises StoreError."""
        return map(self.get, paths)

    def files(self, folder: str) -> Iterator[tuple[str, int]]:
        """Path and bytes of every file below `folder`; unfinished ones are none. Raises StoreError."""
        if is_path(folder):
            yield from self._below(folder)

    def check(self) -> None:
        """Raises StoreError unless a file can be written now; it has no name, so nothing is left of it."""
        nearest = next(folder for folder in (self._root, *self._root.absolute().parents) if folder.exists())
        try:
            with tempfile.TemporaryFile(dir=nearest) as probe:
                probe.write(b"ready?")
        except OSError as error:
            raise StoreError(f"{self._root} cannot be written: {error.strerror}") from error

    def sweep(self, age: float = SWEEP_AGE) -> int:
        """Removes what crashes left behind more than `age` seconds ago, and counts it. Raises StoreError."""
        try:
            return durable.sweep(self._root, age)
        except OSError as error:
            raise StoreError(f"{self._root} cannot be swept: {error.strerror}") from error

    def __repr__(self) -> str:
        return f"FolderStore({str(self._root)!r})"

    def _below(self, folder: str) -> Iterator[tuple[str, int]]:
        try:
            with os.scandir(self._root / folder) as found:
                for entry in found:
                    path = f"{folder}/{entry.name}"
                    if entry.is_dir():
                        yield from self._below(path)
                    elif is_path(path):
                        yield path, entry.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise StoreError(f"{folder} cannot be read: {error.strerror}") from error

    def _target(self, path: str, folders: dict[Path, None] | None = None) -> Path:
        """Where the file belongs, its folder made unless it is among `folders`, which it is then. Raises StoreError."""
        target = self._root / checked_path(path)
        if folders is None or target.parent not in folders:
            try:
                durable.make_folder(target.parent, _FOLDER_MODE)
            except FileExistsError:
                raise StoreError(f"{path} cannot be stored: a file is where a folder must be") from None
            except OSError as error:
                raise StoreError(f"{path} cannot be stored: {error.strerror}") from error
        if folders is not None:
            folders[target.parent] = None
        return target

    def _write(self, path: str, target: Path, data: bytes) -> None:
        try:
            # Written whole before, perhaps by a process that died before it synced the folder: the sync is done again.
            if self._same(path, target, data):
                return
            durable.write_new(target, data, _FILE_MODE)
        except FileExistsError:
            if not self._same(path, target, data):
                raise StoreError(f"{path} cannot be stored: a file is where a folder must be") from None
        except OSError as error:
            raise StoreError(f"{path} cannot be stored: {error.strerror}") from error

    def _same(self, path: str, target: Path, data: bytes) -> bool:
        """Whether the file is there with these bytes. Raises StoreError if with others."""
        try:
            found = target.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if found != data:
            raise StoreError(f"{path} is stored already, with other bytes")
        return True

    def _sync(self, folder: Path) -> None:
        try:
            durable.sync_folder(folder)
        except OSError as error:
            raise StoreError(f"{folder} cannot be made durable: {error.strerror}") from error


class FolderTree:
    """A StaticTree in a folder, the public files in `public/` in it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.public = FolderStore(root / "public")

    def mend(self, path: str, data: bytes) -> None:
        """Puts a public file in place of a wrong one, durable on return. Raises StoreError."""
        self._over(f"public/{checked_path(path)}", data)

    def replace(self, path: str, data: bytes, media_type: str) -> bool:
        """Puts a file of the site; False if it has these bytes already. A web server tells the type by the name."""
        target = self._root / checked_path(path)
        try:
            if target.is_file() and target.read_bytes() == data:
                return False
        except OSError as error:
            raise StoreError(f"{path} cannot be read in {self._root}: {error.strerror}") from error
        self._over(path, data)
        return True

    def _over(self, path: str, data: bytes) -> None:
        target = self._root / path
        try:
            durable.make_folder(target.parent, _FOLDER_MODE)
            durable.write_over(target, data, _FILE_MODE)
            durable.sync_folder(target.parent)
        except OSError as error:
            raise StoreError(f"{path} cannot be written in {self._root}: {error.strerror}") from error

    def __repr__(self) -> str:
        return f"FolderTree({str(self._root)!r})"
