"""Sealed records in the tree's order, kept until the root is known and the store takes them all at once."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self, TypeVar

from vanbang.core.merkle import SUBTREE_LEAVES
from vanbang.core.payload import StatusPlace
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.ports import SealedRecord, StoreError

T = TypeVar("T")

BUFFER = 2**20
"""Bytes written to the temporary file at once, some 700 ciphertexts."""


@dataclass(slots=True)
class Subtree:
    """Up to 65,536 records committed to, in columns, in the order they came."""

    ids: list[int] = field(default_factory=list)
    places: list[StatusPlace] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    ciphertexts: list[bytes] = field(default_factory=list)


class Shelf:
    """Takes subtree after subtree, then gives all records.

    Ciphertexts of a batch of more than one subtree wait in a temporary file without a name: a million of them take
    1.4 GB. Memory holds 52 bytes of each record, and all secrets: a secret on a disk that nobody erases would undo
    erasure. After a crash nothing is left but ciphertexts whose keys are gone.
    """

    def __init__(self, rows: int) -> None:
        self._ids = array("q")
        self._sizes = array("L")
        self._secrets = bytearray()
        self._places: list[StatusPlace] = []
        self._ciphertexts: IO[bytes] = _waiting_room(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ciphertexts.close()

    def add(self, subtree: Subtree) -> bytes:
        """Puts a subtree's records into ascending order of their leaves (section 4); gives these, joined.

        Raises StoreError if the temporary file finds no room.
        """
        order = sorted(range(len(subtree.leaves)), key=subtree.leaves.__getitem__)
        self._ids.extend(_picked(subtree.ids, order))
        self._places += _picked(subtree.places, order)
        self._secrets += b"".join(_picked(subtree.secrets, order))
        self._sizes.extend([len(subtree.ciphertexts[number]) for number in order])
        try:
            self._ciphertexts.writelines(_picked(subtree.ciphertexts, order))
        except OSError as error:
            raise StoreError(f"no room for a temporary file ({error.strerror}): set TMPDIR") from error
        return b"".join(_picked(subtree.leaves, order))

    def records(self) -> Iterator[SealedRecord]:
        """All records in the tree's order. Raises StoreError if the temporary file cannot be read."""
        self._ciphertexts.seek(0)
        next_secret, next_bytes = BytesIO(self._secrets).read, self._ciphertexts.read
        for index, (record_id, size, place) in enumerate(zip(self._ids, self._sizes, self._places, strict=True)):
            secret, ciphertext = next_secret(SECRET_SIZE), next_bytes(size)
            if len(ciphertext) != size:
                raise StoreError("the temporary file has lost a part")
            yield SealedRecord(record_id, secret, ciphertext, place.uri, place.index, index)


def _waiting_room(rows: int) -> IO[bytes]:
    return BytesIO() if rows <= SUBTREE_LEAVES else TemporaryFile(buffering=BUFFER)


def _picked(column: Sequence[T], order: list[int]) -> list[T]:
    return [column[number] for number in order]
