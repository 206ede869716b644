"""Keys in memory, unencrypted and gone with the process: for tests and development only."""

import secrets
import warnings
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.adapters.keys.signing import Secp256k1Signer, checked_name
from vanbang.ports import KeyMissing, StoreError

Kind = TypeVar("Kind")


class KeysNotKept(UserWarning):
    """Said by every MemoryKeyStore: what it signs with is lost when the process ends."""


class MemoryKeyStore:
    """A KeyStore that keeps nothing. Not for real diplomas: it warns when it is made."""

    def __init__(self) -> None:
        warnings.warn("MemoryKeyStore keeps keys in memory only: for tests and development", KeysNotKept, stacklevel=2)
        self._keys: dict[str, Secp256k1Signer | ec.EllipticCurvePrivateKey | bytes] = {}

    def create(self, name: str) -> Secp256k1Signer:
        """A new secp256k1 key. Raises StoreError if the name is taken."""
        return self._put(name, Secp256k1Signer(secrets.token_bytes(32)))

    def signer(self, name: str) -> Secp256k1Signer:
        """The secp256k1 key of that name. Raises KeyMissing."""
        return self._get(name, Secp256k1Signer)

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
