"""Sealing: records become payloads, payloads leaves, leaves a tree (docs/format.md sections 3 to 6).

Order of writing: places and leaves, subtree after subtree; tiles, whose paths hold the root and which nothing refers to
until the end; the root computed a second time by another program over the tiles as read back; then the batch. Wherever
it is stopped, it goes on behind what is there.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing
from typing import Final

from vanbang.catalog import CredentialType
from vanbang.core.encoding import Digest
from vanbang.core.errors import RootMismatch
from vanbang.core.merkle import SUBTREE_LEAVES, TILE_WIDTH, TreeBuilder, row_size
from vanbang.notary.committing import type_digest
from vanbang.notary.placing import place_all
from vanbang.notary.recomputing import root_again
from vanbang.notary.watching import Watcher
from vanbang.notary.workers import InProcess, WorkerLost, in_order
from vanbang.ports import Batch, ObjectStore, RecordStore, SealedBatch, StoreError

WORTH_A_POOL: Final = 16_384
"""From here on starting worker processes (half a second) costs less than it saves."""


def seal(
    store: RecordStore,
    objects: ObjectStore,
    kind: CredentialType,
    batch: Batch,
    now: int,
    watcher: Watcher,
    executor: Executor | None = None,
) -> SealedBatch:
    """ACCEPTED to SEALED. A large batch is worked on by `executor`, a small one always in this process.

    Raises RootMismatch, RecordInvalid, StoreError, Conflict, WorkerLost; the batch is then ACCEPTED, and what was
    stored of its subtrees is used by the next run. Memory does not grow with the batch.
    """
    worker = executor if executor is not None and batch.rows >= WORTH_A_POOL else InProcess()
    objects.put(f"types/{type_digest(kind).hex()}", kind.metadata())
    place_all(store, batch, worker, watcher)
    tree = TreeBuilder(lambda level, number, tile: None)
    for leaves, _ in store.placed(batch.id):
        tree.append(leaves)
    root = tree.finish()
    watcher.stage("publishing")
    objects.put_many(_tiles(store, batch, root, watcher))
    check_tiles(objects, root, tree.size, worker)
    result = SealedBatch(batch.id, now, root, tree.size, type_digest(kind))
    store.seal(result)
    return result


def tile_path(root: bytes, level: int, number: int) -> str:
    """Where a tile is published (section 6)."""
    return f"tiles/{root.hex()}/{level}/{number}"


def check_tiles(objects: ObjectStore, root: bytes, size: int, executor: Executor | None = None) -> None:
    """Computes the root again with merkletools from the tiles in the store, 65,536 leaves at a time.

    Raises RootMismatch, StoreError: then nothing may be signed. What lost workers leave is done here.
    """
    worker = executor if executor is not None and size >= WORTH_A_POOL else InProcess()
    try:
        actual = _root_again(objects, root, size, worker)
    except WorkerLost:
        actual = _root_again(objects, root, size, InProcess())
    if actual != root:
        raise RootMismatch(root, actual)


def _root_again(objects: ObjectStore, root: bytes, size: int, worker: Executor) -> bytes:
    subtrees = (
        _leaves(objects, root, first, min(first + SUBTREE_LEAVES, size)) for first in range(0, size, SUBTREE_LEAVES)
    )
    with closing(in_order(worker, root_again, subtrees)) as tops:
        return root_again(b"".join([top for _, top in tops]))


def _tiles(store: RecordStore, batch: Batch, root: Digest, watcher: Watcher) -> Iterator[tuple[str, bytes]]:
    """The tiles over the stored leaves, each with its path. Raises RootMismatch if these have another root by now."""
    made: list[tuple[str, bytes]] = []
    tree = TreeBuilder(lambda level, number, tile: made.append((tile_path(root, level, number), tile)))
    for leaves, _ in store.placed(batch.id):
        tree.append(leaves)
        yield from made
        made.clear()
        watcher.done(tree.size, batch.rows)
    actual = tree.finish()
    yield from made
    if actual != root:
        raise RootMismatch(root, actual)


def _leaves(objects: ObjectStore, root: bytes, first: int, end: int) -> bytes:
    data = bytearray()
    paths = [tile_path(root, 0, number) for number in range(first // TILE_WIDTH, row_size(end, 8))]
    for path, tile in zip(paths, objects.get_many(paths), strict=True):
        if tile is None:
            raise StoreError(f"the tile {path} is not in the store")
        data += tile
    return bytes(data)
