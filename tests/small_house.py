"""An institution, its keys and a database in a folder: what tests of the notary work in."""

import warnings
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.sql import SqlRecordStore, open_database
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import institutions, sample_rows
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.checking import CheckReport, Row
from vanbang.notary.intake import Intake
from vanbang.ports import Batch, Institution, RecordStore

KIND = type_by_name("vn-diploma")
INDEX_KEY = sha256(b"vanbang test: index").digest()
ACCEPTED_AT = 1_781_900_000
_sample = institutions()[0]
INSTITUTION = Institution(_sample.iss, _sample.code, _sample.name, "shb", _sample.head, "Hiệu trưởng")


class Silent:
    """A watcher that sees nothing and waits for nothing."""

    def stage(self, name: str) -> None:
        pass

    def sealed(self, done: int) -> None:
        pass

    def wait(self, doubt: str) -> None:
        pass


def rows(count: int, seed: str = "house") -> list[Row]:
    """Rows of the institution as a reader gives them."""
    return list(enumerate(sample_rows(count, seed, (INSTITUTION.code,)), 2))


def new_store(folder: Path) -> SqlRecordStore:
    """The store in a folder's database, made as needed, with the institution in it."""
    store = SqlRecordStore(open_database(folder / "vanbang.sqlite"))
    if not store.institutions():
        store.add_institution(INSTITUTION)
    return store


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


def accept(store: RecordStore, given: Sequence[Row], body: str = "list", report: CheckReport | None = None) -> Batch:
    """Takes a list in. Raises ListRefused."""
    report = report or CheckReport(KIND.name)
    digest = sha256(body.encode()).digest()
    return Intake(store, INDEX_KEY).accept(INSTITUTION, KIND, given, digest, report, ACCEPTED_AT)


__all__ = ["KIND", "MemoryStore", "Silent", "accept", "new_keys", "new_store", "registered_keys", "rows"]
