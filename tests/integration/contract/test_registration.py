"""Registering, naming and standing: what the owner and the registrars of a branch may do."""

from typing import Any

import pytest
from stage import COLLEGE, DEPARTMENT, NOTHING, SCHOOL, ZERO, Refusal, Stage, Standing, Validity, digest, entry

pytestmark = pytest.mark.slow


def registration(stage: Stage, **changed: Any) -> tuple[Any, ...]:
    fields: dict[str, Any] = {
        "parent": NOTHING,
        "iss": "did:web:new.example.vn",
        "code": "NEW",
        "name": "Trường Mới",
        "admin": stage.newcomer.address,
        "registrar": False,
    }
    return tuple((fields | changed).values())


def test_an_issuer_is_found_under_the_hash_of_its_identifier(stage: Stage) -> None:
    """issuerId is SHA-256 of iss, and the record holds exactly what was registered."""
    receipt = stage.send(stage.owner, "registerIssuer", *registration(stage))
    issuer = stage.read("issuerOf", digest("did:web:new.example.vn"))
    assert (issuer.admin, issuer.standing, issuer.seq) == (stage.newcomer.address, Standing.ACTIVE, 1)
    assert (issuer.lastBlock, issuer.parent, issuer.registrar) == (receipt["blockNumber"], NOTHING, False)
    assert (issuer.voidSince, issuer.pendingAdmin, issuer.successor) == (0, ZERO, NOTHING)


def test_registration_is_announced_in_full(stage: Stage) -> None:
    """The event carries iss, code and name, for iss is kept nowhere else."""
    receipt = stage.send(stage.owner, "registerIssuer", *registration(stage, registrar=True))
    (event,) = stage.events(receipt, "IssuerRegistered")
    assert dict(event) == {
        "issuerId": digest("did:web:new.example.vn"),
        "parent": NOTHING,
        "admin": stage.newcomer.address,
        "registrar": True,
        "iss": "did:web:new.example.vn",
        "code": "NEW",
        "name": "Trường Mới",
        "seq": 1,
        "previousBlock": 0,
    }


def test_a_registrar_registers_below_itself(stage: Stage) -> None:
    """The admin of an active registrar registers children, which never become registrars."""
    stage.send(stage.department, "registerIssuer", *registration(stage, parent=DEPARTMENT))
    issuer = stage.read("issuerOf", digest("did:web:new.example.vn"))
    assert (issuer.parent, issuer.registrar) == (DEPARTMENT, False)


def test_every_issuer_is_listed_in_the_order_of_registration(stage: Stage) -> None:
    """Root issuers and children stand in one list; a refused registration adds nothing to it."""
    assert stage.read("issuersFrom", 0, 10) == [DEPARTMENT, SCHOOL, COLLEGE]
    stage.send(stage.department, "registerIssuer", *registration(stage, parent=DEPARTMENT))
    stage.refusal(stage.department, "registerIssuer", *registration(stage, parent=DEPARTMENT))
    assert stage.read("issuerCount") == 4
    assert stage.read("issuersFrom", 3, 1) == [digest("did:web:new.example.vn")]


@pytest.mark.parametrize(
    ("start", "limit", "first", "end"),
    [
        (0, 2, 0, 2),
        (1, 1, 1, 2),
        (1, 2**256 - 1, 1, 3),
        (2, 5, 2, 3),
        (0, 0, 0, 0),
        (3, 1, 3, 3),
        (2**256 - 1, 1, 3, 3),
    ],
)
def test_a_page_of_issuers_ends_where_the_list_ends(stage: Stage, start: int, limit: int, first: int, end: int) -> None:
    """A page is at most as long as asked for, shorter at the end, empty beyond it, and never refused."""
    assert stage.read("issuersFrom", start, limit) == [DEPARTMENT, SCHOOL, COLLEGE][first:end]


@pytest.mark.parametrize(
    ("caller", "changed", "error"),
    [
        ("stranger", {}, "NotOwner"),
        ("department", {}, "NotOwner"),
        ("department", {"parent": DEPARTMENT, "registrar": True}, "NotOwner"),
    ],
)
def test_only_the_owner_makes_root_issuers_and_registrars(
    stage: Stage, caller: str, changed: dict[str, Any], error: str
) -> None:
    """Nobody but the owner registers a root issuer or grants the registrar flag."""
    account = getattr(stage, caller)
    assert stage.refusal(account, "registerIssuer", *registration(stage, **changed)) == (error, account.address)


