"""The invariants that must hold whatever happened: crashes, lost answers, reorganisations, two workers at once.

| | |
|---|---|
| 1 | every record that was accepted is in exactly one batch; of what was issued again only the newest is valid |
| 2 | root from the rows = root from the tiles = root on chain |
| 3 | at most one good anchor for an issuer, root, size and manifest |
| 4 | events without a gap, `head` from the events |
| 5 | nothing is called final that a quorum does not hold final |
| 6 | every transaction on chain was stored before it was sent |
| 7 | the nonces of a sender have no gap |
| 8 | the same idempotency key gives the same bytes: only who repeats a request sees it, so it is not looked at here |
| 9 | every proof handed out verifies offline |
| 10 | nothing personal in calldata, audit log, or what else is given to look through |
| 11 | the audit log's hash chain holds |
| 12 | no price above the cap |
| 13 | every record is found by its key and by whose it is, an erased one by its key alone; nothing else is found |
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from vanbang.catalog import TYPES
from vanbang.core.batch import anchor_key
from vanbang.core.encoding import Digest
from vanbang.core.errors import VanbangError
from vanbang.core.merkle import check_inclusion, inclusion_path, leaf_hash
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.notary.auditing.auditing import Asked, Audit, Watcher
from vanbang.notary.auditing.database import DatabaseCheck, batches, transactions
from vanbang.notary.auditing.editions import check_editions
from vanbang.notary.auditing.findings import Finding, Weight
from vanbang.notary.auditing.rows import payload_of, published_tile
from vanbang.notary.committing import Committer
from vanbang.notary.records import decrypt_record
from vanbang.ports import Batch, LedgerUnsure, Store, StoreError, Transaction, Upload
from vanbang.ports.chronicle import Chronicle
from vanbang.ports.notebook import Notebook
from vanbang.ports.published import Published

SAMPLE: Final = 25
"""Records of a batch whose proofs are made, and whose data is looked for where it must not be."""
SECRETIVE: Final = 6
"""Characters: a shorter value (a grade, a year) is found anywhere by chance."""
PERSONAL: Final = ("ho_va_ten", "so_ddcn", "ma_nguoi_hoc", "so_hieu_vbcc", "so_vao_so", "ma_dinh_danh_vbcc")
"""What the names of fields that identify a person or a diploma begin with."""
_AUDITED: Final[dict[int, tuple[str, ...]]] = {
    2: ("tile_", "leaf_", "file_", "manifest_", "records_", "batch_differs", "anchor_differs"),
    3: ("anchored_twice",),
    4: ("event", "issuer_", "names_", "key_differs", "key_known", "key_unknown", "status_missing", "status_invented"),
    5: ("batch_not_anchored", "batch_block", "status_not_set", "receipt_differs", "institution_unknown"),
    11: ("audit_log",),
    13: ("entries_",),
}
"""The audit's findings that break an invariant, by how their codes begin."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and where."""

    number: int
    place: str


@dataclass(frozen=True, slots=True)
class Premises:
    """What the invariants are read from. `haystacks` are further bytes with nothing personal in them (logs, URLs,
    metrics); `max_gas_price` (wei) is the cap, None where there is none."""

    store: Store
    chronicle: Chronicle
    files: Published
    notebook: Notebook
    haystacks: Sequence[bytes] = ()
    max_gas_price: int | None = None
    findings: list[Finding] = field(default_factory=list)
    """What the audit found; filled by `check_invariants`."""


class Unwatched:
    """Sees nothing."""

    def issuers(self, done: int, of: int) -> None:
        """Nothing."""

    def batches(self, done: int) -> None:
        """Nothing."""


