"""Walking back along an issuer's events: nothing that is hidden, altered, invented or moved goes unnoticed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.abi import event_abi_to_log_topic
from hypothesis import given
from hypothesis import strategies as st

from chronicles import CHAIN_ID, CONTRACT, EVENTS, Issuer, Lie, ModelChronicle, Registry, account, every_event, word
from vanbang.core.chronicle.events import Event, StatusRootSet, read_event
from vanbang.core.chronicle.logs import Log, first_head
from vanbang.core.chronicle.views import IssuerView, StatusView
from vanbang.core.chronicle.walking import Fault, LogsOf, Walk, walk, walk_status

WORLD = every_event()
SEQS = range(1, WORLD[1].view.seq + 1)


def answered(walker: Any, chronicle: ModelChronicle, issuer: Issuer) -> Any:
    answer: Any = None
    while True:
        try:
            question = walker.send(answer)
        except StopIteration as end:
            return end.value
        if isinstance(question, LogsOf):
            (answer,) = chronicle.logs([(issuer.id, question.block)])
        else:
            answer = chronicle.earlier(issuer.id, question.block)


def walked(
    lie: Lie = lambda logs: logs, *, since: int = 0, head: bytes | None = None, is_archive: bool = True
) -> tuple[Walk, Sequence[Fault]]:
    """Both walks over the issuer that lived through everything."""
    model, issuer = WORLD
    chronicle = ModelChronicle(model, lie, is_archive)
    start = head or first_head(CHAIN_ID, CONTRACT, issuer.id)
    links = answered(walk(issuer.id, issuer.view, since, start), chronicle, issuer)
    _, faults = answered(walk_status(issuer.id, issuer.status, 0), chronicle, issuer)
    return links, faults


def is_link(log: Log, seq: int) -> bool:
    event = read_event(log, WORLD[1].id)
    return isinstance(event, Event) and event.seq == seq


def block_of(seq: int) -> int:
    return next(log.block for log in WORLD[1].logs if is_link(log, seq))


@pytest.mark.parametrize("is_archive", [True, False])
def test_an_honest_endpoint(is_archive: bool) -> None:
    """All links and status roots are found, oldest first, with nothing wrong, also where no old state is kept."""
    links, faults = walked(is_archive=is_archive)
    assert [event.seq for _, event in links.links] == list(SEQS)
    assert [*links.faults, *faults] == []


@pytest.mark.parametrize("is_archive", [True, False])
@pytest.mark.parametrize("seq", SEQS)
def test_a_hidden_event(seq: int, is_archive: bool) -> None:
    """A link that is not served is named by its number and block; where old states are kept, all others are found."""
    links, _ = walked(lambda logs: [log for log in logs if not is_link(log, seq)], is_archive=is_archive)
    assert Fault("event_missing", seq, seq, block_of(seq)) in links.faults
    assert all(fault.code in ("event_missing", "events_unreached") for fault in links.faults)
    if is_archive:
        assert len(links.faults) == 1
        assert [event.seq for _, event in links.links] == [other for other in SEQS if other != seq]


@pytest.mark.parametrize("seq", SEQS)
@pytest.mark.parametrize("is_archive", [True, False])
def test_an_altered_event(seq: int, is_archive: bool) -> None:
    """A link with one bit of its data changed is named by its block and a range that has it, or as malformed."""
    for at in (31, -33):

        def lie(logs: Sequence[Log], at: int = at) -> Sequence[Log]:
            return [altered(log, at) if is_link(log, seq) else log for log in logs]

        links, _ = walked(lie, is_archive=is_archive)
        assert links.faults
        if is_archive:
            assert {fault.block for fault in links.faults} == {block_of(seq)}
            assert any(fault.first <= seq <= fault.last or fault.code == "event_malformed" for fault in links.faults)


def altered(log: Log, at: int) -> Log:
    data = bytearray(log.data)
    data[at if len(data) > 64 or at > 0 else 31] ^= 1
    return replace(log, data=bytes(data))


@pytest.mark.parametrize("seq", SEQS)
def test_an_altered_topic(seq: int) -> None:
    """A root, key or parent changed in the topic is found by the head, and named by its block."""

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        return [
            replace(log, topics=(*log.topics[:2], log.topics[2][:-1] + bytes([log.topics[2][-1] ^ 1])))
            if is_link(log, seq) and len(log.topics) > 2
            else log
            for log in logs
        ]

    links, _ = walked(lie)
    has_topic = any(is_link(log, seq) and len(log.topics) > 2 for log in WORLD[1].logs)
    assert [fault.block for fault in links.faults] == [block_of(seq)] * has_topic


def test_two_altered_events() -> None:
    """Two links altered in different blocks are both named."""
    first, second = 5, SEQS[-1]

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        return [altered(log, 31) if is_link(log, first) or is_link(log, second) else log for log in logs]

    links, _ = walked(lie)
    assert [fault.code for fault in links.faults] == ["event_altered"] * 2
    assert {fault.block for fault in links.faults} == {block_of(first), block_of(second)}


def test_an_altered_event_without_old_states() -> None:
    """Where no old state is kept, the range of all links since the notes is named."""
    links, _ = walked(lambda logs: [altered(log, 31) if is_link(log, 5) else log for log in logs], is_archive=False)
    assert links.faults == [Fault("event_altered", 1, SEQS[-1], block_of(SEQS[-1]))]


@pytest.mark.parametrize("seq", SEQS)
@pytest.mark.parametrize("is_archive", [True, False])
def test_an_invented_event(seq: int, is_archive: bool) -> None:
    """A link served twice, or with a number that comes later, is named by its block."""
    for number in (seq, SEQS[-1] + 3):

        def lie(logs: Sequence[Log], number: int = number) -> Sequence[Log]:
            more = [with_word(log, -2, number) for log in logs if is_link(log, seq)]
            return [*logs, *(replace(log, index=99) for log in more)]

        links, _ = walked(lie, is_archive=is_archive)
        assert block_of(seq) in {fault.block for fault in links.faults}
        assert {fault.code for fault in links.faults} <= {"event_invented", "event_misplaced", "events_unreached"}


def with_word(log: Log, place: int, number: int) -> Log:
    """The log with one of its last two fixed words changed: -2 is its number, -1 the block of the one before."""
    (entry,) = (entry for entry in EVENTS.values() if event_abi_to_log_topic(entry) == log.topics[0])
    at = 32 * (sum(not part["indexed"] for part in entry["inputs"]) + place)
    return replace(log, data=log.data[:at] + number.to_bytes(32, "big") + log.data[at + 32 :])


@pytest.mark.parametrize("seq", [3, 5, 6])
def test_moved_events(seq: int) -> None:
    """Two links of a block in the other order are named."""

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        return list(reversed(logs)) if any(is_link(log, seq) for log in logs) else logs

    links, _ = walked(lie)
    assert [(fault.code, fault.block) for fault in links.faults] == [("event_misplaced", block_of(seq))]


@pytest.mark.parametrize("previous", [0, 10**6])
@pytest.mark.parametrize("seq", SEQS)
def test_a_wrong_link(seq: int, previous: int) -> None:
    """A link that leads to another block than the one before it is named, and the walk goes on all the same."""

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        return [with_word(log, -1, previous) if is_link(log, seq) else log for log in logs]

    links, _ = walked(lie)
    told = {fault.block for fault in links.faults}
    assert told == (set() if seq == 1 and previous == 0 else {block_of(seq)})
    assert [event.seq for _, event in links.links] == list(SEQS)


def test_going_on_from_notes() -> None:
    """From a number and its head only the newer links are asked for; a wrong head is named."""
    links, _ = walked()
    middle = 8
    head = WORLD[1].past[block_of(middle)][0].head
    assert block_of(middle + 1) > block_of(middle)
    newer, _ = walked(since=middle, head=head)
    assert [event.seq for _, event in newer.links] == list(range(middle + 1, SEQS[-1] + 1))
    assert newer.faults == []
    assert walked(since=middle, head=bytes(32))[0].faults
    assert walked(since=SEQS[-1], head=WORLD[1].view.head)[0] == Walk([], [])
    assert walked(since=SEQS[-1], head=bytes(32))[0].faults == [
        Fault("event_altered", SEQS[-1], SEQS[-1], block_of(SEQS[-1]))
    ]
    assert links.faults == []


def test_old_states_that_lie() -> None:
    """An endpoint whose old states make no sense cannot lead the walk in circles."""
    model, issuer = WORLD
    for state in ((issuer.view, issuer.status), (IssuerView(), StatusView())):

        class Lying(ModelChronicle):
            def earlier(self, issuer_id: bytes, block: int, state: Any = state) -> Any:
                return state

        for lie in (lambda logs: [], lambda logs: [altered(log, 31) for log in logs], lambda logs: logs):
            chronicle = Lying(model, lie)
            start = first_head(CHAIN_ID, CONTRACT, issuer.id)
            links = answered(walk(issuer.id, issuer.view, 0, start), chronicle, issuer)
            _, faults = answered(walk_status(issuer.id, issuer.status, 0), chronicle, issuer)
            assert len(links.faults) + len(faults) < 100


def status_at(log: Log) -> int:
    event = read_event(log, WORLD[1].id)
    return event.epoch if isinstance(event, StatusRootSet) else 0


@pytest.mark.parametrize("is_archive", [True, False])
@pytest.mark.parametrize("epoch", [1, 2, 3, 4])
def test_a_hidden_status_root(epoch: int, is_archive: bool) -> None:
    """A status root that is not served is named by its epoch."""
    _, faults = walked(lambda logs: [log for log in logs if status_at(log) != epoch], is_archive=is_archive)
    assert any((fault.code, fault.first) == ("status_missing", epoch) for fault in faults)
    codes = {fault.code for fault in faults}
    assert codes <= {"status_missing", "status_unreached", "status_invented", "status_altered"}


@pytest.mark.parametrize("epoch", [1, 3, 4])
def test_an_altered_status_root(epoch: int) -> None:
    """A status root with another hash is named by its epoch, an old one with the help of old states."""

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        return [replace(log, data=word("thief") + log.data[32:]) if status_at(log) == epoch else log for log in logs]

    _, faults = walked(lie)
    assert [(fault.code, fault.first) for fault in faults] == [("status_altered", epoch)]


@pytest.mark.parametrize("previous", [0, 1, 10**6])
@pytest.mark.parametrize("epoch", [1, 2, 3, 4])
@pytest.mark.parametrize("is_archive", [True, False])
def test_a_wrong_link_of_status_roots(epoch: int, previous: int, is_archive: bool) -> None:
    """A status root that leads to another block than the one before it is named."""

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        changed = previous.to_bytes(32, "big")
        return [replace(log, data=log.data[:-32] + changed) if status_at(log) == epoch else log for log in logs]

    _, faults = walked(lie, is_archive=is_archive)
    assert bool(faults) == (epoch != 1 or previous != 0)


def test_an_invented_status_root() -> None:
    """A status root served twice, or with an epoch that was never set, is named."""
    for epoch in (4, 9):

        def lie(logs: Sequence[Log], epoch: int = epoch) -> Sequence[Log]:
            extra = [
                replace(log, topics=(*log.topics[:2], epoch.to_bytes(32, "big"))) for log in logs if status_at(log) == 4
            ]
            return [*logs, *extra]

        _, faults = walked(lie)
        assert [(fault.code, fault.first) for fault in faults] == [("status_invented", epoch)]


def test_status_roots_from_notes() -> None:
    """From an epoch on, only newer status roots are asked for."""
    model, issuer = WORLD
    chronicle = ModelChronicle(model)
    found, faults = answered(walk_status(issuer.id, issuer.status, 3), chronicle, issuer)
    assert ([event.epoch for event in found], faults, chronicle.asked) == ([4], [], 1)
    assert answered(walk_status(issuer.id, issuer.status, 4), chronicle, issuer) == ([], [])


def life(draw: Callable[[Any], Any]) -> tuple[Registry, Issuer]:
    """An issuer with random events in random blocks."""
    model = Registry()
    issuer = model.register("school.example")
    key = model.add_key(issuer, "key", 1)
    for number in range(draw(st.integers(0, 12))):
        if draw(st.booleans()):
            model.mine(draw(st.integers(1, 3)))
        match draw(st.integers(0, 3)):
            case 0:
                model.anchor(issuer, word(f"{number}"), 5, word(f"m{number}"), key)
            case 1:
                model.set_status(issuer, word(f"s{number}"), account("status"))
            case 2:
                model.add_key(issuer, f"key {number}", 4)
            case 3:
                model.rename(issuer, f"name {number}")
    return model, issuer


@given(st.data())
def test_any_life_and_any_lie(data: st.DataObject) -> None:
    """Whatever happened, an honest endpoint is clean; and whatever single log it hides or alters, it is found out."""
    model, issuer = life(data.draw)
    is_archive = data.draw(st.booleans())
    target = data.draw(st.sampled_from(issuer.logs))
    hides = data.draw(st.booleans())
    byte = data.draw(st.integers(0, len(target.data) - 1))
    changed = bytearray(target.data)
    changed[byte] ^= data.draw(st.integers(1, 255))

    def lie(logs: Sequence[Log]) -> Sequence[Log]:
        return [
            log if log != target else replace(log, data=bytes(changed)) for log in logs if log != target or not hides
        ]

    def faults(chosen: Lie) -> list[Fault]:
        chronicle = ModelChronicle(model, chosen, is_archive)
        start = first_head(CHAIN_ID, CONTRACT, issuer.id)
        links = answered(walk(issuer.id, issuer.view, 0, start), chronicle, issuer)
        _, of_status = answered(walk_status(issuer.id, issuer.status, 0), chronicle, issuer)
        return [*links.faults, *of_status]

    assert faults(lambda logs: logs) == []
    event = read_event(target, issuer.id)
    if hides or isinstance(event, Event) or is_in_a_state(issuer, event, is_archive):
        assert faults(lie)


def is_in_a_state(issuer: Issuer, event: StatusRootSet, is_archive: bool) -> bool:
    """Whether a state that can be read holds this status root: not one that was replaced in its own block."""
    return event.epoch == issuer.status.epoch or (is_archive and issuer.past[event.block][1].epoch == event.epoch)
