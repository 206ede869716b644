"""Private links for graduates, as registrars make, renew and withdraw them."""

from typing import Annotated, Final, Literal

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.holding import PrivateLink, make_holder, renew_holder
from vanbang.ports import Holder
from vanbang.ports.holding import RECORDS_OF_HOLDER
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints, NoBody
from vanbang.web.fields import Code, Given, Hex32, NoQuery, Paging, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right
from vanbang.web.v1.credentials import batch_of

api = Endpoints("holders")

READ, WRITE = Right("holders", "read"), Right("holders", "write")
HolderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$", examples=["Qm9vayBvZiBncmFkdWF0ZQ"])]
Credentials = Annotated[list[Hex32], Field(min_length=1, max_length=RECORDS_OF_HOLDER)]
PRIVATE_LINK: Final = "https://vanbang.example/h/Qm9vayBvZiBncmFkdWF0ZQ#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"


class NewHolder(Given):
    """Which credentials one graduate has. `issuer` is only for keys of all institutions: whose link it is; null: of
    all, and then it may lead to credentials of several."""

    credentials: Credentials
    issuer: Code | None = None


class MoreCredentials(Given):
    """What else the graduate has."""

    credentials: Credentials


class HolderShown(Shown):
    """A private link. Who it is for, nobody is told here: it is known by what it leads to."""

    id: HolderId
    issuer: Code | None
    credentials: list[Hex32]
    state: Annotated[Literal["OPEN", "WITHDRAWN"], Field(examples=["OPEN"])]
    created_at: Time
    renewed_at: Annotated[Time | None, Field(examples=[None])]
    withdrawn_at: Annotated[Time | None, Field(examples=[None])]


class NewHolderShown(HolderShown):
    """A link with its key, the part of `url` behind the `#`: it is shown once, and kept nowhere."""

    url: Annotated[str, Field(examples=[PRIVATE_LINK])]


class HolderPage(Page[HolderShown]):
    """Private links by id."""


@api.get("/v1/holders", READ, takes=Paging, gives=HolderPage)
def list_holders(call: Call, query: Paging) -> Answer:
    """Các đường dẫn riêng của người học / private links of graduates."""
    place = call.place(query)
    found = call.store.holders(call.actor.iss, place[0] if place else "", query.limit + 1)
    return call.page(HolderPage, query, found, lambda item: HolderShown(**_members(call, item)), lambda item: [item.id])


@api.get("/v1/holders/{holder_id}", READ, gives=HolderShown)
def read_holder(call: Call, _: NoQuery) -> Answer:
    """Một đường dẫn riêng / a private link."""
    return shown(HolderShown(**_members(call, _holder(call))))


@api.write("POST", "/v1/holders", WRITE, takes=NewHolder, gives=NewHolderShown, status=201, problems=("too_many",))
def make_private_link(call: Call, new: NewHolder) -> Answer:
    """Tạo đường dẫn riêng cho một người học / make a private link to everything a graduate has."""
    iss = call.actor.iss if new.issuer is None else call.institution_in_body(new.issuer).iss
    keys = _keys(call, new.credentials, iss)
    # A crash behind this leaves a link whose key nobody knows; the same request again finds it and gives its URL.
    link = make_holder(call.store, iss, keys, call.now, call.secret_for("holder"))
    return _shown_once(call, link, 201)


@api.write(
    "POST",
    "/v1/holders/{holder_id}/credentials",
    WRITE,
    takes=MoreCredentials,
    gives=HolderShown,
    problems=("too_many", "conflict"),
)
def add_to_private_link(call: Call, more: MoreCredentials) -> Answer:
    """Thêm văn bằng vào đường dẫn riêng / add credentials to a private link."""
    holder = _holder(call)
    call.store.hold(holder.id, _keys(call, more.credentials, holder.iss), call.now)
    return shown(HolderShown(**_members(call, holder)))


@api.write("POST", "/v1/holders/{holder_id}/renewal", WRITE, gives=NewHolderShown, problems=("conflict",))
def renew_private_link(call: Call, _: NoBody) -> Answer:
    """Đổi khóa của đường dẫn riêng / the same link with a new key: the old one lets nobody in from now on."""
    link = renew_holder(call.store, _holder(call).id, call.now, call.secret_for("holder"))
    return _shown_once(call, link, 200)


@api.write("DELETE", "/v1/holders/{holder_id}", WRITE, gives=(), status=204)
def withdraw_private_link(call: Call, _: NoBody) -> Answer:
    """Thu hồi đường dẫn riêng / withdraw a private link; shares made with it stay until they end or are withdrawn."""
    call.store.end_holder(_holder(call).id, call.now)
    return Answer(204)


def _holder(call: Call) -> Holder:
    holder = call.store.holder(call.path["holder_id"])
    if holder is None or not call.reaches(holder.iss):
        raise Refused("not_found")
    return holder


def _keys(call: Call, credentials: list[str], iss: str | None) -> list[bytes]:
    """The blind keys of credentials that this key reaches and this link may lead to. Raises Refused (422)."""
    keys = [bytes.fromhex(credential) for credential in credentials]
    for place, key in enumerate(keys):
        record = call.store.find(key)
        owner = batch_of(call, record).iss if record else None
        if record is None or not call.reaches(owner) or iss not in (None, owner):
            fault = Fault(f"/credentials/{place}", "choice", "Không có văn bằng này.", "There is no such credential.")
            raise Refused("invalid", [fault])
    return keys


def _shown_once(call: Call, link: PrivateLink, status: int) -> Answer:
    holder = call.store.holder(link.id)
    if holder is None:
        raise Refused("not_found")
    answer = NewHolderShown(**_members(call, holder), url=link.url(call.desk.base_url))
    return shown(answer, status, location=f"/v1/holders/{link.id}", kept=False)


def _members(call: Call, holder: Holder) -> dict[str, object]:
    return {
        "id": holder.id,
        "issuer": call.code_of(holder.iss),
        "credentials": [key.hex() for key in call.store.held(holder.id)],
        "state": "OPEN" if holder.ended_at is None else "WITHDRAWN",
        "created_at": time_text(holder.created_at),
        "renewed_at": None if holder.renewed_at is None else time_text(holder.renewed_at),
        "withdrawn_at": None if holder.ended_at is None else time_text(holder.ended_at),
    }
