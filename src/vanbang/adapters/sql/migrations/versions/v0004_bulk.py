"""Room for ten million records: numbers instead of names in each row, blind indexes of persons, waiting subtrees.

Revision: 0004. Before it: 0003. `record` and `leaf` are written anew, with nothing referring to them meanwhile: what
runs the revisions has SQLite check no reference, and PostgreSQL forgets and learns them again here.
"""

from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_REFERRING: Final = ("share", "status_change", "correction")
_RECEIVING = "(SELECT ordinal FROM batch WHERE state = 'RECEIVING')"
_UNSEALED = "(SELECT record.id FROM record JOIN batch ON batch.ordinal = record.batch WHERE batch.sealed_at IS NULL)"


def upgrade() -> None:
    """Rewrites records and leaves. Those that are there already get no blind indexes of persons: what they say about
    them is encrypted."""
    _number("batch", "accepted_at, id")
    _number("status_list", "iss, number, uri")
    op.create_table(
        "batch_list",
        sa.Column("batch", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("list", sa.Integer(), primary_key=True),
    )
    op.execute(
        "INSERT INTO batch_list (batch, list) SELECT DISTINCT batch.ordinal, status_list.ordinal FROM leaf "
        "JOIN record ON record.id = leaf.record JOIN batch ON batch.id = record.batch_id "
        "JOIN status_list ON status_list.uri = leaf.list_uri"
    )
    _rewrite("leaf", _leaf, ("record", "list", "list_index", "leaf_index", "erased_at"), _LEAF_UP)
    _rewrite("record", _record, ("id", "batch", "edition", "key", "secret", "ciphertext"), _RECORD_UP)
    _indexes()
    op.create_table(
        "subtree",
        sa.Column("batch", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    """Writes the names back. Subtrees of a batch that is not sealed yet go, and their places are free again: it is
    sealed from its first record on. So does what has arrived of lists that are not whole yet: they are read again."""
    _free_places()
    op.execute(f"DELETE FROM leaf WHERE record IN {_UNSEALED}")  # noqa: S608
    op.execute(f"DELETE FROM record WHERE batch IN {_RECEIVING}")  # noqa: S608
    op.execute("UPDATE batch SET rows = 0 WHERE state = 'RECEIVING'")
    for table in ("subtree", "batch_list", "record_citizen", "record_learner", "record_key"):
        op.drop_table(table)
    _rewrite("record", _old_record, ("id", "batch_id", "key", "secret", "ciphertext", "edition"), _RECORD_DOWN)
    _rewrite("leaf", _old_leaf, ("record", "list_uri", "list_index", "leaf_index", "erased_at"), _LEAF_DOWN)
    for table in ("status_list", "batch"):
        op.drop_index(f"{table}_ordinal", table)
        op.drop_column(table, "ordinal")
    op.drop_column("batch", "entered")


_LEAF_UP = (
    "SELECT kept.record, status_list.ordinal, kept.list_index, kept.leaf_index, kept.erased_at FROM kept "
    "JOIN status_list ON status_list.uri = kept.list_uri ORDER BY kept.record"
)
_RECORD_UP = (
    "SELECT kept.id, batch.ordinal, kept.edition, kept.key, kept.secret, kept.ciphertext FROM kept "
    "JOIN batch ON batch.id = kept.batch_id ORDER BY kept.id"
)
_LEAF_DOWN = (
    "SELECT kept.record, status_list.uri, kept.list_index, kept.leaf_index, kept.erased_at FROM kept "
    "JOIN status_list ON status_list.ordinal = kept.list ORDER BY kept.record"
)
_RECORD_DOWN = (
    "SELECT kept.id, batch.id, kept.key, kept.secret, kept.ciphertext, kept.edition FROM kept "
    "JOIN batch ON batch.ordinal = kept.batch ORDER BY kept.id"
)


def _number(table: str, order: str) -> None:
    """Counts the rows, the oldest first."""
    key = order.rpartition(" ")[2]
    op.add_column(table, sa.Column("ordinal", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.execute(
        f"UPDATE {table} SET ordinal = counted.number FROM "  # noqa: S608
        f"(SELECT {key} AS name, row_number() OVER (ORDER BY {order}) AS number FROM {table}) AS counted "
        f"WHERE counted.name = {table}.{key}"
    )
    op.create_index(f"{table}_ordinal", table, ["ordinal"], unique=True)


def _free_places() -> None:
    """Gives back the places of records whose batches are not sealed."""
    connection = op.get_bind()
    lists = sa.text(
        "SELECT ordinal, taken FROM status_list WHERE ordinal IN (SELECT batch_list.list FROM batch_list "
        "JOIN batch ON batch.ordinal = batch_list.batch WHERE batch.sealed_at IS NULL)"
    )
    places = sa.text(f"SELECT list_index FROM leaf WHERE list = :list AND record IN {_UNSEALED}")  # noqa: S608
    for number, taken in connection.execute(lists).all():
        bits = bytearray(taken)
        for (index,) in connection.execute(places, {"list": number}):
            bits[index >> 3] &= ~(1 << (index & 7))
        free = sa.text("UPDATE status_list SET taken = :taken WHERE ordinal = :list")
        connection.execute(free, {"taken": bytes(bits), "list": number})


def _rewrite(table: str, make: Callable[[], None], columns: Sequence[str], rows: str) -> None:
    """Makes the table anew, with `rows` of what was in it, which is called `kept` meanwhile."""
    on_server = op.get_context().dialect.name == "postgresql"
    op.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")  # noqa: S608
    op.execute(f"DROP TABLE {table}{' CASCADE' if on_server else ''}")
    make()
    op.execute(f"INSERT INTO {table} ({', '.join(columns)}) {rows}")
    op.drop_table("kept")
    if on_server and table == "record":
        _refer_again()


def _refer_again() -> None:
    op.execute("SELECT setval(pg_get_serial_sequence('record', 'id'), max(id)) FROM record HAVING max(id) IS NOT NULL")
    for table in _REFERRING:
        op.create_foreign_key(f"fk_{table}_record", table, "record", ["record"], ["id"])


def _record() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("learner", sa.LargeBinary()),
        sa.Column("citizen", sa.LargeBinary()),
    )
    op.create_index("record_of_batch", "record", ["batch", "id"])


def _indexes() -> None:
    """Enters the keys of all lists that are whole."""
    op.add_column("batch", sa.Column("entered", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "record_key",
        sa.Column("key", sa.LargeBinary(), primary_key=True),
        sa.Column("edition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("record", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    for name in ("learner", "citizen"):
        op.create_table(
            f"record_{name}",
            sa.Column(name, sa.LargeBinary(), primary_key=True),
            sa.Column("record", sa.Integer(), primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        )
    op.execute(
        "INSERT INTO record_key (key, edition, record) SELECT key, edition, id FROM record "  # noqa: S608
        f"WHERE batch NOT IN {_RECEIVING} ORDER BY key, edition"
    )


def _leaf() -> None:
    op.create_table(
        "leaf",
        sa.Column("record", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("list", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("leaf_index", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.BigInteger()),
    )


def _old_record() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("batch_id", sa.String(), sa.ForeignKey("batch.id"), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.UniqueConstraint("key", "edition"),
    )
    op.create_index("record_of_batch", "record", ["batch_id", "id"])


def _old_leaf() -> None:
    op.create_table(
        "leaf",
        sa.Column("record", sa.Integer(), sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("list_uri", sa.String(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("leaf_index", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.BigInteger()),
        sa.UniqueConstraint("list_uri", "list_index"),
    )
