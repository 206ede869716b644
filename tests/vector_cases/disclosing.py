"""Step 2: what is disclosed, and whether it belongs to the payload and to its type."""
# ruff: noqa: E501 -- tables: one line a case

import json
from collections.abc import Iterator, Sequence
from typing import Any

from vanbang.core.disclosure import disclosure_digest
from vanbang.core.encoding import b64url
from vector_cases.case import (
    ABSENT_FILE,
    INVALID,
    NOT_REACHED,
    UNDETERMINED,
    VALID,
    Bytes,
    Case,
    claim_of,
    decoded,
    disclosure,
    edited,
    file_of,
    replaced,
    with_disclosures,
)
from world import CLAIMS, METADATA, World, seed

SALT = "A" * 22


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _extracts()
    yield from _forms()
    yield from _failures()
    yield from _types()


def _without(*claims: str) -> Bytes:
    return with_disclosures(lambda texts: [text for text in texts if claim_of(text) not in claims])


def _without_elements(texts: list[str]) -> list[str]:
    return [text for text in texts if claim_of(text)]


def _without_one_element(texts: list[str]) -> list[str]:
    return [text for text in texts if decoded(text)[-1] != "Thể dục: đạt"]


def _extracts() -> Iterator[Case]:
    unnamed = {5: "pass authorised_unnamed"}
    yield Case("extract", "a claim was dropped", VALID, file=_without("xep_loai"))
    yield Case("extract-without-an-element", "one element of an array was dropped", VALID,
               file=with_disclosures(_without_one_element))  # fmt: skip
    yield Case("extract-without-elements", "all elements of an array were dropped, the array stays", VALID,
               file=with_disclosures(_without_elements))  # fmt: skip
    yield Case(
        "extract-without-names", "the claims that name the issuer were dropped", VALID, unnamed, file=_without("co_so")
    )
    yield Case(
        "extract-of-nothing", "every disclosure was dropped", VALID, unnamed, file=with_disclosures(lambda texts: [])
    )


def _digests(texts: Sequence[str], count: int = 6) -> tuple[str, ...]:
    """The digests of the texts, filled up to the number that the type has."""
    decoys = [b64url(seed(f"decoy {number}")) for number in range(count - len(texts))]
    return tuple(sorted([*(disclosure_digest(text) for text in texts), *decoys]))


def _world(top: Sequence[str], inner: Sequence[str] = ()) -> World:
    """A credential with these disclosures: `top` named by the payload, `inner` by other disclosures."""
    named = [disclosure(b64url(seed("named")[:16]), "co_so", CLAIMS["co_so"]), *top]
    return World(payload_digests=_digests(named), disclosure_texts=(*named, *inner))


def _reference(text: str) -> dict[str, str]:
    return {"...": disclosure_digest(text)}


def _chain(depth: int) -> tuple[str, list[str]]:
    """A claim whose array's element is an array whose element ... : the claim, and the elements below it."""
    texts = [disclosure(SALT, "đáy")]
    for _ in range(depth - 2):
        texts.append(disclosure(SALT, [_reference(texts[-1])]))
    return disclosure(SALT, "chuoi", [_reference(texts[-1])]), texts


def _spaced(text: str) -> str:
    return b64url(json.dumps(decoded(text), indent=2).encode())


def _forms() -> Iterator[Case]:
    top, inner = _chain(8)
    yield Case("elements-8-deep", "elements within elements down to depth 8", VALID, world=_world([top], inner))
    spaced = _spaced(disclosure(SALT, "ho_va_ten", "Đào"))
    yield Case("disclosure-with-white-space", "a disclosure that is not canonical JSON", VALID, world=_world([spaced]))
    nested = disclosure(SALT, "a", {"b": [True, {"c": [[]]}], "": "leer"})
    yield Case("claim-of-all-kinds", "a claim with booleans, objects, empty arrays and an empty member name", VALID,
               world=_world([nested]))  # fmt: skip
    element = disclosure(SALT, "sâu")
    deep = disclosure(SALT, "a", {"b": [["x", [_reference(element)]]]})
    yield Case(
        "element-deep-in-a-claim", "an element of an array deep inside a claim", VALID, world=_world([deep], [element])
    )
    proto = disclosure(SALT, "__proto__", {"constructor": "x"})
    yield Case("claim-named-proto", "a claim named __proto__ is a claim like another", VALID, world=_world([proto]))
    wide = [disclosure(SALT, name, "x") for name in ("🎓", "～")]
    yield Case("claims-sorted-by-code-points", "two names that sort otherwise by UTF-16", VALID, world=_world(wide))
    yield Case("payload-with-white-space", "a payload that is not canonical JSON: its hash decides", VALID,
               world=World(payload_bytes=_spaced_payload()))  # fmt: skip


def _spaced_payload() -> bytes:
    value = json.loads(World().payload())
    return json.dumps({name: value[name] for name in reversed(value)}, indent=2).encode()


