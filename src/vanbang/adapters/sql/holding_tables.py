"""Rows of what graduates have in hand: shares, their openings, private links and corrections."""

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from vanbang.adapters.sql.columns import Bytes, Row, big, byte_column, number_added

_HELD = text("emptied_at IS NULL AND expires_at IS NOT NULL")


class ShareRow(Row, table=True):
    """Stays when it ends, so that its proof URL says that it was withdrawn; the ciphertext goes (`emptied_at`)."""

    __tablename__ = "share"
    __table_args__ = (Index("share_expiring", "expires_at", sqlite_where=_HELD, postgresql_where=_HELD),)

    id: str = Field(primary_key=True)
    record: int = Field(foreign_key="record.id", index=True)
    ciphertext: bytes = Field(sa_column=byte_column())
    created_at: int = big()
    purpose: str | None = None
    expires_at: int | None = big(default=None)
    withdrawn_at: int | None = big(default=None)
    emptied_at: int | None = big(default=None)
    maker: str | None = None
    opened: int = number_added()
    opened_at: int | None = big(default=None)


class OpeningRow(Row, table=True):
    """When a share was opened; `share.opened` counts them all, of which the rows are the newest of each day."""

    __tablename__ = "opening"

    share: str = Field(foreign_key="share.id", primary_key=True)
    at: int = big(primary_key=True)
    visitor: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))


class HolderRow(Row, table=True):
    __tablename__ = "holder"
    __table_args__ = (Index("holder_of_institution", "iss", "id"),)

    id: str = Field(primary_key=True)
    token_sha256: bytes = Field(sa_column=byte_column())
    iss: str | None = Field(default=None, foreign_key="institution.iss")
    created_at: int = big()
    renewed_at: int | None = big(default=None)
    ended_at: int | None = big(default=None)


class HeldRow(Row, table=True):
    """A holder has what stands under a blind record key, whichever edition is the newest."""

    __tablename__ = "held"

    holder: str = Field(foreign_key="holder.id", primary_key=True)
    key: bytes = Field(sa_column=Column(Bytes, primary_key=True, index=True))
    added_at: int = big()


class CorrectionRow(Row, table=True):
    __tablename__ = "correction"
    __table_args__ = (
        Index("correction_page", "asked_at", "id"),
        Index("correction_of_institution", "iss", "asked_at", "id"),
    )

    id: str = Field(primary_key=True)
    record: int = Field(foreign_key="record.id", index=True)
    iss: str = Field(foreign_key="institution.iss")
    claim: str
    question: bytes = Field(sa_column=byte_column())
    asked_at: int = big()
    state: str
    answer: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    answered_at: int | None = big(default=None)
