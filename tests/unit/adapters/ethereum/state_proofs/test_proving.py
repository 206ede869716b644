"""Words of storage out of a real node's answers, and every way to spoil such an answer."""

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from recorded_proofs import answer_about, block_header, code_hash, proven, recording, slots_of, unhex
from vanbang.adapters.ethereum.state_proofs import Header, ProofInvalid, ProvenOtherwise, prove

PRESENT = ("owner", "head", "key", "revocation", "status root")
ABSENT = ("no pending owner", "no parent of nobody", "no key 1", "no revocation")


def refused(answer: Any, slots: list[int] | None = None) -> None:
    with pytest.raises(ProofInvalid):
        proven(answer, slots)


def flipped(node: str) -> Iterator[str]:
    """The node with each of its bytes changed, one at a time."""
    data = unhex(node)
    for at in range(len(data)):
        yield "0x" + (data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]).hex()


def leaf_trie(key: bytes, value: bytes) -> tuple[bytes, str]:
    """A trie of one entry: its root, and its only node in hex."""
    node = rlp.encode([b"\x20" + keccak(key), value])
    return keccak(node), "0x" + node.hex()


def made_up(value: bytes, account: list[Any] | None = None, word: int = 5) -> None:
    """Proves slot 0 in a made-up state: a contract whose only word is stored as `value`, and said to be `word`."""
    storage_root, node = leaf_trie(bytes(32), value)
    stored = [b"\x01", b"", storage_root, b"\x02" * 32] if account is None else account
    state_root, account_node = leaf_trie(b"\x09" * 20, rlp.encode(stored))
    answer = {
        "nonce": "0x1", "balance": "0x0", "storageHash": "0x" + storage_root.hex(), "codeHash": "0x" + "02" * 32,
        "accountProof": [account_node],
        "storageProof": [{"key": "0x0", "value": hex(word), "proof": [node]}],
    }  # fmt: skip
    header = Header(bytes(32), 1, 1, state_root)
    assert prove(header, b"\x09" * 20, b"\x02" * 32, [0], answer) == {0: word}


def test_a_real_answer_proves_what_the_node_says() -> None:
    """Present and absent slots have the values that the node gave beside the proofs."""
    answer = recording()["answer"]
    expected = {int(proof["key"], 16): int(proof["value"], 16) for proof in answer["storageProof"]}
    assert proven(answer) == expected
    assert {name for name, word in zip(recording()["slots"], expected.values(), strict=True) if word} == set(PRESENT)


@pytest.mark.parametrize("name", [*PRESENT, *ABSENT])
def test_every_byte_of_a_storage_proof_counts(name: str) -> None:
    """A node with any one byte changed is refused."""
    answer = answer_about(name)
    nodes = answer["storageProof"][0]["proof"]
    for index, node in enumerate(list(nodes)):
        if index == 0 and name != "owner":
            continue  # the root node is the same in all of them
        for changed in flipped(node):
            nodes[index] = changed
            refused(answer)
        nodes[index] = node
    assert proven(answer)


def test_every_byte_of_the_account_proof_counts() -> None:
    """A node of the account's path with any one byte changed is refused."""
    answer = answer_about()
    for index, node in enumerate(list(answer["accountProof"])):
        for changed in flipped(node):
            answer["accountProof"][index] = changed
            refused(answer)
        answer["accountProof"][index] = node
    assert proven(answer) == {}


@pytest.mark.parametrize("name", [*PRESENT, *ABSENT, "account"])
def test_nodes_are_neither_dropped_doubled_moved_nor_added(name: str) -> None:
    """A proof is exactly its path."""
    answer = answer_about(*([] if name == "account" else [name]))
    holder = answer if name == "account" else answer["storageProof"][0]
    member = "accountProof" if name == "account" else "proof"
    nodes = list(holder[member])
    changes = [nodes[:at] + nodes[at + 1 :] for at in range(len(nodes))]
    changes += [nodes[: at + 1] + nodes[at:] for at in range(len(nodes))]
    changes += [nodes[::-1], [*nodes, nodes[0]], [nodes[-1], *nodes], [], ["0x80"], [*nodes, "0x80"], [*nodes, "0x"]]
    changes += [[*nodes[:-1], nodes[-1][:-2]], [*nodes[:-1], nodes[-1] + "00"]]
    for changed in changes:
        holder[member] = changed
        refused(answer)


