"""Changing an issuer's admin: by itself at once, by its registrar only after a public delay."""

import pytest
from stage import DAY, DEPARTMENT, SCHOOL, ZERO, Stage, digest

pytestmark = pytest.mark.slow

DELAY = 7 * DAY


def test_the_delay_is_public(stage: Stage) -> None:
    """ADMIN_DELAY is seven days and COMPROMISE_LIMIT thirty, readable by call."""
    assert stage.read("ADMIN_DELAY") == DELAY
    assert stage.read("COMPROMISE_LIMIT") == 30 * DAY


def test_an_admin_hands_over_at_once(stage: Stage) -> None:
    """The admin names, the new one accepts without delay and takes every power."""
    started = stage.send(stage.school, "transferAdmin", SCHOOL, stage.newcomer.address)
    (event,) = stage.events(started, "AdminTransferStarted")
    assert (event["newAdmin"], event["acceptableFrom"]) == (stage.newcomer.address, stage.time_of(started))
    assert event["byRegistrar"] is False
    assert stage.read("issuerOf", SCHOOL).admin == stage.school.address

    changed = stage.send(stage.newcomer, "acceptAdmin", SCHOOL)
    assert [event["newAdmin"] for event in stage.events(changed, "AdminChanged")] == [stage.newcomer.address]
    issuer = stage.read("issuerOf", SCHOOL)
    assert (issuer.admin, issuer.pendingAdmin, issuer.pendingAdminFrom) == (stage.newcomer.address, ZERO, 0)
    assert issuer.pendingByRegistrar is False
    stage.send(stage.newcomer, "endKey", SCHOOL, stage.anchor_key.address, 0)
    refused = stage.refusal(stage.school, "endKey", SCHOOL, stage.status_key.address, 0)
    assert refused == ("NotAdmin", SCHOOL, stage.school.address)


def test_accepting_keeps_the_issuer_as_it_was(stage: Stage) -> None:
    """A new admin inherits the registrar flag and a declared void; the transfer washes nothing away."""
    stage.send(stage.owner, "declareVoid", DEPARTMENT, 5)
    stage.send(stage.department, "transferAdmin", DEPARTMENT, stage.newcomer.address)
    stage.send(stage.newcomer, "acceptAdmin", DEPARTMENT)
    issuer = stage.read("issuerOf", DEPARTMENT)
    assert (issuer.voidSince, issuer.registrar) == (5, True)
    stage.send(stage.newcomer, "renameIssuer", SCHOOL, "S2", "Trường Hai")


def test_only_the_admin_hands_over(stage: Stage) -> None:
    """Strangers, registrars and the owner cannot start the admin's own transfer."""
    for caller in (stage.stranger, stage.department, stage.owner):
        refused = stage.refusal(caller, "transferAdmin", SCHOOL, caller.address)
        assert refused == ("NotAdmin", SCHOOL, caller.address)


@pytest.mark.parametrize(("call", "args"), [("transferAdmin", (ZERO,)), ("acceptAdmin", ())])
def test_transfers_need_a_registered_issuer(stage: Stage, call: str, args: tuple[str, ...]) -> None:
    """Nothing is transferred of an issuer nobody registered."""
    assert stage.refusal(stage.school, call, digest("nobody"), *args) == ("UnknownIssuer", digest("nobody"))


def test_only_the_named_admin_accepts(stage: Stage) -> None:
    """Nobody accepts in the new admin's place, and nobody accepts when no transfer is under way."""
    assert stage.refusal(stage.newcomer, "acceptAdmin", SCHOOL) == ("NotPendingAdmin", SCHOOL, stage.newcomer.address)
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.newcomer.address)
    assert stage.refusal(stage.stranger, "acceptAdmin", SCHOOL) == ("NotPendingAdmin", SCHOOL, stage.stranger.address)


def test_an_admin_withdraws_its_own_offer(stage: Stage) -> None:
    """Naming the zero address withdraws the transfer."""
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.newcomer.address)
    receipt = stage.send(stage.school, "transferAdmin", SCHOOL, ZERO)
    (event,) = stage.events(receipt, "AdminTransferStarted")
    assert (event["newAdmin"], event["acceptableFrom"]) == (ZERO, 0)
    assert stage.refusal(stage.newcomer, "acceptAdmin", SCHOOL) == ("NotPendingAdmin", SCHOOL, stage.newcomer.address)


@pytest.mark.parametrize("caller", ["department", "owner"])
def test_a_replacement_waits_in_public(stage: Stage, caller: str) -> None:
    """The registrar's admin accepts after seven days, not a moment before, and the event says when."""
    receipt = stage.send(getattr(stage, caller), "replaceAdmin", SCHOOL, stage.newcomer.address)
    acceptable = stage.time_of(receipt) + DELAY
    (event,) = stage.events(receipt, "AdminTransferStarted")
    assert (event["acceptableFrom"], event["byRegistrar"]) == (acceptable, True)
    stage.chain.travel(DELAY - DAY)
    refused = stage.refusal(stage.newcomer, "acceptAdmin", SCHOOL)
    assert (refused[0], refused[2]) == ("TooEarly", acceptable)
    stage.chain.travel(DAY)
    stage.send(stage.newcomer, "acceptAdmin", SCHOOL)
    assert stage.read("issuerOf", SCHOOL).admin == stage.newcomer.address


def test_a_replacement_overrides_the_admins_own_transfer(stage: Stage) -> None:
    """A thief who holds the admin's key cannot finish a transfer once the registrar has stepped in."""
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.stranger.address)
    stage.send(stage.department, "replaceAdmin", SCHOOL, stage.newcomer.address)
    assert stage.refusal(stage.stranger, "acceptAdmin", SCHOOL) == ("NotPendingAdmin", SCHOOL, stage.stranger.address)


@pytest.mark.parametrize("named", ["stranger", None])
def test_a_replacement_cannot_be_overwritten_by_the_admin(stage: Stage, named: str | None) -> None:
    """While the registrar's replacement is pending, the admin neither names another nor withdraws it."""
    stage.send(stage.department, "replaceAdmin", SCHOOL, stage.newcomer.address)
    address = getattr(stage, named).address if named else ZERO
    assert stage.refusal(stage.school, "transferAdmin", SCHOOL, address) == ("TransferPendingByRegistrar", SCHOOL)
    stage.chain.travel(DELAY + 1)
    assert stage.refusal(stage.school, "transferAdmin", SCHOOL, address) == ("TransferPendingByRegistrar", SCHOOL)
    stage.send(stage.newcomer, "acceptAdmin", SCHOOL)


def test_a_registrar_withdraws_its_replacement(stage: Stage) -> None:
    """Withdrawn, the replacement cannot be accepted, and the admin may hand over again."""
    stage.send(stage.department, "replaceAdmin", SCHOOL, stage.newcomer.address)
    receipt = stage.send(stage.department, "replaceAdmin", SCHOOL, ZERO)
    (event,) = stage.events(receipt, "AdminTransferStarted")
    assert (event["newAdmin"], event["acceptableFrom"], event["byRegistrar"]) == (ZERO, 0, True)
    assert stage.refusal(stage.newcomer, "acceptAdmin", SCHOOL) == ("NotPendingAdmin", SCHOOL, stage.newcomer.address)
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.stranger.address)


def test_an_admin_keeps_its_powers_until_replaced(stage: Stage) -> None:
    """A pending replacement takes nothing away yet."""
    stage.send(stage.department, "replaceAdmin", SCHOOL, stage.newcomer.address)
    stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
