"""Step 1: files that are refused before anything is asked."""
# ruff: noqa: E501 -- tables: one line a case

import json
from collections.abc import Iterator
from typing import Any

from vanbang.core.encoding import b64url
from vanbang.core.jws import P256_ORDER, PublicKey
from vector_cases.case import (
    Bytes,
    Case,
    disclosure,
    edited,
    flipped,
    in_manifest,
    in_payload,
    in_protected,
    in_signature,
    refused,
    replaced,
    with_disclosures,
    write,
)
from world import p256


def cases() -> Iterator[Case]:
    """All of them, in the order of the step's codes."""
    yield refused("file-over-the-limit", "one byte more than 1,048,576", "too_large", _padded)
    yield from _json()
    yield from _structure()
    yield from _not_canonical()
    yield from _payload()
    yield from _disclosure()
    yield from _manifest()
    yield from _protected()
    yield from _order()


def _padded(data: bytes) -> bytes:
    return data + b" " * (1_048_577 - len(data))


def _leaf_index(text: str) -> Bytes:
    return replaced('"leaf_index":3', f'"leaf_index":{text}')


def _json() -> Iterator[Case]:
    for name, desc, file in (
        ("file-empty", "no byte at all", lambda data: b""),
        ("file-cut-short", "the last byte is missing", lambda data: data[:-1]),
        ("trailing-bytes", "something stands behind the object", lambda data: data + b"{}"),
        ("byte-order-mark", "a byte order mark stands before the object", lambda data: b"\xef\xbb\xbf" + data),
        ("utf-16", "the text in UTF-16", lambda data: data.decode().encode("utf-16")),
        ("invalid-utf-8", "an overlong sequence in a member name", lambda data: data.replace(b'"path"', b'"p\xc1\xa1th"')),
        ("surrogate-in-utf-8", "a surrogate encoded in three bytes", lambda d: d.replace(b'"path"', b'"p\xed\xa0\x80"')),
        ("surrogate-escaped", "a lone surrogate, escaped, in a member that would be unknown",
         replaced('{"header"', '{"a":"\\ud800","header"')),
        ("surrogates-reversed", "an escaped pair in the wrong order", replaced('{"header"', '{"a":"\\udc00\\ud800","header"')),
        ("member-twice", "a member name twice in one object", replaced('{"header"', '{"signature":"","header"')),
        ("member-twice-escaped", "a member name twice, once escaped", replaced('{"header"', '{"signatur\\u0065":"","header"')),
        ("number-with-fraction", "leaf_index 3.0", _leaf_index("3.0")),
        ("number-with-exponent", "leaf_index 3e0", _leaf_index("3e0")),
        ("number-negative-zero", "leaf_index -0", _leaf_index("-0")),
        ("number-negative", "leaf_index -1", _leaf_index("-1")),
        ("number-with-leading-zero", "leaf_index 03", _leaf_index("03")),
        ("number-2-53", "leaf_index 9007199254740992", _leaf_index("9007199254740992")),
        ("number-huge", "leaf_index of 400 digits", _leaf_index("9" * 400)),
        ("number-nan", "leaf_index NaN", _leaf_index("NaN")),
        ("nested-9-deep", "arrays nested to depth 9 in a member that would be unknown",
         replaced('{"header"', '{"a":[[[[[[[[]]]]]]]],"header"')),
        ("nested-100000-deep", "arrays nested to depth 100,000", lambda data: b"[" * 100_000 + b"]" * 100_000),
        ("comma-behind-the-last", "a comma behind the last member", lambda data: data[:-1] + b",}"),
        ("comment", "a comment before the object", lambda data: b"/**/" + data),
        ("control-character", "an unescaped line feed in a string", replaced('"path"', '"pa\nth"')),
    ):  # fmt: skip
        yield refused(name, desc, "json", file)


def _set(**values: Any) -> Bytes:
    return edited(lambda file: file.update(values))


def _header(**values: Any) -> Bytes:
    return edited(lambda file: file["header"].update(values))


def _drop(name: str) -> Bytes:
    return edited(lambda file: file.pop(name))


