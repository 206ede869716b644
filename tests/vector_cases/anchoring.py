"""Steps 4 and 5, and the quorum of section 12: who anchored the batch, when, and which endpoints say so."""
# ruff: noqa: E501 -- tables: one line a case

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vanbang.core.quorum import Failure
from vanbang.core.trust import Trust, trusted_registry
from vanbang.core.verification import Block, CallResult, Head
from vector_cases.case import (
    FAILED,
    INVALID,
    UNDETERMINED,
    VALID,
    Case,
    block,
    dossier,
    edited,
    head,
    key,
    without_anchor,
)
from world import (
    ABSENT,
    ANCHORED_AT,
    BLOCK,
    CLAIMS,
    ENDPOINTS,
    HOME,
    NOW,
    OLDER,
    Chain,
    World,
    digest_of,
    seed,
)

ELSEWHERE = World(chain=ABSENT, older=Chain())
"""The anchor stands in the older registry only."""
CODES = ("endpoints_unavailable", "endpoints_disagree", "no_registry", "chain_stale", "chain_ahead")


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _quorum()
    yield from _majorities()
    yield from _foreign()
    yield from _unanswered()
    yield from _dossiers()
    yield from _blocks()
    yield from _absent()
    yield from _older()
    yield from _authority()
    yield from _names()


def result_of(world: World, chain: Chain) -> bytes:
    """The dossier that a registry in this state gives."""
    return chain.dossier(digest_of(world.status_manifest()), world.epoch)


def saying(world: World, *chains: Chain | Failure) -> list[CallResult | Failure]:
    """One answer an endpoint."""
    return [chain if isinstance(chain, Failure) else CallResult(result_of(world, chain)) for chain in chains]


TRUTH, LIE = Chain(), ABSENT
REVOKED = Chain(revocation=(seed("somebody")[:20], ANCHORED_AT + 10), revoker_key=(1_700_000_000, 2**40 - 1, 0, 2))
HERE = Head(31337, BLOCK)
SEEN = Block("0x" + seed("block").hex(), NOW - 60)


def _with(name: str, desc: str, verdict: str, steps: Mapping[int, str], answers: Any, **others: Any) -> Case:
    return Case(name, desc, verdict, steps, edit=answers, **others)


def _quorum() -> Iterator[Case]:
    """Two of three must agree: what one of them says or leaves out changes nothing."""
    for name, desc, edit in (
        ("one-liar-says-absent", "one endpoint denies the anchor", lambda w: {dossier(w): saying(w, TRUTH, LIE, TRUTH)}),
        ("one-liar-says-revoked", "one endpoint says that the batch is revoked",
         lambda w: {dossier(w): saying(w, REVOKED, TRUTH, TRUTH)}),
        ("one-liar-says-nothing", "one endpoint gives an empty result",
         lambda w: {dossier(w): [*saying(w, TRUTH, TRUTH), CallResult(b"")]}),
        ("one-endpoint-fails", "one endpoint does not answer the call", lambda w: {dossier(w): saying(w, FAILED, TRUTH, TRUTH)}),
        ("one-endpoint-without-head", "one endpoint does not report its newest block", lambda w: {head(): [HERE, FAILED, HERE]}),
        ("one-endpoint-of-another-chain", "one endpoint reports another chain id and lies",
         lambda w: {head(): [HERE, HERE, Head(1, BLOCK)], dossier(w): saying(w, TRUTH, TRUTH, LIE)}),
        ("one-liar-far-ahead", "one endpoint reports a block that nobody has",
         lambda w: {head(): [HERE, Head(31337, 2**52), HERE]}),
        ("one-endpoint-behind", "one endpoint lags, and does not have the block asked about",
         lambda w: {head(): [HERE, HERE, Head(31337, BLOCK - 50)], block(): [SEEN, SEEN, FAILED],
                    dossier(w): saying(w, TRUTH, TRUTH, FAILED)}),
        ("one-endpoint-of-another-fork", "one endpoint has another block at that height",
         lambda w: {block(): [SEEN, Block("0x" + seed("fork").hex(), NOW - 60), SEEN]}),
        ("one-liar-about-the-time", "one endpoint gives the block another time",
         lambda w: {block(): [SEEN, replace(SEEN, time=1), SEEN]}),
    ):  # fmt: skip
        yield _with(name, desc, VALID, {}, edit)
    yield Case("single-endpoint", "one endpoint is enough where the trust says so", VALID, trust=_endpoints(1, None),
               edit=first_endpoints(1))  # fmt: skip
    yield Case("single-endpoint-fails", "the only endpoint does not answer", UNDETERMINED,
               without_anchor("cannot_check endpoints_unavailable", "cannot_check endpoints_unavailable"),
               trust=_endpoints(1, None), edit=lambda w: {head(): [FAILED]})  # fmt: skip
    yield Case("quorum-of-all", "all three must agree, and do", VALID, trust=_endpoints(3, 3))
    yield Case("quorum-of-all-one-fails", "all three must agree, and one fails", UNDETERMINED,
               without_anchor("cannot_check endpoints_unavailable", "cannot_check endpoints_unavailable"),
               trust=_endpoints(3, 3), edit=lambda w: {dossier(w): saying(w, TRUTH, TRUTH, FAILED)})  # fmt: skip
    yield Case("quorum-of-one-two-values", "one is enough, but two values are: none counts", UNDETERMINED,
               without_anchor("cannot_check endpoints_disagree", "cannot_check endpoints_disagree"),
               trust=_endpoints(3, 1), edit=lambda w: {dossier(w): saying(w, TRUTH, TRUTH, LIE)})  # fmt: skip


