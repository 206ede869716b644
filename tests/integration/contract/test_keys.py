"""Keys: added with a window and one role, ended never in the past, declared compromised within limits."""

from typing import Any

import pytest
from stage import (
    ANCHOR,
    COLLEGE,
    DAY,
    FOREVER,
    OFFICER,
    SCHOOL,
    STATUS,
    ZERO,
    Refusal,
    Stage,
    Validity,
    digest,
    entry,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("role", [ANCHOR, STATUS, OFFICER])
def test_a_key_added_without_dates_is_good_from_now_on(stage: Stage, role: int) -> None:
    """Zero dates mean from this block, without an end."""
    receipt = stage.send(stage.school, "addKey", SCHOOL, stage.newcomer.address, role, 0, 0)
    window = (stage.time_of(receipt), FOREVER)
    assert stage.read("keyOf", SCHOOL, stage.newcomer.address) == (*window, 0, role)
    (event,) = stage.events(receipt, "KeyAdded")
    assert (event["key"], event["roles"]) == (stage.newcomer.address, role)
    assert (event["notBefore"], event["notAfter"]) == window


def test_a_key_keeps_the_window_it_was_given(stage: Stage) -> None:
    """Dates ahead are stored as given."""
    start, end = stage.later(), stage.later(9 * DAY)
    stage.send(stage.school, "addKey", SCHOOL, stage.newcomer.address, ANCHOR, start, end)
    assert stage.read("keyOf", SCHOOL, stage.newcomer.address) == (start, end, 0, ANCHOR)


def test_a_key_cannot_be_backdated(stage: Stage) -> None:
    """A window that opens in the past is refused."""
    past = stage.now() - DAY
    refused = stage.refusal(stage.school, "addKey", SCHOOL, stage.newcomer.address, ANCHOR, past, 0)
    assert refused[:2] == ("TooEarly", past)
    assert refused[2] >= stage.now()


def test_a_window_must_be_open_for_a_moment(stage: Stage) -> None:
    """A window that ends when it opens, or before, is refused."""
    start = stage.later()
    for end in (start, start - 1, 1):
        refused = stage.refusal(stage.school, "addKey", SCHOOL, stage.newcomer.address, ANCHOR, start, end)
        assert refused == ("TooEarly", end, start + 1)


@pytest.mark.parametrize("roles", [0, 3, 5, 6, 7, 8, 255])
def test_a_key_has_exactly_one_role(stage: Stage, roles: int) -> None:
    """No role, two roles and unknown roles are refused."""
    refused = stage.refusal(stage.school, "addKey", SCHOOL, stage.newcomer.address, roles, 0, 0)
    assert refused == ("InvalidRole", roles)


def test_a_key_is_not_nobody(stage: Stage) -> None:
    """The zero address is what a broken signature recovers to; it can be no key."""
    assert stage.refusal(stage.school, "addKey", SCHOOL, ZERO, ANCHOR, 0, 0) == ("ZeroAddress",)


def test_a_key_is_added_once(stage: Stage) -> None:
    """A key that exists, ended or compromised too, cannot be added again with a cleaner history."""
    key = stage.anchor_key.address
    taken = ("KeyExists", SCHOOL, key)
    assert stage.refusal(stage.school, "addKey", SCHOOL, key, STATUS, 0, 0) == taken
    stage.send(stage.school, "endKey", SCHOOL, key, 0)
    stage.send(stage.school, "declareCompromised", SCHOOL, key, stage.now())
    stage.chain.travel(DAY)
    assert stage.refusal(stage.school, "addKey", SCHOOL, key, ANCHOR, 0, 0) == taken


def test_keys_are_per_issuer(stage: Stage) -> None:
    """Another issuer may register the same address: it occupies nothing, and signs for nobody else."""
    stage.add_key(stage.anchor_key, ANCHOR, COLLEGE, stage.college)
    stage.send(stage.college, "declareCompromised", COLLEGE, stage.anchor_key.address, stage.now())
    stage.anchor(stage.group(entry("a")))
    assert stage.is_valid(entry("a")) == Validity.VALID
    refused = stage.anchor_refusal(stage.group(entry("a"), issuer=COLLEGE))
    assert refused == ("GroupRefused", 0, Refusal.KEY_IS_COMPROMISED)


KEY_CALLS: list[tuple[str, tuple[Any, ...]]] = [("endKey", (0,)), ("declareCompromised", (1,))]


@pytest.mark.parametrize("caller", ["stranger", "college"])
def test_keys_belong_to_the_admin(stage: Stage, caller: str) -> None:
    """A stranger and another issuer's admin can neither add, end nor declare."""
    account = getattr(stage, caller)
    refused = ("NotAdmin", SCHOOL, account.address)
    assert stage.refusal(account, "addKey", SCHOOL, account.address, ANCHOR, 0, 0) == refused
    for call, args in KEY_CALLS:
        assert stage.refusal(account, call, SCHOOL, stage.anchor_key.address, *args) == refused


@pytest.mark.parametrize("caller", ["owner", "department"])
def test_a_registrar_neither_adds_nor_ends_keys(stage: Stage, caller: str) -> None:
    """Owner and registrar may declare a compromise, but put no key in place and take none away."""
    account = getattr(stage, caller)
    refused = ("NotAdmin", SCHOOL, account.address)
    assert stage.refusal(account, "addKey", SCHOOL, account.address, ANCHOR, 0, 0) == refused
    assert stage.refusal(account, "endKey", SCHOOL, stage.anchor_key.address, 0) == refused


@pytest.mark.parametrize(("call", "args"), KEY_CALLS)
def test_key_calls_need_a_key(stage: Stage, call: str, args: tuple[Any, ...]) -> None:
    """Ending or declaring a key the issuer never had names issuer and key."""
    refused = stage.refusal(stage.school, call, SCHOOL, stage.stranger.address, *args)
    assert refused == ("UnknownKey", SCHOOL, stage.stranger.address)


@pytest.mark.parametrize(("call", "args"), [*KEY_CALLS, ("addKey", (ANCHOR, 0, 0))])
def test_key_calls_need_an_issuer(stage: Stage, call: str, args: tuple[Any, ...]) -> None:
    """Keys of an issuer nobody registered do not exist."""
    refused = stage.refusal(stage.school, call, digest("nobody"), stage.anchor_key.address, *args)
    assert refused == ("UnknownIssuer", digest("nobody"))


def test_ending_a_key_ends_it_now(stage: Stage) -> None:
    """Zero ends the window at this block's time, and says so."""
    receipt = stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
    ended = stage.time_of(receipt)
    assert stage.read("keyOf", SCHOOL, stage.anchor_key.address).notAfter == ended
    (event,) = stage.events(receipt, "KeyEnded")
    assert (event["key"], event["notAfter"]) == (stage.anchor_key.address, ended)


def test_a_key_is_never_ended_in_the_past(stage: Stage) -> None:
    """An end before now is refused, so an end never reaches back over anchors already made."""
    past = stage.now() - 1
    refused = stage.refusal(stage.school, "endKey", SCHOOL, stage.anchor_key.address, past)
    assert refused[:2] == ("TooEarly", past)


def test_the_end_of_a_running_key_may_be_moved(stage: Stage) -> None:
    """While its window is open, the end may move closer or further away."""
    key = stage.anchor_key.address
    for end in (stage.later(5 * DAY), stage.later(2 * DAY), stage.later(9 * DAY)):
        stage.send(stage.school, "endKey", SCHOOL, key, end)
        assert stage.read("keyOf", SCHOOL, key).notAfter == end


def test_an_ended_key_stays_ended(stage: Stage) -> None:
    """After its end a key cannot be prolonged."""
    receipt = stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
    stage.chain.travel(DAY)
    refused = stage.refusal(stage.school, "endKey", SCHOOL, stage.anchor_key.address, stage.later())
    assert (refused[0], refused[2]) == ("TooLate", stage.time_of(receipt))


def test_ending_a_key_leaves_its_anchors_good(stage: Stage) -> None:
    """What a key signed in its window stays valid after the window closed."""
    stage.anchor(stage.group(entry("a")))
    stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
    stage.chain.travel(DAY)
    assert stage.is_valid(entry("a")) == Validity.VALID


def test_a_compromise_voids_what_came_after_it(stage: Stage) -> None:
    """An anchor before the declared moment stays valid, one at it or after does not."""
    before = stage.anchor(stage.group(entry("before")))
    stage.chain.travel(DAY)
    after = stage.anchor(stage.group(entry("after")))
    stage.chain.travel(DAY)
    receipt = stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.time_of(after))
    assert stage.time_of(before) < stage.time_of(after)
    assert stage.is_valid(entry("before")) == Validity.VALID
    assert stage.is_valid(entry("after")) == Validity.KEY_COMPROMISED
    (event,) = stage.events(receipt, "KeyCompromised")
    assert (event["key"], event["since"]) == (stage.anchor_key.address, stage.time_of(after))
    assert stage.read("keyOf", SCHOOL, stage.anchor_key.address).compromisedSince == stage.time_of(after)


