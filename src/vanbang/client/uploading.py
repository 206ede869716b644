"""Sending a list in parts: after a break only what is not there yet goes out again."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from vanbang.client.calls import get, post
from vanbang.client.exchange import Calling, Patience, Request, asked, new_key
from vanbang.client.models import Upload, read
from vanbang.core.errors import FormatError

PART_BYTES: Final = 2**22
"""Half of what a server takes by default, so that a slow line fits a part in its time."""


@dataclass(frozen=True, slots=True)
class NewList:
    """A list to be sent: bytes or a file, and what the server is told of it (docs/api.md)."""

    body: bytes | Path
    name: str
    issuer: str | None = None
    type: str | None = None
    accept_valid: bool = False
    part_bytes: int = PART_BYTES

    def members(self) -> dict[str, Any]:
        """The body of the request that begins the upload."""
        told = {"name": self.name, "issuer": self.issuer, "type": self.type, "accept_valid": self.accept_valid}
        return {name: value for name, value in told.items() if value is not None}

    def parts(self) -> Iterator[bytes]:
        """The list in order, in parts. Raises FormatError for a file that cannot be read."""
        if isinstance(self.body, bytes):
            for start in range(0, len(self.body), self.part_bytes):
                yield self.body[start : start + self.part_bytes]
            return
        try:
            with self.body.open("rb") as file:
                while part := file.read(self.part_bytes):
                    yield part
        except OSError as error:
            raise FormatError(str(self.body), f"cannot be read: {error.strerror}") from error


def new_list(
    body: bytes | Path, name: str | None, issuer: str | None, type_name: str | None, accept_valid: bool, part_bytes: int
) -> NewList:
    """A list as a client is told of it. Raises FormatError: a list without a name, or parts of nothing."""
    called = name or (body.name if isinstance(body, Path) else "")
    if not called:
        raise FormatError("name", "a list that is no file needs a name, like tot-nghiep-2026-06.csv")
    if part_bytes < 1:
        raise FormatError("part_bytes", "not at least 1")
    return NewList(body, called, issuer, type_name, accept_valid, part_bytes)


def send(new: NewList, key: str | None, patience: Patience) -> Calling[Upload]:
    """Sends a list, or what is left of it if it was begun under this `key` within seven days; then completes it.

    The hash of the whole is compared by the server: a list that changed in between is refused (hash_differs).
    """
    key = key or new_key()
    begun = read(Upload, (yield from asked(post("/v1/uploads", new.members(), key), patience)).body)
    path = f"/v1/uploads/{begun.id}"
    now = read(Upload, (yield from asked(get(path), patience)).body)
    there, whole = {part.number: part.sha256 for part in now.parts}, sha256()
    for number, part in enumerate(new.parts(), 1):
        whole.update(part)
        if now.state == "OPEN" and there.get(number) != sha256(part).hexdigest():
            headers = {"content-type": "application/octet-stream"}
            yield from asked(Request("PUT", f"{path}/parts/{number}", part, headers), patience)
    done = post(f"{path}/complete", {"sha256": whole.hexdigest()}, f"{sha256(key.encode()).hexdigest()}.complete")
    return read(Upload, (yield from asked(done, patience)).body)
