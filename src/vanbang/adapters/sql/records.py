"""Records."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, and_, bindparam, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from vanbang.adapters.sql.bulk import entered, insert_rows
from vanbang.adapters.sql.database import Question, beside, forget, reading
from vanbang.adapters.sql.shares import Shares
from vanbang.adapters.sql.tables import (
    BatchListRow,
    BatchRow,
    CitizenRow,
    KeyRow,
    LeafRow,
    LearnerRow,
    RecordRow,
    StatusListRow,
    SubtreeRow,
    UploadRow,
)
from vanbang.core.merkle import SUBTREE_LEAVES
from vanbang.core.payload import StatusPlace
from vanbang.ports import Conflict, Held, NewRecord, StoredRecord, Unsealed

LOOKED_UP: Final = 10_000
"""Keys in one query: SQLite allows 32,766 bound values."""
NO_END: Final = 2**31 - 1
"""Above every id, and every leaf."""
CITIZEN_SIZE: Final = 3
"""Bytes of a citizen number's blind index of 20 bits, whatever it is."""
CHUNK: Final = 1_000
"""Records read at once: they must fit into memory many times over."""

_STORED: tuple[Any, ...] = (BatchRow.id, RecordRow.key, RecordRow.secret, RecordRow.ciphertext, RecordRow.edition)
_PLACED: tuple[Any, ...] = (StatusListRow.uri, LeafRow.list_index, LeafRow.leaf_index)
_IS_SEALED = col(BatchRow.sealed_at).is_not(None)


def with_places(query: Select[Any]) -> Select[Any]:
    """Records with their batches and, where these are sealed, with their leaves."""
    return (
        query.select_from(RecordRow)
        .join(BatchRow, col(BatchRow.ordinal) == col(RecordRow.batch))
        .outerjoin(LeafRow, and_(col(LeafRow.record) == col(RecordRow.id), _IS_SEALED))
        .outerjoin(StatusListRow, col(StatusListRow.ordinal) == col(LeafRow.list))
    )


STORED: Select[Any] = select(RecordRow.id, *_STORED, *_PLACED, LeafRow.erased_at)  # type: ignore[call-overload]
"""What makes a StoredRecord."""
_SELECT = with_places(STORED)
OF_SEALED = _SELECT.where(_IS_SEALED)
_HELD = with_places(select(KeyRow.key, RecordRow.id, RecordRow.edition, BatchRow.id, BatchRow.state, *_PLACED))  # type: ignore[call-overload]
_BY_KEY = col(KeyRow.record) == col(RecordRow.id)
_OF_KEY = OF_SEALED.join(KeyRow, _BY_KEY).where(col(KeyRow.key) == bindparam("key"))

_NEWEST = Question(_OF_KEY.order_by(col(KeyRow.edition).desc()).limit(1))
_EDITIONS = Question(_OF_KEY.order_by(col(KeyRow.edition)))
_ONE = Question(_SELECT.where(col(RecordRow.id) == bindparam("record")))
_OF_BATCH = Question(
    _SELECT.where(col(RecordRow.batch) == bindparam("batch"), col(RecordRow.id) > bindparam("behind"))
    .order_by(col(RecordRow.id))
    .limit(CHUNK)
)
_UNSEALED = Question(
    select(RecordRow.id, RecordRow.secret, RecordRow.ciphertext)  # type: ignore[arg-type]
    .where(col(RecordRow.batch) == bindparam("batch"), col(RecordRow.id) > bindparam("behind"))
    .order_by(col(RecordRow.id))
    .limit(CHUNK)
)
_RECEIVED = Question(
    select(RecordRow.id, RecordRow.key, RecordRow.edition)  # type: ignore[arg-type]
    .where(col(RecordRow.batch) == bindparam("batch"), col(RecordRow.id) > bindparam("behind"))
    .order_by(col(RecordRow.id))
    .limit(bindparam("most"))
)
_AT_LEAF = Question(
    _SELECT.where(col(RecordRow.batch) == bindparam("batch"), col(LeafRow.leaf_index) == bindparam("leaf")).where(
        col(RecordRow.id) > bindparam("first"), col(RecordRow.id) <= bindparam("last")
    )
)
_BEFORE = aliased(SubtreeRow)
_ONE_BEFORE = and_(col(_BEFORE.batch) == col(SubtreeRow.batch), col(_BEFORE.number) == col(SubtreeRow.number) - 1)
_BOUNDS = Question(
    select(_BEFORE.last, SubtreeRow.last)  # type: ignore[arg-type]
    .select_from(SubtreeRow)
    .outerjoin(_BEFORE, _ONE_BEFORE)
    .where(col(SubtreeRow.batch) == bindparam("batch"), col(SubtreeRow.number) == bindparam("number"))
)
"""Between which ids the records of a subtree lie."""
_ORDINAL = Question(select(BatchRow.ordinal).where(BatchRow.id == bindparam("batch")))


