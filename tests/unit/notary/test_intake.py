"""Taking in a list: all of it or nothing, one batch for each issuer and type, and what is wrong with it kept."""

from errno import ENOSPC
from pathlib import Path

import pytest

from given_lists import GivenFiles, GivenList, numbered
from small_house import (
    ACCEPTED_AT,
    INDEX_KEY,
    INSTITUTION,
    KIND,
    MemoryStore,
    Silent,
    accept,
    new_store,
    new_upload,
    rows,
    take_in,
)
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.sql import SqlStore
from vanbang.catalog import LIST_TYPES
from vanbang.catalog.sampling import institutions, sample_rows
from vanbang.core.record_keys import RecordKeys
from vanbang.notary.encryption import decrypt, encrypt
from vanbang.notary.intake import Intake
from vanbang.notary.lists import Finding, ListUnreadable
from vanbang.notary.records import decrypt_record, record_key
from vanbang.notary.sealing import seal
from vanbang.notary.uploading import Uploads
from vanbang.ports import Conflict, Institution, RegisterEntry, StoreError

OTHER = Institution(institutions()[1].iss, institutions()[1].code, institutions()[1].name, "other", "A", "B")


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return new_store(tmp_path)


def changed(index: int, **cells: str):
    given = [dict(row.cells) for row in rows(4)]
    given[index] |= cells
    return GivenList(numbered(given))


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"ngay_sinh": "31/02/2004"}, "ngay_sinh", "date_missing"),
        ({"ma_don_vi_cap_bang": "KLD"}, "ma_don_vi_cap_bang", "issuer_not_yours"),
        ({"don_vi_cap_bang": "Trường ĐH Bách khoa"}, "don_vi_cap_bang", "issuer_name_not_registered"),
        ({"so_hieu_vbcc": rows(4)[0].cells["so_hieu_vbcc"]}, "so_hieu_vbcc", "duplicate_record"),
    ],
)
def test_one_fault_refuses_the_whole_list(store, cells, column, rule):
    """One fault names row, column, value and rule, and leaves no record stored."""
    upload, report = take_in(store, changed(3, **cells))
    (finding,) = [finding for finding in report.findings if finding.severity == "error"]
    assert (finding.row, finding.column, finding.rule) == (5, column, rule)
    assert finding.value == cells[column]
    assert (upload.state, upload.error, upload.rows, upload.accepted) == ("REFUSED", "list_refused", 4, 0)
    assert store.batches() == []
    assert store.taken([record_key(INDEX_KEY, KIND, KIND.parse(rows(1)[0].cells)[0])], "another") == {}


def test_a_list_that_breaks_off_is_refused_though_its_rows_are_good(store):
    """Nothing of half a list is kept, also when valid rows would be accepted."""
    fault = Finding(4, "", "ff", "not_utf8", "error", "Sai.", "Wrong.")
    broken = GivenList([*rows(2), ListUnreadable([fault])])
    upload, report = take_in(store, broken, accept_valid=True)
    assert (upload.state, upload.error, report.accepted) == ("REFUSED", "list_unreadable", 2)
    assert store.batches() == []


def test_valid_rows_alone(store):
    """Asked to, intake takes the good rows, and keeps a sheet of the refused ones and the whole report."""
    spool = MemorySpool()
    upload = new_upload(store, spool, b"x", INSTITUTION.iss, accept_valid=True)
    files = GivenFiles(changed(1, ho_va_ten=""))
    uploads = Uploads(store, spool)
    ended, _ = Intake(store, uploads, files, INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore()).process(upload)
    assert (ended.state, ended.rows, ended.accepted, ended.errors) == ("ACCEPTED", 4, 3, 1)
    assert b"".join(uploads.sheet(ended)) == b"3 required True\n"
    assert uploads.report(ended)["rejected"] == 1
    assert [finding["rule"] for finding in uploads.findings(ended, 0, 10)] == ["required"]
    (batch,) = store.batches("ACCEPTED")
    assert (batch.rows, batch.upload, len(list(store.records(batch.id)))) == (3, ended.id, 3)
    assert store.upload(ended.id) == ended


def test_one_batch_for_each_issuer_and_type(store):
    """A mixed list of the ministry's becomes as many batches as it has issuers and types."""
    store.add_institution(OTHER)
    cells = [
        *sample_rows(2, "a", (INSTITUTION.code,)),
        *sample_rows(3, "b", (OTHER.code,)),
        *sample_rows(1, "c", (INSTITUTION.code,)),
    ]
    for number, row in enumerate(cells):
        row["so_hieu_vbcc"] = f"X{number}"
        row["ma_dinh_danh_vbcc"] = row["ma_dinh_danh_vbcc"][:-2] + f"{number:02d}"
        row["so_vao_so"] = f"{number}/2026"
    upload, report = take_in(store, GivenList(numbered(cells), LIST_TYPES), iss=None)
    assert upload.state == "ACCEPTED", report.findings
    assert {(batch.iss, batch.rows) for batch in store.batches("ACCEPTED")} == {(INSTITUTION.iss, 3), (OTHER.iss, 3)}


