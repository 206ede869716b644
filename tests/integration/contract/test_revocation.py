"""Revoking a batch, void issuers: what turns an anchor bad, and what turns it good again."""

from collections.abc import Callable
from typing import Any

import pytest
from stage import (
    COLLEGE,
    DAY,
    DEPARTMENT,
    NOTHING,
    SCHOOL,
    STATUS,
    Entry,
    Refusal,
    Stage,
    Standing,
    Validity,
    digest,
    entry,
)

pytestmark = pytest.mark.slow

ROOT = entry("a").root


def anchored(stage: Stage) -> Entry:
    stage.anchor(stage.group(entry("a")))
    return entry("a")


def test_a_status_key_revokes_a_batch(stage: Stage) -> None:
    """The revocation stores who and when, and the anchor stops counting."""
    batch = anchored(stage)
    receipt = stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    assert stage.read("revocationOf", SCHOOL, ROOT) == (stage.status_key.address, stage.time_of(receipt))
    assert stage.is_valid(batch) == Validity.BATCH_REVOKED
    (event,) = stage.events(receipt, "BatchRevoked")
    assert (event["issuerId"], event["root"], event["revoker"]) == (SCHOOL, ROOT, stage.status_key.address)


def test_anyone_relays_a_signed_revocation(stage: Stage) -> None:
    """By signature the revoker is the key, whoever pays."""
    batch = anchored(stage)
    stage.send(stage.stranger, "revokeBatchBySignature", *stage.revocation(ROOT))
    assert stage.read("revocationOf", SCHOOL, ROOT).revoker == stage.status_key.address
    assert stage.is_valid(batch) == Validity.BATCH_REVOKED


def test_a_revocation_is_of_one_issuer(stage: Stage) -> None:
    """Another issuer's anchor of the same root is untouched."""
    batch = anchored(stage)
    stage.add_key(stage.newcomer, STATUS, COLLEGE, stage.college)
    stage.send(stage.newcomer, "revokeBatch", COLLEGE, ROOT)
    assert stage.is_valid(batch) == Validity.VALID


def test_a_root_revoked_beforehand_never_counts(stage: Stage) -> None:
    """A revocation also holds for a batch with that root anchored afterwards."""
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    assert stage.is_valid(anchored(stage)) == Validity.BATCH_REVOKED


def test_a_batch_is_revoked_once(stage: Stage) -> None:
    """A standing revocation cannot be repeated: its first time is the one that counts."""
    anchored(stage)
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    already = ("AlreadyRevoked", SCHOOL, ROOT)
    assert stage.refusal(stage.status_key, "revokeBatch", SCHOOL, ROOT) == already
    assert stage.refusal(stage.relayer, "revokeBatchBySignature", *stage.revocation(ROOT)) == already


def test_a_thiefs_revocation_is_undone(stage: Stage) -> None:
    """Once its key is declared compromised by then, a revocation counts for nothing, and a good key may revoke anew."""
    batch = anchored(stage)
    receipt = stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    stage.chain.travel(DAY)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.status_key.address, stage.time_of(receipt))
    assert stage.is_valid(batch) == Validity.VALID
    stage.add_key(stage.newcomer, STATUS)
    stage.send(stage.newcomer, "revokeBatch", SCHOOL, ROOT)
    assert stage.is_valid(batch) == Validity.BATCH_REVOKED
    assert stage.read("revocationOf", SCHOOL, ROOT).revoker == stage.newcomer.address


def test_a_revocation_from_before_the_compromise_stands(stage: Stage) -> None:
    """A compromise dated after the revocation does not undo it."""
    batch = anchored(stage)
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    stage.chain.travel(DAY)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.status_key.address, stage.now())
    assert stage.is_valid(batch) == Validity.BATCH_REVOKED


def test_ending_a_status_key_keeps_its_revocations(stage: Stage) -> None:
    """A revocation outlives the window of the key that made it."""
    batch = anchored(stage)
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    stage.send(stage.school, "endKey", SCHOOL, stage.status_key.address, 0)
    stage.chain.travel(DAY)
    assert stage.is_valid(batch) == Validity.BATCH_REVOKED


def suspend(stage: Stage) -> None:
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.SUSPENDED)


def close(stage: Stage) -> None:
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.CLOSED)


def make_void(stage: Stage) -> None:
    stage.send(stage.owner, "declareVoid", SCHOOL, stage.now())