def placed_in_lists(records: Sequence[int]) -> Select[Any]:
    """Those of the records that are sealed, each with its list's uri and its index there; at most LOOKED_UP."""
    query: Select[Any] = select(RecordRow.id, StatusListRow.uri, LeafRow.list_index)  # type: ignore[assignment]
    return with_places(query).where(col(RecordRow.id).in_(records), col(StatusListRow.uri).is_not(None))


def _among(engine: Engine) -> ColumnElement[bool]:
    """That a record has one of `keys`; as one array where the database takes one.

    They are given when it is asked: a statement that holds them is a ring of references, and stays until garbage is
    sought, a third of a megabyte each time.
    """
    if engine.dialect.name == "postgresql":
        return text("record_key.key = ANY(CAST(:keys AS bytea[]))")  # type: ignore[return-value]
    return col(KeyRow.key).in_(bindparam("keys", expanding=True))


class Records(Shares):
    """The part of the store with records, and with what is made of them."""

    def add_records(self, arrived: Mapping[str, Sequence[NewRecord]]) -> None:
        named = select(BatchRow).where(col(BatchRow.id).in_(arrived), BatchRow.state == "RECEIVING")
        with self._writing(beside) as session:
            batches = session.exec(named.order_by(col(BatchRow.ordinal)).with_for_update()).all()
            if len(batches) < len(arrived):
                raise Conflict("this batch takes no records any more")
            for batch in batches:
                batch.rows += len(arrived[batch.id])
            rows = [(batch.ordinal, arrived[batch.id]) for batch in batches]
            session.flush()
            insert_rows(
                session.connection(), "record", (_row(batch, record) for batch, records in rows for record in records)
            )

    def records(self, batch_id: str, behind: int = 0) -> Iterator[StoredRecord]:
        batch = _ORDINAL.first(self._engine, batch=batch_id)
        found: list[tuple[Any, ...]] = [()] * CHUNK
        while batch is not None and len(found) == CHUNK:
            found = _OF_BATCH.rows(self._engine, batch=batch[0], behind=behind)
            for row in found:
                behind = row[0]
                yield stored_record(*row)

    def unsealed(self, batch_id: str, behind: int = 0) -> Iterator[Unsealed]:
        batch = _ORDINAL.first(self._engine, batch=batch_id)
        found: list[tuple[Any, ...]] = [()] * CHUNK
        while batch is not None and len(found) == CHUNK:
            found = _UNSEALED.rows(self._engine, batch=batch[0], behind=behind)
            yield from map(Unsealed._make, found)
            behind = found[-1][0] if found else behind

    def received(self, batch_id: str, behind: int, limit: int) -> Sequence[tuple[int, bytes, int]]:
        batch = _ORDINAL.first(self._engine, batch=batch_id)
        rows = _RECEIVED.rows(self._engine, batch=batch[0], behind=behind, most=limit) if batch else []
        return [(number, key, edition) for number, key, edition in rows]

    def list_uris(self, batch_id: str) -> set[str]:
        query = (
            select(StatusListRow.uri)
            .join(BatchListRow, col(BatchListRow.list) == col(StatusListRow.ordinal))
            .join(BatchRow, col(BatchRow.ordinal) == col(BatchListRow.batch))
        )
        with reading(self._engine) as session:
            return set(session.exec(query.where(BatchRow.id == batch_id, _IS_SEALED)))

    def taken(self, keys: Sequence[bytes], upload_id: str) -> dict[bytes, Held]:
        found: dict[bytes, Held] = {}
        others = _HELD.join(KeyRow, _BY_KEY).where(col(BatchRow.upload) != upload_id, _among(self._engine))
        others = others.order_by(col(KeyRow.edition))
        with reading(self._engine) as session:
            for start in range(0, len(keys), LOOKED_UP):
                connection = session.connection()
                if some := entered(connection, keys[start : start + LOOKED_UP]):  # hardly ever
                    found |= {key: Held(*facts) for key, *facts in connection.execute(others, {"keys": some})}
        return found

    def places(self, records: Sequence[int]) -> dict[int, StatusPlace]:
        found: dict[int, StatusPlace] = {}
        with reading(self._engine) as session:
            for start in range(0, len(records), LOOKED_UP):
                some = session.execute(placed_in_lists(records[start : start + LOOKED_UP]))
                found |= {record: StatusPlace(uri, index) for record, uri, index in some}
        return found

    def record(self, record_id: int) -> StoredRecord | None:
        row = _ONE.first(self._engine, record=record_id)
        return stored_record(*row) if row else None

    def record_at(self, batch_id: str, leaf_index: int) -> StoredRecord | None:
        batch = _ORDINAL.first(self._engine, batch=batch_id) if 0 <= leaf_index <= NO_END else None
        if batch is None:
            return None
        (first, last) = _BOUNDS.first(self._engine, batch=batch[0], number=leaf_index // SUBTREE_LEAVES) or (None, None)
        among = {"batch": batch[0], "leaf": leaf_index, "first": first or 0, "last": last or NO_END}
        row = _AT_LEAF.first(self._engine, **among)
        return stored_record(*row) if row else None

    def find(self, key: bytes, edition: int | None = None) -> StoredRecord | None:
        if edition is not None:
            return next((record for record in self.editions(key) if record.edition == edition), None)
        row = _NEWEST.first(self._engine, key=key)
        return stored_record(*row) if row else None

    def editions(self, key: bytes) -> Sequence[StoredRecord]:
        return [stored_record(*row) for row in _EDITIONS.rows(self._engine, key=key)]

    def erase(self, record_id: int, at: int) -> None:
        with self._writing() as session:
            # Locked: indexes of persons are added beside other writers, and none may come behind this.
            leaf, row = session.get(LeafRow, record_id), session.get(RecordRow, record_id, with_for_update=True)
            if leaf is None or row is None:
                raise Conflict("there is no such record, or it is not sealed")
            batch = session.exec(select(BatchRow).where(BatchRow.ordinal == row.batch)).one()
            if batch.sealed_at is None:
                raise Conflict("there is no such record, or it is not sealed")
            if leaf.erased_at is not None:
                return
            secrets, entries = self._overwrite(session, row, batch)
        # A crash here, or a StoreError, leaves a record without a secret and without a time: the next erasure does not
        # know any more what to look for, and has the whole file written anew.
        forget(self._engine, secrets, entries)
        with self._writing() as session:
            session.get_one(LeafRow, record_id).erased_at = at

    def _overwrite(
        self, session: Session, row: RecordRow, batch: BatchRow
    ) -> tuple[Sequence[bytes], Sequence[tuple[bytes, int]]]:
        """Overwrites the record where it lies, and forgets the list it came in; gives the secrets that were there,
        and the entries of blind indexes."""
        if not any(row.secret):
            return [b""], []
        upload = session.get_one(UploadRow, batch.upload)
        # A copy that lies about may have lost its beginning, so the ciphertext is looked for as well.
        secrets = [row.secret, row.ciphertext[:32], *([upload.secret] if upload.secret else [])]
        row.secret, row.ciphertext, upload.secret = bytes(len(row.secret)), bytes(len(row.ciphertext)), b""
        entries = _forget_person(session, row)
        self._forget_shares(session, row)
        self._note(session, "record.erased", f"record/{row.id}", batch=batch.id)
        return secrets, entries


def _forget_person(session: Session, row: RecordRow) -> list[tuple[bytes, int]]:
    """Removes the blind indexes of whose record it is, and gives their entries: one that is lost hinders nothing."""
    entries = [(index, int(row.id or 0)) for index in (row.learner, row.citizen) if index is not None]
    if row.learner is not None:
        _remove(session, session.get(LearnerRow, (row.learner, row.id)))
        row.learner = bytes(len(row.learner))
    if row.citizen is not None:
        _remove(session, session.get(CitizenRow, (row.citizen, row.id)))
        row.citizen = bytes(len(row.citizen))
    return entries


def _remove(session: Session, entry: LearnerRow | CitizenRow | None) -> None:
    if entry is not None:
        session.delete(entry)


def _row(batch: int, record: NewRecord) -> tuple[Any, ...]:
    citizen = citizen_bytes(record.citizen)
    return batch, record.edition, record.key, record.secret, record.ciphertext, record.learner, citizen


def citizen_bytes(index: int | None) -> bytes | None:
    """The blind index of a citizen number as it is stored."""
    return None if index is None else index.to_bytes(CITIZEN_SIZE, "big")


def stored_record(
    number: int, batch_id: str, key: Any, secret: Any, ciphertext: Any, edition: Any, uri: str | None, *numbers: Any
) -> StoredRecord:
    """A row of STORED. SQLite holds whatever is written into a column: what has another type there is read as bytes
    that do not open, or as a place that is none, and hides no other row."""
    given = _bytes(secret)
    kept = (given, _bytes(ciphertext)) if any(given) else (b"", b"")
    return StoredRecord(number, batch_id, _bytes(key), *kept, _number(edition) or 0, uri, *map(_number, numbers))


def _bytes(value: Any) -> bytes:
    return value if type(value) is bytes else str(value).encode()


def _number(value: Any) -> int | None:
    return value if type(value) is int else None
