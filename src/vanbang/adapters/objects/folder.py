"""Public files in a local folder, as a web server or a CDN serves them.

Not trusted: readers check hashes. A crash leaves at most temporary files, which `sweep` removes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from vanbang.adapters import durable
from vanbang.adapters.objects.paths import checked_path, is_path
from vanbang.ports import StoreError

SWEEP_AGE: Final = 3_600.0
"""Seconds after which no writer can still be at work on one file."""

_FOLDER_MODE: Final = 0o755
_FILE_MODE: Final = 0o644


class FolderStore:
    """An ObjectStore under `root`, which is made when first needed. Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, data: bytes) -> None:
        """Stores `data` under `path`, durable on return. Raises StoreError."""
        self.put_many([(path, data)])

    def put_many(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Stores many files, all durable on return; each folder is synced once, at the end. Raises StoreError."""
        folders: dict[Path, None] = {}
        for path, data in items:
            target = self._root / checked_path(path)
            self._write(path, target, data)
            folders[target.parent] = None
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

    def sweep(self, age: float = SWEEP_AGE) -> int:
        """Removes what crashes left behind more than `age` seconds ago, and counts it. Raises StoreError."""
        try:
            return durable.sweep(self._root, age)
        except OSError as error:
            raise StoreError(f"{self._root} cannot be swept: {error.strerror}") from error

    def __repr__(self) -> str:
        return f"FolderStore({str(self._root)!r})"

    def _write(self, path: str, target: Path, data: bytes) -> None:
        try:
            # Written whole before, perhaps by a process that died before it synced the folder: the sync is done again.
            if self._same(path, target, data):
                return
            durable.make_folder(target.parent, _FOLDER_MODE)
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
