"""An audit from the chain and the published files (and, where there is one, an installation's database)."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from vanbang.core.chronicle.views import ChainBlock
from vanbang.notary.auditing.chain import ChainAudit, unlisted
from vanbang.notary.auditing.findings import Finding, Tell
from vanbang.notary.auditing.published_files import IssuerFiles
from vanbang.notary.auditing.report import MOST_ISSUERS, AuditReport, Basis, Counts, Findings, IssuerLine
from vanbang.ports import LedgerUnsure, LedgerWrong
from vanbang.ports.chronicle import Chronicle
from vanbang.ports.notebook import Notebook, NotedIssuer
from vanbang.ports.published import Published

WAVE = 16
"""Issuers followed at the same time: memory holds the new events of these and no others."""
READERS = 4
"""Threads that read files."""


class Watcher(Protocol):
    """Whoever wants to see how far the audit is: a progress bar, nobody."""

    def issuers(self, done: int, of: int) -> None:
        """So many issuers are done."""
        ...

    def batches(self, done: int) -> None:
        """The files of so many more batches were looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom an audit asked, as its report names them, when (unix), and what vouches for the state they gave."""

    endpoints: Sequence[str]
    quorum: int
    mirrors: Sequence[str]
    at: int
    basis: Basis = Basis.QUORUM


DatabaseCheck = Callable[[Tell], None]
"""Compares an installation's database with the notes of the audit."""


@dataclass(slots=True)
class Audit:
    """One audit. `run` once."""

    chronicle: Chronicle
    files: Published
    notebook: Notebook
    watcher: Watcher
    asked: Asked
    check_database: DatabaseCheck | None = None
    news: list[Finding] = field(default_factory=list)
    """Issuers, keys and acts of administration that are not in the notes, if there are any notes: filled by `run`."""

    def run(self) -> AuditReport:
        """Everything, in the order chain, files, database. What cannot be asked is a finding. Raises StoreError."""
        findings, counts = Findings(), Counts()
        block = self.chronicle.block()
        try:
            has_notes = self._take_up_notes(block, findings.tell)
            with ThreadPoolExecutor(READERS) as pool:
                self._issuers(findings.tell, counts, pool, has_notes=has_notes)
            for finding in unlisted(self.notebook, self.chronicle.issuer_count()):
                findings.tell(finding)
            if self.check_database is not None:
                self.check_database(findings.tell)
            if not self.chronicle.is_still_there():
                findings.tell(Finding("chain_changed", block=block.number))
        except (LedgerUnsure, LedgerWrong) as error:
            findings.tell(Finding("chain_unsure", block=block.number, detail=str(error)))
        for contradiction in self.chronicle.contradictions():
            findings.tell(Finding("state_contradicted", block=block.number, detail=contradiction))
        lines = self._summed(counts)
        return AuditReport(
            self.chronicle.registry,
            block,
            self.asked.endpoints,
            self.asked.quorum,
            self.asked.mirrors,
            self.check_database is not None,
            self.asked.at,
            counts,
            findings.kept,
            dict(findings.by_code),
            lines,
            self.asked.basis,
        )

    def _take_up_notes(self, block: ChainBlock, tell: Tell) -> bool:
        """Goes on from the notes if the chain still holds the block they were made at, else drops them; whether there
        are any."""
        self.notebook.require(self.chronicle.registry)
        last = self.notebook.last_block()
        if last is not None:
            if last.number > block.number:
                # Endpoints that lag show nothing of the noted block. To drop the notes would be to take all for known.
                raise LedgerUnsure(
                    f"block {block.number} is before block {last.number} of the audit before: "
                    "endpoints lag, or name another --state file"
                )
            if self.chronicle.blocks([last.number])[0] != last:
                self.notebook.forget()
                tell(Finding("notes_dropped", block=last.number, detail=f"0x{last.hash.hex()}"))
                last = None
        self.notebook.begin(self.chronicle.registry, block)
        return last is not None

    def _issuers(self, tell: Tell, counts: Counts, pool: Executor, *, has_notes: bool) -> None:
        chain = ChainAudit(self.chronicle, self.notebook, tell)
        total = self.chronicle.issuer_count()
        for start in range(0, total, WAVE):
            for new in chain.follow(chain.issuer_ids(start, WAVE)):
                self.news += new.news() if has_notes else []
                counts.new_anchors += new.anchors
                counts.new_keys += new.keys
                counts.new_status_roots += new.statuses
                self._files_of(new.issuer, tell, counts, pool)
            self.watcher.issuers(min(start + WAVE, total), total)

    def _files_of(self, issuer: NotedIssuer, tell: Tell, counts: Counts, pool: Executor) -> None:
        files = IssuerFiles(self.files, self.notebook, tell, self.chronicle.registry, issuer, pool)
        for leaves in files.check_batches():
            counts.leaves += leaves
            self.watcher.batches(1)
        files.check_status()

    def _summed(self, counts: Counts) -> list[IssuerLine]:
        """Counts all that is noted, and gives the first issuers' lines of the timeline."""
        lines: list[IssuerLine] = []
        for issuer in self.notebook.issuers():
            record, anchors = issuer.record, 0
            for noted in self.notebook.anchors(issuer.issuer_id):
                anchors += 1
                counts.diplomas += noted.key.tree_size
                counts.standing += record.counts(noted.anchor, noted.key.root)
            counts.issuers += 1
            counts.anchors += anchors
            counts.events += record.view.seq
            counts.keys += len(record.keys)
            counts.revocations += len(record.revocations)
            counts.status_roots += issuer.epoch
            if len(lines) < MOST_ISSUERS:
                code, name = (record.names[-1].code, record.names[-1].name) if record.names else ("", "")
                days = self.notebook.days(issuer.issuer_id)
                lines.append(IssuerLine(record.iss, code, name, record.view.standing, anchors, days))
        return lines
