"""What every schedule begins with: institutions with keys, and sealed and endorsed batches, in one database."""

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Engine

from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.adapters.sql.sqlite import memory_engine
from vanbang.catalog import type_by_name
from vanbang.cli.bench.seal import stored_records
from vanbang.cli.bench.simulator.registry import CHAIN_ID, CONTRACT, DOMAIN
from vanbang.cli.bench.simulator.remembering import Memory, Remembering
from vanbang.core.batch import anchor_key
from vanbang.core.eip712 import anchor_digest
from vanbang.core.encoding import digest_of
from vanbang.core.endorsement import Endorsement
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR, ROLE_OFFICER, ROLE_STATUS, Key
from vanbang.notary.endorsing import SIGNATURE_LIFE, digest_to_endorse, finalise, sign
from vanbang.notary.sealing import seal
from vanbang.notary.status_places import publish_status
from vanbang.notary.watching import Unwatched
from vanbang.ports import Batch, Institution, Ledger, NewRecord, Store, Upload

KIND: Final = type_by_name("vn-diploma")
START: Final = 1_782_000_000
"""Unix seconds at which every schedule begins."""
INSTITUTIONS: Final = 2
BATCHES: Final = 3
"""Of each institution."""
ROLES: Final = {"anchor": ROLE_ANCHOR, "anchor-2": ROLE_ANCHOR, "status": ROLE_STATUS, "officer": ROLE_OFFICER}
OPEN_END: Final = 2**40 - 1


class Files(MemoryStore):
    """Public files that every schedule has its own copy of."""

    def copied(self) -> "Files":
        """The same files, to be added to."""
        other = Files()
        other._files |= self._files
        return other


@dataclass(frozen=True, slots=True)
class Town:
    """A house for any number of schedules, one after the other: `reset` puts its database back to the beginning."""

    institutions: Sequence[Institution]
    keys: MemoryKeyStore
    files: "Files"
    engine: Engine
    template: Any
    """The SQLite connection to the database as it is at the beginning."""

    def reset(self) -> Store:
        """A store with everything as at the beginning."""
        connection = self.engine.raw_connection()
        try:
            self.template.backup(connection.driver_connection)
        finally:
            connection.close()
        return cast(Store, Remembering(SqlStore(self.engine), Memory()))

    def registered(self) -> dict[tuple[bytes, bytes], Key]:
        """What the registry knows of all keys: each institution's first ANCHOR key is its newest."""
        return {
            (issuer_id(item.iss), self.keys.signer(f"{item.slug}/{name}").address): Key(
                START - (900_000 if name == "anchor-2" else 800_000), OPEN_END, 0, role
            )
            for item in self.institutions
            for name, role in ROLES.items()
        }


class NamedRegistry:
    """As much of a Ledger as endorsing asks."""

    registry = f"eip155:{CHAIN_ID}:0x{CONTRACT.hex()}"


@lru_cache(maxsize=1)
def town() -> Town:
    """The town of this process; made once, for it takes half a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    keys.create("relayer")
    keys.create("stranger")
    institutions = [_institution(number) for number in range(INSTITUTIONS)]
    for item in institutions:
        keys.create_es256(f"{item.slug}/credential")
        for name in ROLES:
            keys.create(f"{item.slug}/{name}")
    objects = Files()
    with tempfile.TemporaryDirectory() as folder:
        built = open_database(Path(folder, "vanbang.sqlite"))
        _fill(SqlStore(built), objects, keys, institutions)
        template = _copied(built)
        built.dispose()
    return Town(institutions, keys, objects, memory_engine(), template)


def _copied(built: Engine) -> Any:
    template = memory_engine().raw_connection().driver_connection
    connection = built.raw_connection()
    try:
        connection.driver_connection.backup(template)  # type: ignore[union-attr]
    finally:
        connection.close()
    return template


def _institution(number: int) -> Institution:
    code = f"S{number}"
    return Institution(f"https://{code.lower()}.example.edu.vn", code, f"Trường số {number}", code.lower(), "A", "B")


def _fill(store: SqlStore, objects: MemoryStore, keys: MemoryKeyStore, institutions: Sequence[Institution]) -> None:
    upload = Upload("simulated", None, "simulated", START, "list.csv", bytes(32), "vn-diploma", False)
    store.add_upload(upload)
    store.receive(upload.id, (), bytes(32))
    records = iter(list(stored_records(INSTITUTIONS * BATCHES)))
    ids = []
    for item in institutions:
        store.add_institution(item)
        for number in range(BATCHES):
            ids.append(f"{item.slug}-{number}")
            store.begin(Batch(ids[-1], item.iss, KIND.vct, "RECEIVING", upload.id, START, 0))
            record = next(records)
            store.add_records({ids[-1]: [NewRecord(digest_of(ids[-1].encode()), record.secret, record.ciphertext)]})
    store.accept(replace(upload, rows=len(ids), accepted=len(ids)), ids, START)
    for batch in store.batches("ACCEPTED"):
        seal(store, objects, KIND, batch, START, Unwatched())
    for item in institutions:
        publish_status(store, objects, item.iss, keys.es256(f"{item.slug}/credential"), START)
    for batch in store.batches("SEALED"):
        _endorse(store, objects, keys, batch, next(item for item in institutions if item.iss == batch.iss))


def _endorse(
    store: SqlStore, objects: MemoryStore, keys: MemoryKeyStore, batch: Batch, institution: Institution
) -> None:
    officer = keys.signer(f"{institution.slug}/officer")
    endorsement = Endorsement("A", "B", officer.address, sign(officer, digest_to_endorse(batch)))
    jwk, ledger = keys.es256(f"{institution.slug}/credential"), cast(Ledger, NamedRegistry())
    finalise(store, objects, ledger, batch, [endorsement], jwk, START)
    manifest = (store.batch(batch.id) or batch).manifest or b""
    digest = anchor_digest(DOMAIN, issuer_id(batch.iss), [anchor_key(manifest)], START + SIGNATURE_LIFE)
    store.endorse(batch.id, sign(keys.signer(f"{institution.slug}/anchor"), digest))
