"""The twelve invariants, looked at from scratch: database, files, the node itself, what workers said and sent.

The node is asked directly, past all endpoints: whatever these told the workers, what counts is what is there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from faults.ground import SCHOOLS
from faults.town import Town
from vanbang.adapters.ethereum.json_rpc import JsonRpc, data_bytes
from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.adapters.objects import FolderStore
from vanbang.catalog import TYPES
from vanbang.core.batch import anchor_key
from vanbang.core.chronicle.events import Anchored, StatusRootSet, read_event
from vanbang.core.chronicle.logs import Log, first_head, fold_all
from vanbang.core.chronicle.views import IssuerView, issuer_call, read_issuer
from vanbang.core.credential import CredentialFile
from vanbang.core.encoding import Digest, registry_name
from vanbang.core.merkle import fold_row, leaf_hash
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Dossier, dossier_call, read_dossier
from vanbang.core.verification import Verdict
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.notary.publishing import credential_of
from vanbang.notary.records import decrypt_record
from vanbang.notary.sealing import check_tiles
from vanbang.notary.verifying import verify
from vanbang.ports import Batch, Store, StoredRecord

MAX_GAS_PRICE = 2_000 * 10**9
"""Wei: what no profile of a chain exceeds."""


class Court:
    """All that can be known about a town, read anew."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.store: Store = town.store()
        self.objects = FolderStore(town.home / "public")
        self.keys = town.keys()
        self.rpc = JsonRpc(town.node_url, 20)
        self.chain_id, self.contract = registry_name(town.settings.registry, "registry")
        self.head = int(self.rpc.request("eth_blockNumber", []), 16)
        self.batches = self.store.batches()
        self.records = {batch.id: list(self.store.records(batch.id)) for batch in self.batches}

    def call(self, data: str) -> bytes:
        """A view of the registry, at the newest block."""
        to = "0x" + self.contract.hex()
        return data_bytes(self.rpc.request("eth_call", [{"to": to, "data": data}, hex(self.head)]))

    def dossier(self, batch: Batch) -> Dossier:
        assert batch.manifest is not None
        return read_dossier(self.call(dossier_call(anchor_key(batch.manifest))))

    def issuer(self, iss: str) -> IssuerView:
        return read_issuer(self.call("0x" + issuer_call(issuer_id(iss)).hex()))

    def logs(self, iss: str) -> list[Log]:
        """All logs of an issuer, oldest first."""
        query = {"address": "0x" + self.contract.hex(), "fromBlock": "0x0", "toBlock": hex(self.head)}
        found = self.rpc.request("eth_getLogs", [query | {"topics": [None, "0x" + issuer_id(iss).hex()]}])
        return [
            Log(
                int(log["blockNumber"], 16),
                int(log["logIndex"], 16),
                tuple(data_bytes(topic) for topic in log["topics"]),
                data_bytes(log["data"]),
            )
            for log in found
        ]

    def credentials(self, batch: Batch) -> Iterator[tuple[StoredRecord, CredentialFile]]:
        slug = next(school.slug for school in SCHOOLS if school.iss == batch.iss)
        for record in self.records[batch.id]:
            yield (
                record,
                credential_of(self.objects, TYPES[batch.vct], batch, record, self.keys.es256(f"{slug}/credential")),
            )


def promised_records(court: Court) -> Iterator[str]:
    """Every 202'd record is in exactly one batch, or its list's rejection is stored."""
    found: dict[str, list[str]] = {}
    for batch in court.batches:
        kind = TYPES[batch.vct]
        values = [kind.values_of(decrypt_record(kind, record)) for record in court.records[batch.id]]
        found.setdefault(batch.upload, []).extend(value["so_hieu_vbcc"] for value in values)
    for name, serials in court.town.promised.items():
        upload = court.store.upload(name)
        if upload is None:
            yield f"the upload {name} is gone"
        elif upload.state == "ACCEPTED" and Counter(found.get(name, [])) != Counter(serials):
            yield f"the upload {name} has {sorted(found.get(name, []))}, not {sorted(serials)}"
        elif upload.state not in ("ACCEPTED", "REFUSED"):
            yield f"the upload {name} is {upload.state}"
    for stranger in set(found) - set(court.town.promised):
        yield f"nobody sent the upload {stranger}"


def one_root(court: Court) -> Iterator[str]:
    """The root is the same from rows, from tiles and on the chain."""
    for batch in court.batches:
        if batch.state != "FINAL":
            continue
        leaves = {record.leaf_index: leaf_hash(file.payload_bytes) for record, file in court.credentials(batch)}
        row = b"".join(leaves[index] for index in sorted(leaves))  # type: ignore[type-var]
        if fold_row(row) != batch.root or len(leaves) != batch.tree_size:
            yield f"the rows of {batch.id} make {fold_row(row).hex()}"
        check_tiles(court.objects, Digest(batch.root or b""), batch.tree_size or 0)
        if not court.dossier(batch).has_good_anchor():
            yield f"{batch.id} is FINAL and not on the chain"


def anchored_once(court: Court) -> Iterator[str]:
    """At most one good anchor for each (issuer, root, size, manifest)."""
    for school in SCHOOLS:
        events = [read_event(log, issuer_id(school.iss)) for log in court.logs(school.iss)]
        times = Counter((e.root, e.tree_size, e.manifest_hash) for e in events if isinstance(e, Anchored))
        yield from (f"{school.code} anchored {root.hex()} {n} times" for (root, *_), n in times.items() if n > 1)


