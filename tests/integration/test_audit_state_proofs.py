"""`vanbang audit --state-proofs` on what an installation anchored on a real node."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chains import chain_at, running_anvil
from command_line import SAMPLE, Installation, installed, write_list

from faults.proxy import Ask, Proxy, Refused, Way, endpoint, only
from vanbang.adapters.ethereum.abi import encode_call
from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.proven_chronicle import ProvenChronicle
from vanbang.core.chronicle.events import Anchored, KeyAdded, read_event
from vanbang.core.trust import trusted_registry

pytestmark = pytest.mark.slow

HOLDS, WRONG, UNCHECKED = 0, 1, 11
ANCHOR_OF = "0x" + encode_call("anchorOf", bytes(32), bytes(32), 1, bytes(32))[:4].hex()


@dataclass(frozen=True)
class Site:
    """An installation on a node, and the batch it issued."""

    vanbang: Installation
    url: str
    batch: dict[str, Any]

    def audit(self, *options: str | Path, rpc: str = "") -> tuple[int, Any]:
        """Exit status and report of an audit with state proofs."""
        done = self.vanbang("audit", *self.vanbang.trust(rpc=rpc or self.url), "--state-proofs", "--json", *options)
        return done.status, done.json() if done.out else done.err


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_anvil(folder / "anvil.log", "--block-time", "0.2") as url:
        vanbang = installed(folder / "home", "--rpc", url, inside=True)
        write_list(folder / "list.csv", 5, "proofs")
        issued = vanbang.good("issue", folder / "list.csv", "--issuer", SAMPLE.code, "--json").json()
        yield Site(vanbang, url, issued["batches"][0])


@pytest.fixture
def proxy(site: Site) -> Iterator[Proxy]:
    with endpoint(site.url) as made:
        yield made


def test_what_was_issued_is_proven(site: Site) -> None:
    """Issuer, names, keys, status root and anchor, each word of them, as the endpoint tells it."""
    trusted = trusted_registry(site.vanbang.settings["registry"], [site.url])
    told, proven = RpcChronicle.pinned(trusted), ProvenChronicle.pinned(trusted)
    (issuer,) = proven.issuers(0, 10)
    assert issuer == hashlib.sha256(SAMPLE.iss.encode()).digest()
    assert proven.names([issuer])[0][-1].name == SAMPLE.name
    assert proven.issuer_views([issuer]) == told.issuer_views([issuer])
    logs = [log for logs in told.logs([(issuer, n) for n in range(proven.block().number + 1)]) for log in logs]
    events = [read_event(log, issuer) for log in logs]
    keys = proven.keys([(issuer, event.key) for event in events if isinstance(event, KeyAdded)])
    assert sorted(key.role for key in keys) == [1, 2, 4]
    (batch,) = [event.anchor_key for event in events if isinstance(event, Anchored)]
    assert batch.root.hex() == site.batch["root"]
    assert proven.anchors([batch])[0].block == site.batch["block"]
    assert proven.statuses([issuer])[0].epoch == 1
    assert proven.revocations([(issuer, batch.root)])[0].time == 0
    assert proven.differences == []


def test_all_holds(site: Site) -> None:
    """Proven against the quorum's block hash, and the report says so."""
    status, report = site.audit()
    assert (status, report["verdict"], report["state"]) == (HOLDS, "holds", "proven")
    assert report["counts"]["anchors"] == 1


def test_against_a_block_hash_from_elsewhere(site: Site, tmp_path: Path) -> None:
    """The audit is of the newest block whose hash was given, by option or file; its report says whose hash it was."""
    hashes = [
        chain_at(site.url).rpc("eth_getBlockByNumber", hex(site.batch["block"] + n), False)["hash"] for n in (0, 1)
    ]
    path = tmp_path / "hashes.txt"
    path.write_text(f"# from our own node\n{hashes[1]}\n")
    status, report = site.audit("--block-hash", hashes[0], "--block-hash", path)
    assert (status, report["state"]) == (HOLDS, "proven_from_given_hash")
    assert (report["block"]["hash"], report["block"]["number"]) == (hashes[1], site.batch["block"] + 1)


def test_before_the_anchor_there_is_none(site: Site) -> None:
    """At an older trusted block the audit finds what was there by then, and nothing wrong with it."""
    older = chain_at(site.url).rpc("eth_getBlockByNumber", hex(site.batch["block"] - 1), False)["hash"]
    status, report = site.audit("--block-hash", older)
    assert (status, report["counts"]["anchors"]) == (HOLDS, 0)


def test_a_false_answer_is_found_and_named(site: Site, proxy: Proxy) -> None:
    """An endpoint that says of the anchor that it is not there: exit 1, root and both values named, once."""
    proxy.way = only(["eth_call"], hiding_anchors)
    status, report = site.audit(rpc=proxy.url)
    assert (status, report["verdict"]) == (WRONG, "wrong")
    (found,) = [finding for finding in report["findings"] if finding["code"] == "state_contradicted"]
    assert site.batch["root"] in found["detail"]
    assert "state=0" in found["detail"]
    assert f"block={site.batch['block']}" in found["detail"]


def hiding_anchors(method: str, params: list[Any], ask: Ask) -> Any:
    return "0x" + "00" * 128 if params[0]["data"].startswith(ANCHOR_OF) else ask(method, params)


def without_the_last_node(method: str, params: list[Any], ask: Ask) -> Any:
    answer = ask(method, params)
    answer["storageProof"][-1]["proof"].pop()
    return answer


def other_header(method: str, params: list[Any], ask: Ask) -> Any:
    return ask(method, params) | {"stateRoot": "0x" + "11" * 32}


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (only(["eth_getProof"], without_the_last_node), "does not hold: storageProof"),
        (only(["eth_getBlockByHash"], other_header), "the header has another hash"),
    ],
)
def test_a_proof_that_does_not_hold_is_not_a_wrong_registry(site: Site, proxy: Proxy, way: Way, said: str) -> None:
    """Nothing could be checked, which is said with the endpoint and the place, and is exit 11."""
    proxy.way = way
    status, error = site.audit(rpc=proxy.url)
    assert status == UNCHECKED
    assert "(no_state_proofs)" in error
    assert said in error


def test_an_unknown_block_hash(site: Site) -> None:
    """A hash that the endpoints know no block of cannot be checked; what is no hash is refused."""
    status, error = site.audit("--block-hash", "0x" + "12" * 32)
    assert (status, "has no block 0x1212" in error) == (UNCHECKED, True)
    status, error = site.audit("--block-hash", "0x12")
    assert (status, "64 hex digits" in error) == (1, True)


def test_a_chain_without_state_proofs(site: Site, proxy: Proxy) -> None:
    """Where there is no eth_getProof, an audit with proofs cannot be made and says so; without them it holds."""

    def unknown_method(_method: str, _params: list[Any], _ask: Ask) -> Any:
        raise Refused({"code": -32601, "message": "the method does not exist"})

    proxy.way = only(["eth_getProof"], unknown_method)
    status, error = site.audit(rpc=proxy.url)
    assert (status, "gives none" in error) == (UNCHECKED, True)
    plain = site.vanbang("audit", *site.vanbang.trust(rpc=proxy.url))
    assert (plain.status, "the endpoints' word" in plain.out) == (HOLDS, True)
