"""JSON as it stands in a list: a number keeps the digits it was written with, `10.0` is not `10`.

As strict as docs/format.md section 2 in all else. What is sealed holds no numbers: there they are strings as written.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as quote
from typing import Any, Final, NoReturn

from vanbang.core.errors import JsonError
from vanbang.core.strict_json import MAX_DEPTH

LONGEST_NUMBER: Final = 24
"""Characters: no mark, year or count comes near."""

_STRING_OR_BRACKET: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written."""

    text: str

    def __repr__(self) -> str:
        return self.text


def parse_written(text: str) -> Any:
    """The value of strict JSON `text`: dict, list, str, bool, None, and `Number` for every number. Raises JsonError."""
    _check_depth(text)
    try:
        value = _decode(text)
    except JsonError:
        raise
    except ValueError as error:
        raise JsonError("", f"not JSON: {error}") from error
    if "\\u" in text:
        _check_surrogates(value)
    return value


def write_written(value: Any) -> str:
    """Compact JSON of what `parse_written` gives, numbers with their own digits; also of strict JSON's integers."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{quote(name)}:{write_written(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write_written, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def _check_depth(text: str) -> None:
    """Before parsing, which recurses."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        first = token[0][0]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            raise JsonError("", f"nested deeper than {MAX_DEPTH}")


def _check_surrogates(value: Any) -> None:
    try:
        write_written(value).encode()
    except UnicodeEncodeError as error:
        raise JsonError("", "a lone surrogate") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise JsonError("", "a member name occurs twice")
    return value


def _number(text: str) -> Number:
    if len(text) > LONGEST_NUMBER:
        raise JsonError("", f"the number {text[:LONGEST_NUMBER]} is too long")
    return Number(text)


def _refuse(text: str) -> NoReturn:
    raise JsonError("", f"the number {text} is none")


_decode: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_number, parse_float=_number, parse_constant=_refuse
).decode
