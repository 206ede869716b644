"""Rows. They are never request bodies and never domain objects (`vanbang.ports` holds those).

An index for every question that is asked often: a test explains the queries and finds none that reads a whole table.
"""

from typing import Final

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from vanbang.adapters.sql import chain_tables, holding_tables
from vanbang.adapters.sql.columns import Row, big, byte_column, key_bytes, number_added


class InstitutionRow(Row, table=True):
    __tablename__ = "institution"

    iss: str = Field(primary_key=True)
    code: str = Field(unique=True)
    name: str
    slug: str = Field(unique=True)
    officer_name: str
    officer_title: str


class UploadRow(Row, table=True):
    __tablename__ = "upload"
    __table_args__ = (
        Index("upload_page", "created_at", "id"),
        Index("upload_of_institution", "iss", "created_at", "id"),
        Index("upload_in_state", "state", "created_at", "id"),
        Index("upload_body", "body_sha256"),
    )

    id: str = Field(primary_key=True)
    iss: str | None = Field(default=None, foreign_key="institution.iss")
    created_by: str
    created_at: int = big()
    name: str
    secret: bytes = Field(sa_column=byte_column())
    type_name: str
    accept_valid: bool
    state: str
    size: int = big()
    body_sha256: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    rows: int
    accepted: int
    errors: int
    warnings: int
    finished_at: int | None = big(default=None)
    error: str


class PartRow(Row, table=True):
    __tablename__ = "part"

    upload: str = Field(foreign_key="upload.id", primary_key=True)
    number: int = Field(primary_key=True)
    size: int = big()
    sha256: bytes = Field(sa_column=byte_column())


class BatchRow(Row, table=True):
    __tablename__ = "batch"
    __table_args__ = (
        Index("batch_page", "accepted_at", "id"),
        Index("batch_of_institution", "iss", "accepted_at", "id"),
        Index("batch_in_state", "state", "accepted_at", "id"),
        Index("batch_of_upload", "upload", "accepted_at", "id"),
        Index("batch_anchored", "state", "block", "id"),
        Index("batch_ordinal", "ordinal", unique=True),
    )

    id: str = Field(primary_key=True)
    iss: str = Field(foreign_key="institution.iss")
    vct: str
    state: str
    upload: str = Field(foreign_key="upload.id")
    accepted_at: int = big()
    rows: int
    sealed_at: int | None = big(default=None)
    root: bytes | None = Field(default=None, sa_column=byte_column(nullable=True, unique=True))
    tree_size: int | None = None
    type_sha256: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    manifest: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    endorsements: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    deadline: int | None = big(default=None)
    signature: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    transaction: int | None = Field(default=None, foreign_key="transaction.id")
    block: int | None = big(default=None)
    ordinal: int = number_added()
    entered: int = number_added()


class RecordRow(Row, table=True):
    """A row never changes its size: new bytes lie where the old ones lay, so that SQLite has no reason to move it and
    to leave a copy of it in the unused part of a page. So `citizen`, 20 bits, is 3 bytes and no number.

    `batch` is a batch's ordinal. The database does not check that for each of millions of rows: they are added, and
    removed, only under a lock on that batch.
    """

    __tablename__ = "record"
    __table_args__ = (Index("record_of_batch", "batch", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    batch: int
    edition: int = 1
    key: bytes = Field(sa_column=byte_column())
    secret: bytes = Field(sa_column=byte_column())
    ciphertext: bytes = Field(sa_column=byte_column())
    learner: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))
    citizen: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))


_ORDERED: Final = {"sqlite_with_rowid": False}
"""The table is its own index."""


class KeyRow(Row, table=True):
    """By what records are found. Unique from the moment their list is accepted: no two lists hold the same record."""

    __tablename__ = "record_key"
    __table_args__ = _ORDERED

    key: bytes = Field(sa_column=key_bytes())
    edition: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    record: int


class LearnerRow(Row, table=True):
    """Whose records are whose, by learner number; gone once a record is erased."""

    __tablename__ = "record_learner"
    __table_args__ = _ORDERED

    learner: bytes = Field(sa_column=key_bytes())
    record: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class CitizenRow(Row, table=True):
    """The same by citizen number, of which so little is kept that others' records stand among them."""

    __tablename__ = "record_citizen"
    __table_args__ = _ORDERED

    citizen: bytes = Field(sa_column=key_bytes())
    record: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class LeafRow(Row, table=True):
    """What sealing, and later erasing, adds to a record; counts for nothing until its batch is sealed.

    `list` is a status list's ordinal. That no two records have one place is seen to by the list's bitmap.
    """

    __tablename__ = "leaf"

    record: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    list: int
    list_index: int
    leaf_index: int
    erased_at: int | None = big(default=None)


class SubtreeRow(Row, table=True):
    """A subtree of 65,536 records of a batch, up to the id `last`; its sorted leaves, until the batch is sealed."""

    __tablename__ = "subtree"

    batch: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True)
    last: int
    leaves: bytes = Field(sa_column=byte_column())


