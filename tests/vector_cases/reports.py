"""The reports of section 14 that some cases want whole: the base's, written out, and what differs from it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from vector_cases.case import Case
from world import ANCHORED_AT, BLOCK, CLAIMS, HOME, ISSUER, NOW, OLDER, SEALED_AT, VCT, address, seed

STEPS = [
    "parse",
    "disclosures",
    "inclusion",
    "anchor",
    "authority",
    "batch",
    "status",
    "signature",
    "endorsements",
    "dates",
]
FAR = "9999-12-31T23:59:59Z"
Report = dict[str, Any]


def wanted(case: Case, want: Mapping[str, Any]) -> Mapping[str, Any]:
    """The member `report` of the case's `want`, or nothing."""
    change = CHANGES.get(case.name)
    if change is None:
        return {}
    report = _base(case, want)
    change(report)
    return {"report": report}


def _time(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _base(case: Case, want: Mapping[str, Any]) -> Report:
    _, index, root, _ = case.world.tree()
    steps = enumerate(zip(STEPS, want["steps"], strict=True), 1)
    return {
        "version": 1,
        "verdict": want["verdict"],
        "checked_at": _time(NOW),
        "credential": {
            "issuer": ISSUER,
            "vct": VCT,
            "claims": {name: CLAIMS[name] for name in ("co_so", "ho_va_ten", "mon_hoc", "xep_loai")},
            "undisclosed": 2,
            "batch": {"root": root.hex(), "tree_size": 7, "leaf_index": index, "sealed_at": _time(SEALED_AT)},
        },
        "anchor": {
            "registry": HOME,
            "signer": "0x" + address("anchor key").hex(),
            "time": _time(ANCHORED_AT),
            "block": 700,
        },
        "status": {"epoch": 3, "issued_at": _time(SEALED_AT)},
        "names": [
            {"since": _time(1_700_000_000), "code": "DSH", "name": "Trường Cao đẳng Sông Hồng"},
            {"since": _time(1_750_000_000), "code": "DSH", "name": "Trường Đại học Sông Hồng"},
        ],
        "endorsers": [{"name": "Trần Văn Minh", "title": "Hiệu trưởng", "signer": "0x" + address("officer").hex()}],
        "as_of": [_as_of(HOME, "home", 2, [f"https://rpc-{number}.example" for number in (1, 2, 3)])],
        "steps": [
            {"step": number, "name": name, "outcome": outcome, "code": code}
            for number, (name, (outcome, code)) in steps
        ],
    }


def _as_of(registry: str, role: str, quorum: int, urls: list[str]) -> Report:
    return {
        "registry": registry,
        "role": role,
        "quorum": quorum,
        "block": BLOCK,
        "block_hash": "0x" + seed("block").hex(),
        "block_time": _time(NOW - 60),
        "endpoints": [{"url": url, "state": "agreed"} for url in urls],
    }


def _same(report: Report) -> None:
    """As the base's, but for the steps."""


def _claims(undisclosed: int, **changed: Any) -> Callable[[Report], None]:
    """Other claims, None for one that is not disclosed, and another number of closed digests."""

    def change(report: Report) -> None:
        claims = {**report["credential"]["claims"], **changed}
        report["credential"]["claims"] = {name: value for name, value in claims.items() if value is not None}
        report["credential"]["undisclosed"] = undisclosed

    return change


def _states(*states: str) -> Callable[[Report], None]:
    def change(report: Report) -> None:
        for endpoint, state in zip(report["as_of"][0]["endpoints"], states, strict=True):
            endpoint["state"] = state

    return change


def _moment(number: int | None, block_hash: str | None, time: str | None) -> Callable[[Report], None]:
    return lambda report: report["as_of"][0].update(block=number, block_hash=block_hash, block_time=time)


def _nothing_known(report: Report) -> None:
    """The home registry is not answered: all that rests on it is missing."""
    report.update(anchor=None, status=None, names=[], endorsers=[])


def _all(*changes: Callable[[Report], None]) -> Callable[[Report], None]:
    def change(report: Report) -> None:
        for each in changes:
            each(report)

    return change


def _not_notarised(report: Report) -> None:
    _nothing_known(report)
    report["credential"]["batch"] = None
    report["as_of"] = []


def _not_parsed(report: Report) -> None:
    _not_notarised(report)
    report["credential"] = None


def _elsewhere(report: Report) -> None:
    report["anchor"]["registry"] = OLDER
    report["as_of"].append(_as_of(OLDER, "older", 1, ["https://old-rpc.example"]))


def _closed(report: Report) -> None:
    report["credential"].update(claims=None, undisclosed=None)


def _named_since_far(report: Report) -> None:
    report["names"][1]["since"] = FAR


def _sorted(report: Report) -> None:
    report["credential"].update(claims={"co_so": CLAIMS["co_so"], "～": "x", "🎓": "x"}, undisclosed=3)


def _hidden(report: Report) -> None:
    shown = ("https://rpc-1.example:8545", "https://rpc-2.example", "http://rpc-3.example")
    for endpoint, url in zip(report["as_of"][0]["endpoints"], shown, strict=True):
        endpoint["url"] = url


def _untitled(report: Report) -> None:
    report["endorsers"][0].update(name="", title="")


CHANGES: Mapping[str, Callable[[Report], None]] = {
    "base": _same,
    "trailing-bytes": _not_parsed,
    "extract": _claims(3, xep_loai=None),
    "extract-without-an-element": _claims(3, mon_hoc=CLAIMS["mon_hoc"][:2]),
    "extract-without-elements": _claims(5, mon_hoc=[]),
    "claims-sorted-by-code-points": _sorted,
    "disclosure-of-another-diploma": _closed,
    "not-notarised": _not_notarised,
    "anchor-in-older-registry": _elsewhere,
    "name-since-after-9999": _named_since_far,
    "heads-fail": _all(_nothing_known, _moment(None, None, None), _states("failed", "failed", "failed")),
    "blocks-fail": _all(_nothing_known, _moment(None, None, None), _states("agreed", "failed", "failed")),
    "chain-far-ahead": _all(_nothing_known, _moment(BLOCK, "0x" + seed("block").hex(), FAR)),
    "one-lies-one-fails": _all(_nothing_known, _states("disagreed", "disagreed", "failed")),
    "one-endpoint-fails-one-disagrees": _states("agreed", "failed", "disagreed"),
    "block-hash-upper-case": _states("agreed", "agreed", "failed"),
    "endpoint-without-head-still-votes": _states("agreed", "failed", "failed"),
    "one-endpoint-of-another-chain": _states("agreed", "agreed", "failed"),
    "trust-urls-with-keys": _hidden,
    "revoked": _same,
    "endorsement-without-name-and-title": _untitled,
}
