"""The registry on a chain, and transactions to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from vanbang.core.batch import AnchorKey
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.chronicle.views import IssuerView
from vanbang.core.errors import VanbangError
from vanbang.core.registry import Dossier, Key, StatusRoot
from vanbang.ports.keys import Signer


@dataclass(frozen=True, slots=True)
class SignedGroup:
    """One issuer's entries under one ANCHOR key's EIP-712 signature (65 bytes); `deadline` is unix time."""

    issuer_id: bytes
    deadline: int
    entries: tuple[AnchorKey, ...]
    signature: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a contract, with `value` wei; `target` None deploys one. `purpose` says what it is for, to people."""

    target: bytes | None
    data: bytes
    purpose: str
    value: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What the owner, a registrar or an admin has the registry do: a function of IAnchorRegistry and its arguments.

    Accounts have 20 bytes, ids and hashes 32. `purpose` says what it is for, to people.
    """

    function: str
    arguments: tuple[bytes | int | str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a call costs now. Legacy chains: `priority_fee` None, and `max_fee` is the gas price. Wei."""

    gas: int
    max_fee: int
    priority_fee: int | None


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far the chain has come, as a quorum sees it: newest block, its time (unix), newest final block."""

    latest: int
    latest_time: int
    final: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed form of a transaction: bytes and hash, its fees (as in Quote), the newest block when it was made."""

    raw: bytes
    hash: bytes
    max_fee: int
    priority_fee: int | None = None
    block: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a transaction ended: block, its hash, success, gas used, the contract it made, wei a unit of gas cost.

    `events` is SHA-256 over its logs: endpoints that agree on a receipt agree on what the contract recorded.
    """

    transaction_hash: bytes
    block: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    contract: bytes | None = None
    gas_price: int = 0
    events: bytes = b""

    @property
    def fee(self) -> int:
        """Wei that were paid for it."""
        return self.gas_used * self.gas_price


SETTLED = ("FINAL", "FAILED", "REPLACED")
"""States in which a transaction stays unless the chain is reorganised: its receipt lies in a final block, or that of
another transaction with its nonce does (REPLACED: whoever made that one holds the same key)."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction of ours: one sender, one nonce, one call; its attempts differ in fees only, the newest last."""

    id: int
    chain_id: int
    sender: bytes
    nonce: int
    call: Call
    state: str
    attempts: tuple[Attempt, ...] = ()
    receipt: Receipt | None = None
    gas: int = 0
    prepared_at: int = 0

    @property
    def cost(self) -> int:
        """Wei: what it cost, or may cost at most as long as that is not known."""
        if self.receipt is not None:
            return self.receipt.fee + self.call.value
        return self.gas * max((attempt.max_fee for attempt in self.attempts), default=0) + self.call.value


class LedgerUnsure(VanbangError):
    """Endpoints are down or disagree: nothing is known now. Wait and try again.

    `what` was asked of `asked` endpoints, of which `needed` must agree; `answers` counts what they did, by word:
    `answered`, `answered otherwise`, or an endpoint's failure. `needed` 0: nobody in particular was asked.
    """

    code: ClassVar[str] = "ledger_unsure"

    def __init__(self, what: str, needed: int = 0, asked: int = 0, answers: Mapping[str, int] | None = None) -> None:
        counted = dict(answers or {})
        told = ", ".join(f"{count} {word}" for word, count in counted.items())
        super().__init__(f"waiting for {needed} of {asked} endpoints to agree on {what}: {told}" if needed else what)
        self.what = what
        self.needed = needed
        self.asked = asked
        self.answers = counted


class LedgerWrong(VanbangError):
    """This is not the chain, or not the contract, that was configured: stop."""

    code: ClassVar[str] = "ledger_wrong"


class EmptyWallet(VanbangError):
    """The sender cannot pay for a call; `address` (20 bytes) needs `missing` wei more."""

    code: ClassVar[str] = "empty_wallet"

    def __init__(self, address: bytes, missing: int, purpose: str) -> None:
        super().__init__(
            f"the account 0x{address.hex()} cannot pay for '{purpose}': send it at least {missing / 10**18:.6f} coins"
        )
        self.address = address
        self.missing = missing


class SpendingLimit(VanbangError):
    """A transaction would take an account past what may be spent in a day; `limit` and `spent` in wei."""

    code: ClassVar[str] = "spending_limit"

    def __init__(self, limit: int, spent: int, purpose: str) -> None:
        super().__init__(
            f"'{purpose}' waits: {spent / 10**18:.6f} of {limit / 10**18:.6f} coins a day are spent. "
            "Wait, or raise VANBANG_DAILY_SPEND"
        )
        self.limit = limit
        self.spent = spent


