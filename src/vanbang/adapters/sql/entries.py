"""The blind indexes beside the records they are of: what an audit compares, some thousands at a time."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, case, false, or_, tuple_
from sqlalchemy import select as choose
from sqlmodel import col, func

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.database import Question
from vanbang.adapters.sql.tables import BatchRow, CitizenRow, KeyRow, LearnerRow, RecordRow
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.ports.entries import BY_CITIZEN, BY_KEY, BY_LEARNER, INDEXES, Amiss, Compared, Place

LOOKED_THROUGH: Final = 20_000
"""Records, or entries, of one look: other writers need not wait for it, nor the memory hold many."""
_TABLES: Final[dict[str, Any]] = {BY_KEY: KeyRow, BY_LEARNER: LearnerRow, BY_CITIZEN: CitizenRow}
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    BY_KEY: ("key", "edition"),
    BY_LEARNER: ("learner", "record"),
    BY_CITIZEN: ("citizen", "record"),
}
"""What an index is in the order of."""

_id: Final = col(RecordRow.id)
_is_known: Final = func.coalesce(or_(col(BatchRow.state) != "RECEIVING", _id <= col(BatchRow.entered)), false())
"""That its batch is accepted, or it was entered by now; not so without a batch."""
_is_readable: Final = and_(_is_known, col(RecordRow.secret) != bytes(SECRET_SIZE))
_EXPECTED: Final[dict[str, ColumnElement[bool]]] = {
    BY_KEY: _is_known,
    BY_LEARNER: and_(_is_readable, col(RecordRow.learner).is_not(None)),
    BY_CITIZEN: and_(_is_readable, col(RecordRow.citizen).is_not(None)),
}


def _is_own(index: str, entry: Any) -> ColumnElement[bool]:
    """That an entry is a record's own: it leads to it, and has its value."""
    values = [name for name in _COLUMNS[index] if name != "record"]
    return and_(entry.record == _id, *(getattr(entry, name) == col(getattr(RecordRow, name)) for name in values))


def _entry(index: str) -> Any:
    """The record's own entry: looked up for each record by itself, whatever a planner thinks of the tables' sizes."""
    table = _TABLES[index]
    return choose(table.record).where(_is_own(index, table)).correlate(RecordRow).scalar_subquery()


def _beside() -> Subquery:
    """Some records, what each should have, and its own entries."""
    should = [_EXPECTED[index].label(f"should_{index}") for index in INDEXES]
    has = [_entry(index).label(f"has_{index}") for index in INDEXES]
    query = choose(_id, *should, *has).select_from(RecordRow)
    query = query.outerjoin(BatchRow, col(BatchRow.ordinal) == col(RecordRow.batch))
    # The limit bars planners from looking an entry up for each place at which it is named.
    return query.where(_id > bindparam("behind"), _id <= bindparam("last")).limit(LOOKED_THROUGH).subquery("some")


def _strays(index: str) -> Question:
    """Entries behind a place, each with its record's id if it is the record's own."""
    table = _TABLES[index]
    order = [getattr(table, name) for name in _COLUMNS[index]]
    behind = tuple_(*order) > tuple_(bindparam("value"), bindparam("number"))
    entries = choose(*dict.fromkeys([*order, table.record])).where(behind)
    some = entries.order_by(*order).limit(bindparam("most")).subquery()
    places = [some.c[name] for name in _COLUMNS[index]]
    query = choose(*places, some.c.record.label("named"), _id)
    return Question(query.outerjoin_from(some, RecordRow, _is_own(index, some.c)).order_by(*places))


_SOME: Final = _beside()
_HAS: Final = {index: _SOME.c[f"has_{index}"] for index in INDEXES}
_AMISS: Final = {index: _SOME.c[f"should_{index}"] != _HAS[index].is_not(None) for index in INDEXES}
_NEWEST: Final = Question(choose(func.max(_id)))
_COUNTS: Final[list[Any]] = [func.count(_HAS[index]) for index in INDEXES]
_COUNTED: Final = Question(choose(*_COUNTS, func.sum(case((or_(*_AMISS.values()), 1), else_=0))))
_FACTS: Final[list[Any]] = [*(case((_AMISS[index], 1), else_=0) for index in INDEXES), *_HAS.values()]
_NAMED: Final = Question(choose(_SOME.c.id, *_FACTS).where(or_(*_AMISS.values())).order_by(_SOME.c.id))
_SIZES: Final = {index: Question(choose(func.count()).select_from(_TABLES[index])) for index in INDEXES}
_STRAYS: Final = {index: _strays(index) for index in INDEXES}


class Entries(AuditLog):
    """The part of the store that is an EntryStore."""

    def compared(self, behind: int) -> Compared:
        ((newest,),) = _NEWEST.rows(self._engine)
        some = {"behind": behind, "last": max(behind, min(behind + LOOKED_THROUGH, newest or 0))}
        ((*entered, wrong),) = _COUNTED.rows(self._engine, **some)
        amiss = [item for row in _NAMED.rows(self._engine, **some) for item in _amiss(*row)] if wrong else []
        return Compared(some["last"], dict(zip(INDEXES, entered, strict=True)), amiss)

    def entries(self, index: str) -> int:
        ((count,),) = _SIZES[index].rows(self._engine)
        return int(count)

    def strays(self, index: str, behind: Place | None) -> tuple[Sequence[int], Place | None]:
        value, number = behind or (b"", -1)
        rows = _STRAYS[index].rows(self._engine, value=value, number=number, most=LOOKED_THROUGH)
        last = (rows[-1][0], rows[-1][1]) if len(rows) == LOOKED_THROUGH else None
        return [named for _, _, named, own in rows if own is None], last


def _amiss(record: int, *found: int | None) -> list[Amiss]:
    wrong, entries = found[: len(INDEXES)], found[len(INDEXES) :]
    return [
        Amiss(record, index, entry is not None)
        for index, is_wrong, entry in zip(INDEXES, wrong, entries, strict=True)
        if is_wrong
    ]
