"""Leaf, tree, tiles and proofs, against a second implementation of the same tree."""

from functools import lru_cache
from hashlib import sha256
from typing import Any

import pytest
from blockcerts_merkletools import MerkleTools
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.errors import ProofError, RootMismatch
from vanbang.core.merkle import (
    TreeBuilder,
    check_inclusion,
    digests_in,
    fold_path,
    fold_row,
    inclusion_path,
    leaf_hash,
    node_hash,
    path_length,
    row_size,
    tile_digests,
)

Tiles = dict[tuple[int, int], bytes]


@lru_cache(maxsize=1)
def _leaves(size: int) -> list[bytes]:
    return [sha256(number.to_bytes(4, "big")).digest() for number in range(size)]


def _built(leaves: list[bytes], piece: int) -> tuple[bytes, Tiles]:
    tiles: Tiles = {}
    builder = TreeBuilder(lambda level, number, data: _keep(tiles, level, number, data))
    joined = b"".join(leaves)
    for start in range(0, len(joined), 32 * piece):
        builder.append(joined[start : start + 32 * piece])
    return builder.finish(), tiles


def _keep(tiles: Tiles, level: int, number: int, data: bytes) -> None:
    assert (level, number) not in tiles, "a tile was handed out twice"
    tiles[level, number] = data


def _merkletools(leaves: list[bytes]) -> MerkleTools:
    tools = MerkleTools()
    tools.leaves = [bytearray(leaf) for leaf in leaves]
    tools.make_tree()
    return tools


def _their_path(tools: MerkleTools, index: int) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(next(iter(step.values()))) for step in tools.get_proof(index))


def test_digests_of_a_row() -> None:
    """A row comes apart into the digests that it was joined of."""
    assert digests_in(b"".join(_leaves(5))) == _leaves(5)
    assert digests_in(b"") == []


def _compare(size: int, indices: Any, piece: int) -> None:
    leaves = _leaves(size)
    root, tiles = _built(leaves, piece)
    tools = _merkletools(leaves)
    assert root.hex() == tools.get_merkle_root()
    for index in indices:
        path = inclusion_path(lambda level, number: tiles[level, number], index, size)
        assert path == _their_path(tools, index)
        assert len(path) == path_length(index, size)
        check_inclusion(leaves[index], index, size, path, root)


