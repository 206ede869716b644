"""Records."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, bindparam, insert
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import values
from vanbang.adapters.sql.batches import CHUNK, chunks
from vanbang.adapters.sql.database import Question, beside, forget, reading
from vanbang.adapters.sql.shares import Shares
from vanbang.adapters.sql.tables import BatchRow, LeafRow, RecordRow, UploadRow
from vanbang.core.payload import StatusPlace
from vanbang.ports import Conflict, Held, NewRecord, StoredRecord

LOOKED_UP = 10_000
"""Keys in one query: SQLite allows 32,766 bound values."""

_COLUMNS: list[Any] = [
    getattr(RecordRow if hasattr(RecordRow, field.name) else LeafRow, field.name) for field in fields(StoredRecord)
]
_SELECT = select(*_COLUMNS).outerjoin(LeafRow, col(LeafRow.record) == col(RecordRow.id))

_HELD: Select[Any] = (
    select(  # type: ignore[call-overload]
        *(RecordRow.key, RecordRow.id, RecordRow.edition, RecordRow.batch_id, BatchRow.state),
        *(LeafRow.list_uri, LeafRow.list_index, LeafRow.leaf_index),
    )
    .join(BatchRow, col(RecordRow.batch_id) == col(BatchRow.id))
    .outerjoin(LeafRow, col(LeafRow.record) == col(RecordRow.id))
)

_NEWEST = Question(
    _SELECT.where(RecordRow.key == bindparam("key"), col(LeafRow.leaf_index).is_not(None))
    .order_by(col(RecordRow.edition).desc())
    .limit(1)
)


class Records(Shares):
    """The part of the store with records, and with what is made of them."""

    def add_records(self, batch_id: str, records: Sequence[NewRecord]) -> None:
        with self._writing(beside) as session:
            batch = session.get(BatchRow, batch_id, with_for_update=True)
            if batch is None or batch.state != "RECEIVING":
                raise Conflict("this batch takes no records any more")
            batch.rows += len(records)
            session.flush()
            for chunk in chunks({"batch_id": batch_id, **values(record)} for record in records):
                session.connection().execute(insert(RecordRow), chunk)

    def records(self, batch_id: str) -> Iterator[StoredRecord]:
        last = 0
        while True:
            with reading(self._engine) as session:
                behind = _SELECT.where(RecordRow.batch_id == batch_id, col(RecordRow.id) > last)
                rows = session.execute(behind.order_by(col(RecordRow.id)).limit(CHUNK))
                found = [_record(*row) for row in rows]
            yield from found
            if len(found) < CHUNK:
                return
            last = found[-1].id

    def list_uris(self, batch_id: str) -> set[str]:
        with reading(self._engine) as session:
            query = select(LeafRow.list_uri).join(RecordRow, col(LeafRow.record) == col(RecordRow.id))
            return set(session.exec(query.where(RecordRow.batch_id == batch_id).distinct()))

    def taken(self, keys: Sequence[bytes], upload_id: str) -> dict[bytes, Held]:
        found: dict[bytes, Held] = {}
        others = _HELD.where(col(BatchRow.upload) != upload_id).order_by(col(RecordRow.edition))
        with reading(self._engine) as session:
            for start in range(0, len(keys), LOOKED_UP):
                some = others.where(col(RecordRow.key).in_(keys[start : start + LOOKED_UP]))
                found |= {key: Held(*facts) for key, *facts in session.execute(some)}
        return found

    def places(self, records: Sequence[int]) -> dict[int, StatusPlace]:
        found: dict[int, StatusPlace] = {}
        query = select(LeafRow.record, LeafRow.list_uri, LeafRow.list_index)
        with reading(self._engine) as session:
            for start in range(0, len(records), LOOKED_UP):
                some = session.exec(query.where(col(LeafRow.record).in_(records[start : start + LOOKED_UP])))
                found |= {record: StatusPlace(uri, index) for record, uri, index in some}
        return found

    def record(self, record_id: int) -> StoredRecord | None:
        with reading(self._engine) as session:
            row = session.execute(_SELECT.where(RecordRow.id == record_id)).first()
            return _record(*row) if row else None

    def find(self, key: bytes, edition: int | None = None) -> StoredRecord | None:
        if edition is not None:
            return next((record for record in self.editions(key) if record.edition == edition), None)
        row = _NEWEST.first(self._engine, key=key)
        return _record(*row) if row else None

    def editions(self, key: bytes) -> Sequence[StoredRecord]:
        sealed = _SELECT.where(RecordRow.key == key, col(LeafRow.leaf_index).is_not(None))
        with reading(self._engine) as session:
            return [_record(*row) for row in session.execute(sealed.order_by(col(RecordRow.edition)))]

    def erase(self, record_id: int, at: int) -> None:
        with self._writing() as session:
            leaf = session.get(LeafRow, record_id)
            if leaf is None:
                raise Conflict("there is no such record, or it is not sealed")
            if leaf.erased_at is not None:
                return
            secrets = self._overwrite(session, session.get_one(RecordRow, record_id))
        # A crash here, or a StoreError, leaves a record without a secret and without a time: the next erasure does not
        # know any more what to look for, and has the whole file written anew.
        for secret in secrets:
            forget(self._engine, secret)
        with self._writing() as session:
            session.get_one(LeafRow, record_id).erased_at = at

    def _overwrite(self, session: Session, row: RecordRow) -> Sequence[bytes]:
        """Overwrites the record where it lies, and forgets the list it came in; gives the secrets that were there."""
        if not any(row.secret):
            return [b""]
        upload = session.get_one(UploadRow, session.get_one(BatchRow, row.batch_id).upload)
        secrets = [row.secret, *([upload.secret] if upload.secret else [])]
        row.secret, row.ciphertext, upload.secret = bytes(len(row.secret)), bytes(len(row.ciphertext)), b""
        self._forget_shares(session, row)
        self._note(session, "record.erased", f"record/{row.id}", batch=row.batch_id)
        return secrets


def _record(number: int, batch_id: str, key: bytes, secret: bytes, ciphertext: bytes, *others: Any) -> StoredRecord:
    erased = not any(secret)
    return StoredRecord(number, batch_id, key, b"" if erased else secret, b"" if erased else ciphertext, *others)
