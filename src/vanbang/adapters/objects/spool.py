"""The private folder of uploads, and the same in memory for tests. Trusted with ciphertexts only."""

import re
import shutil
from pathlib import Path
from typing import Final

from vanbang.adapters import durable
from vanbang.ports import StoreError

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_UPLOAD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\Z")


class FolderSpool:
    """A Spool under `root`, one folder for each upload; made when first needed. Several processes may share it.

    A crash while writing leaves at most a temporary file, which goes with the upload.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, upload_id: str, name: str, data: bytes) -> None:
        """Stores `data`, durable on return, in place of what was there. Raises StoreError."""
        path = self._path(upload_id, name)
        try:
            durable.make_folder(path.parent, _FOLDER_MODE)
            durable.write_over(path, data, _FILE_MODE)
            durable.sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{name} of the upload {upload_id} cannot be stored: {error.strerror}") from error

    def get(self, upload_id: str, name: str) -> bytes | None:
        """The bytes, or None. Raises StoreError."""
        path = self._path(upload_id, name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{name} of the upload {upload_id} cannot be read: {error.strerror}") from error

    def remove(self, upload_id: str) -> None:
        """Removes everything of an upload, what a crash left included. Raises StoreError."""
        folder = self._folder(upload_id)
        try:
            shutil.rmtree(folder)
            durable.sync_folder(self._root)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"the files of the upload {upload_id} cannot be removed: {error.strerror}") from error

    def __repr__(self) -> str:
        return f"FolderSpool({str(self._root)!r})"

    def _folder(self, upload_id: str) -> Path:
        return self._root / _checked(upload_id, _UPLOAD)

    def _path(self, upload_id: str, name: str) -> Path:
        return self._folder(upload_id) / _checked(name, _NAME)


class MemorySpool:
    """A Spool whose bytes are gone with it."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], bytes] = {}

    def put(self, upload_id: str, name: str, data: bytes) -> None:
        """Stores `data`, in place of what was there. Raises StoreError."""
        self._files[_checked(upload_id, _UPLOAD), _checked(name, _NAME)] = data

    def get(self, upload_id: str, name: str) -> bytes | None:
        """The bytes, or None."""
        return self._files.get((_checked(upload_id, _UPLOAD), _checked(name, _NAME)))

    def remove(self, upload_id: str) -> None:
        """Removes everything of an upload."""
        wanted = _checked(upload_id, _UPLOAD)
        self._files = {place: data for place, data in self._files.items() if place[0] != wanted}

    def __repr__(self) -> str:
        return f"MemorySpool({len(self._files)} files)"


def _checked(text: str, form: re.Pattern[str]) -> str:
    if not form.match(text):
        raise StoreError(f"{text[:100]!r} is no name in the folder of uploads")
    return text
