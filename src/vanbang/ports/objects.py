"""Public files and the errors of stores."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

from vanbang.core.errors import VanbangError


class StoreError(VanbangError):
    """A store that could not do what was asked: the disk is full, a folder is not writable, the bytes differ."""

    code: ClassVar[str] = "store"


class StoreBusy(StoreError):
    """It may simply be tried again: others were in the way, or the server was away for a moment.

    If the connection broke while a write was being committed, it may have happened: what repeats it must bear that.
    """

    code: ClassVar[str] = "store_busy"


class Conflict(VanbangError):
    """What is to be stored contradicts what is stored: nothing was changed."""

    code: ClassVar[str] = "conflict"


class ObjectStore(Protocol):
    """Public, immutable files by path (docs/format.md section 16). Not trusted: readers check hashes.

    `put` returns only when the bytes are durable: a crash leaves the whole file or none. Putting the same bytes again
    is harmless; other bytes under a path that exists raise StoreError, as does a full disk. Safe to use from threads.
    """

    def put(self, path: str, data: bytes) -> None:
        """Stores `data` under a relative path of [a-z0-9/.-], no part of which begins with `.` or `-`."""
        ...

    def put_many(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Stores many files, all durable on return. After an error or a crash before, any of them may be there, whole.

        Then put them all again. Raises StoreError.
        """
        ...

    def get(self, path: str) -> bytes | None:
        """The bytes, or None if there is no such file, whatever the path. Raises StoreError if reading fails."""
        ...
