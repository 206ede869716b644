"""Keys in memory, unencrypted and gone with the process: for tests and development only."""

import secrets
import warnings
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vanbang.adapters.keys.signing import account_of, checked_digest, checked_name, recoverable
from vanbang.ports import KeyMissing, StoreError

Kind = TypeVar("Kind")


class KeysNotKept(UserWarning):
    """Said by every MemoryKeyStore: what it signs with is lost when the process ends."""


class MemorySigner:
    """Signs with a random nonce, other bytes each time, as keys in AWS KMS and in hardware do.

    So every test that uses one would show whoever relies on a signature made again.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._key = ec.generate_private_key(ec.SECP256K1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._address = account_of(point)

    @property
    def address(self) -> bytes:
        """The 20-byte account."""
        return self._address

    def sign(self, digest: bytes) -> bytes:
        """r || s || v over a 32-byte digest: 65 bytes, low s, v 27 or 28. Raises ValueError for another length."""
        signature = self._key.sign(checked_digest(digest), ec.ECDSA(Prehashed(SHA256())))
        return recoverable(self._name, digest, *decode_dss_signature(signature), self._address)

    def __repr__(self) -> str:
        return f"MemorySigner(0x{self._address.hex()})"


class MemoryKeyStore:
    """A KeyStore that keeps nothing. Not for real diplomas: it warns when it is made."""

    def __init__(self) -> None:
        warnings.warn("MemoryKeyStore keeps keys in memory only: for tests and development", KeysNotKept, stacklevel=2)
        self._keys: dict[str, MemorySigner | ec.EllipticCurvePrivateKey | bytes] = {}

    def create(self, name: str) -> MemorySigner:
        """A new secp256k1 key. Raises StoreError if the name is taken."""
        return self._put(name, MemorySigner(name))

    def signer(self, name: str) -> MemorySigner:
        """The secp256k1 key of that name. Raises KeyMissing."""
        return self._get(name, MemorySigner)

    def create_es256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """A new P-256 key. Raises StoreError if the name is taken."""
        return self._put(name, ec.generate_private_key(ec.SECP256R1()))

    def es256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """The P-256 key of that name. Raises KeyMissing."""
        return self._get(name, ec.EllipticCurvePrivateKey)  # type: ignore[type-abstract]

    def create_secret(self, name: str) -> bytes:
        """32 new random bytes. Raises StoreError if the name is taken."""
        return self._put(name, secrets.token_bytes(32))

    def secret(self, name: str) -> bytes:
        """The 32 bytes of that name. Raises KeyMissing."""
        return self._get(name, bytes)

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._keys)

    def __repr__(self) -> str:
        return f"MemoryKeyStore({len(self._keys)} keys)"

    def _put(self, name: str, key: Kind) -> Kind:
        if self._keys.setdefault(checked_name(name), key) is not key:  # type: ignore[arg-type]
            raise StoreError(f"there is a key named {name} already")
        return key

    def _get(self, name: str, kind: type[Kind]) -> Kind:
        key = self._keys.get(checked_name(name))
        if key is None:
            raise KeyMissing(name, "there is no such key")
        if not isinstance(key, kind):
            raise KeyMissing(name, "it is of another kind")
        return key
