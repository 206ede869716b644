"""200,000 diplomas, and kill -9 at random moments while they are taken in, sealed and published."""

import random
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, installed, start
from forked_commands import Forked

from vanbang.adapters.objects import FolderStore
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import sample_rows
from vanbang.core.merkle import SUBTREE_LEAVES, TILE_WIDTH, digests_in, leaf_hash, row_size
from vanbang.core.payload import StatusPlace
from vanbang.notary.committing import commit_record
from vanbang.notary.records import decrypt_record
from vanbang.notary.sealing import check_tiles, tile_path
from vanbang.ports import Batch, Store

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROWS, BASE, SECONDS = 200_000, 500, 300
KIND = type_by_name("vn-diploma")
REBUILT_OF = 401
"""One record in so many is made a leaf again."""
RECORDS, SUBTREES = "SELECT coalesce(max(id), 0) FROM record", "SELECT count(*) FROM subtree"
QUICKLY = {"VANBANG_LEASE_SECONDS": "1"}
"""What a killed process was at is anybody's after so long."""


def write_many(path: Path) -> None:
    """A list of as many rows; numbers that must differ do, everything else is that of a few hundred people."""
    names = [spec.name for spec in KIND.fields]
    forms = []
    for row in sample_rows(BASE, "many", (SAMPLE.code,)):
        numbered = {"so_hieu_vbcc": "S%07d", "so_vao_so": "V%07d", "ma_nguoi_hoc": "26%08d"}
        numbered["ma_dinh_danh_vbcc"] = row["ma_dinh_danh_vbcc"][:-12] + "%012d"
        cells = [numbered.get(name) or row[name].replace("%", "%%") for name in names]
        forms.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(names) + "\n")
        stream.writelines(forms[n % BASE] % (n, n, n, n) + "\n" for n in range(ROWS))


def test_killed_again_and_again(tmp_path: Path) -> None:
    """However often it is killed, all rows end in one batch that is final, each in exactly one leaf and one place."""
    home, log, drawn = tmp_path / "home", tmp_path / "log", random.Random(6)
    house = installed(home)
    write_many(tmp_path / "list.csv")
    moments = [(RECORDS, drawn.randrange(20_000, 120_000)), (SUBTREES, 1), (SUBTREES, drawn.randrange(2, 4))]
    issuing = partial(start, "issue", tmp_path / "list.csv", "--issuer", SAMPLE.code, home=home, log=log, **QUICKLY)
    kills = 0
    for query, number in moments:
        process = issuing()
        if reached(home, query, number, process):
            time.sleep(drawn.uniform(0, 0.3))
            process.kill()
            kills += process.wait() < 0
    process = issuing()
    assert kills >= 2, "it was too quick to be killed"
    assert process.wait(SECONDS) == 0, log.read_text()[-2_000:]
    (batch,) = store_of(home).batches()
    look_at(store_of(home), FolderStore(home / "public"), batch)
    assert house.good("audit-log", "verify", "--json").json()["holds"]
    assert sum("batch.sealed" in line for line in told_in(home, "SELECT * FROM audit_log")) == 1


def reached(home: Path, query: str, number: int, process: Forked) -> bool:
    """Waits until a query finds so many; False if the command ends before."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            return False
        ((found,),) = told_in(home, query)
        if found >= number:
            return True
        time.sleep(0.1)
    raise AssertionError("it takes too long")


def store_of(home: Path) -> Store:
    return SqlStore(open_database(home / "vanbang.sqlite"))


def told_in(home: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows that a query finds."""
    with closing(sqlite3.connect(home / "vanbang.sqlite")) as database:
        return database.execute(query).fetchall()


def look_at(store: Store, objects: FolderStore, batch: Batch) -> None:
    """The batch is final; each leaf and place is one record's; subtrees ascend; records lead to their leaves."""
    assert (batch.state, batch.rows, batch.tree_size) == ("FINAL", ROWS, ROWS)
    root = batch.root or b""
    check_tiles(objects, root, ROWS)
    tiles = [objects.get(tile_path(root, 0, number)) or b"" for number in range(row_size(ROWS, 8))]
    assert {len(tile) for tile in tiles[:-1]} == {TILE_WIDTH * 32}
    leaves = digests_in(b"".join(tiles))
    for first in range(0, ROWS, SUBTREE_LEAVES):
        assert leaves[first : first + SUBTREE_LEAVES] == sorted(leaves[first : first + SUBTREE_LEAVES])
    indexes, places = set[int](), set[tuple[str, int]]()
    for number, record in enumerate(store.records(batch.id)):
        assert record.leaf_index is not None
        assert record.leaf_index // SUBTREE_LEAVES == number // SUBTREE_LEAVES
        place = StatusPlace(record.list_uri or "", record.list_index or 0)
        indexes.add(record.leaf_index)
        places.add((place.uri, place.index))
        if number % REBUILT_OF == 0:
            made = commit_record(KIND, batch.iss, decrypt_record(KIND, record), record.secret, place)
            assert leaves[record.leaf_index] == leaf_hash(made.payload)
    assert (len(indexes), max(indexes), len(places)) == (ROWS, ROWS - 1, ROWS)
    taken = [bits for _, bits in store.status_lists(batch.iss)]
    assert sum(byte.bit_count() for bits in taken for byte in bits) == ROWS
