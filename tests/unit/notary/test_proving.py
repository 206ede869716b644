"""Proofs from stored tiles."""

from collections import Counter
from hashlib import shake_256

import pytest

from vanbang.adapters.objects import MemoryStore
from vanbang.core.errors import ProofError, RootMismatch
from vanbang.core.merkle import SUBTREE_LEAVES, TreeBuilder, check_inclusion, inclusion_path, row_size
from vanbang.notary.proving import Prover, TileBroken, proofs, proven_subtree, proven_subtrees, read_tile
from vanbang.notary.sealing import tile_path
from vanbang.ports import StoreError

BEYOND = SUBTREE_LEAVES + 300
"""Leaves of a tree with two subtrees, the second of two tiles: so with tiles on three rows."""


class Tiles(MemoryStore):
    """Tiles of one tree; counts what is read, and gives other bytes where told to."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.leaves, self.read, self.wrong = shake_256(b"leaves").digest(32 * size), Counter[str](), dict[str, bytes]()
        tiles: dict[tuple[int, int], bytes] = {}
        builder = TreeBuilder(lambda level, number, data: tiles.__setitem__((level, number), data))
        builder.append(self.leaves)
        self.root, self.size, self.places = builder.finish(), size, list(tiles)
        self.put_many((tile_path(self.root, *place), data) for place, data in tiles.items())

    def get(self, path: str) -> bytes | None:
        self.read[path] += 1
        return self.wrong.get(path, super().get(path)) or None

    def leaf(self, index: int) -> bytes:
        return self.leaves[32 * index : 32 * index + 32]

    def spoil(self, level: int, number: int, data: bytes | None = None) -> str:
        path = tile_path(self.root, level, number)
        good = super().get(path) or b""
        self.wrong[path] = good[:40] + bytes([good[40] ^ 1]) + good[41:] if data is None else data
        return path


@pytest.fixture(scope="module")
def wide() -> Tiles:
    return Tiles(BEYOND)


@pytest.fixture
def tiles(wide: Tiles) -> Tiles:
    """A tree of two subtrees, unspoilt."""
    wide.read.clear()
    wide.wrong.clear()
    return wide


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 513, 1_025])
def test_every_leaf_has_its_proof(size: int) -> None:
    """The proofs of all leaves come in order, and are those that are computed one by one."""
    tiles = Tiles(size)
    found = list(proofs(tiles, tiles.root, size))
    assert [index for index, _ in found] == list(range(size))
    for index, path in found:
        assert tuple(path) == inclusion_path(lambda level, at: read_tile(tiles, tiles.root, level, at), index, size)


def test_every_tile_is_read_once(tiles: Tiles) -> None:
    """All proofs of two subtrees lead to the root; only the tile above both of them is read for each."""
    for index, path in proofs(tiles, tiles.root, BEYOND):
        if index % 997 == 0 or index > BEYOND - 3:
            check_inclusion(tiles.leaf(index), index, BEYOND, path, tiles.root)
    assert {path: number for path, number in tiles.read.items() if number > 1} == {tile_path(tiles.root, 16, 0): 2}
    assert len(tiles.read) == len(tiles.places) == row_size(BEYOND, 8) + 2 + 1


@pytest.mark.parametrize(("level", "number"), [(0, 0), (0, 129), (0, 257), (8, 0), (8, 1), (16, 0)])
def test_a_damaged_tile_is_named(tiles: Tiles, level: int, number: int) -> None:
    """Whichever tile is changed in one bit, that one is named."""
    path = tiles.spoil(level, number)
    with pytest.raises(TileBroken, match="is damaged") as caught:
        list(proven_subtrees(tiles, tiles.root, BEYOND))
    assert caught.value.path == path
    assert path in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 32, b"x" * 8_160, b"x" * 8_224])
def test_a_tile_of_another_size_is_named(tiles: Tiles, data: bytes) -> None:
    """A tile that lost its end, or has too much, is told by its path; so is one that is not there."""
    path = tiles.spoil(0, 200, data)
    with pytest.raises(StoreError, match=path):
        proven_subtree(tiles, tiles.root, BEYOND, 0)


def test_two_tiles_with_a_digest_moved_between_them(tiles: Tiles) -> None:
    """Tiles that are right together and wrong one by one are not right."""
    first, second = (read_tile(tiles, tiles.root, 0, number) for number in (7, 8))
    path = tiles.spoil(0, 7, first[:-32])
    tiles.spoil(0, 8, first[-32:] + second)
    with pytest.raises(TileBroken, match=path):
        proven_subtree(tiles, tiles.root, BEYOND, 0)


def test_a_single_proof_reads_one_tile_again(tiles: Tiles) -> None:
    """A prover remembers what stands above the leaves, so that the next proof reads a tile of leaves and no other."""
    prover = Prover(tiles)
    for index in (5, 6, 70, 60_000):
        tiles.read.clear()
        path = prover.prove(tiles.leaf(index), index, BEYOND, tiles.root)
        check_inclusion(tiles.leaf(index), index, BEYOND, path, tiles.root)
        assert len(tiles.read) == (3 if index == 5 else 1)


def test_a_prover_remembers_no_more_than_it_may(tiles: Tiles) -> None:
    """With room for no tile it reads all of them each time."""
    prover = Prover(tiles, kept=0)
    for _ in range(2):
        prover.prove(tiles.leaf(1), 1, BEYOND, tiles.root)
    assert set(tiles.read.values()) == {2}


def test_what_was_damaged_is_good_once_it_is_mended(tiles: Tiles) -> None:
    """A damaged tile proves nothing and is not remembered; nor is a good one that was read for another leaf."""
    prover = Prover(tiles)
    tiles.spoil(8, 0)
    with pytest.raises(RootMismatch):
        prover.prove(tiles.leaf(9), 9, BEYOND, tiles.root)
    tiles.wrong.clear()
    assert prover.prove(tiles.leaf(9), 9, BEYOND, tiles.root)
    with pytest.raises(RootMismatch):
        prover.prove(tiles.leaf(8), 9, BEYOND, tiles.root)
    with pytest.raises(ProofError):
        prover.prove(tiles.leaf(9), BEYOND, BEYOND, tiles.root)
