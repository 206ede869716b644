"""The issuer's hash chain: recomputed from raw logs it must give `head`, and no event may be missing unnoticed."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from chains import Chain
from eth_abi.abi import encode
from eth_utils.abi import event_abi_to_log_topic
from eth_utils.crypto import keccak
from stage import (
    ANCHOR,
    COLLEGE,
    DAY,
    DEPARTMENT,
    NOTHING,
    OFFICER,
    SCHOOL,
    STATUS,
    ZERO,
    Stage,
    Standing,
    Validity,
    digest,
    entry,
)

from vanbang.adapters.ethereum import contract

pytestmark = pytest.mark.slow

EVENTS = {event_abi_to_log_topic(each): each["name"] for each in contract.abi() if each["type"] == "event"}


def chained_logs(stage: Stage, issuer: bytes, first: int = 0, last: int | str = "latest") -> list[Any]:
    """The raw logs of the issuer's chain, oldest first."""
    query = {
        "address": stage.deployment.address,
        "fromBlock": first,
        "toBlock": last,
        "topics": [None, "0x" + issuer.hex()],
    }
    logs = stage.chain.w3.eth.get_logs(query)  # type: ignore[arg-type]
    return [log for log in logs if EVENTS[bytes(log["topics"][0])] != "StatusRootSet"]


def first_head(chain: Chain, registry: str, issuer: bytes) -> bytes:
    return keccak(encode(["uint256", "address", "bytes32"], [chain.chain_id, registry, issuer]))


def folded(head: bytes, log: Any) -> bytes:
    topics = [bytes(topic) for topic in log["topics"]]
    topic2 = topics[2] if len(topics) > 2 else NOTHING
    return keccak(encode(["bytes32"] * 4, [head, topics[0], topic2, keccak(bytes(log["data"]))]))


def arguments(stage: Stage, log: Any) -> Any:
    return stage.deployment.contract.events[EVENTS[bytes(log["topics"][0])]]().process_log(log)["args"]


def recomputed(stage: Stage, issuer: bytes, logs: list[Any]) -> bytes:
    head = first_head(stage.chain, stage.deployment.address, issuer)
    for log in logs:
        head = folded(head, log)
    return head


def every_event(stage: Stage) -> None:
    """Makes the school live through each event at least once."""
    stage.anchor(stage.group(entry("a"), entry("b"), entry("c")))
    stage.send(stage.department, "renameIssuer", SCHOOL, "S2", "Trường Đại học Mới")
    stage.send(stage.department, "setStanding", SCHOOL, Standing.SUSPENDED)
    stage.send(stage.status_key, "revokeBatch", SCHOOL, entry("a").root)
    stage.send(stage.status_key, "setStatusRoot", SCHOOL, digest("list"), 1)
    stage.send(stage.department, "setStanding", SCHOOL, Standing.ACTIVE)
    stage.send(stage.owner, "declareVoid", SCHOOL, stage.now())
    stage.send(stage.owner, "declareVoid", SCHOOL, 0)
    stage.send(stage.department, "appointSuccessor", SCHOOL, COLLEGE)
    stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.now())
    stage.send(stage.department, "replaceAdmin", SCHOOL, ZERO)
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.newcomer.address)
    stage.send(stage.newcomer, "acceptAdmin", SCHOOL)


def test_the_head_is_recomputed_from_raw_logs(stage: Stage) -> None:
    """Folding every log of the issuer, of every kind, gives the stored head and the stored count."""
    every_event(stage)
    logs = chained_logs(stage, SCHOOL)
    seen = {EVENTS[bytes(log["topics"][0])] for log in logs}
    assert seen == set(EVENTS.values()) - {"OwnershipTransferStarted", "OwnershipTransferred", "StatusRootSet"}
    issuer = stage.read("issuerOf", SCHOOL)
    assert recomputed(stage, SCHOOL, logs) == issuer.head
    assert [arguments(stage, log)["seq"] for log in logs] == list(range(1, issuer.seq + 1))


def test_a_hidden_log_is_noticed(stage: Stage) -> None:
    """Without any one of its logs the head does not come out."""
    every_event(stage)
    logs = chained_logs(stage, SCHOOL)
    head = stage.read("issuerOf", SCHOOL).head
    for hidden in range(len(logs)):
        assert recomputed(stage, SCHOOL, logs[:hidden] + logs[hidden + 1 :]) != head


