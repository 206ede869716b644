"""Lists sent in by parts."""

from collections.abc import Sequence
from secrets import token_bytes
from typing import Annotated, Literal

from pydantic import Field

from vanbang.catalog import TYPES, UnknownCredentialType, type_by_name
from vanbang.core.encoding import time_text
from vanbang.notary.uploading import Uploads
from vanbang.ports import Part, Upload
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import EVENTS, OCTETS, Endpoints, Follow
from vanbang.web.fields import Code, Count, Given, Hex32, Line, NoQuery, Paging, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right
from vanbang.web.troubles import TroubleShown, show_trouble

api = Endpoints("uploads")

READ, WRITE = Right("uploads", "read"), Right("uploads", "write")
State = Literal["OPEN", "RECEIVED", "ACCEPTED", "REFUSED"]
TypeName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["vn-diploma"])]
SECRET_SIZE = 32


class NewUpload(Given):
    """A list to be sent. Without `issuer` a ministry's list may hold rows of any; without `type` it is found row by
    row. `accept_valid`: good rows are taken in although others are refused."""

    name: Annotated[Line, Field(examples=["tot-nghiep-2026-06.xlsx"])]
    issuer: Code | None = None
    type: TypeName | None = None
    accept_valid: Annotated[bool, Field(examples=[False])] = False


class Completion(Given):
    """All parts are sent; `sha256` of the whole list, if it is to be compared."""

    sha256: Hex32 | None = None


class PartShown(Shown):
    """A part that is durable here."""

    number: Annotated[int, Field(ge=1, examples=[1])]
    size: Count
    sha256: Hex32


class UploadShown(Shown):
    """A list sent in, and how far it is."""

    id: Annotated[str, Field(examples=["b1" * 16])]
    name: Annotated[str, Field(examples=["tot-nghiep-2026-06.xlsx"])]
    issuer: Code | None
    type: TypeName | None
    accept_valid: Annotated[bool, Field(examples=[False])]
    state: Annotated[State, Field(examples=["ACCEPTED"])]
    size: Count
    sha256: Hex32 | None
    rows: Count
    accepted: Count
    errors: Annotated[int, Field(examples=[0])]
    warnings: Annotated[int, Field(examples=[2])]
    error: Annotated[str | None, Field(examples=[None], description="What ended it beside findings")]
    trouble: Annotated[TroubleShown | None, Field(examples=[None], description="What stops its checking")]
    created_at: Time
    finished_at: Time | None


class UploadWhole(UploadShown):
    """An upload with its parts and the batches it became."""

    parts: list[PartShown]
    batches: Annotated[list[str], Field(examples=[["0d" * 16]])]


class UploadPage(Page[UploadShown]):
    """Uploads, oldest first."""


class UploadQuery(Paging):
    """Which uploads."""

    state: State | None = None
    issuer: Code | None = None


@api.get("/v1/uploads", READ, takes=UploadQuery, gives=UploadPage)
def list_uploads(call: Call, query: UploadQuery) -> Answer:
    """Các danh sách đã gửi / lists sent in, oldest first."""
    place = call.place(query)
    iss = call.actor.iss if query.issuer is None else call.known_institution(query.issuer).iss
    found = call.store.uploads(
        iss=iss,
        states=(query.state,) if query.state else (),
        after=(place[0], place[1]) if place else None,
        limit=query.limit + 1,
    )
    return call.page(UploadPage, query, found, lambda item: _shown(call, item), lambda item: [item.created_at, item.id])


@api.write("POST", "/v1/uploads", WRITE, takes=NewUpload, gives=UploadWhole, status=201)
def begin_upload(call: Call, new: NewUpload) -> Answer:
    """Bắt đầu gửi một danh sách / begin to send a list."""
    iss = call.actor.iss
    if new.issuer is not None:
        iss = call.institution_in_body(new.issuer).iss
    _check_type(new.type)
    upload = Upload(
        call.new_id(),
        iss,
        f"api:{call.actor.id}",
        call.now,
        new.name,
        token_bytes(SECRET_SIZE),
        new.type or "",
        new.accept_valid,
    )
    begun = uploads_of(call).begin(upload)
    return shown(_whole(call, begun), 201, location=f"/v1/uploads/{begun.id}")


@api.get("/v1/uploads/{upload_id}", READ, gives=UploadWhole, pace="quick")
def read_upload(call: Call, _: NoQuery) -> Answer:
    """Một danh sách: phần đã nhận, trạng thái / an upload: parts received, how far it is, what became of it."""
    return shown(_whole(call, upload_of(call)))


