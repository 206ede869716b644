"""The ministry's own keys: two steps, and no power over anchors."""

import pytest
from chains import Deployment
from stage import ZERO, Refusal, Stage, entry

pytestmark = pytest.mark.slow


def test_deployer_owns_an_empty_registry(deployed: Deployment) -> None:
    """The deployer is the first owner and nobody is pending."""
    assert deployed.read("owner") == deployed.owner.address
    assert deployed.read("pendingOwner") == ZERO


def test_ownership_moves_in_two_steps(stage: Stage) -> None:
    """The named owner owns only once it has accepted, and both steps are events."""
    started = stage.send(stage.owner, "transferOwnership", stage.newcomer.address)
    assert stage.read("owner") == stage.owner.address
    assert stage.read("pendingOwner") == stage.newcomer.address
    accepted = stage.send(stage.newcomer, "acceptOwnership")
    assert stage.read("owner") == stage.newcomer.address
    assert stage.read("pendingOwner") == ZERO
    both = {"previousOwner": stage.owner.address, "newOwner": stage.newcomer.address}
    assert [dict(args) for args in stage.events(started, "OwnershipTransferStarted")] == [both]
    assert [dict(args) for args in stage.events(accepted, "OwnershipTransferred")] == [both]


def test_a_stranger_cannot_name_an_owner(stage: Stage) -> None:
    """Only the owner names the next one."""
    refused = stage.refusal(stage.stranger, "transferOwnership", stage.stranger.address)
    assert refused == ("NotOwner", stage.stranger.address)


def test_only_the_named_owner_accepts(stage: Stage) -> None:
    """Nobody but the pending owner accepts, the present owner included."""
    stage.send(stage.owner, "transferOwnership", stage.newcomer.address)
    for caller in (stage.owner, stage.stranger):
        assert stage.refusal(caller, "acceptOwnership") == ("NotPendingOwner", caller.address)


def test_an_offer_of_ownership_can_be_withdrawn(stage: Stage) -> None:
    """Naming the zero address withdraws the offer."""
    stage.send(stage.owner, "transferOwnership", stage.newcomer.address)
    stage.send(stage.owner, "transferOwnership", ZERO)
    assert stage.refusal(stage.newcomer, "acceptOwnership") == ("NotPendingOwner", stage.newcomer.address)


def test_ownership_authorises_no_anchor(stage: Stage) -> None:
    """A group signed by the owner, or by an admin, is signed by an unknown key."""
    for signer in (stage.owner, stage.department, stage.school):
        group = stage.group(entry("a"), key=signer)
        assert stage.refusal(stage.owner, "anchor", [group]) == ("GroupRefused", 0, Refusal.UNKNOWN_KEY)
