"""What holds things up, and what went wrong on the chain."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.tables import IncidentRow, TroubleRow
from vanbang.ports import Incident, Trouble


class Troubles(AuditLog):
    """The part of the store with troubles and incidents."""

    def troubles(self) -> Mapping[str, Trouble]:
        with reading(self._engine) as session:
            rows = session.exec(select(TroubleRow).order_by(col(TroubleRow.subject)))
            return {row.subject: _trouble(row) for row in rows}

    def trouble(self, *subjects: str) -> Trouble | None:
        with reading(self._engine) as session:
            rows = session.exec(select(TroubleRow).where(col(TroubleRow.subject).in_(subjects)))
            found = {row.subject: _trouble(row) for row in rows}
        return next((found[subject] for subject in subjects if subject in found), None)

    def note_troubles(self, told: Mapping[str, Trouble], over: Sequence[str]) -> None:
        with self._writing() as session:
            stored = {row.subject: row for row in session.exec(select(TroubleRow))}
            for subject in {*over} & {*stored} - {*told}:
                session.delete(stored[subject])
            for subject, trouble in told.items():
                row = stored.get(subject)
                if row is None:
                    session.add(TroubleRow(subject=subject, **values(trouble)))
                else:
                    row.since = row.since if row.code == trouble.code else trouble.since
                    row.code, row.text = trouble.code, trouble.text

    def add_incident(self, incident: Incident) -> None:
        with self._writing() as session:
            if _open(session, incident.kind, incident.iss, incident.subject) is None:
                told = {name: getattr(incident, name) for name in ("kind", "iss", "subject", "text", "at", "ended_at")}
                session.add(IncidentRow(**told))
                self._note(session, "incident.began", incident.subject, kind=incident.kind, iss=incident.iss)

    def end_incident(self, kind: str, iss: str, subject: str, at: int) -> None:
        with self._writing() as session:
            row = _open(session, kind, iss, subject)
            if row is not None:
                row.ended_at = at
                self._note(session, "incident.ended", subject, kind=kind, iss=iss)

    def incidents(self, after: int = 0, limit: int | None = None, *, still_open: bool = False) -> Sequence[Incident]:
        query = select(IncidentRow).where(col(IncidentRow.id) > after).order_by(col(IncidentRow.id)).limit(limit)
        if still_open:
            query = query.where(col(IncidentRow.ended_at).is_(None))
        with reading(self._engine) as session:
            return [_incident(row) for row in session.exec(query)]


def _open(session: Session, kind: str, iss: str, subject: str) -> IncidentRow | None:
    same = (IncidentRow.kind == kind, IncidentRow.iss == iss, IncidentRow.subject == subject)
    return session.exec(select(IncidentRow).where(*same, col(IncidentRow.ended_at).is_(None))).first()


def _trouble(row: TroubleRow) -> Trouble:
    return Trouble(row.code, row.text, row.since)


def _incident(row: IncidentRow) -> Incident:
    return Incident(row.kind, row.iss, row.subject, row.text, row.at, row.id or 0, row.ended_at)
