"""The audit log: what writes a line, in whose name, and that nothing writes one without its effect."""

import json
import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from small_house import INSTITUTION
from stored_things import (
    NOW,
    accepted,
    attempt,
    digest,
    received,
    receiving,
    record,
    sealed,
    transaction,
    upload,
    write_lines,
)
from vanbang.adapters.sql import SqlStore
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.ports import (
    ApiKey,
    Conflict,
    Correction,
    DatabaseServer,
    HandedIn,
    Holder,
    Operation,
    RegisterEntry,
    StatusChange,
    StoredRoot,
    StoredShare,
)

pytestmark = pytest.mark.slow

ISS = INSTITUTION.iss
OFFICER = replace(INSTITUTION, officer_name="Lê Thị Hoa")
KEY = ApiKey("k1", b"s" * 32, ISS, "registrar", "Nguyễn Văn An", 10, 100)
CHANGE = StatusChange("c1", ISS, 1, 1, "withdrawn", "QĐ 12 Nguyễn Văn An", "api:a", NOW)
SIGNED = HandedIn(b"d" * 32, b"b" * 20, b"s" * 65, "Lê Thị Hoa", "Hiệu trưởng", NOW)
LINES = [RegisterEntry("signer", "", "Lê Thị Hoa")]


def refused(store: SqlStore) -> None:
    received(store, "r")
    store.refuse_upload(upload("r", state="REFUSED", rows=3, errors=2, error="list_refused"))


def expired(store: SqlStore) -> None:
    store.add_upload(upload("x", created_at=1))
    store.expire_uploads(2)


def endorsed(store: SqlStore) -> None:
    sealed(store, "e", "e", 70)
    store.finalise("b-e", b"m", None, 9)
    store.endorse("b-e", b"s" * 65)


def final(store: SqlStore) -> None:
    endorsed(store)
    number = store.add_transactions([replace(transaction(0), attempts=(attempt("a"),))])[0].id
    store.mark(["b-e"], "ANCHORING", number)
    store.mark(["b-e"], "FINAL", number, 7)


def reopened(store: SqlStore) -> None:
    endorsed(store)
    store.reopen("b-e")


def shared(store: SqlStore) -> None:
    store.add_share(StoredShare("s1", 1, NOW, "job"), b"c")
    store.open_share("s1", NOW)
    store.withdraw_share(digest("a"), "s1", NOW)


def held(store: SqlStore) -> None:
    store.add_holder(Holder("h", b"t" * 32, ISS, NOW), [digest("a")])
    store.hold("h", [digest("b")], NOW)
    store.renew_holder("h", b"u" * 32, NOW)
    store.end_holder("h", NOW)


def corrected(store: SqlStore) -> None:
    store.ask_correction(Correction("q", 1, ISS, "ho_va_ten", b"Nguyen", NOW))
    store.answer_correction("q", "DECLINED", b"Hoa", NOW)


def operated(store: SqlStore) -> None:
    store.add_operation(Operation("o1", "add_key", ISS, "{}", "api:k", NOW))
    store.end_operation("o1", "DONE", "", NOW)


def changed(store: SqlStore) -> None:
    store.propose_changes([CHANGE], {CHANGE.record: 0})
    store.decide_changes(["c1"], "APPROVED", "api:b", NOW)
    store.apply_changes(ISS, ["c1"], {})


def keyed(store: SqlStore) -> None:
    store.add_api_key(KEY)
    store.end_api_key("k1", 50)


BATCH_E = ["upload.created", "upload.received", "upload.accepted", "batch.accepted", "batch.sealed"]
WORK: list[tuple[Callable[[SqlStore], Any], list[str]]] = [
    (lambda store: store.change_institution(INSTITUTION, OFFICER), ["institution.changed"]),
    (refused, ["upload.created", "upload.received", "upload.refused"]),
    (expired, ["upload.created", "upload.expired"]),
    (endorsed, [*BATCH_E, "batch.finalised", "batch.endorsed"]),
    (final, [*BATCH_E, "batch.finalised", "batch.endorsed", "batch.final"]),
    (reopened, [*BATCH_E, "batch.finalised", "batch.endorsed", "batch.reopened"]),
    (shared, ["share.added", "share.withdrawn"]),
    (held, ["holder.added", "holder.records_added", "holder.renewed", "holder.ended"]),
    (corrected, ["correction.asked", "correction.answered"]),
    (lambda store: store.erase(1, NOW), ["record.erased"]),
    (keyed, ["api_key.added", "api_key.ended"]),
    (operated, ["operation.added", "operation.ended"]),
    (changed, ["change.proposed", "change.decided", "change.applied"]),
    (lambda store: store.replace_register(ISS, [], LINES), ["register.replaced"]),
    (lambda store: store.hand_in(SIGNED), ["signature.handed_in"]),
    (lambda store: store.note("copy.given", "s1", {"count": 2}), ["copy.given"]),
]  # fmt: skip


