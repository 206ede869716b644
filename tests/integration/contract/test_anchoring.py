"""anchor(): what is written, what is skipped, what is refused and in which order."""

from collections.abc import Callable
from typing import Any

import pytest
from stage import (
    ANCHOR,
    COLLEGE,
    DAY,
    DEPARTMENT,
    NOTHING,
    OFFICER,
    SCHOOL,
    STATUS,
    Entry,
    Group,
    Refusal,
    Stage,
    Standing,
    Validity,
    digest,
    entry,
)

from vanbang.adapters.ethereum.storage_layout import variable
from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import entry_hash

pytestmark = pytest.mark.slow

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_an_anchor_records_who_and_when(stage: Stage) -> None:
    """The record holds signer, block time, block number and a count of one; the event holds the entry."""
    receipt = stage.anchor(stage.group(entry("a")))
    record = stage.read("anchorOf", SCHOOL, *entry("a"))
    assert record == (stage.anchor_key.address, stage.time_of(receipt), receipt["blockNumber"], 1)
    (event,) = stage.events(receipt, "Anchored")
    assert (event["issuerId"], event["root"], event["treeSize"], event["manifestHash"]) == (SCHOOL, *entry("a"))
    assert event["signer"] == stage.anchor_key.address
    assert stage.is_valid(entry("a")) == Validity.VALID


@pytest.mark.parametrize(
    "other",
    [
        Entry(digest("another root"), 100, digest("manifest a")),
        Entry(digest("root a"), 101, digest("manifest a")),
        Entry(digest("root a"), 100, digest("another manifest")),
    ],
)
def test_an_anchor_is_of_root_size_and_manifest_together(stage: Stage, other: Entry) -> None:
    """A record answers for exactly its three values and its issuer."""
    stage.anchor(stage.group(entry("a")))
    assert stage.is_valid(other) == Validity.ABSENT
    assert stage.is_valid(entry("a"), COLLEGE) == Validity.ABSENT
    stage.anchor(stage.group(other))
    assert stage.is_valid(other) == Validity.VALID


def test_one_transaction_carries_groups_of_several_issuers(stage: Stage) -> None:
    """Each group stands under its own issuer's key and advances its own issuer's count."""
    stage.add_key(stage.newcomer, ANCHOR, COLLEGE, stage.college)
    seqs = [stage.read("issuerOf", issuer).seq for issuer in (SCHOOL, COLLEGE)]
    receipt = stage.anchor(
        stage.group(entry("a"), entry("b")),
        stage.group(entry("a"), key=stage.newcomer, issuer=COLLEGE),
        stage.group(entry("c")),
    )
    assert len(stage.events(receipt, "Anchored")) == 4
    for batch, issuer in ((entry("a"), SCHOOL), (entry("b"), SCHOOL), (entry("c"), SCHOOL), (entry("a"), COLLEGE)):
        assert stage.is_valid(batch, issuer) == Validity.VALID
    assert [stage.read("issuerOf", issuer).seq for issuer in (SCHOOL, COLLEGE)] == [seqs[0] + 3, seqs[1] + 1]


def test_no_groups_do_nothing(stage: Stage) -> None:
    """An empty call succeeds without an event."""
    assert stage.anchor()["logs"] == []


def test_what_is_anchored_is_skipped(stage: Stage) -> None:
    """Anchoring again changes neither record nor head, and emits nothing for what stands."""
    stage.anchor(stage.group(entry("a")))
    record, issuer = stage.read("anchorOf", SCHOOL, *entry("a")), stage.read("issuerOf", SCHOOL)
    stage.chain.travel(DAY)
    assert stage.anchor(stage.group(entry("a")))["logs"] == []
    assert (stage.read("anchorOf", SCHOOL, *entry("a")), stage.read("issuerOf", SCHOOL)) == (record, issuer)
    receipt = stage.anchor(stage.group(entry("a"), entry("b")))
    assert [event["root"] for event in stage.events(receipt, "Anchored")] == [entry("b").root]


def test_a_duplicate_within_a_call_is_skipped(stage: Stage) -> None:
    """Of the same entry twice, in one group or in two, one is written."""
    receipt = stage.anchor(stage.group(entry("a"), entry("a")), stage.group(entry("a"), entry("b")))
    assert [event["root"] for event in stage.events(receipt, "Anchored")] == [entry("a").root, entry("b").root]