class CallReverted(VanbangError):
    """The contract refuses this call; `reason` is its error with arguments."""

    code: ClassVar[str] = "call_reverted"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the registry refuses: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """How an endpoint does: `url` is scheme and host, `state` a word of ENDPOINT_STATES, `block` its newest (None: not
    known), `failures` in a row, `why` the last one's word."""

    url: str
    state: str
    block: int | None
    failures: int
    why: str


ENDPOINT_STATES = ("new", "good", "behind", "failing", "wrong_chain")


class Ledger(Protocol):
    """The registry on one chain, as a quorum of endpoints sees it. Not trusted one by one, only in agreement.

    Reads raise LedgerUnsure when endpoints are down or at odds: the caller waits and tries again. Nothing here decides.
    Questions in the plural are one request to each endpoint, answers come in their order; `block` is a block's number.
    """

    @property
    def chain(self) -> ChainProfile:
        """What is known of the chain."""
        ...

    @property
    def chain_id(self) -> int:
        """The EVM chain id."""
        ...

    @property
    def registry(self) -> str:
        """The registry's CAIP-10 name."""
        ...

    def check(self) -> None:
        """Raises LedgerWrong unless chain id and contract code are the expected ones."""
        ...

    def anchor_call(self, groups: Sequence[SignedGroup]) -> Call:
        """Anchors groups; anybody may send it."""
        ...

    def status_root_call(self, issuer_id: bytes, root: bytes, epoch: int, deadline: int, signature: bytes) -> Call:
        """Sets a status root by a STATUS key's signature; anybody may send it."""
        ...

    def register_call(self, parent: bytes, iss: str, code: str, name: str, admin: bytes, registrar: bool) -> Call:
        """Registers an issuer; sent by the owner, or the admin of the parent."""
        ...

    def add_key_call(self, issuer_id: bytes, address: bytes, role: int, not_after: int) -> Call:
        """Adds a key from now on; sent by the issuer's admin. `not_after` 0 means without end."""
        ...

    def end_key_call(self, issuer_id: bytes, address: bytes, not_after: int) -> Call:
        """Ends a key; sent by the issuer's admin. `not_after` 0 means now."""
        ...

    def order_call(self, order: Order) -> Call:
        """Any other order; the registry says who may send it."""
        ...

    def domain(self) -> bytes:
        """The EIP-712 domain separator of the registry, 32 bytes."""
        ...

    def horizon(self) -> Horizon:
        """How far the chain has come."""
        ...

    def dossiers(self, keys: Sequence[AnchorKey], block: int) -> Sequence[Dossier]:
        """All that the registry says of each batch."""
        ...

    def statuses(self, issuer_ids: Sequence[bytes], block: int) -> Sequence[StatusRoot]:
        """Each issuer's status root."""
        ...

    def issuer_keys(self, keys: Sequence[tuple[bytes, bytes]], block: int) -> Sequence[Key]:
        """Keys by issuer and address."""
        ...

    def key(self, issuer_id: bytes, address: bytes) -> Key:
        """A key of an issuer, at the newest block."""
        ...

    def standing(self, issuer_id: bytes) -> int:
        """0 for an unknown issuer; at the newest block."""
        ...

    def issuer(self, issuer_id: bytes) -> IssuerView:
        """All that is stored of an issuer but names and keys, at the newest block; standing 0 for an unknown one."""
        ...

    def owners(self) -> tuple[bytes, bytes]:
        """The registry's owner and whoever was named as the next one (zero: nobody), at the newest block."""
        ...

    def nonce(self, sender: bytes, block: int) -> int:
        """The number of transactions of `sender` up to a block."""
        ...

    def balance(self, address: bytes) -> int:
        """Wei that an account holds in the newest block."""
        ...

    def quotes(self, sender: bytes, calls: Sequence[Call]) -> Sequence[Quote | CallReverted | LedgerUnsure]:
        """Gas and fees for each call, simulated alone at the newest block; CallReverted with the contract's reason,
        LedgerUnsure where a quorum does not agree on whether it would do. Raises LedgerUnsure without any price."""
        ...

    def encode(self, sender_nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
        """The signed transaction's bytes and hash. Nothing is sent."""
        ...

    def send(self, raws: Sequence[bytes]) -> None:
        """Sends to all endpoints. Whatever they answer, timeouts included, the outcome is unknown."""
        ...

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | LedgerUnsure | None]:
        """Receipts as a quorum sees them; None if it agrees that there is none; LedgerUnsure if it does not agree."""
        ...

    def health(self) -> Sequence[EndpointHealth]:
        """How each endpoint has done lately; nothing is asked."""
        ...
