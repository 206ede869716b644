"""Everything public copied into a static tree, which any web server or CDN serves with our own switched off.

No file is there before what it names: tiles and endorsements before the manifest of their batch, status lists before
the status manifest, all of them before the pages, and the trust configuration last. So a copy that was cut off anywhere
shows whole batches only, and what is there already needs no other note of how far the last one came. Every file is
checked on its way by the hash it is found by, tiles by the root.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import ClassVar, Final, TypeVar

from vanbang.core.batch import BatchManifest, read_manifest
from vanbang.core.encoding import DIGEST_SIZE, digest_of
from vanbang.core.errors import FormatError
from vanbang.core.merkle import TILE_HEIGHT, fold_row, row_size, tile_digests
from vanbang.core.status import read_status_manifest
from vanbang.notary.sealing import tile_path
from vanbang.notary.watching import Watcher
from vanbang.ports import ObjectStore, StaticTree, StoreError

Items = TypeVar("Items", Sequence[str], range)

BATCHES_AT_ONCE: Final = 8
"""Most batches are small, and each waits four times for a bucket; a large one fills the processor by itself. Each holds
at most 6 MiB of tiles."""
CHUNK: Final = 256
"""Files, 2 MiB of tiles: as many as are read ahead."""


class SourceDamaged(StoreError):
    """A public file in the store is missing or not what its name says; nothing that names it was published."""

    code: ClassVar[str] = "source_damaged"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} {why}: put it back from a backup or a mirror, and publish again")
        self.path = path


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file of the site itself; unlike the public ones it may change."""

    path: str
    data: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a tree does not have yet: paths, and batches by the paths of their manifests."""

    batches: Sequence[str]
    status: Sequence[str]
    types: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What was copied: batches newly shown, public files and their bytes, changed files of the site; and what was
    damaged."""

    batches: int = 0
    files: int = 0
    size: int = 0
    site: int = 0
    damaged: Sequence[SourceDamaged] = ()


def lacking(source: ObjectStore, tree: StaticTree) -> Lacking:
    """What of `source` is not in the tree. Raises StoreError.

    Manifests are listed first: what they name was stored before them, so nothing that is needed comes too late.
    """
    return Lacking(*(_lacking(source, tree.public, folder) for folder in ("manifests", "status", "types")))


def mirror(source: ObjectStore, tree: StaticTree, site: Iterable[SiteFile], watcher: Watcher) -> Mirrored:
    """Copies what the tree lacks; killed anywhere it may be run again. Raises StoreError.

    A damaged file stops its batch or status manifest and nothing else. `site` comes last, in its order.
    """
    watcher.stage("publishing")
    missing = lacking(source, tree)
    done = _Copy(source, tree.public, watcher).all(missing)
    changed = [file.path for file in site if tree.replace(file.path, file.data, file.media_type)]
    return replace(done, site=len(changed))


def tile_places(size: int) -> Iterator[tuple[int, range]]:
    """The levels of a tree's tiles, the highest first, each with the numbers of its tiles (format section 6)."""
    levels = [0]
    while row_size(size, levels[-1] + TILE_HEIGHT) > 1:
        levels.append(levels[-1] + TILE_HEIGHT)
    for level in reversed(levels):
        yield level, range(row_size(row_size(size, level), TILE_HEIGHT))


def public_bytes(size: int) -> tuple[int, int]:
    """Files and bytes of the tiles of a tree of `size` leaves."""
    places = list(tile_places(size))
    return sum(len(numbers) for _, numbers in places), sum(row_size(size, level) for level, _ in places) * DIGEST_SIZE


