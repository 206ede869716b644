"""State proofs of a real node: every word decodes to what the views answer, and no lie gets past them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from chains import Chain, chain_at, deploy, embedded_chain, running_anvil
from stage import COLLEGE, DAY, DEPARTMENT, SCHOOL, Stage, Standing, digest, entry, set_up

from faults.proxy import Ask, Proxy, Refused, Way, endpoint, honest, only
from faults.ways import PAGE, constant, down, says
from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.json_rpc import JsonRpc
from vanbang.adapters.ethereum.proven_chronicle import ProvenChronicle
from vanbang.adapters.ethereum.state_proofs import NoStateProofs, trusted_header
from vanbang.adapters.ethereum.state_proofs.asking import SLOTS_AT_ONCE
from vanbang.core.batch import AnchorKey
from vanbang.core.encoding import Digest
from vanbang.core.trust import TrustedRegistry, trusted_registry
from vanbang.ports import LedgerUnsure, LedgerWrong
from vanbang.ports.chronicle import Chronicle

pytestmark = pytest.mark.slow

ISSUERS = [DEPARTMENT, SCHOOL, COLLEGE, digest("nobody")]
BATCHES = [entry("a"), entry("b", 2**53 - 1), entry("c"), entry("never")]
ANCHORS = [AnchorKey(Digest(SCHOOL), Digest(b.root), b.tree_size, Digest(b.manifest_hash)) for b in BATCHES]
LONG = "Trường Đại học Sư phạm Kỹ thuật và Công nghệ Vạn Xuân, cơ sở thứ hai tại thành phố bên sông " * 2


def played(stage: Stage) -> Stage:
    """A registry in which every field of every word is in use somewhere."""
    stage.send(stage.department, "renameIssuer", SCHOOL, "C" * 31, "n" * 32)
    stage.send(stage.department, "renameIssuer", SCHOOL, "C" * 64, LONG)
    stage.anchor(stage.group(*BATCHES[:3]))
    stage.send(stage.relayer, "revokeBatchBySignature", *stage.revocation(BATCHES[1].root))
    for epoch in (1, 2):
        stage.send(stage.relayer, "setStatusRootBySignature", *stage.status(digest(f"list {epoch}"), epoch))
    stage.send(stage.school, "addKey", SCHOOL, stage.newcomer.address, 4, stage.later(), stage.later(9 * DAY))
    stage.send(stage.school, "endKey", SCHOOL, stage.officer.address, stage.later(3 * DAY))
    stage.send(stage.school, "declareCompromised", SCHOOL, stage.anchor_key.address, stage.now())
    stage.send(stage.school, "transferAdmin", SCHOOL, stage.newcomer.address)
    stage.send(stage.department, "appointSuccessor", SCHOOL, DEPARTMENT)
    stage.send(stage.owner, "declareVoid", COLLEGE, stage.now())
    stage.send(stage.owner, "setStanding", COLLEGE, Standing.SUSPENDED)
    stage.send(stage.owner, "replaceAdmin", COLLEGE, stage.newcomer.address)
    return stage


def answers(chronicle: Chronicle, keys: Sequence[tuple[bytes, bytes]]) -> dict[str, Any]:
    """All that a chronicle says of the state."""
    return {
        "count": chronicle.issuer_count(),
        "issuers": list(chronicle.issuers(0, 2)) + list(chronicle.issuers(2, 100)) + list(chronicle.issuers(9, 9)),
        "views": list(chronicle.issuer_views(ISSUERS)),
        "names": [list(names) for names in chronicle.names(ISSUERS)],
        "keys": list(chronicle.keys(keys)),
        "anchors": list(chronicle.anchors(ANCHORS)),
        "revocations": list(chronicle.revocations([(SCHOOL, batch.root) for batch in BATCHES])),
        "statuses": list(chronicle.statuses(ISSUERS)),
    }


def keys_of(stage: Stage) -> list[tuple[bytes, bytes]]:
    return [(issuer, bytes.fromhex(account.address[2:])) for issuer in ISSUERS for account in stage.chain.accounts]


def trusting(stage: Stage, *urls: str, quorum: int | None = None, depth: int | None = 0) -> TrustedRegistry:
    name = f"eip155:{stage.chain.chain_id}:{stage.deployment.address.lower()}"
    return trusted_registry(name, urls, quorum, depth)


@pytest.fixture(scope="module", params=["osaka", "istanbul"])
def hardfork(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Stage]]:
    log = tmp_path_factory.mktemp("proofs") / "anvil.log"
    with running_anvil(log, "--hardfork", request.param) as url:
        yield url, played(set_up(deploy(chain_at(url, legacy=request.param == "istanbul"))))


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Stage]]:
    with running_anvil(tmp_path_factory.mktemp("proofs") / "anvil.log") as url:
        yield url, played(set_up(deploy(chain_at(url))))


@pytest.fixture
def proxy(newest: tuple[str, Stage]) -> Iterator[Proxy]:
    with endpoint(newest[0]) as made:
        yield made


def last_hash(chain: Chain, number: str = "latest") -> bytes:
    return bytes.fromhex(chain.rpc("eth_getBlockByNumber", number, False)["hash"][2:])


def test_every_word_decodes_to_what_the_views_answer(hardfork: tuple[str, Stage]) -> None:
    """Issuers, long names, keys, anchors, revocations and statuses, present and absent, on old rules and new."""
    url, stage = hardfork
    trusted = trusting(stage, url)
    told, proven = RpcChronicle.pinned(trusted), ProvenChronicle.pinned(trusted)
    assert answers(proven, keys_of(stage)) == answers(told, keys_of(stage))
    assert proven.differences == []
    assert proven.block() == told.block()
    view = proven.issuer_views([SCHOOL])[0]
    assert view.pending_admin == bytes.fromhex(stage.newcomer.address[2:])
    assert (view.successor, view.parent) == (DEPARTMENT, DEPARTMENT)
    assert proven.names([SCHOOL])[0][-1].name == LONG
    assert [anchor.state for anchor in proven.anchors(ANCHORS)] == [1, 1, 1, 0]


def test_the_state_is_that_of_the_trusted_block(newest: tuple[str, Stage]) -> None:
    """With hashes from elsewhere, the newest of their blocks is the one read at: an older one shows the older state."""
    url, stage = newest
    trusted = trusting(stage, url)
    now = ProvenChronicle.pinned(trusted)
    assert now.statuses([SCHOOL])[0].epoch == 2
    before = now.statuses([SCHOOL])[0].block - 1
    older = [last_hash(stage.chain, hex(number)) for number in (before, before - 3)]
    then = ProvenChronicle.pinned(trusted, older)
    assert (then.block().number, then.block().hash) == (before, older[0])
    assert then.statuses([SCHOOL])[0].epoch == 1
    assert then.differences == []


def test_a_block_that_the_endpoints_do_not_know(newest: tuple[str, Stage]) -> None:
    """A hash of another chain cannot be checked here, and says so."""
    url, stage = newest
    with pytest.raises(NoStateProofs, match="has no block 0x1212"):
        ProvenChronicle.pinned(trusting(stage, url), [b"\x12" * 32])


def test_endpoints_on_another_fork_are_found_out(newest: tuple[str, Stage], proxy: Proxy) -> None:
    """A trusted block whose place another one holds by the endpoints' word: both hashes are named."""
    _, stage = newest
    trusted = last_hash(stage.chain)

    def forked(method: str, params: list[Any], ask: Ask) -> Any:
        return ask(method, params) | {"hash": "0x" + "11" * 32}

    proxy.way = only(["eth_getBlockByNumber"], forked)
    with pytest.raises(LedgerWrong, match=f"0x{'11' * 32}.*0x{trusted.hex()}"):
        ProvenChronicle.pinned(trusting(stage, proxy.url), [trusted])


