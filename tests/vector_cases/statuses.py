"""Step 7: the credential's entry in the status list, and all that stands between it and the chain."""
# ruff: noqa: E501 -- tables: one line a case

import json
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from vanbang.core.encoding import b64url
from vanbang.core.status import CredentialStatus
from vector_cases.case import ABSENT_FILE, INVALID, UNDETERMINED, VALID, Bytes, Case, edited, file_of, unb64, write
from world import ANCHORED_AT, LIST_URI, Chain, World


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _values()
    yield from _roots()
    yield from _manifests()
    yield from _lists()
    yield from _tolerated()


def _untold(name: str, desc: str, code: str, world: World, **others: Any) -> Case:
    return Case(name, desc, UNDETERMINED, {7: f"cannot_check {code}"}, world, **others)


def _values() -> Iterator[Case]:
    for status in (CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED):
        word = status.name.lower()
        yield Case(word, f"the entry says {word}", INVALID, {7: f"fail {word}"}, World(status=status))
    yield Case("first-entry", "the first entry of a list", VALID, world=World(index=0))
    yield Case("last-entry", "the last entry of a list", VALID, world=World(index=131_071))
    yield Case("last-entry-superseded", "the last entry of a list, superseded", INVALID, {7: "fail superseded"},
               World(index=131_071, status=CredentialStatus.SUPERSEDED))  # fmt: skip


def _setter(compromised: int) -> World:
    return World(chain=Chain(status_key=(1_700_000_000, 2**40 - 1, compromised, 2)))


def _roots() -> Iterator[Case]:
    set_at = ANCHORED_AT - 500
    yield _untold("status-never-set", "no status root was ever set", "status_not_set", World(epoch=0))
    yield _untold(
        "status-setter-compromised", "the setter's key was compromised by then", "status_setter_void", _setter(set_at)
    )
    yield Case("status-setter-compromised-later", "the setter's key was compromised a second later", VALID,
               world=_setter(set_at + 1))  # fmt: skip


def _manifest(change: Any) -> World:
    return World(alter={"status_manifest": edited(change)})


def _first_list(**values: Any) -> World:
    return _manifest(lambda manifest: manifest["lists"][0].update(values))


def _add_list(uri: str) -> Any:
    return lambda manifest: manifest["lists"].append({"sha256": "0" * 64, "size": 1, "uri": uri})


def _manifests() -> Iterator[Case]:
    missing, bad = "status_manifest_unavailable", "status_manifest_malformed"

    def question(world: World) -> str:
        return file_of("status", world.status_manifest())

    yield _untold("status-manifest-unavailable", "no mirror has the status manifest", missing, World(),
                  edit=lambda world: {question(world): ABSENT_FILE})  # fmt: skip
    yield _untold("status-manifest-replayed", "the mirror gives the status manifest of an earlier epoch", missing, World(),
                  edit=lambda world: {question(world): World(epoch=2).status_manifest()})  # fmt: skip
    for name, desc, world in (
        ("epoch-2", "a manifest of another epoch than the chain's", _manifest(lambda v: v.update(epoch=2))),
        (
            "another-issuer",
            "another school's status manifest",
            _manifest(lambda v: v.update(issuer="https://khac.edu.vn")),
        ),
        ("version-2", "a status manifest of version 2", _manifest(lambda v: v.update(version=2))),
        ("unknown-member", "a status manifest with a member more", _manifest(lambda v: v.update(note=""))),
        ("uri-twice", "a uri twice", _manifest(_add_list(LIST_URI))),
        ("uris-descending", "uris that do not ascend", _manifest(_add_list("a"))),
        ("size-text", "a size that is a string", _first_list(size="1")),
        ("hash-upper-case", "a hash in upper case", _first_list(sha256="A" * 64)),
        ("issued-in-second-60", "a leap second", _manifest(lambda v: v.update(issued_at="2016-12-31T23:59:60Z"))),
        (
            "white-space",
            "a status manifest that is not canonical",
            World(alter={"status_manifest": lambda data: data + b"\n"}),
        ),
    ):
        yield _untold(f"status-manifest-{name}", desc, bad, world)
    yield _untold("status-unlisted", "the credential's uri is not in the status manifest", "status_unlisted",
                  World(uri=LIST_URI + "0"))  # fmt: skip
    yield _untold(
        "status-no-lists", "a status manifest without lists", "status_unlisted", _manifest(lambda v: v["lists"].clear())
    )


def _token(change: Any, part: int) -> Bytes:
    """Changes the JSON of a token's header (0) or payload (1)."""

    def apply(token: bytes) -> bytes:
        parts = token.decode().split(".")
        value = json.loads(unb64(parts[part]))
        change(value)
        parts[part] = b64url(write(value))
        return ".".join(parts).encode()

    return apply


def _zlib(change: Bytes) -> Bytes:
    """Changes the packed entries."""
    return _token(lambda v: v["status_list"].update(lst=b64url(change(unb64(v["status_list"]["lst"])))), 1)


def _bits(change: Bytes) -> Bytes:
    """Changes the unpacked entries."""
    return _zlib(lambda data: zlib.compress(change(zlib.decompress(data)), 9))


def _raw_deflate(data: bytes) -> bytes:
    return data[2:-4]


