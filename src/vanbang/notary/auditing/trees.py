"""A batch's tree from its published tiles, every row of them (docs/format.md section 6)."""

from itertools import pairwise

from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.merkle import (
    SUBTREE_LEAVES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TreeBuilder,
    fold_row,
    row_size,
    tile_digests,
)
from vanbang.notary.auditing.reading import Reader
from vanbang.notary.sealing import tile_path


class Stop(Exception):
    """A tile that is not there: it is told already."""


def check_tree(reader: Reader, root: bytes, size: int) -> int:
    """Tells every tile that does not belong to the tree of `size` leaves with this root; the number of leaves folded.

    Holds one tile a row, whatever the size.
    """
    wrong: list[tuple[int, int, int]] = []
    builder = TreeBuilder(lambda level, number, data: _compare(reader, root, size, (level, number, data), wrong))
    last = b""
    try:
        for number in range(row_size(size, TILE_HEIGHT)):
            tile = _tile(reader, root, size, 0, number)
            last = _ascending(reader, tile_path(root, 0, number), tile, number, last)
            builder.append(tile)
        folded = builder.finish()
        above = {(level, number) for level, number, _ in wrong}
        for level, number, at in wrong:
            # A tile that is at odds with the leaves is told there, not where it is carried upwards.
            if (level - TILE_HEIGHT, number * TILE_WIDTH + at) not in above:
                _blame(reader, root, size, level, number, at)
    except Stop:
        return builder.size
    if folded != root and not wrong:
        reader.say("tile_altered", tile_path(root, 0, 0), f"the leaves fold to {folded.hex()}")
    return builder.size


def _tile(reader: Reader, root: bytes, size: int, level: int, number: int) -> bytes:
    tile = reader.tile(tile_path(root, level, number), tile_digests(level, number, size) * DIGEST_SIZE)
    if tile is None:
        raise Stop
    return tile


def _compare(
    reader: Reader, root: bytes, size: int, made: tuple[int, int, bytes], wrong: list[tuple[int, int, int]]
) -> None:
    """Notes where a published tile above the leaves is not what the leaves give."""
    level, number, data = made
    if level == 0:
        return
    published = _tile(reader, root, size, level, number)
    for at in range(0, len(data), DIGEST_SIZE):
        if data[at : at + DIGEST_SIZE] != published[at : at + DIGEST_SIZE]:
            wrong.append((level, number, at // DIGEST_SIZE))


def _blame(reader: Reader, root: bytes, size: int, level: int, number: int, at: int) -> None:
    """Tells which of two tiles that are at odds is the altered one: if the upper row gives the root, the one below."""
    row = b"".join(_tile(reader, root, size, level, each) for each in range(row_size(size, level + TILE_HEIGHT)))
    below = tile_path(root, level - TILE_HEIGHT, number * TILE_WIDTH + at)
    reader.say("tile_altered", below if fold_row(row) == root else tile_path(root, level, number), f"digest {at}")


def _ascending(reader: Reader, path: str, tile: bytes, number: int, last: bytes) -> bytes:
    """The tile's last leaf; within each 65,536 leaves the hashes ascend strictly (section 4)."""
    leaves = [tile[at : at + DIGEST_SIZE] for at in range(0, len(tile), DIGEST_SIZE)]
    before = leaves if number * TILE_WIDTH % SUBTREE_LEAVES == 0 else [last, *leaves]
    if any(a >= b for a, b in pairwise(before)):
        reader.say("leaf_order", path)
    return leaves[-1]
