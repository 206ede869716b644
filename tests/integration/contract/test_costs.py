"""Storage is written whole, once; what every call costs keeps to its limit, on the oldest rules and on the newest."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chains import anvil_binary, chain_at, deploy, running_anvil
from stage import DAY, SCHOOL, Stage, digest, entry, set_up
from typer.testing import CliRunner

from vanbang.cli.bench.__main__ import app
from vanbang.cli.bench.costs import Cost, costs
from vanbang.cli.bench.gas import RULES
from vanbang.cli.bench.local_node import running_node

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


@pytest.fixture(scope="module", params=sorted(RULES))
def calls(request: pytest.FixtureRequest) -> list[Cost]:
    """Every call of a fresh registry, on a node with the one rules or the other."""
    anvil_binary()
    with running_node(*RULES[request.param]) as node:
        return list(costs(node))


def test_no_call_costs_more_than_its_limit(calls: list[Cost]) -> None:
    """Anchors of one root, of 10, of 100, of ten issuers, status roots by key and by signature: each has a limit."""
    limited = {cost.what: cost for cost in calls if cost.limit is not None}
    assert len(limited) == 6
    assert {what: cost.gas for what, cost in limited.items() if cost.limit is not None and cost.gas > cost.limit} == {}


def test_roots_together_cost_less_than_alone(calls: list[Cost]) -> None:
    """Each of ten of one issuer less than each of ten issuers' in one transaction, that less than one alone."""
    one, ten, hundred, issuers = (cost.gas for cost in calls if cost.is_anchor)
    assert hundred < ten < issuers < one


def test_revoking_a_batch_costs_less_than_anchoring_it(calls: list[Cost]) -> None:
    """By its key and by signature."""
    anchor = next(cost.gas for cost in calls if cost.what == "one root")
    assert [cost.what for cost in calls if "revoked" in cost.what and cost.gas >= anchor] == []


def test_the_bench_sets_ours_beside_the_peers() -> None:
    """JSON lines alone on standard output: ours with ratio and money, the peers' marked as published."""
    anvil_binary()
    asked = ["gas", "--json", "--gas-price", "0.25", "--coin-price", "0.2"]
    result = CliRunner().invoke(app, asked)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert {line["rules"] for line in lines if "published" not in line} == set(RULES)
    assert all(line["ratio"] <= 1 for line in lines if line["limit"])
    assert all(line["usd"] == pytest.approx(line["gas"] * 0.25e-9 * 0.2, rel=0.01) for line in lines)
    assert {line["gas"] for line in lines if line["what"].startswith("gas, EAS timestamp")} == {45_869, 26_800, 24_800}
    share = [line for line in lines if line["what"] == "gas, one diploma of a batch of 1,000: one root"]
    assert [line["n"] for line in share] == [1_000, 1_000]


def test_a_price_alone_is_refused() -> None:
    """A price of gas says nothing without that of the coin."""
    result = CliRunner().invoke(app, ["gas", "--gas-price", "1"])
    assert result.exit_code == 2
    assert "--coin-price" in result.stderr


def test_people_get_tables_beside_the_lines() -> None:
    """Without --json, tables on standard error: ours above the peers', a diploma's share with its price."""
    anvil_binary()
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["gas"])
    assert result.exit_code == 0
    assert all(json.loads(line) for line in result.stdout.splitlines())
    assert "vanbang, newest" in result.stderr
    assert "EAS attest" in result.stderr
