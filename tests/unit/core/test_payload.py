"""The payload: written once, read strictly."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.encoding import b64url, digest_of
from vanbang.core.errors import FormatError
from vanbang.core.payload import Payload, StatusPlace, integrity_text, issuer_id, read_payload

DIGEST = digest_of(b"type")
PAYLOAD = Payload("https://songhong.edu.vn", "urn:x", DIGEST, ["A" * 43, "B" * 42 + "A"], StatusPlace("u", 7))
TIMES = st.none() | st.integers(0, 2**53 - 1)
SHORT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(SHORT, SHORT, SHORT, st.integers(0, 131_071), TIMES, TIMES)
def test_a_payload_comes_back(iss: str, vct: str, uri: str, index: int, nbf: int | None, exp: int | None) -> None:
    """What is written reads back, is canonical, and has its members in ascending order."""
    payload = Payload(iss, vct, DIGEST, PAYLOAD.digests, StatusPlace(uri, index), nbf, exp)
    data = payload.to_bytes()
    value = json.loads(data)
    assert read_payload(data) == payload
    assert list(value) == sorted(value)
    assert json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == data


def test_the_issuer_id_is_the_hash_of_the_name() -> None:
    """SHA-256 of UTF-8."""
    assert issuer_id("Sông Hồng") == sha256("Sông Hồng".encode()).digest()


def test_integrity_is_padded_plain_base64() -> None:
    """Subresource Integrity's form, not base64url."""
    assert integrity_text(b"\xff" * 32) == "sha256-" + "/" * 42 + "8="
    assert read_payload(replace(PAYLOAD, type_digest=digest_of(b"")).to_bytes()).type_digest == digest_of(b"")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"_sd_alg": "sha-512"}, "payload._sd_alg"), ({"iss": ""}, "payload.iss"), ({"vct": "x" * 256}, "payload.vct"),
        ({"_sd": []}, "payload._sd"), ({"_sd": [1]}, r"payload\._sd"), ({"_sd": ["A" * 42]}, r"payload\._sd"),
        ({"_sd": ["A" * 43] * 2}, r"payload\._sd"),
        ({"_sd": [b64url(n.to_bytes(32, "big")) for n in range(257)]}, "1 to 256"),
        ({"status": {}}, "payload.status"), ({"status": {"status_list": {"idx": 131_072, "uri": "u"}}}, "idx"),
        ({"status": {"status_list": {"idx": 1, "uri": ""}}}, "uri"), ({"vct#integrity": "sha256-A"}, "integrity"),
        ({"vct#integrity": "sha256-" + "A" * 42 + "B="}, "not canonical"), ({"sub": "x"}, "unknown member"),
        ({"nbf": True}, "payload.nbf"),
    ],
)  # fmt: skip
def test_another_payload_is_refused(change: dict[str, Any], where: str) -> None:
    """The error says where."""
    with pytest.raises(FormatError, match=where):
        read_payload(json.dumps({**json.loads(PAYLOAD.to_bytes()), **change}).encode())


def test_a_payload_over_the_limit_is_refused() -> None:
    """65,536 bytes are read, one more is not."""
    data = PAYLOAD.to_bytes()
    assert read_payload(data + b" " * (65_536 - len(data))) == PAYLOAD
    with pytest.raises(FormatError, match="over the limit"):
        read_payload(data + b" " * (65_537 - len(data)))


def test_255_bytes_are_the_longest_name() -> None:
    """Bytes of UTF-8 count, not letters."""
    assert read_payload(replace(PAYLOAD, vct="đ" * 127 + "d").to_bytes()).vct == "đ" * 127 + "d"
    with pytest.raises(FormatError, match="255 bytes"):
        read_payload(replace(PAYLOAD, vct="đ" * 128).to_bytes())