def test_institutions_in_turns_are_stored_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that goes from institution to institution costs one transaction for many of its rows."""
    store, calls = new_store(tmp_path), []
    store.add_institution(OTHER)
    real = SqlStore.add_records
    monkeypatch.setattr(
        SqlStore, "add_records", lambda self, arrived: (calls.append(len(arrived)), real(self, arrived))
    )
    pairs = zip(sample_rows(8, "a", (INSTITUTION.code,)), sample_rows(8, "b", (OTHER.code,)), strict=True)
    upload, _ = take_in(store, GivenList(numbered(row for pair in pairs for row in pair)), iss=None)
    assert (upload.accepted, calls) == (16, [2])
    for batch in store.batches("ACCEPTED"):
        found = [decrypt_record(KIND, stored) for stored in store.records(batch.id)]
        assert {KIND.issuer_code(record) for record in found} == {
            INSTITUTION.code if batch.iss == INSTITUTION.iss else OTHER.code
        }
        assert batch.rows == len(found) == 8


def test_an_institution_that_is_not_registered(store):
    """The ministry's list with a row of an unknown institution is refused, and says what to do."""
    _, report = take_in(store, GivenList(numbered(sample_rows(1, "x", (OTHER.code,)))), iss=None)
    assert dict(report.rules) == {"issuer_unknown": 1}


def test_the_institutions_own_register(store):
    """What is stored of an institution's programmes and signers is compared."""
    store.replace_register(INSTITUTION.iss, [], [RegisterEntry("programme", "7000000", "Khác")])
    _, report = take_in(store, GivenList(rows(2)))
    assert dict(report.rules) == {"programme_unknown": 2}
    assert report.score("live") == 0.0


def test_a_serial_number_issued_before(store):
    """A record that was sealed cannot come in with another list."""
    first = accept(store, rows(3))
    seal(store, MemoryStore(), KIND, first, 2, Silent())
    _, report = take_in(store, GivenList(rows(4)), "another list")
    assert [(finding.row, finding.rule) for finding in report.findings] == [
        (number, "already_issued") for number in (2, 3, 4)
    ]
    assert [batch.id for batch in store.batches()] == [first.id]


def test_a_serial_number_on_its_way(store):
    """Nor can one that another accepted list holds; the sentence is another."""
    accept(store, rows(3))
    _, report = take_in(store, GivenList(rows(4)), "another list")
    assert dict(report.rules) == {"in_another_list": 3}


def test_a_refused_list_gives_its_numbers_back(store):
    """After a refusal, the corrected list with the same serial numbers is taken."""
    take_in(store, changed(3, ho_va_ten=""), "first try")
    assert accept(store, rows(4), "second try").rows == 4


def test_the_same_bytes_again(store):
    """The bytes of an accepted list are found again."""
    batch = accept(store, rows(3))
    upload = store.upload(batch.upload)
    assert store.accepted_upload(INSTITUTION.iss, upload.body_sha256) == upload
    assert store.accepted_upload(None, upload.body_sha256) is None


@pytest.mark.slow
@pytest.mark.parametrize("method", ["begin", "add_records", "accept"])
@pytest.mark.parametrize("persisted", [False, True])
def test_it_may_die_anywhere(store, monkeypatch, method, persisted):
    """Stopped before or after any of its transactions, the list is whole after the next attempt, and there once."""
    spool = MemorySpool()
    upload = new_upload(store, spool, b"x", INSTITUTION.iss)
    intake = Intake(
        store, Uploads(store, spool), GivenFiles(GivenList(rows(4))), INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore()
    )
    real = getattr(SqlStore, method)

    def dies(self, *args, **kwargs):
        if persisted:
            real(self, *args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, method, dies)
        with pytest.raises(KeyboardInterrupt):
            intake.process(upload)
    if store.upload(upload.id).state == "RECEIVED":
        intake.process(upload)
    (batch,) = store.batches()
    assert (batch.state, batch.rows, len(list(store.records(batch.id)))) == ("ACCEPTED", 4, 4)


def test_no_room_for_temporary_files(store, monkeypatch):
    """A full TMPDIR is a StoreError that says so; the list is not refused, and is taken in once there is room."""
    spool = MemorySpool()
    upload = new_upload(store, spool, b"x", INSTITUTION.iss)
    intake = Intake(
        store, Uploads(store, spool), GivenFiles(GivenList(rows(2))), INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore()
    )

    def full(*_, **__):
        raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("vanbang.notary.intake.tempfile.TemporaryFile", full)
        with pytest.raises(StoreError, match="TMPDIR"):
            intake.process(upload)
    assert store.upload(upload.id).state == "RECEIVED"
    assert intake.process(upload)[0].state == "ACCEPTED"


def test_two_lists_with_one_number_at_once(store, monkeypatch):
    """When another list takes a number between look-up and storing, this one raises Conflict and ends next time."""
    spool = MemorySpool()
    upload = new_upload(store, spool, b"x", INSTITUTION.iss)
    intake = Intake(
        store, Uploads(store, spool), GivenFiles(GivenList(rows(4))), INDEX_KEY, lambda: ACCEPTED_AT, MemoryStore()
    )
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "taken", lambda *_: {})
        accept(store, rows(1), "the other list")
        with pytest.raises(Conflict):
            intake.process(upload)
    ended, report = intake.process(upload)
    assert (ended.state, dict(report.rules)) == ("REFUSED", {"in_another_list": 1})
    assert len(store.batches()) == 1


def test_records_come_back(store):
    """What is decrypted is the record as it was read; a changed bit or a swapped secret is a StoreError."""
    stored = list(store.records(accept(store, rows(3)).id))
    for row, item in zip(rows(3), stored, strict=True):
        record = decrypt_record(KIND, item)
        assert KIND.values_of(record)["ho_va_ten"] == row.cells["ho_va_ten"]
        assert item.key == record_key(INDEX_KEY, KIND, record)
    assert len({item.secret for item in stored}) == 3
    key = RecordKeys.of(stored[0].secret).encryption
    bad = bytearray(stored[0].ciphertext)
    bad[20] ^= 1
    for broken in (bytes(bad), stored[1].ciphertext, b"", b"short"):
        with pytest.raises(StoreError):
            decrypt(key, broken, b"record")
    with pytest.raises(StoreError):
        decrypt(key, encrypt(key, b"x", b"record"), b"share")
