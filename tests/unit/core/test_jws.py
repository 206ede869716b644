"""ES256 signatures and keys."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from vanbang.core.encoding import b64url
from vanbang.core.errors import FormatError, SignatureInvalid
from vanbang.core.jws import (
    P256_ORDER,
    P256_PRIME,
    PublicKey,
    check_es256,
    has_low_s,
    protected_header,
    sign_es256,
    signing_input,
)
from world import p256


@settings(max_examples=30)
@given(st.binary(max_size=100), st.integers(1, P256_ORDER - 1))
def test_what_a_key_signs_its_public_half_checks(message: bytes, secret: int) -> None:
    """64 bytes, s in the lower half, the same bytes each time."""
    private = ec.derive_private_key(secret, ec.SECP256R1())
    signature = sign_es256(private, message)
    assert len(signature) == 64
    assert has_low_s(signature)
    assert sign_es256(private, message) == signature
    check_es256(PublicKey.of(private), message, signature)
    with pytest.raises(SignatureInvalid):
        check_es256(PublicKey.of(private), message + b"x", signature)


def test_another_library_checks_it_and_names_the_key_alike() -> None:
    """jwcrypto reads the JWK, gives the same thumbprint and verifies the compact form."""
    key = PublicKey.of(p256("batch key"))
    theirs = JWK(**{name: value for name, value in key.to_json().items() if name != "kid"})
    assert theirs.thumbprint() == key.kid
    protected, payload = b64url(protected_header(key.kid, "dc+sd-jwt")), b64url(b"{}")
    signature = sign_es256(p256("batch key"), signing_input(protected, payload))
    token = JWS()
    token.deserialize(f"{protected}.{payload}.{b64url(signature)}")
    token.verify(theirs)
    assert token.payload == b"{}"


def test_the_boundary_of_low_s() -> None:
    """Half the order, rounded down, is low; one more is high."""
    assert has_low_s(bytes(32) + (P256_ORDER // 2).to_bytes(32, "big"))
    assert not has_low_s(bytes(32) + (P256_ORDER // 2 + 1).to_bytes(32, "big"))


def test_a_key_comes_back() -> None:
    """From its JSON."""
    key = PublicKey.of(p256("batch key"))
    assert PublicKey.from_json(key.to_json(), "") == key


@pytest.mark.parametrize(
    "change",
    [{"crv": "P-384"}, {"kty": "RSA"}, {"x": "A" * 42}, {"kid": "A" * 43}, {"use": "sig"}, {"y": 1}],
)
def test_another_key_is_refused(change: dict[str, object]) -> None:
    """Another curve, type, length, thumbprint, or a member more."""
    with pytest.raises(FormatError):
        PublicKey.from_json({**PublicKey.of(p256("batch key")).to_json(), **change}, "")


AT_ZERO = pow(0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, (P256_PRIME + 1) // 4, P256_PRIME)
"""The y of the point whose x is 0."""


def test_a_coordinate_of_zero_is_a_coordinate() -> None:
    """The point with x = 0 is one, and so it is not the key that is refused."""
    with pytest.raises(SignatureInvalid):
        check_es256(PublicKey(b64url(bytes(32)), b64url(AT_ZERO.to_bytes(32, "big"))), b"", bytes(64))


@pytest.mark.parametrize(("x", "y"), [(P256_PRIME, AT_ZERO), (0, 0), (1, 1), (P256_PRIME, 1), (2**256 - 1, 2**256 - 1)])
def test_a_point_that_is_none_is_refused(x: int, y: int) -> None:
    """Off the curve, at infinity, or with coordinates that are not below the prime."""
    key = PublicKey(b64url(x.to_bytes(32, "big")), b64url(y.to_bytes(32, "big")))
    with pytest.raises(FormatError, match="P-256"):
        check_es256(key, b"", bytes(64))
