"""What a graduate has in hand: ends and openings of shares, private links, corrections asked for.

Revision: 0003. Before it: 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_HELD = sa.text("emptied_at IS NULL AND expires_at IS NOT NULL")
_ADDED = ("purpose", "expires_at", "withdrawn_at", "emptied_at", "maker", "opened", "opened_at")


def upgrade() -> None:
    """Adds columns and tables. Shares that are there already are permanent, and nobody knows how often opened."""
    _shares()
    _openings()
    _holders()
    _corrections()


def downgrade() -> None:
    """Removes them, and the shares that have ended: under 0002 a share that is there can be opened."""
    for table in ("correction", "held", "holder", "opening"):
        op.drop_table(table)
    op.drop_index("share_expiring", "share")
    # A time that has passed cannot be told from here: what would have ended some day goes as well.
    op.execute("DELETE FROM share WHERE withdrawn_at IS NOT NULL OR expires_at IS NOT NULL")
    for column in reversed(_ADDED):
        op.drop_column("share", column)


def _shares() -> None:
    op.add_column("share", sa.Column("purpose", sa.String()))
    op.add_column("share", sa.Column("expires_at", sa.BigInteger()))
    op.add_column("share", sa.Column("withdrawn_at", sa.BigInteger()))
    op.add_column("share", sa.Column("emptied_at", sa.BigInteger()))
    op.add_column("share", sa.Column("maker", sa.String()))
    op.add_column("share", sa.Column("opened", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("share", sa.Column("opened_at", sa.BigInteger()))
    op.create_index("share_expiring", "share", ["expires_at"], sqlite_where=_HELD, postgresql_where=_HELD)


def _openings() -> None:
    op.create_table(
        "opening",
        sa.Column("share", sa.String(), sa.ForeignKey("share.id"), primary_key=True),
        sa.Column("at", sa.BigInteger(), primary_key=True),
        sa.Column("visitor", sa.LargeBinary()),
    )


def _holders() -> None:
    op.create_table(
        "holder",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss")),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("renewed_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("holder_of_institution", "holder", ["iss", "id"])
    op.create_table(
        "held",
        sa.Column("holder", sa.String(), sa.ForeignKey("holder.id"), primary_key=True),
        sa.Column("key", sa.LargeBinary(), primary_key=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_held_key", "held", ["key"])


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("record", sa.Integer(), sa.ForeignKey("record.id"), nullable=False),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss"), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("answered_at", sa.BigInteger()),
    )
    op.create_index("ix_correction_record", "correction", ["record"])
    op.create_index("correction_page", "correction", ["asked_at", "id"])
    op.create_index("correction_of_institution", "correction", ["iss", "asked_at", "id"])
