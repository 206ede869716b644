"""Finding one person's diplomas without storing who anybody is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from small_house import INDEX_KEY, KIND, rows
from vanbang.catalog import Record, type_by_name
from vanbang.core.errors import FormatError
from vanbang.core.record_keys import encryption_key
from vanbang.notary.encryption import RECORD, encrypt
from vanbang.notary.looking_up import CANDIDATES, NAMED, By, LookingUp, index_all
from vanbang.notary.records import (
    CITIZEN_BITS,
    blind_citizen,
    blind_learner,
    citizen_index,
    encrypt_record,
    learner_index,
    record_key,
)
from vanbang.ports import PersonIndexes, StoredRecord

SECRET = b"s" * 32


def records(count: int) -> list[Record]:
    """Those of so many citizens."""
    made = [KIND.parse(row.cells)[0] for row in rows(2 * count + 10)]
    return [record for record in made if record is not None and record.__dict__["so_ddcn"]][:count]


def stored(number: int, record: Record, kind: Any = KIND) -> StoredRecord:
    return StoredRecord(number, "b", record_key(INDEX_KEY, kind, record), SECRET, encrypt_record(kind, record, SECRET))


class Shelf:
    """A store of some records, all of which share one index."""

    def __init__(self, held: Sequence[StoredRecord], vct: str = KIND.vct) -> None:
        self.held, self.vct = list(held), vct
        self.noted: list[Any] = []
        self.added: list[PersonIndexes] = []

    def of_learner(self, learner: bytes, iss: str | None, behind: int, limit: int) -> Sequence[StoredRecord]:
        return self.held[:limit]

    def of_citizen(self, citizen: int, iss: str | None, behind: int, limit: int) -> Sequence[StoredRecord]:
        return self.held[:limit]

    def batch(self, batch_id: str) -> Any:
        return SimpleNamespace(id=batch_id, vct=self.vct)

    def note(self, *line: Any) -> None:
        self.noted.append(line)

    def without_persons(self, behind: int) -> tuple[Sequence[StoredRecord], int]:
        last = min(behind + 2, len(self.held))
        return self.held[behind:last], last

    def add_persons(self, found: Sequence[PersonIndexes]) -> int:
        self.added += found
        return len(found)


def ids(shelf: Shelf, by: By, number: str, iss: str | None = None) -> list[int]:
    return [item.stored.id for item in looking(shelf).of_person(by, number, iss).found]


def looking(shelf: Shelf) -> LookingUp:
    return LookingUp(shelf, INDEX_KEY)  # type: ignore[arg-type]


def test_only_the_persons_own() -> None:
    """Of those that share the index only records that say the number are given; the log says neither."""
    one, other, erased = records(3)
    shelf = Shelf([stored(1, one), stored(2, other), replace(stored(3, erased), secret=b"", ciphertext=b"")])
    number = one.__dict__["so_ddcn"]
    assert ids(shelf, "citizen", f" {number[:3]} {number[3:]} ") == [1]
    learner = other.__dict__["ma_nguoi_hoc"]
    assert ids(shelf, "learner", learner, "https://a") == [2]
    assert looking(shelf).of_person("learner", erased.__dict__["ma_nguoi_hoc"], None) == ([], [])
    assert [line[:2] for line in shelf.noted] == [("person.looked_up", iss) for iss in ("all", "https://a", "all")]
    assert number not in str(shelf.noted)
    assert learner not in str(shelf.noted)


@pytest.mark.parametrize("number", ["", "12345678901", "12345678901x", "٠١٢٣٤٥٦٧٨٩٠١", "1" * 13])
def test_what_is_no_citizen_number(number: str) -> None:
    """It is refused without being repeated, and nothing is asked of the store."""
    shelf = Shelf([])
    with pytest.raises(FormatError) as caught:
        looking(shelf).of_person("citizen", number, None)
    assert not number or number not in str(caught.value)
    for learner in (" ", "x" * 101, "not UTF-8: \udcff"):
        with pytest.raises(FormatError):
            looking(shelf).of_person("learner", learner, None)
    assert shelf.noted == []


def test_the_work_is_bounded() -> None:
    """More records under one index than are ever read for one question are told, not read; that it was asked is noted
    all the same."""
    (one,) = records(1)
    shelf = Shelf([stored(1, one)] * (CANDIDATES + 1))
    for iss, further in ((None, "name the institution"), ("https://a", "no number of one person")):
        with pytest.raises(FormatError, match=further):
            looking(shelf).of_person("learner", "1", iss)
    facts = {"by": "learner", "refused": "candidates"}
    assert shelf.noted == [("person.looked_up", iss, facts) for iss in ("all", "https://a")]


def damaged(record: StoredRecord) -> list[StoredRecord]:
    """The record as it may be found by whoever can write to the database."""
    flipped = record.ciphertext[:-1] + bytes([record.ciphertext[-1] ^ 1])
    texts = (b"[]", b"[", b'{"ma_nguoi_hoc":["1"]}')
    anew = [encrypt(encryption_key(SECRET), text, RECORD) for text in texts]
    changes: list[dict[str, Any]] = [{"ciphertext": text} for text in (b"", "text", flipped, *anew)]
    return [replace(record, id=10 + at, **change) for at, change in enumerate([*changes, {"secret": b"short"}])]


def test_a_damaged_record_hides_no_other() -> None:
    """Records that do not open are passed over, given beside what was found, and named in the audit log."""
    one, other = records(2)
    broken = damaged(stored(0, other))
    shelf = Shelf([broken[0], stored(1, one), *broken[1:]])
    told = looking(shelf).of_person("learner", one.__dict__["ma_nguoi_hoc"], None)
    assert [item.stored.id for item in told.found] == [1]
    assert told.unreadable == broken
    *lines, last = shelf.noted
    assert lines == [("record.unreadable", f"record/{item.id}", {"batch": "b"}) for item in broken]
    assert last == ("person.looked_up", "all", {"by": "learner", "found": 1, "unreadable": len(broken)})


def test_not_all_that_is_damaged_is_named() -> None:
    """However much is damaged, one question writes few lines, and the last one has the count."""
    (one,) = records(1)
    shelf = Shelf([replace(stored(number, one), ciphertext=b"") for number in range(NAMED + 5)])
    assert len(looking(shelf).of_person("learner", "1", None).unreadable) == NAMED + 5
    assert len(shelf.noted) == NAMED + 1
    assert shelf.noted[-1][2]["unreadable"] == NAMED + 5


def test_a_type_that_is_not_known_here() -> None:
    """Its records cannot be read, so they are nobody's."""
    (one,) = records(1)
    shelf = Shelf([stored(1, one)], "urn:vanbang:type:of-tomorrow:1")
    assert looking(shelf).of_person("learner", one.__dict__["ma_nguoi_hoc"], None) == ([], [])
    assert index_all(shelf, INDEX_KEY) == (0, 0)  # type: ignore[arg-type]


