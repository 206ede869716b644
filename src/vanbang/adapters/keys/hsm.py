"""secp256k1 keys in hardware modules, by PKCS#11. Trusted: the module, its maker's library, and whoever has the PIN.

The package python-pkcs11 (extra `hsm`) is loaded when the first such key is used. A library is loaded once in a process
and is asked by one thread at a time: not every maker's stands more. A call that the hardware never answers blocks the
process's other calls; PKCS#11 knows no time limit.
"""

import re
from collections.abc import Callable
from functools import cache
from threading import RLock
from typing import Any, Final, TypeVar

from vanbang.adapters.keys.external import Pkcs11Key
from vanbang.adapters.keys.signing import account_of, checked_digest, recoverable
from vanbang.ports import KeyMissing, KeyUnreachable

SECP256K1: Final = bytes.fromhex("06052b8104000a")
"""CKA_EC_PARAMS of the curve: the object identifier 1.3.132.0.10 in DER."""

_POINT = re.compile(rb"(?:\x04\x41)?(\x04.{64})\Z", re.DOTALL)
"""CKA_EC_POINT: 65 bytes in an OCTET STRING; some makers leave the wrapping out."""
_PIN_REFUSED: Final = {
    "PinIncorrect": "the token refuses the PIN",
    "PinInvalid": "the token refuses the PIN",
    "PinLenRange": "the token refuses the PIN",
    "PinExpired": "the PIN has expired and must be changed",
    "PinLocked": "the token has locked itself after wrong PINs: its security officer unlocks it",
    "UserPinNotInitialized": "the token has no PIN yet",
}

ReadPin = Callable[[], str]
Found = TypeVar("Found")


class Pkcs11Signer:
    """Signs digests with a key on a token. Its repr shows the key's name only.

    `address` of a key that is bound is known; else the token is asked once. `pin` is called at each login.
    """

    def __init__(self, name: str, place: Pkcs11Key, pin: ReadPin, address: bytes | None = None) -> None:
        self._name = name
        self._place = place
        self._pin = pin
        self._address = address

    @property
    def address(self) -> bytes:
        """The 20-byte account. Raises KeyMissing, KeyUnreachable."""
        if self._address is None:
            point = self._use(lambda token: token.public_point(self._name, self._place.key))
            self._address = account_of(point)
        return self._address

    def sign(self, digest: bytes) -> bytes:
        """r || s || v over a 32-byte digest: 65 bytes, low s, v 27 or 28. Other bytes each time, on most tokens.

        Raises KeyMissing, KeyUnreachable; ValueError for another length.
        """
        checked_digest(digest)
        both = self._use(lambda token: token.sign(self._name, self._place.key, digest))
        r, s = int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big")
        return recoverable(self._name, digest, r, s, self.address)

    def __repr__(self) -> str:
        return f"Pkcs11Signer({self._name})"

    def _use(self, act: Callable[["Session"], Found]) -> Found:
        return _module(self._place.module).use(self._name, self._place.token, self._pin, act)


