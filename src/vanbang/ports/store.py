"""The database as a whole."""

from dataclasses import dataclass, field
from typing import Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from vanbang.ports.access import AccessStore
from vanbang.ports.leases import Lease, LeaseStore
from vanbang.ports.records import RecordStore
from vanbang.ports.tasks import TaskStore
from vanbang.ports.troubles import TroubleStore
from vanbang.ports.uploads import UploadStore


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A database on a PostgreSQL server: `postgresql://...` as libpq reads it. Printed without a password."""

    url: str = field(repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def holds_password(self) -> bool:
        """Whether the address has a password in it."""
        return str(self) != self.url

    def __str__(self) -> str:
        try:
            parts = urlsplit(self.url)
            query = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError:
            return "postgresql://***"
        user, at, hosts = parts.netloc.rpartition("@")
        name, colon, _ = user.partition(":")
        kept = [(key, "***" if "pass" in key.lower() else value) for key, value in query]
        asked = parts.query if kept == query else urlencode(kept, safe="*/,")
        return urlunsplit(parts._replace(netloc=f"{name}{':***' if colon else ''}{at}{hosts}", query=asked))


class Store(RecordStore, UploadStore, AccessStore, TaskStore, LeaseStore, TroubleStore, Protocol):
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
