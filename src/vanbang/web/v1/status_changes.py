"""Changes of status: one person proposes, another decides, the next status root carries them."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Final, Literal, cast

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import ChangesRefused, decide, decide_all, propose, propose_all
from vanbang.notary.following import Step, whereabouts
from vanbang.ports import Conflict, StatusChange
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Code, Given, Hex32, Line, NoQuery, Paging, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right
from vanbang.web.v1.credentials import Status

api = Endpoints("status changes")

READ = Right("status_changes", "read")
TOGETHER: Final = 1_000
"""Changes in one request; any number of requests goes into one status root."""
MOST_FAULTS: Final = 100
ChangeId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["2c" * 16])]
Edition = Annotated[int, Field(ge=1, le=99_999, examples=[1])]
State = Literal["PROPOSED", "APPROVED", "APPLIED", "REJECTED"]
Reason = Literal[
    "issued_in_error", "fraud", "wrong_data", "decision_withdrawn", "under_review", "review_ended", "replaced"
]
Paper = Annotated[
    Line, Field(max_length=200, examples=["QĐ 123/QĐ-ĐHBK 10/06/2026"], description="Số quyết định / the decision")
]


class NewChange(Given):
    """A change of one credential's status, and the decision it rests on."""

    credential: Hex32
    status: Annotated[Status, Field(examples=["revoked"])]
    reason: Annotated[Reason, Field(examples=["issued_in_error"])]
    decision: Paper
    edition: Annotated[Edition | None, Field(description="The newest edition if none is named")] = None


class NewChanges(Given):
    """Changes proposed together, all or none; each credential once."""

    changes: Annotated[list[NewChange], Field(min_length=1, max_length=TOGETHER)]


class Decisions(Given):
    """What a second person says of several proposals, all or none: of exactly those he names."""

    changes: Annotated[list[ChangeId], Field(min_length=1, max_length=TOGETHER)]
    decision: Annotated[Literal["approve", "reject"], Field(examples=["approve"])]


class Decision(Given):
    """What a second person says of a proposal."""

    decision: Annotated[Literal["approve", "reject"], Field(examples=["approve"])]


class ChangeShown(Shown):
    """A change of status. APPLIED: it is in a status root on its way to the registry."""

    id: Annotated[str, Field(examples=["2c" * 16])]
    credential: Hex32
    issuer: Code
    status: Annotated[Status, Field(examples=["revoked"])]
    reason: Annotated[Reason, Field(examples=["issued_in_error"])]
    decision: Annotated[str, Field(examples=["QĐ 123/QĐ-ĐHBK 10/06/2026"])]
    state: Annotated[State, Field(examples=["PROPOSED"])]
    proposed_by: Annotated[str, Field(examples=["api:" + "a7" * 8])]
    proposed_at: Time
    decided_by: Annotated[str | None, Field(examples=[None])]
    decided_at: Annotated[Time | None, Field(examples=[None])]


class Whereabouts(Shown):
    """How far a change has come. LISTED: in our status list; WAITING: in a status root that is not sent yet; FINAL: the
    registry has that root for good, in `block`."""

    step: Annotated[Step, Field(examples=["FINAL"])]
    epoch: Annotated[int | None, Field(examples=[7])]
    block: Annotated[int | None, Field(examples=[81_234_567])]


class ChangeFollowed(ChangeShown):
    """A change of status, and where it is."""

    whereabouts: Whereabouts


class ChangesShown(Shown):
    """Several changes, by their ids, in the order they were named."""

    state: Annotated[State, Field(examples=["PROPOSED"])]
    changes: list[ChangeId]


class ChangePage(Page[ChangeShown]):
    """Changes by id."""


class ChangeQuery(Paging):
    """Which changes."""

    state: State | None = None
    issuer: Code | None = None
    decision: Paper | None = None
    credential: Hex32 | None = None


@api.get("/v1/status-changes", READ, takes=ChangeQuery, gives=ChangePage)
def list_status_changes(call: Call, query: ChangeQuery) -> Answer:
    """Các đề nghị đổi tình trạng / changes of status."""
    place = call.place(query)
    iss = call.actor.iss if query.issuer is None else call.known_institution(query.issuer).iss
    after = place[0] if place else ""
    if query.credential is not None:
        found = _of_credential(call, query, iss, after)
    else:
        states = (query.state,) if query.state else ()
        found = call.store.changes(iss, states, after, query.limit + 1, query.decision)
    return call.page(ChangePage, query, found, lambda item: _shown(call, item), lambda item: [item.id])


def _of_credential(call: Call, query: ChangeQuery, iss: str | None, after: str) -> Sequence[StatusChange]:
    """The changes of all editions of one credential, behind `after`, by id."""
    records = [record.id for record in call.store.editions(bytes.fromhex(query.credential or ""))]
    wanted = (
        change
        for change in call.store.changes_of(records)
        if change.id > after
        and (iss is None or change.iss == iss)
        and query.state in (None, change.state)
        and query.decision in (None, change.decision)
    )
    return sorted(wanted, key=lambda change: change.id)


@api.get("/v1/status-changes/{change_id}", READ, gives=ChangeFollowed)
def read_status_change(call: Call, _: NoQuery) -> Answer:
    """Một đề nghị đổi tình trạng, đã tới đâu / a change of status, and where it is."""
    change = _change(call)
    where = whereabouts(call.store, call.desk.objects, change)
    told = Whereabouts(step=where.step, epoch=where.epoch, block=where.block)
    return shown(ChangeFollowed(**_shown(call, change).model_dump(), whereabouts=told))


