"""The engine: whatever waits is taken on, and what stops one does not stop another."""

import logging
import os
import time
from dataclasses import replace
from functools import partialmethod
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from given_lists import GivenList, numbered
from small_house import (
    INSTITUTION,
    rows,
)
from small_yard import Yard
from vanbang.adapters import durable
from vanbang.adapters.objects import FolderStore
from vanbang.adapters.sql import SqlStore
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import apply_approved, decide, propose
from vanbang.notary.engine import TURN
from vanbang.notary.intake import Intake
from vanbang.notary.progress import waiting_for
from vanbang.notary.watching import Watcher
from vanbang.ports import StatusChange, StoredShare, StoreError, Upload


def full(*_: Any, **__: Any) -> None:
    raise StoreError("the disk is full")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path, GivenList(rows(3)))


def test_a_list_becomes_final(yard: Yard) -> None:
    """A list that was sent in is checked, sealed, endorsed and anchored without anybody's help."""
    upload = yard.send()
    assert yard.engine.step() is True
    assert yard.store.upload(upload).state == "ACCEPTED"
    seen = []
    for _ in range(12):
        seen.append(waiting_for(yard.store, yard.store.batches()[0]))
        yard.run(1)
    assert seen[-1] == ""
    assert set(seen) <= {"", "sealing", "officer_signature", "institution_signature", "status_root", "anchoring",
                         "finality"}  # fmt: skip
    assert yard.engine.step() is False


def test_a_refused_list_ends(yard: Yard) -> None:
    """A list with faults ends as REFUSED, with its report, and the engine has nothing more to do with it."""
    yard.files.listed = GivenList(numbered([rows(1)[0].cells | {"ho_va_ten": ""}]))
    upload = yard.send()
    yard.run(2)
    ended = yard.store.upload(upload)
    assert (ended.state, ended.errors) == ("REFUSED", 1)
    assert yard.engine.intake.uploads.report(ended)["errors"] == 1


def test_lists_in_hand_do_not_hold_up_the_chain(yard: Yard) -> None:
    """After a turn of checking, what came of it goes on towards the chain before the next list is looked at, and there
    is more to do at once."""
    engine = replace(yard.engine, turns=count(0, TURN).__next__)
    sent = [yard.send(b"first"), yard.send(b"second")]
    assert engine.step() is True
    assert sorted(yard.store.upload(upload).state != "RECEIVED" for upload in sent) == [False, True]
    assert [batch.state for batch in yard.store.batches()] == ["ENDORSED"]
    assert engine.step() is True
    assert not yard.store.uploads(states=("RECEIVED",))


