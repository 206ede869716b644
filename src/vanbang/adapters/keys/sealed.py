"""Secrets under a password: scrypt (RFC 7914) makes the key, AES-256-GCM seals.

One container for P-256 keys and plain secrets: an encrypted PKCS#8 file would stretch the same password with 2,048
rounds of PBKDF2 only, and so be the cheapest file of the folder to guess it from.
"""

import json
import secrets
from hashlib import scrypt
from typing import Any, ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vanbang.core.errors import VanbangError

_VERSION: Final = 1
_BLOCK: Final = 8
_MEMORY: Final = 2**28
"""Bytes: n = 2^17 with blocks of 8 takes 128 MiB."""


class WrongPassword(VanbangError):
    """The password does not open the container, or the container was altered; the stores tell it as KeyMissing."""

    code: ClassVar[str] = "wrong_password"


def seal(secret: bytes, password: str, name: str, kind: str, scrypt_n: int) -> bytes:
    """The container as JSON; `name` and `kind` are bound to it. `scrypt_n` is a power of two."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_stretch(password, salt, scrypt_n)).encrypt(nonce, secret, _bound(name, kind))
    value = {
        "kind": kind,
        "cipher": "aes-256-gcm",
        "kdf": {"name": "scrypt", "n": scrypt_n, "r": _BLOCK, "p": 1, "salt": salt.hex()},
        "nonce": nonce.hex(),
        "ciphertext": sealed.hex(),
        "vanbang_secret": _VERSION,
    }
    return json.dumps(value).encode()


def unseal(value: dict[str, Any], password: str, name: str, kind: str) -> bytes:
    """The secret of a parsed container. Raises WrongPassword; KeyError, TypeError or ValueError if it is damaged."""
    key = _stretch(password, bytes.fromhex(value["kdf"]["salt"]), value["kdf"]["n"])
    try:
        sealed = bytes.fromhex(value["ciphertext"])
        return AESGCM(key).decrypt(bytes.fromhex(value["nonce"]), sealed, _bound(name, kind))
    except InvalidTag:
        raise WrongPassword from None


def _stretch(password: str, salt: bytes, n: int) -> bytes:
    return scrypt(password.encode(), salt=salt, n=n, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32)


def _bound(name: str, kind: str) -> bytes:
    return f"vanbang {_VERSION} {kind} {name}".encode()
