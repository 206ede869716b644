"""What goes out: credential files, and the ciphertexts behind proof URLs (docs/format.md sections 8 and 15)."""

from dataclasses import dataclass
from hashlib import shake_256
from secrets import token_bytes
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.catalog import CredentialType
from vanbang.core.batch import read_manifest
from vanbang.core.credential import CredentialFile, Proof, read_credential
from vanbang.core.disclosure import read
from vanbang.core.encoding import b64url
from vanbang.core.errors import VanbangError
from vanbang.core.merkle import leaf_hash
from vanbang.core.payload import StatusPlace, read_payload
from vanbang.notary.committing import commit_record
from vanbang.notary.encryption import encrypt
from vanbang.notary.proving import Prover
from vanbang.notary.records import decrypt_record
from vanbang.ports import Batch, ObjectStore, Purpose, ShareStore, StoredRecord, StoredShare

SHARE_ID_SIZE = 16
SHARE_KEY_SIZE = 32


class NotIssued(VanbangError):
    """There is no such record, or its batch is not endorsed yet."""

    code: ClassVar[str] = "not_issued"


class Erased(VanbangError):
    """A record whose secret is gone for good: nobody can make its credential file any more."""

    code: ClassVar[str] = "erased"

    def __init__(self) -> None:
        super().__init__("this record was erased, or this database is a copy that was made without record secrets")


@dataclass(frozen=True, slots=True)
class Share:
    """A proof URL's two halves; `key` goes behind the `#` and is kept nowhere."""

    id: str
    key: str

    def url(self, base: str) -> str:
        """The proof URL on a host, `base` without a trailing slash."""
        return f"{base}/v/{self.id}#{self.key}"


def credential_of(
    objects: ObjectStore,
    kind: CredentialType,
    batch: Batch,
    stored: StoredRecord,
    jwk: ec.EllipticCurvePrivateKey,
    prover: Prover | None = None,
) -> CredentialFile:
    """Rebuilds a sealed record's credential file, signed, and checks it against its leaf before handing it out.

    Whoever asks often passes the same `prover` of these `objects`.

    Raises NotIssued, Erased, StoreError, ProofError, RootMismatch (the database or a tile was changed).
    """
    if stored.list_uri is None or stored.list_index is None or stored.leaf_index is None or batch.manifest is None:
        raise NotIssued("this record is not sealed and endorsed yet")
    if not stored.secret:
        raise Erased
    manifest = read_manifest(batch.manifest)
    place = StatusPlace(stored.list_uri, stored.list_index)
    commitment = commit_record(kind, batch.iss, decrypt_record(kind, stored), stored.secret, place)
    leaf, prover = leaf_hash(commitment.payload), prover or Prover(objects)
    path = prover.prove(leaf, stored.leaf_index, manifest.tree_size, manifest.root)
    disclosures = tuple(read(text) for text in commitment.disclosures)
    proof = Proof(batch.manifest, manifest, stored.leaf_index, path)
    file = CredentialFile(commitment.payload, read_payload(commitment.payload), disclosures, proof).signed_by(jwk)
    read_credential(file.to_bytes())
    return file


def share(
    store: ShareStore,
    record_id: int,
    file: CredentialFile,
    now: int,
    seed: bytes | None = None,
    purpose: Purpose | None = None,
    expires_at: int | None = None,
) -> Share:
    """Keeps the file's ciphertext under a new id and key, and gives both; the key is not stored.

    Both are random, or follow from a secret `seed` of 32 bytes: then the same seed gives the same share, and whoever
    repeats a request that broke off leaves no second one behind. `expires_at`: unix seconds, None for ever. Raises
    Conflict if the record is erased; TooMany.
    """
    drawn = shake_256(b"vanbang/1/share" + (token_bytes(32) if seed is None else seed))
    material = drawn.digest(SHARE_ID_SIZE + SHARE_KEY_SIZE)
    key = material[SHARE_ID_SIZE:]
    made = Share(b64url(material[:SHARE_ID_SIZE]), b64url(key))
    kept = StoredShare(made.id, record_id, now, purpose, expires_at, "registrar")
    store.add_share(kept, encrypt(key, file.to_bytes(), made.id.encode("ascii")))
    return made