@pytest.mark.parametrize("stop", [suspend, close, make_void])
def test_a_stopped_issuer_still_revokes_and_publishes(stage: Stage, stop: Callable[[Stage], None]) -> None:
    """Suspension, closing and void block neither revocations nor status roots."""
    anchored(stage)
    stop(stage)
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    stage.send(stage.status_key, "setStatusRoot", SCHOOL, digest("list 1"), 1)
    stage.send(stage.relayer, "revokeBatchBySignature", *stage.revocation(digest("another")))
    stage.send(stage.relayer, "setStatusRootBySignature", *stage.status(digest("list 2"), 2))
    assert stage.read("statusOf", SCHOOL).epoch == 2


def early(stage: Stage) -> Any:
    stage.send(stage.school, "addKey", SCHOOL, stage.newcomer.address, STATUS, stage.later(), 0)
    return stage.newcomer


def ended(stage: Stage) -> Any:
    stage.send(stage.school, "endKey", SCHOOL, stage.status_key.address, 0)
    stage.chain.travel(DAY)
    return stage.status_key


def compromised(stage: Stage) -> Any:
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.status_key.address, stage.now())
    return stage.status_key


REFUSED_KEYS: list[tuple[Callable[[Stage], Any], Refusal]] = [
    (lambda stage: stage.stranger, Refusal.UNKNOWN_KEY),
    (lambda stage: stage.school, Refusal.UNKNOWN_KEY),
    (lambda stage: stage.owner, Refusal.UNKNOWN_KEY),
    (lambda stage: stage.anchor_key, Refusal.WRONG_ROLE),
    (lambda stage: stage.officer, Refusal.WRONG_ROLE),
    (compromised, Refusal.KEY_IS_COMPROMISED),
    (early, Refusal.KEY_NOT_YET_VALID),
    (ended, Refusal.KEY_ENDED),
]
KEY_IDS = ["stranger", "admin", "owner", "anchor", "officer", "compromised", "early", "ended"]


@pytest.mark.parametrize(("make", "refusal"), REFUSED_KEYS, ids=KEY_IDS)
def test_only_a_good_status_key_revokes_or_publishes(
    stage: Stage, make: Callable[[Stage], Any], refusal: Refusal
) -> None:
    """Every other key is refused with the reason, sending for itself or by signature."""
    key = make(stage)
    refused = ("Refused", refusal)
    assert stage.refusal(key, "revokeBatch", SCHOOL, ROOT) == refused
    assert stage.refusal(key, "setStatusRoot", SCHOOL, digest("list"), 1) == refused
    assert stage.refusal(stage.relayer, "revokeBatchBySignature", *stage.revocation(ROOT, key=key)) == refused
    signed = stage.status(digest("list"), 1, key=key)
    assert stage.refusal(stage.relayer, "setStatusRootBySignature", *signed) == refused


def test_statements_need_a_registered_issuer(stage: Stage) -> None:
    """For an issuer nobody registered even a STATUS key is refused."""
    refused = ("Refused", Refusal.UNKNOWN_ISSUER)
    assert stage.refusal(stage.status_key, "revokeBatch", digest("nobody"), ROOT) == refused
    assert stage.refusal(stage.status_key, "setStatusRoot", digest("nobody"), ROOT, 1) == refused


def test_signed_statements_expire(stage: Stage) -> None:
    """After its deadline a signed statement is refused, whoever signed."""
    past = stage.now() - 1
    refused = ("Refused", Refusal.EXPIRED)
    assert stage.refusal(stage.relayer, "revokeBatchBySignature", *stage.revocation(ROOT, deadline=past)) == refused
    signed = stage.status(digest("list"), 1, deadline=past)
    assert stage.refusal(stage.relayer, "setStatusRootBySignature", *signed) == refused


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64) + b"\x1b"])
def test_signed_statements_need_a_signature(stage: Stage, signature: bytes) -> None:
    """What is no canonical signature is refused as such."""
    refused = ("Refused", Refusal.BAD_SIGNATURE)
    *revocation, _ = stage.revocation(ROOT)
    assert stage.refusal(stage.relayer, "revokeBatchBySignature", *revocation, signature) == refused
    *status, _ = stage.status(digest("list"), 1)
    assert stage.refusal(stage.relayer, "setStatusRootBySignature", *status, signature) == refused


