"""What a record store holds: institutions, records, batches, status roots; and as much of them as a question asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Institution:
    """An issuer we act for. `slug` names its keys; the officer is who endorses its batches."""

    iss: str
    code: str
    name: str
    slug: str
    officer_name: str
    officer_title: str


class NewRecord(NamedTuple):
    """A validated record, encrypted: `secret` (32 bytes) gives the key of `ciphertext` (iv || ciphertext || tag).

    `learner` (8 bytes) and `citizen` (20 bits) are blind indexes of whose record it is; None where it does not say.
    """

    key: bytes
    secret: bytes
    ciphertext: bytes
    edition: int = 1
    learner: bytes | None = None
    citizen: int | None = None


class Held(NamedTuple):
    """The newest edition of a record key, without what is in it, and the state of its batch. Place and leaf are None
    until it is sealed."""

    record: int
    edition: int
    batch_id: str
    state: str
    list_uri: str | None
    list_index: int | None
    leaf_index: int | None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as stored. Place and leaf are None until it is sealed; secret and ciphertext are empty once erased."""

    id: int
    batch_id: str
    key: bytes
    secret: bytes
    ciphertext: bytes
    edition: int = 1
    list_uri: str | None = None
    list_index: int | None = None
    leaf_index: int | None = None
    erased_at: int | None = None


class PersonIndexes(NamedTuple):
    """The blind indexes of whose record it is, for one that was stored without."""

    record: int
    learner: bytes | None
    citizen: int | None


class Unsealed(NamedTuple):
    """As much of a stored record as sealing needs. There are millions of them."""

    id: int
    secret: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Subtree:
    """What sealing decides of a subtree's records, in columns of one length, by record: status places as runs of
    entries of one list, and leaf indexes. `leaves` are the leaves themselves, 32 bytes each, joined, ascending."""

    number: int
    ids: Sequence[int]
    places: Sequence[tuple[str, Sequence[int]]]
    leaf_indexes: Sequence[int]
    leaves: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch at any point of its life; what is not decided yet is None. Times are unix seconds.

    RECEIVING: its records are being stored, and go again if the list is refused. A SEALED batch with a manifest waits
    for the institution's signature.
    """

    id: str
    iss: str
    vct: str
    state: str
    upload: str
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
    deadline: int | None = None
