"""`vanbang audit` and `vanbang monitor` on a real installation: clean as it is, telling all that is wrong."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from chains import running_anvil
from command_line import SAMPLE, Done, Installation, installed, write_list

from endpoint_servers import Reply, serving
from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.devchain import DevChain, DevChainServer
from vanbang.adapters.http.published import MirrorFiles
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.bootstrap import House, open_house
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.views import issuers_call
from vanbang.core.eip712 import anchor_digest
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.payload import issuer_id
from vanbang.notary.auditing.invariants import Premises, check_invariants
from vanbang.notary.registering import send
from vanbang.ports import SignedGroup

pytestmark = pytest.mark.slow

ROWS = 300
"""More than one tile of leaves."""


@dataclass(frozen=True)
class Issued:
    """An installation on a chain of its own, with a list issued."""

    vanbang: Installation
    folder: Path

    def audit(self, *options: str | Path, rpc: str = "", quorum: str = "") -> tuple[Done, dict[str, Any]]:
        """As an auditor who has nothing but endpoint, registry and files."""
        words = self.vanbang.trust(**({"rpc": rpc} if rpc else {}))
        done = self.vanbang("audit", *words, *options, "--json")
        return done, json.loads(done.out) if done.out else {}

    def with_database(self) -> tuple[Done, dict[str, Any]]:
        done = self.vanbang("audit", "--database", "--json")
        return done, done.json()

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in (self.vanbang.home / "public").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    folder = tmp_path_factory.mktemp("audit")
    with DevChainServer(DevChain(heartbeat=None)) as server:
        vanbang = replace(installed(folder / "home", "--rpc", server.url), inside=True)
        write_list(folder / "list.csv", ROWS, "audit")
        vanbang.good("issue", folder / "list.csv", "--issuer", SAMPLE.code)
        yield Issued(vanbang, folder)


def told(report: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in report["findings"]}


def test_an_honest_installation(issued: Issued, tmp_path: Path) -> None:
    """Chain and files alone, then with notes, then with the database: exit status 0, in words, JSON and as a page."""
    page, notes = tmp_path / "audit.html", tmp_path / "notes"
    done, report = issued.audit("--html", page, "--state", notes)
    assert (done.status, report["verdict"], report["findings"]) == (0, "holds", [])
    assert (report["counts"]["diplomas"], report["counts"]["leaves"]) == (ROWS, ROWS)
    assert "Mọi thứ khớp" in page.read_text()
    _, again = issued.audit("--state", notes)
    assert (again["counts"]["diplomas"], again["counts"]["leaves"]) == (ROWS, 0)
    done, report = issued.with_database()
    assert (done.status, report["with_database"], report["findings"]) == (0, True, [])
    words = issued.vanbang.good("audit", *issued.vanbang.trust())
    assert words.out.rstrip().endswith("VERDICT: holds")


def test_a_flipped_bit_in_any_file(issued: Issued) -> None:
    """One bit flipped in any published file: exit status 1, and the file is named."""
    root = issued.vanbang.home / "public"
    assert {path.relative_to(root).parts[0] for path in issued.files} == {
        *("endorsements", "manifests", "status", "tiles", "types")
    }
    for path in issued.files:
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        done, report = issued.with_database()
        path.write_bytes(whole)
        assert (done.status, report["verdict"]) == (1, "wrong"), path
        assert str(path.relative_to(root)) in {finding.get("path") for finding in report["findings"]}


def test_a_file_that_is_not_published(issued: Issued) -> None:
    """A missing file: exit status 11, missing and not wrong, and named."""
    for folder in ("manifests", "tiles", "endorsements"):
        path = next(path for path in issued.files if folder in path.parts)
        path.rename(issued.folder / "aside")
        done, report = issued.audit()
        (issued.folder / "aside").rename(path)
        assert (done.status, report["verdict"], report["weights"]["wrong"]) == (11, "unchecked", 0)
        assert str(path.relative_to(issued.vanbang.home / "public")) in done.out


DAMAGE = {
    "batch block": ("UPDATE batch SET block = block + 1", "batch_block"),
    "batch root": ("UPDATE batch SET root = zeroblob(32)", "batch_differs"),
    "batch rows": ("UPDATE batch SET rows = rows + 1", "batch_differs"),
    "batch forgotten": ("UPDATE batch SET manifest = NULL, state = 'SEALED'", "anchor_unknown"),
    "batch of no type": ("UPDATE batch SET vct = 'urn:x'", "records_differ"),
    "batch type": ("UPDATE batch SET vct = 'urn:vanbang:type:vn-thpt:1'", "batch_differs"),
    "record ciphertext": ("UPDATE record SET ciphertext = zeroblob(300) WHERE id = 7", "records_differ"),
    "record secret": ("UPDATE record SET secret = randomblob(32) WHERE id = 7", "records_differ"),
    "record secret of no bytes": ("UPDATE record SET secret = 7 WHERE id = 7", "records_differ"),
    "record's leaf of no number": ("UPDATE leaf SET leaf_index = 'x' WHERE record = 7", "records_differ"),
    "record's place": ("UPDATE leaf SET list_index = list_index + 1 WHERE record = 7", "records_differ"),
    "record's leaf": ("UPDATE leaf SET leaf_index = 299 - leaf_index WHERE record = 7", "records_differ"),
    "record's entry lost": ("DELETE FROM record_key WHERE record = 7", "entries_differ"),
    "person's entry astray": ("UPDATE record_citizen SET record = record + 1 WHERE record = 7", "entries_differ"),
    "institution lost": ("DELETE FROM institution", "institution_lost"),
    "institution renamed": ("UPDATE institution SET iss = 'https://other.edu.vn'", "institution_lost"),
    "status manifest": ("UPDATE status_root SET manifest = zeroblob(99)", "status_unknown"),
    "status root lost": ("DELETE FROM status_root", "status_unknown"),
    "status root early": ("UPDATE status_root SET epoch = 7", "status_not_set"),
    "receipt": ('UPDATE "transaction" SET block_hash = zeroblob(32) WHERE id = 2', "receipt_differs"),
    "receipt invented": ('UPDATE "transaction" SET mined_hash = zeroblob(32) WHERE id = 2', "receipt_differs"),
    "key": ("UPDATE \"transaction\" SET data = zeroblob(100) WHERE purpose LIKE 'add key%'", "key_not_ours"),
    "audit log": ("UPDATE audit_log SET facts = '{}' WHERE seq = 3", "audit_log"),
}


@contextmanager
def damaged(issued: Issued, statement: str) -> Iterator[None]:
    path = issued.vanbang.home / "vanbang.sqlite"
    with closing(sqlite3.connect(path)) as database, closing(sqlite3.connect(":memory:")) as good:
        database.backup(good)
        changed = database.execute(statement).rowcount
        database.commit()
        assert changed > 0
        try:
            yield
        finally:
            good.backup(database)


@pytest.mark.parametrize("name", DAMAGE)
def test_a_changed_row(issued: Issued, name: str) -> None:
    """A row that chain or files contradict: exit status 1, told by its kind and place."""
    statement, code = DAMAGE[name]
    with damaged(issued, statement):
        done, report = issued.with_database()
    assert (done.status, code in told(report)) == (1, True), report["findings"]


Alter = Callable[[str, list[Any], Any], Any]
"""From method, parameters and the node's result to what is answered."""


