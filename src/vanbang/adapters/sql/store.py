"""The store: everything that one database holds, each part in a module of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vanbang.adapters.sql.access import Access
from vanbang.adapters.sql.batches import Batches
from vanbang.adapters.sql.database import REVISIONS, SchemaDiffers, open_known, reading, revision
from vanbang.adapters.sql.entering import Entering
from vanbang.adapters.sql.entries import Entries
from vanbang.adapters.sql.holders import Holders
from vanbang.adapters.sql.journal import Journal
from vanbang.adapters.sql.leases import Leases
from vanbang.adapters.sql.persons import Persons
from vanbang.adapters.sql.placing import Placing
from vanbang.adapters.sql.records import Records
from vanbang.adapters.sql.tasks import Tasks
from vanbang.adapters.sql.transactions import Transactions
from vanbang.adapters.sql.troubles import Troubles
from vanbang.adapters.sql.uploads import UploadTables
from vanbang.ports import DatabaseServer


class SqlStore(
    Batches,
    Entering,
    Entries,
    Records,
    Persons,
    Placing,
    Holders,
    Journal,
    Transactions,
    UploadTables,
    Access,
    Tasks,
    Leases,
    Troubles,
):
    """Store on an engine of `open_database`."""

    def check(self) -> None:
        """Raises StoreError unless the database answers, SchemaDiffers unless it has the tables of this version."""
        with reading(self._engine) as session:
            found = revision(session.connection())
        if found != REVISIONS[-1]:
            raise SchemaDiffers(found or "")


@contextmanager
def opened_store(where: Path | DatabaseServer) -> Iterator[SqlStore]:
    """The store in a database that is there already, closed at the end. Raises StoreError, SchemaDiffers."""
    engine = open_known(where)
    try:
        yield SqlStore(engine)
    finally:
        engine.dispose()
