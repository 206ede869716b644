"""The paths that public files may have (docs/format.md section 16), and the buckets that they may be in."""

import re
from dataclasses import dataclass
from typing import Final

from vanbang.ports import StoreError

MAX_PATH: Final = 200
"""Characters; our longest path, a tile's, has fewer than 90."""

# A segment begins with a letter or digit: no `..`, no hidden file, no temporary one.
_PATH = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*\Z")


_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[a-z0-9][a-z0-9.-]*)*)/?")


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """A bucket, and the prefix in it under which everything lies; empty, or without slashes at its ends."""

    bucket: str
    prefix: str = ""

    @classmethod
    def of(cls, text: str) -> "BucketPlace":
        """From `s3://bucket/prefix`. Raises ValueError."""
        match = _PLACE.fullmatch(text)
        if match is None:
            raise ValueError(f"{without_user(text)[:200]!r} is no s3://bucket/prefix in small letters, digits, . and -")
        return cls(match[1], match[2].strip("/"))

    def below(self, folder: str) -> "BucketPlace":
        """A folder in it."""
        return BucketPlace(self.bucket, f"{self.prefix}/{folder}".strip("/"))

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def without_user(address: str) -> str:
    """An address as an error may repeat it: without what stands before an @, a name and a password, or keys."""
    return re.sub("://.*@", "://…@", address, flags=re.DOTALL)


def is_path(path: str) -> bool:
    """Whether a file can be stored under `path`."""
    return len(path) <= MAX_PATH and _PATH.match(path) is not None


def checked_path(path: str) -> str:
    """`path` if a file can be stored under it. Raises StoreError."""
    if not is_path(path):
        raise StoreError(f"{path[:MAX_PATH]!r} is no path of a public file: small letters, digits, . and - between /")
    return path