def test_a_proof_of_another_slot_is_refused() -> None:
    """Each recorded proof in each other one's place, with its own key and with the one asked for."""
    whole = recording()["answer"]["storageProof"]
    for asked in whole:
        for given_instead in whole:
            if asked is given_instead:
                continue
            slot = int(asked["key"], 16)
            answer = answer_about()
            answer["storageProof"] = [given_instead]
            refused(answer, [slot])
            if given_instead["proof"] != asked["proof"]:
                answer["storageProof"] = [{**given_instead, "key": asked["key"]}]
                refused_or_absent(answer, slot, int(asked["value"], 16))


def refused_or_absent(answer: Any, slot: int, word: int) -> None:
    """One path may show two slots absent; never does it show a word that is not the slot's."""
    with suppress(ProofInvalid):
        assert proven(answer, [slot]) == {slot: word} == {slot: 0}


def test_neither_more_nor_fewer_slots_than_asked_for() -> None:
    """The answer's slots are those asked for, in this order."""
    answer = answer_about("owner", "key")
    owner, key = slots_of(answer)
    assert set(proven(answer)) == {owner, key}
    for slots in ([owner], [key, owner], [owner, key, 7], []):
        refused(answer, slots)


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_stored_is_not_absent(name: str) -> None:
    """A zero claimed beside a proof of presence, or with the proof cut to its upper nodes, is refused."""
    answer = answer_about(name)
    proof = answer["storageProof"][0]
    proof["value"] = "0x0"
    refused(answer)
    for length in range(len(proof["proof"])):
        refused({**answer, "storageProof": [{**proof, "proof": proof["proof"][:length]}]})


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_absent_is_not_stored(name: str) -> None:
    """A word claimed beside a proof of absence, or with the proof of a stored one, is refused."""
    answer = answer_about(name)
    proof = answer["storageProof"][0]
    proof["value"] = "0x1"
    refused(answer)
    stored = answer_about("owner")["storageProof"][0]
    refused({**answer, "storageProof": [{**stored, "key": proof["key"]}]})


@pytest.mark.parametrize("field", ["nonce", "balance", "storageHash", "codeHash"])
def test_the_account_is_what_its_proof_says(field: str) -> None:
    """A field of the account that differs from the proven one, or is missing, is refused."""
    for value in ("0x7", None, 7, "0x", "7"):
        refused({**answer_about("owner"), field: value})


def test_the_account_of_another_contract_is_refused() -> None:
    """A registry with the same code but of other hands does not pass for ours, whole or in part."""
    ours, others = recording()["answer"], recording()["other_answer"]
    other = unhex(recording()["other_registry"])
    assert prove(block_header(), other, code_hash(), slots_of(others), others)
    refused(others)
    refused({**ours, "accountProof": others["accountProof"]})
    refused({**others, "accountProof": ours["accountProof"]})
    refused({**ours, "storageProof": others["storageProof"]})


def test_other_code_is_not_the_registry() -> None:
    """A proven account with another code is found out, both hashes named; so is an address without an account."""
    answer = answer_about("owner")
    with pytest.raises(ProvenOtherwise) as caught:
        prove(block_header(), unhex(recording()["registry"]), bytes(32), slots_of(answer), answer)
    assert (caught.value.claimed, caught.value.proven) == (bytes(32).hex(), code_hash().hex())
    state_root, node = leaf_trie(b"\x09" * 20, b"\x01")
    with pytest.raises(ProvenOtherwise, match="none"):
        prove(Header(bytes(32), 1, 1, state_root), b"\x08" * 20, bytes(32), [], {"accountProof": [node]})


