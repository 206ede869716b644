"""Shares, the ciphertexts behind proof URLs, and when they were opened."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.holding_tables import CorrectionRow, HeldRow, OpeningRow, ShareRow
from vanbang.adapters.sql.tables import KeyRow, RecordRow
from vanbang.ports import Conflict
from vanbang.ports.holding import (
    OPENINGS_A_DAY,
    OPENINGS_KEPT,
    SHARES_AT_ONCE,
    SHARES_EVER,
    Opening,
    StoredShare,
    TooMany,
)

DAY = 86_400
_NAMES = [field.name for field in fields(StoredShare)]
_COLUMNS: list[Any] = [getattr(ShareRow, name) for name in _NAMES]


class Shares(AuditLog):
    """The part of the store with shares."""

    def add_share(self, share: StoredShare, ciphertext: bytes) -> None:
        with self._writing() as session:
            known = session.get(ShareRow, share.id)
            if known is not None and known.record == share.record:
                return
            record = session.get(RecordRow, share.record)
            if known is not None or record is None or not any(record.secret):
                raise Conflict("this record is not there any more, or the share is another record's")
            _check_room(session, share)
            session.add(ShareRow(ciphertext=ciphertext, **values(share)))
            self._note(session, "share.added", share.id, record=share.record)

    def share(self, share_id: str) -> tuple[StoredShare, bytes] | None:
        with reading(self._engine) as session:
            row = session.get(ShareRow, share_id)
            return (_share(row), row.ciphertext) if row else None

    def shares(self, key: bytes) -> Sequence[StoredShare]:
        with reading(self._engine) as session:
            query = select(*_COLUMNS).join(KeyRow, col(KeyRow.record) == col(ShareRow.record))
            rows = session.execute(query.where(KeyRow.key == key))
            return sorted((StoredShare(*row) for row in rows), key=lambda share: (share.created_at, share.id))

    def withdraw_share(self, key: bytes, share_id: str, at: int) -> None:
        with self._writing() as session:
            row = session.get(ShareRow, share_id)
            if row is None or session.get_one(RecordRow, row.record).key != key:
                raise Conflict("this record has no such share")
            self._withdraw(session, row, at)

    def forget_expired_shares(self, now: int) -> int:
        with self._writing() as session:
            over = (col(ShareRow.expires_at) <= now, col(ShareRow.emptied_at).is_(None))
            # Not one ciphertext is read for it: those of a whole year's diplomas may end on one day.
            emptied = update(ShareRow).where(*over).values(ciphertext=b"", emptied_at=now)
            return session.connection().execute(emptied).rowcount

    def open_share(self, share_id: str, at: int) -> None:
        with self._writing() as session:
            row = session.get(ShareRow, share_id, with_for_update=True)
            # Counts come late when others write: the record may have been erased meanwhile.
            if row is None or not any(session.exec(select(RecordRow.secret).where(RecordRow.id == row.record)).one()):
                return
            row.opened, row.opened_at = row.opened + 1, at
            times = list(session.exec(_times(share_id)))
            today = sum(time >= at - at % DAY for time in times)
            if today >= OPENINGS_A_DAY or at in times:
                return
            if len(times) >= OPENINGS_KEPT:
                session.delete(session.get_one(OpeningRow, (share_id, times[-1])))
            session.add(OpeningRow(share=share_id, at=at))

    def name_visitor(self, share_id: str, visitor: bytes, since: int) -> None:
        with self._writing() as session:
            recent = (OpeningRow.share == share_id, OpeningRow.at >= since, col(OpeningRow.visitor).is_(None))
            query = select(OpeningRow).where(*recent).order_by(col(OpeningRow.at).desc())
            row = session.exec(query.limit(1)).first()
            if row is None:
                raise Conflict("nobody opened this share a moment ago, or he has said who he is already")
            row.visitor = visitor

    def openings(self, share_id: str) -> Sequence[Opening]:
        with reading(self._engine) as session:
            query = select(OpeningRow).where(OpeningRow.share == share_id).order_by(col(OpeningRow.at).desc())
            return [Opening(row.at, row.visitor) for row in session.exec(query)]

    def _withdraw(self, session: Session, share: ShareRow, at: int) -> None:
        if share.withdrawn_at is None:
            share.ciphertext, share.withdrawn_at, share.emptied_at = b"", at, share.emptied_at or at
            self._note(session, "share.withdrawn", share.id, record=share.record)

    def _forget_shares(self, session: Session, record: RecordRow) -> None:
        """Withdraws all shares of a record that is being erased; only their ids, times and counts stay, and nobody
        holds the record any more."""
        for share in session.exec(select(ShareRow).where(ShareRow.record == record.id)).all():
            self._withdraw(session, share, self._clock())
            share.purpose = share.maker = None
            session.connection().execute(delete(OpeningRow).where(col(OpeningRow.share) == share.id))
        session.connection().execute(delete(CorrectionRow).where(col(CorrectionRow.record) == record.id))
        same = select(RecordRow).join(KeyRow, col(KeyRow.record) == col(RecordRow.id))
        others = session.exec(same.where(KeyRow.key == record.key, RecordRow.id != record.id))
        if not any(any(other.secret) for other in others):
            session.connection().execute(delete(HeldRow).where(col(HeldRow.key) == record.key))


def _check_room(session: Session, share: StoredShare) -> None:
    """Raises TooMany."""
    of_record = select(func.count()).select_from(ShareRow).where(ShareRow.record == share.record)
    if session.exec(of_record).one() >= SHARES_EVER:
        raise TooMany("shares of one diploma, ended ones included", SHARES_EVER)
    unended = (col(ShareRow.expires_at).is_(None)) | (col(ShareRow.expires_at) > share.created_at)
    if session.exec(of_record.where(col(ShareRow.withdrawn_at).is_(None), unended)).one() >= SHARES_AT_ONCE:
        raise TooMany("shares of one diploma that can be opened", SHARES_AT_ONCE)


def _times(share_id: str) -> Any:
    return select(OpeningRow.at).where(OpeningRow.share == share_id).order_by(col(OpeningRow.at).desc())


def _share(row: ShareRow) -> StoredShare:
    return StoredShare(**row.model_dump(include=set(_NAMES)))
