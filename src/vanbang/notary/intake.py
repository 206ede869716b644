"""Taking in a list: checked, encrypted and stored as a whole, or not at all.

Records are stored in steps, in batches that nobody sees (RECEIVING); one transaction then makes them ACCEPTED. A crash
before it leaves rows that the next attempt removes.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from secrets import token_bytes
from typing import BinaryIO, Protocol

from vanbang.catalog import LIST_TYPES, CredentialType, Record, type_by_name
from vanbang.catalog.replacing import Replaceable
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.notary.belonging import Belonging, Taken
from vanbang.notary.checking import ChunkCheck, checked_records
from vanbang.notary.lists import Finding, GraduationList, ListForm, ListUnreadable
from vanbang.notary.quality import CheckReport
from vanbang.notary.records import encrypt_record, record_key
from vanbang.notary.registers import Registers
from vanbang.notary.uploading import Uploads
from vanbang.ports import Batch, Institution, NewRecord, ObjectStore, Store, StoreError, Upload

STORED_TOGETHER = 5_000
"""Records in one transaction: few enough to let other writers in between, enough not to wait for the disk each time."""


class ListFiles(Protocol):
    """Reads and writes lists as files (`vanbang.adapters.files`)."""

    def open_list(self, source: BinaryIO, kinds: Sequence[CredentialType]) -> AbstractContextManager[GraduationList]:
        """Opens a list, whatever its form. Raises ListUnreadable."""
        ...

    def write_findings(
        self, source: BinaryIO, form: ListForm, target: BinaryIO, findings: Iterable[Finding], only_refused: bool
    ) -> None:
        """Writes the list again with a column of findings (in row order)."""
        ...


class FindingLog:
    """All findings of a list in the order they came, in a file without a name that goes with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115 -- `close` ends it

    def add(self, finding: Finding) -> None:
        """Appends one."""
        json.dump(finding.as_json(), self._file, ensure_ascii=False)
        self._file.write("\n")

    def __iter__(self) -> Iterator[Finding]:
        self._file.flush()
        self._file.seek(0)
        for line in self._file:
            yield Finding(**json.loads(line))

    def close(self) -> None:
        """Forgets them."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in a list needs besides the list. `index_key` makes the blind record keys; `objects` are the public
    files, by which a corrected record names the one it replaces."""

    store: Store
    uploads: Uploads
    files: ListFiles
    index_key: bytes
    clock: Callable[[], int]
    objects: ObjectStore

    def process(
        self, upload: Upload, progress: Callable[[int], None] = lambda rows: None
    ) -> tuple[Upload, CheckReport]:
        """RECEIVED to ACCEPTED or REFUSED, with report and sheet kept. Safe to run again after a crash at any point.

        `progress` is told the number of rows read. Raises StoreError; Conflict if another list took a number in
        the same moment: then run it again.
        """
        self.store.discard(upload.id)
        try:
            return self._process(upload, progress)
        except OSError as error:  # no list is to blame for it: it is checked again when there is room
            raise StoreError(f"no temporary file can be written or read ({error.strerror}): look at TMPDIR") from error

    def _process(self, upload: Upload, progress: Callable[[int], None]) -> tuple[Upload, CheckReport]:
        log = FindingLog()
        report = CheckReport(sink=log.add)
        try:
            with tempfile.TemporaryFile() as source:
                self.uploads.copy(upload, source)
                batches = self._read(upload, source, report, progress)
                accepted = self._is_accepted(upload, report)
                self._keep(upload, source, report, log, only_refused=accepted)
            ended = self._ended(upload, report, accepted=accepted)
            if accepted:
                self.store.accept(ended, batches, self.clock())
            else:
                self.store.discard(upload.id)
                self.store.refuse_upload(ended)
        finally:
            log.close()
        return ended, report

    def _read(
        self, upload: Upload, source: BinaryIO, report: CheckReport, progress: Callable[[int], None]
    ) -> Sequence[str]:
        """Reads, checks and stores the rows; gives the batches they are in."""
        receiving = _Receiving(self, upload)
        try:
            with self.files.open_list(source, kinds_named(upload.type_name)) as listed:
                for chunk in checked_records(listed, report, self._checks(upload)):
                    for _, kind, record in chunk:
                        receiving.add(kind, record)
                    progress(report.rows)
        except ListUnreadable as error:
            report.refuse_list(error)
        receiving.flush()
        return receiving.ids

    def _checks(self, upload: Upload) -> tuple[ChunkCheck, ...]:
        institutions = self.store.institutions()
        registers = Registers({item.code: self.store.register(item.iss) for item in institutions})
        taken = Taken(self.store, self.objects, self.index_key, upload.id)
        return Belonging(institutions, upload.iss).check, registers.check, taken.check

    def _is_accepted(self, upload: Upload, report: CheckReport) -> bool:
        if report.unreadable or not report.accepted:
            return False
        return upload.accept_valid or not report.errors

    def _ended(self, upload: Upload, report: CheckReport, *, accepted: bool) -> Upload:
        return replace(
            upload,
            state="ACCEPTED" if accepted else "REFUSED",
            rows=report.rows,
            accepted=report.accepted if accepted else 0,
            errors=report.errors,
            warnings=report.warnings,
            finished_at=self.clock(),
            error="" if accepted else "list_unreadable" if report.unreadable else "list_refused",
        )

    def _keep(
        self, upload: Upload, source: BinaryIO, report: CheckReport, log: FindingLog, *, only_refused: bool
    ) -> None:
        if report.form is not None and (report.errors or report.warnings) and not (only_refused and not report.errors):
            with tempfile.TemporaryFile() as sheet:
                source.seek(0)
                self.files.write_findings(source, report.form, sheet, iter(log), only_refused)
                self.uploads.keep_sheet(upload, sheet)
        self.uploads.keep_report(upload, report.as_json(), (finding.as_json() for finding in log))

    def institution_of(self, kind: CredentialType, record: Record) -> Institution:
        """The institution that issues an accepted record."""
        code = kind.issuer_code(record)
        return next(item for item in self.store.institutions() if item.code == code)


