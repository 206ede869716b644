"""Shares that a graduate makes: encrypted where their keys stay, counted, withdrawn, printed."""

from typing import Annotated

from pydantic import Field

from vanbang.core.credential import FileRejected, read_credential
from vanbang.core.disclosure import DisclosureRejected
from vanbang.core.encoding import from_b64url, time_text
from vanbang.core.errors import FormatError
from vanbang.notary.encryption import IV_SIZE, TAG_SIZE, decrypt
from vanbang.notary.holding import opened_text
from vanbang.notary.publishing import SHARE_KEY_SIZE
from vanbang.ports import Conflict, StoredRecord, StoredShare, StoreError
from vanbang.web.answers import UNKEPT, Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Count, Given, NoQuery, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.v1.credentials import credential_file
from vanbang.web.v1.holding import OWN, own_record
from vanbang.web.v1.shares import Days, ForPurpose, ShareId, ShareShown, end_of, open_share, share_members

api = Endpoints("holder")

PDF = "application/pdf"
Ciphertext = Annotated[
    str,
    Field(min_length=40, max_length=2**20, pattern=r"^[A-Za-z0-9_-]+$", description="base64url", examples=["q" * 60]),
]
ShareKey = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{43}$", examples=["uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"])
]


class NewOwnShare(Given):
    """A share that was encrypted where its key stays: `ciphertext` is `iv || ciphertext || tag` under this id."""

    id: ShareId
    ciphertext: Ciphertext
    purpose: ForPurpose = None
    days: Days = None


class Printed(Given):
    """The share's key, which a QR code on paper must hold: whoever prints it sees it, and does not keep it."""

    key: ShareKey


class OwnShareShown(ShareShown):
    """A share with what its holder may know: how often it was opened, and when last."""

    openings: Count
    last_opened_at: Annotated[Time | None, Field(examples=[None])]


class OwnShares(Page[OwnShareShown]):
    """Shares of a credential, oldest first, all at once: `next` is null."""


class OpeningShown(Shown):
    """An opening. Nothing of who it was is kept but what he said himself."""

    at: Time
    visitor: Annotated[str | None, Field(examples=["Công ty Cổ phần Sao Mai, phòng Nhân sự"])]


class Openings(Page[OpeningShown]):
    """The newest openings, newest first, at most 20 of a day; `openings` of the share counts them all."""


@api.get("/v1/holder/credentials/{credential_id}/shares", OWN, gives=OwnShares)
def list_own_shares(call: Call, _: NoQuery) -> Answer:
    """Các đường dẫn đã chia sẻ / shares of one of my credentials, ended ones too."""
    record = own_record(call, call.path["credential_id"])
    items = [_own_share(call, item) for item in call.store.shares(record.key)]
    return shown(OwnShares(items=items, next=None), kept=False)


@api.write(
    "POST",
    "/v1/holder/credentials/{credential_id}/shares",
    OWN,
    takes=NewOwnShare,
    gives=OwnShareShown,
    status=201,
    problems=("not_issued", "too_many", "conflict"),
)
def keep_own_share(call: Call, new: NewOwnShare) -> Answer:
    """Chia sẻ: máy chủ chỉ nhận bản mã / keep a share that the holder's browser encrypted; its key never comes here."""
    record = own_record(call, call.path["credential_id"])
    sealed = _sealed(new.ciphertext, len(credential_file(call, record).to_bytes()))
    share = StoredShare(new.id, record.id, call.now, new.purpose, end_of(call.now, new.days), "holder")
    call.store.add_share(share, sealed)
    found = call.store.share(new.id)
    if found is None or found[1] != sealed or found[0].purpose != new.purpose:
        raise Conflict("there is, or was, another share of yours under this id: draw a new one")
    return shown(_own_share(call, found[0]), 201, location=f"/v1/shares/{new.id}")


@api.write("DELETE", "/v1/holder/shares/{share_id}", OWN, gives=(), status=204)
def withdraw_own_share(call: Call, _: object) -> Answer:
    """Thu hồi đường dẫn / withdraw a share, whoever made it."""
    share, record = _share(call)
    call.store.withdraw_share(record.key, share.id, call.now)
    return Answer(204)


@api.get("/v1/holder/shares/{share_id}/openings", OWN, gives=Openings)
def list_openings(call: Call, _: NoQuery) -> Answer:
    """Lịch sử mở xem / when a share was opened."""
    share, record = _share(call)
    items = [
        OpeningShown(
            at=time_text(opening.at),
            visitor=opening.visitor and opened_text(record, "visitor", share.id, opening.visitor),
        )
        for opening in call.store.openings(share.id)
    ]
    return shown(Openings(items=items, next=None), kept=False)


@api.ask(
    "/v1/holder/shares/{share_id}/pdf",
    OWN,
    takes=Printed,
    gives=(PDF,),
    pace="writes",
    problems=("share_expired", "share_withdrawn"),
)
def print_own_share(call: Call, given: Printed) -> Answer:
    """In PDF có mã QR / print what is shared, with its proof URL as a QR code."""
    share, record = _share(call)
    _, ciphertext = open_share(call)
    proof_url = f"{call.desk.base_url}/v/{share.id}#{given.key}"
    try:
        credential = _opened(given.key, share.id, ciphertext)
        # Nothing is printed that is not the holder's: whoever made the ciphertext may have put anything into it.
        if read_credential(credential).payload != credential_file(call, record).payload:
            raise FormatError("ciphertext", "another credential")
        pdf = call.desk.printer.diploma(credential, proof_url)
    except (FormatError, FileRejected, DisclosureRejected) as error:
        fault = Fault("/key", "choice", "Khóa này không mở ra văn bằng của bạn.", "It opens no diploma of yours.")
        raise Refused("invalid", [fault]) from error
    call.store.note("credential.printed", f"record/{record.id}", {"share": share.id})
    return Answer(200, pdf, PDF, UNKEPT)


def _share(call: Call) -> tuple[StoredShare, StoredRecord]:
    """The share that the path names, and its record, which the holder has. Raises Refused (404)."""
    found = call.store.share(call.path["share_id"])
    record = call.store.record(found[0].record) if found else None
    if found is None or record is None or record.key not in call.store.held(call.who.id):
        raise Refused("not_found")
    return found[0], record


def _sealed(text: str, longest: int) -> bytes:
    """The ciphertext, no longer than one of the whole file is: an extract is shorter. Raises Refused (422)."""
    try:
        data = from_b64url(text, "ciphertext")
    except FormatError:
        data = b""
    if not IV_SIZE + TAG_SIZE < len(data) <= longest + IV_SIZE + TAG_SIZE:
        fault = Fault("/ciphertext", "range", "Không phải bản mã của văn bằng này.", "It is none of this credential.")
        raise Refused("invalid", [fault])
    return data


def _opened(key: str, share_id: str, ciphertext: bytes) -> bytes:
    """The plaintext. Raises FormatError."""
    try:
        return decrypt(from_b64url(key, "key", SHARE_KEY_SIZE), ciphertext, share_id.encode("ascii"))
    except StoreError as error:
        raise FormatError("key", "not the key of this share") from error


def _own_share(call: Call, share: StoredShare) -> OwnShareShown:
    last = None if share.opened_at is None else time_text(share.opened_at)
    return OwnShareShown(**share_members(share, call.now), openings=share.opened, last_opened_at=last)
