"""What is on its way to the chain: status lists and roots, transactions and their attempts."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from vanbang.adapters.sql.audit import AuditLog, values
from vanbang.adapters.sql.database import reading, transaction
from vanbang.adapters.sql.tables import AttemptRow, StatusListRow, StatusRootRow, TransactionRow
from vanbang.core.payload import LIST_ENTRIES
from vanbang.core.status import StatusList
from vanbang.ports import SETTLED, Attempt, Call, Conflict, Receipt, StoredRoot, Transaction


class Journal(AuditLog):
    """The part of the store that the anchoring engine works on."""

    def status_lists(self, iss: str) -> Sequence[tuple[StatusList, bytes]]:
        with reading(self._engine) as session:
            rows = session.exec(
                select(StatusListRow).where(StatusListRow.iss == iss).order_by(col(StatusListRow.number))
            )
            return [(StatusList(row.uri, row.bits), row.taken) for row in rows]

    def add_status_list(self, iss: str, new: StatusList) -> None:
        with transaction(self._engine) as session:
            number = session.exec(select(func.count()).select_from(StatusListRow).where(StatusListRow.iss == iss)).one()
            taken = bytes(LIST_ENTRIES // 8)
            session.add(StatusListRow(uri=new.uri, iss=iss, number=number, bits=new.bits, taken=taken))

    def status_roots(self, iss: str) -> Sequence[StoredRoot]:
        with reading(self._engine) as session:
            rows = session.exec(
                select(StatusRootRow).where(StatusRootRow.iss == iss).order_by(col(StatusRootRow.epoch))
            )
            return [StoredRoot(row.epoch, row.manifest, row.state, row.transaction, row.deadline) for row in rows]

    def add_status_root(self, iss: str, root: StoredRoot) -> None:
        with transaction(self._engine) as session:
            session.add(StatusRootRow(iss=iss, **values(root)))

    def set_root_deadline(self, iss: str, epoch: int, deadline: int) -> None:
        with transaction(self._engine) as session:
            row = session.get(StatusRootRow, (iss, epoch))
            if row is None or row.state != "WAITING":
                raise Conflict("this status root is not waiting to be signed")
            row.deadline = deadline

    def settle_status_root(self, iss: str, epoch: int, state: str, transaction_id: int | None) -> None:
        with transaction(self._engine) as session:
            row = session.get_one(StatusRootRow, (iss, epoch))
            row.state, row.transaction = state, transaction_id

    def add_transaction(self, new: Transaction, attempt: Attempt) -> Transaction:
        with transaction(self._engine) as session:
            row = TransactionRow(
                chain_id=new.chain_id,
                sender=new.sender,
                nonce=new.nonce,
                target=new.call.target,
                data=new.call.data,
                value=str(new.call.value),
                purpose=new.call.purpose,
                state=new.state,
            )
            session.add(row)
            session.flush()
            stored = _id(row)
            session.add(
                AttemptRow(hash=attempt.hash, transaction=stored, raw=attempt.raw, max_fee=str(attempt.max_fee))
            )
            session.flush()
            return _transaction(session, row)

    def open_transactions(self) -> Sequence[Transaction]:
        with reading(self._engine) as session:
            rows = session.exec(
                select(TransactionRow)
                .where(col(TransactionRow.state).not_in(SETTLED))
                .order_by(col(TransactionRow.sender), col(TransactionRow.nonce))
            ).all()
            return [_transaction(session, row) for row in rows]

    def transaction(self, transaction_id: int) -> Transaction:
        with reading(self._engine) as session:
            return _transaction(session, session.get_one(TransactionRow, transaction_id))

    def next_nonce(self, chain_id: int, sender: bytes) -> int:
        with reading(self._engine) as session:
            highest = session.exec(
                select(func.max(TransactionRow.nonce)).where(
                    TransactionRow.chain_id == chain_id, TransactionRow.sender == sender
                )
            ).one()
            return 0 if highest is None else highest + 1

    def settle(self, transaction_id: int, state: str, receipt: Receipt | None = None) -> None:
        with transaction(self._engine) as session:
            row = session.get_one(TransactionRow, transaction_id)
            row.state = state
            row.mined_hash = receipt.transaction_hash if receipt else None
            row.block, row.block_hash = (receipt.block, receipt.block_hash) if receipt else (None, None)
            row.succeeded, row.gas_used = (receipt.succeeded, receipt.gas_used) if receipt else (None, None)
            row.contract = receipt.contract if receipt else None


def _id(row: TransactionRow) -> int:
    assert row.id is not None, "flushed rows have an id"  # noqa: S101 -- the database's promise, for the type checker
    return row.id


def _transaction(session: Session, row: TransactionRow) -> Transaction:
    attempts = session.exec(select(AttemptRow).where(AttemptRow.transaction == row.id)).all()
    return Transaction(
        _id(row),
        row.chain_id,
        row.sender,
        row.nonce,
        Call(row.target, row.data, row.purpose, int(row.value)),
        row.state,
        tuple(Attempt(item.raw, item.hash, int(item.max_fee)) for item in attempts),
        _receipt(row),
    )


def _receipt(row: TransactionRow) -> Receipt | None:
    if row.mined_hash is None or row.block is None or row.block_hash is None:
        return None
    succeeded, gas_used = bool(row.succeeded), row.gas_used or 0
    return Receipt(row.mined_hash, row.block, row.block_hash, succeeded, gas_used, row.contract)
