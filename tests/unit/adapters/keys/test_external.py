"""Bindings to keys elsewhere: what their files may say, and that nobody has to guess what is wrong with one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.adapters.keys.external import ExternalKey, KmsKey, Pkcs11Key, place_of, read, render
from vanbang.core.errors import FormatError

ARN = "arn:aws:kms:ap-southeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KMS = {"key": ARN, "region": "ap-southeast-1"}
HSM = {"module": "/usr/lib/hsm.so", "token": "Trường", "key": "neo 1"}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"kms": KMS}, KmsKey(ARN, "ap-southeast-1")),
        ({"kms": {"key": ARN}}, KmsKey(ARN, "ap-southeast-1")),
        ({"kms": {"key": "alias/neo", "region": "us-gov-west-1"}}, KmsKey("alias/neo", "us-gov-west-1")),
        ({"kms": KMS | {"endpoint": "https://kms.intern:8443"}}, KmsKey(ARN, KMS["region"], "https://kms.intern:8443")),
        ({"kms": KMS | {"endpoint": "http://127.0.0.1:5000"}}, KmsKey(ARN, KMS["region"], "http://127.0.0.1:5000")),
        ({"pkcs11": HSM}, Pkcs11Key("/usr/lib/hsm.so", "Trường", "neo 1")),
        ({"pkcs11": HSM | {"pin_file": "/run/pin"}}, Pkcs11Key("/usr/lib/hsm.so", "Trường", "neo 1", "/run/pin")),
    ],
)
def test_a_binding_comes_back(value: dict[str, Any], place: KmsKey | Pkcs11Key) -> None:
    """A place is read as given, and its file gives the same key again, in a form that people can read."""
    assert place_of(value, "test") == place
    key = ExternalKey("dsh/anchor", bytes(range(20)), place)
    file = render(key)
    assert read(file, "dsh/anchor") == key
    assert file.decode().count("\n") >= 8


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (None, "test"),
        ([], "test"),
        ({}, "test"),
        ({"vault": {}}, "test"),
        ({"kms": KMS, "pkcs11": HSM}, "test"),
        ({"kms": "alias/neo"}, "test.kms"),
        ({"kms": {}}, "test.kms.key"),
        ({"kms": {"key": "alias/neo"}}, "test.kms.region"),
        ({"kms": {"key": "arn:aws:s3:::bucket", "region": "us-east-1"}}, "test.kms.key"),
        ({"kms": {"key": ARN, "region": "us-east-1"}}, "test.kms.region"),
        ({"kms": {"key": "alias/neo", "region": "evil.example/x"}}, "test.kms.region"),
        ({"kms": KMS | {"secret": "x"}}, "test.kms.secret"),
        ({"kms": KMS | {"endpoint": "http://kms.example"}}, "test.kms.endpoint"),
        ({"kms": KMS | {"endpoint": "https://user:geheim@kms.example"}}, "test.kms.endpoint"),
        ({"kms": KMS | {"endpoint": "https://kms.example/path"}}, "test.kms.endpoint"),
        ({"kms": KMS | {"endpoint": "https://kms.example:port"}}, "test.kms.endpoint"),
        ({"kms": KMS | {"endpoint": "https://[::1"}}, "test.kms.endpoint"),
        ({"kms": KMS | {"endpoint": "file:///etc/passwd"}}, "test.kms.endpoint"),
        ({"pkcs11": {}}, "test.pkcs11.module"),
        ({"pkcs11": HSM | {"module": "hsm.so"}}, "test.pkcs11.module"),
        ({"pkcs11": HSM | {"pin": "1234"}}, "test.pkcs11.pin"),
        ({"pkcs11": HSM | {"pin_file": "pin"}}, "test.pkcs11.pin_file"),
        ({"pkcs11": HSM | {"token": 7}}, "test.pkcs11.token"),
        ({"pkcs11": HSM | {"key": ""}}, "test.pkcs11.key"),
        ({"pkcs11": HSM | {"key": "a\x00b"}}, "test.pkcs11.key"),
        ({"pkcs11": HSM | {"key": "a" * 3_000}}, "test.pkcs11.key"),
    ],
)
def test_what_is_not_a_place_is_refused(value: Any, where: str) -> None:
    """What is missing, unknown, or could send us elsewhere is refused by the member's name, without its value."""
    with pytest.raises(FormatError) as caught:
        place_of(value, "test")
    assert str(caught.value).startswith(f"{where}:")
    assert "geheim" not in str(caught.value)
    assert "1234" not in str(caught.value)


def changed(**members: Any) -> bytes:
    value = json.loads(render(ExternalKey("dsh/anchor", bytes(20), KmsKey(ARN, "ap-southeast-1")))) | members
    return json.dumps({member: given for member, given in value.items() if given is not ...}).encode()


@pytest.mark.parametrize(
    "file",
    [
        changed(name="dsh/status"),
        changed(name=...),
        changed(address="0x12"),
        changed(address="0x" + "AB" * 20),
        changed(address=...),
        changed(vanbang_external_key=2),
        changed(kind="account"),
        changed(kms=...),
        changed(pkcs11=HSM),
        changed(note="mine"),
        changed()[:-1] + b',"name":"dsh/anchor"}',
    ],
)
def test_a_changed_file_is_refused(file: bytes) -> None:
    """A file of another key, another version, with members missing, unknown or doubled is refused."""
    assert read(changed(), "dsh/anchor").name == "dsh/anchor"
    with pytest.raises(FormatError):
        read(file, "dsh/anchor")


@given(st.binary() | st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(
    st.sampled_from(["kind", "kms", "pkcs11", "key", "name", "region", "endpoint", "address"]), inner
)).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_file_is_read_or_refused(file: bytes) -> None:
    """Whatever the file holds, it is a key or a FormatError."""
    with pytest.raises(FormatError):
        read(file, "dsh/anchor")
