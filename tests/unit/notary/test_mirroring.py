"""Copying everything public: in what order, what a kill leaves, and what damaged files keep from being shown."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import pytest

from published_batches import House
from vanbang.adapters import durable
from vanbang.adapters.objects import FolderStore, FolderTree, MemoryStore
from vanbang.core.batch import read_manifest
from vanbang.core.merkle import TreeBuilder
from vanbang.core.status import CredentialStatus, read_status_manifest
from vanbang.notary.comparing import SourceDamaged
from vanbang.notary.mirroring import Lacking, Mirrored, SiteFile, lacking, mirror, public_bytes
from vanbang.notary.watching import Unwatched
from vanbang.ports import StoreError

SITE = (
    SiteFile("index.html", b"<!doctype html>", "text/html; charset=utf-8"),
    SiteFile("trust.json", b"{}", "application/json"),
)
SIZES = {"first": 5, "second": 700}


class Killed(BaseException):
    """The end of the process, wherever it is."""


class Fragile(MemoryStore):
    """A store that dies with the process before its nth put; `log` is what was put."""

    def __init__(self, log: list[str], at: int = 10**9) -> None:
        super().__init__()
        self.log, self.at, self.one = log, at, Lock()

    def put(self, path: str, data: bytes) -> None:
        with self.one:
            if len(self.log) >= self.at:
                raise Killed
            super().put(path, data)
            self.log.append(path)


class MemoryTree:
    """A StaticTree in memory; `log` is what was put, in order."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.public = Fragile(self.log)
        self.site: dict[str, bytes] = {}

    def mend(self, path: str, data: bytes) -> None:
        self.public._files[path] = data

    def replace(self, path: str, data: bytes, media_type: str) -> bool:
        if self.site.get(path) == data:
            return False
        if len(self.log) >= self.public.at:
            raise Killed
        self.site[path] = data
        self.log.append(path)
        return True


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Two batches and two status roots as they were published."""
    house = House()
    house.publish_status({1: CredentialStatus.VALID})
    for name, size in SIZES.items():
        house.publish_batch(name, size)
    house.publish_status({2: CredentialStatus.REVOKED})
    house.files.put("types", b'{"vct":"urn:vanbang:type:test-diploma:1"}')
    return house.files.files


@pytest.fixture
def source(files: dict[str, bytes]) -> MemoryStore:
    return stored(files)


def stored(files: dict[str, bytes]) -> MemoryStore:
    store = MemoryStore()
    store.put_many(files.items())
    return store


def names_nothing_absent(tree: MemoryTree) -> None:
    """Fails unless everything that a shown file names is there."""
    there = {path for folder in ("tiles", "endorsements", "types", "status") for path, _ in tree.public.files(folder)}
    for path, _ in list(tree.public.files("manifests")):
        manifest = read_manifest(tree.public.get(path) or b"")
        count, size = public_bytes(manifest.tree_size)
        tiles = list(tree.public.files(f"tiles/{manifest.root.hex()}"))
        assert (len(tiles), sum(length for _, length in tiles)) == (count, size)
        assert manifest.endorsements is None or f"endorsements/{manifest.endorsements.hex()}" in there
    for path in there:
        data = tree.public.get(path) or b""
        if path.startswith("status/") and data.startswith(b"{"):
            assert {f"status/{item.sha256.hex()}" for item in read_status_manifest(data).lists} <= there
    if "trust.json" in tree.site:
        assert "index.html" in tree.site


def test_everything_public_is_copied_once(source: MemoryStore, files: dict[str, bytes]) -> None:
    """The first run copies all files and says so; the second finds nothing to do and changes nothing."""
    tree = MemoryTree()
    done = mirror(source, tree, SITE, Unwatched())
    assert done == Mirrored(2, len(files), sum(map(len, files.values())), 2)
    assert {path: tree.public.get(path) for path in files} == files
    assert mirror(source, tree, SITE, Unwatched()) == Mirrored()
    assert lacking(source, tree) == Lacking((), (), ())
    assert len(tree.log) == len(files) + 2


def test_wherever_it_is_killed_no_half_of_a_batch_is_shown(source: MemoryStore, files: dict[str, bytes]) -> None:
    """Killed before each of its writes in turn and run again, a copy shows whole batches at every moment and ends."""
    for moment in range(len(files) + 2):
        tree = MemoryTree()
        tree.public.at = moment
        with pytest.raises(Killed):
            mirror(source, tree, SITE, Unwatched())
        names_nothing_absent(tree)
        tree.public.at = 10**9
        done = mirror(source, tree, SITE, Unwatched())
        assert done.files + moment >= len(files)
        assert set(tree.log) == {*files, "index.html", "trust.json"}
        names_nothing_absent(tree)


def test_trust_comes_last(source: MemoryStore) -> None:
    """The pages come after all public files, and the trust configuration after the pages."""
    tree = MemoryTree()
    mirror(source, tree, SITE, Unwatched())
    assert tree.log[-2:] == ["index.html", "trust.json"]


@pytest.mark.parametrize(
    ("folder", "change", "why"),
    [
        ("tiles", lambda data: bytes(32) + data[32:], "does not belong to its tree"),
        ("tiles", lambda data: data[:-32], "bytes"),
        ("manifests", lambda data: data + b"\n", "another hash"),
        ("endorsements", lambda data: data[:-1], "another hash"),
        ("tiles", lambda _: None, "is missing"),
        ("endorsements", lambda _: None, "is missing"),
    ],
)
def test_a_damaged_file_keeps_its_batch_back(
    files: dict[str, bytes], folder: str, change: Callable[[bytes], bytes | None], why: str
) -> None:
    """A batch with a file that is missing or altered is not shown, the other is, and the file is named."""
    at = next(path for path in reversed(files) if path.startswith(folder))
    altered = {path: change(data) if path == at else data for path, data in files.items()}
    tree = MemoryTree()
    done = mirror(stored({path: data for path, data in altered.items() if data is not None}), tree, SITE, Unwatched())
    assert (done.batches, [error.path for error in done.damaged]) == (1, [at])
    assert why in str(done.damaged[0])
    assert len(list(tree.public.files("manifests"))) == 1
    assert tree.site.keys() == {"index.html", "trust.json"}
    assert mirror(stored(files), tree, SITE, Unwatched()).batches == 1
    names_nothing_absent(tree)


@pytest.mark.parametrize("which", ["list", "manifest"])
def test_a_damaged_status_file_keeps_its_root_back(files: dict[str, bytes], which: str) -> None:
    """A status manifest that is altered, or whose list is, is not shown; batches are."""
    first = b"{" if which == "manifest" else b"ey"
    at = next(path for path in reversed(files) if path.startswith("status/") and files[path].startswith(first))
    tree = MemoryTree()
    done = mirror(stored(files | {at: files[at] + b" "}), tree, SITE, Unwatched())
    assert [error.path for error in done.damaged] == [at]
    assert done.batches == 2
    assert len(list(tree.public.files("status"))) == len([path for path in files if path.startswith("status/")]) - (
        1 if which == "manifest" else 2
    )
    names_nothing_absent(tree)


def test_a_list_stored_while_the_folder_is_listed_is_copied(files: dict[str, bytes]) -> None:
    """A list that the listing of the store did not show yet comes with the manifest that names it."""
    hidden = next(path for path in files if path.startswith("status/") and files[path].startswith(b"ey"))

    class Racing(MemoryStore):
        def files(self, folder: str):
            return (entry for entry in super().files(folder) if entry[0] != hidden)

    store, tree = Racing(), MemoryTree()
    store.put_many(files.items())
    assert not mirror(store, tree, SITE, Unwatched()).damaged
    assert tree.public.get(hidden) == files[hidden]


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_any_file_that_is_wrong_in_the_tree(source: MemoryStore, files: dict[str, bytes]) -> None:
    """One flipped bit in any file of a whole tree is found by a check, named and put right, without another write; and
    without a check nothing is read of batches that are shown."""
    tree = MemoryTree()
    mirror(source, tree, SITE, Unwatched())
    written = len(tree.log)
    for path, data in files.items():
        tree.public._files[path] = flipped(data)
        assert mirror(source, tree, SITE, Unwatched()) == Mirrored()
        done = mirror(source, tree, SITE, Unwatched(), check=True)
        assert done == Mirrored(int(path.startswith("manifests")), 1, len(data), mended=(path,))
        assert tree.public.get(path) == data
    assert mirror(source, tree, SITE, Unwatched(), check=True) == Mirrored()
    assert len(tree.log) == written


def test_what_a_copy_that_was_cut_off_left_is_not_believed(source: MemoryStore, files: dict[str, bytes]) -> None:
    """Of a batch that is not shown yet, files that are in the tree already count by their bytes: wrong ones, whatever
    their length, are put right before its manifest is there."""
    for path in [path for path in files if path.startswith(("tiles/", "endorsements/", "status/", "types/"))]:
        for wrong in (flipped(files[path]), files[path][:-32], b""):
            tree = MemoryTree()
            tree.public.put(path, wrong)
            whole = len(wrong) == len(files[path]) and path.startswith(("status/", "types/"))
            done = mirror(source, tree, SITE, Unwatched(), check=whole)
            assert (done.batches, done.files, done.mended) == (2, len(files), (path,)), path
            assert {name: tree.public.get(name) for name in files} == files


def test_what_was_left_is_durable_before_it_is_shown(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever put a file may have died before its name was durable: before a manifest is put, every folder with a file
    that it leads to has been synced by this run, whatever was there."""
    source, sync = stored(files), durable.sync_folder
    for left in [path for path in files if path.startswith(("tiles/", "endorsements/"))]:
        tree = tmp_path / left.replace("/", "-")
        (tree / "public" / left).parent.mkdir(parents=True)
        (tree / "public" / left).write_bytes(files[left])
        synced: list[Path] = []
        monkeypatch.setattr(durable, "sync_folder", lambda folder, synced=synced: (synced.append(folder), sync(folder)))
        assert mirror(source, FolderTree(tree), SITE, Unwatched()).batches == 2
        folder = (tree / "public" / left).parent
        assert folder in synced[: len(synced) - synced[::-1].index(tree / "public" / "manifests")], left


