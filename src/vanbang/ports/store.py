"""The database as a whole."""

import re
from dataclasses import dataclass, field
from typing import Protocol, Self

from vanbang.ports.access import AccessStore
from vanbang.ports.entries import EntryStore
from vanbang.ports.holding import HolderStore, ShareStore
from vanbang.ports.leases import Lease, LeaseStore
from vanbang.ports.records import RecordStore
from vanbang.ports.tasks import TaskStore
from vanbang.ports.troubles import TroubleStore
from vanbang.ports.uploads import UploadStore


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A database on a PostgreSQL server: `postgresql://...` as libpq reads it. Printed without a password.

    `connections` are the most that one process has open; who finds all of them in use waits, then is told StoreBusy.
    """

    url: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    connections: int = 20

    @property
    def holds_password(self) -> bool:
        """Whether the address has a password in it."""
        return str(self) != self.url

    def __str__(self) -> str:
        address, mark, query = self.url.partition("?")
        scheme, _, place = address.partition("://")
        user, at, hosts = place.rpartition("@")
        if "@" in query and not at:  # a password with a question mark in it, as it should not be written
            return f"{scheme}://***"
        name, colon, _ = user.partition(":")
        asked = re.sub(r"(?i)([^&=]*pass[^&=]*)=[^&]*", r"\1=***", query)
        return f"{scheme}://{name}{':***' if colon else ''}{at}{hosts}{mark}{asked}"


class Store(
    RecordStore,
    EntryStore,
    ShareStore,
    HolderStore,
    UploadStore,
    AccessStore,
    TaskStore,
    LeaseStore,
    TroubleStore,
    Protocol,
):
    """Everything that one database holds. Use cases ask for the narrower ports."""

    def acting_as(self, actor: str) -> Self:
        """The same store, whose audit log lines name this actor (`api:<key id>`, `cli`, `engine`)."""
        ...

    def under(self, lease: Lease) -> Self:
        """The same store, that writes only while the lease is held: every writing method raises LeaseLost otherwise,
        without effect, also when the lease is lost while it writes."""
        ...

    def check(self) -> None:
        """Raises StoreError unless the database answers and has the tables of this version."""
        ...
