"""The ten steps in their order (docs/format.md section 13)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vanbang.core.batch import AnchorKey, anchor_key
from vanbang.core.credential import CredentialFile, FileRejected, Proof, read_credential
from vanbang.core.disclosure import Disclosed
from vanbang.core.endorsement import Endorsement
from vanbang.core.payload import Payload, issuer_id
from vanbang.core.registry import Naming
from vanbang.core.status import StatusManifest
from vanbang.core.trust import Trust
from vanbang.core.verification import chain_steps, local_steps
from vanbang.core.verification.evidence import Desk, Evidence, Needs, ParsedFiles
from vanbang.core.verification.local_steps import NOT_REACHED, failed, passed
from vanbang.core.verification.report import HeldAnchor, Outcome, RegistryMoment, Report, StepResult
from vanbang.core.verification.survey import Answered, Survey, survey


def judge(data: bytes, trust: Trust, evidence: Evidence, now: int) -> Report | Needs:
    """Judges the bytes of a credential file at unix time `now`.

    Gives Needs while a question is open whose answer could matter, else the Report. Never raises for any `data`;
    evidence of a wrong type for its question is a programming error.
    """
    return Sitting(trust, evidence, now).judge(data)


class Sitting:
    """Judges one file after the other by the same trust, evidence and time, and what a batch shares only once.

    The evidence may come to hold more answers meanwhile, never others. What is remembered of each batch, and each
    public file, stays: for some thousand files.
    """

    def __init__(self, trust: Trust, evidence: Evidence, now: int) -> None:
        self._trust = trust
        self._evidence = evidence
        self._now = now
        self._parsed: ParsedFiles = {}
        self._batches: dict[tuple[bytes, str], _Batch] = {}

    def judge(self, data: bytes) -> Report | Needs:
        """As the function of that name."""
        try:
            file = read_credential(data)
        except FileRejected as error:
            return Report(self._now, (failed(error.step_code), *[NOT_REACHED] * 9))
        if file.proof is None:
            return _without_proof(file, self._now)
        batch = self._batch(file.proof, file.payload.issuer)
        if isinstance(batch, Needs):
            return batch
        desk = Desk(self._evidence, self._parsed)
        report = _with_proof(file, file.proof, self._trust, desk, batch, self._now)
        # The questions of a round are asked together: those about the batch and those about this file.
        missing = (*batch.missing, *desk.missing)
        return Needs(missing) if report is None or missing else report

    def _batch(self, proof: Proof, issuer: str) -> "_Batch | Needs":
        key = proof.manifest_bytes, issuer
        if key in self._batches:
            return self._batches[key]
        found = _look(Desk(self._evidence, self._parsed), self._trust, proof, issuer, self._now)
        if isinstance(found, _Batch) and not found.missing:
            self._batches[key] = found
        return found


@dataclass(frozen=True, slots=True)
class _Batch:
    """What registries and public files say of a batch, whichever of its files is judged. Of a step that waits for one
    of the `missing` answers there is None; of `authority`, what is known before a file's claims are looked at.
    """

    anchor: StepResult | None
    not_revoked: StepResult
    as_of: Sequence[RegistryMoment]
    home_names: Sequence[Naming]
    missing: Sequence[str]
    held: HeldAnchor | None = None
    names: Sequence[Naming] = ()
    authority: StepResult | None = NOT_REACHED
    status: StatusManifest | StepResult | None = NOT_REACHED
    endorsed: StepResult | None = NOT_REACHED
    endorsers: Sequence[Endorsement] = ()


def _look(desk: Desk, trust: Trust, proof: Proof, issuer: str, now: int) -> _Batch | Needs:
    """Needs while not all registries have answered: before that nothing more can be asked."""
    # A manifest may name another issuer than the payload (step 3 says so): what counts is what this one anchored.
    key = replace(anchor_key(proof.manifest_bytes), issuer_id=issuer_id(issuer))
    surveys = _surveys(desk, trust, key, now)
    if surveys is None:
        return Needs(desk.missing)
    home = surveys[0].answer
    home_names = home.dossier.names if isinstance(home, Answered) else ()
    step4, held = chain_steps.anchor(desk, surveys, key)
    moments = tuple([found.moment for found in surveys])
    found = _Batch(step4, chain_steps.batch(surveys), moments, home_names, desk.missing)
    if held is None:
        return found
    endorsed, endorsers = chain_steps.endorsements(desk, proof, held, key.issuer_id)
    return replace(
        found,
        held=HeldAnchor(held.by.registry.name, held.anchor),
        names=(*home_names, *held.by.dossier.names),
        authority=chain_steps.authority(desk, home, held, key.issuer_id),
        status=chain_steps.status_manifest(desk, home, issuer),
        endorsed=endorsed,
        endorsers=endorsers,
        missing=desk.missing,
    )


def _surveys(desk: Desk, trust: Trust, key: AnchorKey, now: int) -> list[Survey] | None:
    found = [survey(desk, trust, registry, key, now) for registry in trust.registries]
    complete = [item for item in found if item is not None]
    return complete if len(complete) == len(found) else None


def _without_proof(file: CredentialFile, now: int) -> Report:
    disclosed = local_steps.open_disclosures(file)
    return Report(
        now,
        (
            passed("parsed"),
            NOT_REACHED if isinstance(disclosed, Disclosed) else disclosed,
            local_steps.inclusion(file),
            *[NOT_REACHED] * 4,
            local_steps.signature(file),
            NOT_REACHED,
            local_steps.dates(file, now),
        ),
        file.payload,
        disclosed if isinstance(disclosed, Disclosed) else None,
    )


def _with_proof(file: CredentialFile, proof: Proof, trust: Trust, desk: Desk, batch: _Batch, now: int) -> Report | None:
    """The report, or None while a step waits for an answer."""
    disclosed = local_steps.open_disclosures(file)
    step2, step5 = _claims(desk, trust, file.payload, disclosed, batch)
    status = batch.status
    step7 = chain_steps.status(desk, status, file.payload) if isinstance(status, StatusManifest) else status
    steps = (
        passed("parsed"),
        step2,
        local_steps.inclusion(file),
        batch.anchor,
        step5,
        batch.not_revoked,
        step7,
        local_steps.signature(file),
        batch.endorsed,
        local_steps.dates(file, now),
    )
    decided = tuple([step for step in steps if step is not None])
    if len(decided) < len(steps):
        return None
    return Report(
        now,
        decided,
        file.payload,
        disclosed if isinstance(disclosed, Disclosed) else None,
        proof,
        batch.held,
        status if isinstance(status, StatusManifest) else None,
        batch.home_names,
        batch.endorsers,
        batch.as_of,
    )


def _claims(
    desk: Desk, trust: Trust, payload: Payload, disclosed: Disclosed | StepResult, batch: _Batch
) -> tuple[StepResult | None, StepResult | None]:
    """Steps 2 and 5, for both of which it matters what is disclosed."""
    if batch.held is None:
        return (NOT_REACHED if isinstance(disclosed, Disclosed) else disclosed), batch.authority
    types = chain_steps.type_of(desk, trust, payload)
    step5 = batch.authority
    if step5 is not None and step5.outcome is Outcome.PASS:
        step5 = chain_steps.naming(batch.names, types, disclosed)
    return (types[0] if isinstance(disclosed, Disclosed) else disclosed), step5
