"""Text forms of bytes, times and accounts: hex, canonical base64url, time text (docs/format.md section 1)."""

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import NewType

from vanbang.core.errors import FormatError

Digest = NewType("Digest", bytes)
"""Exactly 32 bytes."""

DIGEST_SIZE = 32
MAX_INTEGER = 2**53 - 1
"""The largest integer that JavaScript holds exactly; no count or time of ours comes near."""

_LAST_SECOND = 253_402_300_799
_OF_SIZE = {
    16: re.compile(r"[A-Za-z0-9_-]{21}[AQgw]\Z"),
    32: re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z"),
}
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# By the text's length modulo 4: any character, none (no such length), those whose unused bits are zero.
_LAST_CHARACTERS = (
    frozenset([*_ALPHABET, ""]),
    frozenset[str](),
    frozenset(_ALPHABET[::16]),
    frozenset(_ALPHABET[::4]),
)
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_TO_PLAIN = bytes.maketrans(b"-_", b"+/")
# What belongs to the other alphabet, and padding, becomes a character that no base64 has.
_HEX = re.compile(r"[0-9a-f]*\Z")
_ACCOUNT = re.compile(r"0x[0-9a-f]{40}\Z")
_REGISTRY = re.compile(r"eip155:([1-9][0-9]{0,15}):(0x[0-9a-f]{40})\Z")
_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z\Z")


def digest_of(data: bytes) -> Digest:
    """SHA-256 of `data`, 32 bytes."""
    return Digest(sha256(data).digest())


def b64url(data: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def b64url_each(items: Iterable[bytes]) -> list[str]:
    """base64url without padding of each item; much cheaper than one by one."""
    return _b64url_lines(items).decode("ascii").split("\n")[:-1]


def b64url_bytes_each(items: Iterable[bytes]) -> list[bytes]:
    """The same as bytes, for what is hashed next."""
    return _b64url_lines(items).split(b"\n")[:-1]


def _b64url_lines(items: Iterable[bytes]) -> bytes:
    return b"".join([b2a_base64(item) for item in items]).translate(_TO_URL, b"=")


def from_b64url(text: str, where: str, size: int | None = None) -> bytes:
    """The bytes of canonical base64url `text`; `size` demands their number. Raises FormatError."""
    if text[-1:] not in _LAST_CHARACTERS[len(text) % 4]:
        raise FormatError(where, "not canonical base64url")
    try:
        data = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4), strict_mode=True)
    except (UnicodeEncodeError, BinasciiError) as error:
        raise FormatError(where, "not base64url") from error
    if size is not None and len(data) != size:
        raise FormatError(where, f"{len(data)} bytes instead of {size}")
    return data


def from_b64url_each(texts: Sequence[str], where: str) -> list[bytes]:
    """The bytes of each text, as `from_b64url` gives them; much cheaper than one by one. Raises FormatError."""
    try:
        lines = "\n".join(texts).encode("ascii").translate(_TO_PLAIN).split(b"\n")
        items = [a2b_base64(line + b"==") for line in lines]
        if b64url_each(items) == texts:  # what is lenient above gives other texts
            return items
    except ValueError:
        pass  # one of those below is it
    return [from_b64url(text, f"{where}[{index}]") for index, text in enumerate(texts)]


def check_b64url(text: str, where: str, size: int) -> None:
    """Raises FormatError unless `text` is canonical base64url of `size` (16 or 32) bytes; cheaper than decoding it."""
    if not _OF_SIZE[size].match(text):
        raise FormatError(where, f"not canonical base64url of {size} bytes")


def strictly_ascending(texts: list[str]) -> bool:
    """Whether each text comes after the one before it, by code points."""
    return len(set(texts)) == len(texts) and sorted(texts) == texts


def from_hex(text: str, where: str, size: int = DIGEST_SIZE) -> bytes:
    """The `size` bytes of lower-case hex `text`. Raises FormatError."""
    if len(text) != 2 * size or not _HEX.match(text):
        raise FormatError(where, f"not {2 * size} lower-case hex digits")
    return bytes.fromhex(text)


def from_hex_each(texts: Sequence[str], where: str) -> tuple[Digest, ...]:
    """The digests of lower-case hex; much cheaper than one by one. Raises FormatError."""
    joined = "".join(texts)
    if not {2 * DIGEST_SIZE}.issuperset(map(len, texts)) or not _HEX.match(joined):
        return tuple(Digest(from_hex(text, f"{where}[{index}]")) for index, text in enumerate(texts))
    data = bytes.fromhex(joined)
    return tuple([Digest(data[i : i + DIGEST_SIZE]) for i in range(0, len(data), DIGEST_SIZE)])


def account(text: str, where: str) -> bytes:
    """The 20 bytes of an account (`0x` and 40 lower-case hex digits). Raises FormatError."""
    if not _ACCOUNT.match(text):
        raise FormatError(where, "not an account: 0x and 40 lower-case hex digits")
    return bytes.fromhex(text[2:])


def registry_name(text: str, where: str) -> tuple[int, bytes]:
    """Chain id and the contract's 20 bytes of a CAIP-10 name `eip155:<chain id>:<account>`. Raises FormatError."""
    match = _REGISTRY.match(text)
    if not match or int(match[1]) > MAX_INTEGER:
        raise FormatError(where, "not a registry name: eip155:<chain id>:<account, lower case>")
    return int(match[1]), bytes.fromhex(match[2][2:])


@lru_cache(maxsize=4096)
def time_text(unix: int) -> str:
    """Unix seconds as `YYYY-MM-DDTHH:MM:SSZ`; what lies after the year 9999 (the chain holds 40 bits) is its end."""
    return datetime.fromtimestamp(min(unix, _LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_time_text(text: str, where: str) -> int:
    """Unix seconds of time text. Raises FormatError."""
    match = _TIME.match(text)
    try:
        moment = datetime(*map(int, match.groups()), tzinfo=UTC) if match else None  # type: ignore[misc, arg-type]
    except ValueError:
        moment = None
    if moment is None or moment.year < 1970:
        raise FormatError(where, "not a time like 2026-06-10T08:00:00Z")
    return int(moment.timestamp())
