"""Words of a contract's storage, proven against a block's state root (EIP-1186)."""

import re
from collections.abc import Sequence
from typing import Any

from vanbang.adapters.ethereum.state_proofs.canonical_rlp import decode_exactly, decode_integer
from vanbang.adapters.ethereum.state_proofs.errors import ProofInvalid, ProvenOtherwise
from vanbang.adapters.ethereum.state_proofs.header import Header
from vanbang.adapters.ethereum.state_proofs.trie_path import MAX_NODE_BYTES, MAX_NODES, proven_value

_WORD = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")
_NODE = re.compile(r"0x(?:[0-9a-fA-F]{2})+\Z")


def prove(header: Header, contract: bytes, code_hash: bytes, slots: Sequence[int], answer: Any) -> dict[int, int]:
    """The word in each of `slots` of the contract (20 bytes) at the header's block; zero where nothing is stored.

    `answer` is what eth_getProof gave for exactly these slots in this order. Account and words are proven, present or
    absent, and what the answer says of them beside the proofs must be what they prove. Raises ProofInvalid with the
    place; ProvenOtherwise if the account's code is not the one with `code_hash`, Keccak-256, 32 bytes.
    """
    storage_root = _account(header, contract, code_hash, answer)
    proofs = _listed(answer, "storageProof", len(slots), "answer")
    if len(proofs) != len(slots):
        raise ProofInvalid("storageProof", "another number of slots", str(len(slots)), str(len(proofs)))
    return {
        slot: _word(storage_root, slot, proof, f"storageProof[{index}]")
        for index, (slot, proof) in enumerate(zip(slots, proofs, strict=True))
    }


def _account(header: Header, contract: bytes, code_hash: bytes, answer: Any) -> bytes:
    """The storage root of the contract's account (Yellow Paper, section 4.1)."""
    value = proven_value(header.state_root, contract, _nodes(answer, "accountProof", "answer"), "accountProof")
    if value is None:
        raise ProvenOtherwise(f"the contract 0x{contract.hex()} in block {header.number}", "an account", "none")
    account = decode_exactly(value, "accountProof")
    if not isinstance(account, list) or len(account) != 4:
        raise ProofInvalid("accountProof", "not an account")
    nonce, balance = (decode_integer(number, "accountProof") for number in account[:2])
    storage_root, code = (_hash(item) for item in account[2:])
    for name, proven in (("nonce", nonce), ("balance", balance)):
        _require_equal(proven, answer.get(name), name)
    for name, digest in (("storageHash", storage_root), ("codeHash", code)):
        _require_equal(int.from_bytes(digest, "big"), answer.get(name), name)
    if code != code_hash:
        raise ProvenOtherwise(f"the code of 0x{contract.hex()}", code_hash.hex(), code.hex())
    return storage_root


def _word(storage_root: bytes, slot: int, proof: Any, where: str) -> int:
    if not isinstance(proof, dict):
        raise ProofInvalid(where, "not an object")
    _require_equal(slot, proof.get("key"), f"{where}.key")
    where_proof = f"{where}.proof"
    value = proven_value(storage_root, slot.to_bytes(32, "big"), _nodes(proof, "proof", where), where_proof)
    # A zero may also be stored: clients delete such entries, anvil keeps them.
    word = 0 if value is None else decode_integer(decode_exactly(value, where_proof), where_proof)
    _require_equal(word, proof.get("value"), f"{where}.value")
    return word


def _hash(item: Any) -> bytes:
    if not isinstance(item, bytes) or len(item) != 32:
        raise ProofInvalid("accountProof", "not an account")
    return item


def _require_equal(proven: int, said: Any, where: str) -> None:
    if not isinstance(said, str) or not _WORD.match(said):
        raise ProofInvalid(where, "missing, or not in the form of JSON-RPC")
    if int(said, 16) != proven:
        raise ProofInvalid(where, "not what is proven", hex(proven), said)


def _nodes(answer: Any, name: str, where: str) -> list[bytes]:
    nodes = _listed(answer, name, MAX_NODES, where)
    for index, node in enumerate(nodes):
        if not isinstance(node, str) or len(node) > 2 + 2 * MAX_NODE_BYTES or not _NODE.match(node):
            raise ProofInvalid(f"{where}.{name}[{index}]", "not a node in hex, or too long")
    return [bytes.fromhex(node[2:]) for node in nodes]


def _listed(answer: Any, name: str, limit: int, where: str) -> list[Any]:
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, list) or len(found) > limit:
        raise ProofInvalid(f"{where}.{name}", f"not a list of at most {limit}")
    return found