def events_complete(court: Court) -> Iterator[str]:
    """The sequence has no gap, and the head comes out of the events."""
    for school in SCHOOLS:
        issuer, view = issuer_id(school.iss), court.issuer(school.iss)
        events = [(log, read_event(log, issuer)) for log in court.logs(school.iss)]
        chained = [(log, event) for log, event in events if not isinstance(event, StatusRootSet)]
        if [event.seq for _, event in chained] != list(range(1, view.seq + 1)):
            yield f"the events of {school.code} have a gap"
        if fold_all(first_head(court.chain_id, court.contract, issuer), [log for log, _ in chained]) != view.head:
            yield f"the head of {school.code} does not come out of its events"


def final_by_quorum(court: Court) -> Iterator[str]:
    """What is FINAL is on the chain as it is stored: same block, same receipt."""
    for batch in court.batches:
        if batch.state == "FINAL" and court.dossier(batch).anchor.block != batch.block:
            yield f"{batch.id} is stored as of block {batch.block}, not {court.dossier(batch).anchor.block}"
    for sent in court.town.all_transactions():
        if sent.state in ("FINAL", "FAILED") and sent.receipt:
            receipt = court.rpc.request("eth_getTransactionReceipt", ["0x" + sent.receipt.transaction_hash.hex()])
            if receipt is None or data_bytes(receipt["blockHash"]) != sent.receipt.block_hash:
                yield f"the receipt of nonce {sent.nonce} is not on the chain as stored"


def stored_before_sent(court: Court) -> Iterator[str]:
    """Every signed transaction was stored when the first endpoint saw it."""
    yield from (f"sent before it was stored: {raw}" for raw in court.town.unstored)
    stored = {attempt.raw for sent in court.town.all_transactions() for attempt in sent.attempts}
    yield from (f"sent and not stored: {raw.hex()}" for raw in set(court.town.sent) - stored)


def nonces_gapless(court: Court) -> Iterator[str]:
    """Each sender's stored transactions have the nonces 0, 1, 2, ..., as many as the chain counts."""
    nonces: dict[bytes, list[int]] = {}
    for sent in court.town.all_transactions():
        nonces.setdefault(sent.sender, []).append(sent.nonce)
    for sender, used in nonces.items():
        counted = int(court.rpc.request("eth_getTransactionCount", ["0x" + sender.hex(), "latest"]), 16)
        if sorted(used) != list(range(counted)) and sender not in court.town.used_elsewhere:
            yield f"0x{sender.hex()} has stored nonces {sorted(used)}, and the chain counts {counted}"


def same_answers(court: Court) -> Iterator[str]:
    """The same idempotency key got the same bytes."""
    for key, answers in court.town.answers.items():
        if len(set(answers)) > 1:
            yield f"the key {key} got {len(set(answers))} different answers"


def proofs_verify(court: Court) -> Iterator[str]:
    """Every diploma's file verifies: offline against its leaf, and one of each batch with the chain."""
    for batch in court.batches:
        if batch.state != "FINAL":
            continue
        files = [file for _, file in court.credentials(batch)]  # each is checked against its leaf as it is made
        report = verify(files[0].to_bytes(), court.town.trust(), RpcWitness(), court.town.now())
        if report.verdict is not Verdict.VALID:
            told = [(step.step, finding) for step in report.steps for finding in step.findings]
            yield f"a diploma of {batch.id} is {report.verdict}: {told}"


def nothing_personal(court: Court) -> Iterator[str]:
    """No name, serial or citizen number is in calldata, public files or what workers said."""
    public = (path.read_bytes() for path in (court.town.home / "public").rglob("*") if path.is_file())
    everything = b"\0".join([*court.town.sent, court.town.all_said(), *public])
    yield from (f"{word!r} is public" for word in court.town.personal if word.encode() in everything)


def log_holds(court: Court) -> Iterator[str]:
    """The audit log's hash chain holds."""
    state = check_log(audit_lines(court.store))
    if not state.holds:
        yield f"line {state.lines + 1} of the audit log is {state.wrong}"


def within_the_cap(court: Court) -> Iterator[str]:
    """No transaction offered more for its gas than the chain's cap, and a settled one knows what it paid."""
    for sent in court.town.all_transactions():
        if any(attempt.max_fee > MAX_GAS_PRICE for attempt in sent.attempts):
            yield f"nonce {sent.nonce} offers more than the cap"


INVARIANTS: Sequence[Callable[[Court], Iterator[str]]] = (
    promised_records,
    one_root,
    anchored_once,
    events_complete,
    final_by_quorum,
    stored_before_sent,
    nonces_gapless,
    same_answers,
    proofs_verify,
    nothing_personal,
    log_holds,
    within_the_cap,
)


def judge(town: Town, exempt: Sequence[int] = ()) -> None:
    """All invariants but the exempt ones; names all that are broken."""
    court = Court(town)
    broken = [
        f"invariant {number}: {breach}"
        for number, invariant in enumerate(INVARIANTS, 1)
        if number not in exempt
        for breach in invariant(court)
    ]
    assert not broken, "\n".join([*broken, town.standing(), town.said()])
