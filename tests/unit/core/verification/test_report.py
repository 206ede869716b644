"""The report's JSON, and what it says of endpoints."""

import json
from typing import Any

import pytest

from vanbang.core.quorum import Failure
from vanbang.core.verification import Block, CallResult, Head, Report, Verdict, judge
from world import (
    ABSENT,
    BLOCK,
    CLAIMS,
    ENDPOINTS,
    HOME,
    ISSUER,
    NOW,
    OLDER,
    VCT,
    Chain,
    World,
    address,
    replace,
    seed,
)

FAILED = Failure("unreachable")


def _judged(world: World, data: bytes | None = None, **answers: Any) -> Report:
    report = judge(
        data if data is not None else world.credential(), world.trust(), {**world.evidence(), **answers}, NOW
    )
    assert isinstance(report, Report), report
    return report


def test_the_json_is_that_of_section_14() -> None:
    """All members, in their order."""
    world = World()
    leaves, index, root, _ = world.tree()
    endpoints = [{"url": url.removesuffix("/"), "state": "agreed"} for url in ENDPOINTS]
    steps = [
        ("parse", "pass", "parsed"), ("disclosures", "pass", "disclosed"), ("inclusion", "pass", "included"),
        ("anchor", "pass", "anchored"), ("authority", "pass", "authorised"), ("batch", "pass", "not_revoked"),
        ("status", "pass", "status_valid"), ("signature", "pass", "signed"), ("endorsements", "pass", "endorsed"),
        ("dates", "not_applicable", "no_dates"),
    ]  # fmt: skip
    expected = {
        "version": 1,
        "verdict": "VALID",
        "checked_at": "2026-06-21T00:00:00Z",
        "credential": {
            "issuer": ISSUER,
            "vct": VCT,
            "claims": dict(sorted(CLAIMS.items())),
            "undisclosed": 2,
            "batch": {
                "root": root.hex(),
                "tree_size": len(leaves),
                "leaf_index": index,
                "sealed_at": "2026-06-09T10:13:20Z",
            },
        },
        "anchor": {
            "registry": HOME,
            "signer": "0x" + address("anchor key").hex(),
            "time": "2026-06-15T05:06:40Z",
            "block": 700,
        },
        "status": {"epoch": 3, "issued_at": "2026-06-09T10:13:20Z"},
        "names": [
            {"since": "2023-11-14T22:13:20Z", "code": "DSH", "name": "Trường Cao đẳng Sông Hồng"},
            {"since": "2025-06-15T15:06:40Z", "code": "DSH", "name": "Trường Đại học Sông Hồng"},
        ],
        "endorsers": [{"name": "Trần Văn Minh", "title": "Hiệu trưởng", "signer": "0x" + address("officer").hex()}],
        "as_of": [
            {
                "registry": HOME,
                "role": "home",
                "quorum": 2,
                "block": BLOCK,
                "block_hash": "0x" + seed("block").hex(),
                "block_time": "2026-06-20T23:59:00Z",
                "endpoints": endpoints,
            }
        ],
        "steps": [
            {"step": number, "name": name, "outcome": outcome, "code": code}
            for number, (name, outcome, code) in enumerate(steps, 1)
        ],
    }
    assert json.dumps(_judged(world).to_json(), ensure_ascii=False) == json.dumps(expected, ensure_ascii=False)


def test_what_is_not_known_is_null() -> None:
    """A file that does not parse, a plain SD-JWT, a batch that is not anchored."""
    world = World()
    refused = _judged(world, b"").to_json()
    assert (refused["credential"], refused["anchor"], refused["status"]) == (None, None, None)
    assert (refused["names"], refused["endorsers"], refused["as_of"]) == ([], [], [])
    plain = _judged(world, replace(world.file(), proof=None).to_bytes()).to_json()
    assert plain["credential"]["batch"] is None
    assert plain["credential"]["undisclosed"] == 2
    absent = _judged(World(chain=ABSENT)).to_json()
    assert (absent["anchor"], absent["status"], absent["endorsers"]) == (None, None, [])
    assert len(absent["names"]) == 2


def test_claims_that_do_not_belong_to_the_payload_are_not_shown() -> None:
    """Step 2 fails, and so there is nothing to show."""
    file = World().file()
    stray = tuple(d for d in file.disclosures if d.name != "mon_hoc")
    shown = _judged(World(), replace(file, disclosures=stray).to_bytes()).to_json()
    assert shown["credential"]["claims"] is None


def test_endorsers_are_shown_only_if_all_are_good() -> None:
    """One that fails leaves none."""
    assert _judged(World(chain=Chain(officer_key=(0, 0, 0, 0)))).to_json()["endorsers"] == []


def test_home_names_are_shown_wherever_the_anchor_stands() -> None:
    """Each registry has its own moment."""
    report = _judged(World(chain=ABSENT, older=Chain(names=()))).to_json()
    assert report["anchor"]["registry"] == OLDER
    assert [(moment["role"], moment["registry"]) for moment in report["as_of"]] == [("home", HOME), ("older", OLDER)]
    assert len(report["names"]) == 2


def test_a_report_has_no_truth_value() -> None:
    """Whoever writes `if report` gets an error, not an acceptance."""
    report = _judged(World())
    with pytest.raises(TypeError, match=r"compare report\.verdict"):
        bool(report)
    assert report.verdict is Verdict.VALID


def _question(kind: str) -> str:
    return next(q for q in World().evidence() if q.startswith(kind) and " latest " not in q)


HEAD, BLOCK_QUESTION, CALL = _question("head"), _question("block"), _question("call")
HERE, SEEN = Head(31337, BLOCK), Block("0x" + seed("block").hex(), NOW - 60)
OTHER = CallResult(b"")


@pytest.mark.parametrize(
    ("question", "answers", "states"),
    [
        (HEAD, [HERE, FAILED, HERE], ["agreed", "failed", "agreed"]),
        (HEAD, [HERE, Head(1, BLOCK), HERE], ["agreed", "failed", "agreed"]),
        (HEAD, [FAILED, FAILED, HERE], ["failed", "failed", "agreed"]),
        (HEAD, [HERE, HERE, Head(31337, BLOCK - 1)], ["agreed", "agreed", "agreed"]),
        (BLOCK_QUESTION, [SEEN, replace(SEEN, time=1), SEEN], ["agreed", "disagreed", "agreed"]),
        (BLOCK_QUESTION, [SEEN, SEEN, FAILED], ["agreed", "agreed", "failed"]),
        (BLOCK_QUESTION, [SEEN, replace(SEEN, time=1), FAILED], ["disagreed", "disagreed", "failed"]),
        (CALL, [OTHER, OTHER, FAILED], ["agreed", "agreed", "failed"]),
    ],
)  # fmt: skip
def test_the_report_says_what_became_of_each_endpoint(question: str, answers: list[Any], states: list[str]) -> None:
    """Agreed, disagreed or failed; without an agreed block there is none to show."""
    moment = _judged(World(), **{question: answers}).to_json()["as_of"][0]
    assert [endpoint["state"] for endpoint in moment["endpoints"]] == states
    assert (moment["block"] is None) is (states.count("agreed") < 2)
    assert (moment["block_hash"] is None) is (moment["block"] is None)
    assert (moment["block_time"] is None) is (moment["block"] is None)
