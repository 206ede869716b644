"""Backups as one file: what goes in comes out, and any other byte, order or end is refused."""

import gzip
import json
import random
import stat
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from vanbang.adapters.archive import BackupDamaged, Bundle, Source, container, is_sealed, read_bundle, write_bundle
from vanbang.adapters.archive.container import OpeningReader, SealingWriter
from vanbang.core.errors import VanbangError
from vanbang.ports import StoreError

PASSWORD = "correct horse battery staple"
FACTS = {"made_at": 5, "vanbang": "0.1.0"}


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "SCRYPT_N", 2**10)


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    """Files of several sizes, one of them longer than a piece."""
    contents = {"vanbang.json": b"{}", "keys/.password": b"p", "public/tiles/a/0": b"tile" * 100, "empty": b""}
    contents["vanbang.sqlite"] = bytes(range(256)) * 5_000
    made = []
    for name, data in contents.items():
        path = tmp_path / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        made.append(Source(name, path))
    return made


def written(tmp_path: Path, sources: list[Source], password: str | None = PASSWORD) -> Path:
    target = tmp_path / "backup"
    write_bundle(target, sources, FACTS, password)
    return target


def unpacked(path: Path, folder: Path, password: str | None = PASSWORD) -> Bundle:
    folder.mkdir()
    return read_bundle(path, folder, password)


@pytest.mark.parametrize("password", [PASSWORD, None])
def test_there_and_back(tmp_path: Path, sources: list[Source], password: str | None) -> None:
    """Every file comes back as it was, public ones for everybody, the others for their owner; so do the facts."""
    path = written(tmp_path, sources, password)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_sealed(path) is (password is not None)
    bundle = unpacked(path, tmp_path / "out", password)
    assert (bundle.facts, set(bundle.files)) == (FACTS, {source.name for source in sources})
    for source in sources:
        found = tmp_path / "out" / source.name
        assert found.read_bytes() == source.path.read_bytes()
        mode = 0o644 if source.name.startswith("public/") else 0o600
        assert stat.S_IMODE(found.stat().st_mode) == mode
    assert sorted(item.name for item in tmp_path.iterdir()) == ["backup", "home", "out"]


def test_nothing_can_be_read_in_it(tmp_path: Path, sources: list[Source]) -> None:
    """A sealed backup shows neither names nor contents."""
    sources[0].path.write_bytes(b"Nguyen Van An")
    data = written(tmp_path, sources).read_bytes()
    assert all(word not in data for word in (b"Nguyen Van An", b"vanbang.json", b"keys"))


