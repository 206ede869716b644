"""A block's header, encoded again from an endpoint's JSON until it hashes to the block's hash."""

import re
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.state_proofs.canonical_rlp import encode
from vanbang.adapters.ethereum.state_proofs.errors import NoStateProofs, ProofInvalid
from vanbang.core.encoding import MAX_INTEGER

INTEGER: Final = 0
ANY_LENGTH: Final = -1

FIELDS: Final = {
    "parentHash": 32, "sha3Uncles": 32, "miner": 20, "stateRoot": 32, "transactionsRoot": 32, "receiptsRoot": 32,
    "logsBloom": 256, "difficulty": INTEGER, "number": INTEGER, "gasLimit": INTEGER, "gasUsed": INTEGER,
    "timestamp": INTEGER, "extraData": ANY_LENGTH, "mixHash": 32, "nonce": 8,
}  # fmt: skip
"""The header's fields in order (Yellow Paper, section 4.3), each with its bytes, INTEGER or ANY_LENGTH."""

LATER_FIELDS: Final = {
    "baseFeePerGas": INTEGER,  # EIP-1559, London
    "withdrawalsRoot": 32,  # EIP-4895, Shanghai
    "blobGasUsed": INTEGER, "excessBlobGas": INTEGER,  # EIP-4844, Cancun
    "parentBeaconBlockRoot": 32,  # EIP-4788, Cancun
    "requestsHash": 32,  # EIP-7685, Prague
}  # fmt: skip
"""What hardforks have put behind them. A chain that skipped one and has a later one encodes the gap as empty."""

_NOT_IN_THE_HEADER: Final = {"hash", "size", "totalDifficulty", "uncles", "transactions", "withdrawals"}
_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,63})\Z")
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")


@dataclass(frozen=True, slots=True)
class Header:
    """What we use of a block's header, once its hash has been recomputed; `timestamp` is unix time."""

    hash: bytes
    number: int
    timestamp: int
    state_root: bytes


def proven_header(block: Any, block_hash: bytes) -> Header:
    """The header with this hash (32 bytes), from the answer to eth_getBlockByHash.

    Whatever the answer says of its own hash is not looked at. Raises ProofInvalid if the header hashes to something
    else, NoStateProofs if that may be because it has fields that this version does not know.
    """
    if not isinstance(block, dict):
        raise ProofInvalid("block", "not an object")
    found = keccak(encode(list(_encoded_fields(block))))
    if found != block_hash:
        unknown = sorted(set(block) - set(FIELDS) - set(LATER_FIELDS) - _NOT_IN_THE_HEADER)
        if unknown:
            raise NoStateProofs(
                f"the block 0x{block_hash.hex()} has header fields of a newer hardfork: {', '.join(unknown)[:200]}"
            )
        raise ProofInvalid("block", "the header has another hash", block_hash.hex(), found.hex())
    number, timestamp = int(block["number"], 16), int(block["timestamp"], 16)
    if max(number, timestamp) > MAX_INTEGER:
        raise ProofInvalid("block", "a number or a time past all use")
    return Header(block_hash, number, timestamp, bytes.fromhex(block["stateRoot"][2:]))


def _encoded_fields(block: dict[str, Any]) -> list[bytes]:
    later = [name for name in LATER_FIELDS if block.get(name) is not None]
    newest = list(LATER_FIELDS).index(later[-1]) + 1 if later else 0
    values = [_value(block.get(name), kind, name) for name, kind in FIELDS.items()]
    for name in list(LATER_FIELDS)[:newest]:
        values.append(_value(block[name], LATER_FIELDS[name], name) if name in later else b"")
    return values


def _value(value: Any, kind: int, name: str) -> bytes:
    """A field as the bytes that RLP has: an integer is big-endian without leading zeros."""
    form = _QUANTITY if kind == INTEGER else _DATA
    if not isinstance(value, str) or not form.match(value):
        raise ProofInvalid(f"block.{name}", "missing, or not in the form of JSON-RPC")
    if kind == INTEGER:
        number = int(value, 16)
        return number.to_bytes((number.bit_length() + 7) // 8, "big")
    data = bytes.fromhex(value[2:])
    if kind not in (ANY_LENGTH, len(data)):
        raise ProofInvalid(f"block.{name}", "of the wrong length", f"{kind} bytes", f"{len(data)} bytes")
    return data
