"""Proofs, exports and look-ups: a real database, real tiles in a folder, invented diplomas that are really sealed."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import urandom
from pathlib import Path
from secrets import randbelow, token_bytes
from time import perf_counter
from types import SimpleNamespace
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.adapters.handing_out import ExportZip
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.objects import FolderStore
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.catalog.sampling import institutions, sample_rows
from vanbang.cli.bench.measuring import Line, cpu_seconds, line, resident_mib
from vanbang.cli.bench.seal import KIND
from vanbang.core.merkle import TreeBuilder
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.notary import proving
from vanbang.notary.endorsing import finalise
from vanbang.notary.exporting_many import Export, Selection
from vanbang.notary.proving import Prover
from vanbang.notary.publishing import credential_of
from vanbang.notary.records import encrypt_record, record_key
from vanbang.notary.sealing import seal, tile_path
from vanbang.notary.watching import Unwatched
from vanbang.notary.workers import WorkerPool
from vanbang.ports import Batch, Institution, Ledger, NewRecord, Upload

ROWS: Final = 100_000
LEAVES: Final = 1_000_000
PROCESSES: Final = 2
SINGLE_SECONDS: Final = 0.001
PROOFS_A_SECOND: Final = 50_000
FILES_A_SECOND: Final = 8_000
LOOK_UP_SECONDS: Final = 0.005
GROWN: Final = 1.2
"""Memory may be so many times what it was at the first tenth."""
ASKED: Final = 1_000
CHUNK: Final = 10_000
INDEX_KEY: Final = bytes(32)
NOW: Final = 1_780_000_000
_SCHOOL: Final = institutions()[0]
INSTITUTION: Final = Institution(_SCHOOL.iss, _SCHOOL.code, _SCHOOL.name, "bench", _SCHOOL.head, "Hiệu trưởng")


def proofs(rows: int | None) -> Iterator[Line]:
    """Of a tree of random leaves: single ones at random, as the first of a process and as later ones; then all."""
    size = rows or LEAVES
    with tempfile.TemporaryDirectory() as folder:
        objects, leaves = FolderStore(Path(folder)), urandom(32 * size)
        tiles: dict[tuple[int, int], bytes] = {}
        builder = TreeBuilder(lambda level, number, data: tiles.__setitem__((level, number), data))
        builder.append(leaves)
        root = builder.finish()
        objects.put_many((tile_path(root, *place), data) for place, data in tiles.items())
        tiles.clear()
        for what, kept in (("proof, nothing remembered", 0), ("proof", proving.TILES_KEPT)):
            prover, indices = Prover(objects, kept), [randbelow(size) for _ in range(ASKED)]
            start = perf_counter()
            for index in indices:
                prover.prove(leaves[32 * index : 32 * index + 32], index, size, root)
            seconds = perf_counter() - start
            yield line(f"{what}, seconds each", ASKED, seconds, seconds / ASKED, SINGLE_SECONDS)
        start, first = perf_counter(), 0.0
        for index, _ in proving.proofs(objects, root, size):
            if index == size // 10:
                first = resident_mib()
        seconds = perf_counter() - start
        yield line("proofs of all leaves, seconds", size, seconds, seconds, size / PROOFS_A_SECOND)
        yield line("proofs of all leaves, MiB in use", size, seconds, resident_mib(), GROWN * first)


def export(rows: int | None) -> Iterator[Line]:
    """Every file of one batch, rebuilt in two processes, signed, put into a ZIP that goes nowhere."""
    with issued(rows or ROWS) as made, WorkerPool(PROCESSES) as pool:
        exporting = Export(made.store, made.objects, made.keys, pool)
        pool.submit(urandom, 1).result()
        archive, start, spent, first, written = ExportZip(), perf_counter(), cpu_seconds(), 0.0, 0
        for unit in exporting.files(Selection()):
            written += len(archive.put(unit))
            if not first and archive.tally.files >= made.rows // 10:
                first = resident_mib()
        written += sum(map(len, archive.end()))
        seconds, spent = perf_counter() - start, cpu_seconds() - spent
        if archive.tally.files != made.rows:
            raise AssertionError("not every diploma was exported")
        yield line(f"export, {PROCESSES} processes, seconds", made.rows, seconds, seconds, made.rows / FILES_A_SECOND)
        what, allowed = "export, processor seconds each", PROCESSES / FILES_A_SECOND
        yield line(what, made.rows, seconds, spent / made.rows, allowed)
        yield line("export, MiB in use", made.rows, seconds, resident_mib(), GROWN * first)


def look_up(rows: int | None) -> Iterator[Line]:
    """By serial numbers at random: the record, then its proof and file, signed."""
    with issued(rows or ROWS) as made:
        batch, prover = made.store.batch("bench"), Prover(made.objects)
        found = finding = 0.0
        each: list[float] = []
        for key in made.keys_asked:
            start = perf_counter()
            record = made.store.find(key)
            found = perf_counter() - start
            if record is None or batch is None:
                raise AssertionError("a diploma was not found")
            credential_of(made.objects, KIND, batch, record, made.jwk, prover).to_bytes()
            each.append(perf_counter() - start)
            finding += found
        number, total = len(each), sum(each)
        yield line("look-up alone, seconds each", number, finding, finding / number, LOOK_UP_SECONDS)
        yield line("look-up, proof and file, seconds each", number, total, total / number, LOOK_UP_SECONDS)
        slowest = sorted(each)[int(number * 0.99)]
        yield line("look-up, proof and file, seconds, p99", number, total, slowest, LOOK_UP_SECONDS)


@dataclass(frozen=True)
class Issued:
    """One endorsed batch, and the keys of some of its records."""

    store: SqlStore
    objects: FolderStore
    keys: MemoryKeyStore
    rows: int
    keys_asked: list[bytes]

    @property
    def jwk(self) -> ec.EllipticCurvePrivateKey:
        return self.keys.es256(f"{INSTITUTION.slug}/credential")


@contextmanager
def issued(rows: int) -> Iterator[Issued]:
    """A new installation with one batch of invented diplomas, endorsed; no chain is needed for that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    with tempfile.TemporaryDirectory() as folder:
        store, objects = SqlStore(open_database(Path(folder, "bench.sqlite"))), FolderStore(Path(folder, "public"))
        jwk = keys.create_es256(f"{INSTITUTION.slug}/credential")
        store.add_institution(INSTITUTION)
        upload = Upload("bench", None, "bench", NOW, "list.csv", bytes(32), KIND.name, False)
        store.add_upload(upload)
        store.receive(upload.id, (), bytes(32))
        store.begin(Batch("bench", INSTITUTION.iss, KIND.vct, "RECEIVING", upload.id, NOW, 0))
        asked = list(_taken_in(store, rows))
        store.accept(replace(upload, rows=rows, accepted=rows), ["bench"], NOW)
        (batch,) = store.batches("ACCEPTED")
        with WorkerPool(PROCESSES) as pool:
            seal(store, objects, KIND, batch, NOW, Unwatched(), pool)
        (batch,) = store.batches("SEALED")
        registry = cast(Ledger, SimpleNamespace(registry="eip155:31337:0x" + "a1" * 20))
        finalise(store, objects, registry, batch, [], jwk, NOW)
        store.endorse("bench", bytes(65))
        yield Issued(store, objects, keys, rows, asked)


def _taken_in(store: SqlStore, rows: int) -> Iterator[bytes]:
    """Stores invented records; gives the keys of some."""
    waiting: list[NewRecord] = []
    every = max(1, rows // ASKED)
    for number, row in enumerate(sample_rows(rows, "bench", (INSTITUTION.code,))):
        record, _ = KIND.parse(row)
        if record is None:
            raise AssertionError("an invented diploma was refused")
        secret, key = token_bytes(SECRET_SIZE), record_key(INDEX_KEY, KIND, record)
        waiting.append(NewRecord(key, secret, encrypt_record(KIND, record, secret)))
        if number % every == 0:
            yield key
        if len(waiting) == CHUNK or number == rows - 1:
            store.add_records({"bench": waiting})
            waiting = []
