"""Signatures made elsewhere: what is to be signed (EIP-712), and the signatures handed in."""

from typing import Annotated, Any, Literal

from pydantic import Field

from vanbang.core.encoding import account, from_hex, time_text
from vanbang.notary.signing import SigningRequest, hand_in, signing_requests
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Address, Code, Given, Line, Paging, Shown, Signature, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right

api = Endpoints("signatures")

Kind = Literal["endorsement", "anchor", "status_root"]
TYPED_DATA = {
    "types": {"EIP712Domain": [{"name": "name", "type": "string"}], "Endorsement": []},
    "primaryType": "Endorsement",
    "domain": {"name": "vanbang", "version": "1"},
    "message": {},
}


class RequestShown(Shown):
    """A statement that waits for a signature. `typed_data` is what `eth_signTypedData_v4` takes; `digest` its hash."""

    id: Annotated[str, Field(examples=["9f" * 32])]
    kind: Annotated[Kind, Field(examples=["endorsement"])]
    issuer: Code
    subject: Annotated[str, Field(examples=["0d" * 16], description="A batch, or the epoch of a status root")]
    role: Annotated[Literal["officer", "anchor", "status"], Field(examples=["officer"])]
    digest: Annotated[str, Field(examples=["0x" + "9f" * 32])]
    typed_data: Annotated[dict[str, Any], Field(examples=[TYPED_DATA])]
    deadline: Annotated[Time | None, Field(examples=[None])]


class RequestPage(Page[RequestShown]):
    """What waits for a signature."""


class RequestQuery(Paging):
    """Which requests."""

    kind: Kind | None = None
    issuer: Code | None = None


class NewSignature(Given):
    """A signature over a request's digest; an endorsement needs the officer's name and title."""

    signer: Address
    signature: Signature
    name: Annotated[Line | None, Field(examples=["Trần Văn Minh"])] = None
    title: Annotated[Line | None, Field(examples=["Hiệu trưởng"])] = None


class SignatureShown(Shown):
    """A signature that was kept."""

    request: Annotated[str, Field(examples=["9f" * 32])]
    signer: Address


@api.get("/v1/signing-requests", Right("signatures", "read"), takes=RequestQuery, gives=RequestPage)
def list_signing_requests(call: Call, query: RequestQuery) -> Answer:
    """Các văn bản chờ ký / statements that wait for a signature."""
    place = call.place(query)
    iss = call.actor.iss if query.issuer is None else call.institution(query.issuer).iss
    found = sorted(signing_requests(call.store, call.desk.ledger, iss), key=lambda item: item.id)
    found = [item for item in found if query.kind in (None, item.kind) and (place is None or item.id > place[0])]
    return call.page(RequestPage, query, found, lambda item: _shown(call, item), lambda item: [item.id])


@api.write(
    "POST",
    "/v1/signing-requests/{request_id}/signatures",
    Right("signatures", "write"),
    takes=NewSignature,
    gives=SignatureShown,
    status=201,
    problems=("signature",),
)
def hand_in_signature(call: Call, new: NewSignature) -> Answer:
    """Nộp chữ ký đã ký nơi khác / hand in a signature that was made elsewhere."""
    request = _request(call)
    signature = from_hex(new.signature[2:], "signature", 65)
    signer = account(new.signer, "signer")
    hand_in(call.store, call.desk.ledger, request, signer, signature, new.name or "", new.title or "", call.now)
    return shown(SignatureShown(request=request.id, signer=new.signer), 201)


def _request(call: Call) -> SigningRequest:
    for item in signing_requests(call.store, call.desk.ledger, call.actor.iss):
        if item.id == call.path["request_id"]:
            return item
    raise Refused("not_found")


def _shown(call: Call, item: SigningRequest) -> RequestShown:
    return RequestShown(
        id=item.id,
        kind=item.kind,
        issuer=call.code_of(item.iss) or "",
        subject=item.subject,
        role=item.role,
        digest="0x" + item.digest.hex(),
        typed_data=item.typed_data,
        deadline=None if item.deadline is None else time_text(item.deadline),
    )
