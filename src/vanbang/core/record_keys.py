"""What one record secret gives: the encryption key, salts and decoys (docs/format.md section 3)."""

from dataclasses import dataclass, field
from hashlib import shake_256
from typing import Self

from vanbang.core.encoding import b64url
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import canonical

SECRET_SIZE = 32
SALT_SIZE = 16
"""128 bits: a salt is guessed no sooner than an AES-128 key, even for a claim with two possible values."""


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """Keys of one payload. Never shown: `repr` hides both."""

    encryption: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> Self:
        """Derives both 32-byte keys from the 32-byte record secret. Raises FormatError."""
        if len(secret) != SECRET_SIZE:
            raise FormatError("record secret", f"{len(secret)} bytes instead of {SECRET_SIZE}")
        keys = shake_256(b"vanbang/1/keys" + secret).digest(64)
        return cls(keys[:32], keys[32:])

    def salt_of(self, *path: str | int) -> str:
        """The salt, base64url of 16 bytes, of the claim or element at `path` (name, index, ...)."""
        return b64url(shake_256(b"vanbang/1/salt" + self.salt + canonical(path)).digest(SALT_SIZE))

    def decoy(self, number: int) -> str:
        """Digest `number` (from 0) that belongs to no disclosure, base64url of 32 bytes."""
        return b64url(shake_256(b"vanbang/1/decoy" + self.salt + str(number).encode("ascii")).digest(32))
