"""Records and the shares made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from sqlalchemy import insert
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.batches import CHUNK, chunks
from vanbang.adapters.sql.database import empty_log, reading, transaction
from vanbang.adapters.sql.tables import BatchRow, RecordRow, ShareRow
from vanbang.ports import Conflict, NewRecord, StoredRecord, StoreError

LOOKED_UP = 10_000
"""Keys in one query: SQLite allows 32,766 bound values."""

_COLUMNS = [getattr(RecordRow, field.name) for field in fields(StoredRecord)]


class Records(AuditLog):
    """The part of the store with records and shares."""

    def add_records(self, batch_id: str, records: Sequence[NewRecord]) -> None:
        with transaction(self._engine) as session:
            batch = session.get(BatchRow, batch_id)
            if batch is None or batch.state != "RECEIVING":
                raise Conflict("this batch takes no records any more")
            batch.rows += len(records)
            session.flush()
            for chunk in chunks({"batch_id": batch_id, "edition": 1, **values(record)} for record in records):
                session.connection().execute(insert(RecordRow), chunk)

    def records(self, batch_id: str) -> Iterator[StoredRecord]:
        last = 0
        while True:
            with reading(self._engine) as session:
                query = (
                    select(*_COLUMNS)
                    .where(RecordRow.batch_id == batch_id, col(RecordRow.id) > last)
                    .order_by(col(RecordRow.id))
                    .limit(CHUNK)
                )
                found = [StoredRecord(*row) for row in session.execute(query)]
            yield from found
            if len(found) < CHUNK:
                return
            last = found[-1].id

    def list_uris(self, batch_id: str) -> set[str]:
        with reading(self._engine) as session:
            uris = session.exec(select(RecordRow.list_uri).where(RecordRow.batch_id == batch_id).distinct())
            return {uri for uri in uris if uri is not None}

    def taken(self, keys: Sequence[bytes], upload_id: str) -> dict[bytes, str]:
        found: dict[bytes, str] = {}
        with reading(self._engine) as session:
            for start in range(0, len(keys), LOOKED_UP):
                query = (
                    select(RecordRow.key, BatchRow.state)
                    .join(BatchRow, col(RecordRow.batch_id) == col(BatchRow.id))
                    .where(col(RecordRow.key).in_(keys[start : start + LOOKED_UP]), BatchRow.upload != upload_id)
                )
                found |= dict(session.exec(query).all())
        return found

    def record(self, record_id: int) -> StoredRecord | None:
        with reading(self._engine) as session:
            row = session.execute(select(*_COLUMNS).where(RecordRow.id == record_id)).first()
            return StoredRecord(*row) if row else None

    def find(self, key: bytes) -> StoredRecord | None:
        with reading(self._engine) as session:
            sealed = select(*_COLUMNS).where(RecordRow.key == key, col(RecordRow.leaf_index).is_not(None))
            row = session.execute(sealed.order_by(col(RecordRow.edition).desc()).limit(1)).first()
            return StoredRecord(*row) if row else None

    def erase(self, record_id: int, at: int) -> None:
        with transaction(self._engine) as session:
            row = session.get(RecordRow, record_id)
            if row is None or row.leaf_index is None:
                raise Conflict("there is no such record, or it is not sealed")
            if row.erased_at is None:
                row.secret, row.ciphertext, row.erased_at = b"", b"", at
                for share in session.exec(select(ShareRow).where(ShareRow.record == record_id)).all():
                    self._withdraw(session, share)
                self._note(session, "record.erased", f"record/{record_id}", batch=row.batch_id)
        # A crash here leaves the old bytes in the log until it is next emptied: erasing again does that.
        if not empty_log(self._engine):
            raise StoreError("the record is erased, but a reader holds on to the old log: erase it again in a minute")

    def add_share(self, record_id: int, share_id: str, ciphertext: bytes, created_at: int) -> None:
        with transaction(self._engine) as session:
            known = session.get(ShareRow, share_id)
            if known is not None and known.record == record_id:
                return
            record = session.get(RecordRow, record_id)
            if known is not None or record is None or record.erased_at is not None:
                raise Conflict("this record is not there any more, or the share is another record's")
            session.add(ShareRow(id=share_id, record=record_id, ciphertext=ciphertext, created_at=created_at))
            self._note(session, "share.added", share_id, record=record_id)

    def share(self, share_id: str) -> bytes | None:
        with reading(self._engine) as session:
            row = session.get(ShareRow, share_id)
            return row.ciphertext if row else None

    def shares(self, record_id: int) -> Sequence[tuple[str, int]]:
        with reading(self._engine) as session:
            query = select(ShareRow.id, ShareRow.created_at).where(ShareRow.record == record_id)
            return list(session.exec(query.order_by(col(ShareRow.created_at), col(ShareRow.id))).all())

    def withdraw_share(self, record_id: int, share_id: str) -> None:
        with transaction(self._engine) as session:
            row = session.get(ShareRow, share_id)
            if row is None or row.record != record_id:
                raise Conflict("this record has no such share")
            self._withdraw(session, row)

    def _withdraw(self, session: Session, share: ShareRow) -> None:
        session.delete(share)
        self._note(session, "share.withdrawn", share.id, record=share.record)