@dataclass(slots=True)
class _Copy:
    """One run; counts what it copies, and of how much."""

    source: ObjectStore
    target: ObjectStore
    watcher: Watcher
    of: int = 0
    passed: int = 0
    files: int = 0
    size: int = 0
    damaged: list[SourceDamaged] = field(default_factory=list)
    counting: Lock = field(default_factory=Lock)

    def all(self, missing: Lacking) -> Mirrored:
        """Types, status, then batch after batch."""
        manifests = list(self._manifests(missing.batches))
        self.of = len(missing.types) + len(missing.status) + sum(_files_of(manifest) for _, manifest in manifests)
        self.target.put_many(self._hashed(missing.types))
        self._status(missing.status)
        with ThreadPoolExecutor(BATCHES_AT_ONCE, "batches") as pool:
            shown = sum(pool.map(self._shown, manifests))
        named = {error.path: error for error in sorted(self.damaged, key=str)}
        return Mirrored(shown, self.files, self.size, damaged=tuple(named.values()))

    def _manifests(self, paths: Sequence[str]) -> Iterator[tuple[str, BatchManifest]]:
        for path, data in self._read(paths):
            try:
                yield path, _parsed(path, _checked(path, data))
            except SourceDamaged as error:
                self.damaged.append(error)

    def _status(self, paths: Sequence[str]) -> None:
        """Lists first; a status manifest only where each list it names is in the tree."""
        manifests: list[str] = []
        self.target.put_many(self._hashed(paths, manifests))
        there = {path for path, _ in self.target.files("status")} if manifests else set()
        for path in manifests:
            try:
                self._status_manifest(path, there)
            except SourceDamaged as error:
                self.damaged.append(error)

    def _status_manifest(self, path: str, there: set[str]) -> None:
        data = self._whole(path)
        try:
            lists = read_status_manifest(data).lists
        except FormatError as error:
            raise SourceDamaged(path, f"is no status manifest ({error})") from error
        for named in {f"status/{item.sha256.hex()}" for item in lists} - there:
            self._put(named, self._whole(named))  # stored while the folder was being listed
        self._put(path, data)

    def _shown(self, batch: tuple[str, BatchManifest]) -> bool:
        """Whether the batch is whole, and so is in the tree now."""
        try:
            self._batch(*batch)
        except SourceDamaged as error:
            self.damaged.append(error)
            return False
        return True

    def _batch(self, path: str, manifest: BatchManifest) -> None:
        if manifest.endorsements is not None:
            named = f"endorsements/{manifest.endorsements.hex()}"
            self._put(named, self._whole(named))
        there = dict(self.target.files(f"tiles/{manifest.root.hex()}"))
        self.target.put_many(self._tiles(manifest, there))
        self._put(path, manifest.to_bytes())

    def _tiles(self, manifest: BatchManifest, there: dict[str, int]) -> Iterator[tuple[str, bytes]]:
        """The tiles that are not there, level by level from the root, each checked against the one above it."""
        row = bytes(manifest.root)
        for level, numbers in tile_places(manifest.tree_size):
            above, below = row, []
            for number, path, data in self._row(manifest, level, numbers, there):
                if fold_row(data, TILE_HEIGHT) != above[number * DIGEST_SIZE : (number + 1) * DIGEST_SIZE]:
                    raise SourceDamaged(path, "does not belong to its tree")
                if level:
                    below.append(data)
                if there.get(path) != len(data):
                    self._count(data)
                    yield path, data
            row = b"".join(below)

    def _row(
        self, manifest: BatchManifest, level: int, numbers: range, there: dict[str, int]
    ) -> Iterator[tuple[int, str, bytes]]:
        """The tiles of a level that are needed: for the tree, or for those below them."""
        for some in _chunks(numbers):
            lengths = {n: tile_digests(level, n, manifest.tree_size) * DIGEST_SIZE for n in some}
            path = {n: tile_path(manifest.root, level, n) for n in some}
            wanted = [n for n in some if level or there.get(path[n]) != lengths[n]]
            found = self.source.get_many([path[n] for n in wanted])
            for n, data in zip(wanted, found, strict=True):
                if data is None or len(data) != lengths[n]:
                    raise SourceDamaged(path[n], "is missing" if data is None else f"has {len(data)} bytes")
                yield n, path[n], data
            self._pass(len(some))

    def _hashed(self, paths: Sequence[str], manifests: list[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Files found by their hash. Status manifests are only noted: they are put when their lists are there."""
        for path, data in self._read(paths):
            try:
                whole = _checked(path, data)
            except SourceDamaged as error:
                self.damaged.append(error)
                continue
            if manifests is not None and whole.startswith(b"{"):
                manifests.append(path)
                continue
            self._count(whole)
            self._pass(1)
            yield path, whole

    def _read(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for some in _chunks(paths):
            yield from zip(some, self.source.get_many(some), strict=True)

    def _whole(self, path: str) -> bytes:
        return _checked(path, self.source.get(path))

    def _put(self, path: str, data: bytes) -> None:
        self.target.put(path, data)
        self._count(data)
        self._pass(1)

    def _count(self, data: bytes) -> None:
        with self.counting:
            self.files, self.size = self.files + 1, self.size + len(data)

    def _pass(self, number: int) -> None:
        with self.counting:
            self.passed += number
            self.watcher.done(self.passed, max(self.of, self.passed))


def _files_of(manifest: BatchManifest) -> int:
    """Tiles, endorsements and the manifest itself."""
    return public_bytes(manifest.tree_size)[0] + (manifest.endorsements is not None) + 1


def _lacking(source: ObjectStore, target: ObjectStore, folder: str) -> tuple[str, ...]:
    found = {path for path, _ in source.files(folder)}
    return tuple(sorted(found - {path for path, _ in target.files(folder)}))


def _chunks(items: Items) -> Iterator[Items]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _checked(path: str, data: bytes | None) -> bytes:
    """The file, which its name is the hash of. Raises SourceDamaged."""
    if data is None:
        raise SourceDamaged(path, "is missing")
    if digest_of(data).hex() != path.rpartition("/")[2]:
        raise SourceDamaged(path, "has another hash than its name says")
    return data


def _parsed(path: str, data: bytes) -> BatchManifest:
    try:
        return read_manifest(data)
    except FormatError as error:
        raise SourceDamaged(path, f"is no batch manifest ({error})") from error
