"""Finding the diplomas of one person by learner or citizen number, neither of which is stored readably.

The blind index of a citizen number is so short that others' records share it: each candidate is decrypted, and kept
only if it says the number. What is asked for stands in no audit line.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple
from unicodedata import normalize

from vanbang.catalog import TYPES, CredentialType
from vanbang.core.errors import FormatError
from vanbang.notary.records import (
    CITIZEN_FIELD,
    LEARNER_FIELD,
    blind_citizen,
    blind_learner,
    citizen_index,
    decrypt_record,
    learner_index,
)
from vanbang.ports import Batch, PersonIndexes, Store, StoredRecord, StoreError

By = Literal["learner", "citizen"]
CANDIDATES: Final = 1_000
"""Records decrypted for one question: ten times as many as share an index among a hundred million, in 50 ms."""
NUMBER_SIZE: Final = 100
"""Characters of a number that is asked for."""
NAMED: Final = 10
"""Unreadable records that one question names in the audit log: a thousand lines would be no clearer."""
UNREADABLE: Final = (StoreError, FormatError, TypeError, AttributeError)
"""What opening a record raises that was changed in the database: its ciphertext, its secret, or what it holds, by
somebody who encrypted it anew."""
FIELDS: Final[dict[By, str]] = {"learner": LEARNER_FIELD, "citizen": CITIZEN_FIELD}


class Found(NamedTuple):
    """A sealed record of the person, and its batch."""

    stored: StoredRecord
    batch: Batch


class LookedUp(NamedTuple):
    """What was found, oldest first, and the candidates that do not open: whether they say the number nobody knows."""

    found: Sequence[Found]
    unreadable: Sequence[StoredRecord]


class Indexed(NamedTuple):
    """How many records were given indexes, and how many do not open."""

    added: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class LookingUp:
    """Asks the store by blind indexes, and reads what it finds."""

    store: Store
    index_key: bytes = field(repr=False)

    def of_person(self, by: By, number: str, iss: str | None) -> LookedUp:
        """Every sealed edition of every diploma with this number; `iss` None: of all institutions.

        Notes in the audit log that somebody asked, not whom for, also if it is refused; and beside it each record that
        does not open. Raises StoreError; FormatError for what is no number, or if more than CANDIDATES records share
        its index.
        """
        number = _number(by, number)
        candidates = self._candidates(by, number, iss)
        if len(candidates) > CANDIDATES:
            self._note(by, iss, {"refused": "candidates"})
            further = "name the institution" if iss is None else "this is no number of one person"
            raise FormatError(f"{by} number", f"over {CANDIDATES:,} records share its index: {further}")
        told = self._read(candidates, FIELDS[by], number)
        for stored in told.unreadable[:NAMED]:
            self.store.note("record.unreadable", f"record/{stored.id}", {"batch": stored.batch_id})
        damage = {"unreadable": len(told.unreadable)} if told.unreadable else {}
        self._note(by, iss, {"found": len(told.found), **damage})
        return told

    def _read(self, candidates: Sequence[StoredRecord], field: str, number: str) -> LookedUp:
        batches: dict[str, Batch | None] = {}
        found, unreadable = [], []
        for stored in candidates:
            if stored.batch_id not in batches:
                batches[stored.batch_id] = self.store.batch(stored.batch_id)
            batch = batches[stored.batch_id]
            try:
                if batch is not None and _says(batch, stored, field, number):
                    found.append(Found(stored, batch))
            except UNREADABLE:
                unreadable.append(stored)
        return LookedUp(found, unreadable)

    def _note(self, by: By, iss: str | None, facts: Mapping[str, str | int]) -> None:
        self.store.note("person.looked_up", iss or "all", {"by": by, **facts})

    def _candidates(self, by: By, number: str, iss: str | None) -> Sequence[StoredRecord]:
        if by == "learner":
            learner = blind_learner(self.index_key, number)
            return self.store.of_learner(learner or b"", iss, 0, CANDIDATES + 1)
        citizen = blind_citizen(self.index_key, number)
        return self.store.of_citizen(citizen or 0, iss, 0, CANDIDATES + 1)


def index_all(
    store: Store, index_key: bytes, behind: int = 0, progress: Callable[[int, int], None] = lambda last, added: None
) -> Indexed:
    """Gives blind indexes to all records that were stored without, from before there were any.

    In steps: after a crash it goes on where it is told to, or finds those that are left. `progress` is told the last
    record looked at, and how many were given indexes. A record that does not open is left without, and counted. Raises
    StoreError.
    """
    added = unreadable = 0
    while True:
        records, last = store.without_persons(behind)
        if last == behind:
            return Indexed(added, unreadable)
        vcts = {batch_id: _vct(store, batch_id) for batch_id in {stored.batch_id for stored in records}}
        known = [(TYPES[vct], stored) for stored in records if (vct := vcts[stored.batch_id]) in TYPES]
        read = [indexes for kind, stored in known if (indexes := _indexes(index_key, kind, stored)) is not None]
        unreadable += len(known) - len(read)
        added += store.add_persons([item for item in read if item.learner is not None or item.citizen is not None])
        behind = last
        progress(last, added)


def _indexes(index_key: bytes, kind: CredentialType, stored: StoredRecord) -> PersonIndexes | None:
    """None of a record that does not open."""
    try:
        record = decrypt_record(kind, stored)
    except UNREADABLE:
        return None
    return PersonIndexes(stored.id, learner_index(index_key, record), citizen_index(index_key, record))


def _vct(store: Store, batch_id: str) -> str:
    batch = store.batch(batch_id)
    return "" if batch is None else batch.vct


def _number(by: By, text: str) -> str:
    """The number as the catalog stores it. Raises FormatError."""
    number = normalize("NFC", text.strip())
    if by == "citizen":
        number = number.replace(" ", "")
        if len(number) != 12 or not (number.isascii() and number.isdigit()):
            raise FormatError("citizen number", "twelve digits")
    if not 0 < len(number) <= NUMBER_SIZE:
        raise FormatError("learner number", f"1 to {NUMBER_SIZE} characters")
    try:
        number.encode()
    except UnicodeEncodeError:  # from a command line in another encoding; the error quotes the number
        raise FormatError("learner number", "not UTF-8") from None
    return number


def _says(batch: Batch, stored: StoredRecord, field: str, number: str) -> bool:
    kind = TYPES.get(batch.vct)
    if kind is None or not stored.secret:
        return False
    value = decrypt_record(kind, stored).__dict__.get(field) or ""
    return hmac.compare_digest(value.encode(), number.encode())
