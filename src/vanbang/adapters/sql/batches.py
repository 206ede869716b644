"""Institutions, and batches through their life. Their records are in `records`."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, tuple_
from sqlmodel import Session, col, func, select

from vanbang.adapters.sql.audit import AuditLog, next_ordinal, values
from vanbang.adapters.sql.database import Question, reading
from vanbang.adapters.sql.tables import BatchRow, InstitutionRow
from vanbang.ports import Batch, Conflict, Institution

_HAVE_MANIFEST = ("SEALED", "ENDORSED", "ANCHORING", "FINAL")

_COLUMNS: list[Any] = [getattr(BatchRow, field.name) for field in fields(Batch)]
_INSTITUTIONS = Question(
    select(*(getattr(InstitutionRow, field.name) for field in fields(Institution))).order_by(InstitutionRow.code)
)
_ONE = Question(select(*_COLUMNS).where(BatchRow.id == bindparam("batch")))


class Batches(AuditLog):
    """The part of the store with institutions and batches."""

    def add_institution(self, institution: Institution) -> None:
        with self._writing() as session:
            session.add(InstitutionRow(**values(institution)))
            self._note(session, "institution.added", institution.iss, code=institution.code)

    def institutions(self) -> Sequence[Institution]:
        return [Institution(*row) for row in _INSTITUTIONS.rows(self._engine)]

    def change_institution(self, old: Institution, new: Institution) -> None:
        changed = {"name": new.name, "officer_name": new.officer_name, "officer_title": new.officer_title}
        if replace(old, **changed) != new:
            raise Conflict("only the name of an institution, and its officer's name and title, can be changed")
        with self._writing() as session:
            row = session.get(InstitutionRow, old.iss)
            if row is None or Institution(**row.model_dump()) != old:
                raise Conflict("this institution was changed meanwhile")
            if new != old:
                row.name, row.officer_name, row.officer_title = new.name, new.officer_name, new.officer_title
                self._note(session, "institution.changed", old.iss, code=old.code)

    def begin(self, batch: Batch) -> None:
        with self._writing() as session:
            fresh = replace(batch, state="RECEIVING", rows=0)
            session.add(BatchRow(ordinal=next_ordinal(session, BatchRow), **values(fresh)))

    def batch(self, batch_id: str) -> Batch | None:
        row = _ONE.first(self._engine, batch=batch_id)
        return Batch(*row) if row else None

    def batches(self, *states: str) -> Sequence[Batch]:
        with reading(self._engine) as session:
            query = select(BatchRow).order_by(col(BatchRow.accepted_at), col(BatchRow.id))
            if states:
                query = query.where(col(BatchRow.state).in_(states))
            return [_batch(row) for row in session.exec(query).all()]

    def batch_states(self) -> Mapping[str, tuple[int, int]]:
        query = select(BatchRow.state, func.count(), func.min(BatchRow.accepted_at)).group_by(BatchRow.state)
        with reading(self._engine) as session:
            return {state: (number, oldest) for state, number, oldest in session.execute(query)}

    def batches_page(
        self, *, iss: str | None, states: Sequence[str], upload: str | None, after: tuple[int, str] | None, limit: int
    ) -> Sequence[Batch]:
        place = tuple_(col(BatchRow.accepted_at), col(BatchRow.id))
        query = select(BatchRow).where(place > tuple_(*(after or (-1, ""))), BatchRow.state != "RECEIVING")
        if iss is not None:
            query = query.where(BatchRow.iss == iss)
        if states:
            query = query.where(col(BatchRow.state).in_(states))
        if upload is not None:
            query = query.where(BatchRow.upload == upload)
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(BatchRow.accepted_at), col(BatchRow.id)).limit(limit))
            return [_batch(row) for row in rows]

    def finalise(self, batch_id: str, manifest: bytes, endorsements: bytes | None, deadline: int) -> None:
        with self._writing() as session:
            batch = self._in_state(session, batch_id, "SEALED", "this batch is not waiting to be endorsed")
            if batch.manifest is not None:
                if batch.manifest != manifest:
                    raise Conflict("this batch has another manifest")
                return  # the first deadline stays: signatures over it may be under way
            batch.manifest, batch.endorsements, batch.deadline = manifest, endorsements, deadline
            self._note(session, "batch.finalised", batch_id, manifest=sha256(manifest).hexdigest(), deadline=deadline)

    def endorse(self, batch_id: str, signature: bytes) -> None:
        with self._writing() as session:
            batch = self._in_state(session, batch_id, "SEALED", "this batch is not waiting to be endorsed")
            if batch.manifest is None:
                raise Conflict("this batch has no manifest yet")
            batch.state, batch.signature = "ENDORSED", signature
            self._note(session, "batch.endorsed", batch_id)

    def reopen(self, batch_id: str) -> None:
        with self._writing() as session:
            batch = session.get(BatchRow, batch_id)
            if batch is None or batch.state not in ("SEALED", "ENDORSED", "ANCHORING"):
                raise Conflict("this batch is not on its way to the chain")
            if batch.manifest is None:
                return
            batch.state, batch.transaction, batch.block = "SEALED", None, None
            batch.manifest = batch.endorsements = batch.deadline = batch.signature = None
            self._note(session, "batch.reopened", batch_id)

    def renew(self, batch_id: str, deadline: int) -> None:
        with self._writing() as session:
            batch = session.get(BatchRow, batch_id)
            if batch is None or batch.manifest is None or batch.state not in _HAVE_MANIFEST:
                raise Conflict("this batch has no manifest that could be signed anew")
            if (batch.state, batch.signature, batch.deadline) != ("SEALED", None, deadline):
                batch.state, batch.transaction, batch.block = "SEALED", None, None
                batch.signature, batch.deadline = None, deadline
                self._note(session, "batch.renewed", batch_id, deadline=deadline)

    def final_batches(self, since_block: int, after: tuple[int, str], limit: int) -> Sequence[Batch]:
        behind = tuple_(col(BatchRow.block), col(BatchRow.id)) > tuple_(*after)
        query = select(BatchRow).where(BatchRow.state == "FINAL", col(BatchRow.block) >= since_block, behind)
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(BatchRow.block), col(BatchRow.id)).limit(limit))
            return [_batch(row) for row in rows]

    def mark(self, batch_ids: Sequence[str], state: str, transaction_id: int | None, block: int | None = None) -> None:
        with self._writing() as session:
            for row in session.exec(select(BatchRow).where(col(BatchRow.id).in_(batch_ids))).all():
                became_final = state == "FINAL" != row.state
                row.state, row.transaction, row.block = state, transaction_id, block
                if became_final:
                    self._note(session, "batch.final", row.id, block=block or 0)

    def _in_state(self, session: Session, batch_id: str, state: str, otherwise: str) -> BatchRow:
        row = session.get(BatchRow, batch_id, with_for_update=True)
        if row is None or row.state != state:
            raise Conflict(otherwise)
        return row


def _batch(row: BatchRow) -> Batch:
    return Batch(**row.model_dump(exclude={"ordinal", "entered"}))
