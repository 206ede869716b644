"""Failed executions as JSON-RPC errors, the way anvil words them."""

from eth.abc import ComputationAPI
from eth.exceptions import Revert
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from vanbang.adapters.ethereum.devchain.errors import EXECUTION_REVERTED, INTERNAL_ERROR, RpcError
from vanbang.adapters.ethereum.devchain.views import hexed

ERROR_SELECTOR = bytes.fromhex("08c379a0")  # Error(string)
PANIC_SELECTOR = bytes.fromhex("4e487b71")  # Panic(uint256)


def raise_if_failed(computation: ComputationAPI) -> None:
    """Raise RpcError: 3 with the revert data for a revert, -32603, as anvil does, for any other failure."""
    if not computation.is_error:
        return
    if isinstance(computation.error, Revert):
        output = bytes(computation.output)
        raise RpcError(EXECUTION_REVERTED, _reverted(output), hexed(output))
    kind = type(computation.error).__name__
    raise RpcError(INTERNAL_ERROR, f"EVM error {kind}: {computation.error}")


def _reverted(output: bytes) -> str:
    selector, arguments = output[:4], output[4:]
    try:
        if selector == ERROR_SELECTOR:
            return f"execution reverted: {decode(['string'], arguments)[0]}"
        if selector == PANIC_SELECTOR:
            return f"execution reverted: panic: {hex(decode(['uint256'], arguments)[0])}"
    except (DecodingError, UnicodeDecodeError):
        pass  # a contract may revert with any bytes; they are in the data
    if len(selector) == len(ERROR_SELECTOR):
        return f"execution reverted: custom error {hexed(selector)}"
    return "execution reverted"
