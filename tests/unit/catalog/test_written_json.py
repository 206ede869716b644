"""JSON whose numbers keep their digits."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.catalog.written_json import LONGEST_NUMBER, Number, parse_written, write_written
from vanbang.core.errors import JsonError
from vanbang.core.strict_json import MAX_DEPTH, canonical


@pytest.mark.parametrize("text", ["10.0", "10", "-1", "8.50", "1e3", "9007199254740993", "0.1"])
def test_a_number_is_what_was_written(text: str) -> None:
    """Not what a program makes of it."""
    assert parse_written(f"[{text}]") == [Number(text)]
    assert write_written(parse_written(f"[{text}]")) == f"[{text}]"


REFUSED = {
    "a member twice": ('{"a":1,"a":2}', "a member name occurs twice"),
    "not a number": ("[NaN]", "the number"),
    "a number without end": ("9" * (LONGEST_NUMBER + 1), "the number"),
    "a lone surrogate": (r'["\ud800"]', "a lone surrogate"),
    "a lone surrogate in a name": (r'{"\ud800":""}', "a lone surrogate"),
    "nested without end": ("[" * 100_000, "nested deeper"),
    "nested one too deep": ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested deeper"),
    "two values": ("1 2", "not JSON"),
    "nothing": ("", "not JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_rest_is_as_strict_as_ever(case: str) -> None:
    """What two parsers could read differently is refused, with the reason that lists tell."""
    text, reason = REFUSED[case]
    with pytest.raises(JsonError) as refused:
        parse_written(text)
    assert refused.value.reason.startswith(reason)


def test_brackets_inside_strings_do_not_nest() -> None:
    """Only those of arrays and objects count."""
    text = json.dumps(["[{" * 20, '\\"[' * 9])
    assert parse_written(text) == json.loads(text)


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_is_written_is_read_again(value: object) -> None:
    """Compact, and the same as canonical JSON."""
    assert write_written(value) == canonical(value).decode()  # type: ignore[arg-type]
    assert write_written(parse_written(write_written(value))) == write_written(value)