def test_a_proof_of_another_block_is_refused() -> None:
    """What holds under one state root does not hold under another."""
    answer = recording()["answer"]
    header = Header(bytes(32), 1, 1, keccak(b"another state"))
    with pytest.raises(ProofInvalid):
        prove(header, unhex(recording()["registry"]), code_hash(), slots_of(answer), answer)


def test_a_word_has_one_form() -> None:
    """Leading zeros, more than 32 bytes, lists and bytes behind the end are refused under any root."""
    made_up(b"\x05")
    made_up(b"\x80", word=0)
    for value in (b"\x00", b"\x80", b"\x81\x05", b"\x82\x00\x05", b"\x05\x05", b"\xc1\x05", b"\xa1" + b"\x05" * 33):
        with pytest.raises(ProofInvalid):
            made_up(value)


def test_an_account_has_one_form() -> None:
    """Four fields, integers without leading zeros, hashes of 32 bytes."""
    root, _ = leaf_trie(bytes(32), b"\x05")
    code = b"\x02" * 32
    good = [b"\x01", b"", root, code]
    made_up(b"\x05", good)
    for account in (
        good[:3], [*good, b""], [b"\x00\x01", b"", root, code], [b"\x01", b"\x00", root, code],
        [b"\x01" * 33, b"", root, code], [[], b"", root, code], [b"\x01", b"", root[:31], code],
        [b"\x01", b"", root, code + b"\0"], [b"\x01", b"", [root], code],
    ):  # fmt: skip
        with pytest.raises(ProofInvalid):
            made_up(b"\x05", account)


def test_each_slots_proof_is_an_object() -> None:
    """Anything else in its place is refused."""
    for entry in (None, [], "0x", 7):
        refused({**answer_about("owner"), "storageProof": [entry]}, [0])


def test_sizes_are_bounded_before_anything_is_decoded() -> None:
    """Too many nodes, too long ones, and what is no hex at all are refused with their place."""
    answer = answer_about("owner")
    for nodes in (["0x80"] * 65, ["0x" + "c1" * 1025], ["0xc"], ["80"], [None], None, "0x80", {}):
        refused({**answer, "accountProof": nodes})
        refused({**answer, "storageProof": [{**answer["storageProof"][0], "proof": nodes}]})


SPOILT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.from_regex(r"0x[0-9a-f]{0,80}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["key", "value", "proof"]), inner),
    max_leaves=8,
)


@given(member=st.sampled_from(["accountProof", "storageProof", "nonce", "codeHash", None]), spoilt=SPOILT)
def test_anything_for_an_answer_raises_only_our_errors(member: str | None, spoilt: Any) -> None:
    """Any JSON in place of an answer or of a part of it is refused as one, or proves the very same words."""
    answer = answer_about("owner", "no key 1")
    slots, words = slots_of(answer), proven(answer)
    with suppress(ProofInvalid):
        assert proven(spoilt if member is None else {**answer, member: spoilt}, slots) == words


@given(data=st.data())
def test_any_change_within_a_proof_is_refused(data: st.DataObject) -> None:
    """Any JSON for any one node, key or value of a real answer."""
    answer = answer_about("owner", "key", "no key 1", "no revocation")
    words, slots = proven(answer), slots_of(answer)
    spoilt = deepcopy(answer)
    proof = data.draw(st.sampled_from(spoilt["storageProof"]))
    member = data.draw(st.sampled_from(["key", "value", "proof"]))
    if member == "proof":
        at = data.draw(st.integers(0, len(proof["proof"]) - 1))
        proof["proof"][at] = data.draw(SPOILT)
    else:
        proof[member] = data.draw(SPOILT)
    with suppress(ProofInvalid):
        assert proven(spoilt, slots) == words
