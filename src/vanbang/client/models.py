"""What the API answers, as values. Members that a later version adds are passed over; ones that lack are an error."""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vanbang.client.errors import AnswerUnusable
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import parse

Status = Literal["valid", "revoked", "suspended", "superseded"]
Reason = Literal[
    "issued_in_error", "fraud", "wrong_data", "decision_withdrawn", "under_review", "review_ended", "replaced"
]
Purpose = Literal["job", "study", "abroad", "other"]


class Answered(BaseModel):
    """A part of an answer. Times are time text (docs/format.md section 1), UTC."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Trouble(Answered):
    """What stops something, since when."""

    code: str
    detail: str
    detail_vi: str
    since: str


class Credential(Answered):
    """A credential as the notary knows it; `status` is None until it is sealed."""

    id: str
    issuer: str
    type: str
    state: str
    batch: str | None
    edition: int | None
    status: str | None
    erased_at: str | None


class PersonsCredentials(Answered):
    """Every edition of every sealed credential of a person, oldest first. `unreadable`: how many records that may be
    the person's do not open any more."""

    items: tuple[Credential, ...]
    unreadable: int = 0


class Part(Answered):
    """A part of an upload that is durable at the server."""

    number: int
    size: int
    sha256: str


class Upload(Answered):
    """A list sent in. `state` OPEN, RECEIVED, then ACCEPTED with `batches`, or REFUSED: see `errors` and findings."""

    id: str
    name: str
    issuer: str | None
    type: str | None
    state: str
    size: int
    sha256: str | None
    rows: int
    accepted: int
    errors: int
    warnings: int
    error: str | None
    trouble: Trouble | None
    parts: tuple[Part, ...] = ()
    batches: tuple[str, ...] = ()

    @property
    def has_ended(self) -> bool:
        """Whether its state is the last."""
        return self.state in ("ACCEPTED", "REFUSED")


class Finding(Answered):
    """One thing to look at in a list; row 0 is the list as a whole. `value` and messages hold personal data."""

    row: int
    column: str
    value: str = Field(repr=False)
    rule: str
    severity: str
    message_vi: str = Field(repr=False)
    message_en: str = Field(repr=False)
    suggestion: str | None = Field(repr=False)


class Batch(Answered):
    """A batch on its way to the registry; `state` FINAL is the last."""

    id: str
    issuer: str
    type: str
    upload: str | None
    state: str
    waiting_for: str
    trouble: Trouble | None
    rows: int
    root: str | None
    tree_size: int | None
    manifest: str | None
    transaction: str | None
    block: int | None

    @property
    def has_ended(self) -> bool:
        """Whether its state is the last."""
        return self.state == "FINAL"


class NewShare(Answered):
    """A new share. `url` holds the key to the diploma: it is shown this once, and never in a repr."""

    id: str
    url: str = Field(repr=False)
    created_at: str
    expires_at: str | None = None


class Share(Answered):
    """A share of a credential, without its key."""

    id: str
    state: str
    purpose: str | None
    created_at: str
    expires_at: str | None
    withdrawn_at: str | None


class PrivateLink(Answered):
    """A graduate's link to everything he has. `url` holds its key: it is shown this once, and never in a repr."""

    id: str
    url: str = Field(repr=False)
    credentials: tuple[str, ...]
    created_at: str


class StatusChange(Answered):
    """A change of status: PROPOSED by one, APPROVED or REJECTED by another, APPLIED in the next status root."""

    id: str
    credential: str
    issuer: str
    status: str
    reason: str
    decision: str
    state: str
    proposed_by: str
    proposed_at: str
    decided_by: str | None
    decided_at: str | None


class Listed(Answered):
    """A page of a list."""

    items: list[Any]
    next: str | None


M = TypeVar("M", bound=Answered)


def read(kind: type[M], body: bytes | str) -> M:
    """The answer as a value. Raises AnswerUnusable."""
    try:
        return kind.model_validate(parse(body.encode() if isinstance(body, str) else body, "answer"))
    except (ValidationError, FormatError):
        # Not chained: a ValidationError repeats what it was given.
        raise AnswerUnusable(f"this is no answer of the API: no {kind.__name__.lower()}") from None


def read_item(kind: type[M], value: Any) -> M:
    """An item of a page as a value. Raises AnswerUnusable."""
    try:
        return kind.model_validate(value)
    except ValidationError:
        raise AnswerUnusable(f"this is no answer of the API: no {kind.__name__.lower()}") from None
