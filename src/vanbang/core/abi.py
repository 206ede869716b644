"""Strict decoding of Solidity values: only what the compiler itself would have written."""

from collections.abc import Sequence
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from vanbang.core.errors import FormatError


def decode_exactly(types: Sequence[str], data: bytes, where: str) -> tuple[Any, ...]:
    """The values that `data` is the one ABI encoding of (docs/format.md section 12, "decodes"). Raises FormatError."""
    try:
        values = decode(types, data)
        again = encode(types, values)
    except (DecodingError, EncodingError, ValueError, OverflowError, RecursionError) as error:
        raise FormatError(where, "the answer does not decode") from error
    if again != data:
        raise FormatError(where, "the answer is not in its canonical encoding")
    return values