def _endpoints(count: int, quorum: int | None) -> Any:
    return lambda trust: Trust(trusted_registry(HOME, ENDPOINTS[:count], quorum), trust.older, trust.public)


def first_endpoints(count: int) -> Any:
    """What the first so many endpoints answer."""

    def edit(world: World) -> dict[str, Sequence[Any]]:
        found = world.evidence()
        return {q: answer[:count] for q, answer in found.items() if isinstance(answer, list)}

    return edit


def _majorities() -> Iterator[Case]:
    """A quorum of liars is believed: the choice of endpoints is the verifier's own."""
    yield _with("two-liars-say-revoked", "two of three endpoints say that the batch is revoked", INVALID,
                {6: "fail batch_revoked"}, lambda w: {dossier(w): saying(w, REVOKED, TRUTH, REVOKED)})  # fmt: skip
    yield _with("two-endpoints-of-another-chain", "two of three endpoints report another chain id", UNDETERMINED,
                without_anchor("cannot_check endpoints_unavailable", "cannot_check endpoints_unavailable"),
                lambda w: {head(): [HERE, Head(1, BLOCK), Head(1, BLOCK)]})  # fmt: skip
    yield _with("two-liars-far-ahead", "two of three report a block that the third does not have", UNDETERMINED,
                without_anchor("cannot_check endpoints_unavailable", "cannot_check endpoints_unavailable"),
                lambda w: {head(): [HERE, Head(31337, 2**52), Head(31337, 2**52)],
                           block(number=2**52): [FAILED] * 3, dossier(w, at=2**52): [FAILED] * 3})  # fmt: skip


def _foreign() -> Iterator[Case]:
    """One endpoint of another chain says what is true and one fails: a single vote is left, whatever the question."""
    heads = {head(): [HERE, HERE, Head(1, BLOCK)]}
    told = "cannot_check endpoints_unavailable"
    for name, desc, steps, world, edit in (
        ("blocks", "for blocks", without_anchor(told, told), World(), lambda w: {block(): [SEEN, FAILED, SEEN]}),
        ("dossiers", "for dossiers", without_anchor(told, told), World(), lambda w: {dossier(w): saying(w, TRUTH, FAILED, TRUTH)}),
        ("newest-dossiers", "for the newest dossiers", without_anchor(told), World(chain=ABSENT),
         lambda w: {dossier(w, at="latest"): saying(w, LIE, FAILED, LIE)}),
        ("keys", "for keys", {5: told}, ELSEWHERE, _home_key([CallResult(bytes(128)), FAILED, CallResult(bytes(128))])),
    ):  # fmt: skip
        yield _with(f"no-vote-from-another-chain-{name}", f"an endpoint of another chain does not count {desc}", UNDETERMINED, steps,
                    _and(heads, edit), world=world)  # fmt: skip


def _and(heads: Mapping[str, Any], edit: Any) -> Any:
    return lambda world: {**heads, **edit(world)}