def test_a_file_that_was_cut_short_needs_no_check(source: MemoryStore, files: dict[str, bytes]) -> None:
    """A manifest, status file or type description of another length than in the store shows in the listing alone."""
    tree = MemoryTree()
    mirror(source, tree, SITE, Unwatched())
    for path in [path for path in files if path.startswith(("manifests/", "status/", "types/"))]:
        tree.public._files[path] = files[path][:-1]
        assert mirror(source, tree, SITE, Unwatched()).mended == (path,)
        assert tree.public.get(path) == files[path]


def test_a_tree_may_have_what_the_store_has_lost(files: dict[str, bytes]) -> None:
    """A check reads what the tree alone has, too: right, it stays and keeps nothing back; wrong, it is named as what
    must be put back into the store."""
    tree = MemoryTree()
    mirror(stored(files), tree, SITE, Unwatched())
    for path in files:
        left = stored({name: data for name, data in files.items() if name != path})
        assert mirror(left, tree, SITE, Unwatched(), check=True) == Mirrored()
        tree.public._files[path] = flipped(files[path])
        done = mirror(left, tree, SITE, Unwatched(), check=True)
        assert ([error.path for error in done.damaged], done.mended) == ([path], ())
        tree.public._files[path] = files[path]


def test_what_is_no_public_file_stays(source: MemoryStore, files: dict[str, bytes]) -> None:
    """A page that a web server's tool put among public files is neither touched nor missed in the store."""
    tree = MemoryTree()
    mirror(source, tree, SITE, Unwatched())
    strange = {f"{folder}/index.html": b"<ul>" for folder in ("manifests", "status", "types")}
    tree.public.put_many(strange.items())
    assert mirror(source, tree, SITE, Unwatched(), check=True) == Mirrored()
    assert {path: tree.public.get(path) for path in strange} == strange


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 65_537])
def test_how_much_is_public_follows_from_the_size(size: int) -> None:
    """Files and bytes of a tree's tiles are known without looking at one; large trees have under 33 bytes a leaf."""
    made: list[bytes] = []
    builder = TreeBuilder(lambda _level, _number, data: made.append(data))
    builder.append(bytes(32) * size)
    builder.finish()
    assert public_bytes(size) == (len(made), sum(map(len, made)))
    assert public_bytes(size)[1] / size < 33


