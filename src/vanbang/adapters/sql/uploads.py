"""Uploads and their parts."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, tuple_
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.entering import end_upload
from vanbang.adapters.sql.tables import PartRow, UploadRow
from vanbang.ports import Conflict, Part, Upload

EXPIRED = "expired"
"""The `error` of an upload that was never completed."""


class UploadTables(AuditLog):
    """The part of the store with uploads."""

    def add_upload(self, upload: Upload) -> Upload:
        with self._writing() as session:
            known = session.get(UploadRow, upload.id)
            if known is not None:
                return _upload(known)
            session.add(UploadRow(**values(upload)))
            self._note(session, "upload.created", upload.id, iss=upload.iss or "", type=upload.type_name)
            return upload

    def upload(self, upload_id: str) -> Upload | None:
        with reading(self._engine) as session:
            row = session.get(UploadRow, upload_id)
            return _upload(row) if row else None

    def uploads(
        self,
        *,
        iss: str | None = None,
        states: Sequence[str] = (),
        after: tuple[int, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Upload]:
        place = tuple_(col(UploadRow.created_at), col(UploadRow.id))
        query = select(UploadRow).where(place > tuple_(*(after or (-1, ""))))
        if iss is not None:
            query = query.where(UploadRow.iss == iss)
        if states:
            query = query.where(col(UploadRow.state).in_(states))
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(UploadRow.created_at), col(UploadRow.id)).limit(limit))
            return [_upload(row) for row in rows]

    def accepted_upload(self, iss: str | None, body_sha256: bytes) -> Upload | None:
        with reading(self._engine) as session:
            same = select(UploadRow).where(
                UploadRow.body_sha256 == body_sha256, UploadRow.iss == iss, UploadRow.state == "ACCEPTED"
            )
            row = session.exec(same.order_by(col(UploadRow.created_at), col(UploadRow.id))).first()
            return _upload(row) if row else None

    def add_part(self, upload_id: str, part: Part) -> None:
        with self._writing() as session:
            upload = session.get(UploadRow, upload_id)
            if upload is None or upload.state != "OPEN":
                raise Conflict("this upload takes no more parts")
            session.merge(PartRow(upload=upload_id, **values(part)))

    def parts(self, upload_id: str) -> Sequence[Part]:
        with reading(self._engine) as session:
            return _parts(session, upload_id)

    def receive(self, upload_id: str, parts: Sequence[Part], body_sha256: bytes) -> Upload:
        with self._writing() as session:
            row = session.get(UploadRow, upload_id)
            if row is None or (row.state != "OPEN" and row.body_sha256 != body_sha256):
                raise Conflict("this upload is complete, with other bytes")
            if row.state == "OPEN":
                if _parts(session, upload_id) != list(parts):
                    raise Conflict("parts of this upload were replaced meanwhile: complete it again")
                size = sum(part.size for part in parts)
                row.state, row.size, row.body_sha256 = "RECEIVED", size, body_sha256
                self._note(session, "upload.received", upload_id, size=size, sha256=body_sha256.hex())
            return _upload(row)

    def refuse_upload(self, ended: Upload) -> None:
        with self._writing() as session:
            row = session.get(UploadRow, ended.id)
            if row is None or row.state not in ("RECEIVED", "REFUSED"):
                raise Conflict("this list is not waiting to be refused")
            if row.state == "RECEIVED":
                end_upload(row, "REFUSED", ended, ended.finished_at or self._clock())
                counts = {"rows": row.rows, "errors": row.errors, "warnings": row.warnings}
                self._note(session, "upload.refused", row.id, **counts, error=row.error)

    def expire_uploads(self, before: int) -> Sequence[str]:
        unread = and_(col(UploadRow.state).in_(("OPEN", "REFUSED")), col(UploadRow.created_at) < before)
        taken_in = and_(col(UploadRow.state) == "ACCEPTED", col(UploadRow.finished_at) < before)
        with self._writing() as session:
            query = select(UploadRow).where(UploadRow.secret != b"", or_(unread, taken_in))
            rows = session.exec(query.order_by(col(UploadRow.created_at), col(UploadRow.id))).all()
            return [self._expire(session, row) for row in rows]

    def _expire(self, session: Session, row: UploadRow) -> str:
        row.secret = b""
        if row.state == "OPEN":  # nothing more can be added to it: its parts cannot be read any more
            row.state, row.error, row.finished_at = "REFUSED", EXPIRED, self._clock()
        self._note(session, "upload.expired", row.id)
        return row.id


def _parts(session: Session, upload_id: str) -> list[Part]:
    rows = session.exec(select(PartRow).where(PartRow.upload == upload_id).order_by(col(PartRow.number)))
    return [Part(row.number, row.size, row.sha256) for row in rows]


def _upload(row: UploadRow) -> Upload:
    return Upload(**row.model_dump())