@contextmanager
def lying(url: str, alter: Alter) -> Iterator[str]:
    """An endpoint in front of the node."""

    def one(asked: Any, answer: Any) -> Any:
        if "result" in answer:
            answer["result"] = alter(asked["method"], asked["params"], answer["result"])
        return answer

    def answering(_method: str, _path: str, body: bytes) -> Reply:
        asked = json.loads(body)
        answer = requests.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=20).json()
        if isinstance(asked, list):
            by_id = {item["id"]: item for item in asked}
            return Reply(json.dumps([one(by_id[item["id"]], item) for item in answer]).encode())
        return Reply(json.dumps(one(asked, answer)).encode())

    with serving(answering) as server:
        yield server.url


def on_logs(change: Callable[[list[Any]], list[Any]]) -> Alter:
    return lambda method, _, result: change(result) if method == "eth_getLogs" else result


def events(issued: Issued) -> list[Any]:
    """All logs of the registry."""
    query = {"address": issued.vanbang.settings["registry"].rsplit(":", 1)[1], "fromBlock": "0x0", "toBlock": "latest"}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
    found: list[Any] = requests.post(issued.vanbang.rpc, json=asked, timeout=20).json()["result"]
    return [log for log in found if len(log["topics"]) > 1 and log["topics"][1] == "0x" + issuer_id(SAMPLE.iss).hex()]