def _unready() -> Iterator[tuple[str, str, str, Any]]:
    """The ways in which the home registry is not answered: name, description, code, answers."""
    other, third = Block("0x" + seed("fork").hex(), NOW - 60), Block("0x" + seed("third").hex(), NOW - 60)
    yield "heads-fail", "no endpoint reports its newest block", CODES[0], lambda w: {head(): [FAILED] * 3}
    yield ("blocks-fail", "two of three do not give the block", CODES[0], lambda w: {block(): [SEEN, FAILED, FAILED]})
    yield (
        "calls-fail",
        "two of three do not answer the call",
        CODES[0],
        lambda w: {dossier(w): saying(w, TRUTH, FAILED, FAILED)},
    )
    yield "blocks-differ", "three endpoints, three blocks", CODES[1], lambda w: {block(): [SEEN, other, third]}
    yield (
        "dossiers-differ",
        "three endpoints, three dossiers",
        CODES[1],
        lambda w: {dossier(w): saying(w, Chain(), ABSENT, REVOKED)},
    )
    yield ("one-lies-one-fails", "one says this, one that, one nothing", CODES[1],
           lambda w: {dossier(w): saying(w, Chain(), ABSENT, FAILED)})  # fmt: skip
    yield "no-contract", "there is no contract at the address", CODES[2], lambda w: {dossier(w): [CallResult(b"")] * 3}
    yield (
        "chain-stale",
        "no final block for more than an hour",
        CODES[3],
        lambda w: {block(): [replace(SEEN, time=NOW - 3601)] * 3},
    )
    yield (
        "chain-ahead",
        "the block is from the future",
        CODES[4],
        lambda w: {block(): [replace(SEEN, time=NOW + 901)] * 3},
    )


def _unanswered() -> Iterator[Case]:
    for name, desc, code, edit in _unready():
        told = f"cannot_check {code}"
        yield _with(name, desc, UNDETERMINED, without_anchor(told, told), edit)
        yield _with(f"{name}-anchor-in-older-registry", f"{desc}; an older registry has the anchor", UNDETERMINED,
                    dict.fromkeys((5, 6, 7), told), edit, world=ELSEWHERE)  # fmt: skip


def _spoilt(change: Any) -> Any:
    return lambda world: {dossier(world): [CallResult(change(result_of(world, Chain())))] * 3}


def _word(index: int, value: int) -> Any:
    return lambda data: data[: 32 * index] + value.to_bytes(32, "big") + data[32 * index + 32 :]


def _dossiers() -> Iterator[Case]:
    """What is not, byte for byte, an encoded dossier. Word 0 is the offset of the whole, 1 the anchor's signer."""
    told = "cannot_check no_registry"
    for name, desc, change in (
        ("dossier-with-trailing-bytes", "a word stands behind the dossier", lambda data: data + bytes(32)),
        ("dossier-with-a-trailing-byte", "a byte stands behind the dossier", lambda data: data + b"\0"),
        ("dossier-cut-short", "the dossier's last word is missing", lambda data: data[:-32]),
        ("dossier-one-word", "a result of one word", lambda data: data[:32]),
        ("dossier-signer-of-32-bytes", "an address with something in its upper bytes", _word(1, 2**255)),
        ("dossier-time-over-40-bits", "a time of 41 bits", _word(2, 2**40)),
        ("dossier-state-over-8-bits", "a state of 256", _word(4, 256)),
        ("dossier-names-elsewhere", "the offset of the names points into the dossier's head", _word(26, 0)),
        ("dossier-offset-huge", "an offset of 2^255", _word(0, 2**255)),
        ("dossier-names-without-end", "as many names as there can be", _word(27, 2**256 - 1)),
        ("dossier-name-not-utf-8", "a name that is not UTF-8", lambda data: data.replace(b"Cao", b"C\xff\xfe")),
        ("dossier-name-padded-with-ones", "a name padded with something else than zeros",
         lambda data: data.replace(b"DSH" + bytes(29), b"DSH" + bytes(28) + b"\1", 1)),
    ):  # fmt: skip
        yield _with(name, desc, UNDETERMINED, without_anchor(told, told), _spoilt(change))


