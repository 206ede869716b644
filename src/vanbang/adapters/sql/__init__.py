"""The record store on SQL: SQLite by default, the same tables on PostgreSQL."""

from vanbang.adapters.sql.database import open_database
from vanbang.adapters.sql.store import SqlRecordStore

__all__ = ["SqlRecordStore", "open_database"]
