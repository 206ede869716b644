"""What one record secret gives: the encryption key, salts and decoys (docs/format.md section 3)."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import shake_256
from typing import NamedTuple, Self

from vanbang.core.encoding import b64url_each
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import canonical

SECRET_SIZE = 32
SALT_SIZE = 16
"""128 bits: a salt is guessed no sooner than an AES-128 key, even for a claim with two possible values."""
PATHS_KEPT = 4_096
"""Paths whose bytes are remembered: the claims of all types, and the elements of long lists."""


class RecordKeys(NamedTuple):
    """Keys of one payload. Never shown: `repr` hides both."""

    encryption: bytes
    salt: bytes

    def __repr__(self) -> str:
        return "RecordKeys()"

    @classmethod
    def of(cls, secret: bytes) -> Self:
        """Derives both 32-byte keys from the 32-byte record secret. Raises FormatError."""
        _check_size(secret)
        keys = shake_256(b"vanbang/1/keys" + secret).digest(64)
        return cls(keys[:32], keys[32:])

    def salts(self, paths: Iterable[bytes]) -> list[str]:
        """For the `path_of` each claim or element its salt, base64url of 16 bytes."""
        prefix = b"vanbang/1/salt" + self.salt
        return b64url_each([shake_256(prefix + path).digest(SALT_SIZE) for path in paths])

    def decoys(self, count: int) -> list[str]:
        """The first `count` digests that belong to no disclosure, base64url of 32 bytes."""
        return b64url_each(self.decoy_digests(count))

    def decoy_digests(self, count: int) -> list[bytes]:
        """The same as bytes."""
        prefix = b"vanbang/1/decoy" + self.salt
        return [shake_256(prefix + b"%d" % number).digest(32) for number in range(count)]


def encryption_key(secret: bytes) -> bytes:
    """`RecordKeys.of(secret).encryption` alone, which is all that opening a record needs. Raises FormatError."""
    _check_size(secret)
    return shake_256(b"vanbang/1/keys" + secret).digest(32)


def _check_size(secret: bytes) -> None:
    if len(secret) != SECRET_SIZE:
        raise FormatError("record secret", f"{len(secret)} bytes instead of {SECRET_SIZE}")


@lru_cache(maxsize=PATHS_KEPT)
def path_of(*steps: str | int) -> bytes:
    """Canonical JSON of where a claim or an element stands: its name, then the element's index."""
    return canonical(steps)
