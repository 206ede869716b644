"""Inclusion proofs from stored tiles: one at a time, or all of a batch, each tile read once.

Tiles are not trusted. Every digest used is checked against the row above it, from the root downwards, so a broken tile
is named and nothing that does not lead to the root is handed out (docs/format.md sections 5 and 6).
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import Lock
from typing import ClassVar, Final

from vanbang.core.encoding import DIGEST_SIZE, Digest
from vanbang.core.errors import ProofError, RootMismatch
from vanbang.core.merkle import (
    SUBTREE_LEAVES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TileSource,
    check_inclusion,
    fold_row,
    inclusion_path,
    parent_row,
    row_size,
    tile_digests,
)
from vanbang.notary.sealing import tile_path
from vanbang.ports import ObjectStore, StoreError

SUBTREE_HEIGHT: Final = 16
TILES_KEPT: Final = 512
"""Tiles above the leaves that are remembered: 4 MB; those of two batches of ten million."""


class TileBroken(StoreError):
    """A tile that is in the store with other bytes than the root stands for; `path` is where."""

    code: ClassVar[str] = "tile_broken"

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return (
            f"the tile {self.path} is damaged: its digests do not lead to the root. Restore it from a mirror or backup"
        )


@dataclass(frozen=True, slots=True)
class ProvenSubtree:
    """Up to 65,536 leaves whose place under the root is shown.

    `first`: index of the first leaf. `rows`: 17 rows of joined digests, the leaves first, the subtree's top last.
    `above`: the path from that top to the root.
    """

    first: int
    rows: Sequence[bytes]
    above: tuple[Digest, ...]

    def __len__(self) -> int:
        return len(self.rows[0]) // DIGEST_SIZE

    def leaf(self, index: int) -> bytes:
        """The leaf hash at a place in the whole tree, 32 bytes."""
        place = (index - self.first) * DIGEST_SIZE
        return self.rows[0][place : place + DIGEST_SIZE]

    def path(self, index: int) -> list[bytes]:
        """The path of the leaf at a place in the whole tree: up to 16 digests within the subtree, then `above`."""
        place, path = (index - self.first) * DIGEST_SIZE, []
        for row in self.rows[:-1]:
            sibling = place ^ DIGEST_SIZE
            if sibling < len(row):
                path.append(row[sibling : sibling + DIGEST_SIZE])
            place = place >> 1 & ~(DIGEST_SIZE - 1)
        return path + list(self.above)


def proofs(objects: ObjectStore, root: bytes, size: int) -> Iterator[tuple[int, list[bytes]]]:
    """Index and path of every leaf, in order. Memory holds one subtree, 4 MB. Raises StoreError."""
    for subtree in proven_subtrees(objects, root, size):
        for index in range(subtree.first, subtree.first + len(subtree)):
            yield index, subtree.path(index)


def proven_subtrees(objects: ObjectStore, root: bytes, size: int) -> Iterator[ProvenSubtree]:
    """The subtrees of a tree, in order. Raises StoreError: a tile is missing or damaged, and which."""
    return (proven_subtree(objects, root, size, number) for number in range(row_size(size, SUBTREE_HEIGHT)))


def proven_subtree(objects: ObjectStore, root: bytes, size: int, number: int) -> ProvenSubtree:
    """One subtree, by its number from 0. Reads each of its 257 tiles, and one of each row above, once."""
    tile = lru_cache(maxsize=None)(partial(read_tile, objects, root))
    top, above = _top(tile, root, size, number)
    middle = _checked_middle(tile, root, size, number, top)
    numbers = range(number * TILE_WIDTH, number * TILE_WIDTH + len(middle) // DIGEST_SIZE)
    paths = [tile_path(root, 0, at) for at in numbers]
    tiles = [_there(path, data) for path, data in zip(paths, objects.get_many(paths), strict=True)]
    rows = [b"".join(tiles)]
    for _ in range(SUBTREE_HEIGHT):
        rows.append(parent_row(rows[-1]))
    sizes = [tile_digests(0, at, size) * DIGEST_SIZE for at in numbers]
    if rows[TILE_HEIGHT] != middle or list(map(len, tiles)) != sizes:
        raise TileBroken(tile_path(root, 0, _first_wrong(objects, root, size, numbers, middle)))
    return ProvenSubtree(number * SUBTREE_LEAVES, rows, above)


def read_tile(objects: ObjectStore, root: bytes, level: int, number: int) -> bytes:
    """A tile's bytes. Raises StoreError if there is none."""
    path = tile_path(root, level, number)
    return _there(path, objects.get(path))