def test_events_are_walked_back_block_by_block(stage: Stage) -> None:
    """From lastBlock, each block's first event names the block before, down to the registration."""
    every_event(stage)
    issuer = stage.read("issuerOf", SCHOOL)
    walked: list[Any] = []
    block = issuer.lastBlock
    while block != 0:
        here = chained_logs(stage, SCHOOL, block, block)
        walked = here + walked
        block = arguments(stage, here[0])["previousBlock"]
    assert recomputed(stage, SCHOOL, walked) == issuer.head
    assert EVENTS[bytes(walked[0]["topics"][0])] == "IssuerRegistered"


def test_events_of_one_block_link_within_it(stage: Stage) -> None:
    """Of three anchors in one transaction the first names an earlier block, the others their own."""
    before = stage.read("issuerOf", SCHOOL)
    receipt = stage.anchor(stage.group(entry("a"), entry("b")), stage.group(entry("c")))
    events = stage.events(receipt, "Anchored")
    block = receipt["blockNumber"]
    assert [event["previousBlock"] for event in events] == [before.lastBlock, block, block]
    assert [event["seq"] for event in events] == [before.seq + 1, before.seq + 2, before.seq + 3]
    assert stage.read("issuerOf", SCHOOL).lastBlock == block


def test_issuers_have_chains_of_their_own(stage: Stage) -> None:
    """An event of the school moves neither the department's nor the college's head."""
    others = [stage.read("issuerOf", issuer) for issuer in (DEPARTMENT, COLLEGE)]
    every_event(stage)
    assert [stage.read("issuerOf", issuer) for issuer in (DEPARTMENT, COLLEGE)] == others
    for issuer in (DEPARTMENT, COLLEGE):
        assert recomputed(stage, issuer, chained_logs(stage, issuer)) == stage.read("issuerOf", issuer).head


def random_call(stage: Stage, pick: random.Random) -> tuple[Any, ...]:
    """A call of the admin, or of a key of the school, valid or not."""
    keys = [stage.anchor_key, stage.status_key, stage.officer, stage.newcomer, stage.stranger]
    key, when = pick.choice(keys).address, stage.now() + pick.choice([-40, -31, -29, -1, 0, 1, 400]) * DAY
    name = f"batch {pick.randrange(6)}"
    makers: list[Callable[[], tuple[Any, ...]]] = [
        lambda: (
            stage.school,
            "addKey",
            SCHOOL,
            key,
            pick.choice([ANCHOR, STATUS, OFFICER]),
            pick.choice([0, when]),
            0,
        ),
        lambda: (stage.school, "endKey", SCHOOL, key, pick.choice([0, when])),
        lambda: (stage.school, "declareCompromised", SCHOOL, key, when),
        lambda: (stage.school, "transferAdmin", SCHOOL, pick.choice([ZERO, stage.newcomer.address])),
        lambda: (stage.relayer, "anchor", [stage.group(entry("old"), entry(name), key=pick.choice(keys))]),
        lambda: (pick.choice(keys), "setStatusRoot", SCHOOL, digest(name), stage.read("statusOf", SCHOOL).epoch + 1),
        lambda: (pick.choice(keys), "revokeBatch", SCHOOL, entry(name).root),
    ]
    return pick.choice(makers)()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_an_admin_or_key_does_turns_an_old_anchor_bad(stage: Stage, seed: int) -> None:
    """After any calls of theirs an unrevoked anchor older than thirty days counts unchanged, and the head adds up."""
    stage.anchor(stage.group(entry("old")))
    record = stage.read("anchorOf", SCHOOL, *entry("old"))
    stage.chain.travel(31 * DAY)
    pick = random.Random(seed)
    succeeded = 0
    for _ in range(40):
        sender, call, *args = random_call(stage, pick)
        receipt = stage.chain.send(sender, stage.deployment.address, stage.deployment.encode(call, *args))
        succeeded += receipt["status"]
        assert stage.is_valid(entry("old")) == Validity.VALID
        assert stage.read("anchorOf", SCHOOL, *entry("old")) == record
    assert succeeded >= 5
    logs = chained_logs(stage, SCHOOL)
    issuer = stage.read("issuerOf", SCHOOL)
    assert (recomputed(stage, SCHOOL, logs), len(logs)) == (issuer.head, issuer.seq)