def test_submitting_first_hurts_nobody(stage: Stage) -> None:
    """A stranger who sends our group first has anchored it for us, and our transaction with more groups succeeds."""
    ours = stage.group(entry("a"))
    stage.send(stage.stranger, "anchor", [ours])
    receipt = stage.anchor(ours, stage.group(entry("b")))
    assert len(stage.events(receipt, "Anchored")) == 1
    assert stage.read("anchorOf", SCHOOL, *entry("a")).signer == stage.anchor_key.address


def expired(stage: Stage) -> Group:
    return stage.group(entry("a"), deadline=stage.now() - 1)


def unknown_issuer(stage: Stage) -> Group:
    return stage.group(entry("a"), issuer=digest("nobody"))


def suspended(stage: Stage) -> Group:
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.SUSPENDED)
    return stage.group(entry("a"))


def closed(stage: Stage) -> Group:
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.CLOSED)
    return stage.group(entry("a"))


def void(stage: Stage) -> Group:
    stage.send(stage.owner, "declareVoid", SCHOOL, stage.now())
    return stage.group(entry("a"))


def empty_group(stage: Stage) -> Group:
    return stage.group()


def no_root(stage: Stage) -> Group:
    return stage.group(entry("a"), entry("b")._replace(root=NOTHING))


def no_manifest(stage: Stage) -> Group:
    return stage.group(entry("a")._replace(manifest_hash=NOTHING))


def no_leaves(stage: Stage) -> Group:
    return stage.group(entry("a", 0))


def too_many_leaves(stage: Stage) -> Group:
    return stage.group(entry("a", 2**53))


def unknown_key(stage: Stage) -> Group:
    return stage.group(entry("a"), key=stage.stranger)


def key_of_another_issuer(stage: Stage) -> Group:
    stage.add_key(stage.newcomer, ANCHOR, COLLEGE, stage.college)
    return stage.group(entry("a"), key=stage.newcomer)


def status_key(stage: Stage) -> Group:
    return stage.group(entry("a"), key=stage.status_key)


def officer_key(stage: Stage) -> Group:
    return stage.group(entry("a"), key=stage.officer)


def compromised_key(stage: Stage) -> Group:
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.now())
    return stage.group(entry("a"))


def early_key(stage: Stage) -> Group:
    stage.send(stage.school, "addKey", SCHOOL, stage.newcomer.address, ANCHOR, stage.later(), 0)
    return stage.group(entry("a"), key=stage.newcomer)


def ended_key(stage: Stage) -> Group:
    stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
    stage.chain.travel(DAY)
    return stage.group(entry("a"))


def signature_for_other_entries(stage: Stage) -> Group:
    return stage.group(entry("a"))._replace(entries=[entry("b")])


def signature_for_another_deadline(stage: Stage) -> Group:
    group = stage.group(entry("a"))
    return group._replace(deadline=group.deadline + 1)


REFUSED: list[tuple[Callable[[Stage], Group], Refusal]] = [
    (expired, Refusal.EXPIRED),
    (unknown_issuer, Refusal.UNKNOWN_ISSUER),
    (suspended, Refusal.ISSUER_NOT_ACTIVE),
    (closed, Refusal.ISSUER_NOT_ACTIVE),
    (void, Refusal.ISSUER_IS_VOID),
    (empty_group, Refusal.EMPTY_GROUP),
    (no_root, Refusal.EMPTY_TREE),
    (no_manifest, Refusal.EMPTY_TREE),
    (no_leaves, Refusal.EMPTY_TREE),
    (too_many_leaves, Refusal.EMPTY_TREE),
    (unknown_key, Refusal.UNKNOWN_KEY),
    (key_of_another_issuer, Refusal.UNKNOWN_KEY),
    (signature_for_other_entries, Refusal.UNKNOWN_KEY),
    (signature_for_another_deadline, Refusal.UNKNOWN_KEY),
    (status_key, Refusal.WRONG_ROLE),
    (officer_key, Refusal.WRONG_ROLE),
    (compromised_key, Refusal.KEY_IS_COMPROMISED),
    (early_key, Refusal.KEY_NOT_YET_VALID),
    (ended_key, Refusal.KEY_ENDED),
]


@pytest.mark.parametrize(("bad", "refusal"), REFUSED, ids=[made.__name__ for made, _ in REFUSED])
def test_a_group_that_may_not_anchor_is_refused(stage: Stage, bad: Callable[[Stage], Group], refusal: Refusal) -> None:
    """The call reverts whole, with the place of the group and the reason."""
    group = bad(stage)
    assert stage.anchor_refusal(group) == ("GroupRefused", 0, refusal)


