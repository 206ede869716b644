"""Who may do what, what was answered already, and who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from vanbang.core.errors import VanbangError

Role = Literal["ministry", "registrar", "officer", "reader"]
"""ministry: sets up institutions, keys and API keys, sees all; registrar: sends lists, reads credentials, makes shares,
proposes changes; officer: hands in signatures, approves changes; reader: reads."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key; of its secret only the SHA-256 is kept. `iss` None: for all institutions. Times are unix seconds."""

    id: str
    secret_sha256: bytes
    iss: str | None
    role: Role
    label: str
    created_at: int
    expires_at: int
    ended_at: int | None = None
    replaced_by: str | None = None

    def is_good(self, now: int) -> bool:
        """Whether it lets anybody in at this time."""
        return now < self.expires_at and (self.ended_at is None or now < self.ended_at)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to a write; `body` is encrypted under the idempotency key, which is not stored."""

    status: int
    body: bytes


class KeyReused(VanbangError):
    """An idempotency key that came with another request before."""

    code: ClassVar[str] = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another request: take a new one for every new request")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the audit log. `facts` is canonical JSON with ids, counts and codes, nothing personal.

    `hash` covers all of it and `previous`, the hash of the line before (32 zero bytes for the first).
    """

    seq: int
    at: int
    actor: str
    action: str
    subject: str
    facts: str
    previous: bytes
    hash: bytes


class AccessStore(Protocol):
    """API keys, answers to repeated requests, and the audit log. Each method is one transaction. Raises StoreError."""

    def add_api_key(self, key: ApiKey) -> ApiKey:
        """Stores it, or gives the one stored under this id already."""
        ...

    def api_key(self, key_id: str) -> ApiKey | None:
        """The key, or None."""
        ...

    def api_keys(self, *, iss: str | None = None, after: str = "", limit: int = 100) -> Sequence[ApiKey]:
        """By id, behind `after`; of one institution, or all (None)."""
        ...

    def end_api_key(self, key_id: str, at: int, replaced_by: str | None = None) -> None:
        """Ends a key at a time; an earlier end stays. Raises Conflict for an unknown one."""
        ...

    def claim_answer(self, scope: str, key_hash: bytes, request_sha256: bytes, now: int) -> StoredAnswer | None:
        """Notes that a request is being worked on, before any effect; gives the answer if there is one already.

        Without an answer (a crash, or both at once) the work is done again: every write repeats harmlessly, for what
        it makes is named after (scope, key). Raises KeyReused if `request_sha256` differs.
        """
        ...

    def keep_answer(self, scope: str, key_hash: bytes, answer: StoredAnswer) -> StoredAnswer:
        """Keeps the answer; the first one kept stays, and is given."""
        ...

    def forget_answers(self, before: int) -> int:
        """Removes answers to requests made before that time, and counts them."""
        ...

    def audit_entries(self, after: int = 0, limit: int = 1_000) -> Sequence[AuditEntry]:
        """Lines with seq > `after`, in order. Lines are written by every method that changes something a person
        answers for, in its own transaction; `acting_as` says in whose name."""
        ...

    def note(self, action: str, subject: str, facts: dict[str, str | int]) -> None:
        """Writes a line for something that changes no row: a copy handed out, a report read."""
        ...
