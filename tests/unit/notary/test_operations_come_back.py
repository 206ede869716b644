"""Operations beside everything else: none waits for a block while others could go on, and nothing is paid twice."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fake_ledger import FEE, GAS, FakeChain, FakeLedger
from given_lists import GivenList
from small_house import INSTITUTION, accept, new_keys, rows
from small_yard import Yard
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.core.payload import issuer_id
from vanbang.notary.operations import AT_ONCE, Operations, ask, come_back
from vanbang.notary.registering import ADMIN_GAS, top_up
from vanbang.ports import LedgerUnsure, Operation

pytestmark = pytest.mark.slow

ADDED = "0x" + "5e" * 20
GIFT = ADMIN_GAS * FEE


class Poor(FakeLedger):
    """A chain on which only owner and relayer have money."""

    rich: frozenset[bytes] = frozenset()

    def balance(self, address: bytes) -> int:
        return 10**18 if address in self.rich else 0


class Desk:
    """An installation without institutions, whose operations never wait."""

    def __init__(self, folder: Path, limit: int | None = None) -> None:
        self.store, self.keys = SqlStore(open_database(folder / "vanbang.sqlite")), new_keys()
        self.chain = FakeChain(owner=self.keys.signer("owner").address)
        self.ledger = Poor(self.chain)
        self.ledger.rich = frozenset(self.keys.signer(name).address for name in ("owner", "relayer"))
        self.operations = Operations(self.store, self.ledger, self.keys, limit)

    def ask(self, name: str, kind: str, slug: str, /, **arguments: object) -> str:
        iss = f"https://{slug}.edu.vn"
        if kind == "register_institution":
            arguments = {"iss": iss, "code": slug, "name": slug, "slug": slug, "officer_name": "A",
                         "officer_title": "B"}  # fmt: skip
        ask(self.store, Operation(name, kind, iss, json.dumps(arguments), "api:x", 1))
        return iss

    def run(self) -> int:
        left = self.operations.run_waiting(come_back, 9)
        self.chain.mine()
        return left

    def states(self) -> list[str]:
        return [self.store.operation(name).state for name in ("1", "2")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_they_end_without_ever_waiting(desk: Desk) -> None:
    """Taken up again and again, two institutions are registered at the same time, a key of one behind its entry."""
    desk.ledger.balance = lambda _: 10**18  # type: ignore[method-assign]
    first = desk.ask("1", "register_institution", "one")
    desk.ask("2", "add_key", "one", role="anchor", address=ADDED)
    second = desk.ask("3", "register_institution", "two")
    for _ in range(60):
        if not desk.run():
            break
    assert desk.states() == ["DONE", "DONE"]
    assert desk.store.operation("3").state == "DONE"
    state = desk.chain.state()
    assert state.issuers == {issuer_id(first), issuer_id(second)}
    assert state.keys[issuer_id(first), bytes.fromhex(ADDED[2:])].role == 1
    failed = [item for item in desk.store.settled_since(0, 0, 100) if item.state == "FAILED"]
    assert failed == []


def test_a_nation_is_not_registered_in_one_step(desk: Desk) -> None:
    """However many operations wait, a step asks the chain for a few of them only."""
    asked: list[str] = []
    for number in range(AT_ONCE + 5):
        desk.ask(str(number), "add_key", f"s{number}", role="anchor", address=ADDED)
        desk.store.add_institution(
            replace(INSTITUTION, iss=f"https://s{number}.edu.vn", code=str(number), slug=f"s{number}")
        )

    def down(question: str) -> None:
        asked.append(question)
        raise LedgerUnsure("endpoints are down")

    desk.chain.asked = down
    assert desk.operations.run_waiting(come_back, 9) == AT_ONCE + 5
    assert len(asked) == AT_ONCE


def test_a_slow_chain_holds_up_no_batch(tmp_path: Path) -> None:
    """While an operation waits for its block to be final, batches go on."""
    yard = Yard(tmp_path, GivenList(rows(3)))
    yard.engine = replace(yard.engine, wait=come_back)
    yard.chain.depth = 6
    yard.chain.owner = yard.keys.signer("owner").address
    arguments = {"role": "anchor", "address": ADDED}
    ask(yard.store, Operation("1", "add_key", INSTITUTION.iss, json.dumps(arguments), "api:x", 1))
    batch = accept(yard.store, rows(2), "another list")
    began = len(yard.chain.blocks)
    yard.run(40)
    done = yard.store.batch(batch.id)
    assert done is not None
    assert done.state == "FINAL"
    assert (done.block or 0) - began < 20


def test_the_admin_is_paid_once(desk: Desk) -> None:
    """Money that is on its way to an admin is not sent again by who takes the work up again."""
    admin, relayer = desk.keys.signer("shb/admin").address, desk.keys.signer("relayer")
    for _ in range(5):
        with pytest.raises(LedgerUnsure):
            top_up(desk.store, desk.ledger, relayer, admin, come_back)
    assert len(desk.store.open_transactions()) == 1


def test_paying_an_admin_stays_under_the_days_limit(tmp_path: Path) -> None:
    """What the relayer pays an admin counts as all else: above the limit the operation waits, and does not fail."""
    desk = Desk(tmp_path, limit=GIFT + GAS * FEE - 1)
    desk.ask("1", "register_institution", "one")
    for _ in range(20):
        assert desk.run() == 1
    senders = {item.sender for item in desk.store.settled_since(0, 0, 100)}
    assert senders == {desk.keys.signer("owner").address}
    assert desk.store.operation("1").state == "WAITING"
