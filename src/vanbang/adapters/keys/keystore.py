"""Keys by name in one folder: Ethereum keystores (version 3), P-256 keys and plain secrets, encrypted; and bindings to
keys that are kept elsewhere.

Trusted: who has the folder and its password signs as us. Back both up, apart from each other.
"""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from eth_account import Account

from vanbang.adapters.durable import make_folder, sync_folder, write_new
from vanbang.adapters.keys import external
from vanbang.adapters.keys.elsewhere import Elsewhere
from vanbang.adapters.keys.external import ExternalKey, Place
from vanbang.adapters.keys.folder import KeyFiles
from vanbang.adapters.keys.sealed import WrongPassword, seal, unseal
from vanbang.adapters.keys.signing import Secp256k1Signer
from vanbang.core.encoding import b64url, digest_of
from vanbang.core.errors import FormatError
from vanbang.ports import Conflict, KeyMissing, Signer, StoreError

SCRYPT_N: Final = 2**17
"""For a password that a person thought up: a guess takes 128 MiB and a good part of a second."""
SCRYPT_N_GENERATED: Final = 2**12
"""For the password of `password_file`: nobody guesses 256 random bits, so opening a key may be quick."""

Opened = TypeVar("Opened")


class KeystoreFolder:
    """A KeyStore in `folder` (mode 0700, files 0600). `scrypt_n` counts for files made from now on.

    secp256k1 keys are keystore files as Ethereum's own tools read them, or bound to a key that `elsewhere` opens. Keys
    once opened stay in memory. No account has two names: one key, one role.
    """

    def __init__(
        self, folder: Path, password: str, scrypt_n: int = SCRYPT_N, elsewhere: Elsewhere | None = None
    ) -> None:
        self._files = KeyFiles(folder)
        self._password = password
        self._scrypt_n = scrypt_n
        self._elsewhere = elsewhere or Elsewhere()
        self._open: dict[tuple[str, str], Any] = {}
        self._lock = RLock()
        self._password_opens = False

    def __repr__(self) -> str:
        return f"KeystoreFolder({self._files!r})"

    def create(self, name: str) -> Signer:
        """A new secp256k1 key. Raises StoreError if the name is taken, KeyMissing if the password is another by now."""
        secret = Account.create().key
        container = Account.encrypt(secret, self._password, "scrypt", self._scrypt_n)
        self._write(name, json.dumps(container).encode())
        return self.signer(name)

    def bind(self, name: str, place: Place) -> Signer:
        """Gives a name to a key that is kept elsewhere, once it has signed a probe. Nothing is stored if that fails.

        Raises StoreError if the name is taken, Conflict if the key has another name; KeyMissing, KeyUnreachable.
        """
        if name in self._files.names():
            raise StoreError(f"there is a key named {name} already")
        address = self._elsewhere.signer(name, place).address
        others = self._other_names(name, address)
        if others:
            raise Conflict(f"the key 0x{address.hex()} is {others[0]} already: one key has one role. Take another key")
        # What is signed here says nothing anywhere else: no transaction and no statement has such a hash.
        self._elsewhere.signer(name, place, address).sign(digest_of(b"vanbang probe" + secrets.token_bytes(32)))
        self._files.write(name, external.render(ExternalKey(name, address, place)))
        return self.signer(name)

    def signer(self, name: str) -> Signer:
        """The secp256k1 key of that name; nobody elsewhere is asked yet. Raises KeyMissing."""
        return self._opened(name, "account", lambda value: self._alone(name, self._account(name, value)))

    def create_es256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """A new P-256 key. Raises StoreError if the name is taken."""
        der = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._write(name, seal(der, self._password, name, "es256", self._scrypt_n))
        return self.es256(name)

    def es256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """The P-256 key of that name. Raises KeyMissing."""
        return self._opened(name, "es256", lambda value: _p256(unseal(value, self._password, name, "es256")))

    def create_secret(self, name: str) -> bytes:
        """32 new random bytes. Raises StoreError if the name is taken."""
        self._write(name, seal(secrets.token_bytes(32), self._password, name, "secret", self._scrypt_n))
        return self.secret(name)

    def secret(self, name: str) -> bytes:
        """The 32 bytes of that name. Raises KeyMissing."""
        return self._opened(name, "secret", lambda value: unseal(value, self._password, name, "secret"))

    def names(self) -> list[str]:
        """All names, sorted."""
        return self._files.names()

    def _write(self, name: str, data: bytes) -> None:
        if not self._password_opens:
            self._check_password()
            self._password_opens = True
        self._files.write(name, data)

    def _check_password(self) -> None:
        """What is made under another password than the other keys nobody would open. Raises KeyMissing."""
        for name in self._files.names():
            try:
                self._unsealed(name, self._files.value(name))
            except WrongPassword:
                raise KeyMissing(name, "the password does not open it, so no key is made under this one") from None
            except (KeyMissing, StoreError, KeyError, TypeError, ValueError):
                continue  # damaged, or kept elsewhere: the next one tells
            return

    def _unsealed(self, name: str, value: dict[str, Any]) -> bytes:
        kind = value.get("kind")
        return unseal(value, self._password, name, kind) if kind else self._keystore_secret(value)

    def _opened(self, name: str, kind: str, open_it: Callable[[dict[str, Any]], Opened]) -> Opened:
        with self._lock:
            if (name, kind) not in self._open:
                self._open[name, kind] = self._unlock(name, kind, open_it)
            opened: Opened = self._open[name, kind]
            return opened

    def _unlock(self, name: str, kind: str, open_it: Callable[[dict[str, Any]], Opened]) -> Opened:
        value = self._files.value(name)
        found = value.get("kind", "account")
        if found != kind and (found, kind) != (external.KIND, "account"):
            raise KeyMissing(name, f"it is of another kind than {kind}")
        try:
            return open_it(value)
        except WrongPassword:
            raise KeyMissing(name, "the password does not open it") from None
        except (KeyError, TypeError, ValueError):
            # The reason may quote what was decrypted: it is not passed on.
            raise KeyMissing(name, "its file is damaged") from None

    def _account(self, name: str, value: dict[str, Any]) -> Signer:
        if value.get("kind") == external.KIND:
            try:
                key = external.read(self._files.read(name), name)
            except FormatError as error:
                raise KeyMissing(name, str(error)) from None
            return self._elsewhere.signer(name, key.place, key.address)
        return Secp256k1Signer(self._keystore_secret(value))

    def _alone(self, name: str, signer: Signer) -> Signer:
        """`signer`, unless its account has another name too: then somebody copied a file or bound a key twice."""
        others = self._other_names(name, signer.address)
        if others:
            raise KeyMissing(name, f"it is the same key as {others[0]}: one key has one role, so neither is used")
        return signer

    def _other_names(self, name: str, address: bytes) -> list[str]:
        with self._lock:
            known = [(other, key.address) for (other, kind), key in self._open.items() if kind == "account"]
            known += self._files.accounts().items()
        return sorted({other for other, account in known if account == address} - {name})

    def _keystore_secret(self, value: dict[str, Any]) -> bytes:
        try:
            return bytes(Account.decrypt(value, self._password))
        except ValueError as error:
            if "MAC" in str(error):
                raise WrongPassword from None
            raise


def password_file(path: Path) -> str:
    """The password in the file; if there is none yet, one of 256 random bits (base64url) is made, mode 0600.

    Such a password needs no slow scrypt: open the folder with `SCRYPT_N_GENERATED`. Raises StoreError.
    """
    try:
        if not path.exists():
            make_folder(path.parent, 0o700)
            _write_password(path)
        password = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise StoreError(f"the password file {path.name} cannot be read or made: {error}") from error
    if not password:
        raise StoreError(f"the password file {path.name} is empty")
    return password


def _write_password(path: Path) -> None:
    try:
        write_new(path, b64url(secrets.token_bytes(32)).encode() + b"\n", 0o600)
    except FileExistsError:
        return
    finally:
        sync_folder(path.parent)


def _p256(der: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_der_private_key(der, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("not an elliptic curve key")
    return key
