"""Published files found by their hash; what is wrong with a mirror's copy is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from vanbang.core.encoding import digest_of
from vanbang.core.quorum import Failure
from vanbang.notary.auditing.findings import Finding, Tell
from vanbang.ports import ObjectStore
from vanbang.ports.published import Copy, Published


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """Published over an installation's own public files."""

    objects: ObjectStore

    def copies(self, path: str) -> Iterator[Copy]:
        """The one copy there is."""
        yield Copy("", self.objects.get(path))


@dataclass(slots=True)
class Reader:
    """Reads for one place of an audit, and tells what it finds there. `is_good` becomes False with any finding but
    a note."""

    files: Published
    tell: Tell
    place: Finding
    is_good: bool = True

    def say(self, code: str, path: str = "", detail: str = "") -> None:
        """Tells a finding at this place."""
        found = replace(self.place, code=code, path=path, detail=detail)
        self.is_good = self.is_good and found.weight == "note"
        self.tell(found)

    def hashed(self, folder: str, digest: bytes, absent: str = "file_missing") -> bytes | None:
        """The file with this SHA-256 from the first mirror that has it; None: told as `absent`, altered, unreachable.

        A copy with another hash is told also when another mirror has the right one.
        """
        path = f"{folder}/{digest.hex()}"
        return self._first(path, lambda data: digest_of(data) == digest, "file_altered", absent)

    def tile(self, path: str, size: int) -> bytes | None:
        """The tile's bytes, `size` of them, unchecked; None: told."""
        return self._first(path, lambda data: len(data) == size, "tile_altered", "tile_missing")

    def _first(self, path: str, fits: Callable[[bytes], bool], altered: str, absent: str) -> bytes | None:
        failure, saw_any = "", False
        for copy in self.files.copies(path):
            if isinstance(copy.data, Failure):
                failure = f"{copy.mirror} {copy.data.reason}".strip()
            elif copy.data is not None:
                if fits(copy.data):
                    return copy.data
                saw_any = True
                self.say(altered, path, copy.mirror)
        if failure:
            self.say("file_unreachable", path, failure)
        elif not saw_any:
            self.say(absent, path)
        return None