def tampered(change: Callable[[str], str]) -> Way:
    """Answers calls falsely."""
    return only(["eth_call"], lambda method, params, ask: change(ask(method, params)))


def test_a_false_answer_to_a_call_is_found_by_the_proof(newest: tuple[str, Stage], proxy: Proxy) -> None:
    """An endpoint that makes up an anchor and hides another: the proven values are given, and both are named."""
    _, stage = newest
    there = ProvenChronicle.pinned(trusting(stage, proxy.url)).anchors(ANCHORS)
    lies = {0: "0x" + "00" * 128, 3: proxy.ask("eth_call", call_for(stage, 0))}
    asked = [call_for(stage, place)[0]["data"] for place in range(4)]

    def lying(method: str, params: list[Any], ask: Ask) -> Any:
        place = asked.index(params[0]["data"]) if params[0]["data"] in asked else None
        return lies.get(place) or ask(method, params)  # type: ignore[arg-type]

    proxy.way = only(["eth_call"], lying)
    chronicle = ProvenChronicle.pinned(trusting(stage, proxy.url))
    assert chronicle.anchors(ANCHORS) == there
    hidden, made_up = chronicle.differences
    assert ANCHORS[0].root.hex() in hidden.what
    assert "state=0" in hidden.claimed
    assert "state=1" in hidden.proven
    assert ANCHORS[3].root.hex() in made_up.what
    assert "state=1" in made_up.claimed
    assert "state=0" in made_up.proven


def call_for(stage: Stage, place: int) -> list[Any]:
    data = stage.deployment.encode("anchorOf", SCHOOL, *BATCHES[place])
    return [{"to": stage.deployment.address.lower(), "data": "0x" + data.hex()}, "latest"]


