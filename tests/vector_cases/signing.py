"""Step 8: the signature on the file, by a key of its batch."""
# ruff: noqa: E501 -- tables: one line a case

from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.encoding import b64url
from vanbang.core.jws import PublicKey, sign_es256
from vector_cases.case import INVALID, VALID, Bytes, Case, edited, flipped, in_protected, in_signature
from world import World, p256

P256_PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
OFF_CURVE = PublicKey(b64url(bytes(31) + b"\1"), b64url(bytes(31) + b"\1"))


def cases() -> Iterator[Case]:
    """All of them."""
    yield Case("unsigned", "protected and signature are empty: the anchor alone speaks", VALID,
               {8: "not_applicable no_signature"},
               file=edited(lambda file: file.update(protected="", signature="")))  # fmt: skip
    yield Case("signed-by-the-second-key", "the second key of the batch signed", VALID,
               world=World(jwks=("batch key", "second key"), signer="second key"))  # fmt: skip
    for name, desc, code, world, file in (
        ("kid-unknown", "a key that is not the batch's signed", "kid_unknown", World(signer="other key"), _same),
        ("kid-claimed", "another key signed in the name of the batch's", "signature_mismatch", World(),
         _signed_again("other key", "batch key")),
        ("kid-of-the-other-key", "the kid names the batch's other key", "signature_mismatch",
         World(jwks=("batch key", "second key")), _naming(PublicKey.of(p256("second key")))),
        ("signature-r-changed", "a bit of r", "signature_mismatch", World(), in_signature(flipped(31))),
        ("signature-s-changed", "a bit of s", "signature_mismatch", World(), in_signature(flipped(63))),
        ("signature-zeros", "r and s are zero", "signature_mismatch", World(), in_signature(lambda signature: bytes(64))),
        ("signature-r-zero", "r is zero", "signature_mismatch", World(), in_signature(lambda s: bytes(32) + s[32:])),
        ("signature-r-over-the-order", "r is as large as can be", "signature_mismatch", World(),
         in_signature(lambda s: b"\xff" * 32 + s[32:])),
        ("signature-transposed", "r and s changed places", "signature_mismatch", World(), _both_low),
        ("signature-of-the-payload-alone", "the signature does not cover the protected header", "signature_mismatch",
         World(), _over_payload),
        ("key-off-the-curve", "the key's point is not on the curve", "key_malformed", World(raw_keys=(OFF_CURVE,)),
         _naming(OFF_CURVE)),
        ("key-of-zeros", "the key's coordinates are zero", "key_malformed", World(raw_keys=(_key(0, 0),)), _naming(_key(0, 0))),
        ("key-coordinate-over-the-prime", "a coordinate written with the prime added", "key_malformed",
         World(raw_keys=(_large(),)), _naming(_large())),
    ):  # fmt: skip
        yield Case(name, desc, INVALID, {8: f"fail {code}"}, world, file)
    yield Case("key-off-the-curve-unused", "a key whose point is not on the curve, but another one signed", VALID,
               world=World(raw_keys=(OFF_CURVE,)))  # fmt: skip


def _same(data: bytes) -> bytes:
    return data


def _key(x: int, y: int) -> PublicKey:
    return PublicKey(b64url(x.to_bytes(32, "big")), b64url(y.to_bytes(32, "big")))


def _large() -> PublicKey:
    """The point with x = 5 of P-256, x written as 5 plus the prime."""
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    y = pow(5**3 - 3 * 5 + b, (P256_PRIME + 1) // 4, P256_PRIME)
    ec.EllipticCurvePublicNumbers(5, y, ec.SECP256R1()).public_key()
    return _key(5 + P256_PRIME, y)


def _naming(key: PublicKey) -> Bytes:
    return in_protected(edited(lambda protected: protected.update(kid=key.kid)))


def _signed_again(signer: str, named: str) -> Bytes:
    """Signed by one key under the other's kid."""

    def change(file: Any) -> None:
        assert World().file().kid == PublicKey.of(p256(named)).kid
        message = f"{file['protected']}.{file['payload']}".encode()
        file.update(signature=b64url(sign_es256(p256(signer), message)))

    return edited(change)


def _over_payload(data: bytes) -> bytes:
    return edited(lambda file: file.update(signature=b64url(sign_es256(p256("batch key"), file["payload"].encode()))))(
        data
    )


def _both_low(data: bytes) -> bytes:
    """r and s exchanged; r is made small enough that this is no high s."""
    return in_signature(lambda signature: signature[32:] + b"\0" + signature[1:32])(data)
