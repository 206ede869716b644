"""secp256k1 signatures, and the names that keys may have."""

import re
from typing import Final

from coincurve import PrivateKey, PublicKey
from eth_utils.crypto import keccak

from vanbang.core.eip712 import SECP256K1_ORDER
from vanbang.ports import KeyMissing, StoreError

MAX_NAME: Final = 100
"""Characters; a file name may have 255 bytes."""

_NAME = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*\Z")


class Secp256k1Signer:
    """Signs digests with one secp256k1 key (RFC 6979, low s). Its repr shows the account only."""

    def __init__(self, secret: bytes) -> None:
        self._key = PrivateKey(secret)
        self._address = account_of(self._key.public_key.format(compressed=False))

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


def account_of(point: bytes) -> bytes:
    """The 20-byte account of a public key: 65 bytes, 4 || x || y."""
    return keccak(point[1:])[-20:]


def checked_digest(digest: bytes) -> bytes:
    """`digest` if it is 32 bytes. Raises ValueError."""
    if len(digest) != 32:
        raise ValueError(f"a digest of 32 bytes is signed, not {len(digest)} bytes")
    return digest


def recoverable(name: str, digest: bytes, r: int, s: int, address: bytes) -> bytes:
    """r || s || v with low s (EIP-2), of an ECDSA signature that came without v. Raises KeyMissing.

    v is found by trying: only a signature by the key of `address` over `digest` passes, whatever came from outside.
    """
    if 0 < r < SECP256K1_ORDER and 0 < s < SECP256K1_ORDER:
        both = r.to_bytes(32, "big") + min(s, SECP256K1_ORDER - s).to_bytes(32, "big")
        for parity in (0, 1):
            if _recovered(digest, both + bytes([parity])) == address:
                return both + bytes([parity + 27])
    raise KeyMissing(name, f"what signs there is not the key of 0x{address.hex()} that was bound")


def _recovered(digest: bytes, signature: bytes) -> bytes | None:
    try:
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except ValueError:
        return None
    return account_of(key.format(compressed=False))
