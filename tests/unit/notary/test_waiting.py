"""Everything on its way to the registry, as `anchors watch` shows it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fake_ledger import CHAIN_ID, FakeChain, FakeLedger
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
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.keys.memory import KeysNotKept
from vanbang.notary.issuing import Issuing
from vanbang.notary.waiting import Waiting, waiting_now
from vanbang.ports import Horizon, Trouble


class Yard:
    """A batch on its way, a chain, and one step after the other."""

    def __init__(self, folder: Path) -> None:
        self.store, self.keys = new_store(folder), new_keys()
        self.chain = FakeChain(registered_keys(self.keys), depth=3)
        self.ledger = FakeLedger(self.chain)
        leases = impatient(self.store)
        self.issuing = Issuing(self.store, MemoryStore(), self.keys, self.ledger, leases, lambda: self.chain.time)
        self.batch = accept(self.store, rows(2))

    def step(self, blocks: int = 0) -> Sequence[Waiting]:
        batch = self.store.batch(self.batch.id)
        assert batch is not None
        self.issuing.advance(batch, Silent())
        self.chain.mine(blocks)
        return self.now()

    def now(self, keys: MemoryKeyStore | None = None) -> Sequence[Waiting]:
        return waiting_now(self.store, keys or self.keys, CHAIN_ID)


def words(found: Sequence[Waiting]) -> list[tuple[str, str, str]]:
    return [(item.kind, item.state, item.waiting_for) for item in found]


def test_from_accepted_to_final(tmp_path: Path) -> None:
    """A batch waits to be sealed, then for its status root, which has a transaction first, then for its own to be
    final; nothing is left at the end.
    """
    yard = Yard(tmp_path)
    assert words(yard.now()) == [("batch", "ACCEPTED", "sealing")]
    yard.step()
    seen = [words(yard.step())]
    assert seen[0] == [("batch", "ENDORSED", "status_root"), ("status_root", "WAITING", "anchoring")]
    for _ in range(14):
        seen.append(words(yard.step(blocks=1)))
    assert [("batch", "ENDORSED", "status_root"), ("status_root", "SENT", "finality")] in seen
    assert [("batch", "ANCHORING", "anchoring")] in seen
    assert [("batch", "ANCHORING", "finality")] in seen
    assert seen[-1] == []


def test_how_far_a_transaction_is(tmp_path: Path) -> None:
    """A transaction is as many blocks old as came since it was signed; what is left counts down to its final block."""
    yard = Yard(tmp_path)
    yard.step(), yard.step(), yard.step()
    (_, root) = yard.step(blocks=1)
    assert root.transaction is not None
    assert (root.blocks_old(Horizon(9, 0, 5)), root.blocks_left(Horizon(9, 0, 5))) == (9, None)
    (_, root) = yard.step(blocks=1)
    assert root.blocks_left(Horizon(9, 0, 0)) == 1
    assert root.blocks_left(Horizon(9, 0, 5)) == 0
    (batch, _) = yard.now()
    assert (batch.transaction, batch.blocks_old(Horizon(9, 0, 5)), batch.blocks_left(Horizon(9, 0, 5))) == (None,) * 3


def test_what_stops_it(tmp_path: Path) -> None:
    """A trouble of the chain stops both; a status root without a key of ours waits for the institution's signature."""
    yard = Yard(tmp_path)
    yard.step(), yard.step()
    away = Trouble("ledger_unsure", "waiting for 2 of 3 endpoints to agree on its time: 1 answered, 2 timeout", 7)
    yard.store.note_troubles({f"chain:{CHAIN_ID}": away}, [])
    assert [item.trouble for item in yard.now()] == [away, away]
    with pytest.warns(KeysNotKept):
        elsewhere = MemoryKeyStore()
    elsewhere.create("relayer")
    assert [item.waiting_for for item in yard.now(elsewhere)] == ["status_root", "institution_signature"]
    assert [item.institution for item in yard.now()] == [INSTITUTION, INSTITUTION]
