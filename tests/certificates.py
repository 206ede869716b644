"""Certificates of institutions and of nobody in particular, for tests of signed PDFs."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from world import p256


@cache
def pkcs12_of(name: str, password: str | None = None) -> bytes:
    """A key with its self-made certificate in this name, as a PKCS#12 file."""
    key, called = p256(name), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(called, called, key.public_key(), 1)
    made = made.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    locked = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"", key, made.sign(key, hashes.SHA256()), None, locked)
