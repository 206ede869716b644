"""API keys, and answers to requests that may come again."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading
from vanbang.adapters.sql.tables import AnswerRow, ApiKeyRow
from vanbang.ports import ApiKey, Conflict, KeyReused, StoredAnswer


class Access(AuditLog):
    """The part of the store with API keys and answers."""

    def add_api_key(self, key: ApiKey) -> ApiKey:
        with self._writing() as session:
            known = session.get(ApiKeyRow, key.id)
            if known is not None:
                return _api_key(known)
            session.add(ApiKeyRow(**values(key)))
            self._note(session, "api_key.added", key.id, role=key.role, iss=key.iss or "", expires_at=key.expires_at)
            return key

    def api_key(self, key_id: str) -> ApiKey | None:
        with reading(self._engine) as session:
            row = session.get(ApiKeyRow, key_id)
            return _api_key(row) if row else None

    def api_keys(self, *, iss: str | None = None, after: str = "", limit: int = 100) -> Sequence[ApiKey]:
        query = select(ApiKeyRow).where(col(ApiKeyRow.id) > after)
        if iss is not None:
            query = query.where(ApiKeyRow.iss == iss)
        with reading(self._engine) as session:
            return [_api_key(row) for row in session.exec(query.order_by(col(ApiKeyRow.id)).limit(limit))]

    def end_api_key(self, key_id: str, at: int, replaced_by: str | None = None) -> None:
        with self._writing() as session:
            row = session.get(ApiKeyRow, key_id)
            if row is None:
                raise Conflict("there is no such API key")
            if row.ended_at is None or at < row.ended_at:
                row.ended_at, row.replaced_by = at, replaced_by or row.replaced_by
                self._note(session, "api_key.ended", key_id, ends_at=at, replaced_by=replaced_by or "")

    def claim_answer(self, scope: str, key_hash: bytes, request_sha256: bytes, now: int) -> StoredAnswer | None:
        with self._writing() as session:
            row = session.get(AnswerRow, (scope, key_hash))
            if row is None:
                row = AnswerRow(scope=scope, key_hash=key_hash, request_sha256=request_sha256, made_at=now)
                session.add(row)
            if row.request_sha256 != request_sha256:
                raise KeyReused
            return _answer(row)

    def keep_answer(self, scope: str, key_hash: bytes, answer: StoredAnswer) -> StoredAnswer:
        with self._writing() as session:
            row = session.get(AnswerRow, (scope, key_hash))
            if row is None:  # forgotten while it was being worked on
                return answer
            if row.status is None:
                row.status, row.body = answer.status, answer.body
            return _answer(row) or answer

    def forget_answers(self, before: int) -> int:
        with self._writing() as session:
            return session.connection().execute(delete(AnswerRow).where(col(AnswerRow.made_at) < before)).rowcount


def _api_key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(**row.model_dump())


def _answer(row: AnswerRow) -> StoredAnswer | None:
    return None if row.status is None or row.body is None else StoredAnswer(row.status, row.body)
