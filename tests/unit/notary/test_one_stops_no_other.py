"""What stops one call, batch or institution stops no other, however few transactions a chain takes at a time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fake_ledger import PROFILE, FakeChain, FakeLedger
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
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.eip712 import status_root_digest
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.core.status import StatusManifest
from vanbang.notary.anchoring import Progress
from vanbang.notary.issuing import Issuing
from vanbang.notary.sending import Outbox
from vanbang.ports import Batch, Call, CallReverted, Conflict, EmptyWallet, LedgerUnsure, Quote, StoredRoot

pytestmark = pytest.mark.slow

REFUSED = CallReverted("AnchorRegistryGroupRefused(0, 4)")
DEAR = LedgerUnsure("the chain asks 9000.00 gwei for a unit of gas")
Judge = Callable[[Call], CallReverted | LedgerUnsure | None]


class Judged(FakeLedger):
    """A chain with a profile of its own, some of whose quotes are given by a test."""

    profile = PROFILE
    judge: Judge = staticmethod(lambda _: None)

    @property
    def chain(self) -> ChainProfile:
        return self.profile

    def quotes(self, sender: bytes, calls: Sequence[Call]) -> Sequence[Quote | CallReverted | LedgerUnsure]:
        return [self.judge(call) or quote for call, quote in zip(calls, super().quotes(sender, calls), strict=True)]


@dataclass
class Town:
    """An installation whose chain takes a transaction at a time."""

    folder: Path

    def __post_init__(self) -> None:
        self.store, self.objects, self.keys = new_store(self.folder), MemoryStore(), new_keys()
        self.chain = FakeChain(registered_keys(self.keys))
        self.ledger = Judged(self.chain)
        self.ledger.profile = replace(PROFILE, max_pending=1)
        clock = lambda: self.chain.time  # noqa: E731
        self.work = Issuing(self.store, self.objects, self.keys, self.ledger, impatient(self.store), clock)

    def endorsed(self, count: int) -> Sequence[Batch]:
        """So many batches, endorsed, whose status root is final."""
        given = rows(count)
        for number in range(count):
            accept(self.store, given[number : number + 1], f"list {number}")
        for _ in range(4):
            for batch in self.store.batches("ACCEPTED", "SEALED"):
                self.work.advance(batch, Silent())
        self.until(lambda: not self.store.open_status_roots(), anchors=False)
        return self.store.batches("ENDORSED")

    def until(self, done: Callable[[], bool], *, anchors: bool = True) -> None:
        judge = self.ledger.judge
        if not anchors:
            self.ledger.judge = lambda call: DEAR if call.purpose == "anchor" else judge(call)
        for _ in range(30):
            self.step()
            self.chain.mine()
            if done():
                break
        self.ledger.judge = judge
        assert done()

    def step(self) -> Progress:
        return self.work.reconciler().step(self.chain.time)

    def add(self, slug: str) -> str:
        """Another institution, that has a status root to send."""
        other = replace(INSTITUTION, iss=f"https://{slug}.edu.vn", code=slug.upper(), slug=slug)
        self.store.add_institution(other)
        self.keys.create(f"{slug}/status")
        self.chain.keys[issuer_id(other.iss), self.keys.signer(f"{slug}/status").address] = Key(1, 2**40 - 1, 0, 2)
        manifest = StatusManifest(1, self.chain.time, other.iss, ()).to_bytes()
        self.store.add_status_root(other.iss, StoredRoot(1, manifest, "WAITING"))
        return other.iss

    def states(self) -> list[str]:
        return [batch.state for batch in self.store.batches()]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def about(*subjects: bytes) -> Judge:
    """Refuses calls about these issuers."""
    return lambda call: REFUSED if any(repr(subject).encode() in call.data for subject in subjects) else None


@pytest.mark.parametrize("answer", [REFUSED, LedgerUnsure("waiting for 2 of 3 endpoints to agree on eth_estimateGas")])
def test_what_is_refused_takes_nobodys_place(town: Town, answer: Any) -> None:
    """On a chain that takes one transaction at a time, three refused roots before it do not keep a fourth waiting."""
    first = [town.add(f"a{number}") for number in range(3)]
    last = town.add("last")
    refuse = about(*map(issuer_id, first))
    town.ledger.judge = lambda call: answer if refuse(call) else None
    progress = town.step()
    town.until(lambda: town.store.status_roots(last)[0].state == "FINAL")
    assert [progress.troubles[f"status:{iss}"] for iss in first] == [answer] * 3
    assert f"status:{last}" not in progress.troubles


def test_refused_batches_take_nobodys_place(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two transactions full of refused batches at the head of the queue do not keep a third waiting."""
    monkeypatch.setattr("vanbang.notary.anchoring.GROUPS_IN_A_TRANSACTION", 2)
    batches = town.endorsed(5)
    roots = [repr(batch.root).encode() for batch in batches[:4]]
    town.ledger.judge = lambda call: REFUSED if any(root in call.data for root in roots) else None
    town.until(lambda: town.states()[4] == "FINAL")
    assert town.states()[:4] == ["ENDORSED"] * 4
    assert {f"batch:{batch.id}": REFUSED for batch in batches[:4]} == town.step().troubles


