"""What the libraries alone need for what a stage does, on the same bytes and the same machine: nothing is checked,
nothing is carried from one process to another. And what no program can go below: OpenSSL's SHA-256 over as many bytes
in one piece, the disk's sequential write of as many bytes."""

import csv
import os
import re
import sqlite3
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256, shake_256
from hmac import digest as hmac_digest
from itertools import islice
from pathlib import Path
from random import Random
from secrets import token_bytes
from typing import Final
from unicodedata import is_normalized

from blockcerts_merkletools import MerkleTools
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]
from zstandard import ZstdCompressor, ZstdDecompressor

from vanbang.catalog.dictionaries import LEVEL, dictionary, newest
from vanbang.cli.bench.growth_facts import Facts
from vanbang.core.merkle import SUBTREE_LEAVES

SAMPLE: Final = 20_000
"""Rows the libraries are measured on: half a second each, and more than caches hold."""
INSERTED: Final = 100_000
"""Rows put into a database: an index of fewer would be flattered."""
CELL: Final = re.compile(r"[^\x00-\x1f]*")
TYPE: Final = "vn-diploma"
TABLES: Final = (
    "CREATE TABLE record (id INTEGER PRIMARY KEY, batch INTEGER, edition INTEGER, key BLOB, secret BLOB,"
    " ciphertext BLOB, learner BLOB, citizen BLOB, UNIQUE (key, edition))",
    "CREATE INDEX record_of_batch ON record (batch, id)",
    "CREATE INDEX record_of_learner ON record (learner)",
    "CREATE INDEX record_of_citizen ON record (citizen)",
    "CREATE TABLE leaf (record INTEGER PRIMARY KEY, list INTEGER, list_index INTEGER, leaf_index INTEGER,"
    " erased_at INTEGER)",
)
"""As many columns and indexes as the real ones."""
PIECE: Final = 2**20
TILES: Final = 100


@dataclass(frozen=True, slots=True)
class Floor:
    """Processor seconds a diploma of each library, by the stage that uses it."""

    stages: Mapping[str, Mapping[str, float]]
    hashed_bytes: float
    """A diploma, disclosures, payload, salts, leaf and nodes together."""
    hashing: float
    """Seconds a diploma for these in one piece."""
    written_bytes: float
    writing: float
    """Seconds a diploma to write its share of database and public files to the disk, in one piece."""


def floor(path: Path, rows: int, facts: Facts, folder: Path) -> Floor:
    """Measures on the list that was run and on what came of it; writes and removes files in `folder`."""
    sample = min(rows, SAMPLE)
    cells = list(islice(_rows(path), sample))
    reading = _each(lambda: _drained(islice(_rows(path), sample)), sample)
    hashed = list(zip(facts.payloads, facts.disclosures, strict=True))
    hashed_bytes = sum(payload + 33 + sum(sizes) + 48 * len(sizes) for payload, sizes in hashed) / len(hashed) + 64
    nodes = _each(lambda: _nodes(SUBTREE_LEAVES), SUBTREE_LEAVES)
    again = {"merkletools": _each(_merkletools, SUBTREE_LEAVES)}
    written = (facts.database_bytes + facts.public_bytes) / rows
    stages = {
        "intake": {"reading": reading, "cells": _each(lambda: _look_at(cells), sample), **_hiding(cells)}
        | _inserting(facts, folder),
        "sealing": _opening(cells) | _hashing(hashed),
        "publishing": {"nodes, twice": 2 * nodes, "files": _each(lambda: _tiles(folder), TILES * 256), **again},
        "endorsing": again,
    }
    stages["sealing"]["insert"] = stages["intake"].pop("insert leaf")
    piece = os.urandom(PIECE)
    hashing = _each(lambda: sha256(piece).digest(), PIECE) * hashed_bytes
    return Floor(stages, hashed_bytes, hashing, written, _writing(folder, written * rows) / rows)


def _each(work: Callable[[], object], n: int, runs: int = 3) -> float:
    """Processor seconds of the fastest run, shared by n."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) / n


def _rows(path: Path) -> Iterator[Sequence[str | None]]:
    """The cells of a list, by the library alone."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            yield from islice(csv.reader(stream), 1, None)
        return
    with ParquetFile(path) as file:
        for batch in file.iter_batches(8_192):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _drained(rows: Iterator[object]) -> None:
    for _ in rows:
        pass


def _look_at(cells: Sequence[Sequence[str | None]]) -> None:
    """One look at each cell for its form and one for its letters."""
    fits = CELL.fullmatch
    for row in cells:
        for cell in row:
            if cell and not (is_normalized("NFC", cell) and fits(cell)):
                raise AssertionError(cell)


