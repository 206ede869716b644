"""API keys: made, known again, replaced and ended. A key is `vb_<id>_<secret>`; of the secret only a hash is kept."""

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from secrets import token_bytes, token_hex
from threading import Lock
from typing import ClassVar, Final

from vanbang.core.encoding import b64url, from_b64url
from vanbang.core.errors import VanbangError
from vanbang.ports import AccessStore, ApiKey, Conflict, Role

ID_SIZE: Final = 8
SECRET_SIZE: Final = 32
DAY: Final = 86_400
MAX_OVERLAP: Final = 7 * DAY
"""Seconds for which a replaced key may go on: time to carry the new one to where the old one is used."""

REMEMBERED_FOR: Final = 2.0
"""Seconds for which a key is not looked up again: an ended key lets nobody in for longer than that."""

REMEMBERED: Final = 4_096
"""Keys remembered: more institutions than there are, with several keys each."""

_FORM: Final = re.compile(r"vb_([0-9a-f]{16})_([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])\Z")
_NOBODY: Final = token_bytes(32)


class KeyRefused(VanbangError):
    """An API key that cannot be made as asked."""

    code: ClassVar[str] = "key_refused"


def new_id() -> str:
    """A random id for an API key."""
    return token_hex(ID_SIZE)


def new_secret() -> bytes:
    """A random secret for an API key."""
    return token_bytes(SECRET_SIZE)


def text_of(key_id: str, secret: bytes) -> str:
    """The key as its holder keeps it. It is shown once."""
    return f"vb_{key_id}_{b64url(secret)}"


def make_key(
    store: AccessStore, key_id: str, secret: bytes, iss: str | None, role: Role, label: str, now: int, days: int
) -> ApiKey:
    """Stores a new API key, good for `days`; the same id again gives the stored one.

    Raises KeyRefused: a ministry's key is for all institutions, for it makes keys of any.
    """
    if role == "ministry" and iss is not None:
        raise KeyRefused("a key with the role ministry is for all institutions: name none")
    return store.add_api_key(ApiKey(key_id, _hash(secret), iss, role, label, now, now + days * DAY))


def replace_key(
    store: AccessStore, old: ApiKey, key_id: str, secret: bytes, now: int, overlap: int, days: int
) -> ApiKey:
    """A new key with the same role and reach; the old one ends `overlap` seconds from now. May be done again.

    Raises Conflict if the old one was replaced by another, or is not good any more.
    """
    if old.replaced_by not in (None, key_id) or (old.replaced_by is None and not old.is_good(now)):
        raise Conflict("this API key has ended or was replaced already")
    made = make_key(store, key_id, secret, old.iss, old.role, old.label, now, days)
    # A crash here leaves two good keys: the same request again ends the old one.
    store.end_api_key(old.id, min(now + min(overlap, MAX_OVERLAP), old.expires_at), key_id)
    return made


class Gate:
    """Knows API keys again. Safe to use from threads.

    Keys are remembered for REMEMBERED_FOR seconds; who comes with an unknown id is looked up each time.
    """

    def __init__(self, store: AccessStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[float, ApiKey]] = OrderedDict()
        self._lock = Lock()

    def remembers(self, text: str) -> bool:
        """Whether `enter` will answer without asking the store."""
        match = _FORM.match(text)
        return match is None or self._fresh(match[1]) is not None

    def has_met(self, text: str) -> bool:
        """Whether a key with this id is remembered, be it for too long to be believed."""
        match = _FORM.match(text)
        return match is not None and match[1] in self._kept

    def enter(self, text: str, now: int) -> ApiKey | None:
        """The key, if it is good at this time (unix seconds); None tells nothing about why not. Raises StoreError.

        An unknown id takes the same way as a known one: a look-up, a hash, a comparison in constant time.
        """
        match = _FORM.match(text)
        if match is None:
            return None
        key = self._fresh(match[1]) or self._looked_up(match[1])
        given = _hash(from_b64url(match[2], "secret", SECRET_SIZE))
        same = hmac.compare_digest(given, key.secret_sha256 if key else _NOBODY)
        return key if key and same and key.is_good(now) else None

    def forget(self, key_id: str) -> None:
        """Looks the key up again at once: it was ended in this process."""
        with self._lock:
            self._kept.pop(key_id, None)

    def _fresh(self, key_id: str) -> ApiKey | None:
        kept = self._kept.get(key_id)
        return kept[1] if kept and self._monotonic() < kept[0] else None

    def _looked_up(self, key_id: str) -> ApiKey | None:
        key = self._store.api_key(key_id)
        if key is not None:
            with self._lock:
                self._kept[key_id] = (self._monotonic() + REMEMBERED_FOR, key)
                self._kept.move_to_end(key_id)
                while len(self._kept) > REMEMBERED:
                    self._kept.popitem(last=False)
        return key


def _hash(secret: bytes) -> bytes:
    # Plain SHA-256 suffices: the secret is 256 random bits, there is nothing to guess.
    return hashlib.sha256(secret).digest()
