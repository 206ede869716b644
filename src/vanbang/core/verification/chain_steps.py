"""Steps that need the chain and the public files: 2 (type metadata), 4, 5, 6, 7 and 9 of docs/format.md section 13.

Each gives None while an answer it needs is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vanbang.core.batch import AnchorKey
from vanbang.core.credential import Proof
from vanbang.core.disclosure import Disclosed
from vanbang.core.eip712 import endorsement_digest, recover
from vanbang.core.endorsement import Endorsement, read_endorsements
from vanbang.core.errors import SignatureInvalid
from vanbang.core.payload import Payload
from vanbang.core.registry import ROLE_OFFICER, Anchor, Key, Naming
from vanbang.core.status import CredentialStatus, StatusList, StatusManifest, read_status_list, read_status_manifest
from vanbang.core.trust import Trust
from vanbang.core.type_metadata import TypeMetadata, read_type_metadata, text_at
from vanbang.core.verification.evidence import Desk, Unusable
from vanbang.core.verification.local_steps import NOT_REACHED, failed, passed, unchecked
from vanbang.core.verification.report import Outcome, StepResult
from vanbang.core.verification.survey import Answered, Survey, Unanswered, anchored_later, key_at


@dataclass(frozen=True, slots=True)
class Held:
    """The registry that holds the anchor, and the anchor."""

    by: Answered
    anchor: Anchor


def anchor(desk: Desk, surveys: Sequence[Survey], key: AnchorKey) -> tuple[StepResult | None, Held | None]:
    """Step 4: the first answered registry that has the anchor."""
    answers = [survey.answer for survey in surveys]
    answered = [answer for answer in answers if isinstance(answer, Answered)]
    for found in answered:
        if found.dossier.anchor.state:
            return passed("anchored"), Held(found, found.dossier.anchor)
    for answer in answers:
        if isinstance(answer, Unanswered):
            return unchecked(answer.code), None
    return _absent([anchored_later(desk, found.registry, key) for found in answered]), None


def _absent(later: Sequence[bool | Unanswered | None]) -> StepResult | None:
    if None in later:
        return None
    if True in later:
        return unchecked("anchor_not_final")
    for found in later:
        if isinstance(found, Unanswered):
            return unchecked(found.code)
    return failed("not_anchored")


def type_of(desk: Desk, trust: Trust, payload: Payload) -> tuple[StepResult | None, TypeMetadata | None]:
    """The second half of step 2."""
    if payload.type_digest not in trust.types.get(payload.vct, (payload.type_digest,)):
        return failed("type_not_trusted"), None
    metadata = desk.file("types", payload.type_digest, read_type_metadata)
    if metadata is None:
        return None, None
    if isinstance(metadata, Unusable):
        malformed = metadata.why == "malformed"
        return (failed("type_malformed") if malformed else unchecked("type_unavailable")), None
    if metadata.vct != payload.vct:
        return failed("type_mismatch"), None
    if metadata.digests != len(payload.digests):
        return failed("digest_count"), None
    return passed("disclosed"), metadata


def authority(desk: Desk, home: Answered | Unanswered, held: Held, issuer: bytes) -> StepResult | None:
    """Step 5 but for the names: the anchor's signer and issuer, where the anchor stands and in the home registry."""
    if isinstance(home, Unanswered):
        return unchecked(home.code)
    if not home.dossier.standing:
        return failed("issuer_unknown")
    time = held.anchor.time
    if held.by.dossier.anchor_key.compromised_by(time):
        return failed("key_compromised")
    home_key = held.by.dossier.anchor_key if held.by is home else key_at(desk, home, issuer, held.anchor.signer)
    if home_key is None:
        return None
    if isinstance(home_key, Unanswered):
        return unchecked(home_key.code)
    if home_key.compromised_by(time):
        return failed("key_compromised")
    if home.dossier.void_by(time) or held.by.dossier.void_by(time):
        return failed("issuer_void")
    return passed("authorised")


