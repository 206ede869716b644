"""What graduates have in hand: shares of their records, private links to all they have, corrections they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, Protocol

from vanbang.core.errors import VanbangError

Purpose = Literal["job", "study", "abroad", "other"]
Maker = Literal["holder", "registrar"]
CorrectionState = Literal["ASKED", "ACCEPTED", "DECLINED"]

OPENINGS_A_DAY: Final = 20
"""Openings of a share in one day (UTC) of which the time is kept; beyond them only the count goes up."""
OPENINGS_KEPT: Final = 400
"""Times kept of one share; older ones go first."""
SHARES_AT_ONCE: Final = 100
"""Shares of a record that can be opened at a time."""
SHARES_EVER: Final = 1_000
"""Shares of a record, ended ones included: each leaves a row."""
RECORDS_OF_HOLDER: Final = 100
CORRECTIONS_AT_ONCE: Final = 5
"""Corrections of a record that wait for an answer."""
CORRECTIONS_EVER: Final = 50


class TooMany(VanbangError):
    """More than one record or one holder may have; `what` has them, `most` is how many."""

    code: ClassVar[str] = "too_many"

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"{what}: no more than {most}; end or await some of them first")
        self.what = what
        self.most = most


@dataclass(frozen=True, slots=True)
class StoredShare:
    """A share without its ciphertext. `opened` counts openings, also after it has ended. Times are unix seconds."""

    id: str
    record: int
    created_at: int
    purpose: Purpose | None = None
    expires_at: int | None = None
    maker: Maker | None = None
    withdrawn_at: int | None = None
    opened: int = 0
    opened_at: int | None = None

    def is_open(self, now: int) -> bool:
        """Whether its proof URL leads to anything at this time."""
        return self.withdrawn_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Opening:
    """A share was opened; `visitor` is who says he did, encrypted under the record's key."""

    at: int
    visitor: bytes | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A private link; of its token only the SHA-256 is kept. `iss` None: made for all institutions."""

    id: str
    token_sha256: bytes = field(repr=False)
    iss: str | None
    created_at: int
    renewed_at: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a holder says is wrong in a claim; `question` and `answer` are encrypted under the record's key."""

    id: str
    record: int
    iss: str
    claim: str
    question: bytes
    asked_at: int
    state: CorrectionState = "ASKED"
    answer: bytes | None = None
    answered_at: int | None = None


class ShareStore(Protocol):
    """Shares and their openings. Each method is one transaction. Raises StoreError."""

    def add_share(self, share: StoredShare, ciphertext: bytes) -> None:
        """Keeps the ciphertext of a proof URL; the same id again is harmless.

        Raises Conflict if the record is erased or the id is another record's; TooMany.
        """
        ...

    def share(self, share_id: str) -> tuple[StoredShare, bytes] | None:
        """The share and its ciphertext, empty once it was withdrawn or is gone with its time; or None."""
        ...

    def shares(self, key: bytes) -> Sequence[StoredShare]:
        """All shares of a record, of each of its editions, ended ones too, by (created_at, id)."""
        ...

    def withdraw_share(self, key: bytes, share_id: str, at: int) -> None:
        """Removes the ciphertext; the first time stays. Raises Conflict if the record has no such share."""
        ...

    def forget_expired_shares(self, now: int) -> int:
        """Removes the ciphertexts of shares whose time is over, and counts them."""
        ...

    def open_share(self, share_id: str, at: int) -> None:
        """Counts an opening, and keeps its time within OPENINGS_A_DAY and OPENINGS_KEPT."""
        ...

    def name_visitor(self, share_id: str, visitor: bytes, since: int) -> None:
        """Says who opened it last. Raises Conflict if no opening since that time is left without a name."""
        ...

    def openings(self, share_id: str) -> Sequence[Opening]:
        """The openings whose time is kept, newest first."""
        ...


class HolderStore(Protocol):
    """Private links and corrections. Each method is one transaction. Raises StoreError."""

    def add_holder(self, holder: Holder, keys: Sequence[bytes]) -> Holder:
        """Stores it with the records under these blind keys, or gives the one stored under this id. Raises TooMany."""
        ...

    def holder(self, holder_id: str) -> Holder | None:
        """The holder, or None."""
        ...

    def holders(self, iss: str | None, after: str = "", limit: int = 100) -> Sequence[Holder]:
        """By id, behind `after`; made by one institution, or all (None)."""
        ...

    def held(self, holder_id: str) -> Sequence[bytes]:
        """The blind keys of what a holder has, in the order they were added."""
        ...

    def hold(self, holder_id: str, keys: Sequence[bytes], at: int) -> None:
        """Adds records; what he has already stays. Raises Conflict if the holder has ended; TooMany."""
        ...

    def renew_holder(self, holder_id: str, token_sha256: bytes, at: int) -> None:
        """Another token instead of the old one. Raises Conflict if the holder has ended."""
        ...

    def end_holder(self, holder_id: str, at: int) -> None:
        """Ends the link; a first end stays. Raises Conflict for an unknown one."""
        ...

    def ask_correction(self, correction: Correction) -> Correction:
        """Stores it, or gives the one stored under this id. Raises Conflict if the record is erased; TooMany."""
        ...

    def correction(self, correction_id: str) -> Correction | None:
        """The correction, or None."""
        ...

    def corrections(
        self, iss: str | None, states: Sequence[str], after: tuple[int, str] | None, limit: int
    ) -> Sequence[Correction]:
        """By (asked_at, id) behind `after`; of one institution, or all (None); in these states, or all (())."""
        ...

    def corrections_of(self, key: bytes) -> Sequence[Correction]:
        """Those of a record, of each of its editions, by (asked_at, id)."""
        ...

    def answer_correction(self, correction_id: str, state: CorrectionState, answer: bytes, at: int) -> Correction:
        """ASKED to answered; a second answer that says the same state is harmless. Raises Conflict otherwise."""
        ...
