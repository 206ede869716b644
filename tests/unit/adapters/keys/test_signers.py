"""The contract of Signer, for every place where a key may be; and what happens when the place fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_keys.datatypes import Signature

from key_keepers import PIN, REGION, kms_key, pretended_kms, soft_tokens
from vanbang.adapters.keys import KeystoreFolder, MemoryKeyStore, place_of
from vanbang.adapters.keys.elsewhere import Elsewhere
from vanbang.adapters.keys.memory import KeysNotKept
from vanbang.core.eip712 import SECP256K1_ORDER, recover
from vanbang.core.encoding import digest_of
from vanbang.ports import KeyMissing, Signer

QUICK = 2**4


@dataclass(frozen=True)
class Kept:
    """A key named dsh/anchor, opened anew at each call: in good order, and such that it cannot be used."""

    good: Signer
    unusable: Any


def in_memory(path: Path) -> Iterator[Kept]:
    with pytest.warns(KeysNotKept):
        store = MemoryKeyStore()
    yield Kept(store.create("dsh/anchor"), lambda: store.signer("dsh/other"))


def in_the_folder(path: Path) -> Iterator[Kept]:
    good = KeystoreFolder(path, "mật khẩu", QUICK).create("dsh/anchor")
    yield Kept(good, lambda: KeystoreFolder(path, "sai", QUICK).signer("dsh/anchor").sign(bytes(32)))


def in_kms(path: Path) -> Iterator[Kept]:
    with pretended_kms():
        store = KeystoreFolder(path, "mật khẩu", QUICK)
        good = store.bind("dsh/anchor", place_of({"kms": {"key": kms_key()}}, "test"))
        gone = place_of({"kms": {"key": "alias/nothing", "region": REGION}}, "test")
        yield Kept(good, lambda: Elsewhere().signer("dsh/other", gone, bytes(20)).sign(bytes(32)))


def in_hardware(path: Path) -> Iterator[Kept]:
    with soft_tokens(path / "hsm") as tokens:
        tokens.token("truong")
        tokens.key("truong", "neo")
        place = {"pkcs11": {"module": tokens.module, "token": "truong", "key": "neo"}}
        store = KeystoreFolder(path / "keys", "mật khẩu", QUICK, Elsewhere(lambda: PIN))
        good = store.bind("dsh/anchor", place_of(place, "test"))
        gone = place_of({"pkcs11": place["pkcs11"] | {"key": "other"}}, "test")
        yield Kept(good, lambda: Elsewhere(lambda: PIN).signer("dsh/other", gone, bytes(20)).sign(bytes(32)))


@pytest.fixture(scope="module", params=[in_memory, in_the_folder, in_kms, in_hardware])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    yield from request.param(tmp_path_factory.mktemp("kept"))


def check(signer: Signer, digest: bytes) -> None:
    signature = signer.sign(digest)
    assert len(signature) == 65
    assert signature[64] in (27, 28)
    assert 0 < int.from_bytes(signature[32:64], "big") <= SECP256K1_ORDER // 2
    assert recover(digest, signature) == signer.address
    key = Signature(signature[:64] + bytes([signature[64] - 27])).recover_public_key_from_msg_hash(digest)
    assert key.to_canonical_address() == signer.address


def test_a_key_signs_for_its_account(kept: Kept) -> None:
    """Every signature has 65 bytes, a low s, v 27 or 28, and recovers to the signer's account."""
    assert len(kept.good.address) == 20
    for number in range(40):
        check(kept.good, digest_of(bytes([number])))


def test_threads_share_a_key(kept: Kept) -> None:
    """Eight threads that sign at once all get good signatures."""
    digests = [digest_of(bytes([number])) for number in range(80)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda digest: check(kept.good, digest), digests))


def test_only_digests_are_signed(kept: Kept) -> None:
    """What is not 32 bytes is not signed."""
    for wrong in (b"", bytes(31), bytes(33), b"a message"):
        with pytest.raises(ValueError):
            kept.good.sign(wrong)


def test_an_unusable_key_is_named(kept: Kept) -> None:
    """A key that cannot be used raises KeyMissing with its name."""
    with pytest.raises(KeyMissing) as caught:
        kept.unusable()
    assert caught.value.name in ("dsh/anchor", "dsh/other")
    assert caught.value.name in str(caught.value)