def _blocks() -> Iterator[Case]:
    for name, desc, age in (
        ("block-an-hour-old", "the block is exactly as old as it may be", 3600),
        ("block-900-seconds-ahead", "the block is exactly as far ahead as it may be", -900),
    ):
        yield _with(name, desc, VALID, {}, block_time(NOW - age))
    stale, ahead = "cannot_check chain_stale", "cannot_check chain_ahead"
    yield _with("max-block-age-59", "the trust allows less age", UNDETERMINED, without_anchor(stale, stale), block_time(NOW - 60),
                trust=lambda trust: replace(trust, max_block_age=59))  # fmt: skip
    yield _with("max-block-ahead-9", "the trust allows less ahead", UNDETERMINED, without_anchor(ahead, ahead), block_time(NOW + 10),
                trust=lambda trust: replace(trust, max_block_ahead=9))  # fmt: skip


def block_time(time: int) -> Any:
    """Every endpoint of home gives the block this time."""
    return lambda world: {block(): [replace(SEEN, time=time)] * 3}


def _absent() -> Iterator[Case]:
    absent = World(chain=ABSENT)

    def latest(*chains: Any) -> Any:
        return lambda world: {dossier(world, at="latest"): saying(world, *chains)}

    def empty(world: World) -> dict[str, Any]:
        return {dossier(world, at="latest"): [CallResult(b"")] * 3}

    for name, desc, verdict, code, edit in (
        ("not-anchored", "nobody anchored the batch", INVALID, "fail not_anchored", latest(LIE, LIE, LIE)),
        ("one-liar-says-it-is-coming", "one endpoint has the anchor at its newest block", INVALID, "fail not_anchored",
         latest(TRUTH, LIE, LIE)),
        ("newest-dossiers-differ-but-absent", "the newest dossiers differ, but agree that there is no anchor", INVALID,
         "fail not_anchored", latest(LIE, replace(LIE, void_since=1), replace(LIE, standing=2))),
        ("anchor-not-final", "the anchor stands at the newest block only", UNDETERMINED, "cannot_check anchor_not_final",
         latest(TRUTH, TRUTH, TRUTH)),
        ("anchor-not-final-one-fails", "two of three have the anchor at their newest block", UNDETERMINED,
         "cannot_check anchor_not_final", latest(TRUTH, FAILED, TRUTH)),
        ("anchor-not-final-dossiers-differ", "the newest dossiers differ, but agree that the anchor is there", UNDETERMINED,
         "cannot_check anchor_not_final", latest(TRUTH, REVOKED, FAILED)),
        ("newest-block-fails", "two of three do not answer for their newest block", UNDETERMINED,
         "cannot_check endpoints_unavailable", latest(FAILED, LIE, FAILED)),
        ("newest-block-disagrees", "one has it at its newest block, one has not, one fails", UNDETERMINED,
         "cannot_check endpoints_disagree", latest(TRUTH, LIE, FAILED)),
        ("newest-block-no-contract", "no contract at the newest block", UNDETERMINED, "cannot_check no_registry", empty),
    ):  # fmt: skip
        yield Case(name, desc, verdict, without_anchor(code), absent, edit=edit)
    elsewhere = "eip155:1:0x" + "66" * 20
    named = World(alter={"manifest": edited(lambda manifest: manifest.update(registry=elsewhere))})
    yield Case(
        "file-names-another-registry", "the manifest's registry is a hint: home has the anchor", VALID, world=named
    )
    yield Case("anchored-where-the-file-says", "home has no anchor, and nobody asks the registry that the file names", INVALID,
               without_anchor("fail not_anchored"), replace(named, chain=ABSENT))  # fmt: skip


