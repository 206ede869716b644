"""Sealing: records become payloads, payloads leaves, leaves a tree (docs/format.md sections 3 to 6).

Order of writing: tiles (unreferenced until the end, so harmless after a crash), the root computed a second time by
another program over the tiles as read back, then everything else in one transaction.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing
from itertools import islice
from os import cpu_count
from typing import TypeAlias

from blockcerts_merkletools import MerkleTools

from vanbang.catalog import CredentialType
from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.errors import RootMismatch
from vanbang.core.merkle import SUBTREE_LEAVES, TILE_WIDTH, TreeBuilder, row_size
from vanbang.core.payload import StatusPlace
from vanbang.notary.committing import Committed, Work, commit_all, type_digest
from vanbang.notary.shelf import Shelf, Subtree
from vanbang.notary.status_places import Places
from vanbang.notary.workers import InProcess, WorkerLost
from vanbang.ports import Batch, ObjectStore, RecordStore, SealedBatch, StoredRecord, StoreError

UNIT = 4_096
"""Records a unit of work, a part of a subtree: 0.2 s of one processor, and 3 MB each way between two processes."""
AHEAD = (cpu_count() or 1) + 2
"""Units under way at once: one for each processor, and two that wait so that none is idle."""
WORTH_A_POOL = 16_384
"""From here on starting worker processes (half a second) costs less than it saves."""

Progress = Callable[[int], None]
"""Told after each unit of work how many records are done."""


def seal(
    store: RecordStore,
    objects: ObjectStore,
    kind: CredentialType,
    batch: Batch,
    now: int,
    progress: Progress,
    executor: Executor | None = None,
) -> SealedBatch:
    """ACCEPTED to SEALED. A large batch is worked on by `executor`, a small one always in this process.

    Raises RootMismatch, RecordInvalid, StoreError, Conflict, WorkerLost; the batch is then as before.
    """
    objects.put(f"types/{type_digest(kind).hex()}", kind.metadata())
    places = Places(store, batch.iss)
    pairs = zip(store.records(batch.id), places, strict=False)
    tiles: dict[tuple[int, int], bytes] = {}
    builder = TreeBuilder(lambda level, number, data: tiles.__setitem__((level, number), data))
    worker = executor if executor is not None and batch.rows >= WORTH_A_POOL else InProcess()
    with Shelf(batch.rows) as shelf, closing(_committed(worker, batch, pairs)) as units:
        for subtree in _subtrees(units, progress):
            builder.append(shelf.add(subtree))
        root = builder.finish()
        objects.put_many((tile_path(root, *place), data) for place, data in tiles.items())
        check_tiles(objects, root, builder.size)
        result = SealedBatch(batch.id, now, root, builder.size, type_digest(kind))
        store.seal(result, shelf.records(), {uri: bytes(bitmap) for uri, bitmap in places.bitmaps.items()})
    return result


def tile_path(root: bytes, level: int, number: int) -> str:
    """Where a tile is published (section 6)."""
    return f"tiles/{root.hex()}/{level}/{number}"


def check_tiles(objects: ObjectStore, root: bytes, size: int) -> None:
    """Computes the root again with merkletools from the tiles in the store, 65,536 leaves at a time.

    Raises RootMismatch or StoreError: then nothing may be signed.
    """
    tops = [
        _merkletools_root(_leaves(objects, root, first, min(first + SUBTREE_LEAVES, size)))
        for first in range(0, size, SUBTREE_LEAVES)
    ]
    actual = _merkletools_root(tops)
    if actual != root:
        raise RootMismatch(root, actual)


Unit: TypeAlias = tuple[list[tuple[StoredRecord, StatusPlace]], Committed]
"""Records with their places, and what became of them, in the same order."""


def _committed(
    worker: Executor, batch: Batch, records: Iterator[tuple[StoredRecord, StatusPlace]]
) -> Generator[Unit, None, None]:
    """Commits to all records, unit after unit, a bounded number under way. Raises WorkerLost."""
    waiting: deque[tuple[list[tuple[StoredRecord, StatusPlace]], Future[Committed]]] = deque()
    try:
        while unit := list(islice(records, UNIT)):
            waiting.append((unit, worker.submit(commit_all, _work(batch, unit))))
            if len(waiting) == AHEAD:
                yield _finished(*waiting.popleft())
        while waiting:
            yield _finished(*waiting.popleft())
    except BrokenExecutor as error:
        raise WorkerLost from error
    finally:
        for _, future in waiting:
            future.cancel()


def _work(batch: Batch, unit: list[tuple[StoredRecord, StatusPlace]]) -> Work:
    return Work(
        batch.vct,
        batch.iss,
        [stored.secret for stored, _ in unit],
        [stored.ciphertext for stored, _ in unit],
        [(place.uri, place.index) for _, place in unit],
    )


def _finished(unit: list[tuple[StoredRecord, StatusPlace]], future: Future[Committed]) -> Unit:
    return unit, future.result()


def _subtrees(units: Iterable[Unit], progress: Progress) -> Iterator[Subtree]:
    """Units put together to subtrees of 65,536 records, the last one shorter."""
    subtree, done = Subtree(), 0
    for pairs, committed in units:
        subtree.ids += [stored.id for stored, _ in pairs]
        subtree.places += [place for _, place in pairs]
        subtree.leaves += committed.leaves
        subtree.secrets += committed.secrets
        subtree.ciphertexts += committed.ciphertexts
        done += len(pairs)
        progress(done)
        if len(subtree.ids) == SUBTREE_LEAVES:
            yield subtree
            subtree = Subtree()
    if subtree.ids:
        yield subtree


def _leaves(objects: ObjectStore, root: bytes, first: int, end: int) -> list[bytes]:
    data = bytearray()
    for number in range(first // TILE_WIDTH, row_size(end, 8)):
        tile = objects.get(tile_path(root, 0, number))
        if tile is None:
            raise StoreError(f"the tile {tile_path(root, 0, number)} is not in the store")
        data += tile
    return [bytes(data[i : i + DIGEST_SIZE]) for i in range(0, len(data), DIGEST_SIZE)]


def _merkletools_root(leaves: list[bytes]) -> bytes:
    tree = MerkleTools(hash_type="sha256")
    tree.add_leaf([leaf.hex() for leaf in leaves])
    tree.make_tree()
    return bytes.fromhex(tree.get_merkle_root())
