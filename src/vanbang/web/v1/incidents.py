"""What went wrong on the chain, for everybody: a final anchor that is gone is no secret of the one who anchored it."""

from typing import Annotated

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.progress import INCIDENTS, OTHER_INCIDENT
from vanbang.ports import Incident
from vanbang.web.answers import Answer
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints, Public
from vanbang.web.fields import Hex32, Paging, Shown, Time

api = Endpoints("incidents")


class IncidentShown(Shown):
    """An incident. `subject` is a batch (`root` is its), an epoch of status roots, or an account and nonce; `iss` is
    null where it is about no issuer; `ended_at` null: it is not mended yet."""

    id: Annotated[int, Field(examples=[1])]
    kind: Annotated[str, Field(examples=["anchor_gone"])]
    iss: Annotated[str | None, Field(examples=["https://songhong.edu.vn"])]
    subject: Annotated[str, Field(examples=["0d" * 16])]
    root: Hex32 | None
    detail: Annotated[str, Field(examples=[INCIDENTS["anchor_gone"][1]])]
    detail_vi: Annotated[str, Field(examples=[INCIDENTS["anchor_gone"][0]])]
    at: Time
    ended_at: Time | None


class IncidentPage(Page[IncidentShown]):
    """Incidents, oldest first."""


@api.get("/v1/incidents", Public.COUNTED, takes=Paging, gives=IncidentPage, problems=("cursor",))
def list_incidents(call: Call, query: Paging) -> Answer:
    """Sự cố trên chuỗi / incidents on the chain: final anchors that were gone, and when each was mended."""
    place = call.place(query)
    after = int(place[0]) if place else 0
    found = call.store.incidents(after, query.limit + 1)
    return call.page(IncidentPage, query, found, lambda item: _shown(call, item), lambda item: [item.id])


def _shown(call: Call, incident: Incident) -> IncidentShown:
    vietnamese, english = INCIDENTS.get(incident.kind, OTHER_INCIDENT)
    batch = call.store.batch(incident.subject) if incident.kind.startswith("anchor_") else None
    return IncidentShown(
        id=incident.id,
        kind=incident.kind,
        iss=incident.iss or None,
        subject=incident.subject,
        root=batch.root.hex() if batch and batch.root else None,
        detail=english,
        detail_vi=vietnamese,
        at=time_text(incident.at),
        ended_at=None if incident.ended_at is None else time_text(incident.ended_at),
    )