def check_invariants(premises: Premises, exempt: Sequence[int] = (), watcher: Watcher | None = None) -> list[Broken]:
    """All that are broken, each with its place, by number. Everything is looked at anew: give an empty notebook.

    What could not be asked raises LedgerUnsure: nothing is known of it then. Raises StoreError.
    """
    check = DatabaseCheck(premises.store, premises.chronicle, premises.notebook, premises.files)
    audit = Audit(
        premises.chronicle,
        premises.files,
        premises.notebook,
        watcher or Unwatched(),
        Asked((), 0, (), premises.chronicle.block().time),
        check.run,
    )
    premises.findings[:] = audit.run().findings
    for finding in premises.findings:
        if finding.code in ("chain_unsure", "chain_changed"):
            raise LedgerUnsure(finding.detail or "the chain changed while it was read")
    found = [broken for number, look in INVARIANTS.items() if number not in exempt for broken in look(premises, number)]
    return sorted(found, key=lambda broken: broken.number)


def accepted_records(premises: Premises, number: int) -> Iterator[Broken]:
    """1: the batches of an accepted upload hold as many records as it was told, and no batch is without an upload; of
    the editions of a record only the newest is good."""
    rows: dict[str, int] = defaultdict(int)
    for batch in batches(premises.store):
        rows[batch.upload] += batch.rows
        held = sum(1 for _ in premises.store.records(batch.id))
        if held != batch.rows:
            yield Broken(number, f"batch/{batch.id}: {held} records instead of {batch.rows}")
    for upload in _uploads(premises.store):
        expected = upload.accepted if upload.state == "ACCEPTED" else 0
        if rows.pop(upload.id, 0) != expected:
            yield Broken(number, f"upload/{upload.id}: not {expected} records in its batches")
    for upload_id in rows:
        if premises.store.upload(upload_id) is None:
            yield Broken(number, f"upload/{upload_id}: batches of a list that was never sent in")
    for place, words in check_editions(premises.store, premises.files):
        yield Broken(number, f"{place}: {words}")


def audited(premises: Premises, number: int) -> Iterator[Broken]:
    """2, 3, 4, 5, 11, 13: what the audit found."""
    for finding in premises.findings:
        if finding.code.startswith(_AUDITED[number]) and finding.weight is not Weight.NOTE:
            yield Broken(number, f"{finding.code}: {finding.place} {finding.detail}".strip())


def stored_before_sent(premises: Premises, number: int) -> Iterator[Broken]:
    """6: each nonce that an account of ours has used on chain has a row; each receipt is of an attempt that is stored.

    A nonce that an incident says was used elsewhere is told there. Accounts are ours alone from their first nonce on.
    """
    elsewhere = {item.subject for item in premises.store.incidents() if item.kind == "nonce_used_elsewhere"}
    for sender, rows in _by_sender(premises.store).items():
        (used,) = premises.chronicle.nonces([sender])
        stored = {row.nonce for row in rows}
        for nonce in range(used):
            if nonce not in stored and f"0x{sender.hex()}:{nonce}" not in elsewhere:
                yield Broken(number, f"0x{sender.hex()}, nonce {nonce}: on chain, and never stored")
        for row in rows:
            hashes = {attempt.hash for attempt in row.attempts}
            if row.receipt is not None and row.receipt.transaction_hash not in hashes:
                yield Broken(number, f"transaction/{row.id}: a receipt of bytes that are not stored")


def nonces_without_gap(premises: Premises, number: int) -> Iterator[Broken]:
    """7: no stored transaction waits for a nonce that neither the chain nor a row has."""
    for sender, rows in _by_sender(premises.store).items():
        (used,) = premises.chronicle.nonces([sender])
        stored = sorted(row.nonce for row in rows)
        if len(set(stored)) != len(stored):
            yield Broken(number, f"0x{sender.hex()}: a nonce twice")
        for nonce in range(used, stored[-1]):
            if nonce not in stored:
                yield Broken(number, f"0x{sender.hex()}, nonce {nonce}: missing, and later ones wait for it")


