"""Rows. They are never request bodies and never domain objects (`vanbang.ports.records` holds those)."""

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


def _bytes(*, nullable: bool = False, unique: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable, unique=unique)


class InstitutionRow(SQLModel, table=True):
    __tablename__ = "institution"

    iss: str = Field(primary_key=True)
    code: str = Field(unique=True)
    name: str
    slug: str = Field(unique=True)
    officer_name: str
    officer_title: str


class BatchRow(SQLModel, table=True):
    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("iss", "idempotency_key"),)

    id: str = Field(primary_key=True)
    iss: str = Field(foreign_key="institution.iss", index=True)
    vct: str
    state: str = Field(index=True)
    idempotency_key: str
    body_sha256: bytes = Field(sa_column=_bytes())
    accepted_at: int
    rows: int
    sealed_at: int | None = None
    root: bytes | None = Field(default=None, sa_column=_bytes(nullable=True, unique=True))
    tree_size: int | None = None
    type_sha256: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    manifest: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    endorsements: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    deadline: int | None = None
    signature: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    transaction: int | None = Field(default=None, foreign_key="transaction.id")
    block: int | None = None


class RecordRow(SQLModel, table=True):
    """`sealed_key` repeats `key` once the record is sealed: unique with the edition, so nothing is sealed twice."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("sealed_key", "edition"), UniqueConstraint("list_uri", "list_index"))

    id: int | None = Field(default=None, primary_key=True)
    batch_id: str = Field(foreign_key="batch.id", index=True)
    key: bytes = Field(sa_column=_bytes())
    sealed_key: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    edition: int = 1
    secret: bytes = Field(sa_column=_bytes())
    ciphertext: bytes = Field(sa_column=_bytes())
    list_uri: str | None = None
    list_index: int | None = None
    leaf_index: int | None = None


class StatusListRow(SQLModel, table=True):
    __tablename__ = "status_list"

    uri: str = Field(primary_key=True)
    iss: str = Field(foreign_key="institution.iss", index=True)
    number: int
    bits: bytes = Field(sa_column=_bytes())
    taken: bytes = Field(sa_column=_bytes())


class StatusRootRow(SQLModel, table=True):
    __tablename__ = "status_root"

    iss: str = Field(foreign_key="institution.iss", primary_key=True)
    epoch: int = Field(primary_key=True)
    manifest: bytes = Field(sa_column=_bytes())
    state: str = Field(index=True)
    transaction: int | None = Field(default=None, foreign_key="transaction.id")


class TransactionRow(SQLModel, table=True):
    """One nonce, one call. Stored, with a signed attempt, before anything is sent."""

    __tablename__ = "transaction"
    __table_args__ = (UniqueConstraint("chain_id", "sender", "nonce"), Index("transaction_state", "state"))

    id: int | None = Field(default=None, primary_key=True)
    chain_id: int
    sender: bytes = Field(sa_column=_bytes())
    nonce: int
    target: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    data: bytes = Field(sa_column=_bytes())
    value: str = Field(description="wei as decimal text: it may exceed 64 bits")
    purpose: str
    state: str
    mined_hash: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    block: int | None = None
    block_hash: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))
    succeeded: bool | None = None
    gas_used: int | None = None
    contract: bytes | None = Field(default=None, sa_column=_bytes(nullable=True))


class AttemptRow(SQLModel, table=True):
    __tablename__ = "attempt"

    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    transaction: int = Field(foreign_key="transaction.id", index=True)
    raw: bytes = Field(sa_column=_bytes())
    max_fee: str = Field(description="wei as decimal text: it may exceed 64 bits")


class ShareRow(SQLModel, table=True):
    __tablename__ = "share"

    id: str = Field(primary_key=True)
    ciphertext: bytes = Field(sa_column=_bytes())
    created_at: int
