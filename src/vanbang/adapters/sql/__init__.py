"""The store on SQL: a SQLite file by default, the same tables on PostgreSQL."""

from vanbang.adapters.sql.database import SchemaDiffers, open_database
from vanbang.adapters.sql.store import SqlStore, opened_store

__all__ = ["SchemaDiffers", "SqlStore", "open_database", "opened_store"]
