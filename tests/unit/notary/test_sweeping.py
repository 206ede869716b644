"""Watching finals for ever: what a reorganisation took is told and comes back, and nothing else is disturbed."""

from dataclasses import replace
from pathlib import Path
from types import MethodType

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import (
    INSTITUTION,
    MemoryStore,
    Silent,
    accept,
    impatient,
    new_keys,
    new_store,
    registered_keys,
    rows,
)
from vanbang.core.batch import anchor_key
from vanbang.core.payload import issuer_id
from vanbang.core.status import read_status_manifest
from vanbang.notary.issuing import Issuing
from vanbang.notary.sending import Outbox
from vanbang.notary.sweeping import EVERY_DAY, EVERY_MINUTE, Sweep, Watch
from vanbang.ports import Batch, Call, Horizon, StoredRoot

pytestmark = pytest.mark.slow

ISSUER = issuer_id(INSTITUTION.iss)
STRANGE = Call(bytes(20), b"", "somebody else's")


class Mining(Silent):
    def __init__(self, chain: FakeChain) -> None:
        self.wait = lambda doubt: chain.mine()  # type: ignore[method-assign]


class House:
    """A database with one batch that is final, and the chain that it is on."""

    def __init__(self, folder: Path) -> None:
        self.store, self.keys, self.objects = new_store(folder), new_keys(), MemoryStore()
        accept(self.store, rows(2))
        self.chain = FakeChain(registered_keys(self.keys))
        self.ledger = FakeLedger(self.chain)
        self.work = Issuing(
            self.store, self.objects, self.keys, self.ledger, impatient(self.store), lambda: self.chain.time
        )
        self.run()

    def run(self) -> None:
        for batch in self.store.batches():
            self.work.bring_to_final(batch, Mining(self.chain))

    def settle(self, steps: int = 8) -> None:
        """The engine goes on for some blocks."""
        for _ in range(steps):
            self.work.reconciler().step(self.chain.time)
            self.chain.mine()
        self.run()

    def sweep(self, since: int = 0, horizon: Horizon | None = None) -> int:
        return Sweep(self.store, self.ledger, horizon or self.ledger.horizon(), self.chain.time).all(since)

    def batch(self) -> Batch:
        return self.store.batches()[0]

    def reorganise(self) -> None:
        """All blocks are replaced by empty ones, and nothing waits any more; more blocks follow."""
        self.chain.reorg(len(self.chain.blocks) - 1, forget=True)
        self.chain.mine(4)

    def kinds(self) -> list[str]:
        return [incident.kind for incident in self.store.incidents()]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_nothing_happened(house: House) -> None:
    """What is where it was is left alone, and nothing is told."""
    before = house.batch()
    assert house.sweep() == 0
    assert house.batch() == before
    assert house.kinds() == []


def test_a_reorganised_final(house: House) -> None:
    """Transactions, root and batch that are gone are told in public, sent again as they were, and end final once."""
    sent = [house.store.transaction(number).attempts[0] for number in (1, 2)]
    house.reorganise()
    assert house.sweep() == 4
    assert sorted(house.kinds()) == ["anchor_gone", "status_root_gone"]
    assert [house.store.transaction(number).state for number in (1, 2)] == ["BROADCAST", "BROADCAST"]
    assert house.batch().state == "ANCHORING"
    house.settle()
    assert house.batch().state == "FINAL"
    assert [house.store.transaction(number).attempts[0] for number in (1, 2)] == sent
    assert list(house.chain.state().anchors) == [anchor_key(house.batch().manifest or b"")]
    assert all(incident.ended_at is not None for incident in house.store.incidents())


def test_moved_to_another_block(house: House) -> None:
    """An anchor that a reorganisation put into another block keeps its state, and gets the new block's number."""
    before = house.batch().block
    house.chain.reorg(len(house.chain.blocks) - 1)
    house.chain.mine(6)
    house.sweep()
    house.settle(2)
    house.sweep()
    assert house.batch().state == "FINAL"
    assert house.batch().block == house.ledger.dossiers([anchor_key(house.batch().manifest or b"")], 99)[0].anchor.block
    assert house.batch().block != before


def test_endpoints_that_lag(house: House) -> None:
    """Endpoints that have not the blocks yet are asked in vain: that is no incident, and nothing is sent."""
    sent = len(house.chain.sent)
    house.chain.blocks = house.chain.blocks[:2]
    assert house.sweep() == 0
    assert (house.batch().state, house.kinds(), len(house.chain.sent)) == ("FINAL", [], sent)


def test_a_root_without_a_transaction(house: House) -> None:
    """A root that others relayed is gone only by the word of endpoints whose newest block is not old."""
    house.store.settle_status_root(INSTITUTION.iss, 1, "FINAL", None)
    house.chain.blocks = house.chain.blocks[:2]
    house.chain.time += 1_000
    assert house.sweep() == 0
    assert house.kinds() == []
    house.chain.reorg(1, forget=True)
    house.chain.mine(9)
    house.sweep()
    assert "status_root_gone" in house.kinds()


