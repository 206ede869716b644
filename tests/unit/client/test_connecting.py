"""What comes over a connection, in whatever pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.client import connecting
from vanbang.client.connecting import Lines
from vanbang.client.errors import AnswerUnusable


@given(st.lists(st.binary(max_size=20)))
def test_lines_however_they_arrive(pieces: list[bytes]) -> None:
    """Lines are the same in whatever pieces their bytes come."""
    lines = Lines()
    found = [line for piece in pieces for line in lines.take(piece)]
    expected = b"".join(pieces).split(b"\n")
    assert [*found, lines.rest] == [*(line.removesuffix(b"\r") for line in expected[:-1]), expected[-1]]


def test_a_line_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never ends its line does not fill the memory."""
    monkeypatch.setattr(connecting, "MAX_ANSWER_BYTES", 100)
    lines = Lines()
    assert lines.take(b"x" * 60) == []
    with pytest.raises(AnswerUnusable):
        lines.take(b"x" * 60)
