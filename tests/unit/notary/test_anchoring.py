"""The anchoring engine against a chain that misbehaves, and against its own death at every moment."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import (
    INSTITUTION,
    KIND,
    KeptElsewhere,
    Silent,
    accept,
    impatient,
    new_keys,
    new_store,
    registered_keys,
    rows,
)
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.sql import SqlStore
from vanbang.core.batch import anchor_key, read_manifest
from vanbang.core.credential import CredentialFile, read_credential
from vanbang.core.eip712 import status_root_digest
from vanbang.core.endorsement import read_endorsements
from vanbang.core.merkle import check_inclusion, leaf_hash
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.acting_keys import NoGoodKey
from vanbang.notary.anchoring import NO_BLOCK_FOR, NOT_FINAL_FOR, Reconciler
from vanbang.notary.endorsing import SIGNATURE_LIFE, FilesDamaged, signed_group
from vanbang.notary.issuing import Issuing
from vanbang.notary.publishing import credential_of
from vanbang.notary.sending import Outbox, follow
from vanbang.ports import Batch, Call, Conflict, EmptyWallet, KeyUnreachable, LedgerUnsure, Quote, Signer, StoredRoot

ISSUER = issuer_id(INSTITUTION.iss)
WAITS = 40


class Crash(BaseException):
    """The process is gone: nothing catches this, as nothing catches kill -9."""


class Stuck(AssertionError):
    """It waited longer than any of these chains takes."""


class Waiting(Silent):
    """Lets something happen at each wait, and has no patience for ever."""

    def __init__(self, on_wait: Callable[[int], None]) -> None:
        self._on_wait = on_wait
        self._waits = 0

    def wait(self, doubt: str) -> None:
        self._waits += 1
        if self._waits > WAITS:
            raise Stuck
        self._on_wait(self._waits)


class Told:
    """A store or ledger, and somebody who is told before each of its calls."""

    def __init__(self, inner: Any, tell: Callable[[], None]) -> None:
        self._inner = inner
        self._tell = tell

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def call(*arguments: Any, **options: Any) -> Any:
            self._tell()
            answer = value(*arguments, **options)
            return Told(answer, self._tell) if name == "under" else answer

        return call


@dataclass
class House:
    """A database with one accepted batch of three, and a chain."""

    folder: Path
    keys: MemoryKeyStore
    objects: MemoryStore
    chain: FakeChain
    unstored: list[bytes]

    @property
    def store(self) -> SqlStore:
        return new_store(self.folder)

    def note_unless_stored(self, raw: bytes) -> None:
        stored = [attempt.raw for sent in self.store.open_transactions() for attempt in sent.attempts]
        if raw not in stored:
            self.unstored.append(raw)

    def batch(self) -> Batch:
        return self.store.batches()[0]

    def run(self, tell: Callable[[], None] | None = None, on_wait: Callable[[int], None] | None = None) -> Batch:
        """Brings the batch to FINAL with fresh objects; the chain mines a block at each wait.

        `tell` is called before every call of store, files and chain; `on_wait` at each wait with its number.
        """
        store, objects, ledger = self.store, self.objects, FakeLedger(self.chain)
        if tell:
            store, objects, ledger = (Told(each, tell) for each in (store, objects, ledger))  # type: ignore[assignment]
        watcher = Waiting(on_wait or (lambda _: self.chain.mine()))
        leases = impatient(store)
        work = Issuing(store, objects, self.keys, ledger, leases, lambda: self.chain.time)
        return work.bring_to_final(self.batch(), watcher)

    def reconciler(self) -> Reconciler:
        return Reconciler(self.store, self.objects, FakeLedger(self.chain), self.keys)

    def check(self) -> None:
        """What must hold whatever happened: one good anchor, gapless nonces, nothing sent unstored, all provable."""
        batch = self.batch()
        assert batch.state == "FINAL"
        final = self.chain.state(self.chain.final + 1)
        assert list(final.anchors) == [anchor_key(batch.manifest)]
        assert final.status[ISSUER].epoch == len(self.store.status_roots(INSTITUTION.iss)) == 1
        assert self.unstored == []
        relayer = self.keys.signer("relayer").address
        assert self.chain.state().nonces[relayer] + len(self.chain.mempool)
        root = read_manifest(batch.manifest).root
        for file in self.files():
            again = read_credential(file.to_bytes())
            assert again.proof
            check_inclusion(leaf_hash(again.payload_bytes), again.proof.leaf_index, batch.rows, again.proof.path, root)

    def files(self) -> list[CredentialFile]:
        batch, jwk = self.batch(), self.keys.es256("shb/credential")
        return [credential_of(self.objects, KIND, batch, stored, jwk) for stored in self.store.records(batch.id)]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryKeyStore]:
    folder = tmp_path_factory.mktemp("prepared")
    store = new_store(folder)
    accept(store, rows(3))
    store._engine.dispose()
    return folder, new_keys()


@pytest.fixture
def make_house(prepared: tuple[Path, MemoryKeyStore], tmp_path: Path) -> Callable[[], House]:
    numbers = iter(range(10_000))

    def make() -> House:
        folder = tmp_path / str(next(numbers))
        shutil.copytree(prepared[0], folder)
        house = House(folder, prepared[1], MemoryStore(), FakeChain(registered_keys(prepared[1])), [])
        house.chain.on_send = house.note_unless_stored
        return house

    return make


@pytest.fixture
def house(make_house: Callable[[], House]) -> House:
    return make_house()


def test_a_batch_becomes_final(house: House) -> None:
    """On a chain that behaves, the status root and then the anchor become final with one transaction each."""
    house.run()
    house.check()
    assert [t.call.purpose for t in (house.store.transaction(1), house.store.transaction(2))] == ["status", "anchor"]
    assert house.chain.state().nonces == {house.keys.signer("relayer").address: 2}
    assert house.batch().block


def calls_of(house: House) -> int:
    """How many calls of store, files and chain a run takes."""
    calls: list[None] = []
    house.run(lambda: calls.append(None))
    house.check()
    return len(calls)


def at(number: int, act: Callable[[], Any]) -> Callable[[], None]:
    """Acts before call `number`, counted from 0."""
    numbers = iter(range(10_000))

    def tell() -> None:
        if next(numbers) == number:
            act()

    return tell


def crash() -> None:
    raise Crash


STRIDES = [97, pytest.param(2, marks=pytest.mark.long)]


@pytest.mark.slow
@pytest.mark.parametrize("stride", STRIDES)
def test_killed_at_any_call(make_house: Callable[[], House], stride: int) -> None:
    """Killed between any two calls to database, files and chain and run again, it ends as if nothing had been."""
    calls = calls_of(make_house())
    assert calls > 100
    for number in range(0, calls, stride):
        house = make_house()
        house.chain.automine = number % 2 == 1
        with suppress(Crash):
            house.run(at(number, crash))
        house.chain.mine(number % 3)
        house.run()
        house.check()


@pytest.mark.slow
@pytest.mark.parametrize("stride", STRIDES)
def test_another_reconciler_at_any_moment(make_house: Callable[[], House], stride: int) -> None:
    """A second reconciler that takes its step between any two calls of the first changes nothing in the outcome."""
    for number in range(0, calls_of(make_house()), stride):
        house = make_house()
        house.run(at(number, lambda house=house: house.reconciler().step(house.chain.time)))
        house.check()


def lose_sends(house: House) -> None:
    house.chain.drops = 7


def be_unsure(house: House) -> None:
    drawn = Random(7)

    def asked(_: str) -> None:
        if drawn.random() < 0.1:
            raise LedgerUnsure("endpoints disagree")

    house.chain.asked = asked


def mine_at_once(house: House) -> None:
    house.chain.automine = True


def finalise_slowly(house: House) -> None:
    house.chain.depth = 9


@pytest.mark.slow
@pytest.mark.parametrize("fault", [lose_sends, be_unsure, mine_at_once, finalise_slowly], ids=lambda f: f.__name__)
def test_a_bad_chain(house: House, fault: Callable[[House], None]) -> None:
    """Lost transactions, endpoints at odds, blocks that come at once or become final late: it arrives all the same."""
    fault(house)
    for _ in range(20):
        with suppress(LedgerUnsure):
            house.run()
            break
    house.check()


@pytest.mark.slow
@pytest.mark.parametrize(("deep", "forget"), [(1, True), (1, False), (2, False), (5, False)])
def test_reorganised_while_it_waits(make_house: Callable[[], House], deep: int, forget: bool) -> None:
    """A reorg at any wait, also one deeper than finality, only makes it send again; non-final ones may lose all."""
    for when in (1, 3, 5):
        house = make_house()

        def on_wait(number: int, house: House = house, when: int = when) -> None:
            house.chain.mine()
            if number == when:
                house.chain.reorg(min(deep, len(house.chain.blocks) - 1), forget=forget)

        house.run(on_wait=on_wait)
        if house.chain.state().anchors:
            house.check()


@pytest.mark.slow
def test_reorganised_between_two_questions(house: House) -> None:
    """A receipt that vanishes while finality is asked about never counts as final."""
    ledger, store = FakeLedger(house.chain), house.store
    call = ledger.end_key_call(ISSUER, house.keys.signer("shb/officer").address, 0)
    outbox = Outbox(store, ledger, house.keys.signer("relayer"))
    outbox.prepare([call], ledger.horizon(), house.chain.time)
    outbox.follow(ledger.horizon(), house.chain.time)
    house.chain.mine()
    questions: list[str] = []

    def asked(question: str) -> None:
        questions.append(question)
        if len(questions) == 2:
            house.chain.reorg(1, forget=True)
            house.chain.mine(5)

    house.chain.asked = asked
    follow(store, ledger, ledger.horizon(), house.chain.time)
    assert store.transaction(1).state != "FINAL"


def until_status_is_final(house: House) -> Batch:
    """Stops as soon as the status root is final."""

    def on_wait(_: int) -> None:
        house.chain.mine()
        if house.store.status_roots(INSTITUTION.iss)[0].state == "FINAL":
            raise Crash

    with pytest.raises(Crash):
        house.run(on_wait=on_wait)
    return house.batch()


@pytest.mark.slow
def test_relayed_by_somebody_else(house: House) -> None:
    """Whoever relays our signed statement first, the anchor is adopted and nothing is sent for it again."""
    ledger, stranger = FakeLedger(house.chain), new_keys().signer("relayer")

    def on_wait(number: int) -> None:
        if number == 1:
            call = ledger.anchor_call([signed_group(house.batch())])
            house.chain.accept(relayed(ledger, call, stranger))
        house.chain.mine()

    done = house.run(on_wait=on_wait)
    for _ in range(9):  # the status root may be later than the anchor here
        left = house.reconciler().step(house.chain.time)
        house.chain.mine()
    assert left.waiting == 0
    house.check()
    assert done.transaction is None
    assert [b"anchor" in raw for raw in house.chain.sent] == [False] * len(house.chain.sent)


@pytest.mark.slow
def test_the_deadline_passes(house: House) -> None:
    """A signature whose deadline passed in the mempool reverts; the batch is endorsed anew and anchored once."""
    house.chain.drops = 10_000

    def on_wait(number: int) -> None:
        if number == 8:
            house.chain.time += SIGNATURE_LIFE + 1
            house.chain.drops = 0
        house.chain.mine()

    house.run(on_wait=on_wait)
    house.check()


@pytest.mark.slow
def test_an_anchor_that_reverted(house: House) -> None:
    """An anchor transaction mined too late FAILED; the batch goes back, is endorsed anew and anchored once."""
    batch = until_status_is_final(house)
    reconciler = house.reconciler()
    house.chain.drops = 10_000
    for _ in range(3):
        reconciler.step(house.chain.time)
    assert house.batch().state == "ANCHORING"
    house.chain.drops = 0
    house.chain.time = (batch.deadline or 0) + 1
    house.run()
    house.check()
    states = [house.store.transaction(number).state for number in (1, 2, 3)]
    assert states == ["FINAL", "FAILED", "FINAL"]


def test_an_empty_wallet(house: House) -> None:
    """Without money it says which account needs how much, stores no transaction, and goes on once there is some."""
    house.chain.rich = False
    with pytest.raises(EmptyWallet, match="send it at least") as caught:
        house.run()
    assert caught.value.address == house.keys.signer("relayer").address
    assert house.store.open_transactions() == []
    house.chain.rich = True
    house.run()
    house.check()


def test_nobody_answers(house: House) -> None:
    """With all endpoints down it waits, says nothing false and sends nothing."""

    def asked(_: str) -> None:
        raise LedgerUnsure("down")

    house.chain.asked = asked
    with pytest.raises((Stuck, LedgerUnsure)):
        house.run()
    assert house.batch().state in ("SEALED", "SEALED")
    assert house.chain.sent == []


def test_somebody_else_sets_the_status_root(house: House) -> None:
    """Another root under our epoch stops everything with a sentence that says what it may mean."""
    ledger, stranger = FakeLedger(house.chain), new_keys().signer("relayer")
    other, deadline = bytes(31) + b"\1", house.chain.time + 999
    signature = house.keys.signer("shb/status").sign(status_root_digest(ledger.domain(), ISSUER, other, 1, deadline))
    call = ledger.status_root_call(ISSUER, other, 1, deadline, signature)
    house.chain.accept(relayed(ledger, call, stranger))
    house.chain.mine(3)
    with pytest.raises(Conflict, match="another status root for epoch 1 of https://songhong") as caught:
        house.run()
    assert "somebody else holds its STATUS key" in str(caught.value)
    assert house.chain.sent == []


def relayed(ledger: FakeLedger, call: Call, stranger: Signer) -> bytes:
    """A call as somebody else sends it."""
    (quote,) = ledger.quotes(stranger.address, [call])
    assert isinstance(quote, Quote)
    return ledger.encode(0, call, quote, stranger).raw


def give_up(_: int) -> None:
    raise Stuck


@pytest.mark.slow
def test_many_batches_in_one_transaction(house: House) -> None:
    """What is ready at the same time shares a transaction, each batch under its own signature."""
    given = rows(9)
    accept(house.store, given[3:6], "second")
    accept(house.store, given[6:], "third")
    leases = impatient(house.store)
    work = Issuing(house.store, house.objects, house.keys, FakeLedger(house.chain), leases, lambda: house.chain.time)
    house.chain.drops = 10_000
    for batch in house.store.batches():
        with pytest.raises(Stuck):
            work.bring_to_final(batch, Waiting(give_up))
    house.chain.drops = 0
    for batch in house.store.batches():
        work.bring_to_final(batch, Waiting(lambda _: house.chain.mine()))
    assert len(house.chain.state().anchors) == 3
    assert len({batch.transaction for batch in house.store.batches()}) == 1


@pytest.mark.slow
def test_an_officer_who_ends_before_the_anchor_is_replaced(house: House) -> None:
    """A batch endorsed with a key that has ended is endorsed anew with the newest good one, and anchored once."""
    second = house.keys.create("shb/officer-2").address
    ended = house.keys.signer("shb/officer").address

    def on_wait(number: int) -> None:
        if number == 1:
            house.chain.keys[ISSUER, ended] = replace(house.chain.keys[ISSUER, ended], not_after=house.chain.time - 1)
            house.chain.keys[ISSUER, second] = Key(2, 2**40 - 1, 0, 4)
        house.chain.mine()

    house.run(on_wait=on_wait)
    house.check()
    endorsed = read_endorsements(house.batch().endorsements or b"")
    assert [endorsement.signer for endorsement in endorsed] == [second]


def test_a_clock_behind_the_chain_undoes_nothing(house: House) -> None:
    """A worker whose clock is a day slow throws no signatures away for keys that seem not to act yet, and is told."""
    for key in house.chain.keys:
        house.chain.keys[key] = replace(house.chain.keys[key], not_before=house.chain.time - 100)

    def on_wait(_: int) -> None:
        before = house.batch().manifest
        progress = house.reconciler().step(house.chain.time - 86_400)
        assert house.batch().manifest == before
        assert [error.code for error in progress.troubles.values()] == ["clock_behind"]
        house.chain.mine()

    house.run(on_wait=on_wait)
    house.check()


@pytest.mark.parametrize("name", ["relayer", "shb/officer", "shb/anchor", "shb/status"])
def test_a_key_that_cannot_be_reached(house: House, name: str) -> None:
    """While a key's keeper does not answer the batch waits, and says for which key; then it is anchored once."""
    keys = house.keys = KeptElsewhere(house.keys)  # type: ignore[assignment]
    keys.out.add(name)
    doubts: list[str] = []

    class Reading(Waiting):
        def wait(self, doubt: str) -> None:
            doubts.append(doubt)
            super().wait(doubt)

    def on_wait(number: int) -> None:
        house.chain.mine()
        if number == 5:
            keys.out.clear()

    work = Issuing(
        house.store, house.objects, keys, FakeLedger(house.chain), impatient(house.store), lambda: house.chain.time
    )
    work.bring_to_final(house.batch(), Reading(on_wait))
    house.check()
    assert any(f"the key {name}: nobody answers there" in doubt for doubt in doubts)