def test_progress_ends_at_its_end(files: dict[str, bytes]) -> None:
    """The watcher is told of every file and of how many there are."""
    source = stored(files)
    told: list[tuple[int, int]] = []

    class Watching(Unwatched):
        def done(self, number: int, of: int = 0) -> None:
            told.append((number, of))

    mirror(source, MemoryTree(), SITE, Watching())
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == len(files)


def test_a_full_disk_stops_the_copy(source: MemoryStore, tmp_path: Path) -> None:
    """A target that cannot be written is an error, not a damaged source."""
    (tmp_path / "tree").write_bytes(b"")
    with pytest.raises(StoreError) as told:
        mirror(source, FolderTree(tmp_path / "tree"), SITE, Unwatched())
    assert not isinstance(told.value, SourceDamaged)


def _copy(source: Path, target: Path) -> None:
    mirror(FolderStore(source), FolderTree(target), SITE, Unwatched())


@pytest.mark.slow
def test_killed_by_the_system_it_goes_on(tmp_path: Path) -> None:
    """A process that copies 60,000 leaves is killed again and again; what it shows is whole, the rest follows."""
    house, whole = House(), FolderStore(tmp_path / "source")
    house.publish_status({1: CredentialStatus.VALID})
    house.publish_batch("large", 60_000)
    house.publish_batch("small", 300)
    whole.put_many(house.files.files.items())
    target = tmp_path / "tree"
    context = multiprocessing.get_context("fork")
    killed = 0
    for moment in range(1, 40):
        process = context.Process(target=_copy, args=(tmp_path / "source", target))
        process.start()
        process.join(0.01 * moment)
        ended = process.exitcode
        process.kill()
        process.join()
        shown = [path for path, _ in FolderStore(target / "public").files("manifests")]
        for path in shown:
            manifest = read_manifest((target / "public" / path).read_bytes())
            tiles = FolderStore(target / "public").files(f"tiles/{manifest.root.hex()}")
            assert sum(size for _, size in tiles) == public_bytes(manifest.tree_size)[1]
        if ended == 0:
            break
        killed += 1
    assert (ended, killed > 0, len(shown)) == (0, True, 2)
    copied = {path: (target / "public" / path).read_bytes() for path in house.files.files}
    assert copied == house.files.files
