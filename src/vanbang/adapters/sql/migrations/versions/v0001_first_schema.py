"""The first schema.

Revision: 0001. Before it: nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OPEN = sa.text("state IN ('PROPOSED', 'APPROVED')")


def upgrade() -> None:
    """Makes all tables."""
    _institutions()
    _uploads()
    _transactions()
    _batches()
    _records()
    _statuses()
    _people()
    _tasks()


def downgrade() -> None:
    """Removes all tables, and everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "institution",
    "register_entry",
    "upload",
    "part",
    "transaction",
    "attempt",
    "batch",
    "record",
    "leaf",
    "share",
    "status_list",
    "status_root",
    "status_change",
    "api_key",
    "answer",
    "audit_log",
    "operation",
    "handed_in",
)


def _institutions() -> None:
    op.create_table(
        "institution",
        sa.Column("iss", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False, unique=True),
        sa.Column("officer_name", sa.String(), nullable=False),
        sa.Column("officer_title", sa.String(), nullable=False),
    )
    op.create_table(
        "register_entry",
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss"), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("since", sa.String(), primary_key=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
    )


def _uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss")),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("type_name", sa.String(), nullable=False),
        sa.Column("accept_valid", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("error", sa.String(), nullable=False),
    )
    op.create_index("upload_body", "upload", ["body_sha256"])
    op.create_index("upload_in_state", "upload", ["state", "created_at", "id"])
    op.create_index("upload_of_institution", "upload", ["iss", "created_at", "id"])
    op.create_index("upload_page", "upload", ["created_at", "id"])
    op.create_table(
        "part",
        sa.Column("upload", sa.String(), sa.ForeignKey("upload.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
    )


def _transactions() -> None:
    op.create_table(
        "transaction",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.LargeBinary()),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mined_hash", sa.LargeBinary()),
        sa.Column("block", sa.BigInteger()),
        sa.Column("block_hash", sa.LargeBinary()),
        sa.Column("succeeded", sa.Boolean()),
        sa.Column("gas_used", sa.BigInteger()),
        sa.Column("contract", sa.LargeBinary()),
        sa.UniqueConstraint("chain_id", "sender", "nonce"),
    )
    op.create_index("transaction_state", "transaction", ["state"])
    op.create_table(
        "attempt",
        sa.Column("hash", sa.LargeBinary(), primary_key=True),
        sa.Column("transaction", sa.Integer(), sa.ForeignKey("transaction.id"), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("max_fee", sa.String(), nullable=False),
    )
    op.create_index("ix_attempt_transaction", "attempt", ["transaction"])


def _batches() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss"), nullable=False),
        sa.Column("vct", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("upload", sa.String(), sa.ForeignKey("upload.id"), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger()),
        sa.Column("root", sa.LargeBinary(), unique=True),
        sa.Column("tree_size", sa.Integer()),
        sa.Column("type_sha256", sa.LargeBinary()),
        sa.Column("manifest", sa.LargeBinary()),
        sa.Column("endorsements", sa.LargeBinary()),
        sa.Column("deadline", sa.BigInteger()),
        sa.Column("signature", sa.LargeBinary()),
        sa.Column("transaction", sa.Integer(), sa.ForeignKey("transaction.id")),
        sa.Column("block", sa.BigInteger()),
    )
    op.create_index("batch_in_state", "batch", ["state", "accepted_at", "id"])
    op.create_index("batch_of_institution", "batch", ["iss", "accepted_at", "id"])
    op.create_index("batch_of_upload", "batch", ["upload", "accepted_at", "id"])
    op.create_index("batch_page", "batch", ["accepted_at", "id"])


def _records() -> None:
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
    op.create_table(
        "leaf",
        sa.Column("record", sa.Integer(), sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("list_uri", sa.String(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("leaf_index", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.BigInteger()),
        sa.UniqueConstraint("list_uri", "list_index"),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("record", sa.Integer(), sa.ForeignKey("record.id"), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_share_record", "share", ["record"])


def _statuses() -> None:
    op.create_table(
        "status_list",
        sa.Column("uri", sa.String(), primary_key=True),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("iss", "number"),
    )
    op.create_table(
        "status_root",
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss"), primary_key=True),
        sa.Column("epoch", sa.Integer(), primary_key=True),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("transaction", sa.Integer(), sa.ForeignKey("transaction.id")),
        sa.Column("deadline", sa.BigInteger()),
    )
    op.create_table(
        "status_change",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss"), nullable=False),
        sa.Column("record", sa.Integer(), sa.ForeignKey("record.id"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
    )
    op.create_index("status_change_of_institution", "status_change", ["iss", "id"])
    op.create_index("status_change_of_record", "status_change", ["record"])
    op.create_index(
        "status_change_open", "status_change", ["record"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def _people() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("iss", sa.String(), sa.ForeignKey("institution.iss")),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("replaced_by", sa.String()),
    )
    op.create_index("api_key_of_institution", "api_key", ["iss", "id"])
    op.create_table(
        "answer",
        sa.Column("scope", sa.String(), primary_key=True),
        sa.Column("key_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.LargeBinary()),
    )
    op.create_index("ix_answer_made_at", "answer", ["made_at"])
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False, unique=True),
    )


def _tasks() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("iss", sa.String(), nullable=False),
        sa.Column("arguments", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
    )
    op.create_index("operation_state", "operation", ["state", "created_at", "id"])
    op.create_table(
        "handed_in",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("signer", sa.LargeBinary(), primary_key=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
