"""Sections 12 and 17: answers in every shape, of endpoints that half answer, and of several registries at once."""
# ruff: noqa: E501 -- tables: one line a case

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from vanbang.core.quorum import Failure
from vanbang.core.verification import CallResult
from vector_cases.anchoring import HERE, LIE, REVOKED, SEEN, TRUTH, result_of, saying
from vector_cases.case import FAILED, UNDETERMINED, VALID, Case, block, dossier, head, key, without_anchor
from world import ABSENT, NOW, OLDER, Chain, World, seed

UNAVAILABLE = "cannot_check endpoints_unavailable"
HASH = seed("block").hex()


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _half_answers()
    yield from _digits()
    yield from _shapes()
    yield from _stale()
    yield from _newest()
    yield from _times()
    void = World(chain=replace(ABSENT, void_since=1), older=Chain())
    yield Case("order-home-key-before-void", "home's endpoints do not tell the signer's key, and the issuer is void",
               UNDETERMINED, {5: UNAVAILABLE}, void, edit=lambda world: {key("anchor key"): [FAILED] * 3})  # fmt: skip


def _half_answers() -> Iterator[Case]:
    yield Case("one-endpoint-fails-one-disagrees", "one does not give the block, another denies the anchor", VALID,
               edit=lambda w: {block(): [SEEN, FAILED, SEEN], dossier(w): saying(w, TRUTH, TRUTH, LIE)})  # fmt: skip
    yield Case("endpoint-without-head-still-votes", "of two that give the dossier, one did not report its newest block", VALID,
               edit=lambda w: {head(): [HERE, FAILED, HERE], dossier(w): saying(w, TRUTH, TRUTH, FAILED)})  # fmt: skip


def _upper(result: bytes) -> dict[str, str]:
    return {"result": "0x" + result.hex().upper()}


def _digits() -> Iterator[Case]:
    """Two of three are needed, and the two differ in the case of their digits."""
    good_key = (1_700_000_000).to_bytes(32, "big") + (2**40 - 1).to_bytes(32, "big") + bytes(63) + b"\4"
    for name, desc, edit in (
        ("block-hash-upper-case", "a block's hash with digits in upper case",
         lambda w: {block(): [{"hash": "0x" + HASH.upper(), "time": NOW - 60}, SEEN, FAILED]}),
        ("dossier-upper-case", "a dossier with digits in upper case",
         lambda w: {dossier(w): [*saying(w, TRUTH), _upper(result_of(w, TRUTH)), FAILED]}),
        ("key-upper-case", "an officer's key with digits in upper case",
         lambda w: {key("officer"): [_upper(good_key), CallResult(good_key), FAILED]}),
    ):  # fmt: skip
        yield Case(name, f"{desc} is the same in lower case", VALID, edit=edit)


def _spoilt(name: str, desc: str, edit: Any) -> Case:
    """One entry of another shape and one error leave a single answer, which is too few: nobody disagrees."""
    return Case(name, desc, UNDETERMINED, without_anchor(UNAVAILABLE, UNAVAILABLE), edit=edit)


def _shapes() -> Iterator[Case]:
    def called(entry: Any) -> Any:
        return lambda world: {dossier(world): [*saying(world, TRUTH), entry, FAILED]}

    def seen(entry: Any) -> Any:
        return lambda world: {block(): [SEEN, entry, FAILED]}

    def reported(entry: Any) -> Any:
        return lambda world: {head(): [HERE, entry, FAILED]}

    for name, desc, edit in (
        ("entry-null", "an entry that is null", called(None)),
        ("entry-without-result", "an entry without its member", called({})),
        (
            "entry-of-another-question",
            "a block where a call's result belongs",
            called({"hash": "0x" + HASH, "time": NOW - 60}),
        ),
        ("entry-result-null", "a result that is null", called({"result": None})),
        ("entry-result-of-odd-length", "a result with an odd number of digits", called({"result": "0x1"})),
        ("entry-result-without-prefix", "a result without 0x", called({"result": "00"})),
        (
            "entry-hash-of-31-bytes",
            "a block's hash that is too short",
            seen({"hash": "0x" + HASH[2:], "time": NOW - 60}),
        ),
        ("entry-without-time", "a block without its time", seen({"hash": "0x" + HASH})),
        ("entry-time-text", "a block whose time is a text", seen({"hash": "0x" + HASH, "time": str(NOW - 60)})),
        ("entry-without-block", "a head without its block", reported({"chain_id": 31337})),
        ("entry-block-text", "a head whose block is a text", reported({"chain_id": 31337, "block": "900"})),
    ):
        yield _spoilt(name, f"{desc} counts as an error", edit)


def _stale() -> Iterator[Case]:
    """What a stale registry shows does not count, a revocation neither."""
    stale, late = "cannot_check chain_stale", [replace(SEEN, time=NOW - 3601)]
    yield Case("batch-revoked-in-stale-home", "home shows a revocation, but its block is too old", UNDETERMINED,
               without_anchor(stale, stale), edit=lambda w: {block(): late * 3, dossier(w): saying(w, REVOKED, REVOKED, REVOKED)})  # fmt: skip
    yield Case("batch-revoked-in-stale-older-registry", "an older registry shows a revocation, but its block is too old",
               UNDETERMINED, {6: stale}, World(older=REVOKED), edit=lambda w: {block(OLDER): late})  # fmt: skip


def _newest() -> Iterator[Case]:
    """The batch is in no final block, and the registries' newest blocks say different things."""

    def newest(home: Sequence[Chain | Failure], older: Any) -> Any:
        return lambda w: {dossier(w, at="latest"): saying(w, *home), dossier(w, OLDER, "latest"): older(w)}

    def undecodable(world: World) -> Sequence[CallResult]:
        return [CallResult(result_of(world, LIE)[:-1])]

    disagreed = (TRUTH, LIE, FAILED)
    for name, desc, code, edit in (
        ("newest-home-disagrees-older-has-it", "home's endpoints differ, the older registry has the anchor", "anchor_not_final",
         newest(disagreed, lambda w: saying(w, TRUTH))),
        ("newest-home-disagrees-older-absent", "home's endpoints differ, the older registry has no anchor", "endpoints_disagree",
         newest(disagreed, lambda w: saying(w, LIE))),
        ("newest-home-disagrees-older-silent", "home's endpoints differ, the older registry is silent: home's code is told",
         "endpoints_disagree", newest(disagreed, lambda w: [FAILED])),
        ("newest-home-absent-older-undecodable", "home has no anchor, the older registry's answer does not decode", "no_registry",
         newest((LIE, LIE, LIE), undecodable)),
        ("newest-home-has-it-older-silent", "home has the anchor, the older registry is silent", "anchor_not_final",
         newest((TRUTH, TRUTH, TRUTH), lambda w: [FAILED])),
    ):  # fmt: skip
        yield Case(
            name,
            desc,
            UNDETERMINED,
            without_anchor(f"cannot_check {code}"),
            World(chain=ABSENT, older=ABSENT),
            edit=edit,
        )


def _times() -> Iterator[Case]:
    ahead = "cannot_check chain_ahead"
    yield Case("chain-far-ahead", "the block's time is the largest number there can be", UNDETERMINED,
               without_anchor(ahead, ahead), edit=lambda w: {block(): [replace(SEEN, time=2**53 - 1)] * 3})  # fmt: skip
    names = Chain().names
    yield Case("name-since-after-9999", "a name in force from the last second that the chain can hold", VALID,
               world=World(chain=Chain(names=(names[0], (2**40 - 1, *names[1][1:])))))  # fmt: skip
