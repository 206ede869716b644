"""Every mirror's copy of a published file, for those who check the mirrors (docs/format.md section 16)."""

from collections.abc import Iterator, Sequence
from typing import Final

from vanbang.adapters.http.bounded_http import TIMEOUT, HttpFailure, bounded_session, fetch
from vanbang.adapters.http.mirrors import FILE_LIMITS, folder_of
from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.merkle import TILE_WIDTH
from vanbang.core.quorum import Failure
from vanbang.core.trust import shown_url
from vanbang.ports.published import Copy

LIMITS: Final = {**FILE_LIMITS, "tiles": TILE_WIDTH * DIGEST_SIZE}
"""Bytes, by folder."""
IS_HTTP: Final = ("http://", "https://")


class MirrorFiles:
    """Published over mirrors that are addresses (http, https) or folders of this machine.

    `timeout` is in seconds, for one file from one mirror. A file over its limit is a Failure on an address, and cut one
    byte behind the limit in a folder.
    """

    def __init__(self, mirrors: Sequence[str], timeout: float = TIMEOUT) -> None:
        self._mirrors = tuple(mirrors)
        self._timeout = timeout
        self._sessions = {folder: bounded_session(limit) for folder, limit in LIMITS.items()}

    def copies(self, path: str) -> Iterator[Copy]:
        for mirror in self._mirrors:
            shown = shown_url(mirror) if mirror.startswith(IS_HTTP) else str(folder_of(mirror))
            yield Copy(shown, self._one(mirror, path))

    def _one(self, mirror: str, path: str) -> bytes | Failure | None:
        folder = path.split("/", 1)[0]
        if mirror.startswith(IS_HTTP):
            try:
                return fetch(self._sessions[folder], mirror.removesuffix("/") + "/" + path, self._timeout)
            except HttpFailure as failure:
                return None if failure.word in ("http_404", "http_410") else Failure(failure.word)
        return _read(mirror, path, LIMITS[folder])


def _read(mirror: str, path: str, limit: int) -> bytes | Failure | None:
    root = folder_of(mirror)
    try:
        with (root / path).open("rb") as file:
            return file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        # A folder that is not there at all says nothing of what was published.
        return None if root.is_dir() else Failure("unreachable")
    except OSError:
        return Failure("unreachable")
