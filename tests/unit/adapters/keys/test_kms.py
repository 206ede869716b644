"""Keys in AWS KMS: what is asked, and what each refusal of AWS becomes."""

import builtins
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from key_keepers import AWS_SECRETS, REGION, kms_key, pretended_kms
from vanbang.adapters.keys.external import KmsKey
from vanbang.adapters.keys.kms import KmsClients, KmsSigner
from vanbang.core.eip712 import SECP256K1_ORDER, recover
from vanbang.ports import KeyMissing, KeyUnreachable

pytestmark = pytest.mark.slow

PLACE = KmsKey("alias/neo", REGION)


@pytest.fixture(autouse=True)
def kms() -> Iterator[None]:
    with pretended_kms():
        yield


def stubbed(address: bytes | None = bytes(20)) -> tuple[KmsSigner, Stubber]:
    clients = KmsClients()
    return KmsSigner("dsh/anchor", PLACE, clients, address), Stubber(clients.client("dsh/anchor", PLACE))


def test_the_digest_itself_is_signed() -> None:
    """KMS is told that it gets a digest, so that it does not hash it again, and the account is asked for once."""
    key = ec.derive_private_key(7, ec.SECP256K1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signer, stub = stubbed(None)
    stub.add_response("get_public_key", {"PublicKey": public, "KeyUsage": "SIGN_VERIFY"}, {"KeyId": "alias/neo"})
    asked = {
        "KeyId": "alias/neo",
        "Message": bytes(32),
        "MessageType": "DIGEST",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    stub.add_response("sign", {"Signature": encode_dss_signature(1, 1)}, asked)
    with stub:
        assert len(signer.address) == 20
        with pytest.raises(KeyMissing, match="not the key of"):
            signer.sign(bytes(32))
        stub.assert_no_pending_responses()


def test_a_high_s_is_made_low() -> None:
    """Of the two signatures that KMS may give, the one with the low s is handed on."""
    signer = KmsSigner("dsh/anchor", KmsKey(kms_key(), REGION), KmsClients())
    for _ in range(20):  # half of what is signed there has a high s
        signature = signer.sign(b"\x07" * 32)
        assert int.from_bytes(signature[32:64], "big") <= SECP256K1_ORDER // 2
        assert recover(b"\x07" * 32, signature) == signer.address


@pytest.mark.parametrize(
    ("code", "error", "reason"),
    [
        ("NotFoundException", KeyMissing, "no such key"),
        ("DisabledException", KeyMissing, "disabled"),
        ("KMSInvalidStateException", KeyMissing, "disabled in AWS KMS, or waits"),
        ("AccessDeniedException", KeyMissing, "may not use it"),
        ("UnrecognizedClientException", KeyMissing, "not accepted"),
        ("ExpiredTokenException", KeyMissing, "have expired"),
        ("InvalidKeyUsageException", KeyMissing, "not for signing"),
        ("ThrottlingException", KeyUnreachable, r"now \(ThrottlingException\)"),
        ("KMSInternalException", KeyUnreachable, r"now \(KMSInternalException\)"),
        ("DependencyTimeoutException", KeyUnreachable, r"now \(DependencyTimeoutException\)"),
        ("Something <b>new</b>", KeyUnreachable, r"now \(an unknown error\)"),
    ],
)
def test_every_refusal_has_a_sentence(code: str, error: type[KeyMissing], reason: str) -> None:
    """AWS's codes become KeyMissing, or KeyUnreachable where trying again may help; AWS's own words are left out."""
    signer, stub = stubbed()
    stub.add_client_error("sign", code, "user arn:aws:iam::123456789012:user/van is not authorized")
    with stub, pytest.raises(KeyMissing, match=reason) as caught:
        signer.sign(bytes(32))
    assert type(caught.value) is error
    assert caught.value.name == "dsh/anchor"
    assert "arn:" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Signature": b""},
        {"Signature": b"<html>"},
        {"Signature": encode_dss_signature(0, 1)},
        {"Signature": encode_dss_signature(1, SECP256K1_ORDER)},
        {"Signature": encode_dss_signature(2**300, 1)},
    ],
)
def test_garbage_is_no_signature(answer: dict[str, Any]) -> None:
    """What is no signature of the key is never handed on."""
    signer, stub = stubbed()
    stub.add_response("sign", answer)
    with stub, pytest.raises(KeyMissing):
        signer.sign(bytes(32))


@pytest.mark.parametrize("answer", [{}, {"PublicKey": b"<html>", "KeyUsage": "SIGN_VERIFY"}])
def test_garbage_is_no_public_key(answer: dict[str, Any]) -> None:
    """What is no public key gives no account."""
    signer, stub = stubbed(None)
    stub.add_response("get_public_key", answer)
    with stub, pytest.raises(KeyUnreachable, match="no public key"):
        assert signer.address


def test_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no credentials of AWS are found, that is said."""
    for name in ("AWS_ACCESS_KEY_ID", *AWS_SECRETS):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(KeyMissing, match="no credentials"):
        KmsSigner("dsh/anchor", PLACE, KmsClients(), bytes(20)).sign(bytes(32))


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where boto3 is not installed, the sentence says how to install it."""
    there = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.startswith("boto3"):
            raise ImportError(name)
        return there(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(KeyMissing, match=r"vanbang\[kms\]"):
        KmsSigner("dsh/anchor", PLACE, KmsClients(), bytes(20)).sign(bytes(32))


def test_keys_of_a_region_share_a_client() -> None:
    """One client serves all keys of a region: an installation may have a thousand of them."""
    clients = KmsClients()
    assert clients.client("a", PLACE) is clients.client("b", KmsKey(kms_key(), REGION))
    assert clients.client("a", PLACE) is not clients.client("a", KmsKey("alias/neo", "eu-west-1"))


def test_credentials_are_not_traced() -> None:
    """Also where everything is logged, nothing of the credentials is."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        KmsSigner("dsh/anchor", KmsKey(kms_key(), REGION), KmsClients()).sign(bytes(32))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert len(lines.getvalue()) > 1_000
    assert not [secret for secret in AWS_SECRETS.values() if secret in lines.getvalue()]
