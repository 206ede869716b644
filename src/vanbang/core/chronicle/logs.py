"""An event as the chain logs it, and the hash chain `head` over an issuer's events (docs/format.md section 11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from eth_utils.crypto import keccak

NO_TOPIC: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Log:
    """A log of the registry: its block, its place in the block, one to four topics of 32 bytes, data."""

    block: int
    index: int
    topics: tuple[bytes, ...]
    data: bytes


def first_head(chain_id: int, registry: bytes, issuer_id: bytes) -> bytes:
    """`head` before the first event: keccak256(abi.encode(chain id, registry (20 bytes), issuerId))."""
    return keccak(chain_id.to_bytes(32, "big") + registry.rjust(32, b"\0") + issuer_id)


def fold(head: bytes, log: Log) -> bytes:
    """`head` after one more event: keccak256(abi.encode(head, topic0, topic2 or zero, keccak256(data)))."""
    topic2 = log.topics[2] if len(log.topics) > 2 else NO_TOPIC
    return keccak(head + log.topics[0] + topic2 + keccak(log.data))


def fold_all(head: bytes, logs: Iterable[Log]) -> bytes:
    """`head` after all these events, oldest first."""
    for log in logs:
        head = fold(head, log)
    return head
