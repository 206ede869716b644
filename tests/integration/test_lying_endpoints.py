"""Three endpoints over HTTP, some of which lie or break: what a verifier says, and that it always says something."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from endpoint_servers import Answering, Reply, honest, mirror, rpc_reply, rpc_result, serving
from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.core.trust import Trust, trusted_registry
from vanbang.core.verification import Report, Verdict
from vanbang.notary.verifying import verify
from world import ABSENT, BLOCK, HOME, NOW, World, seed

pytestmark = pytest.mark.slow

SHORT, LONG = 0.6, 8.0
"""Seconds: the short one is waited for in full where an endpoint hangs, the long one never."""
WORLD = World()
EVIDENCE = WORLD.evidence()
UNANCHORED = replace(WORLD, chain=replace(ABSENT, anchor_key=WORLD.chain.anchor_key))
NOWHERE = UNANCHORED.evidence()
REVOKED = replace(WORLD, chain=replace(WORLD.chain, revocation=(b"\x01" * 20, NOW - 90), revoker_key=(0, 2, 0, 1)))
CREDENTIAL = WORLD.credential()
FUTURE = replace(WORLD, chain=replace(WORLD.chain, head=BLOCK - 500)).evidence()

Lie = Callable[[str, list[Any], Any], Any]
"""From method, parameters and the true result to a result or a Reply."""


def only(method: str, value: Any) -> Lie:
    """`value` instead of every result of one method."""
    return lambda asked, _, result: value if asked == method else result


def block(**changes: Any) -> Lie:
    """Other members in every block."""
    return lambda method, _, result: {**result, **changes} if method == "eth_getBlockByNumber" and result else result


def shouted(_method: str, _params: list[Any], result: Any) -> Any:
    """Hex digits in upper case."""
    return json.loads(json.dumps(result).upper().replace("0X", "0x")) if isinstance(result, str) else result


RAW: dict[str, Reply] = {
    "too many requests": Reply(b"slow down", 429),
    "server error": Reply(b"oops", 500),
    "hangs": Reply(hang=True),
    "drips": Reply(b" " * 1_000, drip=True),
    "garbage": Reply(b"\xff\x00\x80garbage"),
    "another id": Reply(b'{"jsonrpc":"2.0","id":777,"result":"0x7a69"}'),
    "no body": Reply(b""),
    "truncated": Reply(b'{"jsonrpc":"2.0","id":1,"resu'),
    "cut off": Reply(b'{"jsonrpc":"2.0","id":1,"result":"0x1"', cut=20),
    "a web page": Reply(b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"}),
    "a redirect": Reply(b"", 307, {"Location": "http://127.0.0.1:1/"}),
    "a huge body": Reply(b'{"jsonrpc":"2.0","id":1,"result":"' + b"0" * 3_000_000 + b'"}'),
    "deep nesting": Reply(b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 200_000),
    "reverts": Reply(b'{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x"}}'),
    "a batch": Reply(b'[{"jsonrpc":"2.0","id":1,"result":"0x1"}]'),
}
LIES: dict[str, Lie] = {
    "wrong chain id": only("eth_chainId", "0x1"),
    "huge head": lambda m, p, r: {**r, "number": hex(2**53 - 1)} if p[:1] == ["finalized"] else r,
    "head beyond 2^53": lambda m, p, r: {**r, "number": hex(2**64)} if p[:1] == ["finalized"] else r,
    "old head": lambda m, p, r: {**r, "number": "0x1"} if p[:1] == ["finalized"] else r,
    "negative number": lambda m, p, r: {**r, "number": "-0x1"} if p[:1] == ["finalized"] else r,
    "number, not hex": lambda m, p, r: {**r, "number": 900} if p[:1] == ["finalized"] else r,
    "leading zeros": lambda m, p, r: {**r, "number": "0x0384"} if p[:1] == ["finalized"] else r,
    "other block hash": block(hash="0x" + seed("fork").hex()),
    "short block hash": block(hash="0x00"),
    "old block": block(timestamp=hex(NOW - 10**6)),
    "block of tomorrow": block(timestamp=hex(NOW + 10**6)),
    "block without time": block(timestamp=None),
    "null everywhere": lambda m, p, r: None,
    "null call": only("eth_call", None),
    "empty result": only("eth_call", "0x"),
    "false absent": only("eth_call", "0x" + NOWHERE[next(q for q in NOWHERE if " latest " in q)][0].result.hex()),
    "other dossier": lambda m, p, r: r[:-2] + "01" if m == "eth_call" else r,
    "odd hex": lambda m, p, r: r[:-1] if m == "eth_call" else r,
    "upper-case hex": shouted,
    "an object for a result": only("eth_call", {"result": "0x"}),
    "numbers in a list": lambda m, p, r: [1, 2, 3],
}
SLOW = {"hangs", "drips"}
HARMLESS = {"upper-case hex", "old head", "huge head"}
"""Faults of an endpoint that answers at block B as the others do."""
FAULTS = sorted([*RAW, *LIES])


def faulty(evidence: dict[str, Any], fault: str) -> Answering:
    """An endpoint of the world of `evidence` with one of the faults above."""
    if fault in RAW:
        return lambda *_: RAW[fault]

    def answering(_method: str, _path: str, body: bytes) -> Reply:
        request = json.loads(body)
        method, params = request["method"], request["params"]
        truth = rpc_result(evidence, HOME, 0, method, params)
        return rpc_reply(request, LIES[fault](method, params, truth))

    return answering


@contextmanager
def network(endpoints: Sequence[Answering], mirrors: Sequence[Answering]) -> Iterator[Trust]:
    """Endpoints of the home registry and mirrors, served; two thirds of the endpoints must agree."""
    with ExitStack() as stack:
        urls = [stack.enter_context(serving(endpoint)).url for endpoint in endpoints]
        public = tuple(stack.enter_context(serving(answering)).url for answering in mirrors)
        yield Trust(trusted_registry(HOME, urls), (), public)


def check(
    endpoints: Sequence[Answering], mirrors: Sequence[Answering] = (mirror(EVIDENCE),), fault: str = ""
) -> Report:
    with network(endpoints, mirrors) as trust:
        return verify(CREDENTIAL, trust, RpcWitness(SHORT if fault in SLOW else LONG), NOW)


def codes(report: Report) -> list[str]:
    return [step.code for step in report.steps]


GOOD = honest(EVIDENCE, HOME)


def test_three_honest_endpoints() -> None:
    """A good credential is VALID, and all three endpoints are reported as agreeing."""
    report = check([GOOD, GOOD, GOOD])
    assert report.verdict is Verdict.VALID, codes(report)
    assert [endpoint.state for endpoint in report.as_of[0].endpoints] == ["agreed"] * 3


@pytest.mark.parametrize("fault", FAULTS)
def test_one_bad_endpoint_of_three_changes_nothing(fault: str) -> None:
    """Whatever one endpoint of three does, a good credential stays VALID; and the report tells what became of it."""
    report = check([GOOD, faulty(EVIDENCE, fault), GOOD], fault=fault)
    assert report.verdict is Verdict.VALID, codes(report)
    states = [endpoint.state for endpoint in report.as_of[0].endpoints]
    assert (states[0], states[2]) == ("agreed", "agreed")
    assert (states[1] == "agreed") is (fault in HARMLESS)


@pytest.mark.parametrize("fault", FAULTS)
def test_two_bad_endpoints_of_three_never_make_a_good_credential_out_of_none(fault: str) -> None:
    """An unanchored credential is never VALID, though two endpoints of three break in the same way."""
    bad = faulty(NOWHERE, fault)
    report = check([bad, honest(NOWHERE, HOME), bad], fault=fault)
    assert report.verdict is not Verdict.VALID
    if fault in RAW:
        assert "endpoints_unavailable" in codes(report)


@pytest.mark.parametrize("fault", FAULTS)
def test_three_bad_endpoints_give_a_report_all_the_same(fault: str) -> None:
    """When all endpoints break, there is a report, and it is INVALID only where all of them say absent."""
    bad = faulty(EVIDENCE, fault)
    report = check([bad, bad, bad], fault=fault)
    assert len(report.steps) == 10
    if fault in RAW:
        assert report.verdict is Verdict.UNDETERMINED
        assert "endpoints_unavailable" in codes(report)
    if report.verdict is Verdict.INVALID:
        assert fault in {"false absent"}


def test_one_colluder_cannot_anchor() -> None:
    """One endpoint of three that says present where two say absent does not make an anchor."""
    report = check([honest(NOWHERE, HOME), GOOD, honest(NOWHERE, HOME)])
    assert report.verdict is Verdict.INVALID
    assert "not_anchored" in codes(report)


def test_one_colluder_cannot_hide_a_revocation() -> None:
    """One endpoint of three that hides a revocation does not make the credential VALID; nor can one invent one."""
    revoked = honest(REVOKED.evidence(), HOME)
    assert check([revoked, GOOD, revoked]).verdict is Verdict.INVALID
    assert check([GOOD, revoked, GOOD]).verdict is Verdict.VALID


def test_endpoints_that_all_differ_are_at_odds() -> None:
    """Three answers without a majority leave the verdict open."""
    report = check([GOOD, honest(NOWHERE, HOME), honest(REVOKED.evidence(), HOME)])
    assert report.verdict is Verdict.UNDETERMINED
    assert "endpoints_disagree" in codes(report)


def test_an_endpoint_behind_the_others_is_no_liar() -> None:
    """An endpoint whose newest block is older does not have block B yet: the other two decide."""
    report = check([GOOD, honest(FUTURE, HOME), GOOD])
    assert report.verdict is Verdict.VALID
    assert report.as_of[0].block == BLOCK


def test_nobody_is_there() -> None:
    """With every endpoint down the verdict is open and says why."""
    trust = Trust(trusted_registry(HOME, [f"http://127.0.0.1:{port}/" for port in (1, 2, 3)]))
    report = verify(CREDENTIAL, trust, RpcWitness(LONG), NOW)
    assert report.verdict is Verdict.UNDETERMINED
    assert "endpoints_unavailable" in codes(report)
    assert [endpoint.state for endpoint in report.as_of[0].endpoints] == ["failed"] * 3


@pytest.mark.parametrize(
    "fault", ["server error", "hangs", "garbage", "no body", "a redirect", "a huge body", "cut off"]
)
def test_a_bad_mirror_before_a_good_one(fault: str) -> None:
    """Whatever the first mirror does, the second one's files are found, and the credential is VALID."""
    report = check([GOOD] * 3, [lambda *_: RAW[fault], mirror(EVIDENCE)], fault)
    assert report.verdict is Verdict.VALID, codes(report)


def test_a_mirror_with_old_files_before_a_good_one() -> None:
    """A mirror that gives another, well-formed status file under the name asked for is passed over."""
    files = WORLD.files()
    report = check([GOOD] * 3, [lambda *_: Reply(WORLD.status_manifest()), mirror(files)])
    assert report.verdict is Verdict.VALID, codes(report)


@pytest.mark.parametrize("mirrors", [(), (mirror({}),), (lambda *_: RAW["garbage"], lambda *_: RAW["server error"])])
def test_no_mirror_has_the_files(mirrors: Sequence[Answering]) -> None:
    """Without public files the verdict is open, never INVALID."""
    report = check([GOOD] * 3, mirrors)
    assert report.verdict is Verdict.UNDETERMINED
    assert {"type_unavailable", "status_manifest_unavailable", "endorsements_unavailable"} <= set(codes(report))
