"""Taking in a list: all of it or nothing, and what is wrong with it where it is wrong."""

import csv
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from small_house import INDEX_KEY, INSTITUTION, KIND, MemoryStore, accept, new_store, rows
from vanbang.adapters.files import read_rows
from vanbang.adapters.sql import SqlRecordStore
from vanbang.catalog.sampling import write_csv
from vanbang.core.record_keys import RecordKeys
from vanbang.notary.checking import CheckReport, Finding
from vanbang.notary.encryption import decrypt, encrypt
from vanbang.notary.intake import Intake, ListRefused, decrypt_record, record_key
from vanbang.notary.sealing import seal
from vanbang.ports import StoreError

Cells = list[list[str]]


@pytest.fixture
def store(tmp_path: Path) -> SqlRecordStore:
    return new_store(tmp_path)


def take_in(store: SqlRecordStore, data: bytes) -> CheckReport:
    """Takes a CSV in, and gives the report of its refusal."""
    report = CheckReport(KIND.name)
    given = read_rows(BytesIO(data), KIND, report.refuse_row)
    with pytest.raises(ListRefused) as refused:
        Intake(store, INDEX_KEY).accept(INSTITUTION, KIND, given, sha256(data).digest(), report, 1)
    assert refused.value.report is report
    return report


def table(change: Callable[[Cells], None]) -> bytes:
    """A good list of four with one change; row 0 is the header."""
    text = StringIO(newline="")
    write_csv((cells for _, cells in rows(4)), text)
    cells = list(csv.reader(StringIO(text.getvalue())))
    change(cells)
    again = StringIO(newline="")
    csv.writer(again).writerows(cells)
    return again.getvalue().encode()


def column(name: str) -> int:
    return [spec.name for spec in KIND.fields].index(name)


def wrong_column(cells: Cells) -> None:
    cells[0][column("xep_loai")] = "Classification"


def no_rows(cells: Cells) -> None:
    del cells[1:]


def bad_row(cells: Cells) -> None:
    cells[3][column("ngay_sinh")] = "31/02/2004"


def short_row(cells: Cells) -> None:
    del cells[2][5:]


def other_issuer(cells: Cells) -> None:
    cells[4][column("ma_don_vi_cap_bang")] = "KLD"


def other_name(cells: Cells) -> None:
    cells[4][column("don_vi_cap_bang")] = "Trường ĐH Bách khoa Sông Hồng"


def repeated(cells: Cells) -> None:
    cells[4][column("so_hieu_vbcc")] = cells[1][column("so_hieu_vbcc")]


@pytest.mark.parametrize(
    ("change", "row", "field", "value", "rule"),
    [
        (bad_row, 4, "ngay_sinh", "31/02/2004", None),
        (other_issuer, 5, "ma_don_vi_cap_bang", "KLD", "issuer_not_yours"),
        (other_name, 5, "don_vi_cap_bang", "Trường ĐH Bách khoa Sông Hồng", "issuer_name_not_registered"),
        (repeated, 5, "so_hieu_vbcc", rows(4)[0][1]["so_hieu_vbcc"], "duplicate_record"),
        (short_row, 3, None, None, None),
        (wrong_column, 1, "Classification", None, None),
        (no_rows, 0, None, None, None),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_list_with_a_fault(
    store: SqlRecordStore, change: Callable[[Cells], None], row: int, field: str | None, value: str | None, rule: str
) -> None:
    """One fault refuses the whole list, names row, column, value and rule, and leaves nothing stored."""
    report = take_in(store, table(change))
    found = [finding for finding in report.findings if matches(finding, field, value, rule)]
    assert found, report.findings
    assert row in {finding.row for finding in found} or row == 0
    assert all(finding.rule and finding.message_vi and finding.message_en for finding in found)
    assert store.batches() == []


def matches(finding: Finding, field: str | None, value: str | None, rule: str | None) -> bool:
    wanted = ((field, finding.column), (value, finding.value), (rule, finding.rule))
    return finding.severity == "error" and all(want is None or want == have for want, have in wanted)


def test_an_empty_file(store: SqlRecordStore) -> None:
    """A file of no bytes is refused with a finding, and nothing is stored."""
    assert take_in(store, b"").errors
    assert store.batches() == []


def test_a_serial_number_issued_before(store: SqlRecordStore) -> None:
    """A record that was sealed cannot come in with another list; one that was only taken in can."""
    first = accept(store, rows(3))
    seal(store, MemoryStore(), KIND, first, 2, lambda _: None)
    report = CheckReport(KIND.name)
    with pytest.raises(ListRefused):
        accept(store, rows(4), "another list", report)
    assert [(finding.row, finding.rule) for finding in report.findings] == [
        (number, "already_issued") for number in (2, 3, 4)
    ]
    assert [batch.id for batch in store.batches()] == [first.id]


def test_the_same_list_again(store: SqlRecordStore) -> None:
    """The same bytes give the stored batch and no second one, also after sealing."""
    first = accept(store, rows(3))
    seal(store, MemoryStore(), KIND, first, 2, lambda _: None)
    assert accept(store, rows(3)).id == first.id
    assert len(store.batches()) == 1


def test_records_come_back(store: SqlRecordStore) -> None:
    """What is decrypted is the record as it was read; a changed bit or a swapped secret is a StoreError."""
    stored = list(store.records(accept(store, rows(3)).id))
    for (_, cells), item in zip(rows(3), stored, strict=True):
        record = decrypt_record(KIND, item)
        assert KIND.values_of(record)["ho_va_ten"] == cells["ho_va_ten"]
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
