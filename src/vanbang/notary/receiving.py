"""The batches of a list while their records arrive: nobody sees them before all of them are accepted at once.

A list that was being taken in when the process died is read again from its beginning; what is stored of it already is
compared with what comes out, not stored twice.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vanbang.notary.checking import Judged
from vanbang.ports import Batch, NewRecord, StoreError, Upload
from vanbang.ports.records import RecordStore

STORED_TOGETHER: Final = 5_000
"""Records in one transaction: few enough to let other writers in between, enough not to wait for the disk each time."""
MOST_BYTES: Final = 134_217_728
"""The same in bytes of ciphertext: transcripts take some thousands, and a diploma's attachment a hundred thousand."""


class StoredDiffers(StoreError):
    """What an earlier attempt stored is not what comes out of the list now: all of it is removed, and begun anew."""


@dataclass(slots=True)
class Receiving:
    """One upload's. `iss_of` names the institution of each code. `found` counts the records that were there already."""

    store: RecordStore
    upload: Upload
    iss_of: Mapping[str, str]
    clock: Callable[[], int]
    found: int = 0
    _batches: dict[tuple[str, str], Batch] = field(default_factory=dict)
    _waiting: dict[str, list[NewRecord]] = field(default_factory=dict)
    _earlier: dict[str, int] = field(default_factory=dict)
    """Up to which id what an earlier attempt stored has come up again."""
    _count: int = 0
    """Records that wait, of all batches: a ministry's list may be of 1,500 institutions in turns."""
    _bytes: int = 0
    """Of their ciphertexts."""

    @property
    def ids(self) -> Sequence[str]:
        """The batches that there are, in the order in which they came up."""
        return [batch.id for batch in self._batches.values()]

    def take(self, judged: Judged) -> None:
        """Stores the good rows of a unit, or lets them wait for more. Raises StoreError, Conflict, StoredDiffers."""
        waiting = [self._waiting[self._batch(code, vct).id] for code, vct in self._groups(judged)]
        group_of, records, instead = judged.examined.group_of, judged.examined.stored.new_records(), judged.instead
        if judged.are_all_good and len(waiting) == 1:
            waiting[0].extend(records)
        else:
            for place in judged.good:
                waiting[group_of[place]].append(instead.get(place) or records[place])
        self._count += len(judged.good)
        self._bytes += sum(map(len, judged.examined.stored.ciphertexts))
        if self._count >= STORED_TOGETHER or self._bytes >= MOST_BYTES:
            self._store()

    def finish(self) -> None:
        """Stores what waits; what an earlier attempt stored must all have come up again. Raises as `take` does."""
        self._store()
        for batch_id, behind in self._earlier.items():
            if self.store.received(batch_id, behind, 1):
                raise StoredDiffers("more rows are stored than this list has")
        known = set(self.ids)
        if any(batch.id not in known for batch in received_before(self.store, self.upload)):
            raise StoredDiffers("a batch is stored that this list does not have")

    def _groups(self, judged: Judged) -> Sequence[tuple[str, str]]:
        """The unit's issuers and types; one all of whose rows are refused shares its place with another."""
        groups = judged.examined.groups
        if judged.are_all_good:
            return groups
        used = {judged.examined.group_of[place] for place in judged.good}
        return [group if at in used else groups[min(used)] for at, group in enumerate(groups)] if used else []

    def _batch(self, code: str, vct: str) -> Batch:
        known = self._batches.get((code, vct))
        if known is not None:
            return known
        iss = self.iss_of[code]
        name = hashlib.sha256(f"{self.upload.id}\0{iss}\0{vct}".encode()).hexdigest()[:32]
        batch = self.store.batch(name)
        if batch is None:
            batch = Batch(name, iss, vct, "RECEIVING", self.upload.id, self.clock(), 0)
            self.store.begin(batch)
        else:
            self._earlier[name] = 0
        self._batches[code, vct] = batch
        self._waiting[name] = []
        return batch

    def _store(self) -> None:
        came = [(batch_id, records) for batch_id, records in self._waiting.items() if records]
        self._waiting, self._count, self._bytes = {batch_id: [] for batch_id in self._waiting}, 0, 0
        new = {batch_id: records[self._stored(batch_id, records) :] for batch_id, records in came}
        if any(new.values()):
            self.store.add_records({batch_id: records for batch_id, records in new.items() if records})

    def _stored(self, batch_id: str, records: Sequence[NewRecord]) -> int:
        """How many of these an earlier attempt stored. Raises StoredDiffers if it stored others in their place."""
        behind = self._earlier.get(batch_id)
        if behind is None or not records:
            return 0
        stored = self.store.received(batch_id, behind, len(records))
        if any(found[1:] != (record.key, record.edition) for found, record in zip(stored, records, strict=False)):
            raise StoredDiffers("another row is stored in the place of one of this list")
        if len(stored) < len(records):
            del self._earlier[batch_id]
        else:
            self._earlier[batch_id] = stored[-1][0]
        self.found += len(stored)
        return len(stored)


def received_before(store: RecordStore, upload: Upload) -> Sequence[Batch]:
    """The batches that an attempt to take in this upload has begun, with as many rows as it stored."""
    return [batch for batch in store.batches("RECEIVING") if batch.upload == upload.id]
