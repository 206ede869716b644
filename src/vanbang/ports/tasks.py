"""What waits for the chain or for a person: operations, changes of status, signatures, registers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

OperationKind = Literal["register_institution", "add_key", "end_key"]


@dataclass(frozen=True, slots=True)
class Operation:
    """Work that ends on chain. `arguments` is canonical JSON; `error` a code and sentence once it FAILED."""

    id: str
    kind: OperationKind
    iss: str
    arguments: str
    created_by: str
    created_at: int
    state: Literal["WAITING", "DONE", "FAILED"] = "WAITING"
    error: str = ""
    finished_at: int | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of a credential's status: proposed by one person, approved by another. `record` is a record's id.

    `status` is the number of core.status.CredentialStatus. APPLIED: it is in a status root on its way to the chain.
    """

    id: str
    iss: str
    record: int
    status: int
    reason: str
    decision: str
    proposed_by: str
    proposed_at: int
    approved_by: str = ""
    approved_at: int | None = None
    state: Literal["PROPOSED", "APPROVED", "APPLIED", "REJECTED"] = "PROPOSED"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A signature made elsewhere over a digest of ours; name and title are an officer's."""

    digest: bytes
    signer: bytes
    signature: bytes
    name: str = ""
    title: str = ""
    at: int = 0


RegisterKind = Literal["programme", "signer"]


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A line of an institution's register: a programme (code, name) or a signer (name, title), with its days.

    `since` and `until` are yyyy-MM-dd, empty for without end.
    """

    kind: RegisterKind
    code: str
    name: str
    title: str = ""
    since: str = ""
    until: str = ""


class TaskStore(Protocol):
    """What waits for the chain or for a person. Each method is one transaction. Raises StoreError."""

    def add_operation(self, operation: Operation) -> Operation:
        """Stores it, or gives the one stored under this id already."""
        ...

    def operation(self, operation_id: str) -> Operation | None:
        """The operation, or None."""
        ...

    def waiting_operations(self) -> Sequence[Operation]:
        """Those WAITING, oldest first."""
        ...

    def end_operation(self, operation_id: str, state: Literal["DONE", "FAILED"], error: str, at: int) -> None:
        """Ends it; an end stays."""
        ...

    def propose_changes(self, changes: Sequence[StatusChange], seen: Mapping[int, int]) -> Sequence[StatusChange]:
        """Stores them, all or none; one stored under its id already is given as it is. Raises Conflict if another is
        open for one of the records, or a record's status is not the one the proposer has `seen` any more."""
        ...

    def change(self, change_id: str) -> StatusChange | None:
        """The change, or None."""
        ...

    def changes(
        self, iss: str | None, states: Sequence[str], after: str = "", limit: int = 100, decision: str | None = None
    ) -> Sequence[StatusChange]:
        """By id, behind `after`; None and () mean all. `decision`: those that rest on it."""
        ...

    def changes_of(self, records: Sequence[int]) -> Sequence[StatusChange]:
        """All changes of these records, oldest first."""
        ...

    def decide_changes(
        self, change_ids: Sequence[str], state: Literal["APPROVED", "REJECTED"], by: str, at: int
    ) -> Sequence[StatusChange]:
        """PROPOSED to decided, all or none. Raises Conflict if `by` proposed one, or it is decided otherwise."""
        ...

    def apply_changes(self, iss: str, change_ids: Sequence[str], bits: dict[str, bytes]) -> None:
        """Sets the bits of the status lists (by uri, whole) and marks the changes APPLIED, all at once.

        Raises Conflict if a change is not APPROVED.
        """
        ...

    def hand_in(self, signature: HandedIn) -> None:
        """Keeps a signature; the same signer's again is harmless."""
        ...

    def handed_in(self, digest: bytes) -> Sequence[HandedIn]:
        """The signatures over a digest, by signer."""
        ...

    def register(self, iss: str) -> Sequence[RegisterEntry]:
        """The institution's register, by kind, code, name, since."""
        ...

    def replace_register(self, iss: str, old: Sequence[RegisterEntry], new: Sequence[RegisterEntry]) -> None:
        """Raises Conflict unless `old` is what is stored."""
        ...
