"""Lists on their way in: uploads, their parts, and the private folder they wait in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

UploadState = Literal["OPEN", "RECEIVED", "ACCEPTED", "REFUSED"]
"""OPEN takes parts; RECEIVED is whole and durable, and will be checked whatever happens; the others are its end."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One list sent in. `iss` None: by the ministry, for any institution. `type_name` empty: found row by row.

    `secret` (32 bytes) encrypts everything that is kept of it (see `Spool`); without it nothing can be read.
    `error` is a stable code for what ended it beside findings. Times are unix seconds.
    """

    id: str
    iss: str | None
    created_by: str
    created_at: int
    name: str
    secret: bytes
    type_name: str = ""
    accept_valid: bool = False
    state: UploadState = "OPEN"
    size: int = 0
    body_sha256: bytes | None = None
    rows: int = 0
    accepted: int = 0
    errors: int = 0
    warnings: int = 0
    finished_at: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an upload that is durable: number from 1, bytes, SHA-256."""

    number: int
    size: int
    sha256: bytes


class UploadStore(Protocol):
    """Uploads and their parts. Each method is one transaction: durable when it returns, nothing when it raises.

    Raises StoreError, and what a method names.
    """

    def add_upload(self, upload: Upload) -> Upload:
        """Stores it, or gives the one stored under this id already."""
        ...

    def upload(self, upload_id: str) -> Upload | None:
        """The upload, or None."""
        ...

    def uploads(
        self,
        *,
        iss: str | None = None,
        states: Sequence[str] = (),
        after: tuple[int, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Upload]:
        """Those by (created_at, id) behind `after`, of one institution (None: all), in these states (none: all)."""
        ...

    def accepted_upload(self, iss: str | None, body_sha256: bytes) -> Upload | None:
        """The upload of these bytes by this institution that was ACCEPTED, or None."""
        ...

    def add_part(self, upload_id: str, part: Part) -> None:
        """Notes a part, replacing one of the same number. Raises Conflict if the upload is not OPEN."""
        ...

    def parts(self, upload_id: str) -> Sequence[Part]:
        """By number."""
        ...

    def receive(self, upload_id: str, parts: Sequence[Part], body_sha256: bytes) -> Upload:
        """OPEN to RECEIVED, if these are its parts, by number. Repeating it with the same hash is harmless; raises
        Conflict otherwise."""
        ...

    def refuse_upload(self, ended: Upload) -> None:
        """RECEIVED to REFUSED, with counts and `error` of `ended`. Raises Conflict if it ended otherwise."""
        ...

    def expire_uploads(self, before: int) -> Sequence[str]:
        """Forgets the secrets of REFUSED and OPEN uploads made before that time (their files can never be read
        again) and of ACCEPTED ones finished before it; gives the ids whose files may be removed."""
        ...


class Spool(Protocol):
    """The private folder of uploads: encrypted bytes by upload and name. Trusted with ciphertexts only.

    `put` returns only when the bytes are durable, whole or not at all, and replaces what was there. Raises StoreError.
    """

    def put(self, upload_id: str, name: str, data: bytes) -> None:
        """Names are of [a-z0-9-]."""
        ...

    def get(self, upload_id: str, name: str) -> bytes | None:
        """The bytes, or None."""
        ...

    def remove(self, upload_id: str) -> None:
        """Removes everything of an upload; harmless if there is nothing."""
        ...
