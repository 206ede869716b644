"""Status lists and manifests."""

import json
import zlib
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.core.encoding import b64url, digest_of
from vanbang.core.errors import FormatError
from vanbang.core.status import (
    CredentialStatus,
    ListReference,
    StatusList,
    StatusManifest,
    read_status_list,
    read_status_manifest,
)
from world import p256

CHANGES = st.dictionaries(st.integers(0, 131_071), st.sampled_from(CredentialStatus), max_size=20)


@settings(max_examples=30)
@given(CHANGES, CHANGES)
def test_entries_stand_where_section_10_says(
    first: dict[int, CredentialStatus], second: dict[int, CredentialStatus]
) -> None:
    """Each entry is the bits of one large number at twice its index; all others stay as they were."""
    made = StatusList.empty("u").with_changes(first).with_changes(second)
    wanted = {**first, **second}
    number = int.from_bytes(made.bits, "little")
    assert number == sum(int(status) << 2 * index for index, status in wanted.items())
    for index in {*wanted, 0, 131_071}:
        assert made.of(index) == wanted.get(index, CredentialStatus.VALID)


def test_a_list_comes_back_and_other_tools_can_read_it() -> None:
    """The token is a JWT whose list any zlib inflates."""
    made = StatusList.empty("u").with_changes({5: CredentialStatus.SUPERSEDED})
    token = made.to_token(p256("batch key"), 7)
    assert read_status_list(token) == made
    body = json.loads(urlsafe_b64decode(token.split(b".")[1] + b"=="))
    assert (body["iat"], body["sub"], body["status_list"]["bits"]) == (7, "u", 2)
    assert zlib.decompress(urlsafe_b64decode(body["status_list"]["lst"] + "==")) == b"\0\x0c" + bytes(32_766)


def test_a_list_tells_nothing_by_its_length_of_one_entry() -> None:
    """Two lists with one entry set each differ by a few bytes only."""
    sizes = [
        len(StatusList.empty("u").with_changes({i: CredentialStatus.REVOKED}).to_token(p256("k"), 7))
        for i in (3, 90_000)
    ]
    assert abs(sizes[0] - sizes[1]) < 32


@pytest.mark.parametrize("token", [b"a.b", b"a.b.c.d", b"\xff.a.b", b"", b" " * 262_145])
def test_what_is_no_token_is_refused(token: bytes) -> None:
    """Other numbers of parts, other letters, too many bytes."""
    with pytest.raises(FormatError):
        read_status_list(token)


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"iat":1,"sub":"u","status_list":[]}', '{"iat":1,"sub":"","status_list":{}}']
)
def test_a_token_of_another_shape_is_refused(body: str) -> None:
    """The JWT's payload must have iat, sub and status_list."""
    header, _, signature = StatusList.empty("u").to_token(p256("k"), 7).decode().split(".")
    with pytest.raises(FormatError):
        read_status_list(f"{header}.{b64url(body.encode())}.{signature}".encode())


def _manifest(*uris: str) -> StatusManifest:
    return StatusManifest(3, 7, "i", tuple(ListReference(uri, digest_of(uri.encode()), 5) for uri in uris))


def test_a_manifest_comes_back() -> None:
    """Its root is the hash of its bytes; a list is found by its uri."""
    manifest = _manifest("a", "b")
    assert read_status_manifest(manifest.to_bytes()) == manifest
    assert manifest.root() == digest_of(manifest.to_bytes())
    assert manifest.find("b") == manifest.lists[1]
    assert manifest.find("c") is None


@pytest.mark.parametrize("uris", [("b", "a"), ("a", "a"), ("\U00010000", "\uffff")])
def test_uris_ascend_by_their_bytes(uris: tuple[str, ...]) -> None:
    """UTF-8 order, in which U+10000 comes after U+FFFF."""
    with pytest.raises(FormatError, match="ascending"):
        read_status_manifest(_manifest(*uris).to_bytes())


def test_a_manifest_over_the_limit_is_refused_before_it_is_parsed() -> None:
    """1,048,577 bytes."""
    with pytest.raises(FormatError, match="over the limit of 1048576"):
        read_status_manifest(b" " * 1_048_577)