def _older() -> Iterator[Case]:
    yield Case("anchor-in-older-registry", "the anchor stands in an older registry", VALID, world=ELSEWHERE)
    yield Case("anchor-in-both-registries", "the anchor stands in the home registry, and in an older one", VALID,
               world=World(older=Chain(anchor=(seed("other")[:20], 1_600_000_000, 5, 1))))  # fmt: skip
    yield Case("anchored-in-neither-registry", "no registry has the anchor", INVALID, without_anchor("fail not_anchored"),
               World(chain=ABSENT, older=ABSENT))  # fmt: skip
    told = "cannot_check endpoints_unavailable"

    def silent(world: World) -> dict[str, Any]:
        return {head(OLDER): [FAILED]}

    yield Case("older-registry-silent", "home has the anchor; an older registry could hold a revocation", UNDETERMINED,
               {6: told}, World(older=Chain()), edit=silent)  # fmt: skip
    yield Case("absent-and-older-registry-silent", "home has no anchor; an older registry could", UNDETERMINED,
               without_anchor(told, told), World(chain=ABSENT, older=Chain()), edit=silent)  # fmt: skip
    yield Case("anchor-coming-in-older-registry", "the older registry has the anchor at its newest block only", UNDETERMINED,
               without_anchor("cannot_check anchor_not_final"), World(chain=ABSENT, older=ABSENT),
               edit=lambda world: {dossier(world, OLDER, "latest"): saying(world, TRUTH)})  # fmt: skip
    yield Case("both-silent-home-decides", "home and the older registry give different codes: home's is told", UNDETERMINED,
               without_anchor("cannot_check no_registry", "cannot_check no_registry"), World(older=Chain()),
               edit=lambda world: {dossier(world): [CallResult(b"")] * 3, head(OLDER): [FAILED]})  # fmt: skip


def _authority() -> Iterator[Case]:
    compromised = (1_700_000_000, 2**40 - 1, ANCHORED_AT, 1)
    later = (1_700_000_000, 2**40 - 1, ANCHORED_AT + 1, 1)
    unknown = Chain(standing=0, names=())
    for name, desc, verdict, code, world in (
        ("issuer-unknown", "home does not know the issuer", INVALID, "fail issuer_unknown", World(chain=unknown)),
        ("issuer-known-to-older-registry-only", "the anchor's registry knows the issuer, home does not", INVALID,
         "fail issuer_unknown", World(chain=replace(ABSENT, standing=0, names=()), older=Chain())),
        ("issuer-suspended", "standing is looked at when anchoring, not when verifying", VALID, "pass authorised",
         World(chain=Chain(standing=2))),
        ("issuer-closed", "a closed school's diplomas stay good", VALID, "pass authorised", World(chain=Chain(standing=3))),
        ("key-compromised-at-the-anchor", "the key was compromised by the second of the anchor", INVALID, "fail key_compromised",
         World(chain=Chain(anchor_key=compromised))),
        ("key-compromised-before-the-anchor", "the key was compromised long before the anchor", INVALID, "fail key_compromised",
         World(chain=Chain(anchor_key=(0, 2**40 - 1, 1, 1)))),
        ("key-compromised-after-the-anchor", "the key was compromised a second after the anchor", VALID, "pass authorised",
         World(chain=Chain(anchor_key=later))),
        ("key-ended-since", "the key's window is looked at when anchoring", VALID, "pass authorised",
         World(chain=Chain(anchor_key=(0, 1, 0, 1)))),
        ("key-compromised-in-older-registry", "the registry that holds the anchor says so", INVALID, "fail key_compromised",
         World(chain=ABSENT, older=Chain(anchor_key=compromised))),
        ("key-compromised-in-home-registry", "the anchor stands elsewhere; home says so", INVALID, "fail key_compromised",
         World(chain=replace(ABSENT, anchor_key=compromised), older=Chain())),
        ("key-unknown-to-home-registry", "the anchor stands elsewhere; home never had that key", VALID, "pass authorised",
         World(chain=ABSENT, older=Chain())),
        ("void-at-the-anchor", "the issuer is void since the second of the anchor", INVALID, "fail issuer_void",
         World(chain=Chain(void_since=ANCHORED_AT))),
        ("void-after-the-anchor", "the issuer is void since a second after the anchor", VALID, "pass authorised",
         World(chain=Chain(void_since=ANCHORED_AT + 1))),
        ("void-in-older-registry", "the registry that holds the anchor says so", INVALID, "fail issuer_void",
         World(chain=ABSENT, older=Chain(void_since=1))),
        ("void-in-home-registry", "the anchor stands elsewhere; home says so", INVALID, "fail issuer_void",
         World(chain=replace(ABSENT, void_since=1), older=Chain())),
        ("order-key-before-void", "the key compromised and the issuer void", INVALID, "fail key_compromised",
         World(chain=Chain(anchor_key=compromised, void_since=1))),
    ):  # fmt: skip
        yield Case(name, desc, verdict, {5: code}, world)
    keys = {**CLAIMS, "co_so": {"ma": "XYZ", "ten": "Trường khác"}}
    yield Case("order-void-before-names", "the issuer void and the names wrong", INVALID, {5: "fail issuer_void"},
               World(claims=keys, chain=Chain(void_since=1)))  # fmt: skip
    yield from _home_keys(compromised)