def _high_s(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + (P256_ORDER - s).to_bytes(32, "big")


def _loose_end(text: str) -> str:
    """The same bytes, with an unused trailing bit set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + letters[letters.index(text[-1]) + 1]


def _path(change: Any) -> Bytes:
    return edited(lambda file: file["header"].update(path=change(file["header"]["path"])))


def _structure() -> Iterator[Case]:
    for name, desc, file in (
        ("an-array", "the file is an array", lambda data: b"[" + data + b"]"),
        ("null", "the file is null", lambda data: b"null"),
        ("member-unknown", "a member that section 8 does not name", _set(zusatz="")),
        ("member-missing", "no signature member", _drop("signature")),
        ("member-null", "protected is null", _set(protected=None)),
        ("header-unknown-member", "a member of header that section 8 does not name", _header(note="")),
        ("header-without-path", "a header with batch but without path", edited(lambda file: file["header"].pop("path"))),
        ("header-without-disclosures", "a header with no member", _set(header={})),
        ("leaf-index-text", "leaf_index is a string", _header(leaf_index="3")),
        ("leaf-index-true", "leaf_index is true", _header(leaf_index=True)),
        ("path-upper-case", "a digest of the path in upper case", _path(lambda path: [path[0].upper(), *path[1:]])),
        ("path-63-digits", "a digest of the path lacks a digit", _path(lambda path: [path[0][:-1], *path[1:]])),
        ("path-number", "a digest of the path is a number", _path(lambda path: [0, *path[1:]])),
        ("path-54-digests", "a path longer than any tree's", _path(lambda path: path[:1] * 54)),
        ("disclosures-4097", "more disclosures than the limit", _header(disclosures=[""] * 4097)),
        ("disclosure-number", "a disclosure is a number", _header(disclosures=[1])),
        ("disclosure-padded", "a disclosure in base64url with padding", _header(disclosures=["WyJh=="])),
        ("disclosure-loose-bits", "a disclosure whose unused trailing bits are not zero", _header(disclosures=["AB"])),
        ("disclosure-over-the-limit", "a disclosure of 524,292 characters", _header(disclosures=["A" * 524_292])),
        ("payload-number", "payload is a number", _set(payload=1)),
        ("payload-plain-base64", "payload in the alphabet of plain base64", _set(payload="+/+/")),
        ("payload-over-the-limit", "a payload of 65,537 bytes", _set(payload=b64url(b" " * 65_537))),
        ("manifest-over-the-limit", "a batch manifest of 16,385 bytes", _header(batch=b64url(b" " * 16_385))),
        ("signature-without-protected", "a signature, but protected is empty", _set(protected="")),
        ("protected-without-signature", "protected, but the signature is empty", _set(signature="")),
        ("signature-63-bytes", "a signature of 63 bytes", in_signature(lambda signature: signature[:63])),
        ("signature-65-bytes", "a signature of 65 bytes", in_signature(lambda signature: signature + b"\0")),
        ("signature-high-s", "the other s of the same signature", in_signature(_high_s)),
        ("signature-loose-bits", "a signature whose unused trailing bits are not zero",
         edited(lambda file: file.update(signature=_loose_end(file["signature"])))),
        ("signature-trailing-line-feed", "a line feed at the end of the signature's text",
         edited(lambda file: file.update(signature=file["signature"] + "\n"))),
    ):  # fmt: skip
        yield refused(name, desc, "structure", file)


def _reordered(data: bytes) -> bytes:
    value = json.loads(data)
    return write({name: value[name] for name in reversed(value)})


def _disclosures_reversed(file: Any) -> None:
    file["header"]["disclosures"].reverse()


def _disclosure_twice(disclosures: list[str]) -> list[str]:
    return [*disclosures, disclosures[0]]


def _not_canonical() -> Iterator[Case]:
    for name, desc, file in (
        ("trailing-line-feed", "a line feed behind the object", lambda data: data + b"\n"),
        ("leading-space", "a space before the object", lambda data: b" " + data),
        ("white-space", "white space between tokens", lambda data: json.dumps(json.loads(data), indent=1).encode()),
        ("members-reordered", "the same members in another order", _reordered),
        ("header-reordered", "the header's members in another order",
         edited(lambda file: file["header"].update(batch=file["header"].pop("batch")))),
        ("letter-escaped", "a letter of a member name escaped", replaced('"path"', '"p\\u0061th"')),
        ("disclosures-out-of-order", "disclosures do not ascend by digest", edited(_disclosures_reversed)),
        ("disclosure-twice", "the same disclosure twice", with_disclosures(_disclosure_twice)),
    ):  # fmt: skip
        yield refused(name, desc, "not_canonical", file)


def _payload_json(**values: Any) -> Bytes:
    return in_payload(edited(lambda payload: payload.update(values)))


def _status(**values: Any) -> Bytes:
    return in_payload(edited(lambda payload: payload["status"]["status_list"].update(values)))


def _inner_node(data: bytes) -> bytes:
    """Claims that the node above the leaf is a leaf: its 64 bytes as payload, one digest less of path."""
    value = json.loads(data)
    header = value["header"]
    header["leaf_index"] >>= 1
    value["payload"] = b64url(bytes.fromhex(header["path"].pop(0)) + bytes(32))
    return write(value)


def _payload() -> Iterator[Case]:
    digest = "A" * 43
    for name, desc, file in (
        ("payload-empty", "a payload of no bytes", _set(payload="")),
        ("payload-64-bytes", "the 64 bytes of an inner node in place of a payload", _inner_node),
        ("payload-trailing-bytes", "a payload with something behind its object", in_payload(lambda data: data + b"x")),
        ("payload-byte-order-mark", "a payload with a byte order mark", in_payload(lambda data: b"\xef\xbb\xbf" + data)),
        ("payload-member-twice", "a member name twice in the payload", in_payload(replaced("{", '{"iss":"x",'))),
        ("payload-plain-claim", "a claim that is not disclosed selectively", _payload_json(ho_va_ten="A")),
        ("payload-cnf", "a key binding, which the format does not have", _payload_json(cnf={})),
        ("payload-without-iss", "a payload without iss", in_payload(edited(lambda payload: payload.pop("iss")))),
        ("payload-iss-empty", "an empty iss", _payload_json(iss="")),
        ("payload-iss-256-bytes", "an iss of 128 letters of two bytes each", _payload_json(iss="đ" * 128)),
        ("payload-sd-empty", "no digest", _payload_json(_sd=[])),
        ("payload-sd-257", "257 digests", _payload_json(_sd=[b64url(bytes([0] * 30 + [n >> 8, n & 255])) for n in range(257)])),
        ("payload-sd-descending", "digests do not ascend",
         in_payload(edited(lambda payload: payload["_sd"].reverse()))),
        ("payload-sd-twice", "a digest twice", _payload_json(_sd=[digest, digest])),
        ("payload-sd-loose-bits", "a digest whose unused trailing bits are not zero", _payload_json(_sd=["A" * 42 + "B"])),
        ("payload-sd-42-characters", "a digest that is too short", _payload_json(_sd=["A" * 42])),
        ("payload-another-hash", "an _sd_alg that is not sha-256", _payload_json(_sd_alg="sha-512")),
        ("payload-idx-131072", "an idx behind the last entry", _status(idx=131_072)),
        ("payload-idx-text", "an idx that is a string", _status(idx="1")),
        ("payload-status-member", "an unknown member in status_list", _status(aggregation_uri="")),
        ("payload-uri-empty", "an empty uri", _status(uri="")),
        ("payload-exp-text", "an exp that is a string", _payload_json(exp="1893456000")),
        ("payload-exp-true", "an exp that is true", _payload_json(exp=True)),
        ("payload-vct-missing", "a payload without vct", in_payload(edited(lambda payload: payload.pop("vct")))),
        ("payload-integrity-sha-384", "vct#integrity by another hash", _payload_json(**{"vct#integrity": "sha384-" + "A" * 64})),
        ("payload-integrity-base64url", "vct#integrity in base64url",
         _payload_json(**{"vct#integrity": "sha256-" + "_" * 42 + "8="})),
        ("payload-integrity-loose-bits", "vct#integrity whose unused trailing bits are not zero",
         _payload_json(**{"vct#integrity": "sha256-" + "A" * 42 + "B="})),
    ):  # fmt: skip
        yield refused(name, desc, "payload", file)


def _only(text: str) -> Bytes:
    return edited(lambda file: file["header"].update(disclosures=[text]))


def _disclosure() -> Iterator[Case]:
    salt = "A" * 22
    for name, desc, text in (
        ("disclosure-empty", "a disclosure of no characters", ""),
        ("disclosure-object", "a disclosure that is an object", b64url(b"{}")),
        ("disclosure-1-part", "a disclosure that is only a salt", disclosure(salt)),
        ("disclosure-4-parts", "a disclosure of four parts", disclosure(salt, "ho_va_ten", "A", "B")),
        ("disclosure-trailing-bytes", "something stands behind a disclosure's array", b64url(write([salt, "A"]) + b" x")),
        ("disclosure-salt-15-bytes", "a salt that is too short", disclosure("A" * 20, "ho_va_ten", "A")),
        ("disclosure-salt-loose-bits", "a salt whose unused trailing bits are not zero",
         disclosure("A" * 21 + "B", "ho_va_ten", "A")),
        ("disclosure-salt-of-two", "a salt that is two salts with a comma between",
         disclosure(f"{salt},{salt}", "ho_va_ten", "A")),
        ("disclosure-salt-number", "a salt that is a number", disclosure(1, "ho_va_ten", "A")),
        ("disclosure-name-empty", "a claim without a name", disclosure(salt, "", "A")),
        ("disclosure-name-true", "a claim name that is true", disclosure(salt, True, "A")),
        ("disclosure-value-null", "a claim that is null", disclosure(salt, "ho_va_ten", None)),
        ("disclosure-value-number", "a claim that is a number", disclosure(salt, "diem", 8)),
        ("disclosure-value-fraction", "a claim that is a number with a fraction", disclosure(salt, "diem", 8.5)),
        ("disclosure-null-within", "null deep in a claim", disclosure(salt, "a", [{"b": [None]}])),
        ("disclosure-element-number", "an element that is a number", disclosure(salt, 7)),
        ("disclosure-member-twice", "a member name twice in a claim", b64url(b'["AAAAAAAAAAAAAAAAAAAAAA","a",{"b":"","b":""}]')),
        ("disclosure-surrogate", "a lone surrogate in a claim", b64url(b'["AAAAAAAAAAAAAAAAAAAAAA","a","\\udfff"]')),
        ("disclosure-nested-9-deep", "a claim nested too deep", disclosure(salt, "a", [[[[[[[[]]]]]]]])),
    ):  # fmt: skip
        yield refused(name, desc, "disclosure", _only(text))


def _manifest_json(**values: Any) -> Bytes:
    return in_manifest(edited(lambda manifest: manifest.update(values)))


def _keys(change: Any) -> Bytes:
    return in_manifest(edited(lambda manifest: change(manifest["jwks"]["keys"])))


def _manifest() -> Iterator[Case]:
    nine = [PublicKey.of(p256(str(number))).to_json() for number in range(9)]
    registry = "eip155:31337:0x" + "a1" * 20
    for name, desc, file in (
        ("manifest-empty", "a manifest of no bytes", in_manifest(lambda data: b"")),
        ("manifest-null", "a manifest that is null", in_manifest(lambda data: b"null")),
        ("manifest-trailing-line-feed", "a manifest with a line feed behind it", in_manifest(lambda data: data + b"\n")),
        ("manifest-white-space", "a manifest with white space",
         in_manifest(lambda data: json.dumps(json.loads(data), ensure_ascii=False).encode())),
        ("manifest-reordered", "a manifest with members in another order", in_manifest(_reordered)),
        ("manifest-unknown-member", "a manifest with a member more", _manifest_json(zusatz="")),
        ("manifest-without-endorsements", "a manifest without the member endorsements",
         in_manifest(edited(lambda manifest: manifest.pop("endorsements")))),
        ("manifest-endorsements-false", "endorsements that are false", _manifest_json(endorsements=False)),
        ("manifest-endorsements-short", "endorsements with 63 hex digits", _manifest_json(endorsements="0" * 63)),
        ("manifest-version-2", "a manifest of version 2", _manifest_json(version=2)),
        ("manifest-tree-size-0", "a tree without leaves", _manifest_json(tree_size=0)),
        ("manifest-tree-size-text", "a tree size that is a string", _manifest_json(tree_size="7")),
        ("manifest-issuer-empty", "an empty issuer", _manifest_json(issuer="")),
        ("manifest-root-upper-case", "a root in upper case",
         in_manifest(edited(lambda manifest: manifest.update(root=manifest["root"].upper())))),
        ("manifest-registry-upper-case", "a registry's account in upper case", _manifest_json(registry=registry.replace("a", "A"))),
        ("manifest-registry-leading-zero", "a chain id with a leading zero",
         _manifest_json(registry=registry.replace(":3", ":03"))),
        ("manifest-registry-chain-0", "a chain id of 0", _manifest_json(registry="eip155:0:0x" + "a1" * 20)),
        ("manifest-registry-chain-2-53", "a chain id over the limit",
         _manifest_json(registry="eip155:9007199254740992:0x" + "a1" * 20)),
        ("manifest-sealed-on-30-february", "a day that does not exist", _manifest_json(sealed_at="2026-02-30T08:00:00Z")),
        ("manifest-sealed-in-second-60", "a leap second", _manifest_json(sealed_at="2016-12-31T23:59:60Z")),
        ("manifest-sealed-in-1969", "a time before 1970", _manifest_json(sealed_at="1969-12-31T23:59:59Z")),
        ("manifest-sealed-with-offset", "a time that is not in UTC", _manifest_json(sealed_at="2026-06-10T08:00:00+07:00")),
        ("manifest-sealed-in-milliseconds", "a time with a fraction", _manifest_json(sealed_at="2026-06-10T08:00:00.000Z")),
        ("manifest-no-keys", "a manifest without keys", _keys(lambda keys: keys.clear())),
        ("manifest-9-keys", "a manifest with nine keys", _manifest_json(jwks={"keys": nine})),
        ("manifest-key-twice", "the same key twice", _keys(lambda keys: keys.append(keys[0]))),
        ("manifest-key-p-384", "a key of another curve", _keys(lambda keys: keys[0].update(crv="P-384"))),
        ("manifest-key-with-d", "a key with its private half", _keys(lambda keys: keys[0].update(d="A" * 43))),
        ("manifest-kid-not-the-thumbprint", "a kid that is not the key's thumbprint", _keys(lambda keys: keys[0].update(kid="A" * 43))),
        ("manifest-key-31-bytes", "a coordinate that is too short", _keys(lambda keys: keys[0].update(x="A" * 42))),
    ):  # fmt: skip
        yield refused(name, desc, "manifest", file)


def _protected_json(**values: Any) -> Bytes:
    return in_protected(edited(lambda protected: protected.update(values)))


def _protected() -> Iterator[Case]:
    for name, desc, file in (
        ("protected-alg-none", "a protected header that says alg none", _protected_json(alg="none")),
        ("protected-alg-hs256", "a protected header that says alg HS256", _protected_json(alg="HS256")),
        ("protected-another-typ", "a protected header of another kind of token", _protected_json(typ="statuslist+jwt")),
        ("protected-with-jwk", "a protected header that brings its own key", _protected_json(jwk={})),
        ("protected-with-crit", "a protected header with a critical extension", _protected_json(crit=["b64"])),
        ("protected-without-kid", "a protected header without kid", in_protected(edited(lambda value: value.pop("kid")))),
        ("protected-kid-42-characters", "a kid that is too short", _protected_json(kid="A" * 42)),
        ("protected-kid-loose-bits", "a kid whose unused trailing bits are not zero", _protected_json(kid="A" * 42 + "B")),
        ("protected-white-space", "a protected header with white space", in_protected(lambda data: data + b" ")),
        ("protected-reordered", "a protected header with members in another order", in_protected(_reordered)),
        ("protected-not-json", "a protected header that is not JSON", in_protected(lambda data: data[:-1])),
    ):  # fmt: skip
        yield refused(name, desc, "protected_header", file)


def _both(first: Bytes, second: Bytes) -> Bytes:
    return lambda data: second(first(data))


def _order() -> Iterator[Case]:
    bad_manifest, bad_protected = in_manifest(flipped(0)), in_protected(flipped(0))
    for name, desc, code, file in (
        ("order-json-before-structure", "a fraction in a member that is unknown as well", "json", replaced("{", '{"a":0.5,')),
        ("order-structure-before-canonical", "white space and an unknown member", "structure",
         _both(_set(a=""), lambda data: data + b" ")),
        ("order-canonical-before-payload", "white space and a broken payload", "not_canonical",
         _both(in_payload(flipped(0)), lambda data: data + b" ")),
        ("order-payload-before-manifest", "a broken payload and a broken manifest", "payload",
         _both(in_payload(flipped(0)), bad_manifest)),
        ("order-disclosure-before-manifest", "a broken disclosure and a broken manifest", "disclosure",
         _both(_only("e30"), bad_manifest)),
        ("order-manifest-before-protected", "a broken manifest and a broken protected header", "manifest",
         _both(bad_manifest, bad_protected)),
    ):  # fmt: skip
        yield refused(name, desc, code, file)
