"""Secret keys."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.errors import VanbangError


class KeyMissing(VanbangError):
    """A key that is not in the key store, or whose password is wrong; `name` is the key's."""

    code: ClassVar[str] = "key_missing"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the key {name}: {reason}")
        self.name = name


class KeyUnreachable(KeyMissing):
    """Where the key is kept does not answer now, or is too busy: the same call again may succeed."""

    code: ClassVar[str] = "key_unreachable"


class Signer(Protocol):
    """One secp256k1 key that signs 32-byte digests. The secret never leaves it. May be used by several threads.

    Signing the same digest again may give other bytes, each of them good: whoever needs the same ones keeps them.
    `sign`, and for a key kept elsewhere `address`, raise KeyMissing when the key cannot be used, KeyUnreachable when
    it cannot be used now.
    """

    @property
    def address(self) -> bytes:
        """The 20-byte account."""
        ...

    def sign(self, digest: bytes) -> bytes:
        """r || s || v over the digest itself: 65 bytes, low s, v 27 or 28."""
        ...


class KeyStore(Protocol):
    """Secrets by name (`relayer`, `<issuer>/anchor`, ...). Trusted: who holds it and its password signs as us.

    A key is durable before `create` returns; names are never reused. Nothing prints or logs a secret.
    """

    def create(self, name: str) -> Signer:
        """A new secp256k1 key. Raises StoreError if the name is taken."""
        ...

    def signer(self, name: str) -> Signer:
        """The secp256k1 key of that name. Raises KeyMissing."""
        ...

    def create_es256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """A new P-256 key for credential files and status lists. Raises StoreError if the name is taken."""
        ...

    def es256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """The P-256 key of that name. Raises KeyMissing."""
        ...

    def create_secret(self, name: str) -> bytes:
        """32 new random bytes (blind indexes). Raises StoreError if the name is taken."""
        ...

    def secret(self, name: str) -> bytes:
        """The 32 bytes of that name. Raises KeyMissing."""
        ...

    def names(self) -> Sequence[str]:
        """All names, sorted."""
        ...