def test_flipped_bytes(tmp_path: Path, sources: list[Source]) -> None:
    """One byte changed anywhere in a sealed backup: it is refused as damaged."""
    path = written(tmp_path, sources)
    data = path.read_bytes()
    places = [*range(0, 300, 7), len(data) // 2, len(data) - 17, len(data) - 1]
    for number, place in enumerate(places):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(VanbangError) as caught:
            unpacked(path, tmp_path / f"out-{number}")
        assert caught.value.code == "backup_damaged", place


@pytest.mark.slow
def test_flipped_bytes_of_a_plain_backup(tmp_path: Path, sources: list[Source]) -> None:
    """One byte changed in a plain backup: it is refused as damaged, or the change is one of form and all files are
    what they were."""
    sources[0].path.write_bytes(random.Random(1).randbytes(3_000))
    path = written(tmp_path, sources, None)
    data, refused = path.read_bytes(), 0
    places = range(0, len(data), 97)
    for place in places:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        try:
            unpacked(path, tmp_path / f"out-{place}", None)
        except BackupDamaged:
            refused += 1
            continue
        for source in sources:
            assert (tmp_path / f"out-{place}" / source.name).read_bytes() == source.path.read_bytes()
    assert refused > len(places) // 4


@pytest.mark.parametrize("password", [PASSWORD, None])
def test_a_backup_cut_off(tmp_path: Path, sources: list[Source], password: str | None) -> None:
    """A backup that ends too early, or goes on behind its end, is refused."""
    path = written(tmp_path, sources, password)
    data = path.read_bytes()
    ends = [b"", data[:1], data[:200], data[: len(data) // 2], data[:-1], data[:-16], data + b"x", data + data]
    for number, changed in enumerate(ends):
        path.write_bytes(changed)
        with pytest.raises(BackupDamaged):
            unpacked(path, tmp_path / f"out-{number}", password)


def test_another_password(tmp_path: Path, sources: list[Source]) -> None:
    """It opens nothing, and is told together with damage: nobody can tell the two apart."""
    path = written(tmp_path, sources)
    with pytest.raises(BackupDamaged, match="the password does not open"):
        unpacked(path, tmp_path / "out", PASSWORD + "!")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_streams_of_any_length(size: int) -> None:
    """A stream of any length comes back, read in pieces of any size; its pieces cannot change places."""
    target, data = BytesIO(), bytes(size)
    writer = SealingWriter(target, PASSWORD)
    for start in range(0, size, 700_001):
        writer.write(data[start : start + 700_001])
    writer.close()
    reader = OpeningReader(BytesIO(target.getvalue()), PASSWORD)
    assert b"".join(iter(lambda: reader.read(123_457), b"")) == data
    assert OpeningReader(BytesIO(target.getvalue()), PASSWORD).read() == data


def test_pieces_in_another_order() -> None:
    """Pieces that were swapped, repeated or left out do not open."""
    target = BytesIO()
    writer = SealingWriter(target, PASSWORD)
    writer.write(bytes(3 * 2**20))
    writer.close()
    line, _, body = target.getvalue().partition(b"\n")
    size = 2**20 + 16
    first, second, third = body[:size], body[size : 2 * size], body[2 * size :]
    for pieces in ([second, first, third], [first, first, third], [first, third], [first, second], [third]):
        with pytest.raises(BackupDamaged):
            OpeningReader(BytesIO(line + b"\n" + b"".join(pieces)), PASSWORD).read()


@pytest.mark.parametrize(
    "line",
    [
        b"", b"vanbang-backup {}\n", b"vanbang-backup []\n", b"vanbang-backup nonsense\n", b"x" * 3_000,
        b'vanbang-backup {"version": 2, "cipher": "aes-256-gcm", "piece": 1048576, "kdf": {}}\n',
        b'vanbang-backup {"version": 1, "cipher": "aes-256-gcm", "piece": 1048576, "kdf": {"salt": "00"}}\n',
        b'vanbang-backup {"version": 1, "cipher": "aes-256-gcm", "piece": 1048576, '
        b'"kdf": {"salt": "00", "n": 1099511627776, "r": 8, "p": 1}}\n',
    ],
)  # fmt: skip
def test_a_first_line_that_is_none(line: bytes) -> None:
    """A first line that says nothing, or asks for more work than any of ours, is refused."""
    with pytest.raises(BackupDamaged):
        OpeningReader(BytesIO(line + bytes(100)), PASSWORD)


def tar_of(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, BytesIO(member[1]))
    return target.getvalue()


def link(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


MANIFEST = ("manifest.json", json.dumps({"version": 1, "facts": {}, "files": {}}).encode())


@pytest.mark.parametrize(
    "data",
    [
        tar_of(("../outside", b"x"), MANIFEST),
        tar_of(("/outside", b"x"), MANIFEST),
        tar_of(("a/../../outside", b"x"), MANIFEST),
        tar_of(("a/./b", b"x"), MANIFEST),
        tar_of(link("keys"), MANIFEST),
        tar_of(("a", b"x"), ("a", b"x"), MANIFEST),
        tar_of(("a", b"x"), MANIFEST),
        tar_of(MANIFEST, ("a", b"x")),
        tar_of(("a", b"x")),
        tar_of(),
        tar_of(("manifest.json", b"nonsense")),
        tar_of(("manifest.json", b"{}")),
        tar_of(("manifest.json", b'{"version": 2, "facts": {}, "files": {}}')),
        tar_of(("manifest.json", b'{"version": 1, "facts": {}, "files": {"a": "00"}}')),
        gzip.compress(b"no tar at all" * 100),
        b"nothing of the kind",
    ],
    ids=lambda data: str(len(data)),
)
def test_what_no_backup_of_ours_holds(tmp_path: Path, data: bytes) -> None:
    """Names that lead elsewhere, links, files twice, too many or too few: refused, and nothing is written outside."""
    (tmp_path / "backup").write_bytes(data)
    with pytest.raises(BackupDamaged):
        unpacked(tmp_path / "backup", tmp_path / "out", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "out"]


def test_a_source_that_is_gone(tmp_path: Path, sources: list[Source]) -> None:
    """A file that was removed meanwhile is left out."""
    bundle = write_bundle(tmp_path / "b", [*sources, Source("gone", tmp_path / "gone")], FACTS, None)
    assert "gone" not in bundle.files


def test_a_backup_replaces_nothing(tmp_path: Path, sources: list[Source]) -> None:
    """A file that is there stays, a folder that is not there is told, and nothing is left behind."""
    path = written(tmp_path, sources)
    before = path.read_bytes()
    for target in (path, tmp_path / "no" / "such" / "folder"):
        with pytest.raises(StoreError):
            write_bundle(target, sources, FACTS, None)
    with pytest.raises(StoreError, match="no name"):
        write_bundle(tmp_path / "new", [Source("a b", sources[0].path)], FACTS, None)
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["backup", "home"]
    with pytest.raises(StoreError):
        is_sealed(tmp_path / "nothing")