def _home_keys(compromised: tuple[int, ...]) -> Iterator[Case]:
    """The anchor stands elsewhere, and home is asked for the signer's key."""
    first, second = CallResult(bytes(128)), CallResult(bytes(96) + (1).to_bytes(32, "big"))
    for name, desc, code, answers in (
        (
            "home-key-unavailable",
            "home's endpoints do not tell the signer's key",
            "endpoints_unavailable",
            [first, FAILED, FAILED],
        ),
        (
            "home-key-disagreed",
            "home's endpoints differ on the signer's key",
            "endpoints_disagree",
            [first, second, FAILED],
        ),
        ("home-key-empty", "home has no answer to keyOf", "no_registry", [CallResult(b"")] * 3),
        ("home-key-of-5-words", "home's key has a word more", "no_registry", [CallResult(bytes(160))] * 3),
    ):
        yield Case(name, desc, UNDETERMINED, {5: f"cannot_check {code}"}, ELSEWHERE, edit=_home_key(answers))
    yield Case("key-compromised-and-home-key-unavailable", "what the holding registry says is enough", INVALID,
               {5: "fail key_compromised"}, World(chain=ABSENT, older=Chain(anchor_key=compromised)),
               edit=_home_key([FAILED] * 3))  # fmt: skip


def _home_key(answers: Sequence[CallResult | Failure]) -> Any:
    return lambda world: {key("anchor key"): answers}


def _named(code: Any, name: Any) -> World:
    school = {member: value for member, value in (("ma", code), ("ten", name)) if value is not None}
    return World(claims={**CLAIMS, "co_so": school})


def _names() -> Iterator[Case]:
    full = "Trường Đại học Sông Hồng"
    for name, desc, verdict, step5, world in (
        ("code-of-another-school", "a code that is not the issuer's", INVALID, "fail issuer_code", _named("BKA", full)),
        ("name-of-another-school", "a famous name that is not the issuer's", INVALID, "fail issuer_name",
         _named("DSH", "Đại học Bách khoa Hà Nội")),
        ("name-decomposed", "the issuer's name in another normal form", INVALID, "fail issuer_name",
         _named("DSH", unicodedata.normalize("NFD", full))),
        ("name-look-alike", "the issuer's name with U+00D0 for U+0110", INVALID, "fail issuer_name",
         _named("DSH", full.replace("Đ", "Ð"))),
        ("code-lower-case", "the issuer's code in lower case", INVALID, "fail issuer_code", _named("dsh", full)),
        ("code-and-name-of-another-school", "neither is the issuer's", INVALID, "fail issuer_code", _named("BKA", "Bách khoa")),
        ("name-of-before", "a name that the issuer once had", VALID, "pass authorised", _named("DSH", "Trường Cao đẳng Sông Hồng")),
        ("code-alone", "a code without a name", VALID, "pass authorised", _named("DSH", None)),
        ("name-alone", "a name without a code", VALID, "pass authorised", _named(None, full)),
        ("name-is-an-array", "a path that leads to no string", VALID, "pass authorised", _named("DSH", ["Bách khoa"])),
        ("school-without-members", "a school without code and name", VALID, "pass authorised_unnamed", _named(None, None)),
        ("school-is-a-string", "a school that is a string", VALID, "pass authorised_unnamed",
         World(claims={**CLAIMS, "co_so": "Đại học Bách khoa Hà Nội"})),
        ("code-empty", "an empty code is a code", INVALID, "fail issuer_code", _named("", full)),
    ):  # fmt: skip
        yield Case(name, desc, verdict, {5: step5}, world)
    other = ((1_600_000_000, "CSH", "Trường Cao đẳng Sông Hồng"),)
    yield Case("code-of-the-older-registry", "a code that only the older registry knows", VALID,
               world=replace(_named("CSH", full), chain=ABSENT, older=Chain(names=other)))  # fmt: skip
    yield Case("name-of-a-registry-that-does-not-hold", "an older registry without the anchor names nobody", INVALID,
               {5: "fail issuer_code"}, replace(_named("CSH", full), older=replace(ABSENT, names=other)))  # fmt: skip
