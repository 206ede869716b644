"""The paths that public files may have (docs/format.md section 16)."""

import re
from typing import Final

from vanbang.ports import StoreError

MAX_PATH: Final = 200
"""Characters; our longest path, a tile's, has fewer than 90."""

# A segment begins with a letter or digit: no `..`, no hidden file, no temporary one.
_PATH = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*\Z")


def is_path(path: str) -> bool:
    """Whether a file can be stored under `path`."""
    return len(path) <= MAX_PATH and _PATH.match(path) is not None


def checked_path(path: str) -> str:
    """`path` if a file can be stored under it. Raises StoreError."""
    if not is_path(path):
        raise StoreError(f"{path[:MAX_PATH]!r} is no path of a public file: small letters, digits, . and - between /")
    return path