def proofs_verify(premises: Premises, number: int) -> Iterator[Broken]:
    """9: of final batches, records give leaves that lead along the published tiles to the anchored root."""
    for batch in batches(premises.store):
        if batch.state != "FINAL" or batch.manifest is None:
            continue
        key = anchor_key(batch.manifest)
        committer = Committer(TYPES[batch.vct], batch.iss)
        tile = partial(_tile, premises.files, key.root, key.tree_size)
        for stored in islice(premises.store.records(batch.id), SAMPLE):
            if not stored.secret or stored.leaf_index is None:
                continue
            try:
                leaf = leaf_hash(payload_of(committer, stored))
                path = inclusion_path(tile, stored.leaf_index, key.tree_size)
                check_inclusion(leaf, stored.leaf_index, key.tree_size, path, key.root)
            except VanbangError as error:
                yield Broken(number, f"batch/{batch.id}, record {stored.id}: {error}")


def nothing_personal(premises: Premises, number: int) -> Iterator[Broken]:
    """10: no name, number or date of a person in calldata, in the audit log, or in `haystacks`."""
    needles = {text.encode() for batch in batches(premises.store) for text in _personal(premises.store, batch)}
    for transaction in transactions(premises.store):
        if any(needle in transaction.call.data for needle in needles):
            yield Broken(number, f"transaction/{transaction.id}: personal data in its call")
    for line in audit_lines(premises.store):
        text = f"{line.actor}\n{line.subject}\n{line.facts}".encode()
        if any(needle in text for needle in needles):
            yield Broken(number, f"audit_log/{line.seq}: personal data")
    for at, haystack in enumerate(premises.haystacks):
        if any(needle in haystack for needle in needles):
            yield Broken(number, f"what was given to look through, number {at}: personal data")


def audit_log_holds(premises: Premises, number: int) -> Iterator[Broken]:
    """11: each line stands behind the one before it."""
    log = check_log(audit_lines(premises.store))
    if log.wrong:
        yield Broken(number, f"audit_log/{log.lines + 1}: {log.wrong}")


def under_the_cap(premises: Premises, number: int) -> Iterator[Broken]:
    """12: no attempt offers more for a unit of gas than the cap."""
    cap = premises.max_gas_price
    for transaction in transactions(premises.store):
        for attempt in transaction.attempts:
            if cap is not None and attempt.max_fee > cap:
                yield Broken(number, f"transaction/{transaction.id}: {attempt.max_fee} wei a unit of gas")


INVARIANTS: Final[dict[int, Callable[[Premises, int], Iterator[Broken]]]] = {
    1: accepted_records,
    2: audited,
    3: audited,
    4: audited,
    5: audited,
    6: stored_before_sent,
    7: nonces_without_gap,
    9: proofs_verify,
    10: nothing_personal,
    11: audit_log_holds,
    12: under_the_cap,
    13: audited,
}
"""Each invariant's function, by its number."""


def _uploads(store: Store) -> Iterator[Upload]:
    after: tuple[int, str] | None = None
    while page := store.uploads(after=after):
        yield from page
        after = (page[-1].created_at, page[-1].id)


def _by_sender(store: Store) -> dict[bytes, list[Transaction]]:
    found: dict[bytes, list[Transaction]] = defaultdict(list)
    for transaction in transactions(store):
        found[transaction.sender].append(transaction)
    return found


def _personal(store: Store, batch: Batch) -> Iterator[str]:
    kind = TYPES[batch.vct]
    for stored in islice(store.records(batch.id), SAMPLE):
        if stored.secret:
            values = kind.values_of(decrypt_record(kind, stored))
            yield from (text for name, text in values.items() if name.startswith(PERSONAL) and len(text) >= SECRETIVE)


def _tile(files: Published, root: Digest, size: int, level: int, number: int) -> bytes:
    tile = published_tile(files, root, size, level, number)
    if tile is None:
        raise StoreError(f"the tile {level}/{number} of {root.hex()} is not published")
    return tile
