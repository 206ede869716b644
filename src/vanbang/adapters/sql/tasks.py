"""What waits for the chain or for a person: operations, changes of status, signatures, registers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from sqlalchemy import delete
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.records import LOOKED_UP, placed_in_lists
from vanbang.adapters.sql.tables import ChangeRow, HandedInRow, OperationRow, RegisterRow, StatusListRow
from vanbang.core.status import StatusList
from vanbang.ports import Conflict, HandedIn, Operation, RegisterEntry, StatusChange

T = TypeVar("T")


class Tasks(AuditLog):
    """The part of the store with what waits."""

    def add_operation(self, operation: Operation) -> Operation:
        with self._writing() as session:
            known = session.get(OperationRow, operation.id)
            if known is not None:
                return _operation(known)
            session.add(OperationRow(**values(operation)))
            self._note(session, "operation.added", operation.id, kind=operation.kind, iss=operation.iss)
            return operation

    def operation(self, operation_id: str) -> Operation | None:
        with reading(self._engine) as session:
            row = session.get(OperationRow, operation_id)
            return _operation(row) if row else None

    def waiting_operations(self) -> Sequence[Operation]:
        with reading(self._engine) as session:
            query = select(OperationRow).where(OperationRow.state == "WAITING")
            rows = session.exec(query.order_by(col(OperationRow.created_at), col(OperationRow.id)))
            return [_operation(row) for row in rows]

    def end_operation(self, operation_id: str, state: Literal["DONE", "FAILED"], error: str, at: int) -> None:
        with self._writing() as session:
            row = session.get_one(OperationRow, operation_id)
            if row.state == "WAITING":
                row.state, row.error, row.finished_at = state, error, at
                self._note(session, "operation.ended", operation_id, state=state)

    def propose_changes(self, changes: Sequence[StatusChange], seen: Mapping[int, int]) -> Sequence[StatusChange]:
        with self._writing() as session:
            known = {row.id: _change(row) for row in _rows(session, [change.id for change in changes])}
            new = [change for change in changes if change.id not in known]
            statuses = _statuses(session, [change.record for change in new])
            if any(statuses.get(change.record) != seen[change.record] for change in new):
                raise Conflict("the status of a credential was changed meanwhile: look at it again")
            session.add_all(ChangeRow(**values(change)) for change in new)  # the index refuses a second that is open
            facts = ((change.id, {"record": change.record, "status": change.status}) for change in new)
            self._note_each(session, "change.proposed", facts)
            return [known.get(change.id, change) for change in changes]

    def change(self, change_id: str) -> StatusChange | None:
        with reading(self._engine) as session:
            row = session.get(ChangeRow, change_id)
            return _change(row) if row else None

    def changes(
        self, iss: str | None, states: Sequence[str], after: str = "", limit: int = 100, decision: str | None = None
    ) -> Sequence[StatusChange]:
        query = select(ChangeRow).where(col(ChangeRow.id) > after)
        if iss is not None:
            query = query.where(ChangeRow.iss == iss)
        if states:
            query = query.where(col(ChangeRow.state).in_(states))
        if decision is not None:
            query = query.where(ChangeRow.decision == decision)
        with reading(self._engine) as session:
            return [_change(row) for row in session.exec(query.order_by(col(ChangeRow.id)).limit(limit))]

    def changes_of(self, records: Sequence[int]) -> Sequence[StatusChange]:
        found: list[StatusChange] = []
        with reading(self._engine) as session:
            for some in _parts(records):
                rows = session.exec(select(ChangeRow).where(col(ChangeRow.record).in_(some)))
                found += [_change(row) for row in rows]
        return sorted(found, key=lambda change: (change.proposed_at, change.approved_at or 0, change.id))

    def decide_changes(
        self, change_ids: Sequence[str], state: Literal["APPROVED", "REJECTED"], by: str, at: int
    ) -> Sequence[StatusChange]:
        with self._writing() as session:
            rows = {row.id: row for row in _rows(session, change_ids)}
            decided = []
            for change_id in change_ids:
                row = rows.get(change_id)
                if row is None:
                    raise Conflict("there is no such change")
                if row.proposed_by == by:
                    raise Conflict("who proposed a change cannot decide it: it takes another person")
                if row.state == "PROPOSED":
                    row.state, row.approved_by, row.approved_at = state, by, at
                    decided.append(change_id)
                elif (row.state == "REJECTED") != (state == "REJECTED"):
                    raise Conflict("this change is decided otherwise already")
            self._note_each(session, "change.decided", ((name, {"state": state}) for name in decided))
            return [_change(rows[change_id]) for change_id in change_ids]

    def apply_changes(self, iss: str, change_ids: Sequence[str], bits: dict[str, bytes]) -> None:
        with self._writing() as session:
            rows = {row.id: row for row in _rows(session, change_ids)}
            for change_id in change_ids:
                change = rows.get(change_id)
                if change is None or change.iss != iss or change.state != "APPROVED":
                    raise Conflict(f"the change {change_id} is not approved, or applied already")
                change.state = "APPLIED"
            facts = ((name, {"record": rows[name].record, "status": rows[name].status}) for name in change_ids)
            self._note_each(session, "change.applied", facts)
            for uri, new in bits.items():
                status_list = session.get(StatusListRow, uri)
                if status_list is None or status_list.iss != iss:
                    raise Conflict(f"{iss} has no status list {uri}")
                status_list.bits = new

    def hand_in(self, signature: HandedIn) -> None:
        with self._writing() as session:
            if session.get(HandedInRow, (signature.digest, signature.signer)) is None:
                session.add(HandedInRow(**values(signature)))
                self._note(session, "signature.handed_in", signature.digest.hex(), signer="0x" + signature.signer.hex())

    def handed_in(self, digest: bytes) -> Sequence[HandedIn]:
        with reading(self._engine) as session:
            query = select(HandedInRow).where(HandedInRow.digest == digest).order_by(col(HandedInRow.signer))
            return [HandedIn(**row.model_dump()) for row in session.exec(query)]

    def register(self, iss: str) -> Sequence[RegisterEntry]:
        with reading(self._engine) as session:
            rows = session.exec(select(RegisterRow).where(RegisterRow.iss == iss)).all()
            return _in_order([RegisterEntry(**row.model_dump(exclude={"iss"})) for row in rows])

    def replace_register(self, iss: str, old: Sequence[RegisterEntry], new: Sequence[RegisterEntry]) -> None:
        with self._writing() as session:
            rows = session.exec(select(RegisterRow).where(RegisterRow.iss == iss)).all()
            stored = [RegisterEntry(**row.model_dump(exclude={"iss"})) for row in rows]
            if _in_order(stored) != _in_order(old):
                raise Conflict("this register was changed meanwhile")
            if _in_order(stored) == _in_order(new):
                return
            session.connection().execute(delete(RegisterRow).where(col(RegisterRow.iss) == iss))
            session.expunge_all()
            session.add_all(RegisterRow(iss=iss, **values(entry)) for entry in new)
            self._note(session, "register.replaced", iss, lines=len(new))


def _in_order(entries: Sequence[RegisterEntry]) -> list[RegisterEntry]:
    return sorted(entries, key=lambda entry: (entry.kind, entry.code, entry.name, entry.since))


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + LOOKED_UP] for start in range(0, len(items), LOOKED_UP))


def _rows(session: Session, change_ids: Sequence[str]) -> Sequence[ChangeRow]:
    """Those of the changes that there are."""
    found: list[ChangeRow] = []
    for some in _parts(change_ids):
        found += session.exec(select(ChangeRow).where(col(ChangeRow.id).in_(some)))
    return found


def _statuses(session: Session, records: Sequence[int]) -> dict[int, int]:
    """What the status lists say now of those of the records that have a place in one."""
    lists: dict[str, StatusList] = {}
    found: dict[int, int] = {}
    for some in _parts(records):
        for record, uri, index in session.execute(placed_in_lists(some)):
            if uri not in lists:
                lists[uri] = StatusList(uri, session.get_one(StatusListRow, uri).bits)
            found[record] = lists[uri].of(index)
    return found


def _operation(row: OperationRow) -> Operation:
    return Operation(**row.model_dump())


def _change(row: ChangeRow) -> StatusChange:
    return StatusChange(**row.model_dump())
