"""Every credential file of an institution, one after the other (docs/decisions/0037-proofs-and-bulk-export.md).

Records come by their ids and are rebuilt by worker processes; their proofs come from tiles that are read once for
65,536 of them; this process signs, so that the key stays where it is. The same export gives the same bytes again: so
it can go on anywhere, behind any file.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.catalog import TYPES
from vanbang.core.batch import BatchManifest, read_manifest
from vanbang.core.credential import CREDENTIAL_TYPE
from vanbang.core.encoding import b64url, digest_of, from_time_text
from vanbang.core.errors import FormatError
from vanbang.core.jws import PublicKey, protected_header, sign_es256, signing_input
from vanbang.core.merkle import SUBTREE_LEAVES
from vanbang.notary.export_items import Exported, LeftOut
from vanbang.notary.portions import portions
from vanbang.notary.proving import ProvenSubtree, proven_subtree, proven_subtrees
from vanbang.notary.rebuilding import RebuildWork, Unsigned, Wanted, rebuild
from vanbang.notary.workers import InProcess, WorkerLost, in_order
from vanbang.ports import Batch, Institution, KeyStore, ObjectStore, Store, StoredRecord, StoreError

UNIT: Final = 500
"""Files a unit of work: 40 ms of one processor, 0.6 MB to a worker and 3 MB back."""
UNIT_BYTES: Final = 2**20
"""Ciphertext at which a unit is full before: records may hold attachments."""
TRIES: Final = 3
"""How often in a row workers may be lost with no file made: then whatever kills them will go on doing it."""
PROOFS: Final = 1_000
"""Proofs written at a time."""
PAGE: Final = 200
"""Batches read at a time."""
WORTH_A_POOL: Final = 2_000
"""Files of a batch from which on worker processes are asked: fewer are made before those would begin."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported; None does not narrow. `iss`: of one institution; `batch`, `upload`: of one batch, of one list;
    `since`: sealed at this unix time or later."""

    iss: str | None = None
    batch: str | None = None
    upload: str | None = None
    since: int | None = None


class Position(NamedTuple):
    """Behind which record an export goes on: its batch, and its id there."""

    batch: Batch
    record: int


@dataclass(frozen=True, slots=True)
class Export:
    """Exports from one installation. `executor` rebuilds files, this process does without one."""

    store: Store
    objects: ObjectStore
    keys: KeyStore
    executor: Executor = field(default_factory=InProcess)

    def files(self, chosen: Selection, behind: Position | None = None) -> Generator[Sequence[Exported | LeftOut]]:
        """All files chosen, in units, oldest batch first, records in the order they came.

        Raises StoreError: a tile is missing or damaged, and which; KeyMissing, WorkerLost. Whoever stops early closes
        it.
        """
        institutions: dict[str, Institution] = {}
        for batch in selected(self.store, chosen, behind):
            if batch.iss not in institutions:  # it may have come while others' files went out
                institutions = {item.iss: item for item in self.store.institutions()}
            if batch.manifest is None or not is_endorsed(batch):
                yield [LeftOut(batch.id, "", "not_endorsed", batch.rows)]
                continue
            if _is_damaged(batch):
                yield [LeftOut(batch.id, "", "damaged", batch.rows)]
                continue
            begin = behind.record if behind is not None and behind.batch.id == batch.id else 0
            yield from self._of_batch(batch, batch.manifest, institutions[batch.iss], begin)

    def _of_batch(
        self, batch: Batch, manifest: bytes, institution: Institution, begin: int
    ) -> Generator[Sequence[Exported | LeftOut]]:
        """Goes on by itself when workers are lost, as long as there is headway."""
        folder = f"{institution.code}/{TYPES[batch.vct].name}"
        jwk = self.keys.es256(f"{institution.slug}/credential")
        worker, lost = self.executor if batch.rows >= WORTH_A_POOL else InProcess(), 0
        while True:
            units = _units(self.store.records(batch.id, begin), self.objects, batch, manifest)
            try:
                with closing(in_order(worker, rebuild, units)) as rebuilt:
                    for work, files in rebuilt:
                        yield list(_signed(batch, folder, jwk, work, files))
                        begin, lost = work.last, 0
                return
            except WorkerLost:
                lost += 1
                if lost == TRIES:
                    raise


def _signed(
    batch: Batch,
    folder: str,
    jwk: ec.EllipticCurvePrivateKey,
    work: RebuildWork,
    files: Sequence[Unsigned | None],
) -> Iterator[Exported | LeftOut]:
    protected = b64url(protected_header(PublicKey.of(jwk).kid, CREDENTIAL_TYPE))
    for wanted, file in zip(work.records, files, strict=True):
        if file is None:
            yield LeftOut(batch.id, wanted.key.hex(), "damaged" if wanted.secret else "erased")
        else:
            signature = b64url(sign_es256(jwk, signing_input(protected, file.payload)))
            yield Exported(f"{folder}/{file.name}", file.signed(protected, signature))


def selected(store: Store, chosen: Selection, behind: Position | None = None) -> Iterator[Batch]:
    """The batches chosen, oldest first, from that of `behind` on."""
    if chosen.batch is not None:
        found = store.batch(chosen.batch)
        yield from filter(lambda batch: _fits(batch, chosen), [found] if found else [])
        return
    if behind is not None and _fits(behind.batch, chosen):
        yield behind.batch
    after = (behind.batch.accepted_at, behind.batch.id) if behind is not None else None
    while page := store.batches_page(iss=chosen.iss, states=(), upload=chosen.upload, after=after, limit=PAGE):
        yield from (batch for batch in page if _fits(batch, chosen))
        after = (page[-1].accepted_at, page[-1].id)


def counted(store: Store, chosen: Selection) -> int:
    """How many records an export of all of it goes through."""
    return sum(batch.rows for batch in selected(store, chosen))


def is_endorsed(batch: Batch) -> bool:
    """Whether its manifest is final: credential files can be made."""
    return batch.manifest is not None and batch.state in ("ENDORSED", "ANCHORING", "FINAL")


def manifest_of(batch: Batch) -> BatchManifest:
    """The manifest of an endorsed batch. Raises StoreError if somebody damaged it."""
    try:
        return read_manifest(batch.manifest or b"")
    except FormatError as error:
        raise StoreError(f"batch {batch.id}: what the database has as its manifest is none: {error}") from error


def _is_damaged(batch: Batch) -> bool:
    """Whether no file of an endorsed batch can be made, for what somebody did to its row."""
    try:
        manifest_of(batch)
    except StoreError:
        return True
    return batch.vct not in TYPES


def position_of(store: Store, chosen: Selection, manifest_sha256: bytes, leaf_index: int) -> Position | None:
    """Where the file stands whose manifest has this hash, at this leaf; None if it is none of those chosen."""
    for batch in selected(store, chosen):
        if batch.manifest is not None and digest_of(batch.manifest) == manifest_sha256:
            record = store.record_at(batch.id, leaf_index)
            return None if record is None else Position(batch, record.id)
    return None


def proof_lines(objects: ObjectStore, batch: Batch) -> Iterator[tuple[bytes, int]]:
    """The proofs of all leaves of an endorsed batch as JSON lines in the tree's order, and how many, in pieces.

    A line has `leaf`, `leaf_index`, `path`, `root` and `tree_size`; digests in hex. Raises StoreError.
    """
    told = manifest_of(batch)
    end = f'"root":"{told.root.hex()}","tree_size":{told.tree_size}}}\n'
    for subtree in proven_subtrees(objects, told.root, told.tree_size):
        last = subtree.first + len(subtree)
        for begin in range(subtree.first, last, PROOFS):
            numbers = range(begin, min(begin + PROOFS, last))
            yield "".join([_proof_line(subtree, number, end) for number in numbers]).encode(), len(numbers)


def _proof_line(subtree: ProvenSubtree, index: int, end: str) -> str:
    path = ",".join([f'"{digest.hex()}"' for digest in subtree.path(index)])
    return f'{{"leaf":"{subtree.leaf(index).hex()}","leaf_index":{index},"path":[{path}],{end}'


def subject_of(store: Store, chosen: Selection) -> str:
    """What an export is of, for the audit log."""
    if chosen.batch is not None:
        return f"batch/{chosen.batch}"
    if chosen.upload is not None:
        return f"upload/{chosen.upload}"
    code = next((item.code for item in store.institutions() if item.iss == chosen.iss), "")
    return f"issuer/{code}" if code else "issuers"


def since_of(day: str, where: str) -> int:
    """Unix seconds of the first moment of a day (YYYY-MM-DD), UTC. Raises FormatError."""
    try:
        return from_time_text(f"{day}T00:00:00Z", where)
    except FormatError as error:
        raise FormatError(where, f"{day}: not a day as YYYY-MM-DD") from error


def _units(
    records: Iterable[StoredRecord], objects: ObjectStore, batch: Batch, manifest: bytes
) -> Iterator[RebuildWork]:
    """Records in units of work, with their proofs."""
    told = manifest_of(batch)

    @lru_cache(maxsize=1)
    def subtree(number: int) -> ProvenSubtree:
        return proven_subtree(objects, told.root, told.tree_size, number)

    for unit in portions(records, UNIT, UNIT_BYTES):
        here = [_wanted(record, told.tree_size, subtree) for record in unit]
        yield RebuildWork(batch.vct, batch.iss, manifest, here, unit[-1].id)


def _wanted(record: StoredRecord, size: int, subtree: Callable[[int], ProvenSubtree]) -> Wanted:
    """What it takes to rebuild the file; without a leaf, which is none, where the record is erased or has no place in
    the tree."""
    stored = (record.key, record.secret, record.ciphertext, record.edition)
    uri, place, index = record.list_uri, record.list_index, record.leaf_index
    if not record.secret or uri is None or place is None or index is None or not 0 <= index < size:
        return Wanted(*stored, "", 0, 0, b"", b"")
    proven = subtree(index // SUBTREE_LEAVES)
    return Wanted(*stored, uri, place, index, proven.leaf(index), b"".join(proven.path(index)))


def _fits(batch: Batch, chosen: Selection) -> bool:
    if batch.state == "RECEIVING" or chosen.iss not in (None, batch.iss) or chosen.upload not in (None, batch.upload):
        return False
    return chosen.since is None or batch.sealed_at is None or batch.sealed_at >= chosen.since
