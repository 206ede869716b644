"""AES-256-GCM, `iv || ciphertext || tag` (docs/format.md section 15)."""

from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vanbang.ports import StoreError

IV_SIZE = 12
TAG_SIZE = 16
RECORD = b"record"
"""What the ciphertext of a record is associated with."""


def encrypt(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Encrypts under a 32-byte key that is used for one plaintext only, with a random 96-bit iv."""
    iv = token_bytes(IV_SIZE)
    return iv + AESGCM(key).encrypt(iv, plaintext, associated)


def decrypt(key: bytes, data: bytes, associated: bytes) -> bytes:
    """The plaintext. Raises StoreError if key, data or associated data are not the ones it was encrypted with."""
    try:
        return AESGCM(key).decrypt(data[:IV_SIZE], data[IV_SIZE:], associated)
    except (InvalidTag, ValueError, TypeError) as error:  # SQLite holds text in a column of bytes if told to
        raise StoreError("this ciphertext does not open: wrong key, or changed") from error
