"""Transactions and their attempts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, or_, text
from sqlmodel import Session, col, select

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.chain_tables import UNSETTLED, AttemptRow, TransactionRow
from vanbang.adapters.sql.database import reading
from vanbang.ports import Attempt, Call, Conflict, Receipt, Transaction

LOOKED_UP = 1_000
"""Transactions whose attempts are found in one query."""

_SETTLED = text(f"NOT ({UNSETTLED})")
_SPENT: list[Any] = [
    *(getattr(TransactionRow, name) for name in ("id", "value", "gas", "block", "gas_used", "gas_price")),
    AttemptRow.max_fee,
]
_COSTS = select(*_SPENT).join(AttemptRow, col(AttemptRow.transaction) == col(TransactionRow.id))


class Transactions(AuditLog):
    """The part of the store with transactions."""

    def add_transactions(self, new: Sequence[Transaction]) -> Sequence[Transaction]:
        with self._writing() as session:
            rows = [_row(item) for item in new]
            session.add_all(rows)
            session.flush()
            session.add_all(
                _attempt_row(_id(row), number, attempt)
                for row, item in zip(rows, new, strict=True)
                for number, attempt in enumerate(item.attempts)
            )
            session.flush()
            return _transactions(session, rows)

    def add_attempt(self, transaction: Transaction, attempt: Attempt) -> Transaction:
        with self._writing() as session:
            row = session.get(TransactionRow, transaction.id)
            stored = _transactions(session, [row])[0] if row else None
            if stored is None or (stored.state, stored.attempts) != (transaction.state, transaction.attempts):
                raise Conflict("this transaction is further than that: look at it again")
            session.add(_attempt_row(transaction.id, len(transaction.attempts), attempt))
        return replace(transaction, attempts=(*transaction.attempts, attempt))

    def open_transactions(self) -> Sequence[Transaction]:
        with reading(self._engine) as session:
            query = select(TransactionRow).where(UNSETTLED)
            rows = session.exec(query.order_by(col(TransactionRow.sender), col(TransactionRow.nonce))).all()
            return _transactions(session, rows)

    def settled_since(self, block: int, after: int, limit: int) -> Sequence[Transaction]:
        number = col(TransactionRow.id)
        ended = col(TransactionRow.state).in_(("FINAL", "FAILED"))
        late = or_(and_(ended, col(TransactionRow.block) >= block), col(TransactionRow.state) == "REPLACED")
        # SQLite is to walk through all in their order when asked for all, and not to find a few: by conditions of which
        # an index has only the right one.
        some = (late, number + 0 > after) if block else (_SETTLED, number > after)
        with reading(self._engine) as session:
            rows = session.exec(select(TransactionRow).where(*some).order_by(number).limit(limit)).all()
            return _transactions(session, rows)

    def transaction(self, transaction_id: int) -> Transaction:
        with reading(self._engine) as session:
            return _transactions(session, [session.get_one(TransactionRow, transaction_id)])[0]

    def free_nonces(self, chain_id: int, sender: bytes, start: int, count: int) -> Sequence[int]:
        free: list[int] = []
        with reading(self._engine) as session:
            taken = session.exec(
                select(TransactionRow.nonce)
                .where(
                    TransactionRow.chain_id == chain_id, TransactionRow.sender == sender, TransactionRow.nonce >= start
                )
                .order_by(col(TransactionRow.nonce))
            )
            for nonce in taken:
                free += range(start, min(nonce, start + count - len(free)))
                start = nonce + 1
        return [*free, *range(start, start + count - len(free))]

    def spent_since(self, chain_id: int, sender: bytes, since: int) -> int:
        of_sender = (TransactionRow.chain_id == chain_id, TransactionRow.sender == sender)
        query = _COSTS.where(*of_sender, or_(col(TransactionRow.prepared_at) >= since, UNSETTLED))
        costs: dict[int, int] = defaultdict(int)
        with reading(self._engine) as session:
            for number, value, gas, block, gas_used, gas_price, max_fee in session.execute(query):
                fee = gas * int(max_fee) if block is None else (gas_used or 0) * int(gas_price or 0)
                costs[number] = max(costs[number], fee + int(value))
        return sum(costs.values())

    def settle(self, transaction_id: int, state: str, receipt: Receipt | None = None) -> None:
        with self._writing() as session:
            row = session.get_one(TransactionRow, transaction_id)
            row.state = state
            row.mined_hash = receipt.transaction_hash if receipt else None
            row.block, row.block_hash = (receipt.block, receipt.block_hash) if receipt else (None, None)
            row.succeeded, row.gas_used = (receipt.succeeded, receipt.gas_used) if receipt else (None, None)
            row.gas_price, row.events = (str(receipt.gas_price), receipt.events) if receipt else (None, None)
            row.contract = receipt.contract if receipt else None


def _row(new: Transaction) -> TransactionRow:
    if len(new.attempts) != 1:
        raise Conflict("a transaction is stored with the one form of it that was signed")
    return TransactionRow(
        chain_id=new.chain_id,
        sender=new.sender,
        nonce=new.nonce,
        target=new.call.target,
        data=new.call.data,
        value=str(new.call.value),
        purpose=new.call.purpose,
        state=new.state,
        gas=new.gas,
        prepared_at=new.prepared_at,
    )


def _attempt_row(transaction_id: int, number: int, attempt: Attempt) -> AttemptRow:
    return AttemptRow(
        hash=attempt.hash,
        transaction=transaction_id,
        raw=attempt.raw,
        max_fee=str(attempt.max_fee),
        priority_fee=None if attempt.priority_fee is None else str(attempt.priority_fee),
        block=attempt.block,
        number=number,
    )


def _id(row: TransactionRow) -> int:
    assert row.id is not None, "flushed rows have an id"  # noqa: S101 -- the database's promise, for the type checker
    return row.id


def _transactions(session: Session, rows: Sequence[TransactionRow]) -> list[Transaction]:
    """The rows with their attempts, in the rows' order."""
    found: dict[int, list[Attempt]] = defaultdict(list)
    numbers = [_id(row) for row in rows]
    for start in range(0, len(numbers), LOOKED_UP):
        of_these = select(AttemptRow).where(col(AttemptRow.transaction).in_(numbers[start : start + LOOKED_UP]))
        for item in session.exec(of_these.order_by(col(AttemptRow.transaction), col(AttemptRow.number))):
            found[item.transaction].append(_attempt(item))
    return [_transaction(row, tuple(found[_id(row)])) for row in rows]


def _transaction(row: TransactionRow, attempts: tuple[Attempt, ...]) -> Transaction:
    return Transaction(
        _id(row),
        row.chain_id,
        row.sender,
        row.nonce,
        Call(row.target, row.data, row.purpose, int(row.value)),
        row.state,
        attempts,
        _receipt(row),
        row.gas,
        row.prepared_at,
    )


def _attempt(row: AttemptRow) -> Attempt:
    priority_fee = None if row.priority_fee is None else int(row.priority_fee)
    return Attempt(row.raw, row.hash, int(row.max_fee), priority_fee, row.block)


def _receipt(row: TransactionRow) -> Receipt | None:
    if row.mined_hash is None or row.block is None or row.block_hash is None:
        return None
    succeeded, gas_used = bool(row.succeeded), row.gas_used or 0
    return Receipt(
        row.mined_hash,
        row.block,
        row.block_hash,
        succeeded,
        gas_used,
        row.contract,
        int(row.gas_price or 0),
        row.events or b"",
    )
