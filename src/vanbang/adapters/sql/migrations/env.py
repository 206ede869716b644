"""What alembic runs before the revisions: they work on the connection, and in the transaction, that they are given."""

from alembic import context

from vanbang.adapters.sql.tables import METADATA

# Batch mode: SQLite cannot alter a column, so alembic copies the table.
context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
