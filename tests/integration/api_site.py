"""The API on a real database with a chain in memory: institutions, API keys, batches, and requests to it."""

import base64
import socket
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi.testclient import TestClient

from fake_ledger import FakeChain, FakeLedger
from small_house import INDEX_KEY, INSTITUTION, accept, impatient, new_keys, new_store, registered_keys, rows
from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.pdf.printing import TypstPrinter
from vanbang.adapters.sql import SqlStore
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.core.trust import Trust, trusted_registry
from vanbang.notary.access import make_key, text_of
from vanbang.notary.holding import make_holder
from vanbang.notary.issuing import Issuing
from vanbang.notary.records import blind_key
from vanbang.ports import ApiKey, Batch, Institution, Role
from vanbang.web.app import create_app
from vanbang.web.connections import Connection
from vanbang.web.desk import Desk
from vanbang.web.endpoints import Access, Holding, Public
from vanbang.web.limits import Limits
from world import World

NOW = 1_782_000_500
OTHER = Institution("https://other.edu.vn", "OTH", "Trường Đại học Khác", "oth", "Lê Thị B", "Hiệu trưởng")
FREELY = Limits(keyed_per_minute=10**6, anonymous_per_minute=10**6, look_every=0.02, stream_seconds=60.0)
KEYS: Mapping[str, tuple[str | None, Role]] = {
    "ministry": (None, "ministry"),
    "registrar": (INSTITUTION.iss, "registrar"),
    "officer": (INSTITUTION.iss, "officer"),
    "reader": (INSTITUTION.iss, "reader"),
    "national_registrar": (None, "registrar"),
    "national_officer": (None, "officer"),
    "national_reader": (None, "reader"),
    "other_registrar": (OTHER.iss, "registrar"),
    "other_officer": (OTHER.iss, "officer"),
    "other_reader": (OTHER.iss, "reader"),
}


@dataclass
class Clock:
    """Time as the test says."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Site:
    """The API, who may use it, and what stands behind it."""

    desk: Desk
    store: SqlStore
    chain: FakeChain
    clock: Clock
    client: TestClient
    keys: dict[str, str] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=count)

    def ask(self, method: str, path: str, who: str | None = "ministry", **told: Any) -> httpx.Response:
        """A request by one of KEYS (None: without a key); writes get a new Idempotency-Key unless `key` says one."""
        headers = dict(told.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.keys.get(who, who)}"
        key = told.pop("key", f"test-{next(self._number)}")
        if method != "GET" and key is not None:
            headers.setdefault("Idempotency-Key", key)
        return self.client.request(method, path, headers=headers, **told)

    def who_may(self, access: Access, held: Sequence[str] = ()) -> str | None:
        """One of KEYS that has the right, None for what is public; for holders a token of a link to these credentials,
        the same each time."""
        if isinstance(access, Public):
            return None
        if isinstance(access, Holding):
            keys = [bytes.fromhex(credential) for credential in held]
            return make_holder(self.store, None, keys, NOW, sha256(b"holder").digest()).bearer
        may = ("ministry", "registrar", "officer")
        return next(who for who in may if access.belongs_to(ApiKey("", b"", KEYS[who][0], KEYS[who][1], "", 0, 1)))

    def batch(self, number: int = 3, seed: str = "house") -> Batch:
        """A batch of the institution, ACCEPTED."""
        return accept(self.store, rows(number, seed), seed)

    def issue(self, number: int = 3, seed: str = "house") -> Batch:
        """A batch of the institution, FINAL."""
        return self.finish(self.batch(number, seed))

    def finish(self, batch: Batch) -> Batch:
        """Takes a batch to FINAL."""
        desk = self.desk
        issuing = Issuing(self.store, desk.objects, desk.keys, desk.ledger, impatient(self.store), self.clock)
        return issuing.bring_to_final(batch, _Mining(self.chain))


@contextmanager
def on_wire(app: Any) -> Iterator[int]:
    """The application on a port of its own, by the server that `serve` uses."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        config = uvicorn.Config(app, http=Connection, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(60)


class _Mining:
    """Mines while it is waited."""

    def __init__(self, chain: FakeChain) -> None:
        self._chain = chain

    def stage(self, name: str) -> None:
        pass

    def done(self, number: int, of: int = 0) -> None:
        pass

    def wait(self, doubt: str) -> None:
        self._chain.mine(3)


def credential_id(kind: Any, row: Mapping[str, str]) -> str:
    """The id of the credential that a row became."""
    return blind_key(INDEX_KEY, kind, f"{INSTITUTION.code}\x1f{row['so_hieu_vbcc']}").hex()


def holder_of(link: str) -> str:
    """The id in a private link."""
    return link.partition("/h/")[2].partition("#")[0]


def bearer_of(link: str) -> str:
    """What the page at a private link sends: derived from the key behind the `#`, as docs/format.md says."""
    key = base64.urlsafe_b64decode(link.partition("#")[2] + "=")
    token = sha256(b"vanbang/1/holder" + holder_of(link).encode() + key).digest()
    return f"vbh_{holder_of(link)}_{base64.urlsafe_b64encode(token).decode().rstrip('=')}"


def new_desk(folder: Path, limits: Limits = FREELY) -> tuple[Desk, SqlStore, FakeChain, Clock]:
    """A desk on a database in this folder, with two institutions."""
    store, keys, clock = new_store(folder), new_keys(), Clock()
    if OTHER not in store.institutions():
        store.add_institution(OTHER)
    for role in ("anchor", "status", "officer"):
        keys.create(f"oth/{role}")
    other = {(issuer_id(OTHER.iss), keys.signer(f"oth/{role}").address): bit for role, bit in _BITS.items()}
    chain = FakeChain({**registered_keys(keys), **{name: Key(1, 2**40 - 1, 0, bit) for name, bit in other.items()}})
    shown = Trust(trusted_registry("eip155:88:0x" + "a1" * 20, ("https://rpc.example",)), (), ("/public/",))
    desk = Desk(
        store=store,
        objects=MemoryStore(),
        spool=MemorySpool(),
        keys=keys,
        ledger=FakeLedger(chain),
        witness=_Truthful(World()),
        printer=TypstPrinter(),
        index_key=INDEX_KEY,
        shown=shown,
        own=World().trust(),
        base_url="https://vanbang.example",
        limits=limits,
        clock=clock,
    )
    return desk, store, chain, clock


@contextmanager
def site(folder: Path, limits: Limits = FREELY, **replaced: Any) -> Iterator[Site]:
    """The API, ready to be asked. `replaced` are members of the desk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        desk, store, chain, clock = new_desk(folder, limits)
    desk = replace(desk, **replaced)
    app = create_app(desk)
    with TestClient(app, raise_server_exceptions=False) as client:
        made = Site(desk, store, chain, clock, client)
        for who, (iss, role) in KEYS.items():
            secret = sha256(who.encode()).digest()
            key = make_key(store, secret.hex()[:16], secret, iss, role, who, NOW - 10, 30)
            made.keys[who] = text_of(key.id, secret)
        yield made


_BITS = {"anchor": 1, "status": 2, "officer": 4}


class _Truthful:
    """A witness in the world of the tests of verification."""

    def __init__(self, world: World) -> None:
        self._evidence = world.evidence()

    def chain_answer(self, _: Any, question: str) -> Any:
        return self._evidence[question]

    def file_answer(self, _: Any, path: str) -> Any:
        return self._evidence[f"file {path}"]
