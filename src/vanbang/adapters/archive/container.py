"""A long stream under a password: scrypt (RFC 7914) makes the key, AES-256-GCM seals it piece by piece.

One line says how, then come the pieces. The nonce of a piece is its number, and a mark on the last one: pieces cannot
change places, and a stream cut off between two of them does not open. The key is the file's own, by its random salt.
"""

import json
import secrets
from hashlib import scrypt
from typing import Any, BinaryIO, ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vanbang.core.errors import VanbangError

MARK: Final = b"vanbang-backup "
"""How a sealed file begins."""
PIECE: Final = 2**20
TAG: Final = 16
SCRYPT_N: Final = 2**17
"""A guess takes 128 MiB and a good part of a second."""

_BLOCK: Final = 8
_MEMORY: Final = 2**28
_LONGEST_LINE: Final = 1_000


class BackupDamaged(VanbangError):
    """A backup that is not exactly what was written, or another password than it was written with."""

    code: ClassVar[str] = "backup_damaged"


class SealingWriter:
    """Writes to `target`, sealed; the file is whole only after `close`."""

    def __init__(self, target: BinaryIO, password: str) -> None:
        kdf = {"name": "scrypt", "n": SCRYPT_N, "r": _BLOCK, "p": 1, "salt": secrets.token_hex(16)}
        how = {"version": 1, "kdf": kdf, "cipher": "aes-256-gcm", "piece": PIECE}
        self._line = MARK + json.dumps(how).encode() + b"\n"
        self._key = AESGCM(_stretch(password, kdf))
        self._target = target
        self._waiting = bytearray()
        self._number = 0
        target.write(self._line)

    def write(self, data: bytes) -> int:
        """Takes bytes; a piece goes out as soon as it is known not to be the last."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: pieces go out when they are full."""

    def close(self) -> None:
        """Writes the last piece; `target` stays open."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._key.encrypt(_nonce(self._number, last=last), piece, self._line))
        self._number += 1


class OpeningReader:
    """Reads what SealingWriter wrote. Nothing is handed out before it is authenticated. Raises BackupDamaged."""

    def __init__(self, source: BinaryIO, password: str) -> None:
        self._line = source.readline(_LONGEST_LINE)
        self._key = AESGCM(_stretch(password, _kdf(self._line)))
        self._source = source
        self._ahead = source.read(PIECE + TAG)
        self._open = b""
        self._number = 0

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes (all that is left, if negative); b"" at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE), b""))
        while not self._open and self._ahead:
            self._open = self._next()
        data, self._open = self._open[:size], self._open[size:]
        return data

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._source.read(PIECE + TAG)
        try:
            piece = self._key.decrypt(_nonce(self._number, last=not self._ahead), sealed, self._line)
        except InvalidTag:
            if self._number == 0:
                raise BackupDamaged("the password does not open this backup, or it is damaged") from None
            raise BackupDamaged(f"the backup is damaged or cut off after {self._number} MiB") from None
        self._number += 1
        return piece


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _kdf(line: bytes) -> dict[str, Any]:
    try:
        how = json.loads(line.removeprefix(MARK))
        if (how["version"], how["cipher"], how["piece"]) != (1, "aes-256-gcm", PIECE):
            raise BackupDamaged("the backup is of another version of vanbang, or damaged")
        kdf: dict[str, Any] = how["kdf"]
    except (KeyError, TypeError, ValueError):
        raise BackupDamaged("the backup's first line is damaged") from None
    return kdf


def _stretch(password: str, kdf: dict[str, Any]) -> bytes:
    try:
        salt = bytes.fromhex(kdf["salt"])
        return scrypt(password.encode(), salt=salt, n=kdf["n"], r=kdf["r"], p=kdf["p"], maxmem=_MEMORY, dklen=32)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BackupDamaged("the backup's first line is damaged") from None
