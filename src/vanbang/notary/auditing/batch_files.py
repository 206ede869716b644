"""What was published of an anchored batch: manifest, endorsements, tiles (docs/format.md sections 6 and 7)."""

from dataclasses import dataclass

from vanbang.core.batch import BatchManifest, read_manifest
from vanbang.core.chronicle.replaying import Replay
from vanbang.core.eip712 import endorsement_digest, recover
from vanbang.core.endorsement import Endorsement, read_endorsements
from vanbang.core.errors import FormatError, SignatureInvalid
from vanbang.core.jws import PublicKey, check_es256
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_OFFICER
from vanbang.notary.auditing.reading import Reader
from vanbang.notary.auditing.trees import check_tree
from vanbang.ports.notebook import NotedAnchor

NO_SIGNATURE = bytes(31) + b"\x01" + bytes(31) + b"\x01"
"""r = s = 1: well-formed, and made by nobody. It makes a library say whether a key is one at all."""


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """Whether a batch's files hold, how many leaves were folded, and the keys its manifest names."""

    holds: bool
    leaves: int
    keys: tuple[PublicKey, ...]


def check_batch(reader: Reader, record: Replay, registry: str, noted: NotedAnchor) -> CheckedBatch:
    """Tells everything about an anchor's files that does not hold. `record` is its issuer as of now."""
    key = noted.key
    data = reader.hashed("manifests", key.manifest_hash)
    manifest = None if data is None else _manifest(reader, data, noted, registry)
    if manifest is not None and manifest.endorsements is not None:
        _check_endorsements(reader, record, manifest, noted.anchor.time)
    leaves = check_tree(reader, key.root, key.tree_size)
    return CheckedBatch(reader.is_good, leaves, tuple(manifest.keys) if manifest else ())


def _manifest(reader: Reader, data: bytes, noted: NotedAnchor, registry: str) -> BatchManifest | None:
    path = f"manifests/{noted.key.manifest_hash.hex()}"
    try:
        manifest = read_manifest(data)
    except FormatError as error:
        reader.say("manifest_malformed", path, str(error))
        return None
    said = (issuer_id(manifest.issuer), manifest.root, manifest.tree_size)
    for name, told, anchored in zip(
        ("issuer", "root", "tree_size"), said, (noted.key.issuer_id, noted.key.root, noted.key.tree_size), strict=True
    ):
        if told != anchored:
            reader.say("manifest_differs", path, name)
    if manifest.registry != registry:
        reader.say("manifest_registry", path, manifest.registry)
    for public in manifest.keys:
        try:
            check_es256(public, b"", NO_SIGNATURE)
        except FormatError as error:
            reader.say("manifest_key", path, f"{public.kid}: {error}")
        except SignatureInvalid:
            pass
    return manifest


def _check_endorsements(reader: Reader, record: Replay, manifest: BatchManifest, time: int) -> None:
    """Each officer's signature and key as of the anchor's time (section 13, step 9)."""
    digest = manifest.endorsements or b""
    data, path = reader.hashed("endorsements", digest), f"endorsements/{digest.hex()}"
    if data is None:
        return
    try:
        endorsements = read_endorsements(data)
    except FormatError as error:
        reader.say("endorsements_malformed", path, str(error))
        return
    signed = endorsement_digest(issuer_id(manifest.issuer), manifest.root, manifest.tree_size, manifest.vct)
    for endorsement in endorsements:
        code = _endorser(record, signed, endorsement, time)
        if code:
            reader.say(code, path, "0x" + endorsement.signer.hex())


def _endorser(record: Replay, signed: bytes, endorsement: Endorsement, time: int) -> str:
    try:
        if recover(signed, endorsement.signature) != endorsement.signer:
            return "endorser_signature"
    except SignatureInvalid:
        return "endorser_signature"
    key = record.key(endorsement.signer)
    if key.role != ROLE_OFFICER:
        return "endorser_unknown"
    if not key.not_before <= time <= key.not_after:
        return "endorser_window"
    return "endorser_compromised" if key.compromised_by(time) else ""
