"""The ten steps in their order (docs/format.md section 13)."""

from collections.abc import Sequence
from dataclasses import replace

from vanbang.core.batch import AnchorKey, anchor_key
from vanbang.core.credential import CredentialFile, FileRejected, Proof, read_credential
from vanbang.core.disclosure import Disclosed
from vanbang.core.endorsement import Endorsement
from vanbang.core.payload import issuer_id
from vanbang.core.status import StatusManifest
from vanbang.core.trust import Trust
from vanbang.core.verification import chain_steps, local_steps
from vanbang.core.verification.evidence import Desk, Evidence, Needs
from vanbang.core.verification.local_steps import NOT_REACHED, failed, passed
from vanbang.core.verification.report import HeldAnchor, Report, StepResult
from vanbang.core.verification.survey import Answered, Survey, survey


def judge(data: bytes, trust: Trust, evidence: Evidence, now: int) -> Report | Needs:
    """Judges the bytes of a credential file at unix time `now`.

    Gives Needs while a question is open whose answer could matter, else the Report. Never raises for any `data`;
    evidence of a wrong type for its question is a programming error.
    """
    try:
        file = read_credential(data)
    except FileRejected as error:
        return Report(now, (failed(error.step_code), *[NOT_REACHED] * 9))
    desk = Desk(evidence)
    report = _without_proof(file, now) if file.proof is None else _with_proof(file, file.proof, trust, desk, now)
    return Needs(desk.missing) if report is None or desk.missing else report


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


def _with_proof(file: CredentialFile, proof: Proof, trust: Trust, desk: Desk, now: int) -> Report | None:
    disclosed = local_steps.open_disclosures(file)
    issuer = issuer_id(file.payload.issuer)
    # A manifest may name another issuer than the payload (step 3 says so): what counts is what this one anchored.
    key = replace(anchor_key(proof.manifest_bytes), issuer_id=issuer)
    surveys = _surveys(desk, trust, key, now)
    if surveys is None:
        return None
    home = surveys[0].answer
    step4, held = chain_steps.anchor(desk, surveys, key)
    step2: StepResult | None = NOT_REACHED
    step5 = step7 = step9 = step2
    status: StatusManifest | None = None
    endorsers: Sequence[Endorsement] = ()
    if held:
        types = chain_steps.type_of(desk, trust, file.payload)
        step2 = types[0]
        step5 = chain_steps.authority(desk, home, held, issuer, types, disclosed)
        step7, status = chain_steps.status(desk, home, file.payload)
        step9, endorsers = chain_steps.endorsements(desk, proof, held, issuer)
    if not isinstance(disclosed, Disclosed):
        step2 = disclosed
    steps = (
        passed("parsed"),
        step2,
        local_steps.inclusion(file),
        step4,
        step5,
        chain_steps.batch(surveys),
        step7,
        local_steps.signature(file),
        step9,
        local_steps.dates(file, now),
    )
    decided = tuple(step for step in steps if step is not None)
    if len(decided) < len(steps):
        return None
    return Report(
        now,
        decided,
        file.payload,
        disclosed if isinstance(disclosed, Disclosed) else None,
        proof,
        HeldAnchor(held.by.registry.name, held.anchor) if held else None,
        status,
        home.dossier.names if isinstance(home, Answered) else (),
        endorsers,
        tuple(found.moment for found in surveys),
    )


def _surveys(desk: Desk, trust: Trust, key: AnchorKey, now: int) -> list[Survey] | None:
    found = [survey(desk, trust, registry, key, now) for registry in trust.registries]
    complete = [item for item in found if item is not None]
    return complete if len(complete) == len(found) else None
