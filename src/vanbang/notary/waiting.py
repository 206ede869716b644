"""Everything that is on its way to the registry: what it waits for, what stops it, which transaction carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vanbang.notary.progress import first_of, subjects_of, waiting_for
from vanbang.ports import Batch, Horizon, Institution, KeyStore, Store, StoredRoot, Transaction, Trouble

OPEN_STATES = ("ACCEPTED", "SEALED", "ENDORSED", "ANCHORING")
"""States of batches that are neither final nor still being taken in."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A batch (`subject` is its id) or a status root (its epoch) that is not final.

    `waiting_for` is a key of WAITING_FOR; `since` when the batch was accepted, unix seconds, None for a status root.
    """

    kind: Literal["batch", "status_root"]
    subject: str
    institution: Institution
    state: str
    waiting_for: str
    since: int | None
    trouble: Trouble | None
    transaction: Transaction | None

    def blocks_old(self, horizon: Horizon) -> int | None:
        """Blocks since the transaction was first signed; None without one."""
        sent = self.transaction
        return None if sent is None or not sent.attempts else max(0, horizon.latest - sent.attempts[0].block)

    def blocks_left(self, horizon: Horizon) -> int | None:
        """Blocks that have to become final before this is; None as long as it is in no block."""
        receipt = None if self.transaction is None else self.transaction.receipt
        return None if receipt is None else max(0, receipt.block - horizon.final)


def waiting_now(store: Store, keys: KeyStore, chain_id: int) -> Sequence[Waiting]:
    """Batches, oldest first, then the oldest status root of each issuer that is not final. Raises StoreError."""
    troubles, known = store.troubles(), {item.iss: item for item in store.institutions()}
    transactions = {item.id: item for item in store.open_transactions()}
    batches = [
        _batch(store, batch, known[batch.iss], first_of(troubles, subjects_of(batch, chain_id)), transactions)
        for batch in store.batches(*OPEN_STATES)
    ]
    held = set(keys.names())
    roots = [
        _root(known[iss], root, held, first_of(troubles, (f"status:{iss}", f"issuer:{iss}", f"chain:{chain_id}")),
              transactions)
        for iss, root in store.open_status_roots()
    ]  # fmt: skip
    return [*batches, *roots]


def _batch(
    store: Store,
    batch: Batch,
    institution: Institution,
    trouble: Trouble | None,
    transactions: Mapping[int, Transaction],
) -> Waiting:
    word, sent = waiting_for(store, batch), transactions.get(batch.transaction or 0)
    if word == "finality" and sent is not None and sent.receipt is None:
        word = "anchoring"  # it is sent, and in no block yet
    return Waiting("batch", batch.id, institution, batch.state, word, batch.accepted_at, trouble, sent)


def _root(
    institution: Institution,
    root: StoredRoot,
    held: set[str],
    trouble: Trouble | None,
    transactions: Mapping[int, Transaction],
) -> Waiting:
    sent = transactions.get(root.transaction or 0)
    word = "finality" if sent is not None and sent.receipt is not None else "anchoring"
    if sent is None and not any(name.startswith(f"{institution.slug}/status") for name in held):
        word = "institution_signature"
    return Waiting("status_root", str(root.epoch), institution, root.state, word, None, trouble, sent)
