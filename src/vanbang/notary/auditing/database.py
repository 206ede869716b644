"""An installation's database against the chain and the published files: a thief's anchor shows here, and a lost one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from eth_utils.crypto import keccak

from vanbang.core.batch import anchor_key, read_manifest
from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.notary.auditing.asking import AT_ONCE
from vanbang.notary.auditing.entries import check_entries
from vanbang.notary.auditing.findings import Finding, Tell
from vanbang.notary.auditing.reading import Reader
from vanbang.notary.auditing.rows import check_records
from vanbang.ports import Batch, Institution, Store, Transaction
from vanbang.ports.chronicle import Chronicle
from vanbang.ports.notebook import Notebook, NotedIssuer
from vanbang.ports.published import Published

PAGE: Final = 200
"""Rows read at once: manifests and signatures of 200 batches take half a megabyte."""
ADD_KEY: Final = keccak(text="addKey(bytes32,address,uint8,uint40,uint40)")[:4]
REVOCATIONS: Final = (
    keccak(text="revokeBatch(bytes32,bytes32)")[:4],
    keccak(text="revokeBatchBySignature(bytes32,bytes32,uint64,bytes)")[:4],
)


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """Compares a database with what an audit has noted of the chain. `with_records`: its records as well, each of
    them rebuilt, which takes about a third of a millisecond, and what it is found by."""

    store: Store
    chronicle: Chronicle
    notebook: Notebook
    files: Published
    with_records: bool = True

    def run(self, tell: Tell) -> None:
        """Tells every row that the chain or the files contradict, and everything of ours on chain without a row."""
        calls = self._calls(tell)
        institutions = self.store.institutions()
        for iss in sorted(self._named() - {institution.iss for institution in institutions}):
            tell(Finding("institution_lost", iss))
        for institution in institutions:
            noted = self.notebook.issuer(issuer_id(institution.iss))
            if noted is None:
                if self.store.batches_page(iss=institution.iss, states=("FINAL",), upload=None, after=None, limit=1):
                    tell(Finding("institution_unknown", institution.iss))
                continue
            known = self._batches(institution, tell)
            self._anchors(institution, known, tell)
            self._statuses(institution, noted, tell)
            self._keys(institution, noted, calls, tell)
        if self.with_records:
            for place, detail in check_entries(self.store):
                tell(Finding("entries_differ", path=place, detail=detail))
        self._types(tell)
        log = check_log(audit_lines(self.store))
        if log.wrong:
            tell(Finding("audit_log", path=f"audit_log/{log.lines + 1}", detail=log.wrong))

    def _named(self) -> set[str]:
        """The institutions that other rows name: without its own row, one's batches and anchors would go unseen."""
        logged = {line.subject for line in audit_lines(self.store) if line.action == "institution.added"}
        return logged | {batch.iss for batch in batches(self.store)}

    def _batches(self, institution: Institution, tell: Tell) -> set[bytes]:
        """Compares the institution's batches; gives the hashes of their manifests."""
        known: set[bytes] = set()
        for batch in batches(self.store, institution.iss):
            place = f"batch/{batch.id}"
            if batch.manifest is not None:
                known.add(digest_of(batch.manifest))
                self._check_batch(batch, batch.manifest, tell)
            elif batch.state == "FINAL":
                tell(Finding("batch_not_anchored", batch.iss, path=place, detail="no manifest"))
            if self.with_records and batch.root is not None:
                for detail in check_records(self.store, self.files, batch):
                    tell(Finding("records_differ", batch.iss, path=place, detail=detail))
        return known

    def _check_batch(self, batch: Batch, manifest: bytes, tell: Tell) -> None:
        place = f"batch/{batch.id}"
        try:
            read, key = read_manifest(manifest), anchor_key(manifest)
        except FormatError as error:
            tell(Finding("batch_differs", batch.iss, path=place, detail=str(error)))
            return
        stored = (batch.iss, batch.root, batch.tree_size, batch.rows, batch.vct, batch.sealed_at)
        if (read.issuer, read.root, read.tree_size, read.tree_size, read.vct, read.sealed_at) != stored:
            tell(Finding("batch_differs", batch.iss, path=place))
        if batch.state != "FINAL":
            return
        anchor = self.notebook.anchor(key)
        if anchor is None:
            if (batch.block or 0) <= self.chronicle.block().number:
                tell(Finding("batch_not_anchored", batch.iss, block=batch.block, path=place))
        elif anchor.block != batch.block:
            tell(Finding("batch_block", batch.iss, block=anchor.block, path=place, detail=f"stored: {batch.block}"))

    def _types(self, tell: Tell) -> None:
        """The type metadata that payloads are pinned to: no anchor names it, only our rows do."""
        for digest in {batch.type_sha256 for batch in batches(self.store) if batch.type_sha256}:
            Reader(self.files, tell, Finding("")).hashed("types", digest)

    def _anchors(self, institution: Institution, known: set[bytes], tell: Tell) -> None:
        for noted in self.notebook.anchors(issuer_id(institution.iss)):
            if noted.key.manifest_hash not in known:
                detail = f"root {noted.key.root.hex()}, signer 0x{noted.anchor.signer.hex()}"
                tell(Finding("anchor_unknown", institution.iss, seq=noted.seq, block=noted.anchor.block, detail=detail))

    def _statuses(self, institution: Institution, noted: NotedIssuer, tell: Tell) -> None:
        roots = {root.epoch: root for root in self.store.status_roots(institution.iss)}
        on_chain = {status.epoch: status for status in self.notebook.statuses(noted.issuer_id)}
        for epoch, status in on_chain.items():
            if epoch not in roots or digest_of(roots[epoch].manifest) != status.root:
                detail = f"setter 0x{status.setter.hex()}"
                tell(Finding("status_unknown", institution.iss, epoch=epoch, block=status.block, detail=detail))
        for epoch, root in roots.items():
            if root.state == "FINAL" and epoch not in on_chain and not self._is_after(root.transaction):
                tell(Finding("status_not_set", institution.iss, epoch=epoch, path=f"status_root/{epoch}"))

    def _is_after(self, transaction: int | None) -> bool:
        """Whether it became final after the block that is audited."""
        receipt = self.store.transaction(transaction).receipt if transaction is not None else None
        return receipt is not None and receipt.block > self.chronicle.block().number

    def _keys(self, institution: Institution, noted: NotedIssuer, calls: list[bytes], tell: Tell) -> None:
        """Keys and revocations that no transaction of ours brought about."""
        added = {data[48:68] for data in calls if data[:4] == ADD_KEY and data[4:36] == noted.issuer_id}
        for address in noted.record.keys:
            if address not in added:
                tell(Finding("key_not_ours", institution.iss, detail="0x" + address.hex()))
        revoked = {data[36:68] for data in calls if data[:4] in REVOCATIONS and data[4:36] == noted.issuer_id}
        for root in noted.record.revocations:
            if root not in revoked:
                tell(Finding("revocation_unknown", institution.iss, detail=root.hex()))

    def _calls(self, tell: Tell) -> list[bytes]:
        """Compares receipts with the chain; gives the calls of transactions that add keys or revoke batches."""
        calls: list[bytes] = []
        waiting: list[Transaction] = []
        newest = self.chronicle.block().number
        for item in transactions(self.store):
            if item.call.data[:4] in (ADD_KEY, *REVOCATIONS):
                calls.append(item.call.data)
            if item.state in ("FINAL", "FAILED") and item.receipt is not None and item.receipt.block <= newest:
                waiting.append(item)
            if len(waiting) == AT_ONCE:
                self._check_receipts(waiting, tell)
                waiting.clear()
        self._check_receipts(waiting, tell)
        return calls

    def _check_receipts(self, settled: list[Transaction], tell: Tell) -> None:
        stored = [item.receipt for item in settled if item.receipt is not None]
        found = self.chronicle.receipts([receipt.transaction_hash for receipt in stored])
        for item, mine, theirs in zip(settled, stored, found, strict=True):
            place = f"transaction/{item.id}"
            if theirs is None:
                tell(Finding("receipt_differs", block=mine.block, path=place, detail="not on the chain"))
            elif (theirs.block, theirs.block_hash, theirs.succeeded) != (mine.block, mine.block_hash, mine.succeeded):
                tell(Finding("receipt_differs", block=theirs.block, path=place, detail=f"stored: block {mine.block}"))


def batches(store: Store, iss: str | None = None) -> Iterator[Batch]:
    """Batches that were accepted, oldest first, streamed."""
    after: tuple[int, str] | None = None
    while page := store.batches_page(iss=iss, states=(), upload=None, after=after, limit=PAGE):
        yield from page
        after = (page[-1].accepted_at, page[-1].id)


def transactions(store: Store) -> Iterator[Transaction]:
    """All transactions: those settled by number, then the open ones."""
    last = 0
    while page := store.settled_since(0, last, PAGE):
        yield from page
        last = page[-1].id
    yield from store.open_transactions()