def _plain(row: Sequence[str | None]) -> bytes:
    return "\0".join(cell for cell in row if cell).encode()


def _hiding(cells: Sequence[Sequence[str | None]]) -> dict[str, float]:
    plain = [_plain(row) for row in cells]
    squeeze = ZstdCompressor(LEVEL, dict_data=dictionary(TYPE, newest(TYPE) or 1)).compress
    squeezed = [squeeze(data) for data in plain]
    key, iv = token_bytes(32), token_bytes(12)
    return {
        "zstandard": _each(lambda: [squeeze(data) for data in plain], len(plain)),
        "AES-GCM": _each(lambda: [AESGCM(key).encrypt(iv, data, b"") for data in squeezed], len(plain)),
        "HMAC": _each(lambda: [hmac_digest(key, iv, "sha256") for _ in range(3 * len(plain))], len(plain)),
    }


def _opening(cells: Sequence[Sequence[str | None]]) -> dict[str, float]:
    known = dictionary(TYPE, newest(TYPE) or 1)
    squeeze, expand = ZstdCompressor(LEVEL, dict_data=known).compress, ZstdDecompressor(dict_data=known).decompress
    squeezed = [squeeze(_plain(row)) for row in cells]
    key, iv = token_bytes(32), token_bytes(12)
    hidden = [AESGCM(key).encrypt(iv, data, b"") for data in squeezed]
    return {
        "zstandard": _each(lambda: [expand(data) for data in squeezed], len(cells)),
        "AES-GCM": _each(lambda: [AESGCM(key).decrypt(iv, data, b"") for data in hidden], len(cells)),
    }


def _hashing(hashed: Sequence[tuple[int, Sequence[int]]]) -> dict[str, float]:
    """A salt, base64 and a digest for each disclosure, then payload and leaf."""
    salt = bytes(48)

    def work() -> None:
        for payload, sizes in list(hashed) * 20:
            for size in sizes:
                shake_256(salt).digest(16)
                urlsafe_b64encode(sha256(urlsafe_b64encode(zeros[: size * 3 // 4])).digest())
            sha256(b"\0" + sha256(zeros[:payload]).digest()).digest()

    zeros = bytes(max(max(payload, *sizes) for payload, sizes in hashed))
    return {"hashing": _each(work, 20 * len(hashed))}


def _inserting(facts: Facts, folder: Path) -> dict[str, float]:
    chance, size = Random(1), facts.ciphertexts[len(facts.ciphertexts) // 2]  # noqa: S311 -- no secret
    draw = chance.randbytes
    rows = [
        (number, 1, 1, draw(32), draw(32), draw(size), draw(8), number.to_bytes(3, "big")) for number in range(INSERTED)
    ]
    leaves = [(number, 1, number, number, None) for number in range(INSERTED)]
    place = folder / "bare.sqlite"
    with closing(sqlite3.connect(place)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        for statement in TABLES:
            database.execute(statement)
        found = {
            "insert": _inserted(database, "INSERT INTO record VALUES (?,?,?,?,?,?,?,?)", rows),
            "insert leaf": _inserted(database, "INSERT INTO leaf VALUES (?,?,?,?,?)", leaves),
        }
    place.unlink()
    return found


def _inserted(database: sqlite3.Connection, statement: str, rows: Sequence[Sequence[object]]) -> float:
    def work() -> None:
        for first in range(0, len(rows), 10_000):
            database.executemany(statement, rows[first : first + 10_000])
            database.commit()

    return _each(work, len(rows), runs=1)


def _nodes(leaves: int) -> None:
    """The nodes of a tree of so many leaves: one hash of 64 bytes for each leaf, nearly."""
    data = bytes(64 * leaves)
    b"".join([sha256(data[first : first + 64]).digest() for first in range(0, 64 * leaves, 64)])


def _tiles(folder: Path) -> None:
    """Files of 8 KiB, each on the disk when the next one begins."""
    tile = bytes(8_192)
    for number in range(TILES):
        place = folder / f"bare.{number}"
        with place.open("wb") as file:
            file.write(tile)
            os.fsync(file.fileno())
        place.rename(folder / "bare.tile")
    (folder / "bare.tile").unlink()


def _merkletools() -> None:
    tree = MerkleTools(hash_type="sha256")
    tree.add_leaf([sha256(b"%d" % number).hexdigest() for number in range(SUBTREE_LEAVES)])
    tree.make_tree()


def _writing(folder: Path, size: float) -> float:
    """Seconds by the clock until so many bytes are on the disk."""
    piece, place = os.urandom(PIECE), folder / "bare.bytes"
    start = time.perf_counter()
    with place.open("wb") as file:
        for _ in range(int(size) // PIECE + 1):
            file.write(piece)
        os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    place.unlink()
    return seconds
