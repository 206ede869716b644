"""Transactions that are never lost, doubled or misreported: stored before they are sent, followed until final.

Every step may be repeated and may be the last one before a crash: PREPARED means that signed bytes are stored and may
or may not have been sent; BROADCAST that they were sent at least once; MINED that a quorum saw a receipt; FINAL and
FAILED that the receipt lies in a final block.
"""

from dataclasses import replace

from vanbang.ports import (
    SETTLED,
    Call,
    Conflict,
    EmptyWallet,
    Ledger,
    LedgerUnsure,
    Receipt,
    RecordStore,
    Signer,
    Transaction,
)


def prepare(store: RecordStore, ledger: Ledger, signer: Signer, call: Call) -> Transaction:
    """Signs a call with the lowest unused nonce and stores it; nothing is sent.

    Raises CallReverted, EmptyWallet, LedgerUnsure.
    """
    quote = ledger.quote(signer.address, call)
    missing = quote.gas * quote.max_fee + call.value - ledger.balance(signer.address)
    if missing > 0:
        raise EmptyWallet(signer.address, missing, call.purpose)
    nonce = max(store.next_nonce(ledger.chain_id, signer.address), ledger.nonce(signer.address))
    attempt = ledger.encode(nonce, call, quote, signer)
    planned = Transaction(0, ledger.chain_id, signer.address, nonce, call, "PREPARED", (attempt,))
    # A crash behind this line leaves a PREPARED row: whoever comes next sends the identical bytes.
    try:
        return store.add_transaction(planned, attempt)
    except Conflict as error:
        raise LedgerUnsure("another process of ours took this nonce just now: look again") from error


def advance(store: RecordStore, ledger: Ledger, transaction: Transaction) -> Transaction:
    """Takes one safe step with a transaction and gives it as it is stored then. Raises LedgerUnsure."""
    final = ledger.final_block()  # asked first: a receipt seen later, below it, cannot be reorganised away any more
    receipt = _receipt(ledger, transaction)
    if receipt is None:
        for attempt in transaction.attempts:
            ledger.send(attempt.raw)
        return _settle(store, transaction, "BROADCAST", None)
    if final < receipt.block:
        return _settle(store, transaction, "MINED", receipt)
    return _settle(store, transaction, "FINAL" if receipt.succeeded else "FAILED", receipt)


def advance_all(store: RecordStore, ledger: Ledger) -> int:
    """One step for each open transaction, by nonce; gives the number still open."""
    steps = [advance(store, ledger, transaction) for transaction in store.open_transactions()]
    return sum(1 for transaction in steps if transaction.state not in SETTLED)


def _receipt(ledger: Ledger, transaction: Transaction) -> Receipt | None:
    """The receipt of any attempt. One attempt that cannot be judged leaves the whole question open."""
    unsure: LedgerUnsure | None = None
    for attempt in transaction.attempts:
        try:
            receipt = ledger.receipt(attempt.hash)
        except LedgerUnsure as error:
            unsure = error
            continue
        if receipt is not None:
            return receipt
    if unsure is not None:
        raise unsure
    return None


def _settle(store: RecordStore, transaction: Transaction, state: str, receipt: Receipt | None) -> Transaction:
    if (transaction.state, transaction.receipt) != (state, receipt):
        store.settle(transaction.id, state, receipt)
    return replace(transaction, state=state, receipt=receipt)
