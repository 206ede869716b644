"""Shares of a credential: proof URLs made, listed and withdrawn, and the ciphertexts behind them."""

from typing import Annotated

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.publishing import share
from vanbang.ports import Conflict
from vanbang.web.answers import UNKEPT, Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import OCTETS, Endpoints, NoBody, Public
from vanbang.web.fields import NoQuery, Paging, Shown, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right
from vanbang.web.v1.credentials import credential_file, sealed_record

api = Endpoints("shares")

READ, WRITE = Right("shares", "read"), Right("shares", "write")
ShareId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$", examples=["SmhHmzQGosbrmiNtsexLYg"])]
PROOF_URL = "https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"


class NewShareShown(Shown):
    """A new share. The part of `url` behind the `#` is the key: it is shown once, and kept nowhere."""

    id: ShareId
    url: Annotated[str, Field(examples=[PROOF_URL])]
    created_at: Time


class ShareShown(Shown):
    """A share that was not withdrawn."""

    id: ShareId
    created_at: Time


class SharePage(Page[ShareShown]):
    """Shares of a credential, oldest first."""


@api.get("/v1/credentials/{credential_id}/shares", READ, takes=Paging, gives=SharePage)
def list_shares(call: Call, query: Paging) -> Answer:
    """Các đường dẫn kiểm tra đã tạo / shares of a credential."""
    place = call.place(query)
    found = sorted(call.store.shares(sealed_record(call).id), key=lambda item: (item[1], item[0]))
    found = [item for item in found if place is None or (item[1], item[0]) > (place[0], place[1])]
    return call.page(
        SharePage,
        query,
        found,
        lambda item: ShareShown(id=item[0], created_at=time_text(item[1])),
        lambda item: [item[1], item[0]],
    )


@api.write(
    "POST",
    "/v1/credentials/{credential_id}/shares",
    WRITE,
    gives=NewShareShown,
    status=201,
    problems=("not_issued",),
)
def make_share(call: Call, _: NoBody) -> Answer:
    """Tạo đường dẫn kiểm tra / make a proof URL."""
    record = sealed_record(call)
    # A crash behind this leaves a share whose key nobody knows; the same request again makes another one.
    made = share(call.store, record.id, credential_file(call, record), call.now, call.secret_for("share"))
    answer = NewShareShown(id=made.id, url=made.url(call.desk.base_url), created_at=time_text(call.now))
    return shown(answer, 201, location=f"/v1/shares/{made.id}", kept=False)


@api.write(
    "DELETE",
    "/v1/credentials/{credential_id}/shares/{share_id}",
    WRITE,
    gives=(),
    status=204,
)
def withdraw_share(call: Call, _: NoBody) -> Answer:
    """Thu hồi đường dẫn / withdraw a share: its proof URL leads nowhere from now on."""
    record = sealed_record(call)
    try:
        call.store.withdraw_share(record.id, call.path["share_id"])
    except Conflict as error:
        raise Refused("not_found") from error
    return Answer(204)


@api.get("/v1/shares/{share_id}", Public.COUNTED, gives=(OCTETS,))
def read_share(call: Call, _: NoQuery) -> Answer:
    """Bản mã sau đường dẫn kiểm tra / the ciphertext behind a proof URL: `iv || ciphertext || tag`. The key is not
    here: it is in the URL's fragment."""
    ciphertext = call.store.share(call.path["share_id"])
    if ciphertext is None:
        raise Refused("not_found")
    return Answer(200, ciphertext, OCTETS, UNKEPT)
