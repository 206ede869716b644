"""Leaf, tree, tiles and inclusion proofs (docs/format.md sections 4 to 6).

The tree is the one that merkletools builds: a lone last node of a row moves up unchanged. All functions take and
give 32-byte digests; rows are handled as joined bytes, for a Python object per node would cost more than its hash.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from vanbang.core.encoding import DIGEST_SIZE, MAX_INTEGER, Digest
from vanbang.core.errors import ProofError, RootMismatch

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
SUBTREE_LEAVES: Final = 1 << 16
"""Leaves sorted among themselves: large enough to hide a person, small enough to be a unit of work."""

TileSink = Callable[[int, int, bytes], None]
"""Takes (row level, tile number, 32 to 8,192 bytes of digests)."""
TileSource = Callable[[int, int], bytes]
"""Gives the bytes of the tile (row level, tile number)."""


def leaf_hash(payload: bytes) -> Digest:
    """SHA-256(0x00 || SHA-256(payload)) (section 4)."""
    return Digest(sha256(b"\x00" + sha256(payload).digest()).digest())


def node_hash(left: bytes, right: bytes) -> Digest:
    """SHA-256(left || right), both 32 bytes (section 4)."""
    return Digest(sha256(left + right).digest())


def digests_in(row: bytes) -> list[bytes]:
    """The 32-byte digests that `row` joins."""
    return [row[i : i + DIGEST_SIZE] for i in range(0, len(row), DIGEST_SIZE)]


def row_size(tree_size: int, level: int) -> int:
    """How many nodes of height `level` a tree of `tree_size` leaves has (section 6)."""
    return -(-tree_size >> level)


def parent_row(row: bytes) -> bytes:
    """The row above `row` (joined digests): pairs hashed, a lone last digest as it is (section 4)."""
    whole = len(row) & ~63
    above = b"".join([sha256(row[i : i + 64]).digest() for i in range(0, whole, 64)])
    return above + row[whole:]


def fold_row(row: bytes, heights: int = 64) -> bytes:
    """`row` folded upwards by at most `heights` rows, or until one digest is left."""
    while len(row) > DIGEST_SIZE and heights:
        row = parent_row(row)
        heights -= 1
    return row


class TreeBuilder:
    """Builds a tree from leaf hashes as they come, and hands each finished tile to `sink` once.

    Holds at most one open tile for each stored row, whatever the tree's size.
    """

    def __init__(self, sink: TileSink) -> None:
        self._sink = sink
        self._open: list[bytearray] = [bytearray()]
        self._tiles: list[int] = [0]
        self.size = 0

    def append(self, leaves: bytes) -> None:
        """Adds joined 32-byte leaf hashes, in the tree's order. Raises ProofError if a digest is cut."""
        if len(leaves) % DIGEST_SIZE:
            raise ProofError(f"{len(leaves)} bytes are no whole number of 32-byte leaf hashes")
        self.size += len(leaves) // DIGEST_SIZE
        self._add(0, leaves)

    def finish(self) -> Digest:
        """Emits what is open and gives the root. Raises ProofError for a tree without leaves."""
        if not self.size:
            raise ProofError("a tree needs at least one leaf")
        row = 0
        while row_size(self.size, row * TILE_HEIGHT) > 1:
            if self._open[row]:
                self._close(row)
            row += 1
        if row == 0:
            self._sink(0, 0, bytes(self._open[0]))
        return Digest(bytes(self._open[row]))

    def _add(self, row: int, digests: bytes) -> None:
        if row == len(self._open):
            self._open.append(bytearray())
            self._tiles.append(0)
        self._open[row] += digests
        while len(self._open[row]) >= TILE_WIDTH * DIGEST_SIZE:
            self._close(row)

    def _close(self, row: int) -> None:
        tile = bytes(self._open[row][: TILE_WIDTH * DIGEST_SIZE])
        del self._open[row][: len(tile)]
        self._sink(row * TILE_HEIGHT, self._tiles[row], tile)
        self._tiles[row] += 1
        self._add(row + 1, fold_row(tile, TILE_HEIGHT))


def inclusion_path(tile: TileSource, leaf_index: int, tree_size: int) -> tuple[Digest, ...]:
    """The path of a leaf, read from the stored tiles (sections 5 and 6). Raises ProofError.

    Reads one tile for each stored row: two for a tree of up to 65,536 leaves.
    """
    _check_place(leaf_index, tree_size)
    path: list[Digest] = []
    level, index = 0, leaf_index
    while row_size(tree_size, level) > 1:
        number, place = divmod(index, TILE_WIDTH)
        row = tile(level, number)
        _check_tile(row, level, number, tree_size)
        for _ in range(TILE_HEIGHT):
            sibling = (place ^ 1) * DIGEST_SIZE
            if sibling < len(row):
                path.append(Digest(row[sibling : sibling + DIGEST_SIZE]))
            row = parent_row(row)
            place >>= 1
        level, index = level + TILE_HEIGHT, index // TILE_WIDTH
    return tuple(path)


def tile_digests(level: int, number: int, tree_size: int) -> int:
    """How many digests the tile has: 256, or fewer for the last of its row (section 6)."""
    return min(TILE_WIDTH, row_size(tree_size, level) - number * TILE_WIDTH)


def path_length(leaf_index: int, tree_size: int) -> int:
    """The exact number of digests in a path (section 5). Raises ProofError unless 0 <= leaf_index < tree_size."""
    _check_place(leaf_index, tree_size)
    length = 0
    while tree_size > 1:
        length += (leaf_index ^ 1) < tree_size
        leaf_index, tree_size = leaf_index >> 1, (tree_size + 1) >> 1
    return length


def fold_path(leaf: bytes, leaf_index: int, tree_size: int, path: Sequence[bytes]) -> Digest:
    """The root that leaf and path give (section 5). Raises ProofError if the path cannot belong to that place."""
    expected = path_length(leaf_index, tree_size)
    if len(path) != expected:
        raise ProofError(f"a path of {len(path)} digests instead of {expected}")
    node, siblings = Digest(leaf), iter(path)
    while tree_size > 1:
        if (leaf_index ^ 1) < tree_size:
            sibling = next(siblings)
            node = Digest(sha256(sibling + node if leaf_index & 1 else node + sibling).digest())
        leaf_index, tree_size = leaf_index >> 1, (tree_size + 1) >> 1
    return node


def check_inclusion(leaf: bytes, leaf_index: int, tree_size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises ProofError or RootMismatch unless the path leads from the leaf to the root (section 5)."""
    actual = fold_path(leaf, leaf_index, tree_size, path)
    if actual != root:
        raise RootMismatch(root, actual)


def _check_place(leaf_index: int, tree_size: int) -> None:
    if not 0 <= leaf_index < tree_size <= MAX_INTEGER:
        raise ProofError(f"there is no leaf {leaf_index} in a tree of {tree_size}")


def _check_tile(row: bytes, level: int, number: int, tree_size: int) -> None:
    expected = tile_digests(level, number, tree_size) * DIGEST_SIZE
    if len(row) != expected:
        raise ProofError(f"the tile {level}/{number} has {len(row)} bytes instead of {expected}")