@pytest.mark.parametrize(
    ("caller", "parent", "registrar"),
    [
        ("owner", DEPARTMENT, False),
        ("owner", DEPARTMENT, True),
        ("stranger", DEPARTMENT, False),
        ("school", SCHOOL, False),
        ("college", COLLEGE, False),
    ],
)
def test_children_come_from_their_registrar_alone(stage: Stage, caller: str, parent: bytes, registrar: bool) -> None:
    """Neither the owner, nor a stranger, nor the admin of an issuer without the flag registers children."""
    account = getattr(stage, caller)
    refused = stage.refusal(account, "registerIssuer", *registration(stage, parent=parent, registrar=registrar))
    assert refused == ("NotRegistrar", parent, account.address)


def test_an_owner_who_is_a_registrar_makes_no_registrars_below(stage: Stage) -> None:
    """Even the owner, as admin of a department, grants no child the registrar flag: two levels is all there are."""
    stage.send(stage.department, "transferAdmin", DEPARTMENT, stage.owner.address)
    stage.send(stage.owner, "acceptAdmin", DEPARTMENT)
    refused = stage.refusal(stage.owner, "registerIssuer", *registration(stage, parent=DEPARTMENT, registrar=True))
    assert refused == ("NotRegistrar", DEPARTMENT, stage.owner.address)
    stage.send(stage.owner, "registerIssuer", *registration(stage, parent=DEPARTMENT))


def test_a_suspended_registrar_registers_nobody(stage: Stage) -> None:
    """A registrar that is not active has no power over its branch."""
    stage.send(stage.owner, "setStanding", DEPARTMENT, Standing.SUSPENDED)
    refused = stage.refusal(stage.department, "registerIssuer", *registration(stage, parent=DEPARTMENT))
    assert refused == ("NotRegistrar", DEPARTMENT, stage.department.address)
    refused = stage.refusal(stage.department, "setStanding", SCHOOL, Standing.CLOSED)
    assert refused == ("NotRegistrar", SCHOOL, stage.department.address)


def test_a_parent_must_exist(stage: Stage) -> None:
    """Registering under an unknown parent is refused with its id."""
    refused = stage.refusal(stage.stranger, "registerIssuer", *registration(stage, parent=digest("nobody")))
    assert refused == ("UnknownIssuer", digest("nobody"))


def test_an_identifier_is_taken_once(stage: Stage) -> None:
    """A second registration of the same iss is refused, whoever asks."""
    again = registration(stage, iss="did:web:school.example.vn")
    assert stage.refusal(stage.owner, "registerIssuer", *again) == ("IssuerExists", SCHOOL)


def test_an_issuer_needs_an_admin(stage: Stage) -> None:
    """The zero address cannot be admin."""
    assert stage.refusal(stage.owner, "registerIssuer", *registration(stage, admin=ZERO)) == ("ZeroAddress",)


LIMITS = [("iss", 255), ("code", 64), ("name", 300)]


@pytest.mark.parametrize(("field", "limit"), LIMITS)
def test_texts_have_limits(stage: Stage, field: str, limit: int) -> None:
    """Each text is 1 byte to its limit, counted in UTF-8."""
    assert stage.refusal(stage.owner, "registerIssuer", *registration(stage, **{field: ""})) == ("EmptyText",)
    longest = "Đ" * (limit // 2) + "D" * (limit % 2)
    refused = stage.refusal(stage.owner, "registerIssuer", *registration(stage, **{field: longest + "D"}))
    assert refused == ("TextTooLong", limit + 1, limit)
    stage.send(stage.owner, "registerIssuer", *registration(stage, **{field: longest}))


@pytest.mark.parametrize("caller", ["owner", "department"])
def test_a_new_name_keeps_the_old_one_readable(stage: Stage, caller: str) -> None:
    """Renaming appends: every name stays with the time from which it was in force."""
    (first,) = stage.read("namesOf", SCHOOL)
    receipt = stage.send(getattr(stage, caller), "renameIssuer", SCHOOL, "NEW", "Trường Đổi Tên")
    names = stage.read("namesOf", SCHOOL)
    assert names == [first, (stage.time_of(receipt), "NEW", "Trường Đổi Tên")]
    assert first[1:] == ("SCHOOL", "Trường school")
    (event,) = stage.events(receipt, "IssuerRenamed")
    assert (event["issuerId"], event["code"], event["name"]) == (SCHOOL, "NEW", "Trường Đổi Tên")


@pytest.mark.parametrize(
    ("code", "name", "error"),
    [
        ("", "n", ("EmptyText",)),
        ("c", "", ("EmptyText",)),
        ("c" * 65, "n", ("TextTooLong", 65, 64)),
        ("c", "n" * 301, ("TextTooLong", 301, 300)),
    ],
)
def test_new_names_obey_the_limits(stage: Stage, code: str, name: str, error: tuple[Any, ...]) -> None:
    """The limits of registration hold for renaming."""
    assert stage.refusal(stage.owner, "renameIssuer", SCHOOL, code, name) == error


REGISTRAR_CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("renameIssuer", ("C", "N")),
    ("setStanding", (Standing.SUSPENDED,)),
    ("declareVoid", (1,)),
    ("replaceAdmin", (ZERO,)),
    ("appointSuccessor", (NOTHING,)),
]


