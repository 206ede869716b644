"""Encrypting what is stored."""

from typing import Any

import pytest

from vanbang.notary.encryption import RECORD, decrypt, encrypt
from vanbang.ports import StoreError

KEY = bytes(32)
GOOD = encrypt(KEY, b"said", RECORD)


def test_what_was_encrypted_opens() -> None:
    """Under its key, and with what it is associated with, it is what it was; each time it looks otherwise."""
    assert decrypt(KEY, GOOD, RECORD) == b"said"
    assert encrypt(KEY, b"said", RECORD) != GOOD


@pytest.mark.parametrize(
    "data",
    [b"", GOOD[:11], GOOD[:-1], GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "text"],
    ids=["nothing", "no iv", "cut", "changed", "text"],
)
def test_what_was_changed_does_not_open(data: Any) -> None:
    """Whatever stands in the database instead, text too, is told as what it is."""
    with pytest.raises(StoreError, match="does not open"):
        decrypt(KEY, data, RECORD)


@pytest.mark.parametrize(("key", "associated"), [(bytes(31) + b"1", RECORD), (KEY, b"other")], ids=["key", "purpose"])
def test_only_its_own_key_opens_it(key: bytes, associated: bytes) -> None:
    """Another key, or another purpose, opens nothing."""
    with pytest.raises(StoreError, match="does not open"):
        decrypt(key, GOOD, associated)
