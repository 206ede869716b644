"""Proofs that are a path and nothing else; py-trie is the second opinion."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from vanbang.adapters.ethereum.state_proofs import ProofInvalid
from vanbang.adapters.ethereum.state_proofs.trie_path import EMPTY_ROOT, MAX_NODES, proven_value

KEY = b"key"
PATH = keccak(KEY)


def compact(nibbles: str, *, leaf: bool) -> bytes:
    odd = len(nibbles) % 2
    return bytes.fromhex(f"{2 * leaf + odd}{'' if odd else '0'}{nibbles}")


def trie_of(entries: Mapping[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for path, value in entries.items():
        trie[path] = value
    return trie


def proof_by_trie(trie: HexaryTrie, path: bytes) -> list[bytes]:
    """Nodes as EIP-1186 lists them: one that stands inside its parent is not listed again."""
    nodes = [rlp.encode(node) for node in trie.get_proof(path)]
    return [node for index, node in enumerate(nodes) if len(node) >= 32 or (index == 0 and node != b"\x80")]


def proven(root: bytes, *nodes: Any) -> bytes | None:
    """Of nodes given as items or as bytes, at KEY."""
    return proven_value(root, KEY, [n if isinstance(n, bytes) else rlp.encode(n) for n in nodes], "proof")


def refused(*nodes: Any, root: bytes | None = None, match: str = "") -> None:
    """A proof whose hashes all fit (the root is the first node's own) and which is refused nevertheless."""
    first = nodes[0] if isinstance(nodes[0], bytes) else rlp.encode(nodes[0])
    with pytest.raises(ProofInvalid, match=match):
        proven(keccak(first) if root is None else root, *nodes)


def branch(**children: Any) -> list[Any]:
    """A branch; `_a` is the child at nibble a, `value` the value."""
    node: list[Any] = [children.get(f"_{nibble:x}", b"") for nibble in range(16)]
    return [*node, children.get("value", b"")]


def leaf(value: Any = b"\x07", nibbles: str = PATH.hex()) -> list[Any]:
    return [compact(nibbles, leaf=True), value]


@given(
    entries=st.dictionaries(st.integers(0, 60), st.binary(min_size=1, max_size=40), max_size=40),
    asked=st.integers(0, 80),
)
def test_a_walk_finds_what_py_trie_finds(entries: dict[int, bytes], asked: int) -> None:
    """Over any trie, present and absent keys alike have the value that an independent implementation reads."""
    key = bytes([asked])
    trie = trie_of({keccak(bytes([name])): value for name, value in entries.items()})
    proof = proof_by_trie(trie, keccak(key))
    assert proven_value(trie.root_hash, key, proof, "proof") == entries.get(asked)


@given(
    entries=st.dictionaries(st.integers(0, 30), st.binary(min_size=1, max_size=40), min_size=2, max_size=30),
    asked=st.integers(0, 40),
    data=st.data(),
)
def test_no_node_too_many_too_few_or_elsewhere(entries: dict[int, bytes], asked: int, data: st.DataObject) -> None:
    """Dropping, repeating, exchanging or adding any node of a proof makes it none."""
    key = bytes([asked])
    trie = trie_of({keccak(bytes([name])): value for name, value in entries.items()})
    proof = proof_by_trie(trie, keccak(key))
    at = data.draw(st.integers(0, len(proof) - 1))
    stranger = rlp.encode(leaf())
    for changed in mutations(proof, at, stranger):
        with pytest.raises(ProofInvalid):
            proven_value(trie.root_hash, key, changed, "proof")


def mutations(proof: Sequence[bytes], at: int, stranger: bytes) -> list[list[bytes]]:
    before, node, after = list(proof[:at]), proof[at], list(proof[at + 1 :])
    changed = [
        before + after,
        [*before, node, node, *after],
        [*before, stranger, node, *after],
        [*before, node, *after, stranger],
        [*before, stranger, *after],
        [*before, node[:-1], *after],
        [*before, node + b"\0", *after],
        [*before, b"", *after],
    ]
    return changed + ([list(reversed(proof))] if len(proof) > 1 else [])


def test_a_node_below_32_bytes_stands_inside_its_parent() -> None:
    """Two paths that part at their ends have leaves within the branch; listed apart, they are strangers."""
    sibling = PATH[:-1] + bytes([PATH[-1] ^ 0x10])
    trie = trie_of({PATH: b"\x07", sibling: b"\x08"})
    proof = proof_by_trie(trie, PATH)
    assert len(proof) < len(trie.get_proof(PATH))
    assert proven(trie.root_hash, *proof) == b"\x07"
    with pytest.raises(ProofInvalid, match="not on the path"):
        proven(trie.root_hash, *map(rlp.encode, trie.get_proof(PATH)))


def test_an_empty_trie_holds_nothing() -> None:
    """Nodes write the proof of an empty trie as no node, or as the empty one; nothing else passes for it."""
    assert proven(EMPTY_ROOT) is None
    assert proven(EMPTY_ROOT, b"\x80") is None
    for nodes in ([b"\x80", b"\x80"], [leaf()], [b""]):
        with pytest.raises(ProofInvalid):
            proven(EMPTY_ROOT, *nodes)


def test_absence_takes_a_proof() -> None:
    """Without a node nothing is proven absent, unless the trie is empty."""
    with pytest.raises(ProofInvalid, match="ends before"):
        proven(keccak(rlp.encode(leaf())))


def test_leaf_extension_and_branch_can_each_show_absence() -> None:
    """Another leaf, an extension that leads elsewhere, an empty place in a branch: each where the path would go on."""
    elsewhere = f"{int(PATH.hex()[0], 16) ^ 1:x}"
    for node in (
        leaf(nibbles=elsewhere + PATH.hex()[1:]),
        [compact(elsewhere + "12", leaf=False), bytes(32)],
        branch(**{f"_{elsewhere}": b"\x01" * 32}),
    ):
        assert proven(keccak(rlp.encode(node)), node) is None


@pytest.mark.parametrize(
    ("node", "match"),
    [
        (leaf(b""), "leads to nothing"),
        (leaf([b"\x01"]), "list for a value"),
        (leaf(nibbles=PATH.hex()[:-1]), "another length"),
        (leaf(nibbles=PATH.hex() + "0"), "another length"),
        ([compact("", leaf=False), bytes(32)], "another length"),
        ([compact(PATH.hex(), leaf=False), bytes(32)], "another length"),
        ([compact(PATH.hex()[:4], leaf=False), b""], "leads to nothing"),
        ([compact(PATH.hex()[:4], leaf=False), b"\x01" * 31], "no hash"),
        ([compact(PATH.hex()[:4], leaf=False), leaf()], "by its hash"),
        ([b"\x21" + PATH, b"\x07"], "proper prefix"),
        ([b"\x2f" + PATH, b"\x07"], "proper prefix"),
        ([b"\x40" + PATH, b"\x07"], "proper prefix"),
        ([b"", b"\x07"], "no string"),
        ([[PATH], b"\x07"], "no string"),
        (branch(value=b"\x07"), "holds a value"),
        ([b""] * 16, "neither a branch"),
        ([PATH, b"\x07", b""], "neither a branch"),
        ([], "neither a branch"),
        (rlp.encode(b"\x07" * 40), "neither a branch"),
        (branch(**{f"_{PATH.hex()[0]}": [b"\x20"]}), "neither a branch"),
        (branch(**{f"_{PATH.hex()[0]}": []}), "list for a value"),
    ],
)
def test_a_node_out_of_form_is_refused_even_under_its_own_hash(node: Any, match: str) -> None:
    """A root that somebody made up over a malformed node proves nothing."""
    refused(node, match=match)


def test_no_branch_lies_past_the_end_of_a_path() -> None:
    """Where 64 nibbles have led there can only be a leaf."""
    past = branch(_0=bytes(32))
    above = branch(**{f"_{PATH.hex()[63]}": keccak(rlp.encode(past))})
    top = [compact(PATH.hex()[:63], leaf=False), keccak(rlp.encode(above))]
    refused(top, above, past, match="holds a value")


def long_form(node: bytes) -> bytes:
    """The same list with its length written in one byte more than needed."""
    assert node[0] == 0xF8
    return b"\xf9\x00" + node[1:]


@pytest.mark.parametrize(
    "encoded",
    [
        long_form(rlp.encode(leaf(b"\x07" * 40))),
        rlp.encode(leaf()) + b"\0",
        rlp.encode(leaf())[:-1],
        rlp.encode(leaf())[:-1] + b"\x81\x07",
        b"\xe4" + rlp.encode(PATH + b"\x07" * 4),
        b"\xc1" * 1000,
        b"\xff" * 40,
        b"\xbf" + b"\xff" * 40,
    ],
)
def test_rlp_has_one_form(encoded: bytes) -> None:
    """Longer lengths, bytes behind the end, a wrapped single byte, a cut end and deep nesting are refused."""
    refused(encoded, match="canonical|neither")


def test_a_short_node_by_its_hash_is_refused() -> None:
    """Below the root, only a node of 32 bytes or more is referred to by its hash."""
    short = leaf(nibbles=PATH.hex()[-2:])
    above = branch(**{f"_{PATH.hex()[61]}": keccak(rlp.encode(short))})
    top = [compact(PATH.hex()[:61], leaf=False), keccak(rlp.encode(above))]
    refused(top, above, short, match="inside its parent")


def test_sizes_are_bounded_before_anything_is_parsed() -> None:
    """More nodes than a path has nibbles, and nodes longer than any can be, are refused unread."""
    with pytest.raises(ProofInvalid, match=f"more than {MAX_NODES}"):
        proven(bytes(32), *[b"\x80"] * (MAX_NODES + 1))
    refused(b"\xc1" * 1025, match="more than 1024")


@given(nodes=st.lists(st.binary(max_size=80), max_size=4), whole=st.booleans())
def test_any_bytes_raise_only_our_error(nodes: list[bytes], whole: bool) -> None:
    """Bytes nobody meant as nodes are refused as such, under a stranger's root and under their own."""
    root = keccak(nodes[0]) if whole and nodes else PATH
    with suppress(ProofInvalid):
        assert proven(root, *nodes) is None
