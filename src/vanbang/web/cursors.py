"""Cursors: where the next page begins, for its list alone. Opaque and authenticated: nobody can make one up."""

import hmac
from typing import Any, Final

from vanbang.core.encoding import b64url, from_b64url
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import canonical, parse
from vanbang.web.problems import Refused

TAG_SIZE: Final = 16
MAX_LENGTH: Final = 1_024


class Cursors:
    """Writes and reads cursors under a key of the installation."""

    def __init__(self, index_key: bytes) -> None:
        self._key = hmac.digest(index_key, b"vanbang/1/cursor", "sha256")

    def write(self, listed: str, place: list[str | int]) -> str:
        """The cursor behind `place`; `listed` names the list with its filters and whose it is."""
        data = canonical(place)
        return b64url(self._tag(listed, data) + data)

    def read(self, listed: str, cursor: str) -> list[Any]:
        """The place. Raises Refused (400) for a cursor of another list, or a changed one."""
        try:
            raw = from_b64url(cursor, "cursor") if len(cursor) <= MAX_LENGTH else b""
        except FormatError as error:
            raise Refused("cursor") from error
        tag, data = raw[:TAG_SIZE], raw[TAG_SIZE:]
        if not hmac.compare_digest(tag, self._tag(listed, data)):
            raise Refused("cursor")
        place: list[Any] = parse(data, "cursor")
        return place

    def _tag(self, listed: str, data: bytes) -> bytes:
        return hmac.digest(self._key, listed.encode("utf-8", "surrogatepass") + b"\0" + data, "sha256")[:TAG_SIZE]