class BatchListRow(Row, table=True):
    """In which status lists a batch has places."""

    __tablename__ = "batch_list"

    batch: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    list: int = Field(primary_key=True)


class StatusListRow(Row, table=True):
    __tablename__ = "status_list"
    __table_args__ = (UniqueConstraint("iss", "number"), Index("status_list_ordinal", "ordinal", unique=True))

    uri: str = Field(primary_key=True)
    iss: str = Field(foreign_key="institution.iss")
    number: int
    bits: bytes = Field(sa_column=byte_column())
    taken: bytes = Field(sa_column=byte_column())
    ordinal: int = number_added()


NOT_FINAL = text("state <> 'FINAL'")
"""As the index says it: with a value in its place, no planner would know that the index holds all there are."""


class StatusRootRow(Row, table=True):
    __tablename__ = "status_root"
    __table_args__ = (Index("status_root_open", "iss", "epoch", sqlite_where=NOT_FINAL, postgresql_where=NOT_FINAL),)

    iss: str = Field(foreign_key="institution.iss", primary_key=True)
    epoch: int = Field(primary_key=True)
    manifest: bytes = Field(sa_column=byte_column())
    state: str
    transaction: int | None = Field(default=None, foreign_key="transaction.id")
    deadline: int | None = big(default=None)


class ApiKeyRow(Row, table=True):
    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_of_institution", "iss", "id"),)

    id: str = Field(primary_key=True)
    secret_sha256: bytes = Field(sa_column=byte_column())
    iss: str | None = Field(default=None, foreign_key="institution.iss")
    role: str
    label: str
    created_at: int = big()
    expires_at: int = big()
    ended_at: int | None = big(default=None)
    replaced_by: str | None = None


class AnswerRow(Row, table=True):
    """A write that was asked for: `status` and `body` are None while it is being worked on."""

    __tablename__ = "answer"

    scope: str = Field(primary_key=True)
    key_hash: bytes = Field(sa_column=key_bytes())
    request_sha256: bytes = Field(sa_column=byte_column())
    made_at: int = big(index=True)
    status: int | None = None
    body: bytes | None = Field(default=None, sa_column=byte_column(nullable=True))


class AuditRow(Row, table=True):
    __tablename__ = "audit_log"

    seq: int = Field(primary_key=True)
    at: int = big()
    actor: str
    action: str
    subject: str
    facts: str
    previous: bytes = Field(sa_column=byte_column(unique=True))
    hash: bytes = Field(sa_column=byte_column(unique=True))


class OperationRow(Row, table=True):
    __tablename__ = "operation"
    __table_args__ = (Index("operation_state", "state", "created_at", "id"),)

    id: str = Field(primary_key=True)
    kind: str
    iss: str
    arguments: str
    created_by: str
    created_at: int = big()
    state: str
    error: str
    finished_at: int | None = big(default=None)


_OPEN = text("state IN ('PROPOSED', 'APPROVED')")


class ChangeRow(Row, table=True):
    """A change of status; a record has at most one that is open."""

    __tablename__ = "status_change"
    __table_args__ = (
        Index("status_change_of_institution", "iss", "id"),
        Index("status_change_of_record", "record"),
        Index("status_change_open", "record", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = Field(primary_key=True)
    iss: str = Field(foreign_key="institution.iss")
    record: int = Field(foreign_key="record.id")
    status: int
    reason: str
    decision: str
    proposed_by: str
    proposed_at: int = big()
    approved_by: str
    approved_at: int | None = big(default=None)
    state: str


class HandedInRow(Row, table=True):
    __tablename__ = "handed_in"

    digest: bytes = Field(sa_column=key_bytes())
    signer: bytes = Field(sa_column=key_bytes())
    signature: bytes = Field(sa_column=byte_column())
    name: str
    title: str
    at: int = big()


class RegisterRow(Row, table=True):
    __tablename__ = "register_entry"

    iss: str = Field(foreign_key="institution.iss", primary_key=True)
    kind: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    since: str = Field(primary_key=True)
    title: str
    until: str


class LeaseRow(Row, table=True):
    """Stays when it is given back: its token must never come again."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    token: int = big()
    beats: int = big()


class TroubleRow(Row, table=True):
    __tablename__ = "trouble"

    subject: str = Field(primary_key=True)
    code: str
    text: str
    since: int = big()


_NOT_ENDED = text("ended_at IS NULL")


class IncidentRow(Row, table=True):
    """What is wrong is open once."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "incident_open",
            "kind",
            "iss",
            "subject",
            unique=True,
            sqlite_where=_NOT_ENDED,
            postgresql_where=_NOT_ENDED,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    iss: str
    subject: str
    text: str
    at: int = big()
    ended_at: int | None = big(default=None)


METADATA: Final = Row.metadata
"""All tables, those of the modules below too: whoever has this has loaded them."""
OTHERS: Final = (chain_tables, holding_tables)