class Module:
    """A maker's library in this process: one session for each token, logged in, shared by its keys.

    A session that is gone (the token was pulled, the module was started again) is opened anew, once for each call.
    A PIN that was refused is not tried again: a token locks itself after a few.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._sessions: dict[str, Session] = {}
        self._refused: dict[str, tuple[str, int]] = {}
        self._lock = RLock()

    def use(self, name: str, token: str, pin: ReadPin, act: Callable[["Session"], Found]) -> Found:
        """What `act` finds in the token's session. Raises KeyMissing, KeyUnreachable."""
        with self._lock:
            pkcs11 = _library(name)
            try:
                if token in self._sessions:
                    return act(self._sessions[token])
            except pkcs11.PKCS11Error:
                self._close(token)
            try:
                self._sessions[token] = self._open(name, token, pin)
                return act(self._sessions[token])
            except pkcs11.PKCS11Error as error:
                self._close(token)
                raise KeyUnreachable(name, f"the hardware module cannot sign now ({type(error).__name__})") from None

    def _open(self, name: str, token: str, pin: ReadPin) -> "Session":
        pkcs11 = _library(name)
        found, given = self._token(name, token), pin()
        told, refused = self._refused.get(token, ("", 0))
        if told and refused == hash(given):
            raise KeyMissing(name, f"{told}; it is not tried again")
        try:
            return Session(found.open(user_pin=given))
        except pkcs11.UserAlreadyLoggedIn:
            # The login is the whole process's: another session of ours still has it.
            return Session(found.open())
        except pkcs11.PKCS11Error as error:
            told = _PIN_REFUSED.get(type(error).__name__, "")
            if not told:
                raise
            self._refused[token] = told, hash(given)
            raise KeyMissing(name, told) from None

    def _token(self, name: str, token: str) -> Any:
        """The token with this label. Some libraries see one that was put in only when they are started again."""
        pkcs11 = _library(name)
        try:
            library = pkcs11.lib(self._path)
        except pkcs11.PKCS11Error:
            raise KeyMissing(name, "the library of its hardware module cannot be loaded") from None
        try:
            return library.get_token(token_label=token)
        except pkcs11.MultipleTokensReturned:
            raise KeyMissing(name, "several tokens have the label of its token") from None
        except pkcs11.PKCS11Error:
            # Numbers of old sessions mean something else from here on: none of them may be used again.
            self._sessions.clear()
            library.reinitialize()
        try:
            return library.get_token(token_label=token)
        except pkcs11.NoSuchToken:
            raise KeyUnreachable(name, "its token is not there: is it plugged in, and its label right?") from None

    def _close(self, token: str) -> None:
        session = self._sessions.pop(token, None)
        if session is not None:
            session.close()


class Session:
    """A login to a token, and the keys found in it."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self._keys: dict[str, Any] = {}

    def sign(self, name: str, label: str, digest: bytes) -> bytes:
        """r || s by CKM_ECDSA over the digest itself. Raises KeyMissing, PKCS11Error."""
        pkcs11 = _library(name)
        if label not in self._keys:
            self._keys[label] = self._only(name, label, pkcs11.ObjectClass.PRIVATE_KEY)
        return bytes(self._keys[label].sign(digest, mechanism=pkcs11.Mechanism.ECDSA))

    def public_point(self, name: str, label: str) -> bytes:
        """4 || x || y of the public key with the label. Raises KeyMissing, PKCS11Error."""
        pkcs11 = _library(name)
        key = self._only(name, label, pkcs11.ObjectClass.PUBLIC_KEY)
        if bytes(key[pkcs11.Attribute.EC_PARAMS]) != SECP256K1:
            raise KeyMissing(name, "it is not of the curve secp256k1")
        point = _POINT.match(bytes(key[pkcs11.Attribute.EC_POINT]))
        if point is None:
            raise KeyMissing(name, "its token tells the public key in a form unknown to us")
        return point[1]

    def close(self) -> None:
        """Ends the session, if it has not ended by itself."""
        try:
            self._opened.close()
        except RuntimeError:  # the base of every PKCS11Error
            return

    def _only(self, name: str, label: str, kind: Any) -> Any:
        attribute, types = _library(name).Attribute, _library(name).KeyType
        wanted = {attribute.CLASS: kind, attribute.KEY_TYPE: types.EC, attribute.LABEL: label}
        found = list(self._opened.get_objects(wanted))
        if len(found) != 1:
            half = kind.name.lower().replace("_", " ")
            raise KeyMissing(name, f"its token has {len(found) or 'no'} elliptic {half}s with its label, not one")
        return found[0]


@cache
def _module(path: str) -> Module:
    return Module(path)


def _library(name: str) -> Any:
    try:
        import pkcs11
    except ImportError:
        told = "it is in a hardware module; python-pkcs11 is missing here: pip install 'vanbang[hsm]'"
        raise KeyMissing(name, told) from None
    return pkcs11
