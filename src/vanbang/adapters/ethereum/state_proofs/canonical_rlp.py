"""RLP in its one canonical form (Ethereum Yellow Paper, appendix B): what encodes again to other bytes is refused."""

from functools import lru_cache
from typing import TypeAlias

import rlp
from rlp.exceptions import RLPException

from vanbang.adapters.ethereum.state_proofs.errors import ProofInvalid

Item: TypeAlias = "bytes | list[Item]"


def decode_exactly(encoded: bytes, where: str) -> Item:
    """The item that `encoded` is the canonical encoding of. Raises ProofInvalid naming `where`.

    The caller bounds the length: nesting, and so recursion, is at most as deep as there are bytes.
    """
    try:
        return _decoded(encoded)
    except (RLPException, ValueError, RecursionError):
        raise ProofInvalid(where, "not canonical RLP") from None


def decode_integer(value: Item, where: str) -> int:
    """A scalar of at most 256 bits, big-endian without leading zeros (appendix B). Raises ProofInvalid."""
    if not isinstance(value, bytes) or len(value) > 32 or value[:1] == b"\0":
        raise ProofInvalid(where, "not an integer without leading zeros")
    return int.from_bytes(value, "big")


def encode(item: Item) -> bytes:
    """The canonical encoding of byte strings and lists of them."""
    encoded: bytes = rlp.encode(item)
    return encoded


@lru_cache(maxsize=4096)
def _decoded(encoded: bytes) -> Item:
    """Remembered: the nodes near a trie's root come with every proof."""
    item: Item = rlp.decode(encoded)
    if encode(item) != encoded:  # rlp refuses other forms by itself; proofs do not depend on its going on to
        raise ValueError
    return item
