"""The record store: institutions, batches and records. Transactions and status roots are in `journal`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, bindparam, insert, update
from sqlmodel import col, select

from vanbang.adapters.sql.database import reading, transaction
from vanbang.adapters.sql.journal import Journal
from vanbang.adapters.sql.tables import BatchRow, InstitutionRow, RecordRow, ShareRow, StatusListRow
from vanbang.ports import Batch, Conflict, Institution, NewRecord, SealedBatch, SealedRecord, StoredRecord

CHUNK = 1_000
"""Rows a statement: SQLite allows 32,766 bound values, and a chunk of records must fit into memory many times over."""


class SqlRecordStore(Journal):
    """RecordStore on an engine of `open_database`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)

    def add_institution(self, institution: Institution) -> None:
        with transaction(self._engine) as session:
            session.add(InstitutionRow(**_values(institution)))

    def institutions(self) -> Sequence[Institution]:
        with reading(self._engine) as session:
            rows = session.exec(select(InstitutionRow).order_by(InstitutionRow.code)).all()
            return [Institution(**row.model_dump()) for row in rows]

    def accept(self, batch: Batch, records: Iterable[NewRecord]) -> Batch:
        with transaction(self._engine) as session:
            known = session.exec(
                select(BatchRow).where(BatchRow.iss == batch.iss, BatchRow.idempotency_key == batch.idempotency_key)
            ).first()
            if known:
                if known.body_sha256 != batch.body_sha256:
                    raise Conflict("this idempotency key was used for another list")
                return _batch(known)
            session.add(BatchRow(**_values(batch)))
            session.flush()
            rows = 0
            for chunk in _chunks({"batch_id": batch.id, "edition": 1, **_values(record)} for record in records):
                session.execute(insert(RecordRow), chunk)
                rows += len(chunk)
            stored = session.get_one(BatchRow, batch.id)
            stored.rows = rows
            session.flush()
            return _batch(stored)

    def batch(self, batch_id: str) -> Batch | None:
        with reading(self._engine) as session:
            row = session.get(BatchRow, batch_id)
            return _batch(row) if row else None

    def batches(self, *states: str) -> Sequence[Batch]:
        with reading(self._engine) as session:
            query = select(BatchRow).order_by(col(BatchRow.accepted_at), col(BatchRow.id))
            if states:
                query = query.where(col(BatchRow.state).in_(states))
            return [_batch(row) for row in session.exec(query).all()]

    def records(self, batch_id: str) -> Iterator[StoredRecord]:
        last = 0
        while True:
            with reading(self._engine) as session:
                rows = session.exec(
                    select(RecordRow)
                    .where(RecordRow.batch_id == batch_id, col(RecordRow.id) > last)
                    .order_by(col(RecordRow.id))
                    .limit(CHUNK)
                ).all()
                found = [_record(row) for row in rows]
            yield from found
            if len(found) < CHUNK:
                return
            last = found[-1].id

    def list_uris(self, batch_id: str) -> set[str]:
        with reading(self._engine) as session:
            uris = session.exec(select(RecordRow.list_uri).where(RecordRow.batch_id == batch_id).distinct())
            return {uri for uri in uris if uri is not None}

    def issued(self, keys: Sequence[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        with reading(self._engine) as session:
            for start in range(0, len(keys), CHUNK):
                wanted = keys[start : start + CHUNK]
                rows = session.exec(select(RecordRow.sealed_key).where(col(RecordRow.sealed_key).in_(wanted)))
                found |= {key for key in rows if key is not None}
        return found

    def find(self, key: bytes) -> StoredRecord | None:
        with reading(self._engine) as session:
            newest = select(RecordRow).where(RecordRow.sealed_key == key).order_by(col(RecordRow.edition).desc())
            row = session.exec(newest).first()
            return _record(row) if row else None

    def seal(self, sealed: SealedBatch, records: Iterable[SealedRecord], places: Mapping[str, bytes]) -> None:
        with transaction(self._engine) as session:
            batch = session.get(BatchRow, sealed.batch_id)
            if batch is None or batch.state != "ACCEPTED":
                raise Conflict("this batch is not waiting to be sealed")
            batch.state = "SEALED"
            batch.sealed_at, batch.root, batch.tree_size = sealed.sealed_at, sealed.root, sealed.tree_size
            batch.type_sha256 = sealed.type_sha256
            for uri, taken in places.items():
                row = session.get_one(StatusListRow, uri)
                row.taken = _union(row.taken, taken)  # another batch may have taken places since these were chosen
            session.flush()
            change = (
                update(RecordRow)
                .where(col(RecordRow.id) == bindparam("record"))
                .values(sealed_key=RecordRow.key)
                .execution_options(synchronize_session=None)
            )
            for chunk in _chunks(_sealed_values(record) for record in records):
                session.connection().execute(change, chunk)

    def endorse(
        self, batch_id: str, manifest: bytes, endorsements: bytes | None, deadline: int, signature: bytes
    ) -> None:
        with transaction(self._engine) as session:
            batch = session.get(BatchRow, batch_id)
            if batch is None or batch.state != "SEALED":
                raise Conflict("this batch is not waiting to be endorsed")
            batch.state = "ENDORSED"
            batch.manifest, batch.endorsements = manifest, endorsements
            batch.deadline, batch.signature = deadline, signature

    def mark(self, batch_ids: Sequence[str], state: str, transaction_id: int | None, block: int | None = None) -> None:
        with transaction(self._engine) as session:
            for row in session.exec(select(BatchRow).where(col(BatchRow.id).in_(batch_ids))):
                row.state, row.transaction, row.block = state, transaction_id, block

    def add_share(self, share_id: str, ciphertext: bytes, created_at: int) -> None:
        with transaction(self._engine) as session:
            session.add(ShareRow(id=share_id, ciphertext=ciphertext, created_at=created_at))

    def share(self, share_id: str) -> bytes | None:
        with reading(self._engine) as session:
            row = session.get(ShareRow, share_id)
            return row.ciphertext if row else None


def _values(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _sealed_values(record: SealedRecord) -> dict[str, Any]:
    values = _values(record)
    return {"record": values.pop("id"), **values}


def _union(first: bytes, second: bytes) -> bytes:
    both = int.from_bytes(first, "big") | int.from_bytes(second, "big")
    return both.to_bytes(len(first), "big")


def _batch(row: BatchRow) -> Batch:
    return Batch(**row.model_dump())


def _record(row: RecordRow) -> StoredRecord:
    return StoredRecord(**row.model_dump(exclude={"sealed_key"}))


def _chunks(values: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
