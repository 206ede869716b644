"""Sealing: records become payloads, payloads leaves, leaves a tree (docs/format.md sections 3 to 6).

Order of writing: tiles (unreferenced until the end, so harmless after a crash), the root computed a second time by
another program over the tiles as read back, then everything else in one transaction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from secrets import token_bytes

from blockcerts_merkletools import MerkleTools

from vanbang.catalog import CredentialType, Record
from vanbang.core.disclosure import commit, read, resolve
from vanbang.core.encoding import DIGEST_SIZE, Digest, digest_of
from vanbang.core.errors import RecordInvalid, RootMismatch
from vanbang.core.merkle import SUBTREE_LEAVES, TILE_WIDTH, TreeBuilder, leaf_hash, row_size
from vanbang.core.payload import Payload, StatusPlace, read_payload
from vanbang.core.record_keys import SECRET_SIZE, RecordKeys
from vanbang.notary.intake import decrypt_record, encrypt_record
from vanbang.notary.status_places import take_places
from vanbang.ports import Batch, ObjectStore, RecordStore, SealedBatch, SealedRecord, StoredRecord, StoreError

Progress = Callable[[int], None]
"""Told after each record how many are done."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """A record's payload bytes and the disclosures that open it, ascending by digest."""

    payload: bytes
    disclosures: tuple[str, ...]


def commit_record(kind: CredentialType, iss: str, record: Record, secret: bytes, place: StatusPlace) -> Commitment:
    """The payload of a record and its disclosures; the same arguments give the same bytes (section 3)."""
    by_element = [claim.name for claim in kind.claims if claim.elements]
    disclosures, digests = commit(kind.claims_of(record), RecordKeys.of(secret), kind.digests, by_element)
    payload = Payload(iss, kind.vct, digest_of(kind.metadata()), digests, place)
    return Commitment(payload.to_bytes(), tuple(disclosures))


def seal(
    store: RecordStore, objects: ObjectStore, kind: CredentialType, batch: Batch, now: int, progress: Progress
) -> SealedBatch:
    """ACCEPTED to SEALED. Raises RootMismatch, RecordInvalid, StoreError, Conflict; the batch is then as before."""
    objects.put(f"types/{digest_of(kind.metadata()).hex()}", kind.metadata())
    places, bitmaps = take_places(store, batch.iss, batch.rows)
    tiles: dict[tuple[int, int], bytes] = {}
    builder = TreeBuilder(lambda level, number, data: tiles.__setitem__((level, number), data))
    sealed: list[SealedRecord] = []
    for subtree in _subtrees(store.records(batch.id), places):
        leaves = []
        for stored, place in subtree:
            leaves.append(_seal_record(kind, batch.iss, stored, place))
            progress(len(sealed) + len(leaves))
        leaves.sort(key=lambda item: item[0])
        sealed += [_placed(record, index) for index, (_, record) in enumerate(leaves, len(sealed))]
        builder.append(b"".join(leaf for leaf, _ in leaves))
    root = builder.finish()
    objects.put_many((tile_path(root, *place), data) for place, data in tiles.items())
    check_tiles(objects, root, builder.size)
    result = SealedBatch(batch.id, now, root, builder.size, digest_of(kind.metadata()))
    store.seal(result, sealed, bitmaps)
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


def _seal_record(
    kind: CredentialType, iss: str, stored: StoredRecord, place: StatusPlace
) -> tuple[Digest, SealedRecord]:
    record = decrypt_record(kind, stored)
    secret = token_bytes(SECRET_SIZE)
    commitment = commit_record(kind, iss, record, secret, place)
    _check_commitment(commitment, kind, record)
    ciphertext = encrypt_record(kind, record, secret)
    return leaf_hash(commitment.payload), SealedRecord(stored.id, secret, ciphertext, place.uri, place.index, -1)


def _check_commitment(commitment: Commitment, kind: CredentialType, record: Record) -> None:
    """Reads back what a verifier will read: a record that does not come out as it went in is never sealed."""
    disclosures = [read(text) for text in commitment.disclosures]
    shown = resolve(read_payload(commitment.payload).digests, disclosures).claims
    if shown != kind.claims_of(record):
        raise RecordInvalid("the sealed credential does not show the record it was made from")


def _placed(record: SealedRecord, leaf_index: int) -> SealedRecord:
    return SealedRecord(record.id, record.secret, record.ciphertext, record.list_uri, record.list_index, leaf_index)


def _subtrees(
    records: Iterator[StoredRecord], places: list[StatusPlace]
) -> Iterator[list[tuple[StoredRecord, StatusPlace]]]:
    subtree: list[tuple[StoredRecord, StatusPlace]] = []
    for pair in zip(records, places, strict=True):
        subtree.append(pair)
        if len(subtree) == SUBTREE_LEAVES:
            yield subtree
            subtree = []
    if subtree:
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
