"""Erasing a person's record, and showing that everybody else's diplomas are as good as before.

What stays is the leaf: a hash over salted hashes whose salts came from the secret that is gone. Nobody can open it, and
nobody needs to: the other records' proofs pass through it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vanbang.core.errors import FormatError
from vanbang.notary.sealing import check_tiles
from vanbang.ports import Conflict, ObjectStore, Spool, Store, StoredRecord, StoreError

_REASON: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
"""A code from the office's own list: free text would bring personal data into the audit log."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done: the record, its batch and place in the tree, shares withdrawn now, and the other record of the
    batch that was rebuilt afterwards to show that it still can be, None if no other is left."""

    record: int
    batch: str
    root: bytes
    leaf_index: int
    shares: int
    rebuilt: int | None


def check_none_on_its_way(store: Store, key: bytes) -> None:
    """Raises Conflict if a further edition under this record key is not sealed yet: it could not be erased, and would
    be issued afterwards."""
    newest = store.taken([key], "").get(key)
    if newest is not None and newest.leaf_index is None:
        raise Conflict(
            f"edition {newest.edition} of this diploma is in a list that is not sealed yet: erase all of them once it "
            "is, or name the edition that is to be erased now"
        )


def erase(
    store: Store,
    objects: ObjectStore,
    spool: Spool,
    stored: StoredRecord,
    reason: str,
    now: int,
    rebuild: Callable[[StoredRecord], object],
) -> Erasure:
    """Removes a sealed record's secret, ciphertext and shares, and the list it came in; then shows that the rest folds.

    May be run again, after a crash too. `rebuild` makes a record's credential file. Raises Conflict if the record is
    not sealed; FormatError for a reason that is no code; RootMismatch and StoreError if the rest does not fold.
    """
    if not _REASON.match(reason):
        raise FormatError("reason", "a code of small letters, digits, - and _, at most 40: no names, no sentences")
    batch = store.batch(stored.batch_id)
    if batch is None or batch.root is None or batch.tree_size is None or stored.leaf_index is None:
        raise StoreError("this record's batch is not sealed, or not in the database any more")
    shares = sum(item.record == stored.id and item.is_open(now) for item in store.shares(stored.key))
    if stored.erased_at is None:
        store.note("erasure.ordered", f"record/{stored.id}", {"reason": reason})
    store.erase(stored.id, now)
    spool.remove(batch.upload)
    check_tiles(objects, batch.root, batch.tree_size)
    other = next((item for item in store.records(batch.id) if item.secret), None)
    if other is None or batch.manifest is None:
        return Erasure(stored.id, batch.id, batch.root, stored.leaf_index, shares, None)
    rebuild(other)
    return Erasure(stored.id, batch.id, batch.root, stored.leaf_index, shares, other.id)