@pytest.mark.slow
def test_a_key_that_cannot_be_reached_stops_nobody_else(house: House) -> None:
    """A STATUS key in a place that does not answer holds up its own institution only."""
    keys = house.keys = KeptElsewhere(house.keys)  # type: ignore[assignment]
    other = replace(INSTITUTION, iss="https://away.edu.vn", code="AWAY", slug="away")
    if "away/status" not in keys.names():
        keys.create("away/status")
    house.chain.keys[issuer_id(other.iss), keys.signer("away/status").address] = Key(1, 2**40 - 1, 0, 2)
    keys.out.add("away/status")
    house.store.add_institution(other)
    house.store.add_status_root(other.iss, StoredRoot(1, b"{}", "WAITING"))
    house.run()
    assert house.batch().state == "FINAL"
    (trouble,) = house.reconciler().step(house.chain.time).troubles.items()
    assert (trouble[0], type(trouble[1])) == (f"status:{other.iss}", KeyUnreachable)


def test_whose_signature_is_waited_for_costs_none(house: House) -> None:
    """Asking what a batch waits for asks no key for a signature: one elsewhere would be asked every two seconds."""
    keys = house.keys = KeptElsewhere(house.keys)  # type: ignore[assignment]
    keys.out.add("shb/anchor")
    work = Issuing(
        house.store, house.objects, keys, FakeLedger(house.chain), impatient(house.store), lambda: house.chain.time
    )
    for _ in range(3):
        work.advance(house.batch(), Silent())
    assert (house.batch().state, house.batch().manifest is None) == ("SEALED", False)
    keys.asked.clear()
    assert work.waits_for(house.batch()) == ""
    assert keys.asked == []


