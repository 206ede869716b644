"""The second computation of a root, by merkletools: another program, which shares nothing with ours but SHA-256."""

from blockcerts_merkletools import MerkleTools

from vanbang.core.merkle import digests_in


def root_again(leaves: bytes) -> bytes:
    """The root over joined 32-byte leaf hashes, or over roots of subtrees."""
    tree = MerkleTools(hash_type="sha256")
    tree.add_leaf([leaf.hex() for leaf in digests_in(leaves)])
    tree.make_tree()
    return bytes.fromhex(tree.get_merkle_root())
