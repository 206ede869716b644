"""Shares of a credential: proof URLs made, listed and withdrawn, and the ciphertexts behind them."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.holding import VISITOR_WITHIN, opened_text, sealed_text
from vanbang.notary.publishing import share
from vanbang.ports import Conflict, Maker, Purpose, StoredShare
from vanbang.web.answers import UNKEPT, Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import OCTETS, Endpoints, Public
from vanbang.web.fields import Given, Line, NoQuery, Paging, Shown, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right
from vanbang.web.v1.credentials import credential_file, sealed_record

api = Endpoints("shares")

READ, WRITE = Right("shares", "read"), Right("shares", "write")
DAY: Final = int(timedelta(days=1).total_seconds())
ShareId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$", examples=["SmhHmzQGosbrmiNtsexLYg"])]
ShareState = Literal["OPEN", "EXPIRED", "WITHDRAWN"]
ForPurpose = Annotated[Purpose | None, Field(examples=["job"], description="null: không nêu / not said")]
Days = Annotated[
    int | None, Field(ge=1, le=3_650, examples=[30], description="Số ngày; null: vĩnh viễn / null: for ever")
]
PROOF_URL = "https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"
UNCOUNTED: Final = frozenset({"prefetch", "preview", "prerender"})
"""`Sec-Purpose` (Fetch Standard) and `Purpose` of requests that no person waits for."""
EXPOSED: Final = {"Access-Control-Expose-Headers": "Vanbang-Share-Purpose, Vanbang-Share-Expires"}


class NewShare(Given):
    """What it is for and how long it leads anywhere. The body may be left out: no purpose, for ever."""

    purpose: ForPurpose = None
    days: Days = None


class Visitor(Given):
    """Who looks at a diploma, in his own words, if he wants the holder to know."""

    name: Annotated[Line, Field(max_length=100, examples=["Công ty Cổ phần Sao Mai, phòng Nhân sự"])]


class NewShareShown(Shown):
    """A new share. The part of `url` behind the `#` is the key: it is shown once, and kept nowhere."""

    id: ShareId
    url: Annotated[str, Field(examples=[PROOF_URL])]
    purpose: ForPurpose
    created_at: Time
    expires_at: Time | None


class ShareShown(Shown):
    """A share, ended ones too. Who opened it and when is the holder's matter."""

    id: ShareId
    purpose: ForPurpose
    made_by: Annotated[Maker, Field(examples=["registrar"])]
    state: Annotated[ShareState, Field(examples=["OPEN"])]
    created_at: Time
    expires_at: Time | None
    withdrawn_at: Time | None


class SharePage(Page[ShareShown]):
    """Shares of a credential, oldest first."""


@api.get("/v1/credentials/{credential_id}/shares", READ, takes=Paging, gives=SharePage)
def list_shares(call: Call, query: Paging) -> Answer:
    """Các đường dẫn kiểm tra đã tạo / shares of a credential."""
    place = call.place(query)
    found = list(call.store.shares(sealed_record(call).key))
    found = [item for item in found if place is None or (item.created_at, item.id) > (place[0], place[1])]
    return call.page(
        SharePage,
        query,
        found,
        lambda item: ShareShown(**share_members(item, call.now)),
        lambda item: [item.created_at, item.id],
    )


@api.write(
    "POST",
    "/v1/credentials/{credential_id}/shares",
    WRITE,
    takes=NewShare,
    optional=True,
    gives=NewShareShown,
    status=201,
    problems=("not_issued", "too_many"),
)
def make_share(call: Call, given: NewShare) -> Answer:
    """Tạo đường dẫn kiểm tra / make a proof URL."""
    record = sealed_record(call)
    until = end_of(call.now, given.days)
    # A crash behind this leaves a share whose key nobody knows; the same request again finds it and gives its URL.
    file, seed = credential_file(call, record), call.secret_for("share")
    made = share(call.store, record.id, file, call.now, seed, given.purpose, until)
    answer = NewShareShown(
        id=made.id,
        url=made.url(call.desk.base_url),
        purpose=given.purpose,
        created_at=time_text(call.now),
        expires_at=None if until is None else time_text(until),
    )
    return shown(answer, 201, location=f"/v1/shares/{made.id}", kept=False)


