"""Sending: nonces without gaps, more offered for what is stuck, and nothing settled before it is sure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fake_ledger import FEE, GAS, PROFILE, FakeChain, FakeLedger
from small_house import new_keys, new_store, registered_keys
from vanbang.core.chain_profile import ChainProfile
from vanbang.notary.sending import FILLER, Outbox, bumped, follow
from vanbang.ports import Attempt, Call, EmptyWallet, LedgerUnsure, Quote, Receipt, Transaction


class Narrow(FakeLedger):
    """A chain with a profile of its own, and endpoints that are at odds about some receipts."""

    profile = PROFILE
    unsure: frozenset[bytes] = frozenset()

    @property
    def chain(self) -> ChainProfile:
        return self.profile

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | LedgerUnsure | None]:
        found = super().receipts(hashes)
        return [
            LedgerUnsure("at odds") if item in self.unsure else answer
            for item, answer in zip(hashes, found, strict=True)
        ]


@dataclass
class Desk:
    """An outbox on a chain."""

    folder: Path

    def __post_init__(self) -> None:
        self.store, self.keys = new_store(self.folder), new_keys()
        self.chain = FakeChain(registered_keys(self.keys))
        self.ledger = Narrow(self.chain)
        self.relayer = self.keys.signer("relayer")
        self.outbox = Outbox(self.store, self.ledger, self.relayer)

    def prepare(self, count: int = 1) -> list[Any]:
        calls = [Call(b"\1" * 20, b"", f"trial {number}") for number in range(count)]
        return list(self.outbox.prepare(calls, self.ledger.horizon(), self.chain.time))

    def follow(self) -> list[tuple[int, str]]:
        """Nonces and states of what is under way after one step."""
        left = self.outbox.follow(self.ledger.horizon(), self.chain.time)
        return [(item.nonce, item.state) for item in left]

    def stranger(self, nonce: int, fee: int = 900) -> None:
        """Another program sends something from our account."""
        call = Call(b"\2" * 20, b"", "strange")
        self.chain.accept(self.ledger.encode(nonce, call, Quote(GAS, fee, None), self.relayer).raw)

    def lose(self) -> None:
        """The nodes forget all that waits."""
        self.chain.mempool.clear()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def stuck(fee: int, tip: int | None = None, gas: int = GAS) -> Transaction:
    attempts = (Attempt(b"", b"", fee, tip),)
    return Transaction(1, 1, bytes(20), 0, Call(None, b"", ""), "BROADCAST", attempts, None, gas)


def test_room_for_as_many_as_the_chain_takes(desk: Desk) -> None:
    """No more are under way than the profile allows; the others are asked for again, and have their turn."""
    desk.ledger.profile = replace(PROFILE, max_pending=3)
    assert [item and item.nonce for item in desk.prepare(5)] == [0, 1, 2, None, None]
    assert desk.prepare(1) == [None]
    desk.follow()
    desk.chain.mine(3)
    desk.follow()
    assert [item.nonce for item in desk.prepare(2)] == [3, 4]


def test_the_lowest_unused_nonces(desk: Desk) -> None:
    """A nonce that no stored transaction has is used before those behind the ones that are stored."""
    (first,) = desk.prepare()
    desk.store.add_transactions([replace(first, nonce=2, attempts=(Attempt(b"raw", b"h" * 32, FEE),))])
    assert [item.nonce for item in desk.prepare(3)] == [1, 3, 4]


def test_nonces_that_others_used_are_left_out(desk: Desk) -> None:
    """What the account has sent from elsewhere counts as used from the block on that it is in."""
    desk.stranger(0)
    desk.chain.mine()
    (sent,) = desk.prepare()
    assert sent.nonce == 1


@pytest.mark.parametrize(("last", "asked", "offered"), [(800, 1, 900), (801, 1, 902), (800, 950, 950)])
def test_an_eighth_more_or_what_is_asked(last: int, asked: int, offered: int) -> None:
    """A replacement offers an eighth more, rounded up, or what the chain asks now if that is more."""
    assert bumped(stuck(last), Quote(1, asked, None), 1_000) == Quote(GAS, offered, None)


def test_not_more_than_the_profile_allows() -> None:
    """What would cost more than the profile's most for a unit of gas is not offered."""
    assert bumped(stuck(800), Quote(1, 1, None), 900) == Quote(GAS, 900, None)
    assert bumped(stuck(801), Quote(1, 1, None), 901) is None


def test_both_fees_of_a_newer_transaction_rise() -> None:
    """Nodes want both the most fee and the tip to rise by a tenth; the tip is never more than the fee."""
    assert bumped(stuck(800, 80), Quote(1, 1, 1), 1_000) == Quote(GAS, 900, 90)
    assert bumped(stuck(800, 80), Quote(1, 1, 200), 1_000) == Quote(GAS, 900, 200)
    assert bumped(stuck(800, 800), Quote(1, 1, 1), 1_000) == Quote(GAS, 900, 900)


