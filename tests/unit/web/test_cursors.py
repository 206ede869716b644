"""Cursors: only those that were given out are taken, and only for their own list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.encoding import b64url, from_b64url
from vanbang.web.cursors import Cursors
from vanbang.web.problems import Refused

CURSORS = Cursors(bytes(32))
PLACES = st.lists(st.integers(0, 2**53 - 1) | st.text(st.characters(codec="utf-8"), max_size=40), max_size=4)


@given(PLACES, st.text(max_size=20))
def test_what_is_written_is_read(place: list[str | int], listed: str) -> None:
    """A place comes back as it was, in an address without escapes."""
    cursor = CURSORS.write(listed, place)
    assert CURSORS.read(listed, cursor) == place
    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_every_changed_bit_is_refused() -> None:
    """No bit of a cursor can be changed."""
    raw = from_b64url(CURSORS.write("list", [1_782_000_000, "b1" * 16]), "")
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refused):
            CURSORS.read("list", b64url(bytes(changed)))


@given(st.text(max_size=60) | st.binary(max_size=60).map(b64url))
def test_whatever_else_is_refused(cursor: str) -> None:
    """Made-up cursors, another list's and another installation's are refused with the same problem."""
    for cursors, listed in ((CURSORS, "list"), (Cursors(b"1" * 32), "list")):
        with pytest.raises(Refused) as refused:
            cursors.read(listed, cursor)
        assert refused.value.kind == "cursor"
    with pytest.raises(Refused):
        CURSORS.read("another", CURSORS.write("list", [1]))
