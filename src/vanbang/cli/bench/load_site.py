"""What `load` is run against: a registry on a node with a block a second, institutions in it, `serve` and a worker as
processes of their own, on PostgreSQL where there is one."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from vanbang.adapters.ethereum.json_rpc import JsonRpc
from vanbang.bootstrap import House, free_port, open_house, set_up
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.cli.bench.anchoring import mine, send_all
from vanbang.cli.bench.api import serving
from vanbang.cli.bench.local_node import node_at
from vanbang.cli.bench.local_postgres import postgres_at
from vanbang.cli.issuing import accept, batches_of, credential_of_stored
from vanbang.cli.output import console
from vanbang.core.payload import issuer_id
from vanbang.notary.access import make_key, new_id, new_secret, text_of
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.sending import Outbox
from vanbang.ports import Call, Institution

KNOWN: Final = 200
"""Diplomas that are final before the load begins: what verifiers ask about."""
SEED: Final = "load"


@dataclass(frozen=True, slots=True)
class Sender:
    """An institution, its API key, and the list that it sends."""

    institution: Institution
    key: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """A running installation and those who use it."""

    home: Path
    port: int
    database: str
    senders: Sequence[Sender]
    files: Sequence[bytes]
    environment: Mapping[str, str]


class Mining:
    """Waits for a chain that makes a block only when it is told to."""

    def __init__(self, node: JsonRpc) -> None:
        self._node = node

    def stage(self, name: str) -> None:
        """Not shown."""

    def done(self, number: int, of: int = 0) -> None:
        """Not shown."""

    def wait(self, doubt: str = "") -> None:
        """Makes what is mined final."""
        mine(self._node)


@contextmanager
def running(institutions: int, rows: int) -> Iterator[Site]:
    """The site, ready; each institution has a list of `rows` diplomas to send. Raises SystemExit without a node."""
    console.quiet = True
    with (
        node_at("--slots-in-an-epoch", "1") as url,
        postgres_at() as postgres,
        tempfile.TemporaryDirectory(prefix="vanbang-load-") as folder,
        _in_environment({"VANBANG_DATABASE": postgres} if postgres else {}) as environment,
    ):
        home, port, node = Path(folder) / "home", free_port(8000), JsonRpc(url)
        set_up(home, (url,), None, f"http://127.0.0.1:{port}", Mining(node).wait)
        with open_house(home) as house:
            senders = [_sender(house, number, rows) for number in range(institutions)]
            _register(house, node, [each.institution for each in senders])
            files = _known(house, node, senders[0].institution, Path(folder) / "known.csv", institutions * rows)
        node.request("evm_setIntervalMining", [1])
        with _in_environment({"VANBANG_ENGINE": "off"}), serving(home, port), _working(home):
            yield Site(home, port, "PostgreSQL" if postgres else "SQLite", senders, files, environment)


def _sender(house: House, number: int, rows: int) -> Sender:
    code = f"L{number:03}"
    item = Institution(f"https://{code.lower()}.example.edu.vn", code, f"Trường số {number}", code.lower(), "A", "B")
    house.store.add_institution(item)
    house.keys.create_es256(f"{item.slug}/credential")
    key_id, secret = new_id(), new_secret()
    make_key(house.store, key_id, secret, item.iss, "registrar", "load", int(time.time()), 1)
    return Sender(item, text_of(key_id, secret), _list_of(item, number * rows, rows))


def _list_of(item: Institution, first: int, rows: int) -> bytes:
    """Invented diplomas, given to this institution."""
    own = dict.fromkeys(("ten_truong", "don_vi_cap_bang"), item.name)
    own |= dict.fromkeys(("ma_co_so_dao_tao", "ma_don_vi_cap_bang"), item.code)
    text = StringIO(newline="")
    write_csv((row | own for row in sample_rows(rows, SEED, first=first)), text)
    return text.getvalue().encode()


def _register(house: House, node: JsonRpc, institutions: Sequence[Institution]) -> None:
    owner = house.keys.signer("owner")
    calls: list[Call] = [
        house.ledger.register_call(bytes(32), item.iss, item.code, item.name, owner.address, False)
        for item in institutions
    ]
    outbox = Outbox(house.store, house.ledger, owner)
    send_all(node, house.store, house.ledger, outbox, calls)
    added = [
        house.ledger.add_key_call(issuer_id(item.iss), house.keys.create(f"{item.slug}/{role}").address, bit, 0)
        for item in institutions
        for role, bit in ROLES.items()
    ]
    send_all(node, house.store, house.ledger, outbox, added)


def _known(house: House, node: JsonRpc, item: Institution, path: Path, first: int) -> list[bytes]:
    path.write_bytes(_list_of(item, first, KNOWN))
    upload, _ = accept(house, path, item, "vn-diploma", accept_valid=False, quiet=True)
    if upload.accepted != KNOWN:
        raise AssertionError(f"the first list was not accepted: {upload}")
    (batch,) = batches_of(house, upload)
    batch = house.issuing.bring_to_final(batch, Mining(node))
    return [credential_of_stored(house, record).to_bytes() for record in house.store.records(batch.id)]


@contextmanager
def _working(home: Path) -> Iterator[None]:
    """`vanbang worker` in a process of its own."""
    command = [sys.executable, "-c", "from vanbang.cli.main import main; main()", "worker"]
    told = {"VANBANG_HOME": str(home), "VANBANG_LOG_LEVEL": "warning"}
    process = subprocess.Popen(command, env=os.environ | told, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _in_environment(values: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Puts values into this process's environment, for itself and what it starts, as long as the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield dict(os.environ)
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
