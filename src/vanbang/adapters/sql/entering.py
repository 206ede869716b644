"""A list that is whole becomes known: what its records are found by is entered, in order, in large steps.

An index of ten million blind values has some 150,000 pages. If each record were entered as it arrives it would have
one page of each index written again, twice (12 KB of log for one diploma was measured); a quarter of a million in the
order of the index share their pages.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, delete, insert, tuple_
from sqlalchemy import select as choose
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.database import beside, reading
from vanbang.adapters.sql.tables import BatchRow, CitizenRow, KeyRow, LearnerRow, RecordRow, UploadRow
from vanbang.ports import Conflict, Upload

ENTERED_AT_ONCE: Final = 250_000
"""Records entered in one transaction at least: other writers wait three seconds for it, on SQLite."""
SHARE: Final = 4
"""A step is one in so many of what is entered already, if that is more: each writes nearly all pages of an index again.
With five million keys there, one took 4.5 µs in steps of a quarter of a million, and 2.8 in steps of a million."""
MOST_SHARES: Final = 4
"""Never more than so many times the least: ten million are entered in 67 seconds, so others wait some seven for one."""
DISCARDED_AT_ONCE = 10_000
"""Records removed in one transaction: few enough to let other writers in between."""

_SOME = and_(
    col(RecordRow.batch) == bindparam("batch"),
    col(RecordRow.id) > bindparam("behind"),
    col(RecordRow.id) <= bindparam("last"),
)
_KEY = (col(RecordRow.key), col(RecordRow.edition), col(RecordRow.id))
_LEARNER = (col(RecordRow.learner), col(RecordRow.id))
_CITIZEN = (col(RecordRow.citizen), col(RecordRow.id))


def _entries(columns: Sequence[Any]) -> Select[Any]:
    """What of some records of a batch is entered into an index, in its order."""
    return choose(*columns).where(_SOME, columns[0].is_not(None)).order_by(*columns)


_ENTER: Final = (
    insert(KeyRow).from_select(["key", "edition", "record"], _entries(_KEY)),
    insert(LearnerRow).from_select(["learner", "record"], _entries(_LEARNER)),
    insert(CitizenRow).from_select(["citizen", "record"], _entries(_CITIZEN)),
)
_LEAVE: Final = (
    delete(KeyRow).where(
        tuple_(col(KeyRow.key), col(KeyRow.edition), col(KeyRow.record)).in_(choose(*_KEY).where(_SOME))
    ),
    delete(LearnerRow).where(
        tuple_(col(LearnerRow.learner), col(LearnerRow.record)).in_(choose(*_LEARNER).where(_SOME))
    ),
    delete(CitizenRow).where(
        tuple_(col(CitizenRow.citizen), col(CitizenRow.record)).in_(choose(*_CITIZEN).where(_SOME))
    ),
    delete(RecordRow).where(_SOME),
)


class Entering(AuditLog):
    """The part of the store in which lists that arrived are accepted, or go again."""

    def accept(self, upload: Upload, batch_ids: Sequence[str], now: int) -> None:
        with reading(self._engine) as session:
            _, batches = _waiting(session, upload, batch_ids, select(BatchRow))
            # In one order for all lists: two that share numbers would else each enter what keeps the other out.
            in_order = [row.id for row in sorted(batches, key=lambda row: (row.iss, row.vct))]
        for batch_id in in_order:
            # A crash here leaves entries of a list that nobody sees: they go with it, or are gone on behind.
            while self._enter_some(batch_id):
                pass
        with self._writing() as session:
            # Locked: records are added beside other writers.
            stored, batches = _waiting(session, upload, batch_ids, select(BatchRow).with_for_update())
            end_upload(stored, "ACCEPTED", upload, now)
            counts = {name: getattr(upload, name) for name in ("rows", "accepted", "errors", "warnings")}
            self._note(session, "upload.accepted", upload.id, **counts, batches=len(batches))
            for row in batches:
                if row.entered != _last_of(session, row):
                    raise Conflict("records of this list came while it was being accepted")
                row.state, row.accepted_at = "ACCEPTED", now
                self._note(session, "batch.accepted", row.id, upload=upload.id, rows=row.rows)

    def discard(self, upload_id: str) -> None:
        with reading(self._engine) as session:
            receiving = select(BatchRow.id).where(BatchRow.upload == upload_id, BatchRow.state == "RECEIVING")
            batch_ids = session.exec(receiving).all()
        for batch_id in batch_ids:
            while self._discard_some(batch_id):
                pass

    def _enter_some(self, batch_id: str) -> bool:
        """Enters the next records of a batch that is RECEIVING still; whether there may be more."""
        with self._writing(beside) as session:
            row = _receiving(session, batch_id)
            last = row and _last_of(session, row, row.entered, _step(row.entered))
            if row is None or not last:
                return False
            for statement in _ENTER:
                session.connection().execute(statement, {"batch": row.ordinal, "behind": row.entered, "last": last})
            row.entered = last
            return True

    def _discard_some(self, batch_id: str) -> bool:
        """Removes records of a batch that is RECEIVING still, and at last the batch; whether there are more."""
        with self._writing() as session:
            row = _receiving(session, batch_id)
            if row is None:
                return False
            some = {"batch": row.ordinal, "behind": 0, "last": _last_of(session, row, 0, DISCARDED_AT_ONCE)}
            for statement in _LEAVE if row.entered else _LEAVE[-1:]:
                removed = session.connection().execute(statement, some).rowcount
            row.rows -= removed  # a crash behind this leaves a batch that counts what is in it, never an empty one
            if _last_of(session, row):
                return True
            session.delete(row)
            return False


def end_upload(row: UploadRow, state: str, ended: Upload, now: int) -> None:
    """Writes down how an upload ended."""
    row.state, row.finished_at, row.error = state, now, ended.error
    row.rows, row.accepted, row.errors, row.warnings = ended.rows, ended.accepted, ended.errors, ended.warnings


def _waiting(
    session: Session, upload: Upload, batch_ids: Sequence[str], query: SelectOfScalar[BatchRow]
) -> tuple[UploadRow, Sequence[BatchRow]]:
    """The upload and its batches. Raises Conflict unless they are waiting to be accepted."""
    stored = session.get(UploadRow, upload.id)
    batches = session.exec(query.where(BatchRow.upload == upload.id)).all()
    waiting = {row.id for row in batches if row.state == "RECEIVING"}
    if stored is None or stored.state != "RECEIVED" or not batches or waiting != set(batch_ids):
        raise Conflict("this list is not waiting to be accepted")
    if sum(row.rows for row in batches) != upload.accepted:
        raise Conflict("these are not all the records of the list, each of them once")
    return stored, batches


def _receiving(session: Session, batch_id: str) -> BatchRow | None:
    """The batch, locked, if it is RECEIVING."""
    row = session.get(BatchRow, batch_id, with_for_update=True)
    return row if row is not None and row.state == "RECEIVING" else None


def _step(entered: int) -> int:
    """How many records are entered at once behind this id, which is about as many as are entered."""
    return min(MOST_SHARES * ENTERED_AT_ONCE, max(ENTERED_AT_ONCE, entered // SHARE))


def _last_of(session: Session, row: BatchRow, behind: int = 0, limit: int | None = None) -> int:
    """The highest id of the batch's records behind an id, of so many at most; 0 if there is none."""
    ids = select(RecordRow.id).where(RecordRow.batch == row.ordinal, col(RecordRow.id) > behind)
    if limit is None:
        return session.exec(select(func.max(RecordRow.id)).where(RecordRow.batch == row.ordinal)).one() or 0
    some = ids.order_by(col(RecordRow.id)).limit(limit).subquery()
    return session.execute(select(func.max(some.c.id))).scalar() or 0
