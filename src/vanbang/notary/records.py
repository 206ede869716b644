"""A record at rest: its blind key, and its values under its own secret (docs/format.md section 3)."""

import hmac

from vanbang.catalog import CredentialType, Record
from vanbang.core.record_keys import encryption_key
from vanbang.core.strict_json import canonical, parse
from vanbang.notary.encryption import RECORD, decrypt, encrypt
from vanbang.ports import StoredRecord


def record_key(index_key: bytes, kind: CredentialType, record: Record) -> bytes:
    """The blind index of a record: HMAC-SHA-256 of its unique key, 32 bytes; tells nothing without the index key."""
    return blind_key(index_key, kind, kind.record_key(record))


def blind_key(index_key: bytes, kind: CredentialType, key: str) -> bytes:
    """The blind index of a record key as `CredentialType.record_key` gives it."""
    return hmac.digest(index_key, f"{kind.vct}\0{key}".encode(), "sha256")


def encrypt_record(kind: CredentialType, record: Record, secret: bytes) -> bytes:
    """The record under its secret's encryption key."""
    return encrypt(encryption_key(secret), canonical(kind.values_of(record)), RECORD)


def decrypt_record(kind: CredentialType, stored: StoredRecord) -> Record:
    """The record as it was validated. Raises StoreError if ciphertext or secret were changed."""
    data = decrypt(encryption_key(stored.secret), stored.ciphertext, RECORD)
    return kind.restore(parse(data, "record"))
