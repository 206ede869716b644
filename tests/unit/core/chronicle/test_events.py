"""Logs as events, decoded strictly."""

from dataclasses import replace

import pytest
from eth_utils.abi import event_abi_to_log_topic
from hypothesis import given
from hypothesis import strategies as st

from chronicles import EVENTS, Log, every_event
from vanbang.core.chronicle import events
from vanbang.core.chronicle.events import Event, StatusRootSet, read_event
from vanbang.core.errors import FormatError

OWNERSHIP = {"OwnershipTransferStarted", "OwnershipTransferred"}


def test_every_event_of_the_contract_is_known() -> None:
    """Each event that the compiled contract declares for an issuer has its type here, under the same topic."""
    topics = {event_abi_to_log_topic(entry) for name, entry in EVENTS.items() if name not in OWNERSHIP}
    assert topics == {*events._KINDS, events._STATUS}


def test_every_event_is_read() -> None:
    """An issuer's whole life reads back as events, numbered without a gap, each with its own fields."""
    _, issuer = every_event()
    read = [read_event(log, issuer.id) for log in issuer.logs]
    links = [event for event in read if isinstance(event, Event)]
    assert [event.seq for event in links] == list(range(1, issuer.view.seq + 1))
    assert {type(event).__name__ for event in read} == set(EVENTS) - OWNERSHIP
    assert [event.epoch for event in read if isinstance(event, StatusRootSet)] == [1, 2, 3, 4]
    registered = links[0]
    assert isinstance(registered, events.IssuerRegistered)
    assert (registered.iss, registered.registrar, registered.previous_block) == ("school.example", True, 0)


@pytest.mark.parametrize("at", range(19))
def test_what_is_no_event(at: int) -> None:
    """A topic too many or too few, a strange first topic, cut or longer data, another issuer: refused."""
    _, issuer = every_event()
    log = issuer.logs[at]
    wrong = (
        replace(log, topics=(*log.topics, bytes(32))),
        replace(log, topics=log.topics[:-1]),
        replace(log, topics=(bytes(32), *log.topics[1:])),
        replace(log, topics=log.topics[:1]),
        replace(log, data=log.data[:-1]),
        replace(log, data=log.data + bytes(32)),
        replace(log, data=b""),
    )
    for altered in wrong:
        with pytest.raises(FormatError, match=f"log {log.index} of block {log.block}"):
            read_event(altered, issuer.id)
    with pytest.raises(FormatError):
        read_event(log, bytes(32))


@given(st.data())
def test_any_bytes(data: st.DataObject) -> None:
    """Whatever topics and data hold, it is an event of this issuer or a FormatError."""
    _, issuer = every_event()
    log = data.draw(st.sampled_from(issuer.logs))
    topics = data.draw(st.lists(st.sampled_from([*log.topics, bytes(32), b"\xff" * 32]), max_size=4))
    altered = Log(1, 1, tuple(topics), data.draw(st.one_of(st.just(log.data), st.binary(max_size=300))))
    try:
        event = read_event(altered, issuer.id)
    except FormatError:
        return
    assert event.issuer_id == issuer.id
