"""A PostgreSQL server that crashes in the midst of long work: told by name, gone on with, nothing stored twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from given_lists import GivenFiles, GivenList
from private_postgres import Server, running_postgres
from small_house import (
    ACCEPTED_AT,
    INDEX_KEY,
    INSTITUTION,
    KIND,
    MemoryStore,
    impatient,
    new_keys,
    new_upload,
    registered_keys,
    rows,
)
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.adapters.sql import placing as sql_placing
from vanbang.notary import lists, placing, receiving
from vanbang.notary.audit_log import audit_lines, check_log
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.records import decrypt_record
from vanbang.notary.sealing import check_tiles
from vanbang.notary.uploading import Uploads
from vanbang.ports import Batch, DatabaseServer, StoreBusy

pytestmark = pytest.mark.slow
COUNT, UNIT, SUBTREE = 300, 50, 64


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many units, stored one by one, in a list that is quickly made."""
    monkeypatch.setattr(lists, "UNIT_ROWS", UNIT)
    monkeypatch.setattr(receiving, "STORED_TOGETHER", UNIT)
    monkeypatch.setattr(placing, "UNIT", UNIT)
    for module in (placing, sql_placing):
        monkeypatch.setattr(module, "SUBTREE_LEAVES", SUBTREE)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One that loses nothing in a crash."""
    with running_postgres(tmp_path, durable=True) as running:
        yield running


class Crashing:
    """A watcher who has the server crash in the midst of a stage, once, and who mines blocks while it is waited."""

    def __init__(self, server: Server, chain: FakeChain, stage: str, number: int) -> None:
        self.server, self.chain, self.place = server, chain, (stage, number)
        self.now, self.has_crashed = "", False
        self.first: tuple[str, int] | None = None

    def stage(self, name: str) -> None:
        self.now = name
        if name == "anchoring":
            self.done(0)

    def done(self, number: int, of: int = 0) -> None:
        self.first = self.first or (self.now, number)
        if not self.has_crashed and self.now == self.place[0] and number >= self.place[1]:
            self.has_crashed = True
            self.server.stop(immediate=True)

    def wait(self, doubt: str) -> None:
        self.chain.mine(3)


class House:
    """All that issuing a list needs, on a database of the server."""

    def __init__(self, server: Server, name: str) -> None:
        self.store = SqlStore(open_database(DatabaseServer(server.create(name))))
        self.store.add_institution(INSTITUTION)
        self.objects, self.spool, keys = MemoryStore(), MemorySpool(), new_keys()
        self.chain = FakeChain(registered_keys(keys))
        self.given = rows(COUNT, name)
        uploads, ledger = Uploads(self.store, self.spool), FakeLedger(self.chain)
        files = GivenFiles(GivenList(self.given))
        self.intake = Intake(self.store, uploads, files, INDEX_KEY, lambda: ACCEPTED_AT, self.objects)
        self.issuing = Issuing(self.store, self.objects, keys, ledger, impatient(self.store), lambda: self.chain.time)

    def issue(self, watcher: Crashing) -> Batch:
        """What `vanbang issue` does: the same again goes on where it stopped."""
        upload = new_upload(self.store, self.spool, b"list", INSTITUTION.iss)
        if upload.state == "RECEIVED":
            upload, _ = self.intake.process(upload, watcher)
        (batch,) = self.store.batches_page(iss=None, states=(), upload=upload.id, after=None, limit=2)
        return self.issuing.bring_to_final(batch, watcher)


@pytest.fixture
def house(server: Server) -> Iterator[House]:
    """With an empty database."""
    made = House(server, "crashing")
    yield made
    made.store._engine.dispose()


CRASHES = {"checking": 200, "sealing": 150, "anchoring": 0}
"""After how many rows of which stage."""
GOES_ON = [("checking", 50), ("checking", 50), ("sealing", 128), ("anchoring", 0)]
"""What each attempt tells first: a list is read again but not stored again; subtrees of 64 that are stored stay."""


def test_a_server_that_crashes_in_between(house: House, server: Server) -> None:
    """Whatever stage it interrupts is told as a database that is away, and the same again goes on behind what is
    stored: every row is in the batch once, in its order, and the tree is whole."""
    begun = []
    for place in CRASHES.items():
        watcher = Crashing(server, house.chain, *place)
        with pytest.raises(StoreBusy):
            house.issue(watcher)
        assert watcher.has_crashed
        server.start()
        begun.append(watcher.first)
        (upload,) = house.store.uploads()
        assert house.intake.stored_before(upload) == (200 if place[0] == "checking" else 0)
    watcher = Crashing(server, house.chain, "never", 0)
    batch = house.issue(watcher)
    assert [*begun, watcher.first] == GOES_ON
    assert (batch.state, batch.rows, batch.tree_size) == ("FINAL", COUNT, COUNT)
    check_tiles(house.objects, batch.root or b"", COUNT)
    records = list(house.store.records(batch.id))
    serials = [KIND.values_of(decrypt_record(KIND, record))["so_hieu_vbcc"] for record in records]
    assert serials == [row.cells["so_hieu_vbcc"] for row in house.given]
    assert sorted(record.leaf_index for record in records) == list(range(COUNT))  # type: ignore[type-var]
    assert len({(record.list_uri, record.list_index) for record in records}) == COUNT
    assert check_log(audit_lines(house.store)).holds
