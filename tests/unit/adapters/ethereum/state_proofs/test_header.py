"""Headers of every hardfork, recorded from a real node."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from recorded_proofs import recording, unhex
from vanbang.adapters.ethereum.state_proofs import NoStateProofs, ProofInvalid, proven_header
from vanbang.adapters.ethereum.state_proofs.header import FIELDS, LATER_FIELDS

HARDFORKS = ("istanbul", "london", "shanghai", "cancun", "prague", "osaka")


def recorded(fork: str) -> tuple[dict[str, Any], bytes]:
    block = recording()["headers"][fork]
    return dict(block), unhex(block["hash"])


def other(value: str) -> str:
    """Another value of the same form and length."""
    return value[:-1] + ("1" if value[-1] == "0" else "0") if value not in ("0x", "0x1") else "0x11"


@pytest.mark.parametrize("fork", HARDFORKS)
def test_a_header_of_each_hardfork_hashes_to_its_block(fork: str) -> None:
    """The fields that a hardfork added are encoded as the node encodes them."""
    block, block_hash = recorded(fork)
    header = proven_header(block, block_hash)
    assert (header.hash, header.number) == (block_hash, int(block["number"], 16))
    assert header.state_root == unhex(block["stateRoot"])
    assert header.timestamp == int(block["timestamp"], 16)


@pytest.mark.parametrize("place", [0, 1])
def test_headers_of_ethereums_own_chain(place: int) -> None:
    """Block 0 and block 23,535,880 of mainnet have the hashes that the world knows."""
    block = json.loads((Path(__file__).parent / "mainnet-headers.json").read_text())[place]
    assert proven_header(block, unhex(block["hash"])).number == (0, 23_535_880)[place]


def test_a_hardfork_that_a_chain_skipped_is_an_empty_field() -> None:
    """Nodes encode a field that is absent before one that is there as nothing: the hash is over that."""
    block, _ = recorded("cancun")
    del block["withdrawalsRoot"]
    with pytest.raises(ProofInvalid) as caught:
        proven_header(block, bytes(32))
    numbers = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", *LATER_FIELDS} - {"parentBeaconBlockRoot"}
    encoded = [
        b"" if name not in block else big_endian(block[name]) if name in numbers else unhex(block[name])
        for name in (*FIELDS, *list(LATER_FIELDS)[:5])
    ]
    assert caught.value.actual == keccak(rlp.encode(encoded)).hex()


def big_endian(quantity: str) -> bytes:
    return int(quantity, 16).to_bytes(32, "big").lstrip(b"\0")


@pytest.mark.parametrize("fork", HARDFORKS)
@pytest.mark.parametrize("field", [*FIELDS, *LATER_FIELDS])
def test_a_header_with_one_wrong_field_is_refused(fork: str, field: str) -> None:
    """Each field is part of the hash: changed, left out, or there although its hardfork is not."""
    block, block_hash = recorded(fork)
    changes = [{field: other(block.get(field, "0x0"))}]
    changes += [{field: 7}, {field: "0x0g"}] if field in block else []
    changes += [{field: None}] if field in FIELDS else []
    for change in changes:
        with pytest.raises(ProofInvalid):
            proven_header({**block, **change}, block_hash)


def test_what_the_answer_says_of_its_own_hash_counts_for_nothing() -> None:
    """A header with a changed state root is refused although the answer repeats the hash asked for; both are named."""
    block, block_hash = recorded("prague")
    assert proven_header({**block, "hash": "0x"}, block_hash).hash == block_hash
    with pytest.raises(ProofInvalid) as caught:
        proven_header({**block, "stateRoot": "0x" + "11" * 32}, block_hash)
    assert caught.value.expected == block_hash.hex() != caught.value.actual


def test_a_field_of_a_newer_hardfork_is_named() -> None:
    """A header whose hash needs fields this version does not know cannot be checked, which is not said to be wrong."""
    block, _ = recorded("osaka")
    with pytest.raises(NoStateProofs, match="slotNumber"):
        proven_header({**block, "slotNumber": "0x7"}, bytes(32))


def test_members_beside_the_header_do_no_harm() -> None:
    """What a chain adds to its JSON without adding it to the header is not looked at."""
    block, block_hash = recorded("cancun")
    assert proven_header({**block, "l1BlockNumber": "0x7"}, block_hash).hash == block_hash


@pytest.mark.parametrize("field", ["miner", "stateRoot", "logsBloom", "nonce"])
def test_hashes_have_one_length(field: str) -> None:
    """A byte more or less is refused before anything is hashed, with both lengths."""
    block, block_hash = recorded("prague")
    for value in (block[field] + "00", block[field][:-2]):
        with pytest.raises(ProofInvalid, match="wrong length: expected"):
            proven_header({**block, field: value}, block_hash)


@pytest.mark.parametrize("field", ["number", "timestamp"])
def test_numbers_past_all_use_are_refused(field: str) -> None:
    """A header that hashes rightly, with a number or a time that no JSON reader keeps exact."""
    block, _ = recorded("istanbul")
    block[field] = hex(2**53)
    with pytest.raises(ProofInvalid) as caught:
        proven_header(block, bytes(32))
    with pytest.raises(ProofInvalid, match="past all use"):
        proven_header(block, unhex(caught.value.actual))


def test_a_block_that_is_not_there_is_refused() -> None:
    """`null`, which stands for a block that the endpoint lacks, is no header."""
    with pytest.raises(ProofInvalid):
        proven_header(None, bytes(32))


VALUES = (
    st.none() | st.integers() | st.text() | st.from_regex(r"0x[0-9a-f]{0,70}", fullmatch=True) | st.lists(st.text())
)


@given(changes=st.dictionaries(st.sampled_from([*FIELDS, *LATER_FIELDS, "hash", "size"]) | st.text(), VALUES))
def test_anything_for_a_header_raises_only_our_errors(changes: dict[str, Any]) -> None:
    """Whatever an endpoint answers, there is a header with this very hash or an error of ours."""
    block, block_hash = recorded("prague")
    with suppress(ProofInvalid, NoStateProofs):
        assert proven_header({**block, **changes}, block_hash) == proven_header(block, block_hash)