def test_an_endpoint_that_hides_or_alters_any_event(issued: Issued) -> None:
    """Each event of the installation hidden, or changed by one bit: exit status 1, and its block is named."""
    every = events(issued)
    assert len(every) == 6
    for log in every:
        data = log["data"]
        flipped = data[:65] + ("1" if data[65] == "0" else "0") + data[66:]
        place = (log["blockNumber"], log["logIndex"])

        def hide(logs: list[Any], place: Any = place) -> list[Any]:
            return [item for item in logs if (item["blockNumber"], item["logIndex"]) != place]

        def change(logs: list[Any], place: Any = place, flipped: str = flipped) -> list[Any]:
            return [
                item | {"data": flipped} if (item["blockNumber"], item["logIndex"]) == place else item for item in logs
            ]

        for lie in (hide, change):
            with lying(issued.vanbang.rpc, on_logs(lie)) as url:
                done, report = issued.audit(rpc=url)
            assert (done.status, report["verdict"]) == (1, "wrong"), (lie, log)
            assert int(log["blockNumber"], 16) in {finding.get("block") for finding in report["findings"]}


def test_an_endpoint_that_lies_about_state(issued: Issued) -> None:
    """An issuer hidden, another head, another admin: exit status 1. No final block, garbage, another chain: 11 or 1."""
    hiding = "0x" + issuers_call(0, 16).hex()

    def hide_issuer(method: str, params: list[Any], result: Any) -> Any:
        is_list = method == "eth_call" and params[0]["data"] == hiding
        return "0x" + (32).to_bytes(32, "big").hex() + bytes(32).hex() if is_list else result

    def other_head(method: str, _: list[Any], result: Any) -> Any:
        is_record = method == "eth_call" and len(result) == 2 + 13 * 64
        return result[: 2 + 5 * 64] + "ab" * 32 + result[2 + 6 * 64 :] if is_record else result

    def other_admin(method: str, _: list[Any], result: Any) -> Any:
        is_record = method == "eth_call" and len(result) == 2 + 13 * 64
        return result[:26] + "ab" * 20 + result[66:] if is_record else result

    for lie, code in ((hide_issuer, "issuer_hidden"), (other_head, "event_altered"), (other_admin, "issuer_differs")):
        with lying(issued.vanbang.rpc, lie) as url:
            done, report = issued.audit(rpc=url)
        assert (done.status, code in told(report)) == (1, True), report["findings"]
    for result, status in (({"eth_chainId": "0x1"}, 11), ({"eth_getLogs": "garbage"}, 11), ({"eth_getCode": "0x"}, 1)):
        (method, wrong), *_ = result.items()
        with lying(issued.vanbang.rpc, lambda m, _, r, method=method, wrong=wrong: wrong if m == method else r) as url:
            assert issued.audit(rpc=url)[0].status == status, method


def test_a_quorum_outvotes_a_liar(issued: Issued) -> None:
    """One of three endpoints hides all events: the other two agree, and all holds."""
    words = issued.vanbang.trust()
    with lying(issued.vanbang.rpc, on_logs(lambda logs: [])) as url:
        more = ("--rpc", url, "--rpc", issued.vanbang.rpc.replace("127.0.0.1", "localhost"))
        done = issued.vanbang("audit", *words, *more, "--json")
    assert (done.status, done.json()["quorum"], len(done.json()["endpoints"])) == (0, 2, 3)


@contextmanager
def webhook() -> Iterator[tuple[str, list[Any]]]:
    taken: list[Any] = []

    def answering(_method: str, _path: str, body: bytes) -> Reply:
        taken.append(json.loads(body))
        return Reply(b"ok")

    with serving(answering) as server:
        yield server.url + "hook", taken


def steal_an_anchor(house: House, name: bytes) -> AnchorKey:
    """Anchors a batch as a thief of the institution's key would: past the database, but for the transaction itself."""
    key = AnchorKey(issuer_id(SAMPLE.iss), digest_of(name), 5, Digest(digest_of(name + b"m")))
    institution = house.institution(SAMPLE.code)
    deadline = 2**40
    digest = anchor_digest(house.ledger.domain(), key.issuer_id, [key], deadline)
    signature = house.keys.signer(f"{institution.slug}/anchor").sign(digest)
    call = house.ledger.anchor_call([SignedGroup(key.issuer_id, deadline, (key,), signature)])
    send(house.store, house.ledger, house.keys.signer("relayer"), call, lambda: None)
    return key


