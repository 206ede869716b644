"""Selective disclosure (RFC 9901; docs/format.md section 3, and step 2 of section 13)."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from json.encoder import encode_basestring as quote
from typing import Any, ClassVar, Final

from msgspec.json import Decoder

from vanbang.core.encoding import b64url, b64url_each, check_b64url, digest_of, from_b64url
from vanbang.core.errors import FormatError, RecordInvalid, VanbangError
from vanbang.core.record_keys import SALT_SIZE, RecordKeys, path_of
from vanbang.core.strict_json import JsonValue, parse, parse_each

MAX_DISCLOSURE_CHARACTERS: Final = 524_288
MAX_REFERENCE_DEPTH: Final = 8
"""As deep as JSON itself may nest; keeps a hostile chain of elements from exhausting a verifier's stack."""
RESERVED_NAMES: Final = frozenset(
    ["_sd", "_sd_alg", "...", "aud", "cnf", "exp", "iat", "iss", "jti", "nbf", "status", "sub", "vct", "vct#integrity"]
)

_USUAL: Final = Decoder(tuple[str, str, str | dict[str, str]])
"""Salt, name, and a text or texts by name: nearly all disclosures that are no lists."""
_SALTS: Final = re.compile(r"(?:[A-Za-z0-9_-]{21}[AQgw])*\Z")
_SALT_LENGTH: Final = frozenset([22])
_TEXT: Final = frozenset([str])


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure: its exact text, its digest (43 characters), and what it says. `name` is None for an element."""

    text: str
    digest: str
    name: str | None
    value: Any


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What a set of disclosures shows of a payload: claims by name, and how many digests stay closed."""

    claims: Mapping[str, Any]
    undisclosed: int


class DisclosureRejected(VanbangError):
    """Disclosures that do not belong to the payload; `reason` is a code of step 2."""

    code: ClassVar[str] = "disclosures"

    def __init__(self, reason: str, digest: str) -> None:
        super().__init__(f"{reason}: disclosure {digest}")
        self.reason = reason
        self.digest = digest


def disclosure_digest(text: str) -> str:
    """base64url(SHA-256(ASCII(text))), 43 characters (section 3)."""
    return b64url(digest_of(text.encode("ascii")))


