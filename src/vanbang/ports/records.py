"""What we intend: institutions, batches, records, status roots."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from vanbang.core.payload import StatusPlace
from vanbang.core.status import StatusList
from vanbang.ports.ledger import Attempt, Receipt, Transaction
from vanbang.ports.stored import (
    Batch,
    Held,
    Institution,
    NewRecord,
    PersonIndexes,
    SealedBatch,
    StoredRecord,
    StoredRoot,
    Subtree,
    Unsealed,
)
from vanbang.ports.uploads import Upload


class RecordStore(Protocol):
    """What we intend: institutions, batches, records, transactions. Trusted with ciphertexts and record secrets.

    Every method is one transaction: durable when it returns, without effect when it raises. Raises StoreError when the
    database cannot do it (disk full, locked for long), and what a method names.
    """

    def add_institution(self, institution: Institution) -> None:
        """Raises Conflict if `iss`, code or slug is taken by another."""
        ...

    def institutions(self) -> Sequence[Institution]:
        """All, by code."""
        ...

    def change_institution(self, old: Institution, new: Institution) -> None:
        """Changes its name, and the officer's name and title. Raises Conflict unless `old` is what is stored."""
        ...

    def begin(self, batch: Batch) -> None:
        """Stores a batch in state RECEIVING. Raises Conflict if the id exists."""
        ...

    def add_records(self, arrived: Mapping[str, Sequence[NewRecord]]) -> None:
        """Adds records to RECEIVING batches, by their ids; nobody finds them before these are accepted. Raises Conflict
        if one is not RECEIVING."""
        ...

    def accept(self, upload: Upload, batch_ids: Sequence[str], now: int) -> None:
        """RECEIVING to ACCEPTED for all batches of an upload, with its counts, and the upload to ACCEPTED, at once.

        What their records are found by is entered before, in steps; a crash leaves a list that waits as before.
        Raises Conflict if one of them is not so, or a record's key is in another list, as this edition.
        """
        ...

    def discard(self, upload_id: str) -> None:
        """Removes the RECEIVING batches of an upload with their records, in steps; a crash leaves some to remove."""
        ...

    def batch(self, batch_id: str) -> Batch | None:
        """The batch, or None."""
        ...

    def batches(self, *states: str) -> Sequence[Batch]:
        """Batches in any of these states (all, if none is named), oldest first."""
        ...

    def batch_states(self) -> Mapping[str, tuple[int, int]]:
        """How many batches are in each state, and when the oldest of them was accepted (unix seconds)."""
        ...

    def batches_page(
        self, *, iss: str | None, states: Sequence[str], upload: str | None, after: tuple[int, str] | None, limit: int
    ) -> Sequence[Batch]:
        """Batches by (accepted_at, id) behind `after`; None and () mean all. RECEIVING ones are left out."""
        ...

    def records(self, batch_id: str, behind: int = 0) -> Iterator[StoredRecord]:
        """The batch's records in the order they came, which is that of their ids, behind an id; streamed."""
        ...

    def received(self, batch_id: str, behind: int, limit: int) -> Sequence[tuple[int, bytes, int]]:
        """Id, key and edition of the batch's next records behind an id, in that order, at most so many."""
        ...

    def list_uris(self, batch_id: str) -> set[str]:
        """The status lists that hold the batch's places."""
        ...

    def taken(self, keys: Sequence[bytes], upload_id: str) -> dict[bytes, Held]:
        """Those of the blind record keys that an accepted batch of another upload holds, with the newest edition."""
        ...

    def record(self, record_id: int) -> StoredRecord | None:
        """The record, or None."""
        ...

    def of_learner(self, learner: bytes, iss: str | None, behind: int, limit: int) -> Sequence[StoredRecord]:
        """The sealed records with this blind index of a learner number, by id, behind an id; None: of all issuers."""
        ...

    def of_citizen(self, citizen: int, iss: str | None, behind: int, limit: int) -> Sequence[StoredRecord]:
        """The same by citizen number: of ten million records some ten are others'."""
        ...

    def without_persons(self, behind: int) -> tuple[Sequence[StoredRecord], int]:
        """The next records behind an id that can be read and have neither blind index, by id, and the id up to which
        they were looked for; that is `behind` itself, at the end."""
        ...

    def add_persons(self, found: Sequence[PersonIndexes]) -> int:
        """Enters the indexes of those that have none by now and are not erased; gives how many these were."""
        ...

    def record_at(self, batch_id: str, leaf_index: int) -> StoredRecord | None:
        """The sealed record with this leaf, or None; takes some milliseconds, as records are not found by leaves."""
        ...

    def erase(self, record_id: int, at: int) -> None:
        """Removes secret and ciphertext of a sealed record for good, withdraws its shares, and forgets the secret of
        the list it came in; key, place and leaf stay. Repeating is harmless. On return no copy is left in the database.

        Raises Conflict if there is no such record or it is not sealed.
        """
        ...

    def find(self, key: bytes, edition: int | None = None) -> StoredRecord | None:
        """The sealed record with this blind key, of the newest edition unless one is named, or None."""
        ...

    def editions(self, key: bytes) -> Sequence[StoredRecord]:
        """All sealed records with this blind key, by edition."""
        ...

    def unsealed(self, batch_id: str, behind: int = 0) -> Iterator[Unsealed]:
        """What sealing reads of the records of a batch that is not sealed, by id, behind an id; streamed."""
        ...

    def place(self, batch_id: str, subtree: Subtree) -> None:
        """Stores what is decided of a subtree of an ACCEPTED batch: of its 65,536 records, fewer in the last one. The
        places are taken from then on; nothing else of it counts for anything but `placed` until the batch is sealed.

        Raises Conflict unless these are the batch's next records in the order of their ids, all of them, each with a
        place and a leaf of its own, and no other record has one of their places; or the batch is not ACCEPTED.
        """
        ...

    def placed(self, batch_id: str) -> Iterator[tuple[bytes, int]]:
        """The sorted leaves of each stored subtree of a batch that is not sealed yet, joined, and the highest id of a
        record in it; in order, streamed."""
        ...

    def seal(self, sealed: SealedBatch) -> None:
        """ACCEPTED to SEALED, once all of its records are placed; the waiting leaves are forgotten.

        Raises Conflict if a record is not placed, another batch has this root, or the batch is not ACCEPTED.
        """
        ...

    def finalise(self, batch_id: str, manifest: bytes, endorsements: bytes | None, deadline: int) -> None:
        """Fixes the manifest of a SEALED batch, and until when the institution's signature over it may be used.

        Raises Conflict if the batch is not SEALED or has another manifest.
        """
        ...

    def endorse(self, batch_id: str, signature: bytes) -> None:
        """SEALED, with a manifest, to ENDORSED: the institution's signature over it."""
        ...

    def reopen(self, batch_id: str) -> None:
        """Back to SEALED without manifest, endorsements and signature: a key ended or the deadline passed."""
        ...

    def renew(self, batch_id: str, deadline: int) -> None:
        """Back to SEALED with its manifest, without the institution's signature: a good key must sign it anew.

        Raises Conflict if the batch has no manifest, or is neither SEALED, ENDORSED, ANCHORING nor FINAL.
        """
        ...

    def final_batches(self, since_block: int, after: tuple[int, str], limit: int) -> Sequence[Batch]:
        """FINAL batches anchored in this block or a later one, by (block, id) behind `after`."""
        ...

    def mark(self, batch_ids: Sequence[str], state: str, transaction: int | None, block: int | None = None) -> None:
        """Moves batches to a state of anchoring, with the transaction that carries them."""
        ...

    def places(self, records: Sequence[int]) -> dict[int, StatusPlace]:
        """The status places of those of the records that are sealed."""
        ...

    def status_lists(self, iss: str) -> Sequence[tuple[StatusList, bytes]]:
        """The issuer's lists with the bitmap (16,384 bytes) of their taken places, by number."""
        ...

    def status_list(self, uri: str) -> StatusList | None:
        """One list, or None."""
        ...

    def add_status_list(self, iss: str, new: StatusList) -> None:
        """Adds an empty list. Raises Conflict if the uri exists."""
        ...

    def status_roots(self, iss: str) -> Sequence[StoredRoot]:
        """The issuer's status roots, oldest epoch first."""
        ...

    def add_status_root(self, iss: str, root: StoredRoot) -> None:
        """Raises Conflict if the epoch exists."""
        ...

    def replace_status_roots(self, iss: str, epochs: Sequence[int], root: StoredRoot) -> None:
        """One root instead of those that are WAITING, all of them and no other: their epochs were taken on chain.

        Raises Conflict if others wait by now, or the epoch exists.
        """
        ...

    def set_root_deadline(self, iss: str, epoch: int, deadline: int) -> None:
        """Fixes until when a signature over a WAITING status root may be used."""
        ...

    def open_status_roots(self) -> Sequence[tuple[str, StoredRoot]]:
        """The oldest status root of each issuer that is not FINAL, by issuer."""
        ...

    def final_status_roots(self, after: str, limit: int) -> Sequence[tuple[str, StoredRoot]]:
        """The newest FINAL status root of each issuer behind `after`, by issuer."""
        ...

    def final_status_root(self, iss: str) -> StoredRoot | None:
        """The issuer's newest FINAL status root, or None."""
        ...

    def settle_status_root(self, iss: str, epoch: int, state: str, transaction: int | None) -> None:
        """Moves a status root to a state of anchoring."""
        ...

    def add_transactions(self, new: Sequence[Transaction]) -> Sequence[Transaction]:
        """Stores signed transactions, with one attempt each, before anything is sent, and gives them their ids.

        Raises Conflict if a nonce is taken: UNIQUE(chain, sender, nonce).
        """
        ...

    def add_attempt(self, transaction: Transaction, attempt: Attempt) -> Transaction:
        """Stores another signed form before it is sent. Raises Conflict unless the stored transaction is this one."""
        ...

    def open_transactions(self) -> Sequence[Transaction]:
        """Transactions that are not SETTLED, by sender and nonce."""
        ...

    def settled_since(self, block: int, after: int, limit: int) -> Sequence[Transaction]:
        """FINAL and FAILED transactions whose receipt lies in this block or a later one, and REPLACED ones, by id."""
        ...

    def transaction(self, transaction_id: int) -> Transaction:
        """The transaction with its attempts."""
        ...

    def free_nonces(self, chain_id: int, sender: bytes, start: int, count: int) -> Sequence[int]:
        """The lowest numbers from `start` on that no stored transaction of the sender has."""
        ...

    def spent_since(self, chain_id: int, sender: bytes, since: int) -> int:
        """Wei that transactions prepared at `since` (unix) or later cost, or may cost at most.

        Older ones count while they are open: they are offered for more until a block takes them.
        """
        ...

    def settle(self, transaction_id: int, state: str, receipt: Receipt | None = None) -> None:
        """Moves a transaction to a state, with its receipt once there is one."""
        ...