def test_batches_that_are_refused_together_only(town: Town) -> None:
    """What takes too much gas in one transaction is divided until each part is taken."""
    batches = town.endorsed(5)
    roots = [repr(batch.root).encode() for batch in batches]
    town.ledger.judge = lambda call: REFUSED if sum(root in call.data for root in roots) > 2 else None
    town.until(lambda: set(town.states()) == {"FINAL"})
    assert len({batch.transaction for batch in town.store.batches()}) == 3


def test_fees_too_high_to_send_hide_nothing_that_was_done(town: Town) -> None:
    """An anchor that has become final is told as final, while nothing else can be sent for its price."""
    town.endorsed(1)
    town.step()
    assert town.states() == ["ANCHORING"]
    town.step()
    town.chain.mine(5)
    town.add("other")
    town.ledger.judge = lambda _: DEAR

    def no_price(*_: Any) -> Any:
        raise DEAR

    town.ledger.quotes = no_price  # type: ignore[method-assign]
    with suppress(LedgerUnsure):
        town.step()
    assert town.states() == ["FINAL"]


def test_what_is_mined_takes_no_place(town: Town) -> None:
    """A node counts what no block has taken: what is in a block, and not final for long, does not hold up the next."""
    town.chain.depth = 50
    first, second = town.add("first"), town.add("second")
    for _ in range(6):
        town.step()
        town.chain.mine()
    states = [town.store.transaction(root.transaction or 0).state
              for iss in (first, second) for root in town.store.status_roots(iss)]  # fmt: skip
    assert states == ["MINED", "MINED"]


def test_two_epochs_come_back_at_once(town: Town) -> None:
    """Two roots that a reorganisation took away and gave back are ours, and nobody is accused of having set them."""
    iss = town.add("other")
    town.until(lambda: town.store.status_roots(iss)[0].state == "FINAL")
    town.store.add_status_root(iss, StoredRoot(2, StatusManifest(2, 1, iss, ()).to_bytes(), "WAITING"))
    town.until(lambda: town.store.status_roots(iss)[1].state == "FINAL")
    for root in town.store.status_roots(iss):
        town.store.settle_status_root(iss, root.epoch, "SENT", root.transaction)
    assert town.step().troubles == {}
    assert [root.state for root in town.store.status_roots(iss)] == ["FINAL", "FINAL"]


def test_a_later_root_of_somebody_else(town: Town) -> None:
    """A newest root on chain that is none of ours stops the institution, whichever epoch it has."""
    iss = town.add("other")
    town.until(lambda: town.store.status_roots(iss)[0].state == "FINAL")
    stolen = town.keys.signer("other/status")
    digest = status_root_digest(town.ledger.domain(), issuer_id(iss), b"\1" * 32, 2, 2**40)
    call = town.ledger.status_root_call(issuer_id(iss), b"\1" * 32, 2, 2**40, stolen.sign(digest))
    town.chain.accept(town.ledger.encode(0, call, Quote(1, 99, None), stolen).raw)
    town.chain.mine(3)
    town.store.settle_status_root(iss, 1, "WAITING", None)
    assert isinstance(town.step().troubles[f"status:{iss}"], Conflict)
    assert town.store.status_roots(iss)[0].state == "WAITING"


def test_what_cannot_be_sent_costs_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing more can be sent, no STATUS key is asked to sign and no file is read; nobody is forgotten."""
    town.endorsed(2)
    others = [town.add(f"a{number}") for number in range(4)]
    town.chain.drops = 10_000
    town.step()
    town.step()
    monkeypatch.setattr("vanbang.notary.anchoring.check_published", pytest.fail)
    monkeypatch.setattr("vanbang.notary.signing.sign", pytest.fail)
    progress = town.step()
    batches = {f"batch:{batch.id}" for batch in town.store.batches("ENDORSED")}
    assert progress.troubles == {}
    assert progress.unseen == batches | {f"status:{iss}" for iss in others[1:]}


def test_an_empty_wallet_is_told_to_all(town: Town) -> None:
    """Who is not looked at, for the money was gone before his turn, reads so all the same."""
    town.endorsed(2)
    others = [town.add(f"a{number}") for number in range(4)]
    town.chain.rich = False
    progress = town.step()
    subjects = {f"batch:{batch.id}" for batch in town.store.batches()} | {f"status:{iss}" for iss in others}
    assert {type(error) for error in progress.troubles.values()} == {EmptyWallet}
    assert (set(progress.troubles), progress.unseen) == (subjects, set())


def test_an_admins_transaction_that_is_too_cheap(town: Town) -> None:
    """What a command of the admin's left behind is offered for more by whoever goes on with the chain."""
    admin = town.keys.signer("shb/admin")
    outbox = Outbox(town.store, town.ledger, admin)
    (sent,) = outbox.prepare([Call(admin.address, b"", "a trial")], town.ledger.horizon(), town.chain.time)
    town.chain.fee = 100
    town.chain.mine(PROFILE.bump_after)
    town.until(lambda: town.store.transaction(sent.id).state == "FINAL")
    assert len(town.store.transaction(sent.id).attempts) == 2
