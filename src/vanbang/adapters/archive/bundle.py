"""Many files as one: a compressed tar whose last member is a manifest with the SHA-256 of all the others."""

import gzip
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, Final, cast

from vanbang.adapters.archive.container import MARK, BackupDamaged, OpeningReader, SealingWriter
from vanbang.adapters.durable import TEMPORARY, make_folder, sync_folder
from vanbang.ports import StoreError

MANIFEST: Final = "manifest.json"
VERSION: Final = 1
PUBLIC: Final = "public/"
"""Members under it may be read by everybody, as in an installation."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}(/[A-Za-z0-9._-]{1,100}){0,9}\Z")
_COPIED_AT_ONCE: Final = 2**20
_QUICK: Final = 1
"""Of zlib's levels: most of it is ciphertexts and hashes, which nothing makes shorter."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that goes into a bundle, under a name."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle's manifest says: the SHA-256 of each file in lower-case hex, by name, and what else was written."""

    files: Mapping[str, str]
    facts: Mapping[str, Any]


def write_bundle(target: Path, sources: Iterable[Source], facts: Mapping[str, Any], password: str | None) -> Bundle:
    """Writes a new file (mode 0600), sealed unless `password` is None; it is there whole or not at all.

    A source that is gone when its turn comes is left out. Raises StoreError.
    """
    temporary = target.parent / (TEMPORARY + token_hex(8))
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            bundle = _write(file, sources, facts, password)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, target)
        sync_folder(target.parent)
    except FileExistsError:
        raise StoreError(f"{target} is there already: a backup replaces nothing") from None
    except OSError as error:
        raise StoreError(f"the backup cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return bundle


def read_bundle(source: Path, folder: Path, password: str | None) -> Bundle:
    """Unpacks a bundle into an empty folder and compares every byte with the manifest.

    Raises BackupDamaged (then throw the folder away), StoreError. The caller asks for a password if `is_sealed`.
    """
    try:
        with source.open("rb") as file:
            stream = OpeningReader(file, password) if password is not None else file
            with _told_as_damage(), gzip.GzipFile(fileobj=cast(BinaryIO, stream), mode="rb") as unpacked:
                return _read(cast(BinaryIO, unpacked), folder)
    except OSError as error:
        raise StoreError(f"the backup cannot be read or unpacked: {error.strerror or error}") from error


def is_sealed(source: Path) -> bool:
    """Whether a bundle needs a password. Raises StoreError."""
    try:
        with source.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError as error:
        raise StoreError(f"{source} cannot be read: {error.strerror}") from error


def _write(file: BinaryIO, sources: Iterable[Source], facts: Mapping[str, Any], password: str | None) -> Bundle:
    sealing = SealingWriter(file, password) if password is not None else None
    files: dict[str, str] = {}
    with (
        gzip.GzipFile("", "wb", _QUICK, cast(BinaryIO, sealing or file), mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for source in sources:
            try:
                with source.path.open("rb") as stream:
                    files[source.name] = _add(tar, source.name, stream, os.fstat(stream.fileno()).st_size)
            except FileNotFoundError:
                continue
        manifest = json.dumps({"version": VERSION, "facts": facts, "files": files}).encode()
        _add(tar, MANIFEST, BytesIO(manifest), len(manifest))
    if sealing:
        sealing.close()
    return Bundle(files, facts)


class _Hashing:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.hash = sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.hash.update(data)
        return data


def _add(tar: tarfile.TarFile, name: str, stream: BinaryIO, size: int) -> str:
    if not _NAME.match(name):
        raise StoreError(f"{name!r} is no name that a backup can hold")
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    hashing = _Hashing(stream)
    tar.addfile(member, cast(BinaryIO, hashing))
    return hashing.hash.hexdigest()


def _read(unpacked: BinaryIO, folder: Path) -> Bundle:
    found: dict[str, str] = {}
    manifest: bytes | None = None
    with tarfile.open(fileobj=unpacked, mode="r|") as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isreg() else None
            if stream is None or manifest is not None or member.name in found or not _is_inside(member.name):
                raise BackupDamaged("the backup holds something that no backup of ours holds")
            if member.name == MANIFEST:
                manifest = stream.read()
            else:
                found[member.name] = _unpack(cast(BinaryIO, stream), folder / member.name, member.name)
    while rest := unpacked.read(_COPIED_AT_ONCE):  # to the end: the checksum of the compressed stream comes last
        if any(rest):
            raise BackupDamaged("something follows the end of the backup")
    return _checked(manifest, found)


def _is_inside(name: str) -> bool:
    return _NAME.match(name) is not None and not {".", ".."} & set(name.split("/"))


def _unpack(stream: BinaryIO, target: Path, name: str) -> str:
    public = name.startswith(PUBLIC)
    make_folder(target.parent, 0o755 if public else 0o700)
    digest = sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644 if public else 0o600)
    with open(descriptor, "wb") as file:
        while piece := stream.read(_COPIED_AT_ONCE):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _checked(manifest: bytes | None, found: Mapping[str, str]) -> Bundle:
    if manifest is None:
        raise BackupDamaged("the backup is cut off: it has no manifest")
    value = json.loads(manifest)
    if value["version"] != VERSION:
        raise BackupDamaged("the backup is of another version of vanbang")
    for name in sorted(found.keys() | value["files"].keys()):
        if found.get(name) != value["files"].get(name):
            raise BackupDamaged(f"{name} is not what was backed up")
    return Bundle(value["files"], value["facts"])


@contextmanager
def _told_as_damage() -> Iterator[None]:
    """What the libraries say of altered bytes, as BackupDamaged."""
    try:
        yield
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"the backup is damaged: {error}") from error
