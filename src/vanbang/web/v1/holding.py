"""What the page at a private link asks for: everything one graduate has, and nothing else."""

from typing import Annotated, cast

from pydantic import Field

from vanbang.catalog import TYPES
from vanbang.core.encoding import time_text
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import REASONS, history
from vanbang.notary.holding import sealed_text
from vanbang.notary.records import decrypt_record
from vanbang.ports import Correction, StatusChange, StoredRecord
from vanbang.web.answers import UNKEPT, Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints, Holding
from vanbang.web.fields import Code, Given, Hex32, NoQuery, Sentence, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.v1.corrections import ClaimName, CorrectionRead, CorrectionShown, correction_members, words_too
from vanbang.web.v1.credentials import CREDENTIAL, State, Status, batch_of, credential_file, status_of
from vanbang.web.v1.holders import HolderId
from vanbang.web.v1.status_changes import Reason

api = Endpoints("holder")

OWN = Holding.OWN


class NewCorrection(Given):
    """Which claim of which credential is wrong, and what would be right."""

    credential: Hex32
    claim: ClaimName
    words: Annotated[Sentence, Field(examples=["Ngày sinh đúng là 03/04/2003, như trong giấy khai sinh."])]


class StandingChange(Shown):
    """A change of a credential's status, with what its holder may know and no public list says: why, and by which
    decision."""

    edition: Annotated[int, Field(examples=[1])]
    status: Annotated[Status, Field(examples=["suspended"])]
    reason: Annotated[Reason, Field(examples=["under_review"])]
    reason_vi: Annotated[str, Field(examples=["Đang xem xét"])]
    reason_en: Annotated[str, Field(examples=["under review"])]
    decision: Annotated[str, Field(examples=["QĐ 123/QĐ-ĐHBK 10/06/2026"])]
    approved_at: Time


class HeldShown(Shown):
    """One credential of the holder's, of its newest edition."""

    id: Hex32
    issuer: Code
    issuer_name: Annotated[str, Field(examples=["Trường Đại học Bách khoa Sông Hồng"])]
    type: Annotated[str, Field(examples=["vn-diploma"])]
    title_vi: Annotated[str, Field(examples=["Văn bằng giáo dục đại học"])]
    title_en: Annotated[str, Field(examples=["Higher education diploma"])]
    serial: Annotated[str | None, Field(examples=["SHB.2026.000123"], description="null: đã xóa / erased")]
    state: Annotated[State, Field(examples=["FINAL"])]
    status: Annotated[Status | None, Field(examples=["valid"])]
    edition: Annotated[int, Field(examples=[1])]
    changes: Annotated[list[StandingChange], Field(description="của mọi lần cấp / of all editions, oldest first")]


class OwnShown(Shown):
    """Everything behind a private link."""

    id: HolderId
    created_at: Time
    credentials: list[HeldShown]


class OwnCorrections(Page[CorrectionRead]):
    """Corrections the holder asked for, with the answers."""


@api.get("/v1/holder", OWN, gives=OwnShown)
def read_own(call: Call, _: NoQuery) -> Answer:
    """Mọi văn bằng của tôi / everything I have."""
    records = [record for key in call.store.held(call.who.id) if (record := call.store.find(key)) is not None]
    credentials = [_held(call, record) for record in records]
    made = time_text(call.who.created_at)
    return shown(OwnShown(id=call.who.id, created_at=made, credentials=credentials), kept=False)


@api.get(
    "/v1/holder/credentials/{credential_id}/file", OWN, gives=(CREDENTIAL,), pace="writes", problems=("not_issued",)
)
def read_own_file(call: Call, _: NoQuery) -> Answer:
    """Tệp văn bằng của tôi / the credential file."""
    record = own_record(call, call.path["credential_id"])
    file = credential_file(call, record)
    call.store.note("credential.read", f"record/{record.id}", {"claims": "all"})
    return Answer(200, file.to_bytes(), CREDENTIAL, UNKEPT)


@api.get("/v1/holder/corrections", OWN, gives=OwnCorrections)
def list_own_corrections(call: Call, _: NoQuery) -> Answer:
    """Các đề nghị đính chính của tôi / corrections I asked for."""
    asked = [item for key in call.store.held(call.who.id) for item in call.store.corrections_of(key)]
    return shown(
        OwnCorrections(items=[CorrectionRead(**words_too(call, item)) for item in asked], next=None), kept=False
    )


@api.write(
    "POST",
    "/v1/holder/corrections",
    OWN,
    takes=NewCorrection,
    gives=CorrectionShown,
    status=201,
    problems=("too_many",),
)
def ask_for_correction(call: Call, new: NewCorrection) -> Answer:
    """Đề nghị đính chính / ask for a correction."""
    record = _in_body(call, new.credential)
    batch = batch_of(call, record)
    if new.claim not in {claim.name for claim in TYPES[batch.vct].claims}:
        fault = Fault("/claim", "choice", "Văn bằng không có mục này.", "The diploma has no such claim.")
        raise Refused("invalid", [fault])
    number = call.new_id()
    sealed = sealed_text(record, "question", number, new.words)
    asked = call.store.ask_correction(Correction(number, record.id, batch.iss, new.claim, sealed, call.now))
    return shown(CorrectionShown(**correction_members(call, asked)), 201)


def own_record(call: Call, credential: str) -> StoredRecord:
    """The newest edition of what the holder has. Raises Refused: unknown, and another's, look the same."""
    key = bytes.fromhex(credential)
    record = call.store.find(key) if key in call.store.held(call.who.id) else None
    if record is None:
        raise Refused("not_found")
    return record


def _in_body(call: Call, credential: str) -> StoredRecord:
    try:
        record = own_record(call, credential)
    except Refused as error:
        fault = Fault("/credential", "choice", "Không có văn bằng này.", "There is no such credential.")
        raise Refused("invalid", [fault]) from error
    if not record.secret:
        raise Refused("not_issued")
    return record


def _held(call: Call, record: StoredRecord) -> HeldShown:
    batch = batch_of(call, record)
    kind = TYPES[batch.vct]
    institution = next(item for item in call.store.institutions() if item.iss == batch.iss)
    serial: str | None = decrypt_record(kind, record).__dict__[kind.key[0]] if record.secret else None
    return HeldShown.model_construct(
        id=record.key.hex(),
        issuer=institution.code,
        issuer_name=institution.name,
        type=kind.name,
        title_vi=kind.title_vi,
        title_en=kind.title_en,
        serial=serial,
        state=cast(State, batch.state),
        status=status_of(call, record),
        edition=record.edition,
        changes=[
            _change(edition, change)
            for edition in call.store.editions(record.key)
            for change in history(call.store, edition)
        ],
    )


def _change(record: StoredRecord, change: StatusChange) -> StandingChange:
    vietnamese, english = REASONS[change.reason].split(" / ")
    return StandingChange.model_construct(
        edition=record.edition,
        status=cast(Status, CredentialStatus(change.status).name.lower()),
        reason=cast(Reason, change.reason),
        reason_vi=vietnamese,
        reason_en=english,
        decision=change.decision,
        approved_at=time_text(change.approved_at or change.proposed_at),
    )
