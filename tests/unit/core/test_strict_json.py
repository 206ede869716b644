"""Strict JSON: nothing that two parsers could read differently."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core import strict_json
from vanbang.core.errors import FormatError, JsonError
from vanbang.core.strict_json import canonical, members, parse, parse_each, texts

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(0, 2**53 - 1) | NAMES
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)


PIECES = [
    b"", b" ", b"0", b"1.0", b"-0", b"1e1", b'"a":1,', b'"', b"\\u0061", b"[", b"]", b",", b"\n", b"\xff", b"9" * 17,
    b"null", b"\\ud800",
]  # fmt: skip


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


@given(VALUES)
def test_canonical_json_comes_back(value: Any) -> None:
    """What is written is what json.dumps writes, and reads back as the same value unless it nests too deep."""
    data = canonical(value)
    assert data == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    if _depth(value) <= 8:
        assert parse(data) == value
    else:
        with pytest.raises(JsonError, match="deeper"):
            parse(data)


@given(VALUES, st.sampled_from([None, 1, 3, "\t"]), st.booleans())
def test_white_space_and_escapes_do_not_matter(value: Any, indent: Any, escape: bool) -> None:
    """Any RFC 8259 way to write a value gives that value."""
    if _depth(value) <= 8:
        assert parse(json.dumps(value, indent=indent, ensure_ascii=escape).encode()) == value


def test_every_character_is_written_as_json_dumps_writes_it() -> None:
    """Escapes are those of the one canonical form, for each code point; lone surrogates have none."""
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    assert canonical(every) == json.dumps(every, ensure_ascii=False).encode()
    for lone in ("\ud800", "a\udfff"):
        with pytest.raises(UnicodeEncodeError):
            canonical(lone)


def _outcome(read: Any, data: bytes) -> Any:
    try:
        return repr(read(data, "there"))
    except JsonError as error:
        return str(error)


@given(VALUES, st.data())
def test_the_fast_parser_changes_nothing(value: Any, data: st.DataObject) -> None:
    """Canonical JSON with some bytes replaced, doubled or dropped is read, or refused, as the strict parser does it."""
    text = bytearray(canonical(value))
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 2)))
        text[start:end] = data.draw(st.sampled_from(PIECES))
    assert _outcome(parse, bytes(text)) == _outcome(strict_json._parse_strictly, bytes(text))


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_many_documents_are_read_at_once(values: list[Any]) -> None:
    """Their values are those that each has alone; what nests deeper than is usual is left to the one by one."""
    read = parse_each([canonical(value) for value in values])
    assert read == values or (read is None and max(map(_depth, values)) > 6)


@pytest.mark.parametrize(
    "documents",
    [
        [b'["a"', b'"b"]'], [b'["a"],["b"]', b""], [b"1\n2", b""], [b"1\n2"], [b"", b"1\n2"], [b"1", b""],
        [b'"a', b'b"'], [b"1 ", b"2"], [b'{"a":1,"a":2}'], [b"1.0"], [b'"\xc4', b'\x83"'], [b"[1]\n[2", b"]"],
        [b"[1,", b"2]", b"3\n4"],
    ],
)  # fmt: skip
def test_documents_do_not_run_into_each_other(documents: list[bytes]) -> None:
    """Texts that make so many documents only together, or are not canonical, are not read together."""
    assert parse_each(documents) is None


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but JsonError comes out of the parser."""
    with suppress(JsonError):
        parse(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"), (b" ", "not JSON"), (b"{", "not JSON"), (b"[1,]", "not JSON"), (b"[1 2]", "not JSON"),
        (b'{"a":1}x', "not JSON"), (b"{'a':1}", "not JSON"), (b'"\x01"', "not JSON"), (b"\xef\xbb\xbf{}", "not JSON"),
        (b'"\xff"', "not UTF-8 at byte 1"), (b'"\xed\xa0\x80"', "not UTF-8"), (b'"\xc0\xaf"', "not UTF-8"),
        (b'{"a":1,"a":2}', "occurs twice"), (b'{"a":1,"\\u0061":2}', "occurs twice"),
        (b'[{"b":{"":1,"":1}}]', "occurs twice"),
        (b'"\\ud800"', "lone surrogate"), (b'"\\udc00\\ud800"', "lone surrogate"), (b'{"\\ud800":1}', "lone surrogate"),
        (b"-0", "not an integer"), (b"-1", "not an integer"), (b"1.0", "not an integer"), (b"1e2", "not an integer"),
        (b"01", "not JSON"), (b"9007199254740992", "not an integer"), (b"9" * 5000, "not an integer"),
        (b"NaN", "not an integer"), (b"-Infinity", "not an integer"),
        (b"[" * 9 + b"]" * 9, "deeper than 8"), (b'{"a":' * 9 + b"1" + b"}" * 9, "deeper than 8"),
        (b"[" * 200_000, "deeper than 8"),
    ],
)  # fmt: skip
def test_what_section_2_forbids_is_refused(data: bytes, reason: str) -> None:
    """Each refusal says why, and where the caller said it is."""
    with pytest.raises(JsonError, match=reason) as refused:
        parse(data, "there")
    assert refused.value.where == "there"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"9007199254740991", 2**53 - 1), (b"0", 0), (b'"\\ud83d\\ude00"', "\U0001f600"), (b'"\\/"', "/"),
        (b"[" * 8 + b"]" * 8, [[[[[[[[]]]]]]]]), (b'"[[[[[[[[[{{{{"', "[[[[[[[[[{{{{"), (b"\t\r\n null ", None),
    ],
)  # fmt: skip
def test_what_section_2_allows_is_read(data: bytes, value: Any) -> None:
    """The limits themselves are allowed; brackets in strings do not nest."""
    assert parse(data) == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "not an object"), ({"a": "", "c": 1}, "unknown member 'c'"), ({}, "member 'a' is missing"),
        ({"a": 1}, "w.a: not a string"), ({"a": "", "b": True}, "w.b: not an integer"), ({"a": None}, "not a string"),
    ],
)  # fmt: skip
def test_members_are_exactly_the_known_ones(value: Any, reason: str) -> None:
    """A member unknown, missing or of another type is refused; true is no integer."""
    with pytest.raises(FormatError, match=reason):
        members(value, "w", {"a": str}, {"b": int})


def test_members_gives_the_object() -> None:
    """An optional member may be there or not."""
    assert members({"a": ""}, "", {"a": str}, {"b": int}) == {"a": ""}
    assert members({"b": 0, "a": ""}, "", {"a": str}, {"b": int}) == {"b": 0, "a": ""}


def test_texts_are_all_strings() -> None:
    """The error names the element."""
    assert texts(["a", ""], "w") == ["a", ""]
    with pytest.raises(FormatError, match=r"w\[1\]: not a string"):
        texts(["a", 1], "w")
