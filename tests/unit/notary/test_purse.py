"""What may be spent: the day's limit and the balance hold for everything that is signed, and who waits is told."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fake_ledger import FEE, GAS, PROFILE, FakeChain, FakeLedger
from small_house import MemoryStore, new_keys, new_store, registered_keys
from vanbang.notary.anchoring import Reconciler
from vanbang.notary.sending import DAY, Outbox
from vanbang.ports import Call, EmptyWallet, LedgerUnsure, SpendingLimit, Transaction

COST = GAS * FEE


@dataclass
class Desk:
    """A relayer that may spend what three transactions cost."""

    folder: Path

    def __post_init__(self) -> None:
        self.store, self.keys = new_store(self.folder), new_keys()
        self.chain = FakeChain(registered_keys(self.keys))
        self.ledger = FakeLedger(self.chain)
        self.relayer = self.keys.signer("relayer")
        self.outbox = Outbox(self.store, self.ledger, self.relayer, 3 * COST)

    def prepare(self, count: int = 1) -> list[Transaction]:
        calls = [Call(self.relayer.address, b"", f"trial {number}") for number in range(count)]
        return list(self.outbox.prepare(calls, self.ledger.horizon(), self.chain.time))  # type: ignore[arg-type]

    def step(self) -> object:
        """What the engine tells of the chain."""
        work = Reconciler(self.store, MemoryStore(), self.ledger, self.keys, 3 * COST)
        return work.step(self.chain.time).troubles.get(f"chain:{PROFILE.chain_id}")

    @property
    def most(self) -> int:
        """The most that all that was ever signed may cost."""
        return sum(item.cost for item in self.store.open_transactions())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_offered_for_more_day_after_day_stays_under_the_limit(desk: Desk) -> None:
    """Transactions that wait for days are part of each day's limit, whatever they are offered for by then."""
    desk.prepare(2)
    desk.chain.drops = 10_000
    for _ in range(20):
        desk.chain.time += DAY
        desk.chain.mine(PROFILE.bump_after)
        desk.step()
    assert desk.most <= 3 * COST


def test_a_gap_is_not_filled_beyond_the_limit(desk: Desk) -> None:
    """What fills a gap costs as much as anything else: it waits for the next day, and that is told."""
    desk.ledger.nonce = lambda *_: 1  # type: ignore[method-assign]
    desk.prepare(3)
    del desk.ledger.nonce
    desk.step()
    assert isinstance(desk.step(), SpendingLimit)
    assert len(desk.store.open_transactions()) == 3


@pytest.mark.parametrize(("rich", "limit"), [(True, SpendingLimit), (False, EmptyWallet)])
def test_what_keeps_a_stuck_transaction_from_more_is_told(desk: Desk, rich: bool, limit: type[Exception]) -> None:
    """A transaction that would be taken for more money, which there is not, or may not be spent, is no silent wait."""
    desk.prepare()
    desk.step()
    desk.chain.fee, desk.chain.rich = 400, rich
    desk.chain.mine(PROFILE.bump_after)
    assert isinstance(desk.step(), limit)


def test_what_the_profile_forbids_is_told(desk: Desk) -> None:
    """No block takes it, and the profile allows no more: whoever waits reads so."""
    desk.outbox = replace(desk.outbox, daily_limit=None)
    desk.chain.fee = PROFILE.max_gas_price - 1
    desk.prepare()
    desk.step()
    desk.chain.fee = PROFILE.max_gas_price + 1
    desk.chain.mine(PROFILE.bump_after)
    trouble = desk.step()
    assert isinstance(trouble, LedgerUnsure)
    assert "no block takes 'trial 0', and the chain's profile allows at most" in str(trouble)
