"""Everything public copied into a static tree, which any web server or CDN serves with our own switched off.

No file is there before what it names: tiles and endorsements before the manifest of their batch, status lists before
the status manifest, all of them before the pages, and the trust configuration last. So a copy that was cut off anywhere
shows whole batches only, and what is there already needs no other note of how far the last one came. Every file is
checked on its way by the hash it is found by, tiles by the root; and so is what the tree has already of a batch that it
does not show yet.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final, TypeVar

from vanbang.core.batch import BatchManifest, read_manifest
from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.errors import FormatError
from vanbang.core.merkle import TILE_HEIGHT, row_size, tile_digests
from vanbang.core.status import read_status_manifest
from vanbang.notary.comparing import Found, InTree, Named, SourceDamaged, Tile, Wanted, found
from vanbang.notary.sealing import tile_path
from vanbang.notary.watching import Watcher
from vanbang.ports import ObjectStore, StaticTree

Items = TypeVar("Items", Sequence[str], range)

BATCHES_AT_ONCE: Final = 8
"""Most batches are small, and each waits five times for a bucket; a large one fills the processor by itself. Each holds
at most 6 MiB of tiles."""
CHUNK: Final = 256
"""Files, 2 MiB of tiles: as many as are read ahead."""

_HASHED: Final = re.compile(r"[a-z]+/[0-9a-f]{64}")


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
    """What was copied: batches newly shown, public files and their bytes, changed files of the site; what the tree had
    with other bytes and was put right, by path, and what is damaged in the store."""

    batches: int = 0
    files: int = 0
    size: int = 0
    site: int = 0
    mended: Sequence[str] = ()
    damaged: Sequence[SourceDamaged] = ()


def lacking(source: ObjectStore, tree: StaticTree) -> Lacking:
    """What of `source` is not in the tree, or is shorter or longer there. Raises StoreError."""
    return Lacking(*(folder.paths for folder in _folders(source, tree, check=False)))


def mirror(
    source: ObjectStore, tree: StaticTree, site: Iterable[SiteFile], watcher: Watcher, *, check: bool = False
) -> Mirrored:
    """Copies what the tree lacks; killed anywhere it may be run again. Raises StoreError.

    A batch that is shown already is taken as whole, unless `check`: then every public file of the tree is read back.
    Of what is looked at, a file with other bytes is put right. A damaged file stops its batch or status manifest and
    nothing else. `site` comes last, in its order.
    """
    watcher.stage("publishing")
    done = _Copy(source, tree, watcher).all(*_folders(source, tree, check=check))
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


@dataclass(frozen=True, slots=True)
class _Folder:
    """What of a folder is looked at, and what the tree has there, right or wrong."""

    paths: Sequence[str]
    there: Container[str]


@dataclass(slots=True)
class _Copy:
    """One run; counts what it copies, and of how much."""

    source: ObjectStore
    tree: StaticTree
    watcher: Watcher
    of: int = 0
    passed: int = 0
    files: int = 0
    size: int = 0
    mended: list[str] = field(default_factory=list)
    damaged: list[SourceDamaged] = field(default_factory=list)
    counting: Lock = field(default_factory=Lock)

    def all(self, batches: _Folder, status: _Folder, types: _Folder) -> Mirrored:
        """Types, status, then batch after batch."""
        manifests = list(self._manifests(batches))
        self.of = len(types.paths) + len(status.paths) + sum(_files_of(manifest) for *_, manifest in manifests)
        self.tree.public.put_many(file for item in self._good(types) for file in self._new(item))
        self._status(status)
        with ThreadPoolExecutor(BATCHES_AT_ONCE, "batches") as pool:
            shown = sum(pool.map(self._shown, manifests))
        named = {error.path: error for error in sorted(self.damaged, key=str)}
        return Mirrored(shown, self.files, self.size, mended=tuple(sorted(self.mended)), damaged=tuple(named.values()))

    def _manifests(self, batches: _Folder) -> Iterator[tuple[str, InTree, BatchManifest]]:
        for item in self._good(batches):
            try:
                yield item.path, item.in_tree, _parsed(item.path, item.data)
            except SourceDamaged as error:
                self.damaged.append(error)

    def _status(self, status: _Folder) -> None:
        """Lists first; a status manifest only where each list it names is in the tree."""
        manifests: list[str] = []
        self.tree.public.put_many(self._lists(status, manifests))
        there = {path for path, _ in self.tree.public.files("status")} if manifests else set()
        there -= {error.path for error in self.damaged}
        for manifest in self._good(_Folder(manifests, status.there)):  # read once more: there may be many
            try:
                self._status_manifest(manifest, there)
            except SourceDamaged as error:
                self.damaged.append(error)

    def _lists(self, status: _Folder, manifests: list[str]) -> Iterator[tuple[str, bytes]]:
        """Status lists that the tree lacks. Manifests are only noted: they are put when their lists are there."""
        for item in self._good(status):
            if item.data.startswith(b"{"):
                manifests.append(item.path)
            else:
                yield from self._new(item)

    def _status_manifest(self, item: Found, there: set[str]) -> None:
        try:
            lists = read_status_manifest(item.data).lists
        except FormatError as error:
            raise SourceDamaged(item.path, f"is no status manifest ({error})") from error
        for named in {f"status/{reference.sha256.hex()}" for reference in lists} - there:
            self._one(named)  # stored while the folder was being listed
        self._put(item)

    def _shown(self, batch: tuple[str, InTree, BatchManifest]) -> bool:
        """Whether the batch is whole, and in the tree from now on."""
        try:
            self._batch(*batch)
        except SourceDamaged as error:
            self.damaged.append(error)
            return False
        return batch[1] is not InTree.RIGHT

    def _batch(self, path: str, in_tree: InTree, manifest: BatchManifest) -> None:
        is_new = in_tree is InTree.NOTHING
        if manifest.endorsements is not None:
            self._one(f"endorsements/{manifest.endorsements.hex()}", again=is_new)
        there = {path for path, _ in self.tree.public.files(f"tiles/{manifest.root.hex()}")}
        self.tree.public.put_many(self._tiles(manifest, there, again=is_new))
        self._put(Found(path, manifest.to_bytes(), in_tree))

    def _tiles(self, manifest: BatchManifest, there: Container[str], *, again: bool) -> Iterator[tuple[str, bytes]]:
        """The tiles that are not there, level by level from the root, each checked against the one above it.

        With `again` one of each level that is there as well: who left it may have died before their names were durable,
        and putting one makes all names of its folder so.
        """
        row = bytes(manifest.root)
        for level, numbers in tile_places(manifest.tree_size):
            below: list[bytes] = []
            left: list[tuple[str, bytes]] = []
            for some in _chunks(numbers):
                for item in self._right([_tile(manifest, level, number, row) for number in some], there):
                    if level:
                        below.append(item.data)
                    yield from self._new(item)
                    if again and not left and item.in_tree is InTree.RIGHT:
                        left = [(item.path, item.data)]
            yield from left
            row = b"".join(below)

    def _one(self, path: str, *, again: bool = False) -> None:
        """A single file, which the tree may have; with `again` it is put nevertheless. Raises SourceDamaged."""
        for item in self._right([Named(path)], (path,)):
            self._put(item)
            if again and item.in_tree is InTree.RIGHT:
                self.tree.public.put(item.path, item.data)

    def _right(self, wanted: Sequence[Wanted], there: Container[str]) -> Iterator[Found]:
        """The files. Raises SourceDamaged."""
        for item in found(wanted, there, self.source, self.tree.public):
            if isinstance(item, SourceDamaged):
                raise item
            yield item

    def _good(self, folder: _Folder) -> Iterator[Found]:
        """Those files of a folder that are not damaged in the store; the others are noted."""
        for some in _chunks(folder.paths):
            for item in found([Named(path) for path in some], folder.there, self.source, self.tree.public):
                if isinstance(item, SourceDamaged):
                    self.damaged.append(item)
                else:
                    yield item

    def _put(self, item: Found) -> None:
        for path, data in self._new(item):
            self.tree.public.put(path, data)

    def _new(self, item: Found) -> Iterator[tuple[str, bytes]]:
        """The file if the tree has none; one that is wrong there is put right at once."""
        if item.in_tree is InTree.WRONG:
            self.tree.mend(item.path, item.data)
            self.mended.append(item.path)
        if item.in_tree is not InTree.RIGHT:
            self._count(item.data)
        self._pass(1)
        if item.in_tree is InTree.NOTHING:
            yield item.path, item.data

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


def _folders(source: ObjectStore, tree: StaticTree, *, check: bool) -> list[_Folder]:
    """Manifests are listed first: what they name was stored before them, so nothing that is needed comes too late."""
    return [_folder(source, tree.public, name, check=check) for name in ("manifests", "status", "types")]


def _folder(source: ObjectStore, target: ObjectStore, name: str, *, check: bool) -> _Folder:
    """What the tree lacks, by path and length; with `check` everything that is in either. What the tree alone has under
    a name that is no hash is somebody else's."""
    stored = set(source.files(name))
    shown = set(target.files(name))
    only_shown = {(path, size) for path, size in shown - stored if _HASHED.fullmatch(path)}
    paths = {path for path, _ in (stored | only_shown if check else stored - shown)}
    return _Folder(tuple(sorted(paths)), {path for path, _ in shown})


def _chunks(items: Items) -> Iterator[Items]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _tile(manifest: BatchManifest, level: int, number: int, row: bytes) -> Tile:
    """A tile, given the digests of the row above it."""
    size = tile_digests(level, number, manifest.tree_size) * DIGEST_SIZE
    above = row[number * DIGEST_SIZE : (number + 1) * DIGEST_SIZE]
    return Tile(tile_path(manifest.root, level, number), size, above)


def _parsed(path: str, data: bytes) -> BatchManifest:
    try:
        return read_manifest(data)
    except FormatError as error:
        raise SourceDamaged(path, f"is no batch manifest ({error})") from error