def test_a_void_issuers_later_anchors_do_not_count(stage: Stage) -> None:
    """Void since T: anchors at or after T are void, earlier ones stay, and lifting it restores all."""
    stage.anchor(stage.group(entry("early")))
    stage.chain.travel(DAY)
    late = stage.anchor(stage.group(entry("late")))
    stage.chain.travel(DAY)
    receipt = stage.send(stage.department, "declareVoid", SCHOOL, stage.time_of(late))
    assert [event["since"] for event in stage.events(receipt, "IssuerVoided")] == [stage.time_of(late)]
    assert stage.is_valid(entry("early")) == Validity.VALID
    assert stage.is_valid(entry("late")) == Validity.ISSUER_VOID
    assert stage.read("dossierOf", SCHOOL, *entry("late")).voidSince == stage.time_of(late)
    stage.send(stage.department, "declareVoid", SCHOOL, 0)
    assert stage.is_valid(entry("late")) == Validity.VALID
    stage.anchor(stage.group(entry("later")))


def test_a_void_is_not_declared_ahead(stage: Stage) -> None:
    """A void in the future is refused."""
    ahead = stage.later()
    refused = stage.refusal(stage.owner, "declareVoid", SCHOOL, ahead)
    assert refused[:2] == ("TooLate", ahead)


def test_a_void_outlives_suspension_and_a_change_of_admin(stage: Stage) -> None:
    """Standing, voidness and admin change one by one: none of them moves another, and each is judged for itself."""

    def refused() -> int:
        return stage.anchor_refusal(stage.group(entry("a")))[2]

    stage.send(stage.owner, "setStanding", SCHOOL, Standing.SUSPENDED)
    stage.send(stage.owner, "declareVoid", SCHOOL, 1)
    assert refused() == Refusal.ISSUER_NOT_ACTIVE
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.ACTIVE)
    assert refused() == Refusal.ISSUER_IS_VOID
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.newcomer.address)
    stage.send(stage.newcomer, "acceptAdmin", SCHOOL)
    issuer = stage.read("issuerOf", SCHOOL)
    assert (issuer.admin, issuer.standing, issuer.voidSince) == (stage.newcomer.address, Standing.ACTIVE, 1)
    assert refused() == Refusal.ISSUER_IS_VOID
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.CLOSED)
    stage.send(stage.owner, "declareVoid", SCHOOL, 0)
    assert refused() == Refusal.ISSUER_NOT_ACTIVE
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.ACTIVE)
    stage.anchor(stage.group(entry("a")))
    assert stage.read("issuerOf", SCHOOL).seq == issuer.seq + 4


def test_a_void_does_not_cascade(stage: Stage) -> None:
    """A void department leaves its school's anchors and anchoring alone."""
    stage.send(stage.owner, "declareVoid", DEPARTMENT, 1)
    assert stage.is_valid(anchored(stage)) == Validity.VALID


def test_reasons_come_in_their_order(stage: Stage) -> None:
    """Absent, then compromised key, then void issuer, then revoked batch."""
    batch = entry("a")
    assert stage.is_valid(batch) == Validity.ABSENT
    stage.anchor(stage.group(batch))
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    assert stage.is_valid(batch) == Validity.BATCH_REVOKED
    stage.send(stage.owner, "declareVoid", SCHOOL, 1)
    assert stage.is_valid(batch) == Validity.ISSUER_VOID
    stage.send(stage.owner, "declareCompromised", SCHOOL, stage.anchor_key.address, 1)
    assert stage.is_valid(batch) == Validity.KEY_COMPROMISED


def test_a_dossier_answers_everything_at_once(stage: Stage) -> None:
    """The dossier is the single views put together, and empty for a stranger's batch."""
    anchored(stage)
    stage.send(stage.status_key, "revokeBatch", SCHOOL, ROOT)
    stage.send(stage.status_key, "setStatusRoot", SCHOOL, digest("list"), 1)
    dossier = stage.read("dossierOf", SCHOOL, *entry("a"))
    assert dossier.anchor == stage.read("anchorOf", SCHOOL, *entry("a"))
    assert dossier.anchorKey == stage.read("keyOf", SCHOOL, stage.anchor_key.address)
    assert dossier.revocation == stage.read("revocationOf", SCHOOL, ROOT)
    assert dossier.revokerKey == dossier.statusKey == stage.read("keyOf", SCHOOL, stage.status_key.address)
    assert dossier.status == stage.read("statusOf", SCHOOL)
    assert (dossier.standing, dossier.voidSince) == (Standing.ACTIVE, 0)
    assert dossier.names == stage.read("namesOf", SCHOOL)
    empty = stage.read("dossierOf", digest("nobody"), NOTHING, 0, NOTHING)
    assert (empty.anchor.state, empty.standing, empty.names) == (0, Standing.UNKNOWN, [])
