"""The tree builder, tiles included, against a bare loop of hashlib over the same nodes."""

import os
from collections.abc import Iterator
from hashlib import sha256

from vanbang.cli.bench.measuring import Line, best, line
from vanbang.core.merkle import TreeBuilder

ROWS = 1_000_000
TIMES_BARE = 2.0


def tree(rows: int | None) -> Iterator[Line]:
    """Random leaves, a million if no number is asked for."""
    rows = rows or ROWS
    leaves = os.urandom(32 * rows)

    def bare() -> None:
        level = leaves
        while len(level) > 32:
            whole = len(level) & ~63
            above = b"".join([sha256(level[i : i + 64]).digest() for i in range(0, whole, 64)])
            level = above + level[whole:]

    def ours() -> None:
        builder = TreeBuilder(lambda level, number, tile: None)
        builder.append(leaves)
        builder.finish()

    seconds = best(ours)
    yield line("tree, times a bare hashlib loop", rows, seconds, seconds / best(bare), TIMES_BARE)
