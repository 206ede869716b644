"""The database as a whole."""

from typing import Protocol, Self

from vanbang.ports.access import AccessStore
from vanbang.ports.leases import Lease, LeaseStore
from vanbang.ports.records import RecordStore
from vanbang.ports.tasks import TaskStore
from vanbang.ports.troubles import TroubleStore
from vanbang.ports.uploads import UploadStore


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
