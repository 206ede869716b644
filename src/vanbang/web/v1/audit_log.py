"""The audit log: who did what, each line chained to the one before by its hash."""

from typing import Annotated, Any

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.core.strict_json import parse
from vanbang.ports import AuditEntry
from vanbang.web.answers import Answer
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Hex32, Paging, Shown, Time
from vanbang.web.rights import Right

api = Endpoints("audit log")


class EntryShown(Shown):
    """A line of the log; `facts` holds ids, counts and codes, nothing personal."""

    seq: Annotated[int, Field(ge=1, examples=[1])]
    at: Time
    actor: Annotated[str, Field(examples=["api:" + "a7" * 8])]
    action: Annotated[str, Field(examples=["upload.received"])]
    subject: Annotated[str, Field(examples=["b1" * 16])]
    facts: Annotated[dict[str, Any], Field(examples=[{"size": 3412}])]
    previous: Hex32
    hash: Hex32


class AuditPage(Page[EntryShown]):
    """Lines in order."""


@api.get("/v1/audit-log", Right("audit_log", "read"), takes=Paging, gives=AuditPage)
def read_audit_log(call: Call, query: Paging) -> Answer:
    """Nhật ký kiểm toán / who did what, in order."""
    place = call.place(query)
    found = call.store.audit_entries(place[0] if place else 0, query.limit + 1)
    return call.page(AuditPage, query, found, _shown, lambda item: [item.seq])


def _shown(entry: AuditEntry) -> EntryShown:
    return EntryShown(
        seq=entry.seq,
        at=time_text(entry.at),
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        facts=parse(entry.facts.encode(), "facts"),
        previous=entry.previous.hex(),
        hash=entry.hash.hex(),
    )
