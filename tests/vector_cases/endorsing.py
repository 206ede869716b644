"""Step 9: officers who put their name to the batch."""
# ruff: noqa: E501 -- tables: one line a case

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from eth_abi.abi import encode

from vanbang.core.eip712 import SECP256K1_ORDER, endorsement_digest
from vanbang.core.payload import issuer_id
from vanbang.core.verification import CallResult
from vector_cases.case import (
    ABSENT_FILE,
    FAILED,
    INVALID,
    UNDETERMINED,
    VALID,
    Bytes,
    Case,
    edited,
    file_of,
    key,
    write,
)
from world import ABSENT, ANCHORED_AT, ISSUER, VCT, Chain, World, secp256k1

START, END = 1_700_000_000, 2**40 - 1


def cases() -> Iterator[Case]:
    """All of them."""
    yield Case("no-endorsements", "the manifest says that there are none", VALID, {9: "not_applicable no_endorsements"},
               World(officers=()))  # fmt: skip
    yield Case("two-officers", "two officers endorsed", VALID, world=World(officers=("officer", "second officer")))
    yield Case("endorsement-without-name-and-title", "an officer's name and title are empty", VALID,
               world=_first(name="", title=""))  # fmt: skip
    yield from _files()
    yield from _signatures()
    yield from _keys()
    yield from _answers()
    yield from _two()


def _failed(name: str, desc: str, code: str, world: World, **others: Any) -> Case:
    return Case(name, desc, INVALID, {9: f"fail {code}"}, world, **others)


def _file(change: Any) -> World:
    return World(alter={"endorsements": edited(change)})


def _first(**values: Any) -> World:
    return _file(lambda file: file["endorsements"][0].update(values))


def _files() -> Iterator[Case]:
    def question(world: World) -> str:
        return file_of("endorsements", world.endorsements())

    told = {9: "cannot_check endorsements_unavailable"}
    yield Case("endorsements-unavailable", "no mirror has the endorsements", UNDETERMINED, told,
               edit=lambda world: {question(world): ABSENT_FILE})  # fmt: skip
    yield Case("endorsements-of-another-hash", "the mirror gives other endorsements", UNDETERMINED, told,
               edit=lambda world: {question(world): world.endorsements() + b" "})  # fmt: skip
    seventeen = World(officers=tuple(f"officer {number}" for number in range(17)))
    for name, desc, world in (
        ("none", "a file without endorsements", _file(lambda v: v["endorsements"].clear())),
        ("17", "more endorsements than the limit", seventeen),
        ("signer-twice", "the same signer twice", _file(lambda v: v["endorsements"].append(v["endorsements"][0]))),
        ("version-2", "a file of version 2", _file(lambda v: v.update(version=2))),
        ("unknown-member", "an endorsement with a member more", _first(note="")),
        ("without-title", "an endorsement without a title", _file(lambda v: v["endorsements"][0].pop("title"))),
        ("signer-upper-case", "an account in upper case", _first(signer="0x" + "AB" * 20)),
        ("signature-64-bytes", "a signature without v", _first(signature="0x" + "11" * 64)),
        ("signature-without-prefix", "a signature without 0x", _first(signature="11" * 65)),
        ("over-the-limit", "one byte more than 65,536", _file(_long)),
        ("white-space", "a file that is not canonical", World(alter={"endorsements": lambda data: data + b"\n"})),
        ("empty", "a file of no bytes", World(alter={"endorsements": lambda data: b""})),
    ):
        yield _failed(f"endorsements-{name}", desc, "endorsements_malformed", world)


def _long(file: Any) -> None:
    file["endorsements"][0]["title"] += "a" * (65_537 - len(write(file)))


def _signature(change: Bytes) -> World:
    """The first endorsement with another signature."""

    def apply(file: Any) -> None:
        entry = file["endorsements"][0]
        entry["signature"] = "0x" + change(bytes.fromhex(entry["signature"][2:])).hex()

    return _file(apply)


def _high_s(signature: bytes) -> bytes:
    s = SECP256K1_ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


def _over(tree_size: int = 7, vct: str = VCT, issuer: str = ISSUER) -> World:
    """The officer's signature over something else than the batch."""

    def change(signature: bytes) -> bytes:
        root = World().tree()[2]
        made = (
            secp256k1("officer").sign_msg_hash(endorsement_digest(issuer_id(issuer), root, tree_size, vct)).to_bytes()
        )
        return made[:64] + bytes([made[64] + 27])

    return _signature(change)


def _signatures() -> Iterator[Case]:
    for name, desc, world in (
        ("by-another", "another officer signed in this one's name",
         World(endorsers_sign=("second officer",))),
        ("exchanged", "two officers' signatures changed places",
         World(officers=("officer", "second officer"), endorsers_sign=("second officer", "officer"))),
        ("transposed", "r and s changed places", _signature(lambda s: s[32:64] + s[:32] + s[64:])),
        ("high-s", "the other s of the same signature", _signature(_high_s)),
        ("v-0", "a v of 0 or 1", _signature(lambda s: s[:64] + bytes([s[64] - 27]))),
        ("v-other", "the other v", _signature(lambda s: s[:64] + bytes([55 - s[64]]))),
        ("zeros", "r and s are zero", _signature(lambda s: bytes(64) + s[64:])),
        ("r-over-the-order", "r is as large as can be", _signature(lambda s: b"\xff" * 32 + s[32:])),
        ("bit", "a bit of r", _signature(lambda s: bytes([s[0] ^ 1]) + s[1:])),
        ("of-another-tree-size", "the officer endorsed a tree with one leaf more", _over(tree_size=8)),
        ("of-another-type", "the officer endorsed another type", _over(vct="urn:vanbang:type:other:1")),
        ("of-another-issuer", "the officer endorsed for another school", _over(issuer="https://khac.edu.vn")),
    ):  # fmt: skip
        yield _failed(f"endorser-signature-{name}", desc, "endorser_signature", world)


