"""Opening a proof URL: the ciphertext comes from the host it names, the key never leaves this machine."""

import re
from typing import ClassVar
from urllib.parse import urlsplit

from vanbang.adapters.http.bounded_http import TIMEOUT, HttpFailure, bounded_session, fetch
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.encoding import from_b64url
from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.trust import shown_url
from vanbang.notary.encryption import IV_SIZE, TAG_SIZE, decrypt
from vanbang.ports import StoreError

_PATH = re.compile(r"(.*)/v/([A-Za-z0-9_-]{22})\Z")


class ProofUrlUnusable(VanbangError):
    """A proof URL that leads to no credential file; the sentence says why, and never repeats the key."""

    code: ClassVar[str] = "proof_url"


class ShareEnded(ProofUrlUnusable):
    """A proof URL whose time is over, or that was withdrawn: neither says anything about the diploma."""

    code: ClassVar[str] = "share_ended"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{shown_url(address)}: this link is over, by its time or because it was withdrawn; that says nothing "
            "about the diploma: ask its holder for another link"
        )


def is_proof_url(text: str) -> bool:
    """Whether `text` looks like a proof URL rather than the path of a file."""
    return text.startswith(("http://", "https://"))


def open_proof_url(url: str) -> bytes:
    """The credential file behind a proof URL (docs/format.md section 15). Raises ProofUrlUnusable, ShareEnded."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ProofUrlUnusable("this is no proof URL: https://<host>/v/<id>#<key>") from error
    match = _PATH.match(parts.path)
    try:
        key = from_b64url(parts.fragment, "key", 32)
    except FormatError as error:
        raise ProofUrlUnusable("the part behind # is not a key: was the link cut off?") from error
    if not match:
        raise ProofUrlUnusable("this is no proof URL: https://<host>/v/<id>#<key>")
    address = f"{parts.scheme}://{parts.netloc}{match[1]}/v1/shares/{match[2]}"
    try:
        data = fetch(bounded_session(MAX_CREDENTIAL_BYTES + IV_SIZE + TAG_SIZE), address, TIMEOUT)
    except HttpFailure as failure:
        if failure.word == "http_410":
            raise ShareEnded(address) from failure
        reason = "it knows no such diploma" if failure.word == "http_404" else f"no answer ({failure.word})"
        raise ProofUrlUnusable(f"{shown_url(address)}: {reason}") from failure
    try:
        return decrypt(key, data, match[2].encode("ascii"))
    except StoreError as error:
        raise ProofUrlUnusable("the key in this link does not open the file: was the link cut off?") from error
