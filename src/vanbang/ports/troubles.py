"""What holds things up, and what went wrong on the chain: for those who wait, and for the public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something waits: the error's code, its sentence, and since when (unix)."""

    code: str
    text: str
    since: int


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that must not happen, and did: a final anchor that is gone. It is public. Times are unix seconds.

    `kind` is a key of `vanbang.notary.progress.INCIDENTS`; `subject` the batch, epoch or transaction's nonce.
    """

    kind: str
    iss: str
    subject: str
    text: str
    at: int
    id: int = 0
    ended_at: int | None = None


class TroubleStore(Protocol):
    """Troubles by subject (`batch:<id>`, `issuer:<iss>`, `upload:<id>`, `chain:<id>`), incidents by number.

    Every method is one transaction; repeating one is harmless.
    """

    def troubles(self) -> Mapping[str, Trouble]:
        """All there are now."""
        ...

    def trouble(self, *subjects: str) -> Trouble | None:
        """The trouble of the first of these subjects that has one."""
        ...

    def note_troubles(self, told: Mapping[str, Trouble], over: Sequence[str]) -> None:
        """Replaces troubles by subject, keeping `since` where the code stays the same; ends those of `over`."""
        ...

    def add_incident(self, incident: Incident) -> None:
        """Notes an incident, unless one of the same kind, issuer and subject is open."""
        ...

    def end_incident(self, kind: str, iss: str, subject: str, at: int) -> None:
        """Notes that it is mended."""
        ...

    def incidents(self, after: int = 0, limit: int | None = None, *, still_open: bool = False) -> Sequence[Incident]:
        """Incidents numbered above `after`, by number, so many at most; or those of them that are not mended."""
        ...
