"""What every part of the store works with: the engine, in whose name and under which lease it acts, the audit log."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import fields
from typing import Any, Self

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from vanbang.adapters.sql.database import reading, transaction
from vanbang.adapters.sql.tables import AuditRow, LeaseRow
from vanbang.core.audit_log import FIRST_PREVIOUS, entry_hash
from vanbang.core.strict_json import canonical
from vanbang.ports import AuditEntry, Lease, LeaseLost


def _now() -> int:
    return int(time.time())


class AuditLog:
    """The audit log, and the base of the other parts, which write it in their own transactions."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = _now) -> None:
        self._engine = engine
        self._clock = clock
        self._actor = "system"
        self._lease: Lease | None = None

    def acting_as(self, actor: str) -> Self:
        """The same store, whose audit log lines name this actor."""
        other = copy(self)
        other._actor = actor
        return other

    def under(self, lease: Lease) -> Self:
        """The same store, that writes only while the lease is held."""
        other = copy(self)
        other._lease = lease
        return other

    @contextmanager
    def _writing(self, how: Callable[[Engine], AbstractContextManager[Session]] = transaction) -> Iterator[Session]:
        """One transaction that writes, and is the lease holder's if there is a lease. Raises LeaseLost, and what
        `transaction` does."""
        with how(self._engine) as session:
            if self._lease is not None:
                fence(session, self._lease)
            yield session

    def note(self, action: str, subject: str, facts: dict[str, str | int]) -> None:
        """Writes a line for something that changes no row."""
        with self._writing() as session:
            self._note(session, action, subject, **facts)

    def audit_entries(self, after: int = 0, limit: int = 1_000) -> Sequence[AuditEntry]:
        """Lines with seq > `after`, in order."""
        with reading(self._engine) as session:
            query = select(AuditRow).where(col(AuditRow.seq) > after).order_by(col(AuditRow.seq)).limit(limit)
            return [AuditEntry(*(getattr(row, name) for name in _COLUMNS)) for row in session.exec(query)]

    def _note(self, session: Session, action: str, subject: str, **facts: str | int) -> None:
        self._note_each(session, action, [(subject, facts)])

    def _note_each(self, session: Session, action: str, lines: Iterable[tuple[str, Mapping[str, str | int]]]) -> None:
        """A line for each subject, with its facts."""
        # The head is read in the transaction that writes, for which a second writer waits: the chain has no gap and no
        # fork.
        head = session.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()
        last, previous = (head.seq, head.hash) if head else (0, FIRST_PREVIOUS)
        now = self._clock()
        for seq, (subject, facts) in enumerate(lines, last + 1):
            line = (seq, now, self._actor, action, subject, canonical(facts).decode())
            entry = AuditEntry(*line, previous, entry_hash(previous, *line))
            session.add(AuditRow(**values(entry)))
            previous = entry.hash
        session.flush()


_COLUMNS = [field.name for field in fields(AuditEntry)]


def fence(session: Session, lease: Lease) -> None:
    """Keeps the lease as it is until the transaction ends: whoever wants to take it over waits. Raises LeaseLost."""
    held = select(LeaseRow.name).where(
        LeaseRow.name == lease.name, LeaseRow.holder == lease.holder, LeaseRow.token == lease.token
    )
    # FOR KEY SHARE: the holder's own sign of life, which changes no key, goes on meanwhile.
    if session.exec(held.with_for_update(read=True, key_share=True)).first() is None:
        raise LeaseLost(lease.name)


def next_ordinal(session: Session, table: Any) -> int:
    """The number of the table's next row, from 1; for a transaction whose turn it is to write."""
    return (session.execute(select(func.max(table.ordinal))).scalar() or 0) + 1


def values(item: Any) -> dict[str, Any]:
    """The fields of a domain object with slots, as a row takes them."""
    return {name: getattr(item, name) for name in item.__slots__}
