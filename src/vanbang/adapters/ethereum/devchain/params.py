"""Reading JSON-RPC parameters: exact shapes in, plain values out; everything else is an error -32602."""

import re
from typing import Literal, TypeVar

from vanbang.adapters.ethereum.devchain.errors import invalid_params

Tag = Literal["latest", "earliest", "pending", "safe", "finalized"]
BlockTag = int | bytes | Tag  # a number, a 32-byte hash or a tag
TAGS: dict[str, Tag] = {
    "latest": "latest",
    "earliest": "earliest",
    "pending": "pending",
    "safe": "safe",
    "finalized": "finalized",
}

MAX_UINT256 = 2**256 - 1
MAX_UINT64 = 2**64 - 1
ADDRESS_BYTES = 20
HASH_BYTES = 32
MAX_BLOCKS_AT_ONCE = 10_000  # keeps one mining request under a few minutes

_QUANTITY = re.compile(r"0[xX][0-9a-fA-F]{1,64}")
_DATA = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*")

T = TypeVar("T")


def quantity(value: object, limit: int = MAX_UINT256) -> int:
    """A whole number from 0 to `limit`, as 0x-hex or, as anvil allows, a JSON integer."""
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        number = int(value, 16)
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        number = value
    else:
        raise invalid_params(f"{_shown(value)} is not a quantity (0x-hex without sign)")
    if number > limit:
        raise invalid_params(f"{_shown(value)} is larger than {hex(limit)}")
    return number


def data(value: object) -> bytes:
    """Bytes of any length, as 0x-hex of even length."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise invalid_params(f"invalid value: {_shown(value)}, expected a valid hex string")
    return bytes.fromhex(value[2:])


def address(value: object) -> bytes:
    """20 bytes as 0x-hex; letter case (the EIP-55 checksum) is not looked at."""
    return _sized(value, ADDRESS_BYTES)


def digest(value: object) -> bytes:
    """32 bytes as 0x-hex."""
    return _sized(value, HASH_BYTES)


def _sized(value: object, size: int) -> bytes:
    octets = data(value)
    if len(octets) != size:
        raise invalid_params(f"invalid length: {_shown(value)}, expected {size} bytes")
    return octets


def flag(value: object) -> bool:
    """A JSON true or false."""
    if not isinstance(value, bool):
        raise invalid_params(f"{_shown(value)} is not a boolean")
    return value


def members(value: object) -> dict[str, object]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise invalid_params(f"{_shown(value)} is not an object")
    return value


def array(value: object, limit: int) -> list[object]:
    """A JSON array of at most `limit` items."""
    if not isinstance(value, list):
        raise invalid_params(f"{_shown(value)} is not an array")
    if len(value) > limit:
        raise invalid_params(f"an array of {len(value)} items is longer than {limit}")
    return value


def block_tag(value: object) -> BlockTag:
    """A tag, a number, or the object form of EIP-1898 ({blockNumber} or {blockHash}); null means the head."""
    if value is None:
        return "latest"
    if isinstance(value, str) and value in TAGS:
        return TAGS[value]
    if not isinstance(value, dict):
        return quantity(value, MAX_UINT64)
    if ("blockHash" in value) == ("blockNumber" in value):
        raise invalid_params("expected exactly one of blockHash and blockNumber")
    return digest(value["blockHash"]) if "blockHash" in value else block_tag(value["blockNumber"])


def block_number_tag(value: object) -> int | Tag:
    """A tag or a number."""
    tag = block_tag(value)
    if isinstance(tag, bytes):
        raise invalid_params("a block hash is not allowed here")
    return tag


def _shown(value: object) -> str:
    """The offending value, shortened, for a message."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
