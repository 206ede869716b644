"""The development chain as one object that answers JSON-RPC requests."""

import inspect
import logging
import math
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from eth_utils.exceptions import ValidationError

from vanbang.adapters.ethereum.devchain.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    SERVER_ERROR,
    RpcError,
    invalid_params,
)
from vanbang.adapters.ethereum.devchain.fees import fee_history
from vanbang.adapters.ethereum.devchain.node import Node
from vanbang.adapters.ethereum.devchain.polling import POLLING
from vanbang.adapters.ethereum.devchain.pool import rejected
from vanbang.adapters.ethereum.devchain.reading import READING, Method
from vanbang.adapters.ethereum.devchain.sending import SENDING
from vanbang.adapters.ethereum.devchain.steering import STEERING

DEFAULT_CHAIN_ID = 31337  # what Anvil and Hardhat use; small, so that legacy signatures (EIP-155) fit
DEFAULT_HEARTBEAT = 12.0  # seconds, a slot of mainnet

METHODS: dict[str, Method] = {**READING, "eth_feeHistory": fee_history, **POLLING, **SENDING, **STEERING}
_SIGNATURES = {name: inspect.signature(method) for name, method in METHODS.items()}

_log = logging.getLogger(__name__)


class DevChain:
    """A private Ethereum chain (Prague rules, run by py-evm) for development, demonstrations and tests.

    Not for anything real: its accounts' keys are public, there is no consensus, and time can be set. Thread-safe: one
    lock around the chain.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        chain_id: int = DEFAULT_CHAIN_ID,
        heartbeat: float | None = DEFAULT_HEARTBEAT,
    ) -> None:
        """Start a chain in `folder`, or go on with the one there; without a folder it lives in memory.

        `heartbeat`: seconds after which a look at the head first makes an empty block; None for never.

        Raises:
            ChainStoreBusy: another process runs the chain in this folder.
            ChainStoreUnusable: the folder cannot hold the store, or holds a chain with another id.
        """
        self._lock = threading.RLock()
        self._node: Node | None = Node(folder, chain_id, heartbeat)

    def handle(self, request: object) -> object | None:
        """Answer one JSON-RPC 2.0 request object (parsed JSON, not a batch); None for a notification.

        Never raises: whatever is wrong becomes an error object (JSON-RPC 2.0 sections 4, 5).
        """
        identity: object = None
        try:
            identity = _request_id(request)
            answer = {"result": self._answer(request)}
        except RpcError as error:
            answer = {"error": error.as_json()}
        except Exception:  # noqa: BLE001  a defect in here must not cut the client's connection
            _log.exception("a request to the development chain failed")
            answer = {"error": RpcError(INTERNAL_ERROR, "internal error").as_json()}
        if isinstance(request, dict) and "id" not in request and isinstance(request.get("method"), str):
            return None
        return {"jsonrpc": "2.0", "id": identity, **answer}

    def _answer(self, request: object) -> object:
        if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
            raise RpcError(INVALID_REQUEST, "Invalid request")
        name, params = request.get("method"), request.get("params", [])
        if not isinstance(name, str) or not isinstance(params, list | dict | None):
            raise RpcError(INVALID_REQUEST, "Invalid request")
        if name not in METHODS:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        if isinstance(params, dict):
            raise invalid_params("parameters are an array here, not an object")
        return self._call(name, params or [])

    def _call(self, name: str, params: list[object]) -> object:
        with self._lock:
            if self._node is None:
                raise RpcError(SERVER_ERROR, "the development chain has been stopped")
            try:
                _SIGNATURES[name].bind(self._node, *params)
            except TypeError as error:
                raise invalid_params(f"{name}: {error}") from error
            try:
                return METHODS[name](self._node, *params)
            except (ValidationError, RecursionError) as error:  # py-evm will not begin the call, or cannot go so deep
                raise rejected(str(error)) from error

    def close(self) -> None:
        """Close the store; requests from now on are answered with an error. Closing twice is harmless."""
        with self._lock:
            if self._node is not None:
                self._node.store.close()
                self._node = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _request_id(request: object) -> str | int | float | None:
    """The request's id: a string, a number or null."""
    identity = request.get("id") if isinstance(request, dict) else None
    if isinstance(identity, bool) or not isinstance(identity, str | int | float | None):
        raise RpcError(INVALID_REQUEST, "Invalid request")
    if isinstance(identity, float) and not math.isfinite(identity):
        raise RpcError(INVALID_REQUEST, "Invalid request")
    return identity
