"""What the use cases need from the outside: each port says what is durable, what may be repeated, and how it fails.

Every implementation of a port passes the same contract test.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.errors import VanbangError
from vanbang.core.trust import TrustedRegistry
from vanbang.core.verification.evidence import Answer


class StoreError(VanbangError):
    """A store that could not do what was asked: the disk is full, a folder is not writable, the bytes differ."""

    code: ClassVar[str] = "store"


class KeyMissing(VanbangError):
    """A key that is not in the key store, or whose password is wrong; `name` is the key's."""

    code: ClassVar[str] = "key_missing"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the key {name}: {reason}")
        self.name = name


class ObjectStore(Protocol):
    """Public, immutable files by path (docs/format.md section 16). Not trusted: readers check hashes.

    `put` returns only when the bytes are durable: a crash leaves the whole file or none. Putting the same bytes again
    is harmless; other bytes under a path that exists raise StoreError, as does a full disk.
    """

    def put(self, path: str, data: bytes) -> None:
        """Stores `data` under a relative path of [a-z0-9/.-]."""
        ...

    def get(self, path: str) -> bytes | None:
        """The bytes, or None if there is no such file."""
        ...


class Signer(Protocol):
    """One secp256k1 key that signs 32-byte digests. The secret never leaves it.

    Signing the same digest again gives the same bytes. Raises KeyMissing when the key cannot be used.
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


class Witness(Protocol):
    """Answers the questions of verification (docs/format.md section 17). Not trusted: the quorum and hashes decide.

    Never raises for what an endpoint or a mirror does: each such fault is a Failure with one word (`timeout`,
    `unreachable`, `http_429`, `rpc_error`, `malformed`). Asks every endpoint of a registry, at the same time.
    """

    def chain_answer(self, registry: TrustedRegistry, question: str) -> Answer:
        """One entry for each endpoint of `registry`, in order, for a `head`, `block` or `call` question."""
        ...

    def file_answer(self, mirrors: Sequence[str], path: str) -> Answer:
        """The bytes of a public file from the first mirror whose file has the hash in its name, else a Failure."""
        ...