def test_several_epochs(house: House) -> None:
    """All epochs above the chain's are gone with a reorganisation, and come back one after the other."""
    first = read_status_manifest(house.store.status_roots(INSTITUTION.iss)[0].manifest)
    for epoch in (2, 3):
        manifest = replace(first, epoch=epoch).to_bytes()
        house.store.add_status_root(INSTITUTION.iss, StoredRoot(epoch, manifest, "WAITING"))
        house.settle()
    assert [root.state for root in house.store.status_roots(INSTITUTION.iss)] == ["FINAL"] * 3
    house.reorganise()
    house.sweep()
    assert [root.state for root in house.store.status_roots(INSTITUTION.iss)] == ["SENT"] * 3
    assert house.kinds().count("status_root_gone") == 3
    house.settle(20)
    assert [root.state for root in house.store.status_roots(INSTITUTION.iss)] == ["FINAL"] * 3
    assert house.chain.state().status[ISSUER].epoch == 3


def test_void_by_compromise(house: House) -> None:
    """An anchor whose key is declared compromised is signed anew by a good key and anchored again."""
    bad = house.keys.signer("shb/anchor").address
    good = house.keys.create("shb/anchor-2").address
    known = house.chain.keys[ISSUER, bad]
    house.chain.keys[ISSUER, bad] = replace(known, compromised_since=1)
    house.chain.keys[ISSUER, good] = replace(known, not_before=2)
    assert house.sweep() == 1
    assert (house.kinds(), house.batch().state, house.batch().signature) == (["anchor_void"], "SEALED", None)


def test_void_by_the_registrar(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An issuer that its registrar declared void keeps its batches as they are: they are not ours to anchor again."""
    dossiers = house.ledger.dossiers

    def void(self: FakeLedger, *asked: object) -> object:
        return [replace(found, void_since=1) for found in dossiers(*asked)]  # type: ignore[arg-type]

    monkeypatch.setattr(house.ledger, "dossiers", MethodType(void, house.ledger))
    assert house.sweep() == 0
    assert (house.batch().state, house.kinds()) == ("FINAL", [])


def strangers(house: House, nonce: int) -> bytes:
    """Another program's transaction from our account, dearer than ours."""
    quote = replace(house.ledger.quotes(bytes(20), [STRANGE])[0], max_fee=500)  # type: ignore[type-var]
    return house.ledger.encode(nonce, STRANGE, quote, house.keys.signer("relayer")).raw  # type: ignore[arg-type]


def replaced(house: House) -> Outbox:
    """One of our transactions whose nonce somebody else used for good."""
    outbox = Outbox(house.store, house.ledger, house.keys.signer("relayer"))
    call = Call(b"\1" * 20, b"", "ours")
    outbox.prepare([call], house.ledger.horizon(), house.chain.time)
    outbox.follow(house.ledger.horizon(), house.chain.time)
    house.chain.mempool.clear()
    house.chain.accept(strangers(house, 2))
    house.chain.mine(4)
    outbox.follow(house.ledger.horizon(), house.chain.time)
    assert house.store.transaction(3).state == "REPLACED"
    return outbox


def test_replaced_turns_up_after_all(house: House) -> None:
    """A transaction called REPLACED that a reorganisation brought into a block is followed again, to its end."""
    outbox = replaced(house)
    house.chain.reorg(4, forget=True)
    house.chain.accept(house.store.transaction(3).attempts[0].raw)
    house.chain.mine(4)
    assert house.sweep() == 1
    outbox.follow(house.ledger.horizon(), house.chain.time)
    assert house.store.transaction(3).state == "FINAL"


def test_what_replaced_it_is_gone(house: House) -> None:
    """When the other program's transaction is gone too, ours is sent again: nothing after its nonce could be mined."""
    outbox = replaced(house)
    house.chain.reorg(4, forget=True)
    house.chain.mine(4)
    assert house.sweep() == 1
    for _ in range(5):
        outbox.follow(house.ledger.horizon(), house.chain.time)
        house.chain.mine()
    assert house.store.transaction(3).state == "FINAL"


def test_page_by_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small its pages are, a sweep misses nothing and ends."""
    for number, given in enumerate((rows(5)[2:4], rows(5)[4:])):
        accept(house.store, given, f"list {number}")
    house.run()
    monkeypatch.setattr("vanbang.notary.sweeping.PAGE", 1)
    house.reorganise()
    house.sweep()
    assert [batch.state for batch in house.store.batches()] == ["ANCHORING"] * 3
    house.settle(12)
    assert len(house.chain.state().anchors) == 3


def test_how_often_it_looks(house: House) -> None:
    """At the start and once a day it looks at everything, every minute at what became final lately."""
    at, looked = [0.0], list[str]()
    house.chain.asked = looked.append
    watch = Watch(lambda: at[0])
    house.chain.blocks += [(house.chain.time, ())] * 9_000

    def dues() -> tuple[bool, int]:
        due, _ = watch.is_due(), looked.clear()
        if due:
            watch.look(house.store, house.ledger, house.chain.time)
        return due, looked.count("receipts")

    assert dues() == (True, 1)
    assert dues() == (False, 0)
    at[0] += EVERY_MINUTE
    assert dues() == (True, 0)
    at[0] += EVERY_DAY
    assert dues() == (True, 1)
