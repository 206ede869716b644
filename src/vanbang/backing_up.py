"""Backups of an installation, and putting one back: which files belong to it, and in what order they are copied.

The database first: whatever it refers to is made before the row that refers to it, and is never deleted while one does.
"""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final

from vanbang.adapters.archive import BackupDamaged, Bundle, Source, read_bundle, write_bundle
from vanbang.adapters.durable import TEMPORARY, make_folder, sync_folder
from vanbang.adapters.sql import opened_store
from vanbang.adapters.sql.copying import check_file, copy_database
from vanbang.adapters.sql.copying_rows import copy_from_server, copy_to_server
from vanbang.adapters.sql.database import REVISIONS
from vanbang.adapters.sql.migrating import migrate
from vanbang.core.errors import VanbangError
from vanbang.notary.audit_log import LogState, audit_lines, check_log
from vanbang.ports import StoreError
from vanbang.settings import FILE, AlreadySetUp, Settings, load

CHAIN: Final = "chain/chain.sqlite"
FOLDERS: Final = ("chains", "keys", "public", "uploads")
KEY_PASSWORD: Final = "keys/.password"  # noqa: S105 -- where it lies, not what it is
SERVER_COPY: Final = "vanbang.sqlite"
"""What the rows of a PostgreSQL database are in a backup: a file that opens without a server."""
LEFTOVER: Final = f"{TEMPORARY}backup-"
LEFTOVER_AGE: Final = 86_400
"""Seconds after which a copy of the database cannot belong to a backup that is still being made."""


class ChainInUse(VanbangError):
    """The embedded chain is held by a running process, which alone can read it."""

    code: ClassVar[str] = "chain_in_use"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: the manifest's facts, how many files, and what the check of the audit log found."""

    facts: Mapping[str, Any]
    files: int
    log: LogState


def back_up(home: Path, target: Path, password: str | None, *, without_secrets: bool = False) -> Bundle:
    """Writes a backup of an installation into a new file, also while it runs; not sealed if `password` is None.

    A plain one leaves the key store's password out. A kill leaves a copy of the database in the home folder, which the
    next backup removes. Raises NotSetUp, StoreError, SchemaDiffers; ChainInUse if the embedded chain runs.
    """
    where = load(home).database_at
    name = where.name if isinstance(where, Path) else SERVER_COPY
    _sweep(home)
    with opened_store(where) as store:
        store.acting_as("cli").note("backup.made", target.name, {"sealed": int(password is not None)})
    with TemporaryDirectory(prefix=LEFTOVER, dir=home) as folder:
        copy = Path(folder) / name
        if isinstance(where, Path):
            copy_database(where, copy, without_secrets=without_secrets)
        else:
            copy_from_server(where, copy, without_secrets=without_secrets)
        with opened_store(copy) as store:
            log = check_log(audit_lines(store))
        facts = {
            "made_at": int(time.time()),
            "vanbang": version("vanbang"),
            "database": name,
            "schema": REVISIONS[-1],
            "audit_lines": log.lines,
            "audit_head": log.head.hex(),
            "secrets": not without_secrets,
            "key_password": password is not None and (home / KEY_PASSWORD).exists(),
        }
        sources = [Source(name, copy), *_chain(home, Path(folder))]
        return write_bundle(target, _all(home, sources, with_password=password is not None), facts, password)


def restore(source: Path, home: Path, password: str | None) -> Restored:
    """Puts a backup into a new home folder: every hash is checked before anything is in its place.

    The rows go into the database that the settings name, which must have no tables if it is on a server. A kill leaves
    a folder `.tmp-restore-...` beside `home`, which can be removed, and perhaps that database filled. Raises
    AlreadySetUp unless `home` is empty or absent, BackupDamaged, NotSetUp, StoreError, SchemaDiffers.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise AlreadySetUp(f"{home} is not empty: name a new folder")
    parent = home.resolve().parent
    folder = parent / f"{TEMPORARY}restore-{token_hex(8)}"
    try:
        make_folder(folder, 0o700)
        bundle = read_bundle(source, folder, password)
        log = _checked(folder, bundle)
        _to_server(folder, bundle)
        folder.rename(home.resolve())
        sync_folder(parent)
    except OSError as error:
        raise StoreError(f"{home} cannot be made: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Restored(bundle.facts, len(bundle.files), log)


def _all(home: Path, first: list[Source], *, with_password: bool) -> Iterator[Source]:
    """Everything that belongs to an installation, in the order it is copied."""
    yield from first
    yield Source(FILE, home / FILE)
    for folder in folders_of(load(home)):
        for path in sorted((home / folder).rglob("*")):
            name = path.relative_to(home).as_posix()
            unfinished = path.name.startswith(TEMPORARY)
            if path.is_file() and not unfinished and (with_password or name != KEY_PASSWORD):
                yield Source(name, path)


def folders_of(settings: Settings) -> Sequence[str]:
    """The folders of an installation that a backup copies. Public files in a bucket, or in a folder that is not in the
    home folder, are not among them: they have copies of their own."""
    place, home = settings.objects_at, settings.home.resolve()
    files = place.resolve() if isinstance(place, Path) else home
    own = [files.relative_to(home).as_posix()] if files.is_relative_to(home) and files != home else []
    return [*dict.fromkeys([*FOLDERS, *own])]


def _chain(home: Path, folder: Path) -> list[Source]:
    """A copy of the embedded chain, if there is one."""
    if not (home / CHAIN).exists():
        return []
    copy = folder / "chain.sqlite"
    try:
        copy_database(home / CHAIN, copy)
    except StoreError as error:
        raise ChainInUse(
            "the embedded chain is part of the backup, and only the process that runs it can read it: "
            f"stop `serve`, back up, and start it again ({error})"
        ) from error
    return [Source(CHAIN, copy)]


def _sweep(home: Path) -> None:
    """Removes copies of the database that killed backups left behind."""
    for folder in home.glob(LEFTOVER + "*"):
        if time.time() - folder.stat().st_mtime >= LEFTOVER_AGE:
            shutil.rmtree(folder, ignore_errors=True)


def _checked(folder: Path, bundle: Bundle) -> LogState:
    """Looks at what was unpacked as an installation. A broken audit log is told; it is no reason to lose the rest."""
    facts, database = bundle.facts, str(bundle.facts.get("database"))
    # The name is the backup's own word: only what was unpacked from it may be opened, and written to.
    if not {FILE, database} <= bundle.files.keys():
        raise BackupDamaged("the backup holds no installation")
    for name in (database, CHAIN):
        if (folder / name).exists():
            check_file(folder / name)
    migrate(folder / database)
    with opened_store(folder / database) as store:
        log = check_log(audit_lines(store), bytes.fromhex(str(facts.get("audit_head"))))
        store.acting_as("cli").note("backup.restored", str(facts.get("made_at")), {"lines": log.lines})
    return log


def _to_server(folder: Path, bundle: Bundle) -> None:
    """Where the settings name a server, the rows go there, and the file with them goes away."""
    where = load(folder).database_at
    if not isinstance(where, Path):
        file = folder / str(bundle.facts.get("database"))
        copy_to_server(file, where)
        file.unlink()
