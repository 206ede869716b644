"""An institution, its keys and a database in a folder: what tests of the notary work in."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from given_lists import GivenFiles, GivenList, numbered
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import institutions, sample_rows
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.intake import Intake
from vanbang.notary.leasing import Leases
from vanbang.notary.lists import Row
from vanbang.notary.quality import CheckReport
from vanbang.notary.uploading import Uploads
from vanbang.ports import Batch, Institution, KeyUnreachable, ObjectStore, Store, Upload

KIND = type_by_name("vn-diploma")
INDEX_KEY = sha256(b"vanbang test: index").digest()
ACCEPTED_AT = 1_781_900_000
_sample = institutions()[0]
INSTITUTION = Institution(_sample.iss, _sample.code, _sample.name, "shb", _sample.head, "Hiệu trưởng")


class Silent:
    """A watcher that sees nothing and waits for nothing."""

    def stage(self, name: str) -> None:
        pass

    def done(self, number: int, of: int = 0) -> None:
        pass

    def wait(self, doubt: str) -> None:
        pass


class KeptElsewhere:
    """A key store whose keys named in `out` cannot be reached now; `asked` are the names of those that signed."""

    def __init__(self, keys: MemoryKeyStore) -> None:
        self.keys, self.out, self.asked = keys, set[str](), list[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.keys, name)

    def signer(self, name: str) -> "SignerElsewhere":
        return SignerElsewhere(self, name)


@dataclass(frozen=True)
class SignerElsewhere:
    """One of its keys: the account is known, whether or not it can be reached."""

    store: KeptElsewhere
    name: str

    @property
    def address(self) -> bytes:
        return self.store.keys.signer(self.name).address

    def sign(self, digest: bytes) -> bytes:
        if self.name in self.store.out:
            raise KeyUnreachable(self.name, "nobody answers there")
        self.store.asked.append(self.name)
        return self.store.keys.signer(self.name).sign(digest)


def rows(count: int, seed: str = "house") -> list[Row]:
    """Rows of the institution as a reader gives them."""
    return numbered(sample_rows(count, seed, (INSTITUTION.code,)))


def impatient(store: Store) -> Leases:
    """Leases of a worker to whom every other seems dead at the second look."""
    return Leases(store, "a worker", 60, count(0, 100).__next__)


def new_store(folder: Path) -> SqlStore:
    """The store in a folder's database, made as needed, with the institution in it."""
    path = folder / "vanbang.sqlite"
    if not path.exists():
        path.write_bytes(new_file())
    store = SqlStore(open_database(path))
    if not store.institutions():
        store.add_institution(INSTITUTION)
    return store


@cache
def new_file() -> bytes:
    """A database with the institution in it, as it lies on the disk: to make one takes longer than many a test."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vanbang.sqlite"
        engine = open_database(path)
        SqlStore(engine).add_institution(INSTITUTION)
        engine.dispose()
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        return path.read_bytes()


def new_keys() -> MemoryKeyStore:
    """All keys that issuing uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    for name in ("owner", "relayer", *(f"shb/{role}" for role in ("admin", "anchor", "status", "officer"))):
        keys.create(name)
    keys.create_es256("shb/credential")
    return keys


def registered_keys(keys: MemoryKeyStore) -> dict[tuple[bytes, bytes], Key]:
    """What the registry knows of the institution's keys."""
    roles = (("anchor", 1), ("status", 2), ("officer", 4))
    issuer = issuer_id(INSTITUTION.iss)
    return {(issuer, keys.signer(f"shb/{role}").address): Key(1, 2**40 - 1, 0, bit) for role, bit in roles}


def new_upload(store: Store, spool: MemorySpool, body: bytes, iss: str | None, *, accept_valid: bool = False) -> Upload:
    """A list sent in, whole and durable, to be checked."""
    uploads = Uploads(store, spool)
    name = sha256(body + str(iss).encode()).hexdigest()[:32]
    upload = uploads.begin(
        Upload(name, iss, "test", ACCEPTED_AT, "list.csv", b"u" * 32, KIND.name, accept_valid=accept_valid)
    )
    if upload.state == "OPEN":
        uploads.take_part(upload, 1, body)
        upload = uploads.complete(upload, None, ACCEPTED_AT)
    return upload


def take_in(
    store: Store,
    listed: GivenList,
    body: str = "list",
    *,
    iss: str | None = INSTITUTION.iss,
    accept_valid: bool = False,
    objects: ObjectStore | None = None,
) -> tuple[Upload, CheckReport]:
    """Sends a list in and has it checked; `objects` are the public files, none if none are given."""
    spool = MemorySpool()
    upload = new_upload(store, spool, body.encode(), iss, accept_valid=accept_valid)
    uploads, public = Uploads(store, spool), objects or MemoryStore()
    return Intake(store, uploads, GivenFiles(listed), INDEX_KEY, lambda: ACCEPTED_AT, public).process(upload)


def accept(store: Store, given: Sequence[Row], body: str = "list", objects: ObjectStore | None = None) -> Batch:
    """The batch of a list without a fault."""
    upload, report = take_in(store, GivenList(given), body, objects=objects)
    assert upload.state == "ACCEPTED", report.findings
    (batch,) = store.batches_page(iss=None, states=(), upload=upload.id, after=None, limit=10)
    return batch


__all__ = [
    "KIND",
    "KeptElsewhere",
    "MemoryStore",
    "Silent",
    "accept",
    "new_keys",
    "new_store",
    "new_upload",
    "registered_keys",
    "rows",
    "take_in",
]
