"""Status roots by epoch, and the successor of a dissolved school who keeps them going."""

import pytest
from stage import ANCHOR, COLLEGE, DAY, DEPARTMENT, NOTHING, OFFICER, SCHOOL, STATUS, Stage, digest

pytestmark = pytest.mark.slow

DELAY = 7 * DAY
LIST = [digest(f"list {epoch}") for epoch in range(4)]


def test_a_status_root_names_setter_time_and_epoch(stage: Stage) -> None:
    """The first epoch is 1, and the record points at the block it was set in."""
    assert stage.read("statusOf", SCHOOL).epoch == 0
    receipt = stage.send(stage.status_key, "setStatusRoot", SCHOOL, LIST[1], 1)
    block = receipt["blockNumber"]
    assert stage.read("statusOf", SCHOOL) == (LIST[1], stage.status_key.address, stage.time_of(receipt), 1, block)
    (event,) = stage.events(receipt, "StatusRootSet")
    assert dict(event) == {
        "issuerId": SCHOOL,
        "epoch": 1,
        "statusRoot": LIST[1],
        "setter": stage.status_key.address,
        "previousBlock": 0,
    }


def test_status_events_are_walked_back_by_block(stage: Stage) -> None:
    """Each status event names the block of the one before it; the issuer's own chain does not move."""
    before = stage.read("issuerOf", SCHOOL)
    blocks = [0]
    for epoch in (1, 2, 3):
        receipt = stage.send(stage.relayer, "setStatusRootBySignature", *stage.status(LIST[epoch], epoch))
        (event,) = stage.events(receipt, "StatusRootSet")
        assert event["previousBlock"] == blocks[-1]
        blocks.append(receipt["blockNumber"])
        stage.chain.travel(60)
    assert stage.read("statusOf", SCHOOL).previousBlock == blocks[-1]
    assert stage.read("issuerOf", SCHOOL) == before


@pytest.mark.parametrize("epoch", [0, 1, 3, 2**24 - 1])
def test_epochs_follow_one_another(stage: Stage, epoch: int) -> None:
    """After epoch 1 only 2 is accepted: no replay, no gap."""
    stage.send(stage.status_key, "setStatusRoot", SCHOOL, LIST[1], 1)
    assert stage.refusal(stage.status_key, "setStatusRoot", SCHOOL, LIST[2], epoch) == ("WrongEpoch", epoch, 2)
    signed = stage.status(LIST[2], epoch)
    assert stage.refusal(stage.relayer, "setStatusRootBySignature", *signed) == ("WrongEpoch", epoch, 2)


def test_a_status_root_is_not_empty(stage: Stage) -> None:
    """Zero would read as a status that was never set."""
    refused = ("EmptyStatusRoot", SCHOOL)
    assert stage.refusal(stage.status_key, "setStatusRoot", SCHOOL, NOTHING, 1) == refused
    assert stage.refusal(stage.relayer, "setStatusRootBySignature", *stage.status(NOTHING, 1)) == refused


def test_a_good_key_goes_on_after_a_compromised_one(stage: Stage) -> None:
    """The dossier shows the setter's compromise, and the next epoch by another key replaces it."""
    receipt = stage.send(stage.status_key, "setStatusRoot", SCHOOL, LIST[1], 1)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.status_key.address, stage.time_of(receipt))
    dossier = stage.read("dossierOf", SCHOOL, NOTHING, 1, NOTHING)
    assert dossier.statusKey.compromisedSince == dossier.status.time
    stage.add_key(stage.newcomer, STATUS)
    stage.send(stage.newcomer, "setStatusRoot", SCHOOL, LIST[2], 2)
    assert stage.read("dossierOf", SCHOOL, NOTHING, 1, NOTHING).statusKey.compromisedSince == 0


def dissolve(stage: Stage) -> int:
    """The college succeeds the school; returns the time from which it may act."""
    receipt = stage.send(stage.department, "appointSuccessor", SCHOOL, COLLEGE)
    return stage.time_of(receipt) + DELAY


def test_a_successor_is_appointed_in_public(stage: Stage) -> None:
    """Event and record name the successor and the time from which it may act."""
    receipt = stage.send(stage.department, "appointSuccessor", SCHOOL, COLLEGE)
    effective = stage.time_of(receipt) + DELAY
    (event,) = stage.events(receipt, "SuccessorAppointed")
    assert (event["successor"], event["effectiveFrom"]) == (COLLEGE, effective)
    issuer = stage.read("issuerOf", SCHOOL)
    assert (issuer.successor, issuer.successorFrom) == (COLLEGE, effective)


