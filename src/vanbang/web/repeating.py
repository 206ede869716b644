"""Writes that may be sent again: the same Idempotency-Key gives the same answer, byte for byte, and one effect.

What is kept of an answer is encrypted under the idempotency key itself, which is not stored: an answer may hold a new
API key or a proof URL, and a copy of the database must not.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Final

from starlette.responses import Response

from vanbang.core.strict_json import canonical, parse
from vanbang.notary.encryption import decrypt, encrypt
from vanbang.ports import AccessStore, StoredAnswer
from vanbang.web.answers import Answer
from vanbang.web.problems import Refused

_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}\Z")
_NOT_KEPT: Final = frozenset({401, 408, 429})
REPLAYED: Final = {"Idempotent-Replayed": "true"}


def check_idempotency_key(given: str | None) -> str:
    """The header's value. Raises Refused (400)."""
    if given is None or not _FORM.match(given):
        raise Refused("no_idempotency_key")
    return given


class Repeating:
    """One write by one API key under one idempotency key."""

    def __init__(self, store: AccessStore, index_key: bytes, scope: str, idempotency_key: str) -> None:
        self._store = store
        self._scope = scope
        self._root = hmac.digest(index_key, f"vanbang/1/write\0{scope}\0{idempotency_key}".encode(), "sha256")
        self._request = b""

    def secret(self, purpose: str) -> bytes:
        """32 bytes for what the write makes, the same at each attempt; tells nothing without the index key.

        Another request never gets them, not even under a key used again once its answer is forgotten: it would find
        what this one made, and take it for its own.
        """
        return hmac.digest(hmac.digest(self._root, self._request, "sha256"), purpose.encode(), "sha256")

    def answer(self, request: bytes, now: int, work: Callable[[], Answer]) -> Answer:
        """The stored answer, or that of `work`, which is stored. Raises KeyReused, StoreError, and what `work` raises.

        A crash after the effect and before the answer is stored leaves a claim: the same request does the work again,
        and finds its own effect.
        """
        key_hash, digest = self._kept("name"), sha256(request).digest()
        self._request = digest
        known = self._store.claim_answer(self._scope, key_hash, digest, now)
        if known is not None:
            return replace(self._opened(known), headers={**self._opened(known).headers, **REPLAYED})
        made = work()
        if made.status >= 500 or made.status in _NOT_KEPT:
            return made
        kept = self._store.keep_answer(self._scope, key_hash, self._closed(made))
        return self._opened(kept)

    def _kept(self, purpose: str) -> bytes:
        return hmac.digest(self._root, purpose.encode(), "sha256")

    def _closed(self, answer: Answer) -> StoredAnswer:
        head = canonical({"type": answer.media_type, **answer.headers})
        return StoredAnswer(answer.status, encrypt(self._kept("answer"), head + b"\n" + answer.body, b"answer"))

    def _opened(self, stored: StoredAnswer) -> Answer:
        head, _, body = decrypt(self._kept("answer"), stored.body, b"answer").partition(b"\n")
        headers = parse(head, "stored answer")
        return Answer(stored.status, body, headers.pop("type"), headers)


def of_response(response: Response) -> Answer:
    """A problem as an answer that can be kept."""
    headers = {
        name: value for name, value in response.headers.items() if name not in ("content-type", "content-length")
    }
    return Answer(response.status_code, bytes(response.body), response.headers["content-type"], headers)
