"""What we intend: institutions, batches, records, status roots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vanbang.core.status import StatusList
from vanbang.ports.ledger import Attempt, Receipt, Transaction


@dataclass(frozen=True, slots=True)
class Institution:
    """An issuer we act for. `slug` names its keys; the officer is who endorses its batches."""

    iss: str
    code: str
    name: str
    slug: str
    officer_name: str
    officer_title: str


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A validated record, encrypted: `secret` (32 bytes) gives the key of `ciphertext` (iv || ciphertext || tag)."""

    key: bytes
    secret: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as stored. Place and leaf are None until it is sealed."""

    id: int
    batch_id: str
    key: bytes
    secret: bytes
    ciphertext: bytes
    edition: int = 1
    list_uri: str | None = None
    list_index: int | None = None
    leaf_index: int | None = None


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """What sealing decides of a record: a fresh secret, its status place and its leaf."""

    id: int
    secret: bytes
    ciphertext: bytes
    list_uri: str
    list_index: int
    leaf_index: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch at any point of its life; what is not decided yet is None. Times are unix seconds."""

    id: str
    iss: str
    vct: str
    state: str
    idempotency_key: str
    body_sha256: bytes
    accepted_at: int
    rows: int
    sealed_at: int | None = None
    root: bytes | None = None
    tree_size: int | None = None
    type_sha256: bytes | None = None
    manifest: bytes | None = None
    endorsements: bytes | None = None
    deadline: int | None = None
    signature: bytes | None = None
    transaction: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """What sealing decides of a batch."""

    batch_id: str
    sealed_at: int
    root: bytes
    tree_size: int
    type_sha256: bytes


@dataclass(frozen=True, slots=True)
class StoredRoot:
    """A status root: the manifest it is the hash of, and how far it has come to the chain."""

    epoch: int
    manifest: bytes
    state: str
    transaction: int | None = None


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

    def accept(self, batch: Batch, records: Iterable[NewRecord]) -> Batch:
        """Stores a batch in state ACCEPTED with its records.

        The same idempotency key with the same body gives the stored batch; with another body: Conflict.
        """
        ...

    def batch(self, batch_id: str) -> Batch | None:
        """The batch, or None."""
        ...

    def batches(self, *states: str) -> Sequence[Batch]:
        """Batches in any of these states (all, if none is named), oldest first."""
        ...

    def records(self, batch_id: str) -> Iterator[StoredRecord]:
        """The batch's records in the order they came, streamed."""
        ...

    def list_uris(self, batch_id: str) -> set[str]:
        """The status lists that hold the batch's places."""
        ...

    def issued(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the blind record keys that were sealed before."""
        ...

    def find(self, key: bytes) -> StoredRecord | None:
        """The newest sealed record with this blind key, or None."""
        ...

    def seal(self, sealed: SealedBatch, records: Iterable[SealedRecord], places: Mapping[str, bytes]) -> None:
        """ACCEPTED to SEALED: the batch, its records, and the places each status list has given away, all at once.

        `places` are added to those taken already. Raises Conflict if a record was sealed before or the
        batch is not ACCEPTED.
        """
        ...

    def endorse(
        self, batch_id: str, manifest: bytes, endorsements: bytes | None, deadline: int, signature: bytes
    ) -> None:
        """SEALED to ENDORSED: the final manifest and the institution's signature over it."""
        ...

    def mark(self, batch_ids: Sequence[str], state: str, transaction: int | None, block: int | None = None) -> None:
        """Moves batches to a state of anchoring, with the transaction that carries them."""
        ...

    def status_lists(self, iss: str) -> Sequence[tuple[StatusList, bytes]]:
        """The issuer's lists with the bitmap (16,384 bytes) of their taken places, by number."""
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

    def settle_status_root(self, iss: str, epoch: int, state: str, transaction: int | None) -> None:
        """Moves a status root to a state of anchoring."""
        ...

    def add_transaction(self, transaction: Transaction, attempt: Attempt) -> Transaction:
        """Stores a signed transaction before it is sent, and gives it its id.

        Raises Conflict if the nonce is taken: UNIQUE(chain, sender, nonce).
        """
        ...

    def open_transactions(self) -> Sequence[Transaction]:
        """Transactions that are neither FINAL nor FAILED, by sender and nonce."""
        ...

    def transaction(self, transaction_id: int) -> Transaction:
        """The transaction with its attempts."""
        ...

    def next_nonce(self, chain_id: int, sender: bytes) -> int:
        """One more than the highest nonce stored, 0 if there is none."""
        ...

    def settle(self, transaction_id: int, state: str, receipt: Receipt | None = None) -> None:
        """Moves a transaction to a state, with its receipt once there is one."""
        ...

    def add_share(self, share_id: str, ciphertext: bytes, created_at: int) -> None:
        """Keeps the ciphertext of a proof URL."""
        ...

    def share(self, share_id: str) -> bytes | None:
        """The ciphertext, or None."""
        ...
