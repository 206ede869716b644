"""A record at rest: its blind key, and its values under its own secret (docs/format.md section 3)."""

import hmac

from vanbang.catalog import CredentialType, Record
from vanbang.core.record_keys import encryption_key
from vanbang.core.strict_json import canonical, parse
from vanbang.notary.encryption import RECORD, decrypt, encrypt
from vanbang.notary.packing import pack, unpack
from vanbang.ports import StoredRecord


def record_key(index_key: bytes, kind: CredentialType, record: Record) -> bytes:
    """The blind index of a record: HMAC-SHA-256 of its unique key, 32 bytes; tells nothing without the index key."""
    return blind_key(index_key, kind, kind.record_key(record))


def blind_key(index_key: bytes, kind: CredentialType, key: str) -> bytes:
    """The blind index of a record key as `CredentialType.record_key` gives it."""
    return hmac.digest(index_key, f"{kind.vct}\0{key}".encode(), "sha256")


def encrypt_record(kind: CredentialType, record: Record, secret: bytes) -> bytes:
    """The record, packed, under its secret's encryption key: some 240 bytes of a diploma's 1,400."""
    return encrypt(encryption_key(secret), pack(kind.name, canonical(kind.values_of(record))), RECORD)


def decrypt_record(kind: CredentialType, stored: StoredRecord) -> Record:
    """The record as it was validated. Raises StoreError if ciphertext or secret were changed."""
    return kind.restore(parse(record_json(kind, encryption_key(stored.secret), stored.ciphertext), "record"))


def record_json(kind: CredentialType, key: bytes, ciphertext: bytes) -> bytes:
    """The canonical JSON that a record was encrypted as, under its encryption key. Raises StoreError."""
    return unpack(kind.name, decrypt(key, ciphertext, RECORD))
