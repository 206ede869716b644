"""Public files in memory: for tests, and for checks that must leave nothing behind."""

from collections.abc import Iterable, Iterator, Sequence

from vanbang.adapters.objects.paths import checked_path
from vanbang.ports import StoreError


class MemoryStore:
    """An ObjectStore whose files are gone with it: durable for as long as the object lives."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def put(self, path: str, data: bytes) -> None:
        """Stores `data` under `path`. Raises StoreError."""
        known = self._files.setdefault(self._free(path), data)
        if known != data:
            raise StoreError(f"{path} is stored already, with other bytes")

    def put_many(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Stores many files. Raises StoreError."""
        for path, data in items:
            self.put(path, data)

    def get(self, path: str) -> bytes | None:
        """The bytes, or None."""
        return self._files.get(path)

    def get_many(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """The bytes of each, or None."""
        return map(self.get, paths)

    def files(self, folder: str) -> Iterator[tuple[str, int]]:
        """Path and bytes of every file below `folder`."""
        yield from [(path, len(data)) for path, data in self._files.items() if path.startswith(f"{folder}/")]

    def check(self) -> None:
        """There is always room."""

    def sweep(self) -> int:
        """Nothing is ever unfinished."""
        return 0

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._files)} files)"

    def _free(self, path: str) -> str:
        # As in a folder, a name is a file or a folder, never both.
        inside = checked_path(path) + "/"
        if any(path.startswith(known + "/") or known.startswith(inside) for known in self._files):
            raise StoreError(f"{path} cannot be stored: a file is where a folder must be")
        return path
