"""Keys in AWS KMS: a whole installation on them; and a service that fails in every way a network knows."""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from command_line import SAMPLE
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from keys_elsewhere import HOUSE, SCHOOL, bound_installation, issue

from endpoint_servers import Reply, serving
from key_keepers import REGION, kms_key, pretended_kms
from vanbang.adapters.keys import KeystoreFolder, kms, place_of
from vanbang.core.eip712 import recover
from vanbang.ports import KeyMissing, KeyUnreachable, Signer

pytestmark = pytest.mark.slow


def test_an_installation_on_kms(tmp_path: Path) -> None:
    """With owner, relayer and all keys of a school in KMS a diploma is issued and valid, and a new key takes over."""
    with pretended_kms(), bound_installation(tmp_path / "home", lambda _: ("--kms", kms_key())) as vanbang:
        issue(vanbang, tmp_path, 0)
        bind = ("key", "bind", "--role", "anchor", "--code", SAMPLE.code, "--name", "anchor-2")
        told = vanbang.good(*bind, "--kms", kms_key(), "--json").json()
        vanbang.good("key", "add", "--code", SAMPLE.code, "--role", "anchor", "--name", "anchor-2")
        vanbang.good("key", "end", "--code", SAMPLE.code, "--name", "anchor")
        issue(vanbang, tmp_path, 1)
        keys = {row["name"]: row for row in vanbang.good("key", "list", "--json").json()}
    assert (keys[told["name"]]["address"], keys[told["name"]]["role"]) == (told["address"], "anchor")
    files = {path.stem: path.read_text() for path in (tmp_path / "home" / "keys").glob("*.json")}
    slug = told["name"].split("/")[0]
    local = {name for name, text in files.items() if "ciphertext" in text}
    assert local == {f"{slug}.credential", "record-index"}
    assert set(files) - local == {*HOUSE, *(f"{slug}.{role}" for role in (*SCHOOL, "anchor-2"))}


class Service:
    """A KMS with one key, over HTTP. It fails in a `mood` as long as `left` is above zero."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256K1())
        self.mood, self.left, self.asked = "", 0, 0

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        self.asked += 1
        self.left -= 1
        if self.left >= 0:
            return FAILURES[self.mood]
        return Reply(json.dumps(self._answer(json.loads(body))).encode())

    def _answer(self, asked: dict[str, Any]) -> dict[str, str]:
        if "Message" not in asked:
            public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return {"PublicKey": b64encode(public).decode(), "KeyUsage": "SIGN_VERIFY"}
        assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        signature = self.key.sign(b64decode(asked["Message"]), ec.ECDSA(Prehashed(SHA256())))
        return {"Signature": b64encode(signature).decode()}


FAILURES = {
    "throttled": Reply(b'{"__type":"ThrottlingException","message":"Rate exceeded"}', 400),
    "broken": Reply(b'{"__type":"KMSInternalException"}', 500),
    "overloaded": Reply(b"<html>Service Unavailable</html>", 503),
    "silent": Reply(hang=True),
    "cut short": Reply(b'{"Signature": "MEUC', cut=100),
    "page": Reply(b"<html>Please log in to this network</html>"),
    "list": Reply(b"[]"),
    "null": Reply(b"null"),
    "number": Reply(b'{"Signature":5}'),
    "text": Reply(b'{"Signature":"!"}'),
    "object": Reply(b'{"Signature":{}}'),
    "empty": Reply(b""),
    "refused": Reply(b'{"__type":"AccessDeniedException","message":"user arn:aws:iam::1:user/van"}', 400),
}
ONCE_MORE = ("throttled", "broken", "overloaded", "silent")


@contextmanager
def at_service(folder: Path) -> Iterator[tuple[Service, Signer]]:
    """A key bound at a service of ours, and credentials that it does not look at."""
    credentials = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    service = Service()
    with serving(service) as server, patch.dict("os.environ", credentials), patch.object(kms, "READ_SECONDS", 1):
        place = {"kms": {"key": "alias/neo", "region": REGION, "endpoint": server.url}}
        yield service, KeystoreFolder(folder / "keys", "x", 2).bind("dsh/anchor", place_of(place, "test"))


@pytest.mark.parametrize("mood", ONCE_MORE)
def test_a_short_failure_is_not_seen(tmp_path: Path, mood: str) -> None:
    """A service that is busy, broken or silent for one request is asked again at once."""
    with at_service(tmp_path) as (service, signer):
        service.mood, service.left, service.asked = mood, 1, 0
        assert recover(bytes(32), signer.sign(bytes(32))) == signer.address
        assert service.asked == 2


@pytest.mark.parametrize("mood", FAILURES)
def test_a_failing_service(tmp_path: Path, mood: str) -> None:
    """A service that goes on failing gives an error that names the key, within seconds; afterwards the key signs."""
    with at_service(tmp_path) as (service, signer):
        service.mood, service.left = mood, 1_000
        start = time.monotonic()
        with pytest.raises(KeyMissing) as caught:
            signer.sign(bytes(32))
        assert time.monotonic() - start < 60
        assert isinstance(caught.value, KeyUnreachable) is (mood != "refused")
        assert (caught.value.name, "arn:" in str(caught.value)) == ("dsh/anchor", False)
        service.left = 0
        assert recover(bytes(32), signer.sign(bytes(32))) == signer.address


def test_nobody_there(tmp_path: Path) -> None:
    """A service that is gone is unreachable, not a key that is missing."""
    with at_service(tmp_path) as (_, signer):
        address = signer.address
    with pytest.raises(KeyUnreachable, match="does not answer"):
        signer.sign(bytes(32))
    assert signer.address == address
