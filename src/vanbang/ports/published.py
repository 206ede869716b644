"""Published files as their mirrors serve them, right or wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from vanbang.core.quorum import Failure


@dataclass(frozen=True, slots=True)
class Copy:
    """A mirror's copy of a file: its bytes, None if it has none, a Failure if it could not be asked.

    `mirror` names it as people may read it, without what may hold a key.
    """

    mirror: str
    data: bytes | Failure | None


class Published(Protocol):
    """The static files of docs/format.md section 16 on one or several mirrors. Nothing is trusted, and nothing checked.

    Never raises for what a mirror does. Safe to use from threads.
    """

    def copies(self, path: str) -> Iterator[Copy]:
        """The copies of each mirror in turn, each fetched when it is asked for."""
        ...
