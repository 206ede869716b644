"""Taking in a list: checked, encrypted and stored as a whole, or not at all."""

import hmac
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from secrets import token_bytes
from typing import ClassVar

from vanbang.catalog import CredentialType, Problem, Record
from vanbang.core.errors import VanbangError
from vanbang.core.record_keys import SECRET_SIZE, RecordKeys
from vanbang.core.strict_json import canonical, parse
from vanbang.notary.checking import CheckReport, Finding, ListUnreadable, Row, checked_records
from vanbang.notary.encryption import decrypt, encrypt
from vanbang.ports import Batch, Institution, NewRecord, RecordStore, StoredRecord

LOOK_UP = 500
"""Records whose keys are looked up together."""


class ListRefused(VanbangError):
    """A list with errors: nothing of it was stored. The report says what to mend."""

    code: ClassVar[str] = "list_refused"

    def __init__(self, report: CheckReport) -> None:
        super().__init__(f"{report.errors} errors in {report.rows} rows: nothing was stored")
        self.report = report


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in a list needs besides the list."""

    store: RecordStore
    index_key: bytes

    def accept(
        self,
        institution: Institution,
        kind: CredentialType,
        rows: Iterable[Row],
        body_sha256: bytes,
        report: CheckReport,
        now: int,
    ) -> Batch:
        """Stores the list as a batch in state ACCEPTED, in one transaction, and fills the report.

        The same list again gives the stored batch. Raises ListRefused if any row has an error; StoreError.
        """
        batch = Batch(
            id=uuid.uuid4().hex,
            iss=institution.iss,
            vct=kind.vct,
            state="ACCEPTED",
            idempotency_key=f"{kind.vct} {body_sha256.hex()}",
            body_sha256=body_sha256,
            accepted_at=now,
            rows=0,
        )
        known = self._known(batch)
        if known:
            return known
        return self.store.accept(batch, self._records(institution, kind, rows, report))

    def _known(self, batch: Batch) -> Batch | None:
        same = (batch.iss, batch.idempotency_key)
        return next((b for b in self.store.batches() if (b.iss, b.idempotency_key) == same), None)

    def _records(
        self, institution: Institution, kind: CredentialType, rows: Iterable[Row], report: CheckReport
    ) -> Iterator[NewRecord]:
        """Encrypted records; raises at the end if anything was wrong, so that the store takes nothing back half-way."""
        try:
            for chunk in _chunks(checked_records(rows, kind, report)):
                keys = [record_key(self.index_key, kind, record) for _, record in chunk]
                issued = self.store.issued(keys)
                for (row, record), key in zip(chunk, keys, strict=True):
                    for problem in _problems(institution, kind, record, already=key in issued):
                        report.add(Finding.of(row, problem))
                    secret = token_bytes(SECRET_SIZE)
                    yield NewRecord(key, secret, encrypt_record(kind, record, secret))
        except ListUnreadable as error:
            report.refuse_list(error)
        if not report.is_clean:
            raise ListRefused(report)


def record_key(index_key: bytes, kind: CredentialType, record: Record) -> bytes:
    """The blind index of a record: HMAC-SHA-256 of its unique key, 32 bytes; tells nothing without the index key."""
    return blind_key(index_key, kind, kind.record_key(record))


def blind_key(index_key: bytes, kind: CredentialType, key: str) -> bytes:
    """The blind index of a record key as `CredentialType.record_key` gives it."""
    return hmac.digest(index_key, f"{kind.vct}\0{key}".encode(), "sha256")


def encrypt_record(kind: CredentialType, record: Record, secret: bytes) -> bytes:
    """The record under its secret's encryption key."""
    return encrypt(RecordKeys.of(secret).encryption, canonical(kind.values_of(record)), b"record")


def decrypt_record(kind: CredentialType, stored: StoredRecord) -> Record:
    """The record as it was validated. Raises StoreError if ciphertext or secret were changed."""
    data = decrypt(RecordKeys.of(stored.secret).encryption, stored.ciphertext, b"record")
    return kind.restore(parse(data, "record"))


def _problems(institution: Institution, kind: CredentialType, record: Record, *, already: bool) -> Iterator[Problem]:
    code = kind.issuer_code(record)
    if code != institution.code:
        yield Problem(
            field=kind.issuer_claims["code"][-1],
            value=code,
            rule="issuer_not_yours",
            severity="error",
            message_vi=f"Dòng này của đơn vị {code}; danh sách này được cấp dưới tên {institution.code}. Hãy tách ra.",
            message_en=f"This row is of {code}; the list is issued as {institution.code}. Put it into another list.",
        )
    name = kind.issuer_name(record)
    if code == institution.code and name != institution.name:
        yield Problem(
            field=kind.issuer_claims["name"][-1],
            value=name,
            rule="issuer_name_not_registered",
            severity="error",
            message_vi="Tên đơn vị cấp bằng phải đúng từng chữ như đã đăng ký, nếu không văn bằng sẽ không hợp lệ.",
            message_en="The issuer's name must be the registered one, letter by letter, or no diploma is valid.",
            suggestion=institution.name,
        )
    if already:
        yield Problem(
            field=kind.key[0],
            value="",
            rule="already_issued",
            severity="error",
            message_vi="Số hiệu này đã được cấp trước đây. Hãy bỏ dòng này, hoặc cấp bản thay thế.",
            message_en="This serial number was issued before. Remove the row, or issue a replacement.",
        )


def _chunks(records: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    chunk: list[tuple[int, Record]] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == LOOK_UP:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