def test_a_compromise_is_not_declared_ahead(stage: Stage) -> None:
    """A compromise in the future is refused, for admin and registrar alike."""
    for caller in (stage.school, stage.department, stage.owner):
        ahead = stage.later()
        refused = stage.refusal(caller, "declareCompromised", SCHOOL, stage.anchor_key.address, ahead)
        assert refused[:2] == ("TooLate", ahead)


def test_a_compromise_only_moves_earlier(stage: Stage) -> None:
    """A declared compromise is neither lifted nor moved later nor repeated, by anyone."""
    key = stage.anchor_key.address
    stage.chain.travel(3 * DAY)
    first = stage.now() - DAY
    stage.send(stage.school, "declareCompromised", SCHOOL, key, first)
    for caller in (stage.school, stage.department, stage.owner):
        for since in (first, first + 1):
            assert stage.refusal(caller, "declareCompromised", SCHOOL, key, since) == ("TooLate", since, first - 1)
    stage.send(stage.school, "declareCompromised", SCHOOL, key, first - DAY)
    assert stage.refusal(stage.owner, "declareCompromised", SCHOOL, key, 0) == ("TooEarly", 0, 1)


def test_an_admin_reaches_thirty_days_back(stage: Stage) -> None:
    """An issuer cannot disown what it anchored more than thirty days ago."""
    key = stage.anchor_key.address
    stage.anchor(stage.group(entry("a")))
    stage.chain.travel(31 * DAY)
    far = stage.now() - 30 * DAY - 1
    refused = stage.refusal(stage.school, "declareCompromised", SCHOOL, key, far)
    assert refused[:2] == ("TooEarly", far)
    assert far < refused[2] <= far + DAY
    stage.send(stage.school, "declareCompromised", SCHOOL, key, stage.now() - 29 * DAY)
    assert stage.is_valid(entry("a")) == Validity.VALID


@pytest.mark.parametrize("caller", ["owner", "department"])
def test_a_registrar_reaches_back_any_time(stage: Stage, caller: str) -> None:
    """Registrar and owner may date a compromise to the first second of time, but not to none."""
    key = stage.anchor_key.address
    stage.anchor(stage.group(entry("a")))
    assert stage.refusal(getattr(stage, caller), "declareCompromised", SCHOOL, key, 0) == ("TooEarly", 0, 1)
    stage.send(getattr(stage, caller), "declareCompromised", SCHOOL, key, 1)
    assert stage.is_valid(entry("a")) == Validity.KEY_COMPROMISED
    assert stage.refusal(getattr(stage, caller), "declareCompromised", SCHOOL, key, 1) == ("TooLate", 1, 0)


def test_an_ended_key_can_still_be_declared_compromised(stage: Stage) -> None:
    """Ending a key first is no way round the declaration, nor does it widen the thirty days."""
    receipt = stage.anchor(stage.group(entry("a")))
    stage.send(stage.school, "endKey", SCHOOL, stage.anchor_key.address, 0)
    stage.chain.travel(DAY)
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.time_of(receipt))
    assert stage.is_valid(entry("a")) == Validity.KEY_COMPROMISED
