"""The contract of ObjectStore for every implementation, and what only the folder does."""

import errno
import multiprocessing
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bucket_server import new_bucket, storage
from vanbang.adapters import durable
from vanbang.adapters.objects import FolderStore, FolderTree, MemoryStore
from vanbang.adapters.objects.bucket import BucketStore, BucketTree
from vanbang.adapters.objects.paths import BucketPlace
from vanbang.core.errors import VanbangError
from vanbang.ports import ObjectStore, StaticTree, StoreError

BAD_PATHS = [
    "", "/", "/etc/passwd", "../x", "a/../b", "a/..", "..", ".", "a/./b", "a//b", "a/", ".tmp-1", "a/.tmp-1",
    "A", "a b", "a\\b", "a\0b", "a\n", "đ", "c:/x", "a" * 201,
]  # fmt: skip


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with storage() as running:
        yield running


@pytest.fixture(params=["memory", "folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "bucket":
        return BucketStore(BucketPlace(new_bucket(request.getfixturevalue("endpoint")), "school/public"))
    return MemoryStore() if request.param == "memory" else FolderStore(tmp_path / "public" / "files")


@pytest.fixture(params=["folder", "bucket"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> StaticTree:
    if request.param == "bucket":
        return BucketTree(BucketPlace(new_bucket(request.getfixturevalue("endpoint"))))
    return FolderTree(tmp_path / "tree")


def test_what_was_put_is_got(store: ObjectStore) -> None:
    """Bytes come back as they were, empty ones too; a path never put gives None."""
    store.put("types/0a", b"type")
    store.put("tiles/ff/0/12", b"")
    assert store.get("types/0a") == b"type"
    assert store.get("tiles/ff/0/12") == b""
    assert store.get("types/0b") is None
    assert store.get("types") is None
    assert store.get("types/0a/deeper") is None


def test_the_same_bytes_may_be_put_again(store: ObjectStore) -> None:
    """Putting a file twice is harmless."""
    for _ in range(3):
        store.put("status/1", b"list")
    assert store.get("status/1") == b"list"


def test_a_file_never_changes(store: ObjectStore) -> None:
    """Other bytes under a path that exists raise StoreError that names it, and the first ones stay."""
    store.put("status/1", b"list")
    with pytest.raises(StoreError, match="status/1"):
        store.put("status/1", b"other")
    with pytest.raises(StoreError, match="status/1"):
        store.put_many([("status/2", b"fine"), ("status/1", b"other")])
    assert store.get("status/1") == b"list"


def test_many_files_at_once(store: ObjectStore) -> None:
    """`put_many` takes any iterable, across folders, and the same file twice; `get_many` gives files in order."""
    items = [(f"tiles/{number % 3}/{number}", bytes([number])) for number in range(20)]
    store.put_many(iter([*items, items[0]]))
    assert list(store.get_many([path for path, _ in items])) == [data for _, data in items]
    assert list(store.get_many(["tiles/0/0", "tiles/none", "../x", "tiles/0/0"])) == [b"\0", None, None, b"\0"]
    store.put_many([])
    assert list(store.get_many([])) == []


@pytest.mark.parametrize("path", BAD_PATHS)
def test_other_paths_are_refused(store: ObjectStore, path: str) -> None:
    """What leads out of the store, or is no path of [a-z0-9/.-], stores nothing and finds nothing."""
    with pytest.raises(StoreError):
        store.put(path, b"x")
    assert store.get(path) is None


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_a_file_is_no_folder(tmp_path: Path, kind: str) -> None:
    """Neither a file under a file nor a file in the place of a folder is stored, where there are folders."""
    store: ObjectStore = MemoryStore() if kind == "memory" else FolderStore(tmp_path)
    store.put("a/b", b"x")
    for path in ("a/b/c", "a/b/c/d", "a"):
        with pytest.raises(StoreError):
            store.put(path, b"y")


def test_files_are_listed_below_their_folder(store: ObjectStore) -> None:
    """`files` gives path and size of what lies below a folder, at any depth, and of nothing beside it."""
    store.put_many([("tiles/aa/0/0", b"123"), ("tiles/aa/8/0", b""), ("tiles/ab/0/0", b"1"), ("types/aa", b"2")])
    assert sorted(store.files("tiles/aa")) == [("tiles/aa/0/0", 3), ("tiles/aa/8/0", 0)]
    assert len(list(store.files("tiles"))) == 3
    assert list(store.files("status")) == list(store.files("tiles/a")) == list(store.files("../types")) == []
    store.check()


def test_a_wrong_public_file_of_a_tree_is_put_right(tree: StaticTree) -> None:
    """`mend` puts other bytes in place of those that are there, durably, and refuses what is no path."""
    tree.public.put("types/0a", b"wrong")
    for _ in range(2):
        tree.mend("types/0a", b"right")
        assert tree.public.get("types/0a") == b"right"
    assert list(tree.public.files("types")) == [("types/0a", 5)]
    for path in ("../x", "types/../../x", ".tmp-1"):
        with pytest.raises(StoreError):
            tree.mend(path, b"x")


def test_a_tree_changes_what_is_the_sites_own(tree: StaticTree) -> None:
    """A file of the site is replaced, or left where it has the bytes already; public files lie in `public/`."""
    assert tree.replace("trust.json", b"{}", "application/json")
    assert not tree.replace("trust.json", b"{}", "application/json")
    assert tree.replace("trust.json", b"{1}", "application/json")
    tree.public.put("types/0a", b"type")
    assert tree.public.get("types/0a") == b"type"
    assert list(tree.public.files("types")) == [("types/0a", 4)]
    for path in ("../trust.json", ".hidden", ""):
        with pytest.raises(StoreError):
            tree.replace(path, b"x", "text/plain")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file in the place of a folder above the store fails its check by its path, one yet to be made does not."""
    FolderStore(tmp_path / "a" / "b" / "public").check()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(StoreError, match="public"):
        FolderStore(tmp_path / "a" / "public").check()


def test_more_files_than_wait_in_memory_are_all_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more tiles than are held at once each is synced before it has its name, several at the same time."""
    synced: list[str] = []
    real = os.fsync
    monkeypatch.setattr(durable.os, "fsync", lambda fd: (synced.append(threading.current_thread().name), real(fd)))
    store = FolderStore(tmp_path)
    store.put_many((f"tiles/ff/0/{number}", bytes(64)) for number in range(600))
    assert sum(size for _, size in store.files("tiles")) == 600 * 64
    assert len([name for name in synced if name.startswith("public files")]) == 600
    assert len(set(synced)) > 2


def test_files_can_be_served(tmp_path: Path) -> None:
    """Files of the folder may be read by a web server, and nothing unfinished stays beside them."""
    FolderStore(tmp_path / "public").put("types/0a", b"type")
    path = tmp_path / "public" / "types" / "0a"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 & ~umask
    assert [found.name for found in path.parent.iterdir()] == ["0a"]


@pytest.mark.parametrize(
    ("name", "fault"), [("fsync", errno.ENOSPC), ("fsync", errno.EIO), ("link", errno.ENOSPC), ("open", errno.EACCES)]
)
def test_a_full_disk_is_an_error_that_names_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fault: int
) -> None:
    """A disk that fails while a file is written raises StoreError with the path, and leaves no part of the file."""
    store = FolderStore(tmp_path)
    store.put("status/0", b"before")

    def failing(*_: Any, **__: Any) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(f"vanbang.adapters.durable.os.{name}", failing)
    with pytest.raises(StoreError, match="status/1"):
        store.put("status/1", b"list")
    monkeypatch.undo()
    assert store.get("status/1") is None
    assert [path.name for path in (tmp_path / "status").iterdir()] == ["0"]


def test_a_folder_that_cannot_be_synced_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose name may be forgotten by a power cut counts as not stored, and putting it again syncs again."""
    store = FolderStore(tmp_path)
    synced: list[Path] = []

    def failing(folder: Path) -> None:
        synced.append(folder)
        if len(synced) == 1:
            raise OSError(errno.EIO, "broken")

    (tmp_path / "status").mkdir()
    monkeypatch.setattr(durable, "sync_folder", failing)
    with pytest.raises(StoreError):
        store.put("status/1", b"list")
    store.put("status/1", b"list")
    assert synced == [tmp_path / "status"] * 2


def test_many_files_sync_each_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten files of two folders cost two syncs of folders, after the last file was written."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    seen: list[int] = []
    monkeypatch.setattr(durable, "sync_folder", lambda folder: seen.append(len(list(tmp_path.rglob("*")))))
    FolderStore(tmp_path).put_many((f"{'ab'[number % 2]}/{number}", b"x") for number in range(10))
    assert seen == [12, 12]


def test_new_folders_are_durable_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder made on the way is synced into the one above it."""
    seen: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", seen.append)
    FolderStore(tmp_path).put("tiles/ff/0/1", b"x")
    tiles = tmp_path / "tiles"
    assert seen == [tmp_path, tiles, tiles / "ff", tiles / "ff" / "0"]


def test_sweeping_keeps_every_finished_file(store: ObjectStore) -> None:
    """What was put is there after a sweep, which found nothing."""
    store.put("status/1", b"list")
    assert store.sweep() == 0
    assert store.get("status/1") == b"list"


def test_sweeping_removes_only_old_unfinished_files(tmp_path: Path) -> None:
    """`sweep` removes temporary files past their age, and leaves young ones and every finished file."""
    store = FolderStore(tmp_path)
    store.put("status/1", b"list")
    old, young = tmp_path / "status" / ".tmp-old", tmp_path / ".tmp-young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert store.sweep() == 1
    assert not old.exists()
    assert young.exists()
    assert store.get("status/1") == b"list"
    assert store.sweep(0) == 1
    assert FolderStore(tmp_path / "nothing").sweep() == 0


def _put(root: Path, data: bytes, answers: "multiprocessing.Queue[str]") -> None:
    try:
        FolderStore(root).put("status/1", data)
        answers.put(data.decode())
    except VanbangError as error:
        answers.put(error.code)


def test_two_processes_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Of processes that put other bytes under one path at once, one succeeds and its bytes stay."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    workers = [context.Process(target=_put, args=(tmp_path, b"%d" % number, answers)) for number in range(6)]
    for worker in workers:
        worker.start()
    given = [answers.get(timeout=30) for _ in workers]
    for worker in workers:
        worker.join()
    made = [answer for answer in given if answer != "store"]
    assert len(made) == 1
    assert FolderStore(tmp_path).get("status/1") == made[0].encode()


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_crash_leaves_the_whole_file_or_none(tmp_path: Path, step: str) -> None:
    """A process killed while it writes leaves at most a temporary file, and the next put succeeds."""
    pid = os.fork()
    if pid == 0:
        setattr(durable.os, step, lambda *_: os._exit(9))
        FolderStore(tmp_path).put("1", b"list")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    store = FolderStore(tmp_path)
    assert store.get("1") is None
    assert [path.name.startswith(durable.TEMPORARY) for path in tmp_path.iterdir()] == [True]
    store.put("1", b"list")
    assert store.get("1") == b"list"
    assert store.sweep(0) == 1
