"""The state that events make."""

from dataclasses import replace

import pytest

from chronicles import ADMIN, Issuer, account, every_event, time_of, word
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.events import (
    Anchored,
    BatchRevoked,
    Event,
    IssuerVoided,
    KeyAdded,
    KeyEnded,
    StandingChanged,
    StatusRootSet,
    read_event,
)
from vanbang.core.chronicle.replaying import Replay
from vanbang.core.registry import Anchor


def replayed(issuer: Issuer) -> tuple[Replay, dict[AnchorKey, Anchor], list[str]]:
    record, anchors, words = Replay(), {}, []
    for log in issuer.logs:
        event = read_event(log, issuer.id)
        time = time_of(event.block)
        if isinstance(event, StatusRootSet):
            assert record.set_status(event, time)
        elif isinstance(event, Anchored):
            anchors[event.anchor_key], told = record.anchor(event, time, anchors.get(event.anchor_key))
            words.append(told)
        else:
            words.append(record.apply(event, time))
    return record, anchors, words


def test_the_whole_life() -> None:
    """Events make the registry's state: record, names, keys, revocations, anchors; and nobody did what he may not."""
    _, issuer = every_event()
    record, anchors, words = replayed(issuer)
    assert replace(record.view, head=issuer.view.head) == issuer.view
    assert (record.iss, record.names, record.keys) == ("school.example", issuer.names, issuer.keys)
    assert (record.revocations, anchors) == (issuer.revocations, issuer.anchors)
    assert set(words) == {""}


def test_what_counts() -> None:
    """An anchor by a compromised key, of a void issuer, or revoked is undone; made again by a good key it stands."""
    _, issuer = every_event()
    record, anchors, _ = replayed(issuer)
    by_root = {key.root: (anchor, key.root) for key, anchor in anchors.items()}
    assert not record.counts(*by_root[word("root a")])
    assert record.counts(*by_root[word("root b")])
    assert not record.counts(*by_root[word("root c")])
    event = IssuerVoided(99, issuer.id, issuer.view.seq + 1, issuer.view.last_block, time_of(1))
    record.apply(event, time_of(99))
    assert not record.counts(*by_root[word("root b")])


def test_a_revocation_by_a_thief() -> None:
    """A revocation counts for nothing once its revoker's key is compromised by then."""
    _, issuer = every_event()
    record, _, _ = replayed(issuer)
    good = Anchor(account("anchor 2"), time_of(30), 30, 1)
    assert not record.counts(good, word("root a"))
    record.keys[account("status")] = replace(record.keys[account("status")], compromised_since=1)
    assert record.counts(good, word("root a"))


LINK = (50, word("school.example"), 40, 49)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (KeyAdded(*LINK, account("anchor"), 1, 1, 2), "key_known"),
        (KeyEnded(*LINK, account("nobody"), 1), "key_unknown"),
        (BatchRevoked(*LINK, word("root b"), account("anchor 2")), "actor_not_allowed"),
        (BatchRevoked(*LINK, word("root b"), account("nobody")), "actor_not_allowed"),
    ],
)
def test_what_the_contract_never_writes(event: Event, said: str) -> None:
    """Each event that the contract would have refused is told by a word."""
    record, _, _ = replayed(every_event()[1])
    assert record.apply(event, time_of(50)) == said


def test_an_anchor_taken_as_something_else() -> None:
    """An anchor given to `apply` changes nothing but the number of events."""
    record, _, _ = replayed(every_event()[1])
    before = record.view
    assert record.apply(anchored("anchor 2"), time_of(50)) == ""
    assert record.view == replace(before, seq=40, last_block=50)


def anchored(signer: str) -> Anchored:
    return Anchored(*LINK, word("root b"), 7, word("manifest b"), account(signer))


def test_anchors_that_the_contract_never_writes() -> None:
    """An anchor by an ended key, by one of another role, of a suspended or void issuer, or over a good one is told."""
    record, anchors, _ = replayed(every_event()[1])
    before = next(anchor for key, anchor in anchors.items() if key.root == word("root b"))
    assert record.anchor(anchored("anchor 2"), time_of(50), None)[1] == "actor_not_allowed"
    assert record.anchor(anchored("status"), time_of(50), None)[1] == "actor_not_allowed"
    assert record.anchor(anchored("status"), time_of(50), before)[1] == "anchored_twice"
    record.keys[account("anchor 3")] = replace(record.keys[account("anchor 2")], not_after=time_of(99))
    assert record.anchor(anchored("anchor 3"), time_of(50), None) == (
        Anchor(account("anchor 3"), time_of(50), 50, 1),
        "",
    )
    record.apply(StandingChanged(*LINK, 2), time_of(50))
    assert record.anchor(anchored("anchor 3"), time_of(50), None)[1] == "actor_not_allowed"
    assert record.anchor(anchored("anchor 3"), 1, replace(before, signer=account("anchor"), state=255))[0].state == 255


def test_setters_of_status_roots() -> None:
    """A status root set outside the window of its key, or by a key of another role, is told; so are unknown keys."""
    record, _, _ = replayed(every_event()[1])
    event = StatusRootSet(50, word("school.example"), 5, word("x"), account("status"), 40)
    assert record.set_status(event, time_of(50))
    assert not record.set_status(event, 1)
    assert not record.set_status(replace(event, setter=account("officer")), time_of(50))
    assert record.key(ADMIN).role == 0
