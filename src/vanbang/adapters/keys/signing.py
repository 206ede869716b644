"""secp256k1 signatures, and the names that keys may have."""

import re
from typing import Final

from coincurve import PrivateKey
from eth_utils.crypto import keccak

from vanbang.ports import StoreError

MAX_NAME: Final = 100
"""Characters; a file name may have 255 bytes."""

_NAME = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*\Z")


class Secp256k1Signer:
    """Signs digests with one secp256k1 key (RFC 6979, low s). Its repr shows the account only."""

    def __init__(self, secret: bytes) -> None:
        self._key = PrivateKey(secret)
        self._address = _address(self._key)

    @property
    def address(self) -> bytes:
        """The 20-byte account."""
        return self._address

    def sign(self, digest: bytes) -> bytes:
        """r || s || v over a 32-byte digest: 65 bytes, v 27 or 28. Raises ValueError for another length."""
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])

    def __repr__(self) -> str:
        return f"Secp256k1Signer(0x{self._address.hex()})"


def checked_name(name: str) -> str:
    """`name` if it is one or more segments of [a-z0-9-], joined by `/`. Raises StoreError."""
    if len(name) > MAX_NAME or not _NAME.match(name):
        raise StoreError(f"{name[:MAX_NAME]!r} is no name for a key: small letters, digits and - in parts joined by /")
    return name


def _address(key: PrivateKey) -> bytes:
    return keccak(key.public_key.format(compressed=False)[1:])[-20:]