@pytest.mark.parametrize("successor", [SCHOOL, digest("nobody")])
def test_a_successor_is_another_registered_issuer(stage: Stage, successor: bytes) -> None:
    """Neither the issuer itself nor an unknown one can succeed it."""
    refused = stage.refusal(stage.department, "appointSuccessor", SCHOOL, successor)
    assert refused == ("InvalidSuccessor", SCHOOL, successor)


def test_a_successor_waits(stage: Stage) -> None:
    """Before the delay is over the successor's admin has no power."""
    dissolve(stage)
    stage.chain.travel(DELAY - DAY)
    refused = stage.refusal(stage.college, "addKey", SCHOOL, stage.newcomer.address, STATUS, 0, 0)
    assert refused == ("NotAdmin", SCHOOL, stage.college.address)


def test_a_successor_runs_the_status_keys(stage: Stage) -> None:
    """After the delay its admin adds, ends and declares STATUS keys, and the dissolved school's statuses go on."""
    dissolve(stage)
    stage.chain.travel(DELAY)
    stage.add_key(stage.newcomer, STATUS, SCHOOL, stage.college)
    stage.send(stage.newcomer, "setStatusRoot", SCHOOL, LIST[1], 1)
    stage.send(stage.college, "declareCompromised", SCHOOL, stage.status_key.address, stage.now())
    stage.send(stage.college, "endKey", SCHOOL, stage.newcomer.address, 0)
    assert stage.read("keyOf", SCHOOL, stage.status_key.address).compromisedSince != 0


def test_a_successor_has_the_thirty_days_too(stage: Stage) -> None:
    """It dates a compromise no further back than the admin could."""
    dissolve(stage)
    stage.chain.travel(40 * DAY)
    refused = stage.refusal(stage.college, "declareCompromised", SCHOOL, stage.status_key.address, 1)
    assert refused[:2] == ("TooEarly", 1)


@pytest.mark.parametrize("role", [ANCHOR, OFFICER, 3, 0])
def test_a_successor_touches_no_other_keys(stage: Stage, role: int) -> None:
    """It adds no key that could anchor or endorse in the dissolved school's name."""
    dissolve(stage)
    stage.chain.travel(DELAY)
    refused = stage.refusal(stage.college, "addKey", SCHOOL, stage.newcomer.address, role, 0, 0)
    assert refused == ("NotAdmin", SCHOOL, stage.college.address)


def test_a_successor_ends_and_declares_no_other_keys(stage: Stage) -> None:
    """The school's ANCHOR and OFFICER keys, and so its old anchors, are out of its reach."""
    dissolve(stage)
    stage.chain.travel(DELAY)
    refused = ("NotAdmin", SCHOOL, stage.college.address)
    for key in (stage.anchor_key, stage.officer):
        assert stage.refusal(stage.college, "endKey", SCHOOL, key.address, 0) == refused
        assert stage.refusal(stage.college, "declareCompromised", SCHOOL, key.address, stage.now()) == refused


def test_the_successors_present_admin_acts(stage: Stage) -> None:
    """The right goes with the office: a former admin of the successor has lost it."""
    dissolve(stage)
    stage.chain.travel(DELAY)
    stage.send(stage.college, "transferAdmin", COLLEGE, stage.stranger.address)
    stage.send(stage.stranger, "acceptAdmin", COLLEGE)
    refused = stage.refusal(stage.college, "addKey", SCHOOL, stage.newcomer.address, STATUS, 0, 0)
    assert refused == ("NotAdmin", SCHOOL, stage.college.address)
    stage.add_key(stage.newcomer, STATUS, SCHOOL, stage.stranger)


def test_a_successor_is_withdrawn_at_once(stage: Stage) -> None:
    """Zero takes the right away without a delay; another appointment starts the delay anew."""
    dissolve(stage)
    stage.chain.travel(DELAY)
    receipt = stage.send(stage.department, "appointSuccessor", SCHOOL, NOTHING)
    (event,) = stage.events(receipt, "SuccessorAppointed")
    assert (event["successor"], event["effectiveFrom"]) == (NOTHING, 0)
    refused = ("NotAdmin", SCHOOL, stage.college.address)
    assert stage.refusal(stage.college, "addKey", SCHOOL, stage.newcomer.address, STATUS, 0, 0) == refused
    dissolve(stage)
    assert stage.refusal(stage.college, "addKey", SCHOOL, stage.newcomer.address, STATUS, 0, 0) == refused


def test_the_dissolved_schools_admin_keeps_its_keys(stage: Stage) -> None:
    """Succession adds a keeper; it removes none."""
    stage.send(stage.owner, "appointSuccessor", SCHOOL, DEPARTMENT)
    stage.chain.travel(DELAY)
    stage.add_key(stage.newcomer, STATUS)