def test_one_institution_does_not_stop_another(house: House) -> None:
    """An institution without a good STATUS key is told of; the other's batch becomes final all the same."""
    if "other/status" not in house.keys.names():
        house.keys.create("other/status")
    other = replace(INSTITUTION, iss="https://other.edu.vn", code="OTHER", slug="other")
    house.store.add_institution(other)
    house.store.add_status_root(other.iss, StoredRoot(1, b"{}", "WAITING"))
    house.run()
    progress = house.reconciler().step(house.chain.time)
    assert house.batch().state == "FINAL"
    assert isinstance(progress.troubles[f"status:{other.iss}"], NoGoodKey)
    assert list(progress.troubles) == [f"status:{other.iss}"]


def sent_and_waiting(house: House) -> Reconciler:
    """A reconciler whose status root is sent, and not in a block yet."""
    with pytest.raises(Crash):
        house.run(on_wait=lambda _: crash())
    return house.reconciler()


def test_a_halted_chain_is_told(house: House) -> None:
    """While the chain makes no block, that is what is told, since when, in words that stay; then it is over."""
    reconciler = sent_and_waiting(house)
    house.chain.mine()
    reconciler.step(house.chain.time)
    began = house.chain.time
    assert reconciler.step(began + NO_BLOCK_FOR).troubles == {}
    house.chain.drops = 10_000
    told = [reconciler.step(began + wait).troubles["chain:31337"] for wait in (NO_BLOCK_FOR + 1, 90_000)]
    assert [str(error) for error in told] == [str(told[0])] * 2
    assert "has made no block since" in str(told[0])
    house.chain.time = began + 90_000
    house.chain.mine(2)
    assert reconciler.step(house.chain.time).troubles == {}


