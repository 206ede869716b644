"""Private links of graduates, and the words they and their visitors write (docs/format.md section 15.2).

A link is `/h/<id>#<key>`. What a browser sends is a token that follows from the key; of the token only a hash is kept.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import shake_256
from secrets import token_bytes
from typing import Final

from vanbang.core.encoding import b64url, from_b64url
from vanbang.notary.encryption import decrypt, encrypt
from vanbang.ports import Holder, HolderStore, StoredRecord

ID_SIZE: Final = 16
KEY_SIZE: Final = 32
TOKEN_DOMAIN: Final = b"vanbang/1/holder"
VISITOR_WITHIN: Final = 3_600
"""Seconds after an opening within which the visitor may say who he is."""

_FORM: Final = re.compile(r"vbh_([A-Za-z0-9_-]{22})_([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])\Z")
_NOBODY: Final = token_bytes(32)


@dataclass(frozen=True, slots=True)
class PrivateLink:
    """Both halves of a holder's link; `key` goes behind the `#` and is kept nowhere."""

    id: str
    key: str = field(repr=False)

    def url(self, base: str) -> str:
        """The link on a host, `base` without a trailing slash."""
        return f"{base}/h/{self.id}#{self.key}"

    @property
    def bearer(self) -> str:
        """What the page at the link sends as `Authorization: Bearer`."""
        return f"vbh_{self.id}_{b64url(_token(self))}"


def make_holder(
    store: HolderStore, iss: str | None, keys: Sequence[bytes], now: int, seed: bytes | None = None
) -> PrivateLink:
    """A link to what stands under these blind record keys, made by an institution (None: for all of them).

    The same `seed` of 32 secret bytes gives the same link. Raises TooMany.
    """
    link = _drawn(seed)
    store.add_holder(Holder(link.id, _hash(_token(link)), iss, now), keys)
    return link


def renew_holder(store: HolderStore, holder_id: str, now: int, seed: bytes | None = None) -> PrivateLink:
    """The same link with another key; the old one lets nobody in from now on. Raises Conflict if it has ended."""
    link = PrivateLink(holder_id, _drawn(seed).key)
    store.renew_holder(holder_id, _hash(_token(link)), now)
    return link


def known_holder(store: HolderStore, bearer: str) -> Holder | None:
    """The holder whose token this is, if his link was not withdrawn. Raises StoreError.

    An unknown id takes the same way as a known one: a look-up, a hash, a comparison in constant time.
    """
    match = _FORM.match(bearer)
    if match is None:
        return None
    holder = store.holder(match[1])
    given = _hash(from_b64url(match[2], "token", KEY_SIZE))
    same = hmac.compare_digest(given, holder.token_sha256 if holder else _NOBODY)
    return holder if holder and same and holder.ended_at is None else None


def sealed_text(record: StoredRecord, kind: str, owner: str, words: str) -> bytes:
    """What somebody wrote about a record, readable as long as the record is: its secret opens both."""
    return encrypt(_words_key(record), words.encode(), _associated(kind, owner))


def opened_text(record: StoredRecord, kind: str, owner: str, sealed: bytes) -> str | None:
    """The words again; None when the record is erased. Raises StoreError if the bytes were changed."""
    if not record.secret:
        return None
    return decrypt(_words_key(record), sealed, _associated(kind, owner)).decode()


def _drawn(seed: bytes | None) -> PrivateLink:
    """The same seed gives the same link. No id begins like an option of the command line."""
    drawn = shake_256(b"vanbang/1/holder-link" + (token_bytes(32) if seed is None else seed))
    material = drawn.digest(ID_SIZE + KEY_SIZE)
    link = PrivateLink(b64url(material[:ID_SIZE]), b64url(material[ID_SIZE:]))
    return _drawn(material) if link.id.startswith("-") else link


def _token(link: PrivateLink) -> bytes:
    key = from_b64url(link.key, "key", KEY_SIZE)
    return hashlib.sha256(TOKEN_DOMAIN + link.id.encode("ascii") + key).digest()


def _hash(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _words_key(record: StoredRecord) -> bytes:
    return shake_256(b"vanbang/1/words" + record.secret).digest(32)


def _associated(kind: str, owner: str) -> bytes:
    return f"{kind} {owner}".encode()