def test_what_no_block_takes_is_offered_for_more(desk: Desk) -> None:
    """After the profile's blocks the same nonce and call are offered for more, stored first, and either may win."""
    desk.prepare(2)
    desk.follow()
    desk.chain.fee = FEE + 1
    desk.chain.mine(PROFILE.bump_after - 1)
    desk.follow()
    assert len(desk.store.transaction(1).attempts) == 1
    desk.chain.mine()
    desk.chain.on_send = lambda raw: stored.append(raw in [item.raw for item in desk.store.transaction(1).attempts])
    stored: list[bool] = []
    desk.follow()
    assert [item.max_fee for item in desk.store.transaction(1).attempts] == [FEE, 12]
    assert len(desk.store.transaction(2).attempts) == 1
    assert any(stored)
    desk.chain.mine(3)
    desk.follow()
    assert desk.store.transaction(1).state == "FINAL"
    assert desk.store.transaction(1).receipt.transaction_hash == desk.store.transaction(1).attempts[1].hash


def test_a_gap_is_filled(desk: Desk) -> None:
    """A nonce that was used elsewhere and is unused again is filled with a transfer of nothing, so that all go on."""
    desk.stranger(0)
    desk.chain.mine(1)
    desk.prepare(1)
    desk.follow()
    desk.chain.reorg(1, forget=True)
    desk.follow()
    desk.follow()
    filler = desk.store.transaction(2)
    assert (filler.nonce, filler.call.purpose, filler.call.value) == (0, FILLER, 0)
    desk.follow()
    desk.chain.mine(4)
    assert desk.follow() == []
    assert [desk.store.transaction(number).state for number in (1, 2)] == ["FINAL", "FINAL"]


def test_a_lost_transaction_is_sent_again(desk: Desk) -> None:
    """What is nowhere is sent again, the identical bytes."""
    desk.prepare()
    desk.follow()
    desk.lose()
    desk.follow()
    assert len(desk.chain.sent) == 2
    assert len(set(desk.chain.sent)) == 1


def test_replaced_when_that_is_for_good(desk: Desk) -> None:
    """A nonce used by something else is waited for until that is final; then it is REPLACED, and an incident."""
    desk.prepare()
    desk.follow()
    desk.stranger(0)
    desk.chain.mine()
    assert desk.follow() == [(0, "BROADCAST")]
    assert desk.store.incidents() == []
    desk.chain.mine()
    assert desk.follow() == []
    assert desk.store.transaction(1).state == "REPLACED"
    (incident,) = desk.store.incidents()
    assert (incident.kind, incident.subject) == ("nonce_used_elsewhere", f"0x{desk.relayer.address.hex()}:0")
    assert "another program holds its key" in incident.text
    assert incident.ended_at is not None


def test_one_unsure_attempt_leaves_it_open(desk: Desk) -> None:
    """As long as one of its forms cannot be judged, a transaction is neither lost nor replaced."""
    desk.prepare()
    desk.follow()
    desk.stranger(0)
    desk.chain.mine(3)
    desk.ledger.unsure = frozenset([desk.store.transaction(1).attempts[0].hash])
    sent = len(desk.chain.sent)
    assert desk.follow() == [(0, "BROADCAST")]
    assert len(desk.chain.sent) == sent
    desk.ledger.unsure = frozenset()
    assert desk.follow() == []


def test_what_is_under_way_is_not_spent_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The balance counts less what is under way: it says how much is missing before any of it is sent."""
    monkeypatch.setattr(FakeLedger, "balance", lambda _, __: int(2.5 * GAS * FEE))
    first, second, third = desk.prepare(3)
    assert (first.nonce, second.nonce) == (0, 1)
    assert isinstance(third, EmptyWallet)
    assert third.missing == GAS * FEE // 2
    (fourth,) = desk.prepare()
    assert isinstance(fourth, EmptyWallet)


def test_mined_then_final(desk: Desk) -> None:
    """A receipt is kept when it is seen, and settles the transaction when its block is final."""
    desk.prepare()
    desk.follow()
    desk.chain.mine()
    assert desk.follow() == [(0, "MINED")]
    desk.chain.mine()
    assert desk.follow() == []


def test_back_from_a_block(desk: Desk) -> None:
    """A transaction whose block is gone loses its receipt and is sent again."""
    desk.prepare()
    desk.follow()
    desk.chain.mine()
    desk.follow()
    desk.chain.reorg(1, forget=True)
    left = follow(desk.store, desk.ledger, desk.ledger.horizon(), desk.chain.time)
    assert [(item.state, item.receipt) for item in left] == [("BROADCAST", None)]
    assert len(desk.chain.sent) == 2
