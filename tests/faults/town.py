"""A test's own world: a node that mines, three endpoints before it, an installation, workers that live and die."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from chains import Chain, chain_at, running_anvil
from eth_utils.crypto import keccak
from sqlalchemy import Engine
from sqlmodel import Session, select

from faults import worker
from faults.ground import QUIET_NODE, SCHOOLS, Ground, copied, node_on
from faults.proxy import Proxy, Way, endpoint
from faults.worker import FREE, Orders
from private_postgres import Server
from vanbang.adapters.keys import KeystoreFolder, password_file
from vanbang.adapters.objects.spool import FolderSpool
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.adapters.sql.chain_tables import AttemptRow, TransactionRow
from vanbang.catalog import known_types
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.core.trust import Trust, trusted_registry
from vanbang.notary.uploading import Uploads
from vanbang.ports import Batch, Institution, Store, Transaction, Upload
from vanbang.settings import Settings

BLOCK_SECONDS = 0.15
PATIENCE = 120.0
"""Seconds: many times what anything here takes."""


@dataclass
class Town:
    """`promised` holds the serial numbers of every list that was answered with 202, by upload."""

    chain: Chain
    proxies: list[Proxy]
    settings: Settings
    log: Path
    promised: dict[str, list[str]] = field(default_factory=dict)
    workers: list[BaseProcess] = field(default_factory=list)
    mining: Event = field(default_factory=Event)
    sent: list[bytes] = field(default_factory=list)
    """Every transaction that an endpoint was given."""
    unstored: list[str] = field(default_factory=list)
    """Those that were not stored by then."""
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    """What the API answered, by idempotency key."""
    server: Server | None = None
    """The database's, if it is no file, and the one that follows it, if there is one."""
    replica: Server | None = None
    _engines: dict[str, Engine] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def home(self) -> Path:
        return self.settings.home

    def store(self) -> Store:
        """The installation's database, as another process sees it."""
        return SqlStore(self.engine())

    def a_list(self, school: Institution, rows: int) -> tuple[list[str], bytes]:
        """A list that nobody has sent in before: its serial numbers, and its bytes."""
        name = f"T{next(self._number)}"
        cells = [
            row | {"so_hieu_vbcc": f"{name}{n:06d}", "so_vao_so": f"{name}{n}"}
            for n, row in enumerate(sample_rows(rows, name, (school.code,)))
        ]
        text = io.StringIO(newline="")
        write_csv(cells, text)
        return [row["so_hieu_vbcc"] for row in cells], text.getvalue().encode()

    def hand_in(self, school: Institution = SCHOOLS[0], rows: int = 3) -> Upload:
        """A list, answered with 202."""
        serials, data = self.a_list(school, rows)
        uploads = Uploads(self.store(), FolderSpool(self.home / "uploads"))
        upload = uploads.begin(Upload(uuid4().hex, school.iss, "test", int(time.time()), "list.csv", uuid4().bytes * 2))
        uploads.take_part(upload, 1, data)
        received = uploads.complete(upload, None, int(time.time()))
        self.promised[upload.id] = serials
        return received

    def hand_in_everywhere(self) -> None:
        """A list of each institution."""
        for school in SCHOOLS:
            self.hand_in(school)

    def work(self, orders: Orders = FREE) -> BaseProcess:
        """Starts a worker."""
        process = worker.start(self.home, self.log, orders)
        self.workers.append(process)
        return process

    def dies(self, process: BaseProcess) -> None:
        """Waits until a worker has killed itself as ordered."""
        process.join(PATIENCE)
        assert process.exitcode == -9, f"it ended with {process.exitcode}\n{self.standing()}\n{self.said()}"

    def all_final(self) -> bool:
        """Whether nothing is left to be done."""
        store = self.store()
        return (
            all(upload.state in ("ACCEPTED", "REFUSED") for upload in store.uploads())
            and all(batch.state == "FINAL" for batch in store.batches())
            and all(root.state == "FINAL" for school in SCHOOLS for root in store.status_roots(school.iss))
            and not store.open_transactions()
        )

    def until(self, reached: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Waits for something that must come."""
        give_up = time.monotonic() + patience
        while not reached():
            assert time.monotonic() < give_up, f"{what}: not after {patience:.0f} s\n{self.standing()}\n{self.said()}"
            time.sleep(0.05)

    def until_quiet(self) -> None:
        """Waits until everything is final, then ends the workers."""
        self.until(self.all_final, "everything final")
        self.end_workers()

    def end_workers(self) -> None:
        """Kills all workers, wherever they are."""
        for process in self.workers:
            process.kill()
            process.join()
        self.workers.clear()

    def issue(self, *schools: Institution) -> list[Batch]:
        """Lists of these institutions (the first one), brought to FINAL by a worker that lives on; their batches."""
        ours = [self.hand_in(school).id for school in schools or SCHOOLS[:1]]
        if not self.workers:
            self.work()
        self.until(self.all_final, "the first batches final")
        return [batch for batch in self.store().batches() if batch.upload in ours]

    def batches(self) -> dict[str, str]:
        """The state of each batch by id."""
        return {batch.id: batch.state for batch in self.store().batches()}

    def way(self, *ways: Way) -> None:
        """How the endpoints behave, from the first on; one way alone is for all of them."""
        for proxy, chosen in zip(self.proxies, ways * 3 if len(ways) == 1 else ways, strict=False):
            proxy.way = chosen

    def mine(self, blocks: int = 1) -> None:
        """Blocks, now."""
        for _ in range(blocks):
            self.chain.rpc("evm_mine")

    def wait(self, *_: Any) -> None:
        """A moment, for commands that wait in this process."""
        time.sleep(BLOCK_SECONDS)

    def rests(self, seconds: float) -> None:
        """Lets workers work."""
        time.sleep(seconds)

    def use_finality_tag(self) -> None:
        """Workers started from now on go by the node's tag `finalized`."""
        self.settings = replace(self.settings, depth=None)
        self.settings.save()

    def standing(self) -> str:
        """States, for the message of a test that fails."""
        store = self.store()
        roots = {school.code: [(r.epoch, r.state) for r in store.status_roots(school.iss)] for school in SCHOOLS}
        open_ones = [(t.nonce, t.state, t.call.purpose) for t in store.open_transactions()]
        return f"uploads {[u.state for u in store.uploads()]} batches {self.batches()} {roots} open {open_ones}"

    def said(self) -> str:
        """The end of what workers said."""
        return self.log.read_text(errors="replace")[-3_000:] if self.log.exists() else ""

    def is_told(self, code: str, *words: str) -> None:
        """Waits until whoever waits is told so: some trouble has this code and these words."""

        def told() -> bool:
            return any(
                code in ("", trouble.code) and all(word in trouble.text for word in words)
                for trouble in self.store().troubles().values()
            )

        self.until(told, f"a trouble {code} with {words}; there are {self.store().troubles()}")

    @contextmanager
    def fork(self, back: int = 1) -> Iterator[str]:
        """Another node with the same past up to some blocks ago, and a present of its own, mined as fast."""
        at = str(int(self.chain.rpc("eth_blockNumber"), 16) - back)
        options = ("--fork-url", self.node_url, "--fork-block-number", at, "--retries", "0")
        log = self.log.with_name("fork.log")
        with running_anvil(log, *QUIET_NODE, *options) as url, _mining(chain_at(url), self.mining):
            yield url

    def all_said(self) -> bytes:
        """All that workers said."""
        return self.log.read_bytes() if self.log.exists() else b""

    def saw(self, method: str, params: list[object]) -> None:
        """What endpoints are asked: everything sent must be stored by then."""
        if method == "eth_sendRawTransaction":
            raw = bytes.fromhex(str(params[0]).removeprefix("0x"))
            self.sent.append(raw)
            if not self._rows(select(AttemptRow.raw).where(AttemptRow.hash == keccak(raw))):
                self.unstored.append(raw.hex())

    def all_transactions(self) -> list[Transaction]:
        """Every transaction stored."""
        store = self.store()
        return [store.transaction(number) for number in self._rows(select(TransactionRow.id)) if number]

    def _rows(self, query: Any) -> list[Any]:
        with Session(self.engine()) as session:
            return list(session.exec(query).all())

    def engine(self) -> Engine:
        """Connections of the test's own."""
        if self._engines.get("one") is None:
            self._engines["one"] = open_database(self.settings.database_at)
        return self._engines["one"]

    @property
    def node_url(self) -> str:
        """The node itself, past all endpoints."""
        return str(self.chain.w3.provider.endpoint_uri)  # type: ignore[attr-defined]

    def now(self) -> int:
        """Unix seconds, as a verifier sees them."""
        return int(time.time())

    def trust(self) -> Trust:
        """A verifier's: the node itself, and the installation's public files."""
        home = trusted_registry(self.settings.registry, (self.node_url,), depth=self.settings.depth)
        return Trust(home, (), (f"{self.home / 'public'}/",), types=known_types())

    def keys(self) -> KeystoreFolder:
        """The installation's keys."""
        return KeystoreFolder(self.home / "keys", password_file(self.home / "keys" / ".password"))


@contextmanager
def town(ground: Ground, folder: Path, *, proxies: int = 3) -> Iterator[Town]:
    """A world of its own, until the block ends."""
    home = folder / "home"
    settings = copied(ground, home)
    with ExitStack() as stack:
        chain = stack.enter_context(node_on(ground, folder / "anvil.log"))
        ways = [stack.enter_context(endpoint(str(chain.w3.provider.endpoint_uri))) for _ in range(proxies)]  # type: ignore[attr-defined]
        settings = replace(settings, rpc=tuple(proxy.url for proxy in ways))
        settings.save()
        made = Town(chain, ways, settings, folder / "workers.log", server=ground.server, replica=ground.replica)
        for proxy in ways:
            proxy.watch = made.saw
        made.mining.set()
        stack.enter_context(_mining(chain, made.mining))
        try:
            yield made
        finally:
            made.end_workers()


@contextmanager
def _mining(chain: Chain, mining: Event) -> Iterator[None]:
    """A block every BLOCK_SECONDS while `mining` is set."""
    ended = Event()

    def mine() -> None:
        while not ended.wait(BLOCK_SECONDS):
            if mining.is_set():
                chain.rpc("evm_mine")

    thread = Thread(target=mine, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
