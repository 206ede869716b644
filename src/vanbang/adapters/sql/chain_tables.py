"""Rows of what is sent to the chain: transactions, and each form they were signed in."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from vanbang.adapters.sql.columns import Row, big, byte_column, key_bytes, number_added

UNSETTLED = text("state NOT IN ('FINAL', 'FAILED', 'REPLACED')")
"""As the index says it, and `vanbang.ports.SETTLED`."""


class TransactionRow(Row, table=True):
    """One nonce, one call. Stored, with a signed attempt, before anything is sent."""

    __tablename__ = "transaction"
    __table_args__ = (
        UniqueConstraint("chain_id", "sender", "nonce"),
        Index("transaction_open", "sender", "nonce", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
        Index("transaction_in_block", "state", "block", "id"),
        Index("transaction_prepared", "chain_id", "sender", "prepared_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    chain_id: int = big()
    sender: bytes = Field(sa_column=byte_column())
    nonce: int = big()
    target: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    data: bytes = Field(sa_column=byte_column())
    value: str = Field(description="wei as decimal text: it may exceed 64 bits")
    purpose: str
    state: str
    mined_hash: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    block: int | None = big(default=None)
    block_hash: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    succeeded: bool | None = None
    gas_used: int | None = big(default=None)
    contract: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    gas: int = number_added()
    prepared_at: int = number_added()
    gas_price: str | None = Field(default=None, description="wei as decimal text")
    events: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))


class AttemptRow(Row, table=True):
    """`number` counts the forms of a transaction from 0: of two workers that add one at once, one is refused."""

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_in_order", "transaction", "number", unique=True),)

    hash: bytes = Field(sa_column=key_bytes())
    transaction: int = Field(foreign_key="transaction.id")
    raw: bytes = Field(sa_column=byte_column())
    max_fee: str = Field(description="wei as decimal text: it may exceed 64 bits")
    priority_fee: str | None = Field(default=None, description="wei as decimal text")
    block: int = number_added()
    number: int = number_added()
