"""A list whose intake was interrupted: what is stored is gone on from, never seen by halves, never stored twice."""

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from errno import ENOSPC
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from given_lists import GivenFiles, GivenList, numbered
from small_house import ACCEPTED_AT, INDEX_KEY, INSTITUTION, KIND, MemoryStore, new_store, new_upload, rows
from vanbang.adapters import files
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.sql import SqlStore
from vanbang.catalog.sampling import institutions, sample_rows, write_csv
from vanbang.notary import first_rows, receiving
from vanbang.notary.intake import Intake
from vanbang.notary.lists import Row
from vanbang.notary.records import blind_key, decrypt_record
from vanbang.notary.uploading import Uploads
from vanbang.ports import Institution, NewRecord, StoreError, Upload

TOGETHER = 10
GIVEN = rows(45)
OTHER = Institution(institutions()[1].iss, institutions()[1].code, institutions()[1].name, "other", "A", "B")


@dataclass
class House:
    """An installation to which one list was sent in."""

    store: SqlStore
    upload: Upload
    spool: MemorySpool
    stored: list[int] = field(default_factory=list)
    """How many records came with each call of the store."""

    def take_in(self, given: Sequence[Row]) -> Upload:
        listed = GivenFiles(GivenList(given))
        uploads = Uploads(self.store, self.spool)
        intake = Intake(self.store, uploads, listed, INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore())
        return intake.process(self.upload)[0]

    def names(self) -> list[str]:
        (batch,) = self.store.batches("ACCEPTED")
        records = [decrypt_record(KIND, stored) for stored in self.store.records(batch.id)]
        assert batch.rows == len(records)
        return [KIND.values_of(record)["ho_va_ten"] for record in records]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(receiving, "STORED_TOGETHER", TOGETHER)
    monkeypatch.setattr("vanbang.notary.lists.UNIT_ROWS", 5)
    store, spool = new_store(tmp_path), MemorySpool()
    made = House(store, new_upload(store, spool, b"x", INSTITUTION.iss), spool)
    real = SqlStore.add_records

    def counted(self: SqlStore, arrived: Mapping[str, Sequence[NewRecord]]) -> None:
        real(self, arrived)
        made.stored.append(sum(map(len, arrived.values())))

    monkeypatch.setattr(SqlStore, "add_records", counted)
    return made


def failing_at(call: int, error: BaseException, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, which raises the error instead of its so-manieth call."""
    calls = iter(range(1, 10**6))

    def called(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == call:
            raise error
        return method(*args, **kwargs)

    return called


def interrupted(house: House, error: BaseException, given: Sequence[Row] = GIVEN) -> None:
    """An attempt that ends when some 60 % are stored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlStore, "add_records", failing_at(4, error, SqlStore.add_records))
        with pytest.raises(type(error)):
            house.take_in(given)


def names_of(given: Sequence[Row]) -> list[str]:
    return [row.cells["ho_va_ten"] for row in given]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StoreError("the disk of the database is full")])
def test_it_goes_on_behind_what_is_stored(house: House, error: BaseException) -> None:
    """Killed, or out of disk at 60 %: nobody sees half a list, and the next attempt stores only what is missing."""
    interrupted(house, error)
    assert house.store.upload(house.upload.id).state == "RECEIVED"  # type: ignore[union-attr]
    assert house.store.batches_page(iss=None, states=(), upload=None, after=None, limit=9) == []
    assert house.take_in(GIVEN).state == "ACCEPTED"
    assert house.stored == [10, 10, 10, 10, 5]
    assert house.names() == names_of(GIVEN)


def test_each_institution_goes_on_behind_its_own(house: House) -> None:
    """Of a list that goes from institution to institution nothing is stored twice, and all in its institution's."""
    house.store.add_institution(OTHER)
    house.upload = new_upload(house.store, house.spool, b"of all", None)
    codes = INSTITUTION.code, OTHER.code
    some, others = (sample_rows(count, code, (code,)) for count, code in zip((25, 20), codes, strict=True))
    given = numbered(row for pair in zip_longest(some, others) for row in pair if row)
    interrupted(house, KeyboardInterrupt(), given)
    assert house.take_in(given).state == "ACCEPTED"
    assert house.stored == [10, 10, 10, 10, 5]
    for batch, code in zip(sorted(house.store.batches(), key=lambda batch: -batch.rows), codes, strict=True):
        keys = [record.key for record in house.store.records(batch.id)]
        serials = [row.cells["so_hieu_vbcc"] for row in given if row.cells["ma_don_vi_cap_bang"] == code]
        assert keys == [blind_key(INDEX_KEY, KIND, f"{code}\x1f{serial}") for serial in serials]


