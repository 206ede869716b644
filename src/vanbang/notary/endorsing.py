"""Endorsing: officers sign, the manifest becomes final, the institution signs (docs/format.md section 7).

A signature comes from a key of ours or is handed in by whoever holds the key elsewhere; both are verified alike.
"""

from collections.abc import Sequence
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.batch import BatchManifest, anchor_key
from vanbang.core.eip712 import anchor_digest, endorsement_digest, recover
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.endorsement import Endorsement, endorsements_file
from vanbang.core.errors import RootMismatch, SignatureInvalid, VanbangError
from vanbang.core.jws import PublicKey
from vanbang.core.payload import issuer_id
from vanbang.notary.sealing import check_tiles
from vanbang.ports import Batch, Conflict, Ledger, ObjectStore, RecordStore, SignedGroup, Signer, StoreError

SIGNATURE_LIFE = 90 * 86_400
"""Seconds for which the institution's signature may be submitted: a chain that halts for a month must not void it."""


class FilesDamaged(VanbangError):
    """The published files of a batch are not what was signed; `path` is where. Nothing is signed or anchored then."""

    code: ClassVar[str] = "files_damaged"

    def __init__(self, batch: Batch, path: str, why: str) -> None:
        super().__init__(
            f"the batch {batch.id} is not anchored, for its public files are damaged: {path}: {why}. "
            "Put them back from a backup or a mirror; the batch then goes on by itself"
        )
        self.path = path


def digest_to_endorse(batch: Batch) -> bytes:
    """What officers sign of a sealed batch. Raises Conflict if it is not sealed."""
    if batch.root is None or batch.tree_size is None:
        raise Conflict("this batch is not sealed")
    return endorsement_digest(issuer_id(batch.iss), batch.root, batch.tree_size, batch.vct)


def finalise(
    store: RecordStore,
    objects: ObjectStore,
    ledger: Ledger,
    batch: Batch,
    endorsements: Sequence[Endorsement],
    jwk: ec.EllipticCurvePrivateKey,
    now: int,
) -> None:
    """Fixes the manifest of a SEALED batch, with the officers' endorsements in it, and publishes both files.

    Raises StoreError, Conflict; the batch is then as before.
    """
    if batch.root is None or batch.tree_size is None or batch.sealed_at is None:
        raise Conflict("this batch is not sealed")
    file = endorsements_file(endorsements) if endorsements else None
    manifest = BatchManifest(
        digest_of(file) if file else None,
        batch.iss,
        (PublicKey.of(jwk),),
        ledger.registry,
        Digest(batch.root),
        batch.sealed_at,
        batch.tree_size,
        batch.vct,
    ).to_bytes()
    if file:
        objects.put(f"endorsements/{digest_of(file).hex()}", file)
    objects.put(f"manifests/{digest_of(manifest).hex()}", manifest)
    # A crash here leaves two public files that nothing refers to.
    store.finalise(batch.id, manifest, file, now + SIGNATURE_LIFE)


def check_published(objects: ObjectStore, batch: Batch) -> None:
    """Reads back what is published of an endorsed batch: tiles that fold to its root, manifest, endorsements.

    Raises FilesDamaged.
    """
    root = Digest(batch.root or b"")
    try:
        check_tiles(objects, root, batch.tree_size or 0)
    except (RootMismatch, StoreError) as error:
        raise FilesDamaged(batch, f"tiles/{root.hex()}", str(error)) from error
    for folder, data in (("manifests", batch.manifest), ("endorsements", batch.endorsements)):
        if data is not None:
            path = f"{folder}/{digest_of(data).hex()}"
            if objects.get(path) != data:
                raise FilesDamaged(batch, path, "it is missing, or its bytes differ")


def digest_to_anchor(ledger: Ledger, batch: Batch) -> bytes:
    """What the institution signs of a batch whose manifest is final. Raises Conflict if it is not."""
    if batch.manifest is None or batch.deadline is None:
        raise Conflict("this batch has no manifest yet")
    key = anchor_key(batch.manifest)
    return anchor_digest(ledger.domain(), key.issuer_id, [key], batch.deadline)


def signed_group(batch: Batch) -> SignedGroup:
    """What the registry is told of an endorsed batch."""
    if batch.manifest is None or batch.deadline is None or batch.signature is None:
        raise Conflict("this batch is not endorsed")
    key = anchor_key(batch.manifest)
    return SignedGroup(key.issuer_id, batch.deadline, (key,), batch.signature)


def sign(signer: Signer, digest: bytes) -> bytes:
    """The key's signature over a digest. Raises SignatureInvalid if it is not its own."""
    signature = signer.sign(digest)
    if recover(digest, signature) != signer.address:
        raise SignatureInvalid("the signer gave a signature that is not its own")
    return signature