def test_indexes_are_made_in_steps() -> None:
    """Every record from before gets the indexes it would get now; one without either number gets none."""
    made = records(5)
    nobody = made[2].model_copy(update={"ma_nguoi_hoc": "", "so_ddcn": ""})
    shelf = Shelf([stored(number, record) for number, record in enumerate([*made[:2], nobody, *made[3:]], 1)])
    told: list[tuple[int, int]] = []
    assert index_all(shelf, INDEX_KEY, progress=lambda *step: told.append(step)) == (4, 0)  # type: ignore[arg-type]
    assert told == [(2, 2), (4, 3), (5, 4)]
    wanted = [(n, learner_index(INDEX_KEY, item), citizen_index(INDEX_KEY, item)) for n, item in enumerate(made, 1)]
    assert shelf.added == [PersonIndexes(*item) for item in wanted if item[0] != 3]


def test_a_damaged_record_is_left_without_indexes() -> None:
    """What does not open is counted, and all others get their indexes."""
    made = records(3)
    broken = replace(stored(2, made[1]), ciphertext=b"")
    shelf = Shelf([stored(1, made[0]), broken, stored(3, made[2])])
    assert index_all(shelf, INDEX_KEY) == (2, 1)  # type: ignore[arg-type]
    assert [item.record for item in shelf.added] == [1, 3]


def test_the_same_learner_in_every_type() -> None:
    """The index is of the number, whatever the type; none comes of no number."""
    (one,) = records(1)
    transcript = type_by_name("vn-transcript")
    number = one.__dict__["ma_nguoi_hoc"]
    assert learner_index(INDEX_KEY, one) == blind_learner(INDEX_KEY, number)
    assert "ma_nguoi_hoc" in {field.name for field in transcript.fields}
    assert (blind_learner(INDEX_KEY, ""), blind_citizen(INDEX_KEY, "")) == (None, None)
    assert blind_learner(INDEX_KEY, "001") != blind_learner(b"another key".ljust(32), "001")


def test_a_stolen_database_names_nobody() -> None:
    """Guessing numbers finds no index without its key; with it, a million numbers stand under each of few indexes."""
    numbers = [f"001204{number:06}" for number in range(20_000)]
    stolen = {blind_citizen(INDEX_KEY, number) for number in numbers[:10]}
    guessed = Counter(blind_citizen(b"a guess".ljust(32), number) for number in numbers)
    assert len(stolen & set(guessed)) <= 2, "by chance, and of other numbers"
    known = [blind_citizen(INDEX_KEY, number) or 0 for number in numbers]
    assert max(known) < 2**CITIZEN_BITS
    coarse = Counter(index >> CITIZEN_BITS - 5 for index in known)
    assert len(coarse) == 32
    assert all(500 < count < 750 for count in coarse.values()), "as many numbers under one index as under another"
