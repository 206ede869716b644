"""One path through a Merkle Patricia trie (Ethereum Yellow Paper, appendix D), by a proof that is that path alone.

Only tries whose keys are Keccak-256 hashes occur here (state and storage): every path has 64 nibbles, a branch never
holds a value, and a leaf ends exactly where the path does.
"""

from collections.abc import Sequence
from typing import Final

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.state_proofs.canonical_rlp import Item, decode_exactly, encode
from vanbang.adapters.ethereum.state_proofs.errors import ProofInvalid

MAX_NODE_BYTES: Final = 1024
"""A branch of 16 references takes 532 bytes; a leaf holds at most 33 bytes of path and an account of 110."""
MAX_NODES: Final = 64
"""A path of 64 nibbles passes at most as many nodes."""
EMPTY_ROOT: Final = keccak(encode(b""))
"""The root of a trie without entries."""

_END: Final = "$"
"""Behind the 64 nibbles of a path, as a leaf's own path has it: no branch and no extension leads past it."""


def proven_value(root: bytes, key: bytes, proof: Sequence[bytes], where: str) -> bytes | None:
    """The value at Keccak-256(`key`) in the trie of `root` (32 bytes), None if the proof shows that there is none.

    Each node of `proof` (RLP, from the root on) is used exactly once and in order. Raises ProofInvalid with the place,
    `where` and the node's index, for a proof that shows neither.
    """
    if root == EMPTY_ROOT and list(proof) in ([], [encode(b"")]):
        return None
    if len(proof) > MAX_NODES:
        raise ProofInvalid(where, f"more than {MAX_NODES} nodes")
    item: Item = root
    path = keccak(key).hex() + _END
    used = 0
    while item and path:
        place = f"{where}[{used}]"
        if isinstance(item, bytes):
            node = _referenced(item, proof, used, place)
            used += 1
        else:
            node = _embedded(item, place)
        item, path = _descend(node, path, place)
    if used != len(proof):
        raise ProofInvalid(f"{where}[{used}]", "a node that is not on the path")
    if not isinstance(item, bytes):
        raise ProofInvalid(where, "a list for a value")
    return item or None


def _referenced(reference: bytes, proof: Sequence[bytes], index: int, place: str) -> list[Item]:
    """A node by its hash, which is how every node of 32 bytes or more is referred to, and the root always."""
    if len(reference) != 32:
        raise ProofInvalid(place, "a reference that is no hash")
    if index == len(proof):
        raise ProofInvalid(place, "the proof ends before the path does", reference.hex(), "nothing")
    encoded = proof[index]
    if len(encoded) > MAX_NODE_BYTES:
        raise ProofInvalid(place, f"a node of more than {MAX_NODE_BYTES} bytes")
    if (found := keccak(encoded)) != reference:
        raise ProofInvalid(place, "another node than the one referred to", reference.hex(), found.hex())
    if index and len(encoded) < 32:
        raise ProofInvalid(place, "a node this short stands inside its parent")
    return _as_node(decode_exactly(encoded, place), place)


def _embedded(item: list[Item], place: str) -> list[Item]:
    if len(encode(item)) >= 32:
        raise ProofInvalid(place, "a node this long is referred to by its hash")
    return _as_node(item, place)


def _as_node(item: Item, place: str) -> list[Item]:
    if not isinstance(item, list) or len(item) not in (2, 17):
        raise ProofInvalid(place, "neither a branch, an extension nor a leaf")
    return item


def _descend(node: list[Item], path: str, place: str) -> tuple[Item, str]:
    """What the node refers to or holds along `path`, and the rest of the path; an empty item where the path ends."""
    if len(node) == 17:
        if node[16] != b"" or path == _END:
            raise ProofInvalid(place, "a branch that holds a value")
        return node[int(path[0], 16)], path[1:]
    own, item = _hex_prefix(node[0], place), node[1]
    fits = len(own) == len(path) if own.endswith(_END) else 0 < len(own) < len(path) - 1
    if not fits or not item:
        raise ProofInvalid(place, "a path of another length, or one that leads to nothing")
    return (item, path[len(own) :]) if path.startswith(own) else (b"", path)


def _hex_prefix(encoded: Item, place: str) -> str:
    """Hex-prefix encoding (appendix C) as nibbles, a leaf's with the end mark."""
    if not isinstance(encoded, bytes) or not encoded:
        raise ProofInvalid(place, "a path that is no string")
    flag, nibbles = encoded.hex()[0], encoded.hex()[1:]
    if flag not in "0123" or (flag in "02" and nibbles[0] != "0"):
        raise ProofInvalid(place, "a path without a proper prefix")
    return (nibbles if flag in "13" else nibbles[1:]) + (_END if flag in "23" else "")
