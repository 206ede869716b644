"""Keys elsewhere in the key folder: bound once, under one name, and never mistaken for another key."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from key_keepers import REGION, kms_key, pretended_kms
from vanbang.adapters.keys import KeystoreFolder, place_of
from vanbang.core.eip712 import recover
from vanbang.ports import Conflict, KeyMissing, StoreError

pytestmark = pytest.mark.slow

QUICK = 2**4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture(autouse=True)
def kms() -> Iterator[None]:
    with pretended_kms():
        yield


def opened(folder: Path) -> KeystoreFolder:
    return KeystoreFolder(folder, "mật khẩu", QUICK)


def in_kms(key: str) -> Any:
    return place_of({"kms": {"key": key, "region": REGION}}, "test")


def test_a_bound_key_is_found_again(folder: Path) -> None:
    """A binding outlives the process, stands among the names beside local keys, and says the account in its file."""
    store = opened(folder)
    local, bound = store.create("relayer"), store.bind("dsh/anchor", in_kms(kms_key()))
    later = opened(folder)
    assert later.names() == ["dsh/anchor", "relayer"]
    assert (later.signer("relayer").address, later.signer("dsh/anchor").address) == (local.address, bound.address)
    assert recover(bytes(32), later.signer("dsh/anchor").sign(bytes(32))) == bound.address
    assert json.loads((folder / "dsh.anchor.json").read_text())["address"] == "0x" + bound.address.hex()


def test_nobody_is_asked_before_a_signature(folder: Path) -> None:
    """The account of a bound key is told, and the other keys sign, while its place cannot be reached."""
    store = opened(folder)
    store.create("relayer")
    address = store.bind("dsh/anchor", in_kms(kms_key())).address
    file = folder / "dsh.anchor.json"
    value = json.loads(file.read_text())
    value["kms"]["endpoint"] = "https://127.0.0.1:1"
    file.write_text(json.dumps(value))
    assert opened(folder).signer("dsh/anchor").address == address
    assert opened(folder).signer("relayer").sign(bytes(32))


def test_a_name_is_used_once(folder: Path) -> None:
    """A name of a local key cannot be bound, and that of a bound one cannot be created, of whatever kind."""
    store = opened(folder)
    store.create("relayer")
    with pytest.raises(StoreError):
        store.bind("relayer", in_kms(kms_key()))
    store.bind("dsh/anchor", in_kms(kms_key()))
    for create in (store.create, store.create_es256, store.create_secret):
        with pytest.raises(StoreError):
            create("dsh/anchor")
    for get in (store.es256, store.secret):
        with pytest.raises(KeyMissing):
            get("dsh/anchor")


@pytest.mark.parametrize("name", ["", "../a", "A", "a.b"])
def test_other_names_are_refused(folder: Path, name: str) -> None:
    """A name that is none is not bound."""
    with pytest.raises(StoreError):
        opened(folder).bind(name, in_kms(kms_key()))
    assert opened(folder).names() == []


def test_one_key_has_one_role(folder: Path) -> None:
    """A key that is bound already, by whatever name or alias of its keeper, is not bound under a second name."""
    key = kms_key()
    boto3.client("kms", region_name=REGION).create_alias(AliasName="alias/neo", TargetKeyId=key)
    opened(folder).bind("relayer", in_kms(key))
    for again in (key, "alias/neo"):
        with pytest.raises(Conflict, match="is relayer already"):
            opened(folder).bind("dsh/anchor", in_kms(again))
    assert opened(folder).names() == ["relayer"]


def test_a_copied_binding_is_refused(folder: Path) -> None:
    """A binding's file under another name binds nothing; written anew by hand with that name, neither key is used."""
    opened(folder).bind("relayer", in_kms(kms_key()))
    copy = folder / "dsh.anchor.json"
    shutil.copy(folder / "relayer.json", copy)
    with pytest.raises(KeyMissing):
        opened(folder).signer("dsh/anchor")
    copy.write_text(copy.read_text().replace('"relayer"', '"dsh/anchor"'))
    for name, other in (("dsh/anchor", "relayer"), ("relayer", "dsh/anchor")):
        with pytest.raises(KeyMissing, match=f"the same key as {other}"):
            opened(folder).signer(name)


@pytest.mark.parametrize("told", [True, False])
def test_a_copied_keystore_is_refused(folder: Path, told: bool) -> None:
    """A keystore file copied to another role is refused, also when it does not say its account in the clear."""
    opened(folder).create("relayer")
    value = json.loads((folder / "relayer.json").read_text())
    if not told:
        del value["address"]
        (folder / "relayer.json").write_text(json.dumps(value))
    (folder / "dsh.anchor.json").write_text(json.dumps(value))
    store = opened(folder)
    if not told:  # nobody knows that they are one before both are open
        store.signer("relayer")
    with pytest.raises(KeyMissing, match="the same key as relayer"):
        store.signer("dsh/anchor")


def test_what_was_never_proved_is_not_stored(folder: Path) -> None:
    """A key that cannot sign leaves nothing behind: no such key, one of another curve, one that is not for signing."""
    store = opened(folder)
    refused = [
        ("alias/nothing", "no such key"),
        (kms_key("ECC_NIST_P256"), "not of the curve secp256k1"),
        (kms_key("RSA_2048"), "not of the curve secp256k1"),
        (kms_key("ECC_SECG_P256K1", "KEY_AGREEMENT"), "not for signing"),
    ]
    for key, reason in refused:
        with pytest.raises(KeyMissing, match=reason):
            store.bind("dsh/anchor", in_kms(key))
    assert not folder.exists()


def test_another_key_in_its_place_is_noticed(folder: Path) -> None:
    """An alias that points to another key by now signs nothing: the binding knows the account."""
    client = boto3.client("kms", region_name=REGION)
    client.create_alias(AliasName="alias/neo", TargetKeyId=kms_key())
    signer = opened(folder).bind("dsh/anchor", in_kms("alias/neo"))
    assert signer.sign(bytes(32))
    for spec in ("ECC_SECG_P256K1", "ECC_NIST_P256"):
        client.update_alias(AliasName="alias/neo", TargetKeyId=kms_key(spec))
        with pytest.raises(KeyMissing, match="not the key of 0x"):
            signer.sign(bytes(32))


@pytest.mark.parametrize("damage", ["", "{}", '{"kind":"external"}', '{"kind":"external","vanbang_external_key":1}'])
def test_a_damaged_binding_is_said_plainly(folder: Path, damage: str) -> None:
    """A file that is no binding raises KeyMissing with the key's name."""
    opened(folder).bind("dsh/anchor", in_kms(kms_key()))
    (folder / "dsh.anchor.json").write_text(damage)
    with pytest.raises(KeyMissing) as caught:
        opened(folder).signer("dsh/anchor")
    assert caught.value.name == "dsh/anchor"


def test_a_bound_key_shows_its_name_only(folder: Path) -> None:
    """Neither the store nor a bound key shows where it is kept."""
    signer = opened(folder).bind("dsh/anchor", in_kms(kms_key()))
    assert repr(signer) == str(signer) == "KmsSigner(dsh/anchor)"
    assert "mật khẩu" not in repr(opened(folder))
