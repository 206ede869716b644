"""A round over all that was ever anchored: in pieces, beside the work of the day, and to its end."""

from dataclasses import replace
from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import INSTITUTION, new_keys, new_store, registered_keys
from vanbang.core.payload import issuer_id
from vanbang.core.status import StatusManifest
from vanbang.notary.sending import Outbox
from vanbang.notary.sweeping import EVERY_DAY, EVERY_MINUTE, Watch
from vanbang.ports import Call, LedgerUnsure, StoredRoot

pytestmark = pytest.mark.slow

MANY = 7


class Archive:
    """Seven final transactions, of which a look takes two."""

    def __init__(self, folder: Path) -> None:
        self.store, self.keys = new_store(folder), new_keys()
        self.chain = FakeChain(registered_keys(self.keys))
        self.ledger = FakeLedger(self.chain)
        relayer = self.keys.signer("relayer")
        outbox = Outbox(self.store, self.ledger, relayer)
        outbox.prepare([Call(relayer.address, b"", str(n)) for n in range(MANY)], self.ledger.horizon(), 1)
        for _ in range(2):
            outbox.follow(self.ledger.horizon(), 1)
            self.chain.mine(3)
        self.at = 0.0
        self.watch = Watch(lambda: self.at)

    def look(self) -> int:
        return self.watch.look(self.store, self.ledger, self.chain.time)

    def states(self) -> list[str]:
        return [self.store.transaction(number + 1).state for number in range(MANY)]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setattr("vanbang.notary.sweeping.PAGE", 1)
    monkeypatch.setattr("vanbang.notary.sweeping.PAGES", 2)
    found = Archive(tmp_path)
    found.chain.blocks += [(found.chain.time, ())] * 9_000  # too old for the look of every minute
    return found


def test_a_round_is_made_of_short_looks(archive: Archive) -> None:
    """A look asks about two pages, and the engine is free in between; the round ends, and begins anew a day later."""
    assert archive.states() == ["FINAL"] * MANY
    asked: list[str] = []
    archive.chain.asked = asked.append
    looks = 0
    while archive.watch.is_due():
        asked.clear()
        archive.look()
        looks += 1
        assert asked.count("receipts") <= 2
    assert looks == MANY // 2 + 1
    archive.at += EVERY_MINUTE - 1
    assert not archive.watch.is_due()
    archive.at += EVERY_DAY
    assert archive.watch.is_due()


def test_a_round_goes_on_where_nobody_answered(archive: Archive) -> None:
    """Endpoints that fail in the middle of it make no round begin again, nor keep it from its end."""
    archive.look()
    answers = 0

    def asked(question: str) -> None:
        nonlocal answers
        answers += question == "receipts"
        if question == "receipts" and answers % 2 == 0:
            raise LedgerUnsure("endpoints fail")

    archive.chain.asked = asked
    for _ in range(20):
        if not archive.watch.is_due():
            break
        try:
            archive.look()
        except LedgerUnsure:
            continue
    assert not archive.watch.is_due()
    assert answers <= 2 * MANY


def test_what_is_gone_is_found_wherever_the_round_is(archive: Archive) -> None:
    """A reorganisation in the middle of a round opens what is gone again, in that round and in the next."""
    for _ in range(2):
        archive.look()
    archive.chain.blocks = [(time, ()) for time, _ in archive.chain.blocks]
    gone = 0
    while archive.watch.is_due():
        gone += archive.look()
    assert archive.states() == ["FINAL"] * 4 + ["BROADCAST"] * 3
    archive.at += EVERY_DAY
    while archive.watch.is_due():
        gone += archive.look()
    assert gone == MANY


def test_status_roots_and_batches_have_their_turn(archive: Archive) -> None:
    """The round comes to the status roots of all institutions, which stand behind all transactions."""
    other = replace(INSTITUTION, iss="https://z.edu.vn", code="Z", slug="z")
    archive.store.add_institution(other)
    manifest = StatusManifest(1, 9, other.iss, ()).to_bytes()
    archive.store.add_status_root(other.iss, StoredRoot(1, manifest, "FINAL"))
    while archive.watch.is_due():
        archive.look()
    assert archive.ledger.statuses([issuer_id(other.iss)], 1)[0].epoch == 0
    assert archive.store.status_roots(other.iss)[0].state == "WAITING"
    assert [(item.kind, item.iss) for item in archive.store.incidents()] == [("status_root_gone", other.iss)]