def _there(path: str, data: bytes | None) -> bytes:
    if data is None:
        raise StoreError(f"the tile {path} is not in the store")
    return data


class Prover:
    """Proves single leaves, and remembers tiles above the leaves that led to a root. Safe to use from threads.

    Every proof reads one tile of leaves; those above are shared by 65,536 leaves and more.
    """

    def __init__(self, objects: ObjectStore, kept: int = TILES_KEPT) -> None:
        self._objects = objects
        self._most = kept
        self._known: OrderedDict[tuple[bytes, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def prove(self, leaf: bytes, index: int, size: int, root: bytes) -> tuple[Digest, ...]:
        """The path from this leaf hash to the root, checked.

        Raises StoreError: a tile is missing or damaged; ProofError; RootMismatch: it is another leaf.
        """
        read: dict[tuple[bytes, int, int], bytes] = {}

        def tile(level: int, number: int) -> bytes:
            place = (root, level, number)
            read[place] = self._remembered(place) or read_tile(self._objects, root, level, number)
            return read[place]

        try:
            path = inclusion_path(tile, index, size)
            check_inclusion(leaf, index, size, path, root)
        except (ProofError, RootMismatch):
            self._forget(read)
            raise
        self._keep(read)
        return path

    def _remembered(self, place: tuple[bytes, int, int]) -> bytes | None:
        with self._lock:
            if place in self._known:
                self._known.move_to_end(place)
            return self._known.get(place)

    def _keep(self, read: dict[tuple[bytes, int, int], bytes]) -> None:
        with self._lock:
            self._known.update({place: data for place, data in read.items() if place[1]})
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def _forget(self, read: dict[tuple[bytes, int, int], bytes]) -> None:
        with self._lock:
            for place in read:
                self._known.pop(place, None)


def _top(tile: TileSource, root: bytes, size: int, number: int) -> tuple[Digest, tuple[Digest, ...]]:
    """A subtree's top node and the path from it to the root. Raises StoreError."""
    tops = row_size(size, SUBTREE_HEIGHT)
    if tops == 1:
        return Digest(root), ()

    def above(level: int, at: int) -> bytes:
        return tile(SUBTREE_HEIGHT + level, at)

    at, place = divmod(number, TILE_WIDTH)
    top = Digest(above(0, at)[place * DIGEST_SIZE :][:DIGEST_SIZE])
    try:
        path = inclusion_path(above, number, tops)
        check_inclusion(top, number, tops, path, root)
    except (ProofError, RootMismatch) as error:
        raise TileBroken(tile_path(root, *_highest_wrong(above, root, tops, number))) from error
    return top, path


def _highest_wrong(above: TileSource, root: bytes, tops: int, number: int) -> tuple[int, int]:
    """Level and number of the highest tile over a subtree that does not fold to what stands above it."""
    levels = [level for level in range(0, 64, TILE_HEIGHT) if row_size(tops, level) > 1]
    expected = root
    for level in reversed(levels):
        at, place = divmod(number >> level, TILE_WIDTH)
        data = above(level, at)
        if fold_row(data, TILE_HEIGHT) != expected:
            return SUBTREE_HEIGHT + level, at
        expected = data[place * DIGEST_SIZE :][:DIGEST_SIZE]
    return SUBTREE_HEIGHT + levels[0], number // TILE_WIDTH


def _checked_middle(tile: TileSource, root: bytes, size: int, number: int, top: bytes) -> bytes:
    """What the leaf tiles of a subtree must fold to, joined: its tile of level 8. Raises TileBroken."""
    if row_size(size, TILE_HEIGHT) == 1:
        return top
    middle = tile(TILE_HEIGHT, number)
    if fold_row(middle, TILE_HEIGHT) != top or len(middle) != tile_digests(TILE_HEIGHT, number, size) * DIGEST_SIZE:
        raise TileBroken(tile_path(root, TILE_HEIGHT, number))
    return middle


def _first_wrong(objects: ObjectStore, root: bytes, size: int, numbers: range, middle: bytes) -> int:
    """The number of the first leaf tile that does not fold to its digest in `middle`."""
    for at, number in enumerate(numbers):
        data = read_tile(objects, root, 0, number)
        if (
            len(data) != tile_digests(0, number, size) * DIGEST_SIZE
            or fold_row(data) != middle[at * DIGEST_SIZE :][:DIGEST_SIZE]
        ):
            return number
    return numbers[-1]