@api.write(
    "DELETE",
    "/v1/credentials/{credential_id}/shares/{share_id}",
    WRITE,
    gives=(),
    status=204,
)
def withdraw_share(call: Call, _: object) -> Answer:
    """Thu hồi đường dẫn / withdraw a share: whoever opens its proof URL reads that it was withdrawn."""
    record = sealed_record(call)
    try:
        call.store.withdraw_share(record.key, call.path["share_id"], call.now)
    except Conflict as error:
        raise Refused("not_found") from error
    return Answer(204)


@api.get(
    "/v1/shares/{share_id}",
    Public.COUNTED,
    gives=(OCTETS,),
    anywhere=True,  # verifiers on other hosts or on a disk: without its key a ciphertext says nothing
    problems=("share_expired", "share_withdrawn"),
)
def read_share(call: Call, _: NoQuery) -> Answer:
    """Bản mã sau đường dẫn kiểm tra / the ciphertext behind a proof URL: `iv || ciphertext || tag`. The key is not
    here: it is in the URL's fragment. To read it is an opening, which the holder sees; HEAD is not."""
    kept, ciphertext = open_share(call)
    if not call.is_head and call.headers.get("sec-purpose", "").partition(";")[0] not in UNCOUNTED:
        # A person is shown the diploma although another writer, or the database itself, holds the count up.
        call.office.counting.soon(partial(call.store.open_share, kept.id, call.now))
    said = {"Vanbang-Share-Purpose": kept.purpose, "Vanbang-Share-Expires": _time(kept.expires_at)}
    headers = {name: value for name, value in said.items() if value is not None}
    return Answer(200, ciphertext, OCTETS, {**UNKEPT, **EXPOSED, **headers})


@api.ask(
    "/v1/shares/{share_id}/visitor",
    Public.COUNTED,
    takes=Visitor,
    gives=(),
    status=204,
    pace="writes",
    problems=("not_found", "share_expired", "share_withdrawn", "conflict"),
)
def name_visitor(call: Call, given: Visitor) -> Answer:
    """Người xem tự giới thiệu / a visitor says who he is: only the holder reads it, beside the newest opening. Said
    again within the hour it names no other opening."""
    kept, _ = open_share(call)
    record = call.store.record(kept.record)
    if record is None or not record.secret:
        raise Refused("share_withdrawn")
    since = call.now - VISITOR_WITHIN
    recent = [item.visitor for item in call.store.openings(kept.id) if item.visitor and item.at >= since]
    # Whoever sends it twice, for the first answer was lost, must not sign for the one who looked before him.
    if given.name not in [opened_text(record, "visitor", kept.id, said) for said in recent]:
        call.store.name_visitor(kept.id, sealed_text(record, "visitor", kept.id, given.name), since)
    return Answer(204)


def open_share(call: Call) -> tuple[StoredShare, bytes]:
    """The share that the path names, and its ciphertext. Raises Refused: 404, or 410 with the reason."""
    found = call.store.share(call.path["share_id"])
    if found is None:
        raise Refused("not_found")
    kept, ciphertext = found
    if not kept.is_open(call.now) or not ciphertext:
        expired = kept.withdrawn_at is None
        raise Refused("share_expired" if expired else "share_withdrawn", headers=UNKEPT)
    return kept, ciphertext


def end_of(now: int, days: int | None) -> int | None:
    """Unix seconds at which a share made now is over."""
    return None if days is None else now + days * DAY


def share_members(item: StoredShare, now: int) -> dict[str, object]:
    """What everybody who may see the share is told of it."""
    ended: ShareState = "EXPIRED" if item.withdrawn_at is None else "WITHDRAWN"
    return {
        "id": item.id,
        "purpose": item.purpose,
        "made_by": item.maker or "registrar",
        "state": "OPEN" if item.is_open(now) else ended,
        "created_at": time_text(item.created_at),
        "expires_at": _time(item.expires_at),
        "withdrawn_at": _time(item.withdrawn_at),
    }


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else time_text(seconds)