@pytest.mark.parametrize(
    "now", [[*GIVEN[:7], *GIVEN[8:]], GIVEN[:25], [*GIVEN[1::-1], *GIVEN[2:]]], ids=["fewer", "cut", "other order"]
)
def test_what_differs_is_stored_anew(house: House, now: list[Row]) -> None:
    """When other rows come out than were stored, none of the old ones stays."""
    interrupted(house, KeyboardInterrupt())
    assert house.take_in(now).state == "ACCEPTED"
    assert house.names() == names_of(now)


@pytest.mark.parametrize("steps", [1, 3, 4, 5])
def test_stopped_while_the_old_ones_are_removed(house: House, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Wherever removing them is stopped, the list is whole after the next attempt."""
    interrupted(house, KeyboardInterrupt())
    monkeypatch.setattr("vanbang.adapters.sql.entering.DISCARDED_AT_ONCE", TOGETHER)
    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(SqlStore, "_discard_some", failing_at(steps, KeyboardInterrupt(), SqlStore._discard_some))
        house.take_in(GIVEN[1:])
    for batch in house.store.batches("RECEIVING"):
        assert batch.rows == len(list(house.store.records(batch.id))) > 0
    if house.store.upload(house.upload.id).state == "RECEIVED":  # type: ignore[union-attr]
        assert house.take_in(GIVEN[1:]).state == "ACCEPTED"
    assert house.names() == names_of(GIVEN[1:])


def test_what_waits_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large records are stored before there are enough of them."""
    monkeypatch.setattr(receiving, "STORED_TOGETHER", 1_000)
    monkeypatch.setattr(receiving, "MOST_BYTES", 15 * 200)
    assert house.take_in(GIVEN).state == "ACCEPTED"
    assert house.stored == [15, 15, 15]
    assert house.names() == names_of(GIVEN)


def test_a_list_that_is_refused_after_all_leaves_nothing(house: House) -> None:
    """A fault behind the place where the first attempt ended refuses the list, and what was stored goes."""
    interrupted(house, KeyboardInterrupt())
    broken = [*GIVEN[:44], Row(GIVEN[44].number, {**GIVEN[44].cells, "ho_va_ten": ""})]
    assert house.take_in(broken).state == "REFUSED"
    assert house.store.batches() == []


def test_what_a_stopped_attempt_kept_is_not_the_next_ones(house: House) -> None:
    """Findings and sheet of an attempt that was killed before the list was refused do not outlive its next check."""
    broken = [Row(row.number, {**row.cells, "ho_va_ten": ""}) for row in GIVEN]
    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(SqlStore, "refuse_upload", failing_at(1, KeyboardInterrupt(), SqlStore.refuse_upload))
        house.take_in(broken)
    uploads = Uploads(house.store, house.spool)
    assert len(uploads.findings(house.upload, 0, 100)) == len(GIVEN)
    ended = house.take_in(GIVEN)
    assert ended.state == "ACCEPTED"
    assert (uploads.sheet(ended), uploads.findings(ended, 0, 100)) == (None, [])


def test_no_room_for_what_is_remembered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full TMPDIR in the middle of a list is named, and the next attempt goes on."""
    monkeypatch.setattr(first_rows, "MERGED", 2)
    error = OSError(ENOSPC, "No space left on device")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.TemporaryFile", failing_at(5, error, first_rows.tempfile.TemporaryFile))
        with pytest.raises(StoreError, match="TMPDIR"):
            house.take_in(GIVEN)
    assert house.take_in(GIVEN).state == "ACCEPTED"
    assert sum(house.stored) == len(GIVEN)
    assert house.names() == names_of(GIVEN)


@pytest.mark.parametrize(
    ("ending", "rule", "kept"), [(b"x,y\n", "cell_count", 45), (b'"x\n', "cut_off", 0), (b"\xff\n", "not_utf8", 0)]
)
@pytest.mark.parametrize("accept_valid", [False, True])
def test_a_fault_in_the_very_last_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: bytes, rule: str, kept: int, accept_valid: bool
) -> None:
    """The last row is named by its number, all before it are judged, and nothing is stored unless that was asked for;
    of a list that breaks off, never."""
    monkeypatch.setattr("vanbang.adapters.files.csv_units.UNIT_TEXT", 2_000)
    text = io.StringIO(newline="")
    write_csv([dict(row.cells) for row in GIVEN], text)
    data = text.getvalue().encode() + (ending if rule != "cell_count" else ending + ending)
    store, spool = new_store(tmp_path), MemorySpool()
    upload, uploads = new_upload(store, spool, data, INSTITUTION.iss, accept_valid=accept_valid), Uploads(store, spool)
    ended, report = Intake(store, uploads, files, INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore()).process(upload)
    assert (report.findings[0].row, report.findings[0].rule) == (47, rule)
    assert report.accepted == 45
    assert (ended.state == "ACCEPTED", ended.accepted) == (bool(accept_valid and kept), kept * accept_valid)
    assert sum(batch.rows for batch in store.batches()) == kept * accept_valid