def commit(
    claims: Mapping[str, JsonValue], keys: RecordKeys, digests: int, by_element: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """Turns claims into (disclosures ascending by digest, all digests ascending), filled with decoys to `digests`.

    `by_element` names the claims whose arrays are disclosed element by element. Raises RecordInvalid.
    """
    if len(claims) > digests:
        raise RecordInvalid(f"{len(claims)} claims, but the type has {digests} digests")
    made: dict[str, str] = {}
    contents: list[str] = []
    for name, value in claims.items():
        if name in RESERVED_NAMES or not name:
            raise RecordInvalid(f"the claim name {name!r} is reserved")
        json = _by_reference(made, keys, name, value) if name in by_element else _written(value, name)
        contents.append(f"{quote(name)},{json}")
    top = _disclose(made, keys.salts([path_of(name) for name in claims]), contents) + keys.decoys(digests - len(claims))
    return [made[digest] for digest in sorted(made)], sorted(top)


def disclose(arrays: Iterable[bytes]) -> tuple[list[str], list[str]]:
    """The disclosures of JSON arrays (salt, name, value) and the digests of these, both in the order given."""
    texts = b64url_each(arrays)
    return texts, disclosure_digests(texts)


def disclosure_digests(texts: Iterable[str]) -> list[str]:
    """As `disclosure_digest` of each; much cheaper than one by one."""
    hashes = map(sha256, map(str.encode, texts))
    return b64url_each([found.digest() for found in hashes])


def read_each(
    texts: Sequence[str], digests: Sequence[str], contents: Sequence[bytes], where: str
) -> tuple[Disclosure, ...]:
    """Parses disclosures whose digests and decoded bytes are known (step 1 of section 13). Raises FormatError."""
    usual = parse_each(contents, _USUAL)
    salts = [salt for salt, _, _ in usual or ()]
    if (
        usual is not None
        and _SALT_LENGTH.issuperset(map(len, salts))
        and _SALTS.match("".join(salts))
        and all(name for _, name, _ in usual)
    ):
        return tuple(
            [Disclosure(t, d, name, value) for t, d, (_, name, value) in zip(texts, digests, usual, strict=True)]
        )
    values: Iterable[Any] | None = parse_each(contents)
    if values is None:
        # One by one, so that the first fault is the one that is told.
        values = (parse(content, f"{where}[{index}]") for index, content in enumerate(contents))
    read = enumerate(zip(texts, digests, values, strict=True))
    return tuple([_understood(text, digest, value, f"{where}[{index}]") for index, (text, digest, value) in read])


def read(text: str, where: str = "disclosure") -> Disclosure:
    """Parses one disclosure. Raises FormatError."""
    return _understood(text, disclosure_digest(text), parse(from_b64url(text, where), where), where)


def resolve(sd: Sequence[str], disclosures: Sequence[Disclosure]) -> Disclosed:
    """Checks that disclosures (ascending by digest) belong to the digests `sd`, and puts the claims together.

    Step 2 of section 13 up to the type metadata, checks in the order given there. Raises DisclosureRejected.
    """
    inner = {d.digest: found for d in disclosures if (found := _references(d))}
    every = [*sd, *chain.from_iterable(inner.values())]
    if len(set(every)) != len(every):
        repeated = next(digest for digest, times in Counter(every).items() if times > 1)
        raise DisclosureRejected("digest_repeated", repeated)
    by_digest = {d.digest: d for d in disclosures}
    depth = _reached(sd, by_digest, inner)
    for d in disclosures:
        if d.digest not in depth:
            raise DisclosureRejected("disclosure_unreferenced", d.digest)
    for d in disclosures:
        if depth[d.digest] > MAX_REFERENCE_DEPTH:
            raise DisclosureRejected("too_deep", d.digest)
    for d in disclosures:
        if (d.name is None) is (depth[d.digest] == 1):
            raise DisclosureRejected("disclosure_kind", d.digest)
    for d in disclosures:
        if d.name in RESERVED_NAMES:
            raise DisclosureRejected("claim_name_reserved", d.digest)
    claims: dict[str, Any] = {}
    for d in disclosures:
        if d.name is not None:
            if d.name in claims:
                raise DisclosureRejected("claim_name_repeated", d.digest)
            claims[d.name] = _open(d.value, by_digest) if d.digest in inner else d.value
    return Disclosed(dict(sorted(claims.items())), len(every) - len(disclosures))


def opens_array_elements(disclosure: Disclosure) -> tuple[str, ...]:
    """Digests of the elements that `disclosure` refers to; whoever drops it drops these too (an extract)."""
    return tuple(_references(disclosure))


def _understood(text: str, digest: str, value: Any, where: str) -> Disclosure:
    if type(value) is not list or len(value) not in (2, 3):
        raise FormatError(where, "not an array of salt, name and value")
    salt, name = value[0], value[1] if len(value) == 3 else None
    if type(salt) is not str:
        raise FormatError(f"{where}[0]", "the salt is not a string")
    check_b64url(salt, where, SALT_SIZE)
    if len(value) == 3 and (type(name) is not str or not name):
        raise FormatError(f"{where}[1]", "the claim name is not a non-empty string")
    if type(value[-1]) is not str:
        _check_kinds(value[-1], where)
    return Disclosure(text, digest, name, value[-1])


def _disclose(made: dict[str, str], salts: Sequence[str], contents: Sequence[str]) -> list[str]:
    """Adds to `made` a disclosure for each salt and the JSON that follows it; gives their digests in that order."""
    texts, digests = disclose([f'["{salt}",{json}]'.encode() for salt, json in zip(salts, contents, strict=True)])
    made.update(zip(digests, texts, strict=True))
    return digests


def _by_reference(made: dict[str, str], keys: RecordKeys, name: str, value: JsonValue) -> str:
    """An array whose elements are disclosed one by one: JSON of the references that stand for them."""
    elements = [_written(item, name) for item in _array(value, name)]
    digests = _disclose(made, keys.salts([path_of(name, index) for index in range(len(elements))]), elements)
    return "[" + ",".join([f'{{"...":"{digest}"}}' for digest in digests]) + "]"


def _array(value: JsonValue, name: str) -> Sequence[JsonValue]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise RecordInvalid(f"the claim {name!r} is disclosed by element, but is no array")
    return value


def _written(value: JsonValue, name: str) -> str:
    """Canonical JSON of a value of section 3: strings, booleans, objects and arrays without reserved members."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        if "_sd" in value or "..." in value:
            raise RecordInvalid(f"the claim {name!r} has a reserved member")
        return "{" + ",".join([f"{quote(key)}:{_written(item, name)}" for key, item in value.items()]) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join([_written(item, name) for item in value]) + "]"
    raise RecordInvalid(f"the claim {name!r} holds {type(value).__name__}: numbers are written as strings")


def _check_kinds(value: Any, where: str) -> None:
    if type(value) is bool:
        return
    if type(value) not in (dict, list):
        raise FormatError(where, "holds a number or null")
    for item in value.values() if type(value) is dict else value:
        if type(item) is not str:
            _check_kinds(item, where)


def _references(disclosure: Disclosure) -> list[str]:
    value = disclosure.value
    if type(value) not in (dict, list):
        return []
    # Nearly all are texts by name: a generator for each would double the price of a diploma.
    if (
        type(value) is dict
        and _TEXT.issuperset(map(type, value.values()))
        and "_sd" not in value
        and "..." not in value
    ):
        return []
    return list(_references_in(value, disclosure.digest))


def _references_in(value: Any, owner: str) -> Iterator[str]:
    """Digests that stand for elements anywhere in `value`, which must have no other reserved member."""
    if type(value) is list:
        for item in value:
            if type(item) is dict and "..." in item:
                yield _reference(item, owner)
            else:
                yield from _references_in(item, owner)
    elif type(value) is dict:
        if "_sd" in value or "..." in value:
            raise DisclosureRejected("reserved_member", owner)
        for item in value.values():
            yield from _references_in(item, owner)


def _reference(item: dict[str, Any], owner: str) -> str:
    digest = item["..."]
    try:
        if len(item) != 1 or type(digest) is not str:
            raise FormatError("...", "not a reference")
        check_b64url(digest, "...", 32)
    except FormatError as error:
        raise DisclosureRejected("reserved_member", owner) from error
    return digest


def _reached(sd: Sequence[str], by_digest: Mapping[str, Disclosure], inner: Mapping[str, list[str]]) -> dict[str, int]:
    """Depth of every disclosure reached: 1 from the payload itself, one more for each array in between."""
    depth = {digest: 1 for digest in sd if digest in by_digest}
    waiting = [digest for digest in depth if digest in inner]
    while waiting:
        owner = waiting.pop()
        for digest in inner.get(owner, ()):
            if digest in by_digest:
                depth[digest] = depth[owner] + 1
                waiting.append(digest)
    return depth


def _open(value: Any, by_digest: Mapping[str, Disclosure]) -> Any:
    """`value` with references replaced by what they disclose; undisclosed elements are left out (RFC 9901 7.1)."""
    if type(value) is dict:
        return {name: _open(item, by_digest) for name, item in value.items()}
    if type(value) is not list:
        return value
    opened = []
    for item in value:
        if type(item) is dict and "..." in item:
            if item["..."] in by_digest:
                opened.append(_open(by_digest[item["..."]].value, by_digest))
        else:
            opened.append(_open(item, by_digest))
    return opened
