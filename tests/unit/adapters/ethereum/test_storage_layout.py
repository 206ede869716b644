"""Slots and words of the registry's storage, computed a second time by hand."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from vanbang.adapters.ethereum import storage_layout
from vanbang.adapters.ethereum.contract import artifact
from vanbang.adapters.ethereum.storage_layout import (
    ANCHOR,
    KEY,
    REVOCATION,
    STATUS,
    TIP,
    Place,
    WordUnknown,
    slots_of,
    unpack,
    variable,
)

ISSUER = bytes(range(32))
ADDRESS = bytes(range(20))
STRING = Place(5, 0, "t_string_storage")


def hashed(*words: Any) -> int:
    """Keccak-256 over whole words."""
    return int.from_bytes(keccak(encode(["uint256"] * len(words), words)), "big")


def number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def stored(text: bytes) -> dict[int, int]:
    """A string as Solidity stores it in slot 5."""
    if len(text) < 32:
        return {5: number(text.ljust(31, b"\0") + bytes([2 * len(text)]))}
    words = {5: 2 * len(text) + 1}
    for index in range(0, len(text), 32):
        words[hashed(5) + index // 32] = number(text[index : index + 32].ljust(32, b"\0"))
    return words


def test_variables_and_their_parts_are_where_solidity_puts_them() -> None:
    """Mappings hash key and slot, arrays hash their slot, members follow each other."""
    keys, names, ids = variable("_keys"), variable("_names"), variable("_issuerIds")
    assert keys.of(ISSUER).of(ADDRESS).slot == hashed(number(ADDRESS), hashed(number(ISSUER), keys.slot))
    assert ids.entry(3).slot == hashed(ids.slot) + 3
    naming = names.of(ISSUER).entry(2)
    assert naming.slot == hashed(hashed(number(ISSUER), names.slot)) + 2 * 3
    assert [naming.member(name).slot - naming.slot for name in ("since", "code", "name")] == [0, 1, 2]


def test_every_variable_of_the_contract_is_known() -> None:
    """The state that is proven is all the state there is: a new variable has to be taken in here."""
    assert {entry["label"] for entry in artifact()["storageLayout"]["storage"]} == {
        "owner", "pendingOwner", "_issuers", "_names", "_keys", "_anchors", "_revocations", "_statusRoots",
        "_statuses", "_issuerIds",
    }  # fmt: skip


def test_members_that_share_a_word_are_taken_apart() -> None:
    """A member's value is its bytes of the word and no others; a shared word is read once."""
    control = variable("_issuers").of(ISSUER).member("control")
    parts = [control.member(name) for name in ("voidSince", "pendingAdmin", "pendingAdminFrom", "registrar")]
    words = {control.slot: 7 | number(ADDRESS) << 40 | 9 << 200 | 1 << 248}
    assert [part.value(words) for part in parts] == [7, number(ADDRESS), 9, 1]
    assert slots_of(parts) == [control.slot]


@pytest.mark.parametrize("widths", [TIP, KEY, ANCHOR, REVOCATION, STATUS])
def test_packed_words_are_taken_apart(widths: dict[str, int]) -> None:
    """Fields come lowest first; bits that no field has are refused with the word."""
    word, shift, expected = 0, 0, []
    for place, bits in enumerate(widths.values(), 1):
        expected.append(place % (1 << bits))
        word |= expected[-1] << shift
        shift += bits
    assert list(unpack("a word", word, widths).values()) == expected
    if shift < 256:
        with pytest.raises(WordUnknown) as caught:
            unpack("a word", 1 << shift, widths)
        assert caught.value.word == 1 << shift


@given(st.text(max_size=75).filter(lambda text: len(text.encode()) <= 300))
def test_strings_of_any_length_are_read(text: str) -> None:
    """Up to 31 bytes stand in the slot itself, more in the slots from its hash on."""
    words = stored(text.encode())
    assert STRING.string_slots(words) == [slot for slot in words if slot != 5]
    assert STRING.string(words) == text


@pytest.mark.parametrize(
    "words",
    [
        {5: number(b"a".ljust(31, b"\0") + b"\x40")},
        {5: number(b"ab".ljust(31, b"\0") + b"\x02")},
        {5: number(b"\xff".ljust(31, b"\0") + b"\x02")},
        {5: 2 * 31 + 1},
        {5: 2 * 301 + 1},
        {5: (1 << 256) - 1},
        {5: 2 * 33 + 1, hashed(5): number(b"a" * 32), hashed(5) + 1: number(b"ab".ljust(32, b"\0"))},
    ],
)
def test_a_string_has_one_form(words: dict[int, int]) -> None:
    """Lengths that do not fit, bytes behind the end and what is not UTF-8 are words the registry never writes."""
    with pytest.raises(WordUnknown):
        STRING.string(words)


def test_the_limit_of_a_string_is_the_contracts() -> None:
    """A name may be as long as the contract lets it be."""
    words = stored(b"n" * storage_layout.MAX_STRING_BYTES)
    assert len(STRING.string(words)) == 300
