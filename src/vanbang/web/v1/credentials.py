"""Credentials: found by serial number, their state, and the file itself. No serial number ever stands in an address."""

from typing import Annotated, Literal, cast

from pydantic import Field

from vanbang.catalog import TYPES, UnknownCredentialType, type_by_name
from vanbang.catalog.credential_type import KEY_SEPARATOR
from vanbang.core.credential import CredentialFile
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.notary.publishing import NotIssued, credential_of
from vanbang.notary.records import blind_key
from vanbang.ports import Batch, StoredRecord
from vanbang.web.answers import UNKEPT, Answer, shown
from vanbang.web.call import Call
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Code, Given, Hex32, Line, QueryNumber, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right

api = Endpoints("credentials")

READ = Right("credentials", "read")
CREDENTIAL = "application/vanbang+json"
State = Literal["ACCEPTED", "SEALED", "ENDORSED", "ANCHORING", "FINAL"]
Status = Literal["valid", "revoked", "suspended", "superseded"]


class Lookup(Given):
    """Whose credential of which type, by its serial number."""

    issuer: Code
    type: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["vn-diploma"])]
    serial: Annotated[Line, Field(max_length=100, examples=["SHB.2026.000123"])]


class Which(Given):
    """Which edition of a credential that was issued again; the newest if none is named."""

    edition: Annotated[int | None, QueryNumber, Field(ge=1, le=99_999, examples=[1])] = None


class Extract(Given):
    """Which claims stay disclosed; `unsigned`: without the institution's signature, the anchor alone speaks for it."""

    claims: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100, examples=[["ho_va_ten"]])]
    unsigned: Annotated[bool, Field(examples=[False])] = False


class CredentialShown(Shown):
    """A credential as the notary knows it: nothing that is in it. `status` is null until it is sealed; `edition` counts
    from 1, and rises when a corrected one replaces it."""

    id: Hex32
    issuer: Code
    type: Annotated[str, Field(examples=["vn-diploma"])]
    state: Annotated[State, Field(examples=["FINAL"])]
    batch: Annotated[str | None, Field(examples=["0d" * 16])]
    edition: Annotated[int | None, Field(examples=[1])]
    status: Annotated[Status | None, Field(examples=["valid"])]
    erased_at: Annotated[Time | None, Field(examples=[None])]


@api.ask("/v1/credentials/lookup", READ, takes=Lookup, gives=CredentialShown, pace="quick", problems=("not_found",))
def look_up_credential(call: Call, given: Lookup) -> Answer:
    """Tìm theo số hiệu / find a credential by its serial number."""
    institution = call.known_institution(given.issuer)
    try:
        kind = type_by_name(given.type)
    except UnknownCredentialType as error:
        fault = Fault("/type", "choice", "Không có loại văn bằng này.", "There is no such type.")
        raise Refused("invalid", [fault]) from error
    key = blind_key(call.desk.index_key, kind, KEY_SEPARATOR.join((institution.code, given.serial)))
    record = call.store.find(key)
    if record is not None:
        return shown(shown_credential(call, record, batch_of(call, record)), kept=False)
    waiting = call.store.taken([key], "").get(key)
    if waiting is None or waiting.state == "RECEIVING":
        raise Refused("not_found")
    return shown(
        CredentialShown(
            id=key.hex(),
            issuer=institution.code,
            type=kind.name,
            state="ACCEPTED",
            batch=None,
            edition=None,
            status=None,
            erased_at=None,
        ),
        kept=False,
    )


@api.get("/v1/credentials/{credential_id}", READ, takes=Which, gives=CredentialShown, pace="quick")
def read_credential(call: Call, which: Which) -> Answer:
    """Một văn bằng: trạng thái, tình trạng / a credential: how far it is, whether it is valid."""
    record = sealed_record(call, which.edition)
    return shown(shown_credential(call, record, batch_of(call, record)), kept=False)


@api.get(
    "/v1/credentials/{credential_id}/file",
    READ,
    takes=Which,
    gives=(CREDENTIAL,),
    pace="writes",
    problems=("not_issued",),
)
def read_credential_file(call: Call, which: Which) -> Answer:
    """Tệp văn bằng số / the credential file."""
    record = sealed_record(call, which.edition)
    file = credential_file(call, record)
    call.store.note("credential.read", f"record/{record.id}", {"claims": "all"})
    return Answer(200, file.to_bytes(), CREDENTIAL, UNKEPT)


@api.ask(
    "/v1/credentials/{credential_id}/extract",
    READ,
    takes=Extract,
    gives=(CREDENTIAL,),
    pace="writes",
    problems=("not_issued",),
)
def extract_credential(call: Call, given: Extract) -> Answer:
    """Bản trích: chỉ một số mục / the file with some of its claims only."""
    record = sealed_record(call)
    try:
        file = credential_file(call, record).extract(given.claims)
    except FormatError as error:
        fault = Fault("/claims", "choice", "Có mục không có trong văn bằng này.", "A claim is not in this file.")
        raise Refused("invalid", [fault]) from error
    call.store.note("credential.read", f"record/{record.id}", {"claims": len(given.claims)})
    return Answer(200, (file.unsigned() if given.unsigned else file).to_bytes(), CREDENTIAL, UNKEPT)


def sealed_record(call: Call, edition: int | None = None) -> StoredRecord:
    """The sealed record that the path names, of the newest edition unless one is named. Raises Refused: unknown, and
    another institution's, look the same."""
    record = call.store.find(bytes.fromhex(call.path["credential_id"]), edition)
    if record is None or not call.reaches(batch_of(call, record).iss):
        raise Refused("not_found")
    return record


def credential_file(call: Call, record: StoredRecord) -> CredentialFile:
    """The signed file. Raises NotIssued, StoreError."""
    batch = batch_of(call, record)
    if record.erased_at is not None or not record.secret:  # the time is written last
        raise NotIssued("this credential was erased")
    jwk = call.desk.keys.es256(f"{call.slug_of(batch.iss)}/credential")
    return credential_of(call.desk.objects, TYPES[batch.vct], batch, record, jwk, call.office.prover)


def batch_of(call: Call, record: StoredRecord) -> Batch:
    """The record's batch, a moment old at most."""
    batch = call.office.batches.get(record.batch_id, lambda: call.store.batch(record.batch_id))
    if batch is None:
        raise Refused("not_found")
    return batch


def shown_credential(call: Call, record: StoredRecord, batch: Batch) -> CredentialShown:
    """A sealed record as the API shows it."""
    kind = TYPES.get(batch.vct)
    return CredentialShown.model_construct(
        id=record.key.hex(),
        issuer=call.code_of(batch.iss) or "",
        type=kind.name if kind else batch.vct,
        state=cast(State, batch.state),
        batch=batch.id,
        edition=record.edition,
        status=status_of(call, record),
        erased_at=None if record.erased_at is None else time_text(record.erased_at),
    )


def status_of(call: Call, record: StoredRecord) -> Status | None:
    """By the list as it is written now; the registry may be a moment behind."""
    uri = record.list_uri
    if uri is None or record.list_index is None:
        return None
    status_list = call.office.statuses.get(uri, lambda: call.store.status_list(uri))
    return None if status_list is None else cast(Status, status_list.of(record.list_index).name.lower())
