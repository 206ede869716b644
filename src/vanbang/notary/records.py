"""A record at rest: its blind key, and its values under its own secret (docs/format.md section 3)."""

import hmac
from typing import Final

from vanbang.catalog import CredentialType, Record
from vanbang.core.record_keys import encryption_key
from vanbang.core.strict_json import canonical, parse
from vanbang.notary.encryption import RECORD, decrypt, encrypt
from vanbang.notary.packing import pack, unpack
from vanbang.ports import StoredRecord, StoreError

LEARNER_FIELD: Final = "ma_nguoi_hoc"
CITIZEN_FIELD: Final = "so_ddcn"
"""As every type calls them that has them."""
LEARNER_SIZE: Final = 8
CITIZEN_BITS: Final = 20
"""Of ten million numbers ten share one index: who holds the key and tries all numbers of a day learns little more."""


def record_key(index_key: bytes, kind: CredentialType, record: Record) -> bytes:
    """The blind index of a record: HMAC-SHA-256 of its unique key, 32 bytes; tells nothing without the index key."""
    return blind_key(index_key, kind, kind.record_key(record))


def blind_key(index_key: bytes, kind: CredentialType, key: str) -> bytes:
    """The blind index of a record key as `CredentialType.record_key` gives it."""
    return hmac.digest(index_key, f"{kind.vct}\0{key}".encode(), "sha256")


def learner_index(index_key: bytes, record: Record) -> bytes | None:
    """The blind index of whose record it is by learner number, the same in every type: 8 bytes; None without one."""
    return blind_learner(index_key, record.__dict__.get(LEARNER_FIELD) or "")


def citizen_index(index_key: bytes, record: Record) -> int | None:
    """The same by citizen number, which is so short to guess that only 20 bits are kept: below 2^20."""
    return blind_citizen(index_key, record.__dict__.get(CITIZEN_FIELD) or "")


def blind_learner(index_key: bytes, number: str) -> bytes | None:
    """`learner_index` of a number as the catalog stores it; None for none."""
    return hmac.digest(index_key, f"learner\0{number}".encode(), "sha256")[:LEARNER_SIZE] if number else None


def blind_citizen(index_key: bytes, number: str) -> int | None:
    """`citizen_index` of a number as the catalog stores it; None for none."""
    if not number:
        return None
    digest = hmac.digest(index_key, f"citizen\0{number}".encode(), "sha256")
    return int.from_bytes(digest[:4], "big") >> 32 - CITIZEN_BITS


def encrypt_record(kind: CredentialType, record: Record, secret: bytes) -> bytes:
    """The record, packed, under its secret's encryption key: some 240 bytes of a diploma's 1,400."""
    return encrypt(encryption_key(secret), pack(kind.name, canonical(kind.values_of(record))), RECORD)


def decrypt_record(kind: CredentialType, stored: StoredRecord) -> Record:
    """The record as it was validated. Raises StoreError, FormatError if ciphertext or secret were changed."""
    values = parse(record_json(kind, encryption_key(stored.secret), stored.ciphertext), "record")
    try:
        return kind.restore(values)
    except TypeError as error:
        raise StoreError("what was encrypted is no record of its type") from error


def record_json(kind: CredentialType, key: bytes, ciphertext: bytes) -> bytes:
    """The canonical JSON that a record was encrypted as, under its encryption key. Raises StoreError."""
    return unpack(kind.name, decrypt(key, ciphertext, RECORD))
