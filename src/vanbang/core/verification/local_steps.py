"""Steps that need the file alone: 2 (without type metadata), 3, 8 and 10 of docs/format.md section 13."""

from functools import cache

from vanbang.core.credential import CredentialFile
from vanbang.core.disclosure import Disclosed, DisclosureRejected, resolve
from vanbang.core.errors import FormatError, ProofError, RootMismatch, SignatureInvalid
from vanbang.core.jws import check_es256
from vanbang.core.merkle import check_inclusion, leaf_hash
from vanbang.core.verification.report import Outcome, StepResult

NOT_REACHED = StepResult(Outcome.CANNOT_CHECK, "not_reached")


@cache
def passed(code: str) -> StepResult:
    """The step's condition holds."""
    return StepResult(Outcome.PASS, code)


@cache
def failed(code: str) -> StepResult:
    """The step's condition was checked and does not hold."""
    return StepResult(Outcome.FAIL, code)


@cache
def unchecked(code: str) -> StepResult:
    """The step could not be checked."""
    return StepResult(Outcome.CANNOT_CHECK, code)


def open_disclosures(file: CredentialFile) -> Disclosed | StepResult:
    """The first half of step 2: the claims, or the failure."""
    try:
        return resolve(file.payload.digests, file.disclosures)
    except DisclosureRejected as error:
        return failed(error.reason)


def inclusion(file: CredentialFile) -> StepResult:
    """Step 3."""
    if file.proof is None:
        return failed("not_notarised")
    manifest, index = file.proof.manifest, file.proof.leaf_index
    if manifest.issuer != file.payload.issuer:
        return failed("issuer_mismatch")
    if manifest.vct != file.payload.vct:
        return failed("vct_mismatch")
    if index >= manifest.tree_size:
        return failed("index_out_of_range")
    try:
        check_inclusion(leaf_hash(file.payload_bytes), index, manifest.tree_size, file.proof.path, manifest.root)
    except ProofError:
        return failed("path_length")
    except RootMismatch:
        return failed("root_mismatch")
    return passed("included")


def signature(file: CredentialFile) -> StepResult:
    """Step 8."""
    if file.kid is None:
        return StepResult(Outcome.NOT_APPLICABLE, "no_signature")
    if file.proof is None:
        return NOT_REACHED
    key = file.proof.manifest.key(file.kid)
    if key is None:
        return failed("kid_unknown")
    try:
        check_es256(key, file.signed_message(), file.signature)
    except SignatureInvalid:
        return failed("signature_mismatch")
    except FormatError:
        return failed("key_malformed")
    return passed("signed")


def dates(file: CredentialFile, now: int) -> StepResult:
    """Step 10."""
    not_before, expires = file.payload.not_before, file.payload.expires
    if not_before is None and expires is None:
        return StepResult(Outcome.NOT_APPLICABLE, "no_dates")
    if not_before is not None and now < not_before:
        return failed("not_yet_valid")
    if expires is not None and now >= expires:
        return failed("expired")
    return passed("within_dates")