def test_the_index_of_the_refused_group_is_told(stage: Stage) -> None:
    """The first group that may not anchor is named, and the good ones before it are not written."""
    good, bad = stage.group(entry("a")), stage.group(entry("b"), key=stage.stranger)
    assert stage.anchor_refusal(good, good, bad, bad) == ("GroupRefused", 2, Refusal.UNKNOWN_KEY)
    receipt = stage.chain.send(
        stage.relayer, stage.deployment.address, stage.deployment.encode("anchor", [good, good, bad])
    )
    assert receipt["status"] == 0
    assert stage.is_valid(entry("a")) == Validity.ABSENT


def broken(signature: bytes) -> dict[str, bytes]:
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    return {
        "empty": b"",
        "short": signature[:64],
        "long": signature + b"\0",
        "compact v": signature[:64] + bytes([v - 27]),
        "unknown v": signature[:64] + bytes([29]),
        "high s": r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v]),
        "zero s": r + bytes(32) + bytes([v]),
        "zero r": bytes(32) + signature[32:],
        "all zero": bytes(65),
        "r beyond the order": b"\xff" * 32 + signature[32:],
    }


@pytest.mark.parametrize("kind", list(broken(bytes(64) + b"\x1b")))
def test_only_canonical_signatures_count(stage: Stage, kind: str) -> None:
    """Wrong lengths, other v, the mirrored s and values outside the curve's order are no signatures."""
    group = stage.group(entry("a"))
    group = group._replace(signature=broken(group.signature)[kind])
    assert stage.anchor_refusal(group) == ("GroupRefused", 0, Refusal.BAD_SIGNATURE)


PRECEDENCE: list[tuple[str, Refusal]] = [
    ("deadline", Refusal.EXPIRED),
    ("standing", Refusal.ISSUER_NOT_ACTIVE),
    ("void", Refusal.ISSUER_IS_VOID),
    ("entries", Refusal.EMPTY_TREE),
    ("signature", Refusal.BAD_SIGNATURE),
]


def test_refusals_come_in_their_order(stage: Stage) -> None:
    """Of several faults the first in the documented order is told, on every node the same."""
    stage.send(stage.owner, "declareVoid", SCHOOL, stage.now())
    stage.send(stage.owner, "setStanding", SCHOOL, Standing.SUSPENDED)
    ahead = stage.later()
    group = Group(SCHOOL, stage.now() - 1, [entry("a", 0)], b"")
    seen = []
    for repair in PRECEDENCE:
        seen.append(stage.anchor_refusal(group))
        match repair[0]:
            case "deadline":
                group = group._replace(deadline=ahead)
            case "standing":
                stage.send(stage.owner, "setStanding", SCHOOL, Standing.ACTIVE)
            case "void":
                stage.send(stage.owner, "declareVoid", SCHOOL, 0)
            case "entries":
                group = group._replace(entries=[entry("a")])
    assert seen == [("GroupRefused", 0, refusal) for _, refusal in PRECEDENCE]


def reverts(stage: Stage, group: Group) -> bool:
    """Whether the group fails in the next block itself, not in a simulation at another time."""
    call = stage.deployment.encode("anchor", [group])
    return bool(stage.chain.send(stage.relayer, stage.deployment.address, call)["status"] == 0)


def test_a_window_holds_at_both_ends(stage: Stage) -> None:
    """A key signs from the first second of its window to the last, and not one second later."""
    start, end = stage.later(DAY), stage.later(9 * DAY)
    stage.send(stage.school, "addKey", SCHOOL, stage.newcomer.address, ANCHOR, start, end)
    stage.chain.next_block_at(start - 1)
    assert reverts(stage, stage.group(entry("early"), key=stage.newcomer, deadline=end))
    for moment in (start, end):
        group = stage.group(entry(f"at {moment}"), key=stage.newcomer, deadline=end)
        stage.chain.next_block_at(moment)
        assert stage.time_of(stage.anchor(group)) == moment
    stage.chain.next_block_at(end + 1)
    assert reverts(stage, stage.group(entry("late"), key=stage.newcomer, deadline=end + DAY))


def test_a_deadline_is_the_last_second(stage: Stage) -> None:
    """In a block of exactly the deadline a group is anchored, one second later it is not."""
    deadline = stage.later()
    stage.chain.next_block_at(deadline)
    stage.anchor(stage.group(entry("a"), deadline=deadline))
    stage.chain.next_block_at(deadline + 1)
    assert reverts(stage, stage.group(entry("b"), deadline=deadline))