def test_endpoints_at_odds_are_settled_by_the_proof(newest: tuple[str, Stage], proxy: Proxy) -> None:
    """Of two endpoints one lies: without proofs nothing is known, with them the state is."""
    url, stage = newest
    trusted = trusting(stage, url, proxy.url, quorum=2)
    proxy.way = tampered(lambda result: "0x" + "00" * (len(result) // 2 - 1))
    with pytest.raises(LedgerUnsure):
        RpcChronicle.pinned(trusted).issuer_views([SCHOOL])
    assert ProvenChronicle.pinned(trusted).issuer_views([SCHOOL])[0].standing == Standing.ACTIVE


def broken(change: Callable[[Any], Any]) -> Way:
    return only(["eth_getProof"], lambda method, params, ask: change(ask(method, params)))


def without_a_node(answer: Any) -> Any:
    answer["storageProof"][0]["proof"].pop()
    return answer


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        (broken(without_a_node), "does not hold: storageProof"),
        (broken(lambda answer: answer | {"codeHash": "0x" + "11" * 32}), "does not hold: codeHash"),
        (only(["eth_getProof"], constant(None)), "does not hold: answer.accountProof"),
        (only(["eth_getProof"], constant({"accountProof": [], "storageProof": []})), "does not hold: accountProof"),
        (only(["eth_getProof"], down), "unreachable"),
        (only(["eth_getBlockByHash"], constant({"number": "0x1"})), "does not hold: block.parentHash"),
        (only(["eth_getBlockByHash"], constant(None)), "has no block"),
        (only(["eth_getBlockByHash"], constant([[[]]])), "does not hold: block"),
        (only(["eth_getProof"], constant("0x")), "does not hold: answer.accountProof"),
        (only(["eth_getProof"], constant({"accountProof": ["0x" + "f8" * 2000]})), "not a node in hex, or too long"),
        (only(["eth_getProof"], constant({"accountProof": ["0xc0"] * 10_000})), "not a list of at most"),
        (only(["eth_getProof"], constant(["0x" + "00" * 600_000])), "malformed"),
        (only(["eth_getProof"], says(200, PAGE)), "malformed"),
        (only(["eth_getProof"], says(429)), "http_429"),
        (only(["eth_getBlockByHash"], lambda m, p, ask: ask(m, p) | {"gasUsed": "0x1"}), "the header has another hash"),
    ],
)
def test_a_proof_that_does_not_hold(newest: tuple[str, Stage], proxy: Proxy, way: Way, reason: str) -> None:
    """It is said of the endpoint and not of the chain, and the next endpoint is asked instead."""
    url, stage = newest
    proxy.way = way
    with pytest.raises(NoStateProofs, match=reason) as caught:
        ProvenChronicle.pinned(trusting(stage, proxy.url))
    assert f"127.0.0.1:{proxy.server_address[1]}" in str(caught.value)
    chronicle = ProvenChronicle.pinned(trusting(stage, proxy.url, url, quorum=1))
    assert chronicle.anchors(ANCHORS)[0].state == 1


def test_state_too_old_for_a_node(newest: tuple[str, Stage], proxy: Proxy) -> None:
    """An endpoint that has dropped the state of the block is quoted."""

    def pruned(method: str, params: list[Any], ask: Ask) -> Any:
        raise Refused({"code": -32000, "message": "missing trie node"})

    proxy.way = only(["eth_getProof"], pruned)
    with pytest.raises(NoStateProofs, match="missing trie node"):
        ProvenChronicle.pinned(trusting(newest[1], proxy.url))


def test_a_contract_with_other_code_is_refused(newest: tuple[str, Stage]) -> None:
    """What is proven at an address that holds no registry is that."""
    url, stage = newest
    account = stage.chain.accounts[0].address.lower()
    trusted = trusted_registry(f"eip155:{stage.chain.chain_id}:{account}", [url], depth=0)
    with pytest.raises(LedgerWrong, match="code of"):
        ProvenChronicle.pinned(trusted, [last_hash(stage.chain)])
    nobody = trusted_registry(f"eip155:{stage.chain.chain_id}:0x{'17' * 20}", [url], depth=0)
    with pytest.raises(LedgerWrong, match="holds none"):
        ProvenChronicle.pinned(nobody, [last_hash(stage.chain)])


def test_a_chain_without_state_proofs() -> None:
    """The embedded chain has none, which is said before anything else is asked and is no finding against it."""
    with embedded_chain() as chain:
        stage = set_up(deploy(chain))
        url = str(chain.w3.provider.endpoint_uri)  # type: ignore[attr-defined]
        with pytest.raises(NoStateProofs, match="gives none"):
            ProvenChronicle.pinned(trusting(stage, url))


def test_many_words_take_few_requests(newest: tuple[str, Stage], proxy: Proxy) -> None:
    """Slots are asked for together, a bounded number at a time."""
    _, stage = newest
    chronicle = ProvenChronicle.pinned(trusting(stage, proxy.url))
    before = proxy.counted["eth_getProof"]
    many = [(SCHOOL, number.to_bytes(20, "big")) for number in range(1, 2 * SLOTS_AT_ONCE + 1)]
    assert {key.role for key in chronicle.keys(many)} == {0}
    assert proxy.counted["eth_getProof"] - before == 2


def test_a_header_is_recomputed(newest: tuple[str, Stage], proxy: Proxy) -> None:
    """Number, time and state root come from the hashed header alone."""
    _, stage = newest
    proxy.way = honest
    latest = stage.chain.rpc("eth_getBlockByNumber", "latest", False)
    header = trusted_header([JsonRpc(proxy.url)], bytes.fromhex(latest["hash"][2:]))
    assert (header.number, header.timestamp) == (int(latest["number"], 16), int(latest["timestamp"], 16))
    assert header.state_root.hex() == latest["stateRoot"][2:]