@dataclass(slots=True)
class _Receiving:
    """The batches of one upload while their records arrive."""

    intake: Intake
    upload: Upload
    _batches: dict[tuple[str, str], Batch] = field(default_factory=dict)
    _waiting: dict[str, list[NewRecord]] = field(default_factory=dict)

    @property
    def ids(self) -> Sequence[str]:
        return [batch.id for batch in self._batches.values()]

    def add(self, kind: CredentialType, record: Record) -> None:
        """Encrypts a record and puts it into the batch of its issuer and type."""
        batch = self._batch(kind, kind.issuer_code(record), record)
        secret = token_bytes(SECRET_SIZE)
        key = record_key(self.intake.index_key, kind, record)
        waiting = self._waiting[batch.id]
        edition = record.edition if isinstance(record, Replaceable) else 1
        waiting.append(NewRecord(key, secret, encrypt_record(kind, record, secret), edition))
        if len(waiting) == STORED_TOGETHER:
            self._store(batch.id)

    def flush(self) -> None:
        """Stores what waits."""
        for batch_id in self._waiting:
            self._store(batch_id)

    def _batch(self, kind: CredentialType, code: str, record: Record) -> Batch:
        known = self._batches.get((code, kind.vct))
        if known is not None:
            return known
        iss = self.intake.institution_of(kind, record).iss
        name = hashlib.sha256(f"{self.upload.id}\0{iss}\0{kind.vct}".encode()).hexdigest()[:32]
        made = Batch(name, iss, kind.vct, "RECEIVING", self.upload.id, self.intake.clock(), 0)
        self.intake.store.begin(made)
        self._batches[code, kind.vct] = made
        self._waiting[name] = []
        return made

    def _store(self, batch_id: str) -> None:
        if self._waiting[batch_id]:
            self.intake.store.add_records(batch_id, self._waiting[batch_id])
            self._waiting[batch_id] = []


def kinds_named(type_name: str) -> Sequence[CredentialType]:
    """The types a list may hold: the one named, or all. Raises UnknownCredentialType."""
    return (type_by_name(type_name),) if type_name else LIST_TYPES
