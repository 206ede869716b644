"""The compiled AnchorRegistry as the package ships it: interface, creation code, and the code of every deployment."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from eth_utils.crypto import keccak


@cache
def artifact() -> dict[str, Any]:
    """What scripts/compile-contracts wrote: ABI, both codes, compiler with settings, SHA-256 of the sources."""
    text = files(__package__).joinpath("artifacts", "AnchorRegistry.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def abi() -> list[dict[str, Any]]:
    """The contract's ABI, constants included (the interface proper is in contracts/IAnchorRegistry.sol)."""
    entries: list[dict[str, Any]] = artifact()["abi"]
    return entries


def bytecode() -> bytes:
    """The creation code; the constructor takes no argument, and the sender becomes the owner."""
    return _code("bytecode")


def runtime_code() -> bytes:
    """What `eth_getCode` answers for every deployment: nothing in it depends on chain or address."""
    return _code("deployedBytecode")


@cache
def runtime_code_hash() -> bytes:
    """Keccak-256 of `runtime_code()`, 32 bytes: compare it before trusting a registry's address."""
    return keccak(runtime_code())


def _code(field: str) -> bytes:
    code: str = artifact()[field]
    return bytes.fromhex(code.removeprefix("0x"))
