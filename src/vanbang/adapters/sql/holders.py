"""Private links of holders, and the corrections they ask for."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select, tuple_

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.holding_tables import CorrectionRow, HeldRow, HolderRow
from vanbang.adapters.sql.tables import KeyRow, RecordRow
from vanbang.ports import Conflict
from vanbang.ports.holding import (
    CORRECTIONS_AT_ONCE,
    CORRECTIONS_EVER,
    RECORDS_OF_HOLDER,
    Correction,
    CorrectionState,
    Holder,
    TooMany,
)


class Holders(AuditLog):
    """The part of the store with holders and corrections."""

    def add_holder(self, holder: Holder, keys: Sequence[bytes]) -> Holder:
        with self._writing() as session:
            known = session.get(HolderRow, holder.id)
            if known is not None:
                return _holder(known)
            session.add(HolderRow(**values(holder)))
            session.flush()
            facts = {} if holder.iss is None else {"iss": holder.iss}
            self._note(session, "holder.added", holder.id, records=len(set(keys)), **facts)
            _hold(session, holder.id, keys, holder.created_at)
            return holder

    def holder(self, holder_id: str) -> Holder | None:
        with reading(self._engine) as session:
            row = session.get(HolderRow, holder_id)
            return _holder(row) if row else None

    def holders(self, iss: str | None, after: str = "", limit: int = 100) -> Sequence[Holder]:
        query = select(HolderRow).where(col(HolderRow.id) > after)
        if iss is not None:
            query = query.where(HolderRow.iss == iss)
        with reading(self._engine) as session:
            return [_holder(row) for row in session.exec(query.order_by(col(HolderRow.id)).limit(limit))]

    def held(self, holder_id: str) -> Sequence[bytes]:
        with reading(self._engine) as session:
            rows = session.exec(select(HeldRow.added_at, HeldRow.key).where(HeldRow.holder == holder_id))
            return [key for _, key in sorted(rows)]

    def hold(self, holder_id: str, keys: Sequence[bytes], at: int) -> None:
        with self._writing() as session:
            _good(session, holder_id)
            added = _hold(session, holder_id, keys, at)
            if added:
                self._note(session, "holder.records_added", holder_id, records=added)

    def renew_holder(self, holder_id: str, token_sha256: bytes, at: int) -> None:
        with self._writing() as session:
            row = _good(session, holder_id)
            if row.token_sha256 != token_sha256:
                row.token_sha256, row.renewed_at = token_sha256, at
                self._note(session, "holder.renewed", holder_id)

    def end_holder(self, holder_id: str, at: int) -> None:
        with self._writing() as session:
            row = session.get(HolderRow, holder_id)
            if row is None:
                raise Conflict("there is no such private link")
            if row.ended_at is None:
                row.ended_at = at
                self._note(session, "holder.ended", holder_id)

    def ask_correction(self, correction: Correction) -> Correction:
        with self._writing() as session:
            known = session.get(CorrectionRow, correction.id)
            if known is not None:
                return _correction(known)
            record = session.get(RecordRow, correction.record)
            if record is None or not any(record.secret):
                raise Conflict("this record is not there any more")
            _check_room(session, correction.record)
            session.add(CorrectionRow(**values(correction)))
            self._note(session, "correction.asked", correction.id, record=correction.record, iss=correction.iss)
            return correction

    def correction(self, correction_id: str) -> Correction | None:
        with reading(self._engine) as session:
            row = session.get(CorrectionRow, correction_id)
            return _correction(row) if row else None

    def corrections(
        self, iss: str | None, states: Sequence[str], after: tuple[int, str] | None, limit: int
    ) -> Sequence[Correction]:
        place = (col(CorrectionRow.asked_at), col(CorrectionRow.id))
        query = select(CorrectionRow).order_by(*place).limit(limit)
        if iss is not None:
            query = query.where(CorrectionRow.iss == iss)
        if states:
            query = query.where(col(CorrectionRow.state).in_(states))
        if after is not None:
            query = query.where(tuple_(*place) > tuple_(*after))
        with reading(self._engine) as session:
            return [_correction(row) for row in session.exec(query)]

    def corrections_of(self, key: bytes) -> Sequence[Correction]:
        query = select(CorrectionRow).join(KeyRow, col(KeyRow.record) == col(CorrectionRow.record))
        with reading(self._engine) as session:
            found = [_correction(row) for row in session.exec(query.where(KeyRow.key == key))]
            return sorted(found, key=lambda correction: (correction.asked_at, correction.id))

    def answer_correction(self, correction_id: str, state: CorrectionState, answer: bytes, at: int) -> Correction:
        with self._writing() as session:
            row = session.get(CorrectionRow, correction_id)
            if row is None or row.state not in ("ASKED", state):
                raise Conflict("there is no such correction, or it was answered otherwise already")
            if row.state == "ASKED":
                row.state, row.answer, row.answered_at = state, answer, at
                self._note(session, "correction.answered", correction_id, state=state)
            return _correction(row)


def _good(session: Session, holder_id: str) -> HolderRow:
    row = session.get(HolderRow, holder_id)
    if row is None or row.ended_at is not None:
        raise Conflict("there is no such private link, or it was withdrawn: make a new one")
    return row


def _hold(session: Session, holder_id: str, keys: Sequence[bytes], at: int) -> int:
    """Adds what he has not yet, and counts it. Raises TooMany."""
    there = set(session.exec(select(HeldRow.key).where(HeldRow.holder == holder_id)))
    new = dict.fromkeys(key for key in keys if key not in there)
    if len(there) + len(new) > RECORDS_OF_HOLDER:
        raise TooMany("diplomas behind one private link", RECORDS_OF_HOLDER)
    session.add_all(HeldRow(holder=holder_id, key=key, added_at=at) for key in new)
    return len(new)


def _check_room(session: Session, record_id: int) -> None:
    """Raises TooMany."""
    of_record = select(func.count()).select_from(CorrectionRow).where(CorrectionRow.record == record_id)
    if session.exec(of_record).one() >= CORRECTIONS_EVER:
        raise TooMany("corrections asked for one diploma", CORRECTIONS_EVER)
    if session.exec(of_record.where(CorrectionRow.state == "ASKED")).one() >= CORRECTIONS_AT_ONCE:
        raise TooMany("corrections that wait for an answer", CORRECTIONS_AT_ONCE)


def _holder(row: HolderRow) -> Holder:
    return Holder(**row.model_dump())


def _correction(row: CorrectionRow) -> Correction:
    return Correction(**row.model_dump())
