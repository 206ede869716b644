"""Taking in a list: checked, encrypted and stored as a whole, or not at all.

Records are stored in steps, in batches that nobody sees (RECEIVING); one transaction then makes them ACCEPTED. A crash
before it leaves rows behind which the next attempt goes on.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Protocol

from vanbang.catalog import LIST_TYPES, CredentialType, type_by_name
from vanbang.notary.belonging import Belonging, Taken
from vanbang.notary.checking import checked_units
from vanbang.notary.examining import Rules
from vanbang.notary.lists import Finding, GraduationList, ListForm, ListUnreadable
from vanbang.notary.quality import CheckReport
from vanbang.notary.receiving import Receiving, StoredDiffers, received_before
from vanbang.notary.registers import Registers
from vanbang.notary.uploading import Uploads
from vanbang.notary.watching import Unwatched, Watcher
from vanbang.ports import Institution, ObjectStore, Store, StoreError, Upload


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
    files, by which a corrected record names the one it replaces; `executor` is where long lists are looked at."""

    store: Store
    uploads: Uploads
    files: ListFiles
    index_key: bytes = field(repr=False)
    clock: Callable[[], int]
    objects: ObjectStore
    executor: Executor | None = None

    def process(self, upload: Upload, watcher: Watcher | None = None) -> tuple[Upload, CheckReport]:
        """RECEIVED to ACCEPTED or REFUSED, with report and sheet kept. Safe to run again after a crash at any point:
        what is stored by then is not stored again.

        Raises StoreError; WorkerLost; Conflict if another list took a number in the same moment: then run it again.
        """
        seen = watcher or Unwatched()
        try:
            return self._process(upload, seen)
        except StoredDiffers:
            self.store.discard(upload.id)
            return self._process(upload, seen)

    def stored_before(self, upload: Upload) -> int:
        """How many rows of it an earlier attempt stored."""
        return sum(batch.rows for batch in received_before(self.store, upload))

    def _process(self, upload: Upload, watcher: Watcher) -> tuple[Upload, CheckReport]:
        try:
            return self._taken_in(upload, watcher)
        except OSError as error:  # no list is to blame for it: it is checked again when there is room
            raise StoreError(f"no temporary file can be written or read ({error.strerror}): look at TMPDIR") from error

    def _taken_in(self, upload: Upload, watcher: Watcher) -> tuple[Upload, CheckReport]:
        watcher.stage("checking")
        log = FindingLog()
        report = CheckReport(sink=log.add)
        try:
            with tempfile.TemporaryFile() as source:
                self.uploads.copy(upload, source)
                batches = self._read(upload, source, report, watcher)
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

    def _read(self, upload: Upload, source: BinaryIO, report: CheckReport, watcher: Watcher) -> Sequence[str]:
        """Reads, checks and stores the rows; gives the batches they are in."""
        institutions = self.store.institutions()
        receiving = Receiving(self.store, upload, {item.code: item.iss for item in institutions}, self.clock)
        taken = Taken(self.store, self.objects, upload.id)
        try:
            with self.files.open_list(source, kinds_named(upload.type_name)) as listed:
                rules = self._rules(upload, listed, institutions)
                with closing(checked_units(listed, report, rules, self.executor, taken.compare, watcher)) as judged:
                    for unit in judged:
                        if upload.accept_valid or not report.errors:
                            receiving.take(unit)
        except ListUnreadable as error:
            report.refuse_list(error)
        if self._is_accepted(upload, report):
            receiving.finish()
        return receiving.ids

    def _rules(self, upload: Upload, listed: GraduationList, institutions: Sequence[Institution]) -> Rules:
        """What rows are compared with: of an institution's own list, with what is its own."""
        own = [item for item in institutions if upload.iss in (None, item.iss)]
        registers = Registers({item.code: self.store.register(item.iss) for item in own})
        checks = Belonging(own, upload.iss).check, registers.check
        return Rules(listed.form.kinds, checks, self.index_key)

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
        with tempfile.TemporaryFile() as sheet:
            if report.form is not None and (report.errors or (report.warnings and not only_refused)):
                source.seek(0)
                self.files.write_findings(source, report.form, sheet, iter(log), only_refused)
            self.uploads.keep_sheet(upload, sheet)
        self.uploads.keep_report(upload, report.as_json(), (finding.as_json() for finding in log))


def kinds_named(type_name: str) -> Sequence[CredentialType]:
    """The types a list may hold: the one named, or all. Raises UnknownCredentialType."""
    return (type_by_name(type_name),) if type_name else LIST_TYPES