def _lists() -> Iterator[Case]:
    missing, bad = "status_list_unavailable", "status_list_malformed"

    def question(world: World) -> str:
        return file_of("status", world.status_list())

    yield _untold("status-list-unavailable", "no mirror has the status list", missing, World(),
                  edit=lambda world: {question(world): ABSENT_FILE})  # fmt: skip
    yield _untold("status-list-replayed", "the mirror gives an earlier list", missing, World(status=CredentialStatus.REVOKED),
                  edit=lambda world: {question(world): World().status_list()})  # fmt: skip
    yield _untold("status-list-of-another-size", "the status manifest says another size", bad, _first_list(size=1))
    for name, desc, change in (
        ("of-another-uri", "the list of another uri", _token(lambda v: v.update(sub=LIST_URI + "1"), 1)),
        ("without-sub", "a list without sub", _token(lambda v: v.pop("sub"), 1)),
        ("without-iat", "a list without iat", _token(lambda v: v.pop("iat"), 1)),
        ("of-1-bit", "a list of 1 bit an entry", _token(lambda v: v["status_list"].update(bits=1), 1)),
        ("alg-none", "a token that says alg none", _token(lambda v: v.update(alg="none"), 0)),
        ("another-typ", "another kind of token", _token(lambda v: v.update(typ="dc+sd-jwt"), 0)),
        ("two-parts", "a token without its signature's part", lambda token: token.rsplit(b".", 1)[0]),
        ("four-parts", "a token with a part more", lambda token: token + b"."),
        ("not-json", "a token whose payload is not JSON", lambda token: token.replace(b".e", b".f", 1)),
        ("member-twice", "a member name twice in the token's payload", _doubled),
        ("a-byte-short", "a byte less of entries", _bits(lambda data: data[:-1])),
        ("a-byte-long", "a byte more of entries", _bits(lambda data: data + b"\0")),
        ("bomb", "entries that inflate to 64 MiB", _bits(lambda data: bytes(1 << 26))),
        ("cut-short", "zlib data without its checksum", _zlib(lambda data: data[:-4])),
        ("wrong-checksum", "zlib data with another checksum", _zlib(lambda data: data[:-1] + bytes([data[-1] ^ 1]))),
        ("trailing-bytes", "something behind the zlib data", _zlib(lambda data: data + b"\0")),
        ("raw-deflate", "raw deflate data", _zlib(_raw_deflate)),
        ("no-zlib", "no zlib data", _zlib(lambda data: b"\0" * 20)),
        ("header-with-unknown-member", "a token whose header has a member more", _token(lambda v: v.update(x5c=""), 0)),
        ("signature-63-bytes", "a token whose signature is a byte short", _resigned(63)),
        ("signature-empty", "a token with an empty signature", _resigned(0)),
        ("kid-31-bytes", "a kid of 31 bytes", _token(lambda v: v.update(kid=b64url(bytes(31))), 0)),
        ("over-the-limit", "one byte more than 262,144", _padded),
    ):
        yield _untold(f"status-list-{name}", desc, bad, World(alter={"status_list": change}))


def _doubled(token: bytes) -> bytes:
    header, body, signature = token.decode().split(".")
    return ".".join([header, b64url(unb64(body).replace(b"{", b'{"sub":"",', 1)), signature]).encode()


def _resigned(size: int) -> Bytes:
    """Another signature, of so many bytes."""
    signature = b64url((sha256(b"any").digest() * 2)[:size])
    return lambda token: token.rsplit(b".", 1)[0] + b"." + signature.encode()


def _padded(token: bytes) -> bytes:
    """A token of 262,145 bytes: a member that nobody knows, and spaces in the header where the length asks for them."""
    header, _, signature = token.split(b".")
    for spaces in range(4):
        head = b64url(unb64(header.decode()) + b" " * spaces).encode()
        room = 262_145 - len(head) - len(signature) - 2
        if room % 4 != 1:
            unpadded = len(unb64(token.split(b".")[1].decode())) + len(',"pad":""')
            body = _token(lambda v, size=room * 3 // 4 - unpadded: v.update(pad="a" * size), 1)(token).split(b".")[1]
            return b".".join([head, body, signature])
    raise AssertionError


def _reversed(value: Any) -> None:
    for name in sorted(value, reverse=True):
        value[name] = value.pop(name)


def _tolerated() -> Iterator[Case]:
    yield Case("status-list-signature-not-looked-at", "the chain vouches for the list, not its signature", VALID,
               world=World(alter={"status_list": _resigned(64)}))  # fmt: skip
    for name, desc, change in (
        ("with-more-members", "a list with exp and ttl", _token(lambda v: v.update(exp=1, ttl=60), 1)),
        (
            "with-unknown-members",
            "a list with members that nobody knows",
            _token(lambda v: v.update(a=[None, True], b={}), 1),
        ),
        (
            "with-aggregation-uri",
            "a list with aggregation_uri",
            _token(lambda v: v["status_list"].update(aggregation_uri=1), 1),
        ),
        ("header-reordered", "a header with its members in another order", _token(_reversed, 0)),
    ):
        yield Case(f"status-list-{name}", desc, VALID, world=World(alter={"status_list": change}))
    yield Case("status-manifest-with-two-lists", "a status manifest with another list before ours", VALID,
               world=_manifest(lambda v: v["lists"].insert(0, {"sha256": "0" * 64, "size": 1, "uri": "a"})))  # fmt: skip
