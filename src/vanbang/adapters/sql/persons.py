"""Whose records are whose, by blind indexes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, update
from sqlmodel import col, func, select

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.bulk import insert_rows
from vanbang.adapters.sql.database import Question, beside, reading
from vanbang.adapters.sql.records import CITIZEN_SIZE, OF_SEALED, STORED, citizen_bytes, stored_record, with_places
from vanbang.adapters.sql.tables import BatchRow, CitizenRow, LearnerRow, RecordRow
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.ports import PersonIndexes, StoredRecord

LOOKED_THROUGH: Final = 5_000
"""Records that one step of looking for those without indexes goes through."""

_NONE = (col(RecordRow.learner).is_(None), col(RecordRow.citizen).is_(None))
_WITHOUT: Select[Any] = (
    with_places(STORED)
    .where(*_NONE, col(BatchRow.state) != "RECEIVING", col(RecordRow.secret) != bytes(SECRET_SIZE))
    .where(col(RecordRow.id) > bindparam("behind"), col(RecordRow.id) <= bindparam("last"))
    .order_by(col(RecordRow.id))
)
_NEXT = Question(_WITHOUT)


def _of(table: type[LearnerRow] | type[CitizenRow], column: Any, *mine: Any) -> Question:
    found = OF_SEALED.join(table, col(table.record) == col(RecordRow.id)).where(
        col(column) == bindparam("index"), *mine
    )
    behind = found.where(col(table.record) > bindparam("behind"))
    return Question(behind.order_by(col(table.record)).limit(bindparam("most")))


_MINE = col(BatchRow.iss) == bindparam("iss")
_OF_LEARNER = _of(LearnerRow, LearnerRow.learner), _of(LearnerRow, LearnerRow.learner, _MINE)
_OF_CITIZEN = _of(CitizenRow, CitizenRow.citizen), _of(CitizenRow, CitizenRow.citizen, _MINE)


class Persons(AuditLog):
    """The part of the store that finds records by whose they are."""

    def of_learner(self, learner: bytes, iss: str | None, behind: int, limit: int) -> Sequence[StoredRecord]:
        return self._of(_OF_LEARNER, learner, iss, behind, limit)

    def of_citizen(self, citizen: int, iss: str | None, behind: int, limit: int) -> Sequence[StoredRecord]:
        return self._of(_OF_CITIZEN, citizen.to_bytes(CITIZEN_SIZE, "big"), iss, behind, limit)

    def without_persons(self, behind: int) -> tuple[Sequence[StoredRecord], int]:
        with reading(self._engine) as session:
            newest = session.exec(select(func.max(RecordRow.id))).one() or 0
        last = min(behind + LOOKED_THROUGH, newest)
        return [stored_record(*row) for row in _NEXT.rows(self._engine, behind=behind, last=last)], last

    def add_persons(self, found: Sequence[PersonIndexes]) -> int:
        with self._writing(beside) as session:
            asked = select(RecordRow.id).where(col(RecordRow.id).in_([item.record for item in found]), *_NONE)
            # Locked: it may be erased in this moment, and its indexes must not come behind that.
            still = set(session.exec(asked.where(col(RecordRow.secret) != bytes(SECRET_SIZE)).with_for_update()))
            new = [item for item in found if item.record in still]
            changed = [
                {"number": item.record, "of_learner": item.learner, "of_citizen": citizen_bytes(item.citizen)}
                for item in new
            ]
            if changed:
                session.connection().execute(_ADD, changed)
            insert_rows(session.connection(), "record_learner", _entries(new, lambda item: item.learner))
            citizens = _entries(new, lambda item: citizen_bytes(item.citizen))
            insert_rows(session.connection(), "record_citizen", citizens)
            return len(new)

    def _of(
        self, questions: tuple[Question, Question], index: bytes, iss: str | None, behind: int, limit: int
    ) -> Sequence[StoredRecord]:
        everybody, mine = questions
        given: dict[str, Any] = {"index": index, "behind": behind, "most": limit}
        rows = everybody.rows(self._engine, **given) if iss is None else mine.rows(self._engine, **given, iss=iss)
        return [stored_record(*row) for row in rows]


_ADD: Final = (
    update(RecordRow)
    .where(col(RecordRow.id) == bindparam("number"))
    .values(learner=bindparam("of_learner"), citizen=bindparam("of_citizen"))
    .execution_options(synchronize_session=None)
)


def _entries(
    found: Sequence[PersonIndexes], index: Callable[[PersonIndexes], bytes | None]
) -> Sequence[tuple[bytes, int]]:
    """What is entered into an index, in its order."""
    return sorted((value, item.record) for item in found if (value := index(item)) is not None)