@api.write(
    "POST",
    "/v1/status-changes",
    Right("status_changes", "write"),
    takes=NewChange,
    gives=ChangeShown,
    status=201,
    problems=("conflict",),
)
def propose_status_change(call: Call, new: NewChange) -> Answer:
    """Đề nghị đổi tình trạng / propose a change; it needs another person's approval."""
    change = _asked(call, new, call.new_id())
    if change is None:
        raise Refused("invalid", [_no_credential("/credential")])
    proposed = propose(call.store, change)
    return shown(_shown(call, proposed), 201, location=f"/v1/status-changes/{proposed.id}")


@api.write(
    "POST",
    "/v1/status-changes/bulk",
    Right("status_changes", "write"),
    takes=NewChanges,
    gives=ChangesShown,
    status=201,
    problems=("conflict",),
)
def propose_status_changes(call: Call, given: NewChanges) -> Answer:
    """Đề nghị nhiều thay đổi, tất cả hoặc không / propose several changes, all or none."""
    seed = call.secret_for("id")
    names = [sha256(seed + number.to_bytes(4, "big")).hexdigest()[:32] for number in range(len(given.changes))]
    asked = [_asked(call, new, name) for new, name in zip(given.changes, names, strict=True)]
    unknown = [_no_credential(f"/changes/{place}/credential") for place, change in enumerate(asked) if change is None]
    if unknown:
        raise Refused("invalid", unknown[:MOST_FAULTS])
    try:
        propose_all(call.store, [change for change in asked if change is not None])
    except ChangesRefused as error:
        told = list(error.obstacles.items())[:MOST_FAULTS]
        faults = [Fault(f"/changes/{place}", "conflict", vi, en) for place, (vi, en) in told]
        raise Refused("invalid", faults) from error
    return shown(ChangesShown(state="PROPOSED", changes=names), 201)


@api.write(
    "POST",
    "/v1/status-changes/bulk-decision",
    Right("decisions", "write"),
    takes=Decisions,
    gives=ChangesShown,
    problems=("conflict",),
)
def decide_status_changes(call: Call, given: Decisions) -> Answer:
    """Duyệt hay bác nhiều đề nghị, tất cả hoặc không / approve or reject several, all or none."""
    known = {name: call.store.change(name) for name in given.changes}
    unknown = [
        Fault(f"/changes/{place}", "choice", "Không có đề nghị này.", "There is no such change.")
        for place, name in enumerate(given.changes)
        if (change := known[name]) is None or not call.reaches(change.iss)
    ]
    if unknown:
        raise Refused("invalid", unknown[:MOST_FAULTS])
    state: Literal["APPROVED", "REJECTED"] = "APPROVED" if given.decision == "approve" else "REJECTED"
    decide_all(call.store, given.changes, state, f"api:{call.actor.id}", call.now)
    return shown(ChangesShown(state=state, changes=given.changes))


@api.write(
    "POST",
    "/v1/status-changes/{change_id}/decision",
    Right("decisions", "write"),
    takes=Decision,
    gives=ChangeShown,
    problems=("conflict",),
)
def decide_status_change(call: Call, given: Decision) -> Answer:
    """Duyệt hay bác đề nghị / approve or reject: by another API key than the proposer's."""
    change, by = _change(call), f"api:{call.actor.id}"
    if change.proposed_by == by:
        raise Conflict("who proposed a change cannot decide it: four eyes")
    state: Literal["APPROVED", "REJECTED"] = "APPROVED" if given.decision == "approve" else "REJECTED"
    return shown(_shown(call, decide(call.store, change.id, state, by, call.now)))


def _asked(call: Call, new: NewChange, name: str) -> StatusChange | None:
    """The change that a body asks for; None if there is no such credential, or it is another institution's."""
    record = call.store.find(bytes.fromhex(new.credential), new.edition)
    batch = call.store.batch(record.batch_id) if record else None
    if record is None or batch is None or not call.reaches(batch.iss):
        return None
    status = CredentialStatus[new.status.upper()]
    by = f"api:{call.actor.id}"
    return StatusChange(name, batch.iss, record.id, status, new.reason, new.decision, by, call.now)


def _no_credential(pointer: str) -> Fault:
    return Fault(pointer, "choice", "Không có văn bằng này.", "There is no such credential.")


def _change(call: Call) -> StatusChange:
    change = call.store.change(call.path["change_id"])
    if change is None or not call.reaches(change.iss):
        raise Refused("not_found")
    return change


def _shown(call: Call, change: StatusChange) -> ChangeShown:
    record = call.store.record(change.record)
    return ChangeShown.model_construct(
        id=change.id,
        credential=record.key.hex() if record else "",
        issuer=call.code_of(change.iss) or "",
        status=cast(Status, CredentialStatus(change.status).name.lower()),
        reason=cast(Reason, change.reason),
        decision=change.decision,
        state=change.state,
        proposed_by=change.proposed_by,
        proposed_at=time_text(change.proposed_at),
        decided_by=change.approved_by or None,
        decided_at=None if change.approved_at is None else time_text(change.approved_at),
    )
