"""What one record secret gives."""

from hashlib import shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.encoding import b64url
from vanbang.core.errors import FormatError
from vanbang.core.record_keys import RecordKeys, encryption_key, path_of

SECRET = bytes(range(32))


def test_keys_salts_and_decoys_are_those_of_section_3() -> None:
    """Each is SHAKE-256 of its label and input, computed here anew."""
    keys = RecordKeys.of(SECRET)
    both = shake_256(b"vanbang/1/keys" + SECRET).digest(64)
    assert (keys.encryption, keys.salt) == (both[:32], both[32:])
    salt = shake_256(b"vanbang/1/salt" + both[32:] + b'["mon_hoc",11]').digest(16)
    assert keys.salts([path_of("mon_hoc"), path_of("mon_hoc", 11)])[1] == b64url(salt)
    assert keys.decoys(11)[10] == b64url(shake_256(b"vanbang/1/decoy" + both[32:] + b"10").digest(32))
    assert keys.salts([]) == keys.decoys(0) == []


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_secret_has_32_bytes(size: int) -> None:
    """Other sizes are refused."""
    with pytest.raises(FormatError, match=f"{size} bytes instead of 32"):
        RecordKeys.of(bytes(size))


def test_keys_are_not_shown() -> None:
    """A log that prints the object prints no key."""
    keys = RecordKeys.of(SECRET)
    assert repr(keys) == "RecordKeys()"


PATHS = st.tuples(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1), *[st.integers(0, 200)] * 1
) | st.tuples(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))


@given(PATHS, PATHS, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_salt_belongs_to_one_path_and_one_secret(
    one: tuple[str | int, ...], other: tuple[str | int, ...], secret: bytes, second: bytes
) -> None:
    """Two paths or two secrets never share a salt."""
    keys, others = RecordKeys.of(secret), RecordKeys.of(second)
    assert (keys.salts([path_of(*one)]) == keys.salts([path_of(*other)])) is (one == other)
    assert (keys.salts([path_of(*one)]) == others.salts([path_of(*one)])) is (secret == second)
    assert (keys.decoys(1) == others.decoys(1)) is (secret == second)


@given(st.binary(min_size=32, max_size=32))
def test_the_encryption_key_alone(secret):
    """What opens a record is derived without the other key, and is the same."""
    assert encryption_key(secret) == RecordKeys.of(secret).encryption


def test_an_encryption_key_needs_a_whole_secret():
    """A secret of another size opens nothing."""
    with pytest.raises(FormatError, match="31 bytes"):
        encryption_key(bytes(31))
