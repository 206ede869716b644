"""What sealing decides: places and leaves of records, subtree after subtree, then the batch as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Select, bindparam, update
from sqlmodel import Session, col, func, select

from vanbang.adapters.sql.audit import AuditLog
from vanbang.adapters.sql.bulk import insert_rows
from vanbang.adapters.sql.database import Question, beside, take_turn
from vanbang.adapters.sql.tables import BatchListRow, BatchRow, RecordRow, StatusListRow, SubtreeRow
from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.merkle import SUBTREE_LEAVES
from vanbang.ports import Conflict, SealedBatch, Subtree

_LEAVES: Select[Any] = select(SubtreeRow.leaves, SubtreeRow.last)  # type: ignore[assignment]
_SUBTREE = Question(
    _LEAVES.join(BatchRow, col(BatchRow.ordinal) == col(SubtreeRow.batch))
    .where(col(BatchRow.id) == bindparam("batch"), col(SubtreeRow.number) == bindparam("number"))
    .where(col(BatchRow.sealed_at).is_(None))
)
_NOT_WAITING = "this batch is not waiting to be sealed"


class Placing(AuditLog):
    """The part of the store with leaves."""

    def place(self, batch_id: str, subtree: Subtree) -> None:
        with self._writing(beside) as session:
            # A batch that is not sealed, and its records, are nobody else's: the long part needs no turn.
            batch = _waiting(session, batch_id)
            _check_next(session, batch, subtree)
            _check_leaves(subtree)
            lists = _lists(session, batch.iss, {uri for uri, _ in subtree.places})
            insert_rows(session.connection(), "leaf", _leaf_rows(subtree, lists))
            row = SubtreeRow(batch=batch.ordinal, number=subtree.number, last=subtree.ids[-1], leaves=subtree.leaves)
            session.add(row)
            session.flush()
            take_turn(session)
            _take(session, batch, subtree.places)

    def placed(self, batch_id: str) -> Iterator[tuple[bytes, int]]:
        number = 0
        while (row := _SUBTREE.first(self._engine, batch=batch_id, number=number)) is not None:
            yield row[0], row[1]
            number += 1

    def seal(self, sealed: SealedBatch) -> None:
        with self._writing(beside) as session:
            batch = _waiting(session, sealed.batch_id)
            if _placed(session, batch) != batch.rows:
                raise Conflict("these are not all the records of the batch: some are not placed yet")
            emptied = update(SubtreeRow).where(col(SubtreeRow.batch) == batch.ordinal).values(leaves=b"")
            session.connection().execute(emptied)
            take_turn(session)
            batch.state = "SEALED"
            batch.sealed_at, batch.root, batch.tree_size = sealed.sealed_at, sealed.root, sealed.tree_size
            batch.type_sha256 = sealed.type_sha256
            self._note(session, "batch.sealed", batch.id, root=sealed.root.hex(), tree_size=sealed.tree_size)


def _waiting(session: Session, batch_id: str) -> BatchRow:
    """The batch, locked. Raises Conflict unless it is ACCEPTED."""
    row = session.get(BatchRow, batch_id, with_for_update=True)
    if row is None or row.state != "ACCEPTED":
        raise Conflict(_NOT_WAITING)
    return row


def _check_next(session: Session, batch: BatchRow, subtree: Subtree) -> None:
    """Raises Conflict unless these are the next records of the batch, and a whole subtree or all that are left."""
    stored = select(func.count(), func.max(SubtreeRow.last)).where(SubtreeRow.batch == batch.ordinal)
    count, last = session.execute(stored).one()
    behind = select(RecordRow.id).where(RecordRow.batch == batch.ordinal, col(RecordRow.id) > (last or 0))
    following = session.connection().execute(behind.order_by(col(RecordRow.id)).limit(SUBTREE_LEAVES)).scalars().all()
    if count != subtree.number or list(following) != subtree.ids or not subtree.ids:
        raise Conflict("these are not the records of the batch's next subtree, each of them once")


def _check_leaves(subtree: Subtree) -> None:
    """Raises Conflict unless each record has a leaf and a place."""
    first, size = subtree.number * SUBTREE_LEAVES, len(subtree.ids)
    is_whole = sorted(subtree.leaf_indexes) == list(range(first, first + size))
    if not is_whole or len(subtree.leaves) != DIGEST_SIZE * size or sum(map(len, _indexes(subtree))) != size:
        raise Conflict("these are not the leaves of this subtree, each of them once")


def _indexes(subtree: Subtree) -> list[Sequence[int]]:
    return [indexes for _, indexes in subtree.places]


def _lists(session: Session, iss: str, uris: Iterable[str]) -> dict[str, int]:
    """The lists' ordinals. Raises Conflict if one is not the issuer's."""
    query = select(StatusListRow.uri, StatusListRow.ordinal).where(
        StatusListRow.iss == iss, col(StatusListRow.uri).in_(list(uris))
    )
    found: dict[str, int] = dict(session.execute(query).all())
    if missing := sorted(set(uris) - set(found)):
        raise Conflict(f"{iss} has no status list {missing[0]}")
    return found


def _leaf_rows(subtree: Subtree, lists: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    of_lists = chain.from_iterable([repeat(lists[uri], len(indexes)) for uri, indexes in subtree.places])
    entries = chain.from_iterable(_indexes(subtree))
    return zip(subtree.ids, of_lists, entries, subtree.leaf_indexes, strict=True)


def _take(session: Session, batch: BatchRow, places: Iterable[tuple[str, Sequence[int]]]) -> None:
    """Marks places as taken. Raises Conflict if others have one by now: they were chosen at once."""
    chosen: dict[str, list[int]] = {}
    for uri, some in places:
        chosen.setdefault(uri, []).extend(some)
    for uri, indexes in sorted(chosen.items()):
        row = session.get_one(StatusListRow, uri)
        bitmap = _bitmap(indexes, len(row.taken))
        if bitmap.bit_count() != len(indexes) or bitmap & _number(row.taken):
            raise Conflict("a place in a status list is taken by another record")
        row.taken = _bytes(bitmap | _number(row.taken), len(row.taken))
        session.merge(BatchListRow(batch=batch.ordinal, list=row.ordinal))


def _bitmap(indexes: Iterable[int], size: int) -> int:
    bits = bytearray(size)
    for index in indexes:
        bits[index >> 3] |= 1 << (index & 7)
    return _number(bits)


def _number(bits: bytes | bytearray) -> int:
    return int.from_bytes(bits, "big")


def _bytes(number: int, size: int) -> bytes:
    return number.to_bytes(size, "big")


def _placed(session: Session, batch: BatchRow) -> int:
    """How many records stand in stored subtrees."""
    sizes = select(func.sum(func.length(SubtreeRow.leaves))).where(SubtreeRow.batch == batch.ordinal)
    return int(session.exec(sizes).one() or 0) // DIGEST_SIZE
