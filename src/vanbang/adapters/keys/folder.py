"""The files of a key folder: one for each key, by name; written once, for their owner only."""

import json
from pathlib import Path
from typing import Any, Final

from vanbang.adapters.durable import make_folder, sync_folder, write_new
from vanbang.adapters.keys.signing import checked_name
from vanbang.ports import KeyMissing, StoreError

_SUFFIX: Final = ".json"


class KeyFiles:
    """Files of `folder` (mode 0700, files 0600). A name is used once, by whatever kind of key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: tuple[int, dict[str, bytes]] = (0, {})

    def __repr__(self) -> str:
        return repr(str(self._folder))

    def names(self) -> list[str]:
        """All names, sorted."""
        found = self._folder.glob("*" + _SUFFIX)
        return sorted(path.name.removesuffix(_SUFFIX).replace(".", "/") for path in found)

    def write(self, name: str, data: bytes) -> None:
        """A new file, durable on return. Raises StoreError, also if the name is taken."""
        path = self._path(name)
        try:
            make_folder(self._folder, 0o700)
            write_new(path, data, 0o600)
            sync_folder(self._folder)
        except FileExistsError:
            raise StoreError(f"there is a key named {name} already") from None
        except OSError as error:
            raise StoreError(f"the key {name} cannot be stored: {error}") from error

    def read(self, name: str) -> bytes:
        """The file of that name. Raises KeyMissing."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise KeyMissing(name, "there is no such key") from None
        except OSError as error:
            raise KeyMissing(name, f"its file cannot be read: {error.strerror}") from error

    def value(self, name: str) -> dict[str, Any]:
        """The file as JSON; what is no object is of kind `unknown`. Raises KeyMissing."""
        try:
            value = json.loads(self.read(name))
        except (ValueError, RecursionError):
            raise KeyMissing(name, "its file is damaged") from None
        return value if isinstance(value, dict) else {"kind": "unknown"}

    def accounts(self) -> dict[str, bytes]:
        """The accounts that the files state in the clear, by name: neither opened nor proved.

        The files are read again only when one was added or removed.
        """
        try:
            changed = self._folder.stat().st_mtime_ns
        except OSError:
            return {}
        if self._known[0] != changed:
            stated = {name: self._stated(name) for name in self.names()}
            self._known = changed, {name: address for name, address in stated.items() if address}
        return self._known[1]

    def _stated(self, name: str) -> bytes:
        """The account in the file, with or without 0x, as Ethereum's tools differ; b"" if there is none."""
        try:
            return bytes.fromhex(str(self.value(name).get("address", "")).removeprefix("0x"))
        except (KeyMissing, StoreError, ValueError):
            return b""

    def _path(self, name: str) -> Path:
        # No name contains a dot, so no two names share a file.
        return self._folder / (checked_name(name).replace("/", ".") + _SUFFIX)