def test_the_invariants(issued: Issued) -> None:
    """All hold; each kind of damage breaks the one that it should."""

    def broken(exempt: Sequence[int] = ()) -> set[int]:
        with open_house(issued.vanbang.home) as house:
            trust = house.settings.trust()
            chronicle, files = RpcChronicle.pinned(trust.home), MirrorFiles(trust.public)
            premises = Premises(house.store, chronicle, files, SqliteNotebook(), (b"log",), 10**12)
            return {item.number for item in check_invariants(premises, exempt)}

    assert broken() == set()
    for name, numbers in {
        "record ciphertext": {2, 9},
        "batch block": {5},
        "audit log": {11},
        "receipt invented": {5, 6},
        "record's place": {2, 9},
        "record's entry lost": {13},
    }.items():
        with damaged(issued, DAMAGE[name][0]):
            assert broken(exempt=(10,)) == numbers, name
    with damaged(issued, 'DELETE FROM "transaction" WHERE id = 3'):
        assert 6 in broken()
    with damaged(issued, "UPDATE upload SET accepted = accepted + 1"):
        assert broken() == {1}
    with damaged(issued, "UPDATE attempt SET max_fee = '9000000000000000'"):
        assert broken() == {12}


def test_a_thief_of_the_anchor_key(issued: Issued, tmp_path: Path) -> None:
    """A rogue anchor: monitoring raises once, by exit status, webhook and metrics; the audit names it."""
    metrics = tmp_path / "metrics"
    calm = issued.vanbang("monitor", "--database", "--once", "--metrics", metrics)
    assert (calm.status, "vanbang_audit_holds 1.0" in metrics.read_text()) == (0, True)
    with open_house(issued.vanbang.home) as house:
        key = steal_an_anchor(house, b"rogue")
    with webhook() as (url, taken):
        done = issued.vanbang("monitor", "--database", "--once", "--metrics", metrics, "--webhook", url)
    assert done.status == 1
    (alarm,) = taken
    assert (alarm["verdict"], alarm["alarms"]) == ("wrong", len(alarm["findings"]))
    (unknown,) = (finding for finding in alarm["findings"] if finding["code"] == "anchor_unknown")
    assert key.root.hex() in unknown["detail"]
    assert "vanbang_audit_holds 0.0" in metrics.read_text()
    assert url not in done.out + done.err
    done, report = issued.with_database()
    assert (done.status, "anchor_unknown" in told(report)) == (1, True)
    done, report = issued.audit()
    assert (done.status, told(report)) == (11, {"file_missing", "tile_missing"})
    refused = issued.vanbang("monitor", "--database", "--once", "--webhook", "http://127.0.0.1:9/secret")
    assert (refused.status, "secret" in refused.out + refused.err) == (1, False)


def test_what_cannot_be_audited(issued: Issued, tmp_path: Path) -> None:
    """Without files, with notes that are none, with endpoints down: a sentence and a status, nothing written."""
    words = issued.vanbang.trust()
    without = words[:4]
    assert issued.vanbang("audit", *without).status == 1
    for half in (words[:2], words[2:4], ["--quorum", "1"]):
        assert issued.vanbang("audit", *half).status == 64
        assert issued.vanbang("monitor", "--once", *half).status == 64
    (tmp_path / "notes").write_text("x" * 5_000)
    done = issued.vanbang("audit", *words, "--state", tmp_path / "notes")
    assert (done.status, "--state" in done.err, (tmp_path / "notes").read_text()) == (1, True, "x" * 5_000)
    down = issued.vanbang("audit", *issued.vanbang.trust(rpc="http://127.0.0.1:9"))
    assert (down.status, "ledger_unsure" in down.err) == (11, True)
    assert issued.vanbang("monitor", *issued.vanbang.trust(rpc="http://127.0.0.1:9"), "--once").status == 11
    assert issued.vanbang("audit", *issued.vanbang.trust(public=str(tmp_path / "nowhere"))).status == 11


def test_an_old_chain(tmp_path: Path) -> None:
    """On a chain of Istanbul's rules, with finality by depth, an installation's audit holds as well."""
    with running_anvil(tmp_path / "anvil.log", "--hardfork", "istanbul", "--block-time", "0.3") as url:
        vanbang = replace(installed(tmp_path / "home", "--rpc", url, "--depth", "2"), inside=True)
        write_list(tmp_path / "list.csv", 3, "old")
        vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code)
        done = vanbang("audit", *vanbang.trust(), "--json")
        assert (done.status, done.json()["counts"]["diplomas"]) == (0, 3)
        assert vanbang("audit", "--database").status == 0
