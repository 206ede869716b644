"""Stored records in portions that a worker process can hold: few, and fewer where they are large."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from vanbang.ports import StoredRecord, Unsealed

R = TypeVar("R", StoredRecord, Unsealed)


def portions(records: Iterable[R], most: int, most_bytes: int) -> Iterator[list[R]]:
    """At most `most` records each, in their order; one is closed when its ciphertexts have come to `most_bytes`."""
    portion: list[R] = []
    size = 0
    for record in records:
        portion.append(record)
        size += len(record.ciphertext)
        if len(portion) == most or size >= most_bytes:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
