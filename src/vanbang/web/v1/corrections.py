"""Corrections that graduates ask for, as an institution reads and answers them."""

from typing import Annotated, Literal

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.holding import opened_text, sealed_text
from vanbang.ports import Correction, CorrectionState, StoredRecord
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Code, Given, Hex32, NoQuery, Paging, Sentence, Shown, Time
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right

api = Endpoints("corrections")

READ, WRITE = Right("corrections", "read"), Right("corrections", "write")
CorrectionId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["c0" * 16])]
ClaimName = Annotated[str, Field(min_length=1, max_length=100, examples=["ngay_sinh"])]
STATES: tuple[CorrectionState, ...] = ("ASKED", "ACCEPTED", "DECLINED")
ACCEPTED_WORDS = "Đề nghị đúng; văn bằng sẽ được cấp lại. / You are right: a corrected diploma will replace this one."


class CorrectionAnswer(Given):
    """What the institution says. ACCEPTED: it will be replaced by a new edition; DECLINED needs a reason in `words`."""

    answer: Annotated[Literal["accept", "decline"], Field(examples=["decline"])]
    words: Annotated[Sentence | None, Field(examples=["Ngày sinh đúng như trong quyết định tốt nghiệp."])] = None


class CorrectionShown(Shown):
    """A correction that was asked for, without its words."""

    id: CorrectionId
    issuer: Code
    credential: Hex32
    claim: ClaimName
    state: Annotated[CorrectionState, Field(examples=["ASKED"])]
    asked_at: Time
    answered_at: Annotated[Time | None, Field(examples=[None])]


class CorrectionRead(CorrectionShown):
    """The same with its words; null when the record was erased, or nobody has answered yet."""

    question: Annotated[str | None, Field(examples=["Ngày sinh đúng là 03/04/2003, như trong giấy khai sinh."])]
    answer: Annotated[str | None, Field(examples=[None])]


class CorrectionPage(Page[CorrectionShown]):
    """Corrections, the longest asked for first."""


class CorrectionQuery(Paging):
    """Which corrections."""

    state: CorrectionState | None = None
    issuer: Code | None = None


@api.get("/v1/corrections", READ, takes=CorrectionQuery, gives=CorrectionPage)
def list_corrections(call: Call, query: CorrectionQuery) -> Answer:
    """Các đề nghị đính chính / corrections that holders ask for."""
    place = call.place(query)
    iss = call.actor.iss if query.issuer is None else call.known_institution(query.issuer).iss
    after = (place[0], place[1]) if place else None
    found = call.store.corrections(iss, (query.state,) if query.state else (), after, query.limit + 1)
    return call.page(
        CorrectionPage,
        query,
        found,
        lambda item: CorrectionShown(**correction_members(call, item)),
        lambda item: [item.asked_at, item.id],
    )


@api.get("/v1/corrections/{correction_id}", READ, gives=CorrectionRead, pace="writes")
def read_correction(call: Call, _: NoQuery) -> Answer:
    """Một đề nghị đính chính, có nội dung / a correction with its words; that it was read is noted."""
    correction = _correction(call)
    call.store.note("correction.read", correction.id, {"record": correction.record})
    return shown(CorrectionRead(**words_too(call, correction)), kept=False)


@api.write(
    "POST",
    "/v1/corrections/{correction_id}/answer",
    WRITE,
    takes=CorrectionAnswer,
    gives=CorrectionShown,
    problems=("conflict",),
)
def answer_correction(call: Call, given: CorrectionAnswer) -> Answer:
    """Trả lời đề nghị đính chính / answer a correction; what is accepted is mended by issuing the diploma again."""
    correction = _correction(call)
    if given.answer == "decline" and given.words is None:
        fault = Fault("/words", "missing", "Từ chối thì phải nêu lý do.", "To decline needs a reason.")
        raise Refused("invalid", [fault])
    state: CorrectionState = "ACCEPTED" if given.answer == "accept" else "DECLINED"
    sealed = sealed_text(_record(call, correction), "answer", correction.id, given.words or ACCEPTED_WORDS)
    done = call.store.answer_correction(correction.id, state, sealed, call.now)
    return shown(CorrectionShown(**correction_members(call, done)))


def correction_members(call: Call, correction: Correction) -> dict[str, object]:
    """What a correction is, without its words."""
    record = call.store.record(correction.record)
    return {
        "id": correction.id,
        "issuer": call.code_of(correction.iss) or "",
        "credential": record.key.hex() if record else "",
        "claim": correction.claim,
        "state": correction.state,
        "asked_at": time_text(correction.asked_at),
        "answered_at": None if correction.answered_at is None else time_text(correction.answered_at),
    }


def words_too(call: Call, correction: Correction) -> dict[str, object]:
    """What a correction is, with its words."""
    record = _record(call, correction)
    said = correction.answer
    return {
        **correction_members(call, correction),
        "question": opened_text(record, "question", correction.id, correction.question),
        "answer": None if said is None else opened_text(record, "answer", correction.id, said),
    }


def _correction(call: Call) -> Correction:
    correction = call.store.correction(call.path["correction_id"])
    if correction is None or not call.reaches(correction.iss):
        raise Refused("not_found")
    return correction


def _record(call: Call, correction: Correction) -> StoredRecord:
    record = call.store.record(correction.record)
    if record is None or not record.secret:
        raise Refused("not_found")
    return record
