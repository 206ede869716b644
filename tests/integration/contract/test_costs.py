"""Storage is written whole, once: an entry costs one cold write, a group two more."""

from collections.abc import Iterator
from typing import Any

import pytest
from chains import chain_at, deploy, running_anvil
from stage import DAY, SCHOOL, Stage, digest, entry, set_up

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on a node that records every step of a transaction; its tests share it."""
    with running_anvil(tmp_path_factory.mktemp("traced") / "anvil.log", "--steps-tracing") as url:
        yield set_up(deploy(chain_at(url)))


def writes(stage: Stage, receipt: Any) -> int:
    transaction = "0x" + bytes(receipt["transactionHash"]).hex()
    trace = stage.chain.rpc("debug_traceTransaction", transaction, {"disableStack": True})
    return sum(step["op"] == "SSTORE" for step in trace["structLogs"])


@pytest.mark.slow
@pytest.mark.parametrize("entries", [1, 2, 10])
def test_a_group_writes_each_anchor_once_and_the_issuer_twice(traced: Stage, entries: int) -> None:
    """One write per entry, one for the issuer's counters, one for its head."""
    receipt = traced.anchor(traced.group(*(entry(f"{number} of {entries}") for number in range(entries))))
    assert writes(traced, receipt) == entries + 2


@pytest.mark.slow
def test_statements_write_no_word_twice(traced: Stage) -> None:
    """A revocation writes its word and the issuer's two; a status root writes its two."""
    assert writes(traced, traced.send(traced.status_key, "revokeBatch", SCHOOL, digest("root"))) == 3
    receipt = traced.send(traced.status_key, "setStatusRoot", SCHOOL, digest("list"), 1)
    assert writes(traced, receipt) == 2


@pytest.mark.slow
def test_key_calls_write_the_key_once(traced: Stage) -> None:
    """Adding, ending and declaring write the key's word once, and the issuer's two."""
    key = traced.newcomer.address
    assert writes(traced, traced.send(traced.school, "addKey", SCHOOL, key, 1, 0, 0)) == 3
    traced.chain.travel(DAY)
    assert writes(traced, traced.send(traced.school, "endKey", SCHOOL, key, 0)) == 3
    now = traced.now()
    assert writes(traced, traced.send(traced.school, "declareCompromised", SCHOOL, key, now)) == 3


def test_an_entry_more_costs_little_more(stage: Stage) -> None:
    """The second to tenth entry of a group cost less than 32,000 gas each, a group of one less than 85,000."""
    stage.anchor(stage.group(entry("first")))
    one = stage.anchor(stage.group(entry("one")))["gasUsed"]
    ten = stage.anchor(stage.group(*(entry(f"e{number}") for number in range(10))))["gasUsed"]
    assert one < 85_000
    assert (ten - one) / 9 < 32_000
