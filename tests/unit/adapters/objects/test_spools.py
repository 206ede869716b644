"""The contract of Spool for every implementation, and what only the folder does."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from vanbang.adapters.objects import FolderSpool, MemorySpool
from vanbang.ports import Spool, StoreError


@pytest.fixture(params=[lambda path: MemorySpool(), lambda path: FolderSpool(path / "private" / "uploads")])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Spool:
    make: Callable[[Path], Spool] = request.param
    return make(tmp_path)


def test_what_was_put_is_got(spool: Spool) -> None:
    """Bytes come back as they were put last, empty ones too, under their own upload and name only."""
    spool.put("u1", "part-000001", b"first")
    spool.put("u1", "part-000001", b"second")
    spool.put("u1", "report", b"")
    spool.put("u2", "part-000001", b"other")
    assert spool.get("u1", "part-000001") == b"second"
    assert spool.get("u1", "report") == b""
    assert spool.get("u2", "part-000001") == b"other"
    assert spool.get("u2", "report") is None
    assert spool.get("u3", "report") is None


def test_removing(spool: Spool) -> None:
    """Everything of one upload goes, nothing of another; removing what is not there is harmless."""
    for upload in ("u1", "u2"):
        for name in ("a", "b"):
            spool.put(upload, name, b"x")
    for upload in ("u1", "u1", "u3"):
        spool.remove(upload)
    assert [spool.get(upload, name) for upload in ("u1", "u2") for name in ("a", "b")] == [None, None, b"x", b"x"]
    spool.put("u1", "a", b"again")
    assert spool.get("u1", "a") == b"again"


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "../a", ".tmp-1", "a b", "đ", "a\0", "a\n", "-a", "x" * 101])
def test_names_that_lead_elsewhere(spool: Spool, bad: str, tmp_path: Path) -> None:
    """A name that is no plain name raises StoreError and touches nothing."""
    for use in (
        lambda: spool.put("u1", bad, b"x"),
        lambda: spool.put(bad, "a", b"x"),
        lambda: spool.get("u1", bad),
        lambda: spool.get(bad, "a"),
        lambda: spool.remove(bad),
    ):
        with pytest.raises(StoreError):
            use()
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_only_for_the_owner(tmp_path: Path) -> None:
    """Folders and files can be read by their owner alone; writing leaves nothing else behind."""
    FolderSpool(tmp_path / "uploads").put("u1", "a", b"x")
    FolderSpool(tmp_path / "uploads").put("u1", "a", b"y")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {"uploads": 0o700, "u1": 0o700, "a": 0o600}


def test_a_crash_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before the new file has its name, the old one is whole; what was left goes with the upload."""
    spool = FolderSpool(tmp_path)
    spool.put("u1", "a", b"old")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            spool.put("u1", "a", b"new")
    assert spool.get("u1", "a") == b"old"
    assert len(list((tmp_path / "u1").iterdir())) == 2
    spool.remove("u1")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """A disk that refuses raises StoreError that names what was to be kept."""
    (tmp_path / "uploads").write_bytes(b"a file")
    spool = FolderSpool(tmp_path / "uploads")
    with pytest.raises(StoreError, match="part-1 of the upload u1"):
        spool.put("u1", "part-1", b"x")
    with pytest.raises(StoreError):
        spool.get("u1", "part-1")
    with pytest.raises(StoreError):
        spool.remove("u1")
