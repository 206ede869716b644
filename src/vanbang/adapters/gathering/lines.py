"""Credential files as lines: a file has no newline, so each stands on a line exactly as it is (NDJSON)."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from vanbang.adapters.gathering.found import Found, Item
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.notary.export_items import NOTE

_MOST: Final = MAX_CREDENTIAL_BYTES + 2
"""A byte too many, and the newline."""


def line_items(stream: BinaryIO) -> Iterator[Item]:
    """A file for each line, named by its number from 1. What is too long for one is cut one byte behind the limit.

    A newline at the end begins no further line; one of Windows (CR LF) is a newline too. What an export notes beside
    the files is no file; it counts as a line.
    """
    number = 0
    while line := stream.readline(_MOST):
        number += 1
        ended = line.endswith(b"\n")
        if not line.startswith(NOTE):
            yield Found(f"#{number}", line.removesuffix(b"\n").removesuffix(b"\r")[: MAX_CREDENTIAL_BYTES + 1])
        while not ended and (rest := stream.readline(_MOST)):
            ended = rest.endswith(b"\n")