@pytest.mark.slow
def test_stalled_finality_is_told(house: House) -> None:
    """What is in a block that is not final for an hour is told with the newest final block."""
    reconciler = sent_and_waiting(house)
    house.chain.depth = 1_000
    house.chain.mine()
    reconciler.step(house.chain.time)
    house.chain.time += NOT_FINAL_FOR
    house.chain.mine()
    (error,) = reconciler.step(house.chain.time).troubles.values()
    assert (error.code, "the newest final block is 0" in str(error)) == ("chain_stands_still", True)
    house.chain.depth = 1
    house.chain.mine()
    house.run()
    house.check()


def test_damaged_files_are_named(house: House) -> None:
    """A batch whose public files are damaged is not anchored, and told with the file; put back, it goes on."""
    whole: dict[str, bytes] = {}

    def on_wait(number: int) -> None:
        if number == 1:
            path = f"tiles/{(house.batch().root or b'').hex()}/0/0"
            whole[path] = house.objects._files[path]
            house.objects._files[path] = whole[path][:-1] + bytes([whole[path][-1] ^ 1])
        house.chain.mine()

    with pytest.raises(FilesDamaged, match="tiles/") as caught:
        house.run(on_wait=on_wait)
    assert caught.value.code == "files_damaged"
    assert (house.batch().state, house.chain.state().anchors) == ("ENDORSED", {})
    house.objects._files |= whole
    house.run()
    house.check()


def test_a_key_that_ended_before_the_anchor_is_replaced(house: House) -> None:
    """An endorsed batch whose ANCHOR key has ended keeps its manifest, and is signed anew by the newest good key."""
    old, new = house.keys.signer("shb/anchor").address, house.keys.create("shb/anchor-3").address
    manifests: list[bytes | None] = []

    def on_wait(number: int) -> None:
        if number == 1:
            manifests.append(house.batch().manifest)
            known = house.chain.keys[ISSUER, old]
            house.chain.keys[ISSUER, old] = replace(known, not_after=house.chain.time - 1)
            house.chain.keys[ISSUER, new] = replace(known, not_before=2)
        house.chain.mine()

    house.run(on_wait=on_wait)
    house.check()
    assert [house.batch().manifest] == manifests
    (anchor,) = house.chain.state().anchors.values()
    assert anchor.signer == new
