"""Endorsing: officers sign, the manifest becomes final, the institution signs (docs/format.md section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.batch import BatchManifest, anchor_key
from vanbang.core.eip712 import anchor_digest, endorsement_digest, recover
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.endorsement import Endorsement, endorsements_file
from vanbang.core.errors import SignatureInvalid
from vanbang.core.jws import PublicKey
from vanbang.core.payload import issuer_id
from vanbang.ports import Batch, Conflict, Ledger, ObjectStore, RecordStore, SignedGroup, Signer

SIGNATURE_LIFE = 90 * 86_400
"""Seconds for which the institution's signature may be submitted: a chain that halts for a month must not void it."""


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who endorses for the institution, and the key he does it with."""

    name: str
    title: str
    signer: Signer


def endorse(
    store: RecordStore,
    objects: ObjectStore,
    ledger: Ledger,
    batch: Batch,
    officers: Sequence[Officer],
    institution: Signer,
    jwk: ec.EllipticCurvePrivateKey,
    now: int,
) -> Digest:
    """SEALED to ENDORSED; gives the manifest's hash. Every signature is verified before it is stored.

    Raises SignatureInvalid, StoreError, Conflict; the batch is then as before.
    """
    if batch.root is None or batch.tree_size is None or batch.sealed_at is None:
        raise Conflict("this batch is not sealed")
    root = Digest(batch.root)
    signed = endorsement_digest(issuer_id(batch.iss), root, batch.tree_size, batch.vct)
    endorsements = endorsements_file([_endorsement(officer, signed) for officer in officers]) if officers else None
    manifest = BatchManifest(
        digest_of(endorsements) if endorsements else None,
        batch.iss,
        (PublicKey.of(jwk),),
        ledger.registry,
        root,
        batch.sealed_at,
        batch.tree_size,
        batch.vct,
    ).to_bytes()
    if endorsements:
        objects.put(f"endorsements/{digest_of(endorsements).hex()}", endorsements)
    objects.put(f"manifests/{digest_of(manifest).hex()}", manifest)
    deadline = now + SIGNATURE_LIFE
    key = anchor_key(manifest)
    signature = _sign(institution, anchor_digest(ledger.domain(), key.issuer_id, [key], deadline))
    store.endorse(batch.id, manifest, endorsements, deadline, signature)
    return key.manifest_hash


def signed_group(batch: Batch) -> SignedGroup:
    """What the registry is told of an endorsed batch."""
    if batch.manifest is None or batch.deadline is None or batch.signature is None:
        raise Conflict("this batch is not endorsed")
    key = anchor_key(batch.manifest)
    return SignedGroup(key.issuer_id, batch.deadline, (key,), batch.signature)


def _endorsement(officer: Officer, digest: bytes) -> Endorsement:
    return Endorsement(officer.name, officer.title, officer.signer.address, _sign(officer.signer, digest))


def _sign(signer: Signer, digest: bytes) -> bytes:
    signature = signer.sign(digest)
    if recover(digest, signature) != signer.address:
        raise SignatureInvalid("the signer gave a signature that is not its own")
    return signature
