"""Calls to the registry, and their answers."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.core.encoding import Digest
from vanbang.core.errors import FormatError
from vanbang.core.registry import (
    Anchor,
    Dossier,
    Key,
    Naming,
    StatusRoot,
    dossier_call,
    key_call,
    read_dossier,
    read_key,
)
from world import ANCHORED_AT, Chain, World, address, seed

RESULT = Chain().dossier(seed("status"), 3)


def test_the_calls_are_those_that_an_abi_library_encodes() -> None:
    """Selector and arguments."""
    key = World().anchor_key()
    types = ["bytes32", "bytes32", "uint64", "bytes32"]
    data = encode(types, [key.issuer_id, key.root, key.tree_size, key.manifest_hash])
    assert dossier_call(key) == "0x" + (keccak(b"dossierOf(bytes32,bytes32,uint64,bytes32)")[:4] + data).hex()
    data = encode(["bytes32", "address"], [key.issuer_id, "0x" + address("officer").hex()])
    assert key_call(key.issuer_id, address("officer")) == "0x" + (keccak(b"keyOf(bytes32,address)")[:4] + data).hex()


def test_a_dossier_is_decoded() -> None:
    """All that judging needs."""
    dossier = read_dossier(RESULT)
    assert (dossier.anchor.signer, dossier.anchor.time) == (address("anchor key"), ANCHORED_AT)
    assert (dossier.status.root, dossier.status.epoch) == (seed("status"), 3)
    assert dossier.names[1] == Naming(1_750_000_000, "DSH", "Trường Đại học Sông Hồng")
    assert not dossier.revoked()
    assert not dossier.void_by(2**40)


@settings(max_examples=200)
@given(st.integers(0, len(RESULT) - 1), st.integers(0, 255), st.booleans())
def test_bytes_changed_or_cut_are_another_dossier_or_none(position: int, byte: int, cut: bool) -> None:
    """Two different results never decode to the same dossier unless they differ in what is not kept."""
    changed = RESULT[:position] if cut else RESULT[:position] + bytes([byte]) + RESULT[position + 1 :]
    try:
        dossier = read_dossier(changed)
    except FormatError:
        return
    assert not cut
    ignored = {9, 16, 19}  # words: the revoker, the status root's setter, its previous block
    assert dossier != read_dossier(RESULT) or changed == RESULT or position // 32 in ignored


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    """Nothing but FormatError comes out."""
    for read in (read_dossier, read_key):
        try:
            read(data)
        except FormatError:
            continue


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**40 - 1))
def test_compromised_by_means_since_then_or_before(since: int, time: int) -> None:
    """0 means never."""
    assert Key(0, 0, since, 1).compromised_by(time) is (since != 0 and since <= time)


def test_a_key_has_four_words_exactly() -> None:
    """More, fewer or larger ones are refused."""
    good = encode(["uint40", "uint40", "uint40", "uint8"], [1, 2, 3, 4])
    assert read_key(good) == Key(1, 2, 3, 4)
    for bad in (b"", good[:-1], good + bytes(32), (2**40).to_bytes(32, "big") + good[32:]):
        with pytest.raises(FormatError):
            read_key(bad)


@pytest.mark.parametrize(
    ("key", "time", "acts"),
    [
        (Key(100, 200, 0, 1), 100, True),
        (Key(100, 200, 0, 1), 200, True),
        (Key(100, 200, 0, 1), 201, False),
        (Key(100, 200, 0, 1), 99, False),
        (Key(100, 200, 0, 2), 150, False),
        (Key(100, 200, 199, 1), 150, False),
    ],
)
def test_a_key_acts_in_its_role_and_window(key: Key, time: int, acts: bool) -> None:
    """The registry lets a key act in its own role, within its window, and never once it is declared compromised."""
    assert key.may_act(1, time) is acts
    assert key.may_act(1, time, 1) is (acts or time == 99)


@pytest.mark.parametrize(
    ("anchor", "compromised_since", "void_since", "good"),
    [
        (Anchor(bytes(20), 50, 1, 1), 0, 0, True),
        (Anchor(bytes(20), 50, 1, 0), 0, 0, False),
        (Anchor(bytes(20), 50, 1, 1), 50, 0, False),
        (Anchor(bytes(20), 50, 1, 1), 51, 51, True),
        (Anchor(bytes(20), 50, 1, 1), 0, 50, False),
    ],
)
def test_an_anchor_is_good_until_undone(anchor: Anchor, compromised_since: int, void_since: int, good: bool) -> None:
    """A compromise or void dated at the anchor's time or before undoes it; a later one does not."""
    none = Key(0, 0, 0, 0)
    status = StatusRoot(Digest(bytes(32)), 0, 0)
    dossier = Dossier(anchor, Key(0, 99, compromised_since, 1), 0, none, status, none, 1, void_since, ())
    assert dossier.has_good_anchor() is good
