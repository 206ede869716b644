"""What must hold: looked at with every write and every transaction sent, and once more when all is quiet."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from vanbang.cli.bench.simulator.chain import Chain, read_signed
from vanbang.cli.bench.simulator.registry import Registry
from vanbang.cli.bench.simulator.town import Town
from vanbang.core.audit_log import entry_hash
from vanbang.core.batch import anchor_key
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.encoding import digest_of
from vanbang.core.payload import issuer_id
from vanbang.core.registry import dossier_call, read_dossier
from vanbang.ports import SETTLED, Batch, Lease, Receipt, Store, Transaction

DAY: Final = 86_400
_SPENT: Final = """
    SELECT t.gas, t.value, t.block, t.gas_used, t.gas_price, MAX(CAST(a.max_fee AS INTEGER))
    FROM "transaction" t JOIN attempt a ON a."transaction" = t.id WHERE t.prepared_at >= ? GROUP BY t.id
"""


@dataclass(slots=True)
class Heard:
    """All that endpoints ever said: whose word each thing is."""

    finals: dict[str, int] = field(default_factory=dict)
    receipts: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    views: dict[str, dict[tuple[int, str], set[str]]] = field(default_factory=lambda: defaultdict(dict))
    counts: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(slots=True)
class Judge:
    """Watches one schedule. `broken` are the invariants that did not hold, in words; `foreign` others' transactions."""

    chain: Chain
    profile: ChainProfile
    quorum: int
    town: Town
    store: Store
    daily_limit: int | None
    heard: Heard = field(default_factory=Heard)
    broken: list[str] = field(default_factory=list)
    foreign: set[bytes] = field(default_factory=set)
    calls: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    incidents_expected: bool = False

    def must(self, holds: bool, text: str) -> None:
        """Notes what does not hold."""
        if not holds and text not in self.broken:
            self.broken.append(text)

    def sent(self, raw: bytes) -> None:
        """Invariant 6, and one call for a nonce (7): looked at by the endpoint that is sent a transaction."""
        signed = read_signed(raw)
        found = self._select("SELECT 1 FROM attempt WHERE hash = ? AND raw = ?", signed.hash, raw)
        self.must(bool(found), "6: a transaction was sent that is not stored")
        call = self.calls.setdefault(signed.nonce, (signed.target, signed.data))
        self.must(call == (signed.target, signed.data), f"7: two calls were sent under nonce {signed.nonce}")

    def answered(self, endpoint: str, method: str, params: list[Any], answer: Any) -> None:
        """Keeps what an endpoint said."""
        heard, finality = self.heard, self.profile.finality
        if method == "eth_getTransactionReceipt" and isinstance(answer, dict):
            heard.receipts[answer["transactionHash"], answer["blockHash"], answer["status"]].add(endpoint)
        elif method == "eth_call" and isinstance(answer, str):
            heard.views[params[0]["data"]].setdefault((int(params[1], 16), answer), set()).add(endpoint)
        elif method == "eth_getTransactionCount" and isinstance(answer, str):
            heard.counts[int(params[1], 16)][endpoint] = int(answer, 16)
        elif method == "eth_getBlockByNumber" and isinstance(answer, dict):
            number = int(answer["number"], 16)
            if params[0] == "finalized":
                self._heard_final(endpoint, number)
            elif params[0] == "latest" and finality.depth is not None:
                self._heard_final(endpoint, number - finality.depth)
        elif method == "eth_getBlockFinalityByNumber" and isinstance(answer, int) and answer >= 75:
            self._heard_final(endpoint, int(params[0], 16))

    def _heard_final(self, endpoint: str, number: int) -> None:
        self.heard.finals[endpoint] = max(number, self.heard.finals.get(endpoint, -1))

    def holds(self, lease: Lease | None) -> bool:
        """Whether a lease is still its holder's."""
        if lease is None:
            return True
        return self._select("SELECT holder, token FROM lease WHERE name = ?", lease.name) == [
            (lease.holder, lease.token)
        ]

    def wrote(self, name: str, arguments: tuple[Any, ...], now: int) -> None:
        """What a worker has just written."""
        look: Callable[..., None] | None = getattr(self, f"_wrote_{name}", None)
        if look is not None:
            look(now, *arguments)

    def _wrote_settle(self, _: int, transaction_id: int, state: str, receipt: Receipt | None = None) -> None:
        if state in ("FINAL", "FAILED"):
            known = receipt and (_hex(receipt.transaction_hash), _hex(receipt.block_hash), hex(receipt.succeeded))
            self.must(receipt is not None and len(self.heard.receipts[known or ("", "", "")]) >= self.quorum,
                      f"5: a transaction is {state} by less than a quorum's receipt")  # fmt: skip
            self._must_be_final(receipt.block if receipt else 0, f"a transaction is {state}")
        elif state == "REPLACED":
            nonce = self.store.transaction(transaction_id).nonce
            said = [
                block
                for block, counts in self.heard.counts.items()
                if sum(count > nonce for count in counts.values()) >= self.quorum and self._is_final(block)
            ]
            self.must(bool(said), "5: REPLACED before a quorum said that the nonce is used for good")

    def _wrote_mark(self, _: int, ids: list[str], state: str, *__: Any) -> None:
        for batch_id in ids if state == "FINAL" else ():
            batch = self.store.batch(batch_id)
            views = self.heard.views[dossier_call(anchor_key((batch and batch.manifest) or b""))]
            self.must(any(
                len(who) >= self.quorum and self._is_final(block)
                and read_dossier(bytes.fromhex(result[2:])).has_good_anchor()
                for (block, result), who in views.items()
            ), "5: a batch is FINAL by less than a quorum")  # fmt: skip

    def _wrote_add_transactions(self, now: int, new: list[Transaction]) -> None:
        for item in new:
            self._look_at_costs(now, item.attempts[-1].max_fee)

    def _wrote_add_attempt(self, now: int, item: Transaction, attempt: Any) -> None:
        last = item.attempts[-1]
        self._look_at_costs(now, attempt.max_fee)
        enough = attempt.max_fee * 10 >= last.max_fee * 11
        if last.priority_fee is not None:
            enough = enough and attempt.priority_fee * 10 >= last.priority_fee * 11
        self.must(enough, "a node would not take this replacement: it offers too little more")

    def _look_at_costs(self, now: int, max_fee: int) -> None:
        self.must(max_fee <= self.profile.max_gas_price, "12: more was offered for a unit of gas than is allowed")
        if self.daily_limit is not None:
            spent = 0
            for gas, value, block, used, price, offered in self._select(_SPENT, now - DAY):
                spent += int(value) + (gas * offered if block is None else used * int(price))
            self.must(spent <= self.daily_limit, "12: more was spent in a day than is allowed")

    def _is_final(self, block: int) -> bool:
        return sum(final >= block for final in self.heard.finals.values()) >= self.quorum

    def _must_be_final(self, block: int, what: str) -> None:
        self.must(self._is_final(block), f"5: {what} in a block that no quorum calls final")

    def _select(self, query: str, *values: Any) -> list[Any]:
        connection = self.town.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(query, values)
            return list(cursor.fetchall())
        finally:
            connection.close()

    def is_quiet(self) -> bool:
        """Whether everything has come to its end."""
        states = {batch.state for batch in self._batches()}
        return states == {"FINAL"} and not self.store.open_status_roots() and not self.store.open_transactions()

    def waiting(self) -> str:
        """What has not."""
        batches = [f"{batch.id} {batch.state}" for batch in self._batches() if batch.state != "FINAL"]
        roots = [f"{iss} epoch {root.epoch} {root.state}" for iss, root in self.store.open_status_roots()]
        sent = [f"nonce {item.nonce} {item.state}" for item in self.store.open_transactions()]
        told = [f"{what}: {trouble.text}" for what, trouble in self.store.troubles().items()]
        return "; ".join([*batches, *roots, *sent, *told])

    def _batches(self) -> list[Batch]:
        return [batch for batch in self.store.batches() if batch.state != "RECEIVING"]

    def at_rest(self) -> None:
        """All that can be said once everything is final and nothing misbehaves any more."""
        registry = self.chain.blocks[self.chain.final].registry
        for batch in self._batches():
            self._look_at_batch(batch, registry)
        for institution in self.town.institutions:
            self._look_at_status(institution.iss, registry)
        self._look_at_nonces()
        self._look_at_log()
        self.must(not self.store.troubles(), "a trouble is told that is none any more")
        incidents = self.store.incidents()
        self.must(all(item.ended_at is not None for item in incidents), "an incident is open though all is mended")
        kinds = ", ".join(item.kind for item in incidents)
        self.must(self.incidents_expected or not incidents, f"an incident is told where nothing happened: {kinds}")

    def _look_at_batch(self, batch: Batch, registry: Registry) -> None:
        key = anchor_key(batch.manifest or b"")
        good = [
            signer for logged, signer, _ in registry.log
            if logged == key and not registry.keys[key.issuer_id, signer].compromised_since
        ]  # fmt: skip
        self.must(registry.is_good(key), f"2: {batch.id} is FINAL, and the chain has no good anchor of it")
        self.must(len(good) <= 1, f"3: {batch.id} was anchored {len(good)} times")
        self.must(batch.block == registry.anchors.get(key, (b"", 0, 0, 0))[2], f"2: {batch.id} is in another block")

    def _look_at_status(self, iss: str, registry: Registry) -> None:
        roots = self.store.status_roots(iss)
        root, _, _, epoch, _ = registry.status.get(issuer_id(iss), (b"", b"", 0, 0, 0))
        stored = (roots[-1].epoch, digest_of(roots[-1].manifest)) if roots else (0, b"")
        self.must((epoch, root) == stored, f"2: the chain's status root of {iss} is not the newest stored one")
        self.must([item.epoch for item in roots] == list(range(1, len(roots) + 1)), f"4: epochs of {iss} have gaps")

    def _look_at_nonces(self) -> None:
        sender = self.town.keys.signer("relayer").address
        numbers = [number for (number,) in self._select('SELECT id FROM "transaction" ORDER BY nonce')]
        stored = [self.store.transaction(number) for number in numbers]
        mined = {
            item.signed.nonce: (item, block.hash)
            for block in self.chain.blocks
            for item in block.mined
            if item.signed.sender == sender
        }
        foreign = {nonce for nonce, (item, _) in mined.items() if item.signed.hash in self.foreign}
        used = {item.nonce for item in stored} | foreign
        self.must(used == set(range(self.chain.head.nonces.get(sender, 0))), "7: the nonces used have gaps")
        for item in stored:
            self._look_at_transaction(item, *mined.get(item.nonce, (None, b"")))

    def _look_at_transaction(self, item: Transaction, mined: Any, block_hash: bytes) -> None:
        hashes = {attempt.hash for attempt in item.attempts}
        ours = mined is not None and mined.signed.hash in hashes
        receipt = item.receipt
        if item.state == "REPLACED":
            self.must(not ours, f"nonce {item.nonce} is REPLACED, and the chain has our transaction")
            return
        self.must(item.state in SETTLED and ours, f"nonce {item.nonce} is {item.state}, and not on the chain")
        self.must(receipt is not None and receipt.block_hash == block_hash,
                  f"nonce {item.nonce} is said to be in another block than it is in")  # fmt: skip
        self.must(not ours or (item.state == "FINAL") == mined.succeeded, f"nonce {item.nonce}: {item.state} is false")

    def _look_at_log(self) -> None:
        previous = None
        for entry in self.store.audit_entries(0, 10_000):
            line = (entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.facts)
            self.must(previous is None or entry.previous == previous, "11: the audit log has a fork")
            self.must(entry.hash == entry_hash(entry.previous, *line), "11: a line of the audit log was changed")
            previous = entry.hash


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