@pytest.mark.parametrize("start", range(1, 300, 50))
def test_small_trees_are_those_of_merkletools(start: int) -> None:
    """Roots of all sizes from 1 to 300, with the paths of the leaves where a row may end."""
    for size in range(start, start + 50):
        _compare(size, sorted({0, 1, size // 2, size - 2, size - 1} & set(range(size))), piece=7)


@pytest.mark.parametrize("size", [5, 256, 257, 300])
def test_every_path_of_a_tree_is_that_of_merkletools(size: int) -> None:
    """All leaves of trees that end with, before and after a tile."""
    _compare(size, range(size), piece=100)


@pytest.mark.parametrize("size", [1_000, 65_535, 65_536, 65_537])
def test_large_trees_are_those_of_merkletools(size: int) -> None:
    """Trees of one and of two tile rows, around a run of sorted leaves."""
    _compare(size, sorted({0, 255, 256, size // 3, size - 256, size - 2, size - 1}), piece=10_000)


@given(st.integers(1, 700), st.integers(1, 300))
def test_how_leaves_come_does_not_matter(size: int, piece: int) -> None:
    """Root and tiles are the same for leaves in pieces of any length, and the tiles are those of section 6."""
    leaves = _leaves(size)
    root, tiles = _built(leaves, piece)
    assert (root, tiles) == _built(leaves, size)
    rows = [level for level in range(0, 64, 8) if level == 0 or row_size(size, level) > 1]
    assert set(tiles) == {(level, n) for level in rows for n in range(-(-row_size(size, level) // 256))}
    for (level, number), data in tiles.items():
        assert len(data) == 32 * tile_digests(level, number, size)
        assert data == fold_row(b"".join(leaves), level)[8192 * number :][:8192]
    assert fold_row(b"".join(leaves)) == root


def test_leaf_and_node_hash_different_lengths() -> None:
    """A leaf hashes 33 bytes and a node 64, so that no node's bytes can be taken for a payload."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert left == sha256(b"\0" + sha256(b"a").digest()).digest()
    assert node_hash(left, right) == sha256(left + right).digest()
    assert leaf_hash(left + right) != node_hash(left, right)


@given(st.integers(1, 40), st.data())
def test_a_proof_stands_for_one_place_only(size: int, data: st.DataObject) -> None:
    """Another index or leaf, a digest changed, dropped, added or moved: none leads to the root without an error."""
    leaves = _leaves(size)
    root, tiles = _built(leaves, size)
    index = data.draw(st.integers(0, size - 1))
    path = list(inclusion_path(lambda level, number: tiles[level, number], index, size))
    others: list[tuple[int, list[bytes]]] = [(other, list(path)) for other in range(size + 2) if other != index]
    others += [(index, path[:k] + path[k + 1 :]) for k in range(len(path))]
    others += [(index, [*path[:k], bytes(32), *path[k:]]) for k in range(len(path) + 1)]
    others += [(index, [*path[:k], bytes(32), *path[k + 1 :]]) for k in range(len(path))]
    others += [(index, path[::-1])] if path[::-1] != path else []
    for place, altered in others:
        with pytest.raises((ProofError, RootMismatch)):
            check_inclusion(leaves[index], place, size, altered, root)


def test_a_lone_last_leaf_is_not_its_own_sibling() -> None:
    """Duplicating the last leaf gives another root, and a path with the duplicate has a digest too many."""
    leaves = _leaves(3)
    root, _ = _built(leaves, 3)
    assert _built([*leaves, leaves[2]], 4)[0] != root
    with pytest.raises(ProofError, match="2 digests instead of 1"):
        fold_path(leaves[2], 2, 3, [leaves[2], node_hash(leaves[0], leaves[1])])


def test_a_mismatch_carries_both_roots() -> None:
    """The error says which root was expected and which came out."""
    with pytest.raises(RootMismatch) as found:
        check_inclusion(b"\1" * 32, 0, 1, [], b"\2" * 32)
    assert (found.value.expected, found.value.actual) == (b"\2" * 32, b"\1" * 32)


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (1, 1), (0, 0), (0, 2**53), (5, 3)])
def test_a_place_outside_the_tree_is_refused(index: int, size: int) -> None:
    """Neither length nor path exists for it."""
    with pytest.raises(ProofError, match="there is no leaf"):
        path_length(index, size)
    with pytest.raises(ProofError, match="there is no leaf"):
        inclusion_path(lambda level, number: b"", index, size)


def test_the_longest_path_has_53_digests() -> None:
    """The largest tree that the format allows."""
    assert path_length(0, 2**53 - 1) == 53
    assert path_length(2**53 - 2, 2**53 - 1) == 52


def test_a_tile_of_another_length_is_refused() -> None:
    """A mirror that cuts a tile short is found out before anything is computed from it."""
    with pytest.raises(ProofError, match="tile 0/0 has 32 bytes instead of 64"):
        inclusion_path(lambda level, number: bytes(32), 0, 2)


def test_a_cut_digest_and_an_empty_tree_are_refused() -> None:
    """A builder takes whole digests, and at least one."""
    builder = TreeBuilder(lambda level, number, data: None)
    with pytest.raises(ProofError, match="33 bytes are no whole number"):
        builder.append(bytes(33))
    with pytest.raises(ProofError, match="at least one leaf"):
        builder.finish()


def test_a_row_can_be_folded_part_of_the_way() -> None:
    """Two heights of five digests leave two."""
    assert len(fold_row(b"".join(_leaves(5)), 2)) == 64