def _failed(name: str, desc: str, code: str, world: World) -> Case:
    return Case(name, desc, INVALID, {2: f"fail {code}", 5: NOT_REACHED}, world)


def _reserved() -> Iterator[Case]:
    digest = disclosure_digest("")
    for name, desc, value in (
        ("value-with-sd", "an object in a claim has a member _sd", {"_sd": []}),
        ("value-with-sd-deep", "an object deep in a claim has a member _sd", [{"a": [{"_sd": "x"}]}]),
        ("value-is-a-reference", "a claim that is a reference, but in no array", {"...": digest}),
        ("reference-with-another-member", "a reference with a member more", [{"...": digest, "a": ""}]),
        ("reference-in-an-object", "a reference as a member's value", {"a": {"...": digest}}),
        ("reference-short", "a reference of 42 characters", [{"...": digest[:42]}]),
        ("reference-loose-bits", "a reference whose unused trailing bits are not zero", [{"...": "A" * 42 + "B"}]),
        ("reference-not-a-string", "a reference that is an array", [{"...": [digest]}]),
        ("reference-empty", "a reference that is empty", [{"...": ""}]),
    ):
        yield _failed(name, desc, "reserved_member", _world([disclosure(SALT, "a", value)]))


def _failures() -> Iterator[Case]:
    yield from _reserved()
    element, other = disclosure(SALT, "x"), disclosure(SALT, "b", "y")
    twice = disclosure(SALT, "a", [_reference(element), _reference(element)])
    yield _failed("reference-twice", "two elements with one digest", "digest_repeated", _world([twice], [element]))
    top = disclosure(SALT, "a", [_reference(other)])
    yield _failed(
        "reference-to-a-claim", "an element with the digest of a claim", "digest_repeated", _world([top, other])
    )
    closed = disclosure(SALT, "a", [{"...": "B" * 42 + "A"}, {"...": "B" * 42 + "A"}])
    yield _failed(
        "reference-twice-undisclosed", "two closed elements with one digest", "digest_repeated", _world([closed])
    )
    yield Case("disclosure-of-another-diploma", "a claim of somebody else was added", INVALID,
               {2: "fail disclosure_unreferenced", 5: NOT_REACHED},
               file=with_disclosures(lambda texts: [*texts, other]))  # fmt: skip
    yield Case("claim-replaced", "a claim was replaced by a better one", INVALID,
               {2: "fail disclosure_unreferenced", 5: NOT_REACHED},
               file=with_disclosures(_better))  # fmt: skip
    yield Case("element-without-its-array", "the disclosure that holds an element's array was dropped", INVALID,
               {2: "fail disclosure_unreferenced", 5: NOT_REACHED}, file=_without("mon_hoc"))  # fmt: skip
    top, inner = _chain(9)
    yield _failed("elements-9-deep", "elements within elements down to depth 9", "too_deep", _world([top], inner))
    yield _failed(
        "element-named-by-the-payload", "a digest of the payload opens an element", "disclosure_kind", _world([element])
    )
    array = disclosure(SALT, "a", [_reference(other)])
    yield _failed(
        "claim-in-place-of-an-element", "an element's digest opens a claim", "disclosure_kind", _world([array], [other])
    )
    for reserved in (
        "_sd",
        "_sd_alg",
        "...",
        "aud",
        "cnf",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "status",
        "sub",
        "vct",
        "vct#integrity",
    ):
        name = reserved.replace("...", "dots").replace("#", "-").replace("_", "-").strip("-")
        yield _failed(f"claim-named-{name}", f"a claim with the reserved name {reserved}", "claim_name_reserved",
                      _world([disclosure(SALT, reserved, "x")]))  # fmt: skip
    repeated = [disclosure(SALT, "a", "Giỏi"), disclosure(SALT, "a", "Khá")]
    yield _failed("claim-twice", "two claims with one name", "claim_name_repeated", _world(repeated))
    yield from _order()


def _better(texts: list[str]) -> list[str]:
    kept = [text for text in texts if claim_of(text) != "xep_loai"]
    salts = [decoded(text)[0] for text in texts if claim_of(text) == "xep_loai"]
    return [*kept, disclosure(salts[0], "xep_loai", "Xuất sắc")]


