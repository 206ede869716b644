"""Calls of the registry as bytes, and its errors as text, by the artifact's ABI."""

from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import abi_to_signature, get_abi_input_types
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.contract import abi

REFUSALS = (
    "None", "Expired", "UnknownIssuer", "IssuerNotActive", "IssuerIsVoid", "BadSignature", "UnknownKey", "WrongRole",
    "KeyNotYetValid", "KeyEnded", "KeyIsCompromised", "EmptyGroup", "EmptyTree",
)  # fmt: skip
"""IAnchorRegistry.Refusal; the ABI has only the numbers."""


def encode_call(function: str, *arguments: Any) -> bytes:
    """Selector and arguments of a function of the registry."""
    entry = _entries("function")[function]
    return _selector(entry) + encode(get_abi_input_types(entry), arguments)


def error_text(data: bytes) -> str:
    """A revert's data as `Name(argument, ...)`, as hex if it is no error of the registry."""
    for entry in _entries("error").values():
        if data[:4] == _selector(entry):
            try:
                values = decode(get_abi_input_types(entry), data[4:])
            except DecodingError:
                break
            words = [_text(value, part) for value, part in zip(values, entry["inputs"], strict=True)]
            return f"{entry['name']}({', '.join(words)})"
    return "0x" + data.hex()


@cache
def _entries(kind: str) -> dict[str, Any]:
    return {entry["name"]: entry for entry in abi() if entry["type"] == kind}


def _selector(entry: Any) -> bytes:
    return keccak(text=abi_to_signature(entry))[:4]


def _text(value: Any, part: Any) -> str:
    if part.get("internalType", "").endswith(".Refusal") and value < len(REFUSALS):
        return REFUSALS[value]
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
