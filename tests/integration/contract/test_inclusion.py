"""verifyInclusion against a tree built here by its definition: odd last nodes move up, sides follow from the index."""

import hashlib
from dataclasses import dataclass

import pytest
from stage import NOTHING, SCHOOL, Entry, Stage, Validity, digest, entry

pytestmark = pytest.mark.slow

SIZES = range(1, 21)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass(frozen=True)
class Tree:
    payload_hashes: tuple[bytes, ...]

    @classmethod
    def of_size(cls, size: int) -> "Tree":
        return cls(tuple(digest(f"payload {number} of {size}") for number in range(size)))

    def levels(self) -> list[list[bytes]]:
        level = [sha256(b"\0" + payload) for payload in self.payload_hashes]
        levels = [level]
        while len(level) > 1:
            pairs = [sha256(level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
            level = pairs + ([level[-1]] if len(level) % 2 else [])
            levels.append(level)
        return levels

    def batch(self) -> Entry:
        return Entry(self.levels()[-1][0], len(self.payload_hashes), digest(f"manifest of {len(self.payload_hashes)}"))

    def path(self, index: int) -> list[bytes]:
        path = []
        for level in self.levels()[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1])
            index >>= 1
        return path


def verdict(stage: Stage, batch: Entry, payload: bytes, index: int, path: list[bytes]) -> Validity:
    return Validity(stage.read("verifyInclusion", SCHOOL, *batch, payload, index, path))


def anchored(stage: Stage, size: int) -> tuple[Tree, Entry]:
    tree = Tree.of_size(size)
    stage.anchor(stage.group(tree.batch()))
    return tree, tree.batch()


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_a_small_tree_is_included(stage: Stage, size: int) -> None:
    """Each leaf folds to the root along its own path, and along no other leaf's."""
    tree, batch = anchored(stage, size)
    for index, payload in enumerate(tree.payload_hashes):
        assert verdict(stage, batch, payload, index, tree.path(index)) == Validity.VALID
        wrong = (index + 1) % size
        if wrong != index:
            assert verdict(stage, batch, payload, wrong, tree.path(wrong)) == Validity.NOT_INCLUDED


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 8, 13, 20])
def test_paths_are_exact(stage: Stage, size: int) -> None:
    """A path too long, too short, altered, reordered, or read at another index proves nothing."""
    tree, batch = anchored(stage, size)
    for index in {0, size // 2, size - 1}:
        payload, path = tree.payload_hashes[index], tree.path(index)
        wrong = [[*path, NOTHING], [NOTHING, *path]]
        if path:
            wrong += [path[:-1], path[1:], [sha256(path[0]), *path[1:]], [*path, path[-1]]]
        if len(path) > 1:
            wrong.append(path[::-1])
        for attempt in wrong:
            assert verdict(stage, batch, payload, index, attempt) == Validity.NOT_INCLUDED
        for elsewhere in {index + 1, index ^ 1, size, size + index, 2**64 - 1} - {index}:
            assert verdict(stage, batch, payload, elsewhere, path) == Validity.NOT_INCLUDED
        assert verdict(stage, batch, digest("forged"), index, path) == Validity.NOT_INCLUDED


def test_an_inner_node_is_no_leaf(stage: Stage) -> None:
    """A node hash given as a payload is hashed as a leaf, so the shortened path does not reach the root."""
    tree, batch = anchored(stage, 4)
    inner = tree.levels()[1]
    assert verdict(stage, batch, inner[0], 0, [inner[1]]) == Validity.NOT_INCLUDED


def test_the_size_is_part_of_the_proof(stage: Stage) -> None:
    """Under a signed root with a false size a path of the true tree's shape is refused."""
    tree = Tree.of_size(5)
    false = tree.batch()._replace(tree_size=8)
    stage.anchor(stage.group(false))
    assert verdict(stage, false, tree.payload_hashes[4], 4, tree.path(4)) == Validity.NOT_INCLUDED


def test_inclusion_in_a_batch_that_does_not_count_is_none(stage: Stage) -> None:
    """The batch's own state comes first: absent or revoked, a correct path changes nothing."""
    tree = Tree.of_size(3)
    batch = tree.batch()
    assert verdict(stage, batch, tree.payload_hashes[0], 0, tree.path(0)) == Validity.ABSENT
    stage.anchor(stage.group(batch))
    stage.send(stage.status_key, "revokeBatch", SCHOOL, batch.root)
    assert verdict(stage, batch, tree.payload_hashes[0], 0, tree.path(0)) == Validity.BATCH_REVOKED


def test_the_largest_tree_can_be_asked_about(stage: Stage) -> None:
    """A path of 53 steps is folded without running out of anything."""
    batch = entry("huge", 2**53 - 1)
    stage.anchor(stage.group(batch))
    assert verdict(stage, batch, digest("payload"), 0, [NOTHING] * 53) == Validity.NOT_INCLUDED