def _order() -> Iterator[Case]:
    """Two faults each: the check that comes first decides, whichever disclosure comes first by digest."""
    element, stray = disclosure(SALT, "x"), disclosure(SALT, "z", {"_sd": ""})
    reserved = disclosure(SALT, "a", {"_sd": ""})
    twice = disclosure(SALT, "b", [_reference(element), _reference(element)])
    named_iss, deep = disclosure(SALT, "iss", "x"), _chain(9)
    repeated = [disclosure(SALT, "c", "1"), disclosure(SALT, "c", "2")]
    for name, desc, code, world in (
        ("order-reserved-before-repeated", "a reserved member and a digest twice", "reserved_member",
         _world([reserved, twice], [element])),
        ("order-reserved-before-unreferenced", "a reserved member where nothing leads to", "reserved_member", _world([], [stray])),
        ("order-repeated-before-unreferenced", "a digest twice and a stray disclosure", "digest_repeated",
         _world([twice], [element, disclosure(SALT, "d", "x")])),
        ("order-unreferenced-before-deep", "a stray disclosure and a chain too deep", "disclosure_unreferenced",
         _world([deep[0]], [*deep[1], disclosure(SALT, "d", "x")])),
        ("order-deep-before-kind", "a chain too deep and an element named by the payload", "too_deep",
         _world([deep[0], element], deep[1])),
        ("order-kind-before-name", "an element named by the payload and a reserved name", "disclosure_kind",
         _world([element, named_iss])),
        ("order-reserved-name-before-repeated", "a reserved name and a name twice", "claim_name_reserved",
         _world([named_iss, *repeated])),
    ):  # fmt: skip
        yield _failed(name, desc, code, world)


def _metadata(change: Any) -> World:
    return World(metadata=edited(change)(METADATA))


def _typed(name: str, desc: str, code: str, world: World) -> Case:
    return _failed(name, desc, code, world)


def _types() -> Iterator[Case]:
    unavailable = {2: "cannot_check type_unavailable", 5: "cannot_check type_unavailable"}
    question = file_of("types", METADATA)
    yield Case("type-unavailable", "no mirror has the type metadata", UNDETERMINED, unavailable,
               edit=lambda world: {question: ABSENT_FILE})  # fmt: skip
    yield Case("type-of-another-hash", "the mirror gives other type metadata", UNDETERMINED, unavailable,
               edit=lambda world: {question: METADATA + b"\n"})  # fmt: skip
    yield Case("type-unavailable-and-a-stray-disclosure", "no type metadata, and a disclosure of somebody else", INVALID,
               {2: "fail disclosure_unreferenced", 5: NOT_REACHED}, file=with_disclosures(_better),
               edit=lambda world: {question: ABSENT_FILE})  # fmt: skip
    for name, desc, change in (
        ("type-without-digests", "type metadata without the number of digests", lambda v: v["vanbang"].pop("digests")),
        ("type-digests-text", "a number of digests that is a string", lambda v: v["vanbang"].update(digests="6")),
        ("type-version-2", "type metadata of version 2", lambda v: v["vanbang"].update(version=2)),
        ("type-version-true", "a version that is true", lambda v: v["vanbang"].update(version=True)),
        ("type-without-issuer", "type metadata that does not say who issued", lambda v: v["vanbang"].pop("issuer")),
        (
            "type-issuer-path-empty",
            "an empty path to the issuer's code",
            lambda v: v["vanbang"]["issuer"].update(code=[]),
        ),
        ("type-without-vct", "type metadata without vct", lambda v: v.pop("vct")),
        ("type-without-vanbang", "type metadata of plain SD-JWT VC", lambda v: v.pop("vanbang")),
    ):
        yield _typed(name, desc, "type_malformed", _metadata(change))
    yield _typed("type-not-json", "type metadata that is not JSON", "type_malformed", World(metadata=b"{"))
    yield _typed("type-over-the-limit", "one byte more than 262,144", "type_malformed",
                 World(metadata=METADATA + b" " * (262_145 - len(METADATA))))  # fmt: skip
    doubled = replaced("{", '{"name":"x",')(METADATA)
    yield _typed(
        "type-member-twice", "type metadata with a member name twice", "type_malformed", World(metadata=doubled)
    )
    yield _typed("type-of-another-vct", "the type metadata of another type", "type_mismatch",
                 _metadata(lambda v: v.update(vct="urn:vanbang:type:other:1")))  # fmt: skip
    yield _typed(
        "type-of-an-empty-vct",
        "a vct that is empty is another one",
        "type_mismatch",
        _metadata(lambda v: v.update(vct="")),
    )
    yield _typed("type-with-7-digests", "the payload has fewer digests than its type", "digest_count",
                 _metadata(lambda v: v["vanbang"].update(digests=7)))  # fmt: skip
    for name, desc, code, path in (
        ("type-issuer-paths-missing", "the issuer's paths lead through members that are not there", ["co_so", "khoa", "ma"], ["truong", "ten"]),
        ("type-issuer-paths-through-strings", "the issuer's paths lead through a string and an array", ["co_so", "ma", "length"], ["mon_hoc", "2"]),
    ):  # fmt: skip
        yield Case(name, desc, VALID, {5: "pass authorised_unnamed"},
                   _metadata(lambda v, code=code, path=path: v["vanbang"]["issuer"].update(code=code, name=path)))  # fmt: skip
    yield Case("type-with-more-members", "type metadata with members that nobody knows, and white space", VALID,
               world=World(metadata=b" " + replaced("{", '{"vct#x":[0],')(METADATA)))  # fmt: skip