@pytest.mark.parametrize(("call", "args"), REGISTRAR_CALLS)
def test_registrar_calls_are_for_registrars(stage: Stage, call: str, args: tuple[Any, ...]) -> None:
    """A stranger, the issuer's own admin and the admin of another branch are refused; owner and registrar are not."""
    for caller in (stage.stranger, stage.school, stage.college):
        assert stage.refusal(caller, call, SCHOOL, *args) == ("NotRegistrar", SCHOOL, caller.address)
    refused = stage.refusal(stage.department, call, COLLEGE, *args)
    assert refused == ("NotRegistrar", COLLEGE, stage.department.address)
    stage.send(stage.department, call, SCHOOL, *args)
    stage.send(stage.owner, call, COLLEGE, *args)


@pytest.mark.parametrize(("call", "args"), REGISTRAR_CALLS)
def test_registrar_calls_need_a_registered_issuer(stage: Stage, call: str, args: tuple[Any, ...]) -> None:
    """Even the owner cannot act on an issuer nobody registered."""
    assert stage.refusal(stage.owner, call, digest("nobody"), *args) == ("UnknownIssuer", digest("nobody"))


def test_standing_changes_to_something_else_and_back(stage: Stage) -> None:
    """Suspended, closed and active again; each change is an event, none is repeated."""
    for standing in (Standing.SUSPENDED, Standing.CLOSED, Standing.ACTIVE):
        receipt = stage.send(stage.department, "setStanding", SCHOOL, standing)
        assert stage.read("issuerOf", SCHOOL).standing == standing
        assert [event["standing"] for event in stage.events(receipt, "StandingChanged")] == [standing]
        refused = stage.refusal(stage.department, "setStanding", SCHOOL, standing)
        assert refused == ("SameStanding", SCHOOL, standing)


def test_no_issuer_becomes_unknown_again(stage: Stage) -> None:
    """Standing Unknown cannot be set: it would let the identifier be registered twice."""
    refused = stage.refusal(stage.owner, "setStanding", SCHOOL, Standing.UNKNOWN)
    assert refused == ("InvalidStanding", Standing.UNKNOWN)


def test_suspension_does_not_cascade(stage: Stage) -> None:
    """A suspended department's school goes on anchoring; only the department itself is stopped."""
    stage.send(stage.owner, "setStanding", DEPARTMENT, Standing.SUSPENDED)
    stage.anchor(stage.group(entry("a")))
    assert stage.is_valid(entry("a")) == Validity.VALID
    refused = stage.anchor_refusal(stage.group(entry("a"), issuer=DEPARTMENT))
    assert refused == ("GroupRefused", 0, Refusal.ISSUER_NOT_ACTIVE)


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.CLOSED])
def test_standing_leaves_old_anchors_alone(stage: Stage, standing: Standing) -> None:
    """An anchor made before stays valid after the issuer is suspended or closed."""
    stage.anchor(stage.group(entry("a")))
    stage.send(stage.department, "setStanding", SCHOOL, standing)
    assert stage.is_valid(entry("a")) == Validity.VALID
    assert stage.read("dossierOf", SCHOOL, *entry("a")).standing == standing
