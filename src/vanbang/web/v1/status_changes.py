"""Changes of status: one person proposes, another decides, the next status root carries them."""

from typing import Annotated, Literal, cast

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import decide, propose
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


class ChangePage(Page[ChangeShown]):
    """Changes by id."""


class ChangeQuery(Paging):
    """Which changes."""

    state: State | None = None
    issuer: Code | None = None


@api.get("/v1/status-changes", READ, takes=ChangeQuery, gives=ChangePage)
def list_status_changes(call: Call, query: ChangeQuery) -> Answer:
    """Các đề nghị đổi tình trạng / changes of status."""
    place = call.place(query)
    iss = call.actor.iss if query.issuer is None else call.known_institution(query.issuer).iss
    states = (query.state,) if query.state else ("PROPOSED", "APPROVED", "APPLIED", "REJECTED")
    found = call.store.changes(iss, states, place[0] if place else "", query.limit + 1)
    return call.page(ChangePage, query, found, lambda item: _shown(call, item), lambda item: [item.id])


@api.get("/v1/status-changes/{change_id}", READ, gives=ChangeShown)
def read_status_change(call: Call, _: NoQuery) -> Answer:
    """Một đề nghị đổi tình trạng / a change of status."""
    return shown(_shown(call, _change(call)))


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
    record = call.store.find(bytes.fromhex(new.credential))
    batch = call.store.batch(record.batch_id) if record else None
    if record is None or batch is None or not call.reaches(batch.iss):
        fault = Fault("/credential", "choice", "Không có văn bằng này.", "There is no such credential.")
        raise Refused("invalid", [fault])
    status = CredentialStatus[new.status.upper()]
    change = StatusChange(
        call.new_id(), batch.iss, record.id, status, new.reason, new.decision, f"api:{call.actor.id}", call.now
    )
    proposed = propose(call.store, change)
    return shown(_shown(call, proposed), 201, location=f"/v1/status-changes/{proposed.id}")


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
