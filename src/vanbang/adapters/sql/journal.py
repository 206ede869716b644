"""Status lists, and status roots on their way to the chain. Transactions are in `transactions`."""

from collections.abc import Sequence

from sqlalchemy import tuple_
from sqlmodel import col, func, select

from vanbang.adapters.sql.audit import AuditLog, next_ordinal, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.tables import NOT_FINAL, InstitutionRow, StatusListRow, StatusRootRow
from vanbang.core.payload import LIST_ENTRIES
from vanbang.core.status import StatusList
from vanbang.ports import Conflict, StoredRoot


class Journal(AuditLog):
    """The part of the store with status lists and roots."""

    def status_lists(self, iss: str) -> Sequence[tuple[StatusList, bytes]]:
        with reading(self._engine) as session:
            rows = session.exec(
                select(StatusListRow).where(StatusListRow.iss == iss).order_by(col(StatusListRow.number))
            )
            return [(StatusList(row.uri, row.bits), row.taken) for row in rows]

    def status_list(self, uri: str) -> StatusList | None:
        with reading(self._engine) as session:
            row = session.get(StatusListRow, uri)
            return StatusList(row.uri, row.bits) if row else None

    def add_status_list(self, iss: str, new: StatusList) -> None:
        with self._writing() as session:
            number = session.exec(select(func.count()).select_from(StatusListRow).where(StatusListRow.iss == iss)).one()
            places = {"bits": new.bits, "taken": bytes(LIST_ENTRIES // 8)}
            ordinal = next_ordinal(session, StatusListRow)
            session.add(StatusListRow(uri=new.uri, iss=iss, number=number, ordinal=ordinal, **places))

    def status_roots(self, iss: str) -> Sequence[StoredRoot]:
        with reading(self._engine) as session:
            rows = session.exec(
                select(StatusRootRow).where(StatusRootRow.iss == iss).order_by(col(StatusRootRow.epoch))
            )
            return [_root(row) for row in rows]

    def add_status_root(self, iss: str, root: StoredRoot) -> None:
        with self._writing() as session:
            session.add(StatusRootRow(iss=iss, **values(root)))

    def replace_status_roots(self, iss: str, epochs: Sequence[int], root: StoredRoot) -> None:
        waiting = select(StatusRootRow).where(StatusRootRow.iss == iss, StatusRootRow.state == "WAITING")
        with self._writing() as session:
            rows = session.exec(waiting).all()
            if {row.epoch for row in rows} != set(epochs):
                raise Conflict("other status roots wait by now")
            for row in rows:
                session.delete(row)
            session.flush()  # the new one may have the epoch of one of them
            session.add(StatusRootRow(iss=iss, **values(root)))

    def set_root_deadline(self, iss: str, epoch: int, deadline: int) -> None:
        with self._writing() as session:
            row = session.get(StatusRootRow, (iss, epoch))
            if row is None or row.state != "WAITING":
                raise Conflict("this status root is not waiting to be signed")
            row.deadline = deadline

    def open_status_roots(self) -> Sequence[tuple[str, StoredRoot]]:
        oldest = select(StatusRootRow.iss, func.min(StatusRootRow.epoch)).where(NOT_FINAL).group_by(StatusRootRow.iss)
        query = select(StatusRootRow).where(tuple_(StatusRootRow.iss, StatusRootRow.epoch).in_(oldest))
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(StatusRootRow.iss)))
            return [(row.iss, _root(row)) for row in rows]

    def final_status_roots(self, after: str, limit: int) -> Sequence[tuple[str, StoredRoot]]:
        newest = (
            select(StatusRootRow.epoch)
            .where(StatusRootRow.iss == InstitutionRow.iss, StatusRootRow.state == "FINAL")
            .order_by(col(StatusRootRow.epoch).desc())
            .limit(1)
            .correlate(InstitutionRow)
            .scalar_subquery()
        )
        query = (
            select(StatusRootRow)
            .join(InstitutionRow, col(InstitutionRow.iss) == col(StatusRootRow.iss))
            .where(InstitutionRow.iss > after, StatusRootRow.epoch == newest)
        )
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(InstitutionRow.iss)).limit(limit))
            return [(row.iss, _root(row)) for row in rows]

    def final_status_root(self, iss: str) -> StoredRoot | None:
        query = select(StatusRootRow).where(StatusRootRow.iss == iss, StatusRootRow.state == "FINAL")
        with reading(self._engine) as session:
            row = session.exec(query.order_by(col(StatusRootRow.epoch).desc()).limit(1)).first()
            return _root(row) if row else None

    def settle_status_root(self, iss: str, epoch: int, state: str, transaction_id: int | None) -> None:
        with self._writing() as session:
            row = session.get_one(StatusRootRow, (iss, epoch))
            row.state, row.transaction = state, transaction_id


def _root(row: StatusRootRow) -> StoredRoot:
    return StoredRoot(row.epoch, row.manifest, row.state, row.transaction, row.deadline)
