"""Transactions that wait for a block. In memory only: like any node's, they are lost when the process ends."""

from eth.abc import SignedTransactionAPI, StateAPI

from vanbang.adapters.ethereum.devchain.errors import TRANSACTION_REJECTED, RpcError

POOL_LIMIT = 10_000
REPLACEMENT_PERCENT = 110  # a replacement must offer a tenth more, as in every node


def rejected(message: str) -> RpcError:
    """The error for a well-formed transaction the chain will not take."""
    return RpcError(TRANSACTION_REJECTED, message)


class Pool:
    """Waiting transactions by sender and nonce: at most one each, taken in nonce order without gaps."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[bytes, int], SignedTransactionAPI] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, transaction: SignedTransactionAPI) -> None:
        """Let a transaction wait. Raises RpcError if it is already here, pays too little to replace, or all is full."""
        place = (bytes(transaction.sender), transaction.nonce)
        present = self._waiting.get(place)
        if present is not None and present.hash == transaction.hash:
            raise rejected("transaction already imported")
        if present is not None and transaction.max_fee_per_gas * 100 < present.max_fee_per_gas * REPLACEMENT_PERCENT:
            raise rejected("replacement transaction underpriced")
        if present is None and len(self._waiting) >= POOL_LIMIT:
            raise rejected("transaction pool is full")
        self._waiting[place] = transaction

    def find(self, transaction_hash: bytes) -> SignedTransactionAPI | None:
        """The waiting transaction with this hash."""
        return next((waiting for waiting in self._waiting.values() if waiting.hash == transaction_hash), None)

    def drop(self, transaction_hash: bytes) -> None:
        """Forget a transaction, if it is here."""
        self._waiting = {place: each for place, each in self._waiting.items() if each.hash != transaction_hash}

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    def ready(self, state: StateAPI) -> tuple[SignedTransactionAPI, ...]:
        """What the next block may take: per sender an unbroken run from its current nonce, in order of arrival.

        What `state` has already spent the nonce of is dropped.
        """
        nonces: dict[bytes, int] = {}
        for sender, nonce in tuple(self._waiting):
            current = nonces.setdefault(sender, state.get_nonce(sender))  # type: ignore[arg-type]
            if nonce < current:
                del self._waiting[sender, nonce]
        return tuple(self._waiting[sender, nonce] for sender, nonce in self._runs(nonces))

    def _runs(self, nonces: dict[bytes, int]) -> list[tuple[bytes, int]]:
        """Places in order: a sender's earlier nonce comes before its later one, whichever arrived first."""
        cursor, order = dict(nonces), []
        for sender, _ in self._waiting:
            if (sender, cursor[sender]) in self._waiting:
                order.append((sender, cursor[sender]))
                cursor[sender] += 1
        return order

    def next_nonce(self, sender: bytes, current: int) -> int:
        """The first nonce from `current` on that no waiting transaction of the sender has."""
        while (sender, current) in self._waiting:
            current += 1
        return current
