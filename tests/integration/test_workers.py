"""Several real processes on one installation: they share the work, go on for each other, and end in good order."""

import io
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from command_line import SAMPLE, Installation, installed, start, wait_for, write_list
from forked_commands import Forked

from ports import free_port
from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure
from vanbang.adapters.objects.spool import FolderSpool
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.bootstrap import embedded_chain
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.notary.leasing import Leases
from vanbang.notary.uploading import Uploads
from vanbang.ports import Upload

pytestmark = pytest.mark.slow
LISTS, ROWS = 20, 3
SECONDS = 90.0
LOOKED = ("at", "chain", "endpoints", "relayer", "waiting", "leases", "incidents")


@pytest.fixture(scope="module")
def vanbang(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installed(tmp_path_factory.mktemp("workers") / "home")


def store_of(home: Path) -> SqlStore:
    return SqlStore(open_database(home / "vanbang.sqlite")).acting_as("test")


def send_lists(home: Path) -> set[str]:
    """Sends in lists of the sample institution, whole and durable; gives the uploads' ids."""
    rows = list(sample_rows(LISTS * ROWS, "workers", (SAMPLE.code,)))
    uploads = Uploads(store_of(home), FolderSpool(home / "uploads"))
    return {send(uploads, rows[first : first + ROWS]) for first in range(0, len(rows), ROWS)}


def send(uploads: Uploads, rows: list[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    body, now = text.getvalue().encode(), int(time.time())
    name = sha256(body).hexdigest()[:32]
    begun = uploads.begin(Upload(name, SAMPLE.iss, "test", now, "list.csv", b"s" * 32))
    uploads.take_part(begun, 1, body)
    return uploads.complete(begun, None, now).id


@contextmanager
def working(home: Path, name: str, log: Path, *options: str) -> Iterator[Forked]:
    """`vanbang worker`, to whom others seem dead after two seconds; killed at the end."""
    process = start("worker", "--name", name, *options, home=home, log=log, VANBANG_LEASE_SECONDS="2")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def states(store: SqlStore) -> Counter[str]:
    return Counter(batch.state for batch in store.batches())


def wait_until(store: SqlStore, final: int, log: Path) -> None:
    """Until so many batches are FINAL."""
    give_up = time.monotonic() + SECONDS
    while states(store)["FINAL"] < final:
        assert time.monotonic() < give_up, f"{states(store)}\n{log.read_text()[-3_000:]}"
        time.sleep(0.1)


def wait_until_up(name: str, log: Path) -> None:
    """Until a worker takes signals: an end before that is an end in no order."""
    give_up = time.monotonic() + SECONDS
    while f'"holder": "{name}:' not in log.read_text():
        assert time.monotonic() < give_up, log.read_text()[-3_000:]
        time.sleep(0.1)


def test_two_workers_and_one_is_killed(vanbang: Installation, tmp_path: Path) -> None:
    """Two workers finish twenty lists although the one that runs the embedded chain is killed in between; then
    chain, files and database agree, and the other ends in good order.
    """
    home, log = vanbang.home, tmp_path / "log"
    store, uploads = store_of(home), send_lists(home)
    with working(home, "first", log) as first:
        wait_until(store, 1, log)
        with working(home, "second", log) as second:
            wait_until(store, 3, log)
            wait_until_up("second", log)
            os.kill(first.pid, signal.SIGKILL)
            wait_until(store, LISTS, log)
            second.send_signal(signal.SIGTERM)
            assert second.wait(60) == 0
    assert {batch.upload for batch in store.batches()} == uploads
    assert [batch.rows for batch in store.batches()] == [ROWS] * LISTS
    assert store.open_transactions() == []
    assert {line.actor for line in store.audit_entries(0, 1_000)} >= {"engine", "test"}
    assert "Traceback" not in log.read_text()
    events = [json.loads(line)["event"] for line in log.read_text().splitlines() if line.startswith("{")]
    assert events[-1] == "stopped"
    audited = vanbang("audit", *vanbang.trust(), "--database", "--json")
    assert (audited.status, audited.json()["verdict"]) == (0, "holds"), audited.out[-2_000:]


def test_once(vanbang: Installation, tmp_path: Path) -> None:
    """`worker --once` takes what waits to its end and ends itself; with nothing to do it ends at once."""
    home, inside = vanbang.home, replace(vanbang, inside=True)
    uploads = Uploads(store_of(home), FolderSpool(home / "uploads"))
    sent = send(uploads, list(sample_rows(LISTS * ROWS + 2, "once", (SAMPLE.code,)))[-2:])
    first = vanbang.good("worker", "--once")
    assert "stopped" in first.err
    (batch,) = (batch for batch in store_of(home).batches() if batch.upload == sent)
    assert batch.state == "FINAL"
    facts = inside.good("anchors", "list", "--issuer", SAMPLE.code, "--json").json()
    assert (batch.id, "FINAL", 2) in [(fact["batch"], fact["state"], fact["rows"]) for fact in facts]
    assert inside.good("anchors", "list", "--state", "SEALED", "--json").json() == []
    assert inside("anchors", "list", "--state", "LOST").status == 1
    assert inside("worker", "--once", "--name", "two words").status == 1


def test_issuing_beside_a_worker(vanbang: Installation, tmp_path: Path) -> None:
    """`issue` beside a running worker ends with a final batch, whoever of them did what."""
    log = tmp_path / "log"
    with working(vanbang.home, "beside", log) as process:
        write_list(tmp_path / "list.csv", 3, "beside", after=500)
        issued = vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code, "--json").json()
        batch = store_of(vanbang.home).batch(issued["batches"][0]["batch"])
        assert batch is not None
        assert (batch.state, batch.rows) == ("FINAL", 3)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_registering_waits_for_its_turn(vanbang: Installation, tmp_path: Path) -> None:
    """A command that sends transactions says that it waits while a worker has the chain, and then does its work."""
    store, log = store_of(vanbang.home), tmp_path / "log"
    with Leases(store, "a worker:1:ab", 15).holding("chain:31337") as held:
        assert held
        command = ("key", "add", "--code", SAMPLE.code, "--role", "officer", "--name", "officer-2")
        process = start(*command, home=vanbang.home, log=log)
        give_up = time.monotonic() + 60
        while "a worker:1:ab" not in log.read_text():
            assert time.monotonic() < give_up, log.read_text()
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        assert store.open_transactions() == []
    assert process.wait(60) == 0, log.read_text()
    assert "officer-2" in vanbang.good("key", "list", "--json").out


def test_a_site_without_an_engine(vanbang: Installation, tmp_path: Path) -> None:
    """A site whose engine is off takes lists and checks none; a worker beside it does, on the chain the site runs."""
    home, log, port = vanbang.home, tmp_path / "log", free_port()
    store, uploads = store_of(home), Uploads(store_of(home), FolderSpool(home / "uploads"))
    told = {"VANBANG_ENGINE": "off", "VANBANG_PORT": str(port), "VANBANG_METRICS_TOKEN": "t"}
    site = start("serve", home=home, log=log, **told)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", site, log)
        sent = send(uploads, list(sample_rows(LISTS * ROWS + 5, "off", (SAMPLE.code,)))[-3:])
        time.sleep(2.5)
        assert [upload.id for upload in store.uploads(states=("RECEIVED",))] == [sent]
        vanbang.good("worker", "--once")
        (batch,) = (batch for batch in store.batches() if batch.upload == sent)
        assert batch.state == "FINAL"
        asked = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": "Bearer t"})
        with urlopen(asked, timeout=20) as answer:
            numbers = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line[0] != "#")
        assert numbers['vanbang_endpoints{state="good"}'] == "1.0"
        assert numbers['vanbang_transactions{state="PREPARED"}'] == "0.0"
        assert 0 <= float(numbers["vanbang_seconds_since_block"]) < 120
        assert float(numbers["vanbang_relayer_balance_wei"]) > 0
        assert "vanbang_engine_steps_total" not in "".join(numbers)
    finally:
        site.kill()
        site.wait()


def test_watching(vanbang: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`anchors watch` shows tables, or a JSON object a line until Ctrl-C; also when the chain cannot be asked."""
    inside = replace(vanbang, inside=True)
    assert "Chưa chắc chắn / not final" in inside.good("anchors", "watch", "--once").out
    for options in (("--json",), ()):
        log = tmp_path / f"log{len(options)}"
        process = start("anchors", "watch", "--every", "0.2", *options, home=vanbang.home, log=log)
        give_up = time.monotonic() + 60
        while log.read_text().count('{"at"' if options else "who does what") < 2:
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert "Traceback" not in log.read_text()
        if options:
            looks = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
            assert [sorted(one) for one in looks] == [sorted(LOOKED)] * len(looks)
    monkeypatch.setenv("VANBANG_RPC", f"http://127.0.0.1:{free_port()}")
    unsure = inside.good("anchors", "watch", "--once", "--json").json()
    assert unsure["chain"]["unsure"].startswith("waiting for 1 of 1 endpoints to agree")
    assert unsure["endpoints"][0]["state"] == "failing"
    assert "chưa" in inside.good("anchors", "watch", "--once").out.lower()


def test_the_embedded_chain_goes_on(tmp_path: Path) -> None:
    """Who stands by while another runs the embedded chain goes on with it, on the same port and with its blocks."""
    port = free_port()
    rpc = JsonRpc(f"http://127.0.0.1:{port}")
    with ExitStack() as second:
        with embedded_chain(tmp_path, port):
            rpc.request("evm_mine", [])
            second.enter_context(embedded_chain(tmp_path, port))
            assert rpc.request("eth_blockNumber", []) == "0x1"
        give_up = time.monotonic() + 60
        while block_of(rpc) != "0x1":
            assert time.monotonic() < give_up
            time.sleep(0.1)
    assert block_of(rpc) is None


def block_of(rpc: JsonRpc) -> object:
    """The newest block, None if nobody answers."""
    try:
        return rpc.request("eth_blockNumber", [])
    except RpcFailure:
        return None
