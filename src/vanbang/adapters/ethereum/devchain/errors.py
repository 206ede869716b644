"""What can go wrong with the development chain: its store on disk, and one JSON-RPC request."""

from pathlib import Path
from typing import ClassVar

from vanbang.core.errors import VanbangError

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
RESOURCE_NOT_FOUND = -32001
TRANSACTION_REJECTED = -32003
EXECUTION_REVERTED = 3


class ChainStoreBusy(VanbangError):
    """Another process has this store open. Two writers would fork one chain, so the second is refused."""

    code: ClassVar[str] = "devchain_store_busy"

    def __init__(self, path: Path) -> None:
        super().__init__(f"another process already runs the development chain kept in {path}; stop that one first")
        self.path = path


class ChainStoreUnusable(VanbangError):
    """The store cannot be opened, is not ours, or belongs to a chain with another chain id."""

    code: ClassVar[str] = "devchain_store_unusable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot serve as the development chain's store: {reason}")
        self.path = path
        self.reason = reason


class NotLoopback(VanbangError):
    """The server was asked to listen where other machines could reach its unlocked accounts."""

    code: ClassVar[str] = "devchain_not_loopback"

    def __init__(self, host: str) -> None:
        super().__init__(f"the development chain listens on loopback only, not on {host!r}")
        self.host = host


class RpcError(VanbangError):
    """One request that cannot be answered: becomes the `error` member of JSON-RPC 2.0 (section 5.1).

    `number` is the JSON-RPC error code, `data` 0x-hex revert data where there is any. Numbers and wording follow
    anvil, because clients match on them.
    """

    code: ClassVar[str] = "devchain_rpc"

    def __init__(self, number: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, object]:
        """The `error` object: {code, message[, data]}."""
        error: dict[str, object] = {"code": self.number, "message": self.message}
        return error if self.data is None else {**error, "data": self.data}


def invalid_params(reason: str) -> RpcError:
    """The error for a parameter that is missing, superfluous or malformed."""
    return RpcError(INVALID_PARAMS, reason)
