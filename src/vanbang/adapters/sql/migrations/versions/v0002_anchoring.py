"""What the anchoring engine needs: fees and receipts of transactions, leases, troubles and incidents.

Revision: 0002. Before it: 0001. Columns are added and dropped in place: SQLite's way round, a copied table, would have
to drop one that others refer to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NOT_FINAL = sa.text("state <> 'FINAL'")
_UNSETTLED = sa.text("state NOT IN ('FINAL', 'FAILED', 'REPLACED')")
_NOT_ENDED = sa.text("ended_at IS NULL")
_ZERO = sa.text("0")


def upgrade() -> None:
    """Adds columns, indexes and tables. Of what is there already gas, time and block are 0: not known."""
    _transactions()
    _attempts()
    _questions()
    _leases()
    _troubles()


def downgrade() -> None:
    """Removes them. Transactions with several attempts keep them all, in no order."""
    for table in ("incident", "trouble", "lease"):
        op.drop_table(table)
    op.drop_index("batch_anchored", "batch")
    op.drop_index("status_root_open", "status_root")
    op.drop_index("attempt_in_order", "attempt")
    op.create_index("ix_attempt_transaction", "attempt", ["transaction"])
    for column in ("number", "block", "priority_fee"):
        op.drop_column("attempt", column)
    for index in ("transaction_prepared", "transaction_in_block", "transaction_open"):
        op.drop_index(index, "transaction")
    op.create_index("transaction_state", "transaction", ["state"])
    for column in ("events", "gas_price", "prepared_at", "gas"):
        op.drop_column("transaction", column)


def _transactions() -> None:
    op.add_column("transaction", sa.Column("gas", sa.BigInteger(), nullable=False, server_default=_ZERO))
    op.add_column("transaction", sa.Column("prepared_at", sa.BigInteger(), nullable=False, server_default=_ZERO))
    op.add_column("transaction", sa.Column("gas_price", sa.String()))
    op.add_column("transaction", sa.Column("events", sa.LargeBinary()))
    op.drop_index("transaction_state", "transaction")
    op.create_index(
        "transaction_open", "transaction", ["sender", "nonce"], sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED
    )
    op.create_index("transaction_in_block", "transaction", ["state", "block", "id"])
    op.create_index("transaction_prepared", "transaction", ["chain_id", "sender", "prepared_at"])


def _attempts() -> None:
    op.add_column("attempt", sa.Column("priority_fee", sa.String()))
    op.add_column("attempt", sa.Column("block", sa.BigInteger(), nullable=False, server_default=_ZERO))
    op.add_column("attempt", sa.Column("number", sa.BigInteger(), nullable=False, server_default=_ZERO))
    # The first schema was written with one attempt a transaction; more there are only after a move back to it.
    op.execute(
        "UPDATE attempt SET number = (SELECT count(*) FROM attempt AS other "
        'WHERE other."transaction" = attempt."transaction" AND (length(other.max_fee), other.max_fee, other.hash) '
        "< (length(attempt.max_fee), attempt.max_fee, attempt.hash))"
    )
    op.drop_index("ix_attempt_transaction", "attempt")
    op.create_index("attempt_in_order", "attempt", ["transaction", "number"], unique=True)


def _questions() -> None:
    op.create_index(
        "status_root_open", "status_root", ["iss", "epoch"], sqlite_where=_NOT_FINAL, postgresql_where=_NOT_FINAL
    )
    op.create_index("batch_anchored", "batch", ["state", "block", "id"])


def _leases() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
    )


def _troubles() -> None:
    op.create_table(
        "trouble",
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("iss", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index(
        "incident_open",
        "incident",
        ["kind", "iss", "subject"],
        unique=True,
        sqlite_where=_NOT_ENDED,
        postgresql_where=_NOT_ENDED,
    )