def test_many_uploads_do_not_stop_another(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lists cannot be read, the one that was sent in behind all of them is taken in."""
    monkeypatch.setattr(SqlStore, "uploads", partialmethod(SqlStore.uploads, limit=2))
    *broken, good = sorted(yard.send(str(number).encode()) for number in range(4))
    for upload in broken:
        yard.spool.remove(upload)
    yard.run(2)
    assert yard.store.upload(good).state == "ACCEPTED"


def test_one_upload_does_not_stop_another(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    """An upload whose bytes are gone is told of once, and the next one is taken in all the same."""
    broken = yard.send(b"broken")
    yard.spool.remove(broken)
    whole = yard.send(b"whole")
    with caplog.at_level(logging.WARNING, "vanbang.engine"):
        yard.run(4)
    assert yard.store.upload(whole).state == "ACCEPTED"
    assert yard.store.upload(broken).state == "RECEIVED"
    assert sum(broken in record.getMessage() for record in caplog.records) == 1


def test_an_approved_change_reaches_the_chain(yard: Yard) -> None:
    """What two people decided is in the newest status root that is final."""
    yard.send()
    yard.run()
    record = next(yard.store.records(yard.store.batches()[0].id))
    status = int(CredentialStatus.REVOKED)
    change = StatusChange("c1", INSTITUTION.iss, record.id, status, "fraud", "1", "api:one", 5)
    propose(yard.store, change)
    decide(yard.store, "c1", "APPROVED", "api:two", 6)
    yard.run()
    assert yard.store.change("c1").state == "APPLIED"
    roots = yard.store.status_roots(INSTITUTION.iss)
    assert [(root.epoch, root.state) for root in roots] == [(1, "FINAL"), (2, "FINAL")]


@pytest.mark.slow
def test_killed_between_lists_and_root(yard: Yard) -> None:
    """Lists that were changed by an engine that died before it made their root are named by the next one's."""
    yard.send()
    yard.run()
    record = next(yard.store.records(yard.store.batches()[0].id))
    revoked = int(CredentialStatus.REVOKED)
    propose(yard.store, StatusChange("c1", INSTITUTION.iss, record.id, revoked, "fraud", "1", "api:one", 5))
    decide(yard.store, "c1", "APPROVED", "api:two", 6)
    assert apply_approved(yard.store, INSTITUTION.iss) == 1
    yard.engine = replace(yard.engine, _named=set())
    yard.run()
    roots = yard.store.status_roots(INSTITUTION.iss)
    assert [(root.epoch, root.state) for root in roots] == [(1, "FINAL"), (2, "FINAL")]


@pytest.mark.slow
def test_another_worker_dies_between_lists_and_root(yard: Yard) -> None:
    """A worker that had looked at all institutions before names what one that died has changed, within minutes."""
    yard.send()
    yard.run()
    record = next(yard.store.records(yard.store.batches()[0].id))
    revoked = int(CredentialStatus.REVOKED)
    propose(yard.store, StatusChange("c1", INSTITUTION.iss, record.id, revoked, "fraud", "1", "api:one", 5))
    decide(yard.store, "c1", "APPROVED", "api:two", 6)
    assert apply_approved(yard.store, INSTITUTION.iss) == 1
    yard.run()
    assert [(root.epoch, root.state) for root in yard.store.status_roots(INSTITUTION.iss)][-1] == (2, "FINAL")


@pytest.mark.slow
def test_the_database_fails_behind_a_change(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change whose root could not be made waits for the next step, whatever was applied of it."""
    yard.send()
    yard.run()
    record = next(yard.store.records(yard.store.batches()[0].id))
    revoked = int(CredentialStatus.REVOKED)
    propose(yard.store, StatusChange("c1", INSTITUTION.iss, record.id, revoked, "fraud", "1", "api:one", 5))
    decide(yard.store, "c1", "APPROVED", "api:two", 6)
    with monkeypatch.context() as failing:
        failing.setattr(yard.store, "add_status_root", full)
        yard.run(1)
    assert (yard.store.change("c1").state, len(yard.store.status_roots(INSTITUTION.iss))) == ("APPLIED", 1)
    yard.run()
    assert yard.store.status_roots(INSTITUTION.iss)[-1].epoch == 2


def test_a_fault_of_ours_stops_one_upload(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that nobody thought of does not keep the others from being issued; the fault is still raised."""
    broken, whole = yard.send(b"broken"), yard.send(b"whole")
    process = Intake.process

    def surprised(intake: Intake, upload: Upload, watcher: Watcher) -> object:
        if upload.id == broken:
            raise RuntimeError("a fault of ours")
        return process(intake, upload, watcher)

    monkeypatch.setattr(Intake, "process", surprised)
    for _ in range(12):
        with pytest.raises(RuntimeError):
            yard.engine.step()
        yard.chain.mine()
    assert yard.store.upload(whole).state == "ACCEPTED"
    assert [batch.state for batch in yard.store.batches()] == ["FINAL"]


def test_refused_lists_are_forgotten_in_time(yard: Yard) -> None:
    """After the days they are kept, nothing of a refused list can be read any more."""
    yard.files.listed = GivenList(numbered([rows(1)[0].cells | {"ho_va_ten": ""}]))
    upload = yard.send()
    yard.run(1)
    yard.now += 31 * 86_400
    yard.run(1)
    left = yard.store.upload(upload)
    assert (left.state, left.secret) == ("REFUSED", b"")
    assert yard.engine.intake.uploads.report(left) is None
    assert not yard.spool._files


@pytest.mark.slow
def test_a_database_that_fails_for_a_while(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step in which the database refuses leaves everything for the next one."""
    upload = yard.send()

    with monkeypatch.context() as patch:
        patch.setattr(type(yard.store), "add_records", full)
        yard.run(2)
    assert yard.store.upload(upload).state == "RECEIVED"
    yard.run()
    assert [batch.state for batch in yard.store.batches()] == ["FINAL"]


def test_a_list_that_cannot_be_taken_in_is_not_tried_without_pause(yard: Yard, monkeypatch: Any) -> None:
    """A list that cannot be stored now keeps its trouble and leaves the engine idle; later it is taken in."""
    upload = yard.send()
    with monkeypatch.context() as broken:
        broken.setattr(type(yard.store), "accept", full)
        assert yard.engine.step() is False
        assert yard.store.trouble(f"upload:{upload}").code == "store"
    assert yard.engine.step() is True
    assert yard.store.trouble(f"upload:{upload}") is None


def test_what_was_signed_is_sent_without_waiting(yard: Yard) -> None:
    """A step that signs a transaction says that there is more to do at once; one that waits for a block does not."""
    yard.send()
    said = []
    while not yard.chain.sent:
        said.append(yard.engine.step())
    assert said == [True] * len(said[:-1]) + [False]
    assert yard.engine.step() is False


def test_what_killed_writers_left_is_removed(
    yard: Yard, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer killed in the midst of a public file leaves a piece that an engine removes an hour later, and tells; a
    folder that cannot be looked through stops nothing else."""
    public = FolderStore(tmp_path / "public")
    if (pid := os.fork()) == 0:
        durable.os.link = lambda *_: os._exit(9)
        public.put("status/1", b"list")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    (left,) = (tmp_path / "public" / "status").iterdir()
    issuing = replace(yard.engine.issuing, objects=public)
    engine = replace(yard.engine, issuing=issuing, stopwatch=count(0, 600).__next__)
    engine.step()
    assert left.exists()
    os.utime(left, (1, time.time() - 3_600))
    with caplog.at_level(logging.INFO, "vanbang.engine"):
        for _ in range(6):
            engine.step()
    assert list((tmp_path / "public" / "status").iterdir()) == []
    assert "1 unfinished public files of killed writers are removed" in caplog.messages
    monkeypatch.setattr(FolderStore, "sweep", full)
    upload = yard.send()
    for _ in range(6):
        engine.step()
    assert yard.store.upload(upload).state == "ACCEPTED"
    assert yard.store.troubles()["sweeping"].code == "store"


def test_shares_whose_time_is_over(yard: Yard) -> None:
    """Their ciphertexts go when the engine keeps house; those without an end stay."""
    yard.send()
    yard.run(8)
    record = next(yard.store.records(yard.store.batches()[0].id))
    now = yard.engine.clock()
    for name, until in (("over", now), ("ever", None)):
        yard.store.add_share(StoredShare(name, record.id, now - 9, expires_at=until), b"c")
    yard.engine._expire()
    kept = {name: yard.store.share(name)[1] for name in ("over", "ever")}
    assert kept == {"over": b"", "ever": b"c"}
