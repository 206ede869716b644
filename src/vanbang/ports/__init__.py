"""What the use cases need from the outside: each port says what is durable, what may be repeated, and how it fails.

Every implementation of a port passes the same contract test.
"""

from vanbang.ports.keys import KeyMissing, KeyStore, Signer
from vanbang.ports.ledger import (
    SETTLED,
    Attempt,
    Call,
    CallReverted,
    EmptyWallet,
    Ledger,
    LedgerUnsure,
    LedgerWrong,
    Quote,
    Receipt,
    SignedGroup,
    Transaction,
)
from vanbang.ports.objects import Conflict, ObjectStore, StoreError
from vanbang.ports.records import (
    Batch,
    Institution,
    NewRecord,
    RecordStore,
    SealedBatch,
    SealedRecord,
    StoredRecord,
    StoredRoot,
)
from vanbang.ports.witness import Witness

__all__ = [
    "SETTLED",
    "Attempt",
    "Batch",
    "Call",
    "CallReverted",
    "Conflict",
    "EmptyWallet",
    "Institution",
    "KeyMissing",
    "KeyStore",
    "Ledger",
    "LedgerUnsure",
    "LedgerWrong",
    "NewRecord",
    "ObjectStore",
    "Quote",
    "Receipt",
    "RecordStore",
    "SealedBatch",
    "SealedRecord",
    "SignedGroup",
    "Signer",
    "StoreError",
    "StoredRecord",
    "StoredRoot",
    "Transaction",
    "Witness",
]