@api.put_bytes(
    "/v1/uploads/{upload_id}/parts/{number}",
    WRITE,
    octets=(OCTETS,),
    gives=PartShown,
    problems=("conflict", "content_digest", "busy"),
)
def put_part(call: Call, data: bytes) -> Answer:
    """Gửi một phần / send a part; the same number again replaces it."""
    upload, number, limits = upload_of(call), int(call.path["number"]), call.desk.limits
    if number > limits.max_parts:
        raise Refused("too_large")
    if not data:
        raise Refused("invalid", [Fault("", "too_short", "Phần này rỗng.", "The part is empty.")])
    others = sum(part.size for part in call.store.parts(upload.id) if part.number != number)
    if others + len(data) > limits.max_upload_bytes:
        raise Refused("too_large")
    return shown(_part(uploads_of(call).take_part(upload, number, data)))


@api.write(
    "POST",
    "/v1/uploads/{upload_id}/complete",
    WRITE,
    takes=Completion,
    gives=UploadWhole,
    status=202,
    problems=("conflict", "parts_missing", "hash_differs"),
)
def complete_upload(call: Call, given: Completion) -> Answer:
    """Đã gửi xong / all parts are sent: the list will be checked in the background."""
    sha256 = bytes.fromhex(given.sha256) if given.sha256 else None
    upload = upload_of(call)
    if upload.state == "OPEN":
        upload = uploads_of(call).complete(upload, sha256, call.now)
    elif upload.body_sha256 is None or sha256 not in (None, upload.body_sha256):
        raise Refused("conflict", reason="this upload has ended, or is complete already with another hash")
    return shown(_whole(call, upload), 202, location=f"/v1/uploads/{upload.id}")


@api.get("/v1/uploads/{upload_id}/events", READ, gives=(EVENTS,), problems=("busy",))
def follow_upload(call: Call, _: NoQuery) -> Follow:
    """Diễn biến của danh sách / the upload's state as events, until it is accepted or refused."""
    upload_of(call)

    def look() -> tuple[bytes, bool]:
        upload = upload_of(call)
        return _whole(call, upload).model_dump_json().encode(), upload.state in ("ACCEPTED", "REFUSED")

    return Follow(look)


def uploads_of(call: Call) -> Uploads:
    """What works with uploads, in the name of who asks."""
    return Uploads(call.store, call.desk.spool)


def upload_of(call: Call) -> Upload:
    """The upload that the path names. Raises Refused: unknown, and another institution's, look the same."""
    upload = call.store.upload(call.path["upload_id"])
    if upload is None or not call.reaches(upload.iss):
        raise Refused("not_found")
    return upload


def _check_type(name: str | None) -> None:
    try:
        if name is not None:
            type_by_name(name)
    except UnknownCredentialType as error:
        known = ", ".join(sorted({kind.name for kind in TYPES.values()}))
        fault = Fault("/type", "choice", f"Chỉ được là {known}.", f"It may only be {known}.")
        raise Refused("invalid", [fault]) from error


def _part(part: Part) -> PartShown:
    return PartShown(number=part.number, size=part.size, sha256=part.sha256.hex())


def _whole(call: Call, upload: Upload) -> UploadWhole:
    parts: Sequence[Part] = call.store.parts(upload.id)
    batches: list[str] = []
    if upload.state == "ACCEPTED":
        found = call.store.batches_page(iss=None, states=(), upload=upload.id, after=None, limit=1_000)
        batches = [batch.id for batch in found]
    return UploadWhole.model_construct(
        **dict(_shown(call, upload)), parts=[_part(part) for part in parts], batches=batches
    )


def _shown(call: Call, upload: Upload) -> UploadShown:
    return UploadShown.model_construct(
        id=upload.id,
        name=upload.name,
        issuer=call.code_of(upload.iss),
        type=upload.type_name or None,
        accept_valid=upload.accept_valid,
        state=upload.state,
        size=upload.size,
        sha256=upload.body_sha256.hex() if upload.body_sha256 else None,
        rows=upload.rows,
        accepted=upload.accepted,
        errors=upload.errors,
        warnings=upload.warnings,
        error=upload.error or None,
        trouble=show_trouble(call, (f"upload:{upload.id}",) if upload.state == "RECEIVED" else ()),
        created_at=time_text(upload.created_at),
        finished_at=None if upload.finished_at is None else time_text(upload.finished_at),
    )
