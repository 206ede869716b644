"""Shares: the ciphertexts behind proof URLs."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.tables import RecordRow, ShareRow
from vanbang.ports import Conflict


class Shares(AuditLog):
    """The part of the store with shares."""

    def add_share(self, record_id: int, share_id: str, ciphertext: bytes, created_at: int) -> None:
        with self._writing() as session:
            known = session.get(ShareRow, share_id)
            if known is not None and known.record == record_id:
                return
            record = session.get(RecordRow, record_id)
            if known is not None or record is None or not any(record.secret):
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
        with self._writing() as session:
            row = session.get(ShareRow, share_id)
            if row is None or row.record != record_id:
                raise Conflict("this record has no such share")
            self._withdraw(session, row)

    def _withdraw(self, session: Session, share: ShareRow) -> None:
        session.delete(share)
        self._note(session, "share.withdrawn", share.id, record=share.record)

    def _forget_shares(self, session: Session, record: RecordRow) -> None:
        """Withdraws all shares of a record that is being erased."""
        for share in session.exec(select(ShareRow).where(ShareRow.record == record.id)).all():
            self._withdraw(session, share)
