"""Strict JSON (docs/format.md section 2): what two parsers could read differently is refused.

Nearly all that comes was written by a program, in canonical form. Such a text is read by a fast parser, which takes
too much, and is proven by its value being written again: whatever gives the same bytes has no member twice, no white
space and no fraction, and the parser's type lets nothing nest too deep. Any other text, good or bad, is read strictly.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Annotated, Any, Final, NoReturn, TypeAlias

from msgspec import Meta
from msgspec.json import Decoder, Encoder

from vanbang.core.encoding import MAX_INTEGER
from vanbang.core.errors import FormatError, JsonError

JsonValue: TypeAlias = str | bool | int | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None

MAX_DEPTH: Final = 8
"""Our deepest document nests 5 levels; a transcript's claims 6."""


def parse(data: bytes, where: str = "") -> Any:
    """The value of strict JSON `data`: dict, list, str, bool, int (0..2^53-1) or None. Raises JsonError."""
    try:
        value = _fast.decode(data)
        if canonical(value) == data:
            return value
    except ValueError:
        pass  # the strict parser says what is wrong, if anything
    return _parse_strictly(data, where)


def parse_each(documents: Sequence[bytes], kind: Decoder[Any] | None = None) -> list[Any] | None:
    """The values of documents in canonical form, much cheaper than one by one; None if not all of them are in it.

    `kind`: they have to be of its type, which must have no numbers and be of limited depth.
    """
    joined = b"\n".join(documents) + b"\n"
    try:
        values: list[Any] = (kind or _fast).decode_lines(joined)
    except ValueError:
        return None
    # Canonical JSON has no line break in it: as many values as documents, and each is its own.
    return values if len(values) == len(documents) and _writer.encode_lines(values) == joined else None


def _parse_strictly(data: bytes, where: str) -> Any:
    try:
        text = data.decode("utf-8").strip(_WHITE_SPACE)
        # Before parsing: the parser recurses in C, and a process whose recursion limit was raised would crash.
        _check_depth(text)
        value, end = _decoder.raw_decode(text)
        if end != len(text):
            raise JsonError(where, f"not JSON: something follows the value at character {end}")
    except UnicodeDecodeError as error:
        raise JsonError(where, f"not UTF-8 at byte {error.start}") from error
    except JsonError as error:
        raise JsonError(where, error.reason) from error
    except ValueError as error:
        raise JsonError(where, f"not JSON: {error}") from error
    if "\\u" in text:
        _check_surrogates(value, where)
    return value


def canonical(value: JsonValue) -> bytes:
    """`value` as canonical JSON: no white space, members as given, only mandatory escapes."""
    return _writer.encode(value)


def members(
    value: Any, where: str, required: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """`value` if it is an object with exactly these members of these types. Raises FormatError."""
    if type(value) is not dict:
        raise FormatError(where, "not an object")
    known = {**required, **(optional or {})}
    for name in value:
        if name not in known:
            raise FormatError(where, f"unknown member {name!r}")
    for name in required:
        if name not in value:
            raise FormatError(where, f"member {name!r} is missing")
    for name, item in value.items():
        if type(item) is not known[name]:
            raise FormatError(f"{where}.{name}", f"not {_NAMES[known[name]]}")
    return value


def texts(value: list[Any], where: str) -> list[str]:
    """`value` if all of it are strings. Raises FormatError."""
    if not _STRINGS.issuperset(map(type, value)):
        index = next(i for i, item in enumerate(value) if type(item) is not str)
        raise FormatError(f"{where}[{index}]", "not a string")
    return value


_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_STRINGS: Final = frozenset([str])
_WHITE_SPACE: Final = " \t\r\n"
_NAMES: Final = {dict: "an object", list: "an array", str: "a string", int: "an integer", bool: "true or false"}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise JsonError("", "a member name occurs twice")
    return value


def _integer(text: str) -> int:
    if text[0] == "-" or len(text) > 16 or int(text) > MAX_INTEGER:
        raise JsonError("", f"the number {text[:24]} is not an integer from 0 to {MAX_INTEGER}")
    return int(text)


def _refuse(text: str) -> NoReturn:
    raise JsonError("", f"the number {text[:24]} is not an integer")


def _check_depth(text: str) -> None:
    # Brackets inside strings count here too: that only sends a harmless text on the slower way.
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonError("", f"nested deeper than {MAX_DEPTH}")
        elif first in "]}":
            depth -= 1


def _check_surrogates(value: Any, where: str) -> None:
    try:
        canonical(value)
    except UnicodeEncodeError as error:
        raise JsonError(where, "a lone surrogate") from error


def _deeper(inner: Any, _: int) -> Any:
    return _Plain | list[inner] | dict[str, inner]


_Plain: TypeAlias = str | bool | Annotated[int, Meta(ge=0, le=MAX_INTEGER)] | None
_fast: Final[Decoder[Any]] = Decoder(reduce(_deeper, range(6), _Plain))
_writer: Final = Encoder()
_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse)
