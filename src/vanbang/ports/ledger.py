"""The registry on a chain, and transactions to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from vanbang.core.batch import AnchorKey
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
class Quote:
    """What a call costs now. Legacy chains: `priority_fee` None, and `max_fee` is the gas price. Wei."""

    gas: int
    max_fee: int
    priority_fee: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed form of a transaction: bytes and hash."""

    raw: bytes
    hash: bytes
    max_fee: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a transaction ended: block, its hash, success, gas used, the contract it made."""

    transaction_hash: bytes
    block: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    contract: bytes | None = None


SETTLED = ("FINAL", "FAILED")
"""States in which a transaction stays: its receipt lies in a final block."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction of ours: one sender, one nonce, one call; its attempts differ in fees only."""

    id: int
    chain_id: int
    sender: bytes
    nonce: int
    call: Call
    state: str
    attempts: tuple[Attempt, ...] = ()
    receipt: Receipt | None = None


class LedgerUnsure(VanbangError):
    """Endpoints are down or disagree: nothing is known now. Wait and try again."""

    code: ClassVar[str] = "ledger_unsure"


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


class CallReverted(VanbangError):
    """The contract refuses this call; `reason` is its error with arguments."""

    code: ClassVar[str] = "call_reverted"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the registry refuses: {reason}")
        self.reason = reason


class Ledger(Protocol):
    """The registry on one chain, as a quorum of endpoints sees it. Not trusted one by one, only in agreement.

    Reads raise LedgerUnsure when endpoints are down or at odds: the caller waits and tries again. Nothing here decides.
    """

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

    def domain(self) -> bytes:
        """The EIP-712 domain separator of the registry, 32 bytes."""
        ...

    def dossier(self, key: AnchorKey, *, final: bool) -> Dossier:
        """All that the registry says of a batch, at the newest or the newest final block."""
        ...

    def key(self, issuer_id: bytes, address: bytes) -> Key:
        """A key of an issuer, at the newest block."""
        ...

    def status(self, issuer_id: bytes, *, final: bool) -> StatusRoot:
        """The issuer's status root."""
        ...

    def standing(self, issuer_id: bytes) -> int:
        """0 for an unknown issuer."""
        ...

    def nonce(self, sender: bytes) -> int:
        """The number of transactions of `sender` in the newest block."""
        ...

    def balance(self, address: bytes) -> int:
        """Wei that an account holds in the newest block."""
        ...

    def quote(self, sender: bytes, call: Call) -> Quote:
        """Gas and fees for a call, simulated at the newest block. Raises CallReverted with the contract's reason."""
        ...

    def encode(self, sender_nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
        """The signed transaction's bytes and hash. Nothing is sent."""
        ...

    def send(self, raw: bytes) -> None:
        """Sends to all endpoints. Whatever they answer, timeouts included, the outcome is unknown."""
        ...

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """The receipt as a quorum sees it, or None if it agrees that there is none."""
        ...

    def final_block(self) -> int:
        """The number of the newest final block."""
        ...