def naming(
    names: Sequence[Naming], types: tuple[StepResult | None, TypeMetadata | None], disclosed: Disclosed | StepResult
) -> StepResult | None:
    """The rest of step 5, for an issuer in authority: disclosed claims that name it say a registered name."""
    result, metadata = types
    if result is None:
        return None
    if metadata is None or not isinstance(disclosed, Disclosed):
        return result if result.code == "type_unavailable" and isinstance(disclosed, Disclosed) else NOT_REACHED
    code, name = text_at(disclosed.claims, metadata.code_path), text_at(disclosed.claims, metadata.name_path)
    if code is not None and code not in {naming.code for naming in names}:
        return failed("issuer_code")
    if name is not None and name not in {naming.name for naming in names}:
        return failed("issuer_name")
    return passed("authorised_unnamed" if code is None and name is None else "authorised")


def batch(surveys: Sequence[Survey]) -> StepResult:
    """Step 6: no trusted registry has a revocation that counts."""
    answers = [survey.answer for survey in surveys]
    if any(isinstance(answer, Answered) and answer.dossier.revoked() for answer in answers):
        return failed("batch_revoked")
    for answer in answers:
        if isinstance(answer, Unanswered):
            return unchecked(answer.code)
    return passed("not_revoked")


def status_manifest(desk: Desk, home: Answered | Unanswered, issuer: str) -> StatusManifest | StepResult | None:
    """The first half of step 7: what the home registry's status root is the hash of, or why it cannot be told."""
    if isinstance(home, Unanswered):
        return unchecked(home.code)
    root = home.dossier.status
    if not root.epoch:
        return unchecked("status_not_set")
    if home.dossier.status_key.compromised_by(root.time):
        return unchecked("status_setter_void")
    manifest = desk.file("status", root.root, read_status_manifest)
    if isinstance(manifest, Unusable):
        return unchecked(f"status_manifest_{manifest.why}")
    if manifest is not None and (manifest.issuer != issuer or manifest.epoch != root.epoch):
        return unchecked("status_manifest_malformed")
    return manifest


def status(desk: Desk, manifest: StatusManifest, payload: Payload) -> StepResult | None:
    """The second half of step 7: the credential's bits in the list that the manifest leads to."""
    place = payload.status
    reference = manifest.find(place.uri)
    if reference is None:
        return unchecked("status_unlisted")
    found = desk.file("status", reference.sha256, _sized_list)
    if found is None:
        return None
    if isinstance(found, Unusable):
        return unchecked(f"status_list_{found.why}")
    size, entries = found
    if size != reference.size or entries.uri != place.uri:
        return unchecked("status_list_malformed")
    value = entries.of(place.index)
    return passed("status_valid") if value is CredentialStatus.VALID else failed(value.name.lower())


def _sized_list(data: bytes) -> tuple[int, StatusList]:
    return len(data), read_status_list(data)


def endorsements(
    desk: Desk, proof: Proof, held: Held, issuer: bytes
) -> tuple[StepResult | None, Sequence[Endorsement]]:
    """Step 9: each officer's signature and key, as of the anchor's time."""
    manifest = proof.manifest
    if manifest.endorsements is None:
        return StepResult(Outcome.NOT_APPLICABLE, "no_endorsements"), ()
    found = desk.file("endorsements", manifest.endorsements, read_endorsements)
    if found is None:
        return None, ()
    if isinstance(found, Unusable):
        malformed = found.why == "malformed"
        return (failed("endorsements_malformed") if malformed else unchecked("endorsements_unavailable")), ()
    digest = endorsement_digest(issuer, manifest.root, manifest.tree_size, manifest.vct)
    results = [_endorser(desk, held, issuer, digest, endorsement) for endorsement in found]
    if None in results:
        return None, ()
    for result in results:
        if result is not None and result.outcome is not Outcome.PASS:
            return result, ()
    return passed("endorsed"), found


def _endorser(desk: Desk, held: Held, issuer: bytes, digest: bytes, endorsement: Endorsement) -> StepResult | None:
    try:
        if recover(digest, endorsement.signature) != endorsement.signer:
            return failed("endorser_signature")
    except SignatureInvalid:
        return failed("endorser_signature")
    key = key_at(desk, held.by, issuer, endorsement.signer)
    if key is None:
        return None
    if isinstance(key, Unanswered):
        return unchecked(key.code)
    return _officer(key, held.anchor.time)


def _officer(key: Key, time: int) -> StepResult:
    if key.role != ROLE_OFFICER:
        return failed("endorser_unknown")
    if not key.not_before <= time <= key.not_after:
        return failed("endorser_window")
    if key.compromised_by(time):
        return failed("endorser_compromised")
    return passed("endorsed")
