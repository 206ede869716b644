"""Records of a database rebuilt to leaves, and compared with the published ones (docs/format.md sections 3 to 6)."""

from collections.abc import Iterator

from vanbang.catalog import TYPES
from vanbang.core.disclosure import DisclosureRejected
from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.errors import FormatError, RecordInvalid
from vanbang.core.merkle import TILE_WIDTH, TreeBuilder, leaf_hash, tile_digests
from vanbang.core.payload import StatusPlace
from vanbang.core.record_keys import RecordKeys
from vanbang.notary.committing import Committer
from vanbang.notary.records import record_json
from vanbang.notary.sealing import tile_path
from vanbang.ports import Batch, Store, StoredRecord, StoreError
from vanbang.ports.published import Published

NO_LEAF = bytes(DIGEST_SIZE)


def check_records(store: Store, files: Published, batch: Batch) -> Iterator[str]:
    """What is wrong with the records of a sealed batch, each in a few words; nothing: they give its root.

    Leaves of erased records come from the published tiles. Holds 32 bytes a record.
    """
    kind = TYPES.get(batch.vct)
    if kind is None:
        yield f"there is no type {batch.vct}"
        return
    root, size = batch.root or b"", batch.tree_size or 0
    leaves, count = bytearray(size * DIGEST_SIZE), 0
    erased: set[int] = set()
    committer = Committer(kind, batch.iss)
    for stored in store.records(batch.id):
        at = stored.leaf_index
        if at is None or not 0 <= at < size or at in erased or _leaf(leaves, at) != NO_LEAF:
            yield f"record {stored.id} has no leaf of its own"
            continue
        count += 1
        if not stored.secret:
            erased.add(at)
            continue
        try:
            leaves[at * DIGEST_SIZE : (at + 1) * DIGEST_SIZE] = leaf_hash(payload_of(committer, stored))
        except (StoreError, FormatError, RecordInvalid, DisclosureRejected) as error:
            yield f"record {stored.id}, leaf {at}: {error}"
            return
    if count != size:
        yield f"{count} records instead of {size}"
        return
    for at in erased:
        leaves[at * DIGEST_SIZE : (at + 1) * DIGEST_SIZE] = _published_leaf(files, root, size, at)
    builder = TreeBuilder(lambda level, number, tile: None)
    builder.append(bytes(leaves))
    if builder.finish() != root:
        yield from _differing(store, files, batch, bytes(leaves))


def payload_of(committer: Committer, stored: StoredRecord) -> bytes:
    """The payload that a sealed record commits to. Raises StoreError, FormatError, RecordInvalid."""
    keys = RecordKeys.of(stored.secret)
    plaintext = record_json(committer.kind, keys.encryption, stored.ciphertext)
    place = StatusPlace(stored.list_uri or "", stored.list_index or 0)
    return committer.payload(plaintext, stored.secret, keys, place)


def published_tile(files: Published, root: bytes, size: int, level: int, number: int) -> bytes | None:
    """The first copy of a tile that has the right length, unchecked."""
    length = tile_digests(level, number, size) * DIGEST_SIZE
    for copy in files.copies(tile_path(root, level, number)):
        if isinstance(copy.data, bytes) and len(copy.data) == length:
            return copy.data
    return None


def _leaf(leaves: bytes | bytearray, at: int) -> bytes:
    return bytes(leaves[at * DIGEST_SIZE : (at + 1) * DIGEST_SIZE])


def _published_leaf(files: Published, root: bytes, size: int, at: int) -> bytes:
    tile = published_tile(files, root, size, 0, at // TILE_WIDTH)
    place = at % TILE_WIDTH * DIGEST_SIZE
    return NO_LEAF if tile is None else tile[place : place + DIGEST_SIZE]


def _differing(store: Store, files: Published, batch: Batch, leaves: bytes) -> Iterator[str]:
    """The first record whose leaf is not the published one; else that the whole is not the root."""
    root, size = batch.root or b"", batch.tree_size or 0
    for stored in store.records(batch.id):
        at = stored.leaf_index or 0
        if _leaf(leaves, at) != _published_leaf(files, root, size, at):
            yield f"record {stored.id}, leaf {at}"
            return
    yield "the records do not give the root"
