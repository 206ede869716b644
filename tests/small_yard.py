"""An installation with a spool, a chain in memory and an engine: what tests of the engine work in."""

from itertools import count
from pathlib import Path

from fake_ledger import FakeChain, FakeLedger
from given_lists import GivenFiles, GivenList
from small_house import (
    ACCEPTED_AT,
    INDEX_KEY,
    INSTITUTION,
    MemoryStore,
    Silent,
    impatient,
    new_keys,
    new_store,
    new_upload,
    registered_keys,
)
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.notary.engine import Engine
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.operations import Operations
from vanbang.notary.uploading import Uploads


class Yard:
    """An installation with a spool, a chain and an engine."""

    def __init__(self, folder: Path, listed: GivenList) -> None:
        self.store, self.spool, self.objects, self.keys = new_store(folder), MemorySpool(), MemoryStore(), new_keys()
        self.chain = FakeChain(registered_keys(self.keys))
        self.now = ACCEPTED_AT
        ledger, uploads = FakeLedger(self.chain), Uploads(self.store, self.spool)
        self.files = GivenFiles(listed)
        self.engine = Engine(
            self.store,
            Intake(self.store, uploads, self.files, INDEX_KEY, lambda: self.now, self.objects),
            Issuing(self.store, self.objects, self.keys, ledger, impatient(self.store), lambda: self.chain.time),
            Operations(self.store, ledger, self.keys),
            Silent(),
            self.chain.mine,
            lambda: self.now,
            days_kept=30,
            stopwatch=count(0, 100).__next__,
        )

    def send(self, body: bytes = b"list") -> str:
        return new_upload(self.store, self.spool, body, INSTITUTION.iss).id

    def run(self, steps: int = 12) -> None:
        for _ in range(steps):
            self.engine.step()
            self.chain.mine()