def _keys() -> Iterator[Case]:
    bad = "endorser_unknown"
    for name, desc, code, officer in (
        ("endorser-unknown", "no such key", bad, (0, 0, 0, 0)),
        ("endorser-with-all-roles", "a key whose roles are ANCHOR and OFFICER in one", bad, (START, END, 0, 5)),
        ("endorser-with-an-anchor-key", "a key that may anchor, but not endorse", bad, (START, END, 0, 1)),
        ("endorser-with-a-status-key", "a key that may set the status, but not endorse", bad, (START, END, 0, 2)),
        (
            "endorser-before-his-time",
            "the officer's key is good from a second later",
            "endorser_window",
            (ANCHORED_AT + 1, END, 0, 4),
        ),
        (
            "endorser-after-his-time",
            "the officer's key ended a second before",
            "endorser_window",
            (START, ANCHORED_AT - 1, 0, 4),
        ),
        ("endorser-without-a-time", "a key whose window ends at 0, not never", "endorser_window", (0, 0, 0, 4)),
        (
            "endorser-compromised",
            "the officer's key was compromised by then",
            "endorser_compromised",
            (START, END, ANCHORED_AT, 4),
        ),
        (
            "endorser-window-before-compromised",
            "outside the window and compromised",
            "endorser_window",
            (START, 1, 1, 4),
        ),
    ):
        yield _failed(name, desc, code, World(chain=Chain(officer_key=officer)))
    for name, desc, officer in (
        ("endorser-in-his-first-second", "the officer's key is good from that second", (ANCHORED_AT, END, 0, 4)),
        ("endorser-in-his-last-second", "the officer's key ends with that second", (START, ANCHORED_AT, 0, 4)),
        (
            "endorser-compromised-later",
            "the officer's key was compromised a second later",
            (START, END, ANCHORED_AT + 1, 4),
        ),
    ):
        yield Case(name, desc, VALID, world=World(chain=Chain(officer_key=officer)))
    elsewhere = World(chain=replace(ABSENT, officer_key=(0, 0, 0, 0)), older=Chain())
    yield Case("endorser-known-where-the-anchor-stands", "home never had the officer's key; the holding registry decides", VALID,
               world=elsewhere)  # fmt: skip
    yield _failed("endorser-known-to-home-only", "the registry that holds the anchor never had the officer's key", bad,
                  World(chain=ABSENT, older=Chain(officer_key=(0, 0, 0, 0))))  # fmt: skip


def _key(*values: int) -> CallResult:
    return CallResult(encode(["uint40", "uint40", "uint40", "uint8"], values))


GOOD, NO_KEY = _key(START, END, 0, 4), _key(0, 0, 0, 0)


def _answering(answers: Mapping[str, Any]) -> Any:
    return lambda world: {key(word): given for word, given in answers.items()}


def _answers() -> Iterator[Case]:
    for name, desc, code, given in (
        (
            "endorser-key-unavailable",
            "two of three do not tell the officer's key",
            "endpoints_unavailable",
            [GOOD, FAILED, FAILED],
        ),
        (
            "endorser-key-disagreed",
            "the endpoints differ on the officer's key",
            "endpoints_disagree",
            [GOOD, NO_KEY, FAILED],
        ),
        ("endorser-key-empty", "the contract has no answer to keyOf", "no_registry", [CallResult(b"")] * 3),
        ("endorser-key-of-3-words", "the officer's key lacks a word", "no_registry", [CallResult(bytes(96))] * 3),
        (
            "endorser-key-over-40-bits",
            "a time of 41 bits",
            "no_registry",
            [CallResult((2**40).to_bytes(32, "big") + bytes(96))] * 3,
        ),
    ):
        yield Case(name, desc, UNDETERMINED, {9: f"cannot_check {code}"}, edit=_answering({"officer": given}))
    yield Case("one-liar-about-the-officer", "one of three denies the officer's key", VALID,
               edit=_answering({"officer": [GOOD, NO_KEY, GOOD]}))  # fmt: skip


def _two() -> Iterator[Case]:
    """Two officers, each with another fault: the first in the file decides."""
    world = World(officers=("officer", "second officer"))
    unknown, ended = [NO_KEY] * 3, [_key(START, ANCHORED_AT - 1, 0, 4)] * 3
    for name, desc, verdict, code, answers in (
        ("second-endorser-unknown", "the second officer is none", INVALID, "fail endorser_unknown", {"second officer": unknown}),
        ("first-endorser-ended-second-unknown", "the first decides", INVALID, "fail endorser_window",
         {"officer": ended, "second officer": unknown}),
        ("first-endorser-unavailable-second-unknown", "the first decides, also if it cannot be checked", UNDETERMINED,
         "cannot_check endpoints_unavailable", {"officer": [FAILED] * 3, "second officer": unknown}),
    ):  # fmt: skip
        yield Case(name, desc, verdict, {9: code}, world, edit=_answering(answers))
