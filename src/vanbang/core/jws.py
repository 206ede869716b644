"""ES256 signatures and the JSON Web Keys that make them (docs/format.md sections 7, 8 and 10).

Signing takes the private key as an argument; who keeps it is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from vanbang.core.encoding import b64url, digest_of, from_b64url
from vanbang.core.errors import FormatError, SignatureInvalid
from vanbang.core.strict_json import JsonValue, canonical, members

SIGNATURE_SIZE: Final = 64
P256_PRIME: Final = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MAX_S: Final = P256_ORDER // 2
"""r and n-s also verify: the half that is allowed makes a signature's bytes unique."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A P-256 public key as it stands in `jwks`: coordinates as 43 characters of base64url each."""

    x: str
    y: str

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint, 43 characters."""
        return _thumbprint(self.x, self.y)

    def to_json(self) -> dict[str, JsonValue]:
        """The members in the order of section 7."""
        return {"crv": "P-256", "kid": self.kid, "kty": "EC", "x": self.x, "y": self.y}

    @classmethod
    def from_json(cls, value: Any, where: str) -> Self:
        """Reads a key of section 7 and checks its thumbprint, not yet its point. Raises FormatError."""
        members(value, where, {"crv": str, "kid": str, "kty": str, "x": str, "y": str})
        if value["crv"] != "P-256" or value["kty"] != "EC":
            raise FormatError(where, "not a P-256 key")
        for name in ("x", "y"):
            from_b64url(value[name], f"{where}.{name}", 32)
        key = cls(value["x"], value["y"])
        if key.kid != value["kid"]:
            raise FormatError(f"{where}.kid", "not the key's thumbprint")
        return key

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey) -> Self:
        """The public half of a P-256 private key."""
        numbers = private.public_key().public_numbers()
        return cls(b64url(numbers.x.to_bytes(32, "big")), b64url(numbers.y.to_bytes(32, "big")))


def sign_es256(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """r || s over `message`, 64 bytes, s in the lower half (RFC 7518 section 3.4), the nonce as in RFC 6979."""
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")


def check_es256(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Raises SignatureInvalid unless the 64-byte signature over `message` is by `key`, FormatError if it is none."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        _load(key.x, key.y).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureInvalid(f"no ES256 signature by the key {key.kid}") from error


def has_low_s(signature: bytes) -> bool:
    """Whether s of a 64-byte r || s is in the lower half of the order of P-256."""
    return int.from_bytes(signature[32:], "big") <= MAX_S


def protected_header(kid: str, typ: str) -> bytes:
    """The exact header bytes of sections 8 and 10."""
    return canonical({"alg": "ES256", "kid": kid, "typ": typ})


def signing_input(protected: str, payload: str) -> bytes:
    """ASCII(protected || "." || payload), both base64url."""
    return f"{protected}.{payload}".encode("ascii")


@lru_cache(maxsize=4096)
def _thumbprint(x: str, y: str) -> str:
    members_in_order: Mapping[str, JsonValue] = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    return b64url(digest_of(canonical(members_in_order)))


@lru_cache(maxsize=1024)
def _load(x: str, y: str) -> ec.EllipticCurvePublicKey:
    point = [int.from_bytes(from_b64url(text, "jwk"), "big") for text in (x, y)]
    if max(point) >= P256_PRIME:  # OpenSSL reduces it, browsers refuse it
        raise FormatError("jwk", "a coordinate is not below the prime of P-256")
    try:
        return ec.EllipticCurvePublicNumbers(point[0], point[1], ec.SECP256R1()).public_key()
    except ValueError as error:
        raise FormatError("jwk", "not a point of P-256") from error
