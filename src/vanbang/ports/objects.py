"""Public files, the static tree they are served in, and the errors of stores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, Protocol

from vanbang.core.errors import VanbangError

FOR_EVER: Final = "public, max-age=31536000, immutable"
"""Cache-Control of what never changes: whatever is under a public file's path now is there for good."""
ASKED_AGAIN: Final = "no-cache"
"""Cache-Control of what may change: it is kept, and asked for again with its ETag before it is used."""
OCTETS: Final = "application/octet-stream"
PUBLIC_MEDIA: Final[Mapping[str, str]] = {
    "tiles": OCTETS,
    "manifests": "application/json",
    "endorsements": "application/json",
    "types": "application/json",
    "status": "application/json",
}
"""Media types of public files by folder (docs/format.md section 16); there are no other folders."""


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

    def get_many(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """What `get` gives for each path, in their order; many are read at the same time where that is quicker."""
        ...

    def files(self, folder: str) -> Iterator[tuple[str, int]]:
        """Path and bytes of every file below a folder such as `tiles/0a...`, in no order; nothing if it is not there.

        What is put meanwhile may be among them or not. Raises StoreError.
        """
        ...

    def check(self) -> None:
        """Raises StoreError unless files can be stored and read now, as far as can be told without leaving any."""
        ...

    def sweep(self) -> int:
        """Removes what writers that were killed an hour ago or more left unfinished, and counts it. Raises StoreError.

        Where a file is there whole or not at all, there is nothing to remove.
        """
        ...


class StaticTree(Protocol):
    """A site that any web server serves as it is: immutable files in `public/`, and its own, which may change.

    A file is there whole or not at all, and durable once it was put. Not trusted: readers check hashes. Safe to use
    from threads.
    """

    @property
    def public(self) -> ObjectStore:
        """The folder `public/`."""
        ...

    def mend(self, path: str, data: bytes) -> None:
        """Puts a public file in place of one that has other bytes than its path stands for. Raises StoreError.

        Only for bytes that were proven to be the file's: by the hash that is its name, or by its tree.
        """
        ...

    def replace(self, path: str, data: bytes, media_type: str) -> bool:
        """Puts a file of the site in place of the one that is there; False if it has these bytes. Raises StoreError."""
        ...
