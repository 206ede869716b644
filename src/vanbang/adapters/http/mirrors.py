"""Public files from mirrors, which are addresses (http, https) or local folders (docs/format.md section 16)."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from vanbang.adapters.http.at_once import at_once
from vanbang.adapters.http.bounded_http import HttpFailure, bounded_session, fetch
from vanbang.core.batch import MAX_MANIFEST_BYTES
from vanbang.core.encoding import digest_of
from vanbang.core.endorsement import MAX_ENDORSEMENTS_BYTES
from vanbang.core.quorum import Failure
from vanbang.core.status import MAX_STATUS_MANIFEST_BYTES
from vanbang.core.type_metadata import MAX_METADATA_BYTES

FILE_LIMITS: Final = {
    "manifests": MAX_MANIFEST_BYTES,
    "endorsements": MAX_ENDORSEMENTS_BYTES,
    "types": MAX_METADATA_BYTES,
    "status": MAX_STATUS_MANIFEST_BYTES,
}
"""Bytes, by folder; in `status` the manifest's limit is the greater one."""

# The whole path, so that nothing in it can lead out of a mirror's folder.
_FILE = re.compile(r"(manifests|endorsements|types|status)/([0-9a-f]{64})\Z")


class Mirrors:
    """Reads files found by their SHA-256; no mirror is trusted. Safe to use from threads.

    `timeout` is in seconds, for one file from one mirror.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._sessions = {folder: bounded_session(limit) for folder, limit in FILE_LIMITS.items()}

    def read(self, mirrors: Sequence[str], path: str) -> bytes | Failure:
        """The first mirror's file with the hash in `path`, else Failure `absent`. Raises ValueError for other paths."""
        match = _FILE.match(path)
        if not match:
            raise ValueError(f"{path!r} is no path of a file that is found by its hash")
        for mirror in mirrors:
            [found] = at_once([partial(self._one, mirror, path, match[1])], self._timeout)
            if isinstance(found, bytes) and digest_of(found).hex() == match[2]:
                return found
        return Failure("absent")

    def _one(self, mirror: str, path: str, folder: str) -> bytes | Failure:
        try:
            if mirror.startswith(("http://", "https://")):
                return fetch(self._sessions[folder], mirror.removesuffix("/") + "/" + path, self._timeout)
            with (folder_of(mirror) / path).open("rb") as file:
                return file.read(FILE_LIMITS[folder] + 1)
        except HttpFailure as failure:
            return Failure(failure.word)
        except (OSError, ValueError):
            return Failure("unreachable")


def folder_of(mirror: str) -> Path:
    """The folder that a mirror on this machine is, by path or `file:` address."""
    return Path(url2pathname(urlsplit(mirror).path) if mirror.startswith("file:") else mirror)
