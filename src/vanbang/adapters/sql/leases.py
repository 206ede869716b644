"""Leases."""

from dataclasses import replace

from sqlalchemy import update
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.database import beside, reading
from vanbang.adapters.sql.tables import LeaseRow
from vanbang.ports import Conflict, Lease, LeaseLost


class Leases(AuditLog):
    """The part of the store with leases. A sign of life waits for no other writer where the database can do that."""

    def take_lease(self, name: str, holder: str, seen: Lease | None = None) -> Lease | None:
        try:
            with beside(self._engine) as session:
                row = session.get(LeaseRow, name, with_for_update=True)
                if row is None:
                    row = LeaseRow(name=name, holder="", token=0, beats=0)
                    session.add(row)
                elif row.holder and _lease(row) != seen:
                    return None
                row.holder, row.token, row.beats = holder, row.token + 1, 0
                return _lease(row)
        except Conflict:  # somebody else was the first to take it at all
            return None

    def lease(self, name: str) -> Lease | None:
        with reading(self._engine) as session:
            row = session.get(LeaseRow, name)
            return _lease(row) if row else None

    def leases(self) -> list[Lease]:
        with reading(self._engine) as session:
            rows = session.exec(select(LeaseRow).where(LeaseRow.holder != "").order_by(col(LeaseRow.name)))
            return [_lease(row) for row in rows]

    def beat(self, lease: Lease) -> Lease:
        # The number is the holder's own count: given twice, because the first answer was lost, it is the same.
        alive = replace(lease, beats=lease.beats + 1)
        with beside(self._engine) as session:
            if not _change(session, lease, beats=alive.beats):
                raise LeaseLost(lease.name)
        return alive

    def give_back(self, lease: Lease) -> None:
        with beside(self._engine) as session:
            _change(session, lease, holder="")


def _change(session: Session, lease: Lease, **new: object) -> bool:
    """Changes the row of a lease that is still held; whether it was."""
    held = (
        col(LeaseRow.name) == lease.name, col(LeaseRow.holder) == lease.holder, col(LeaseRow.token) == lease.token
    )  # fmt: skip
    return session.connection().execute(update(LeaseRow).where(*held).values(**new)).rowcount == 1


def _lease(row: LeaseRow) -> Lease:
    return Lease(row.name, row.holder, row.token, row.beats)
