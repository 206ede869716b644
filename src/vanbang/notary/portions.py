"""Stored records in portions that a worker process can hold: few, and fewer where they are large."""

from collections.abc import Iterable, Iterator

from vanbang.ports import StoredRecord


def portions(records: Iterable[StoredRecord], most: int, most_bytes: int) -> Iterator[list[StoredRecord]]:
    """At most `most` records each, in their order; one is closed when its ciphertexts have come to `most_bytes`."""
    portion: list[StoredRecord] = []
    size = 0
    for record in records:
        portion.append(record)
        size += len(record.ciphertext)
        if len(portion) == most or size >= most_bytes:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
