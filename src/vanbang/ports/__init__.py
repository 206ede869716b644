"""What the use cases need from the outside: each port says what is durable, what may be repeated, and how it fails.

Every implementation of a port passes the same contract test.
"""

from vanbang.ports.access import AccessStore, ApiKey, AuditEntry, KeyReused, Role, StoredAnswer
from vanbang.ports.keys import KeyMissing, KeyStore, KeyUnreachable, Signer
from vanbang.ports.leases import Lease, LeaseLost, LeaseStore
from vanbang.ports.ledger import (
    ENDPOINT_STATES,
    SETTLED,
    Attempt,
    Call,
    CallReverted,
    EmptyWallet,
    EndpointHealth,
    Horizon,
    Ledger,
    LedgerUnsure,
    LedgerWrong,
    Order,
    Quote,
    Receipt,
    SignedGroup,
    SpendingLimit,
    Transaction,
)
from vanbang.ports.objects import Conflict, ObjectStore, StoreBusy, StoreError
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
from vanbang.ports.store import DatabaseServer, Store
from vanbang.ports.tasks import HandedIn, Operation, OperationKind, RegisterEntry, RegisterKind, StatusChange, TaskStore
from vanbang.ports.troubles import Incident, Trouble, TroubleStore
from vanbang.ports.uploads import Part, Spool, Upload, UploadState, UploadStore
from vanbang.ports.witness import Witness

__all__ = [
    "ENDPOINT_STATES",
    "SETTLED",
    "AccessStore",
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "Batch",
    "Call",
    "CallReverted",
    "Conflict",
    "DatabaseServer",
    "EmptyWallet",
    "EndpointHealth",
    "HandedIn",
    "Horizon",
    "Incident",
    "Institution",
    "KeyMissing",
    "KeyReused",
    "KeyStore",
    "KeyUnreachable",
    "Lease",
    "LeaseLost",
    "LeaseStore",
    "Ledger",
    "LedgerUnsure",
    "LedgerWrong",
    "NewRecord",
    "ObjectStore",
    "Operation",
    "OperationKind",
    "Order",
    "Part",
    "Quote",
    "Receipt",
    "RecordStore",
    "RegisterEntry",
    "RegisterKind",
    "Role",
    "SealedBatch",
    "SealedRecord",
    "SignedGroup",
    "Signer",
    "SpendingLimit",
    "Spool",
    "StatusChange",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoredAnswer",
    "StoredRecord",
    "StoredRoot",
    "TaskStore",
    "Transaction",
    "Trouble",
    "TroubleStore",
    "Upload",
    "UploadState",
    "UploadStore",
    "Witness",
]