def test_the_largest_tree_is_anchored(stage: Stage) -> None:
    """A tree of 2^53 - 1 leaves is the largest that is accepted."""
    stage.anchor(stage.group(entry("a", 2**53 - 1)))
    assert stage.is_valid(entry("a", 2**53 - 1)) == Validity.VALID


def compromise_after(stage: Stage, receipt: Any) -> None:
    stage.chain.travel(DAY)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.time_of(receipt))


def test_a_compromised_anchor_is_anchored_again(stage: Stage) -> None:
    """A good key takes over the slot: new signer, new time, one more counted; the first stays in the log."""
    compromise_after(stage, stage.anchor(stage.group(entry("a"))))
    assert stage.is_valid(entry("a")) == Validity.KEY_COMPROMISED
    stage.add_key(stage.newcomer)
    receipt = stage.anchor(stage.group(entry("a"), key=stage.newcomer))
    record = stage.read("anchorOf", SCHOOL, *entry("a"))
    assert record == (stage.newcomer.address, stage.time_of(receipt), receipt["blockNumber"], 2)
    assert len(stage.events(receipt, "Anchored")) == 1
    assert stage.is_valid(entry("a")) == Validity.VALID


def test_a_good_record_outlives_its_keys_later_compromise(stage: Stage) -> None:
    """An anchor from before the compromise is still good, so anchoring it again is skipped and changes nothing."""
    stage.anchor(stage.group(entry("a")))
    record = stage.read("anchorOf", SCHOOL, *entry("a"))
    stage.chain.travel(DAY)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.now())
    stage.add_key(stage.newcomer)
    assert stage.anchor(stage.group(entry("a"), key=stage.newcomer))["logs"] == []
    assert stage.read("anchorOf", SCHOOL, *entry("a")) == record


def test_the_compromised_key_cannot_repair_itself(stage: Stage) -> None:
    """What a thief signed is not anchored again by the thief, not even with an old group."""
    old = stage.group(entry("a"), deadline=stage.later(30 * DAY))
    compromise_after(stage, stage.anchor(old))
    assert stage.anchor_refusal(old) == ("GroupRefused", 0, Refusal.KEY_IS_COMPROMISED)


def test_a_revoked_anchor_keeps_its_record(stage: Stage) -> None:
    """Anchoring a revoked batch again is skipped: the record must be the old one if the revocation falls."""
    stage.anchor(stage.group(entry("a")))
    record = stage.read("anchorOf", SCHOOL, *entry("a"))
    stage.send(stage.status_key, "revokeBatch", SCHOOL, entry("a").root)
    stage.chain.travel(DAY)
    assert stage.anchor(stage.group(entry("a")))["logs"] == []
    assert stage.read("anchorOf", SCHOOL, *entry("a")) == record


def test_a_signature_is_for_one_registry(stage: Stage) -> None:
    """A group signed for the department is none of the school's, even under the same key."""
    stage.add_key(stage.anchor_key, ANCHOR, DEPARTMENT, stage.department)
    group = stage.group(entry("a"), issuer=DEPARTMENT)._replace(issuer_id=SCHOOL)
    assert stage.anchor_refusal(group) == ("GroupRefused", 0, Refusal.UNKNOWN_KEY)


def test_roles_do_not_mix(stage: Stage) -> None:
    """ANCHOR, STATUS and OFFICER keys are three different things to the registry."""
    roles = [
        stage.read("keyOf", SCHOOL, key.address).roles for key in (stage.anchor_key, stage.status_key, stage.officer)
    ]
    assert roles == [ANCHOR, STATUS, OFFICER]


@pytest.mark.slow
def test_the_count_of_anchorings_stops_at_255(anvil_stage: Stage) -> None:
    """A record anchored 255 times is anchored again all the same; its count stays, and does not begin anew."""
    stage = anvil_stage
    compromise_after(stage, stage.anchor(stage.group(entry("a"))))
    place = variable("_anchors").of(SCHOOL).of(entry_hash(AnchorKey(SCHOOL, *entry("a"))))
    slot = f"0x{place.slot:064x}"
    word = bytes(stage.chain.w3.eth.get_storage_at(stage.deployment.address, slot))
    assert word[0] == 1
    stage.chain.rpc("anvil_setStorageAt", stage.deployment.address, slot, "0x" + (b"\xff" + word[1:]).hex())
    assert stage.is_valid(entry("a")) == Validity.KEY_COMPROMISED
    stage.add_key(stage.newcomer)
    stage.anchor(stage.group(entry("a"), key=stage.newcomer))
    record = stage.read("anchorOf", SCHOOL, *entry("a"))
    assert (record.signer, record.state) == (stage.newcomer.address, 255)