@pytest.mark.parametrize(("work", "actions"), WORK, ids=[actions[-1] for _, actions in WORK])
def test_what_a_person_answers_for(store: SqlStore, work: Callable[[SqlStore], Any], actions: list[str]) -> None:
    """It writes its lines, in that person's name, with nothing personal in them; the chain goes on."""
    sealed(store, "u", "a")
    before = len(list(audit_lines(store)))
    work(store.acting_as("api:k7"))
    lines = list(audit_lines(store))
    assert [line.action for line in lines[before:]] == actions
    assert {line.actor for line in lines[before:]} == {"api:k7"}
    assert {line.actor for line in lines[:before]} == {"system"}
    assert check_log(lines).holds
    for line in lines[before:]:
        assert all(type(fact) in (int, str) for fact in json.loads(line.facts).values())
        assert "Nguyễn" not in line.facts
        assert "Hoa" not in line.facts + line.subject


def again(store: SqlStore) -> None:
    store.change_institution(INSTITUTION, INSTITUTION)
    store.add_upload(upload("u"))
    store.receive("u", (), digest("body u"))
    store.mark(["b-u"], "SEALED", None)
    store.set_root_deadline(ISS, 1, 9)


def test_what_changes_nothing(store: SqlStore) -> None:
    """Repetitions, states of machines, and records that are still arriving write no line."""
    sealed(store, "u", "a")
    store.add_status_root(ISS, StoredRoot(1, b"m", "WAITING"))
    receiving(store, "v", "b")
    before = list(audit_lines(store))
    again(store)
    store.add_records({"b-v": [record("c")]})
    store.discard("v")
    assert list(audit_lines(store)) == before
    for work, _ in WORK[6:-1]:
        lines: list[Any] = []
        for _ in range(2):
            with suppress(Conflict):
                work(store)
            lines.append(sum(1 for line in audit_lines(store) if not line.action.startswith("share")))
        assert lines[0] == lines[1]


def test_what_is_refused(store: SqlStore) -> None:
    """A write that is refused, at whatever step, leaves no line."""
    accepted(store, "u", "ab")
    before = list(audit_lines(store))
    for work in (
        lambda: store.add_institution(INSTITUTION),
        lambda: store.accept(upload("u", state="ACCEPTED"), ["b-u"], NOW),
        lambda: store.propose_changes([CHANGE], {CHANGE.record: 0}),
        lambda: store.propose_changes([replace(CHANGE, record=999)], {999: 0}),
        lambda: store.replace_register("nobody", [], LINES),
        lambda: store.add_api_key(replace(KEY, iss="nobody")),
    ):
        try:
            work()
        except Conflict:
            continue
        before = list(audit_lines(store))
    assert list(audit_lines(store)) == before
    assert check_log(before).holds


def test_pages_of_lines(store: SqlStore) -> None:
    """Lines come in order, behind the last one seen, as many as are asked for."""
    for number in range(5):
        store.note("x", str(number), {})
    assert [line.seq for line in store.audit_entries(2, 3)] == [3, 4, 5]
    assert store.audit_entries(6) == []
    assert store.audit_entries()[0].previous == bytes(32)


def test_threads_at_once(store: SqlStore) -> None:
    """Several threads that write at the same moment make one chain, without a gap and without a fork."""
    barrier = Barrier(4)

    def work(actor: str) -> None:
        barrier.wait()
        for number in range(15):
            store.acting_as(actor).add_api_key(replace(KEY, id=f"{actor}-{number}"))

    threads = [Thread(target=work, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = check_log(audit_lines(store))
    assert (state.wrong, state.lines) == (None, 61)


@pytest.mark.slow
def test_processes_at_once(store: SqlStore, where: Path | DatabaseServer) -> None:
    """Several processes that write at the same moment make one chain."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_lines, args=(where, f"p{number}", 20)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    state = check_log(audit_lines(store))
    assert (state.wrong, state.lines, [p.exitcode for p in processes]) == (None, 61, [0, 0, 0])
    assert len({line.subject for line in audit_lines(store)}) == 4
