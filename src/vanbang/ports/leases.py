"""Leases: which worker does what, when several share a database."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from vanbang.core.errors import VanbangError


@dataclass(frozen=True, slots=True)
class Lease:
    """A piece of work that one worker has. `token` grows with every taking; `beats` with every sign of life."""

    name: str
    holder: str
    token: int
    beats: int


class LeaseLost(VanbangError):
    """Another worker has taken a lease meanwhile: what this one was about to write was not written."""

    code: ClassVar[str] = "lease_lost"

    def __init__(self, name: str) -> None:
        super().__init__(f"another worker has taken over '{name}': leave it to that one")
        self.name = name


class LeaseStore(Protocol):
    """Leases in the database. No clock is read: whoever waits for a lease counts, by his own stopwatch, how long he has
    seen the same token and beats. A holder that sleeps too long loses the lease, and `under` keeps it from writing.
    """

    def take_lease(self, name: str, holder: str, seen: Lease | None = None) -> Lease | None:
        """Takes a lease that nobody has, or that is still exactly as `seen`; None if somebody has it."""
        ...

    def lease(self, name: str) -> Lease | None:
        """The lease as it is; None if it was never taken. `holder` is empty when it was given back."""
        ...

    def leases(self) -> list[Lease]:
        """All that somebody holds, by name."""
        ...

    def beat(self, lease: Lease) -> Lease:
        """A sign of life. Raises LeaseLost."""
        ...

    def give_back(self, lease: Lease) -> None:
        """Ends a lease; nothing happens if it is another's by now."""
        ...
