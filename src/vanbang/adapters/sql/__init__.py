"""The store on SQL: SQLite by default, the same tables on PostgreSQL."""

from vanbang.adapters.sql.database import SchemaDiffers, open_database
from vanbang.adapters.sql.store import SqlStore

SqlRecordStore = SqlStore

__all__ = ["SchemaDiffers", "SqlRecordStore", "SqlStore", "open_database"]
