"""A look-up by its blind key among as many records as a nation has: a made-up table of keys alone, as deep as the real
index is. Only the index is simulated; a real look-up reads its record, a proof and a status list besides."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from math import ceil, log
from pathlib import Path
from random import Random
from typing import Final

from vanbang.cli.bench.measuring import Line, line

ROWS: Final = 10_000_000
TOGETHER: Final = 100_000
LOOK_UPS: Final = 2_000
KEY: Final = 32
SECONDS: Final = 0.001
PAGE: Final = 4_096
ENTRY: Final = KEY + 12
"""Bytes of a key with its record's number and what SQLite adds."""


def index(rows: int | None) -> Iterator[Line]:
    """Keys in ascending order, which builds the same tree faster; looked up at random, after nothing was read."""
    rows = rows or ROWS
    with tempfile.TemporaryDirectory(prefix="vanbang-index-") as folder:
        place = Path(folder) / "index.sqlite"
        start = time.perf_counter()
        _build(place, rows)
        built = time.perf_counter() - start
        taken = sorted(_looked_up(place, rows))
        size = place.stat().st_size
    for share in (50, 99):
        seconds = taken[len(taken) * share // 100]
        told = {
            "rows": rows,
            "bytes_each": round(size / rows, 1),
            "levels": levels(rows),
            "built_seconds": round(built, 1),
        }
        found = line(f"index of blind keys, a look-up, p{share}, seconds", LOOK_UPS, sum(taken), seconds, SECONDS)
        yield found | {"measured": round(seconds, 7)} | told


def levels(rows: int) -> int:
    """Pages read from the root to a key, each two thirds full as random keys leave them."""
    return max(1, ceil(log(rows) / log(PAGE * 2 / 3 / ENTRY)))


def _build(place: Path, rows: int) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as database:
        database.execute(f"PRAGMA page_size = {PAGE}")
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("CREATE TABLE record (key BLOB PRIMARY KEY, id INTEGER) WITHOUT ROWID")
        for first in range(0, rows, TOGETHER):
            database.execute("BEGIN")
            some = ((_key(number, rows), number) for number in range(first, min(rows, first + TOGETHER)))
            database.executemany("INSERT INTO record VALUES (?, ?)", some)
            database.execute("COMMIT")


def _key(number: int, rows: int) -> bytes:
    """The number-th of `rows` keys that lie evenly among all."""
    return (number * (2**64 // rows)).to_bytes(8, "big") + sha256(b"%d" % number).digest()[: KEY - 8]


def _looked_up(place: Path, rows: int) -> Iterator[float]:
    chance = Random(rows)  # noqa: S311 -- which keys, no secret
    with closing(sqlite3.connect(place)) as database:
        for _ in range(LOOK_UPS):
            number = chance.randrange(rows)
            key = _key(number, rows)
            start = time.perf_counter()
            found = database.execute("SELECT id FROM record WHERE key = ?", (key,)).fetchone()
            yield time.perf_counter() - start
            if found != (number,):
                raise AssertionError("a key is not found")
