"""The contract of KeyStore for every implementation, and what only the folder does."""

import json
import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from coincurve import PublicKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from eth_account import Account
from eth_keys.datatypes import Signature
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.adapters.durable import TEMPORARY
from vanbang.adapters.keys import KeystoreFolder, MemoryKeyStore, password_file
from vanbang.adapters.keys.keystore import SCRYPT_N_GENERATED
from vanbang.adapters.keys.memory import KeysNotKept
from vanbang.adapters.keys.signing import Secp256k1Signer
from vanbang.core.eip712 import SECP256K1_ORDER, recover
from vanbang.core.encoding import digest_of
from vanbang.core.errors import VanbangError
from vanbang.ports import KeyMissing, KeyStore, StoreError

PASSWORD = "mật khẩu đúng"
QUICK = 2**4
BAD_NAMES = ["", "/", "a/", "/a", "a//b", "../a", "a/..", "A", "a.b", "a b", "a\n", "đ", ".tmp-1", "a\\b", "a" * 101]


def memory(_: Path) -> MemoryKeyStore:
    with pytest.warns(KeysNotKept):
        return MemoryKeyStore()


def folder(path: Path) -> KeystoreFolder:
    return KeystoreFolder(path / "keys", PASSWORD, QUICK)


@pytest.fixture(params=[memory, folder])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    make: Callable[[Path], KeyStore] = request.param
    return make(tmp_path)


def test_a_key_signs_for_its_account(store: KeyStore) -> None:
    """A signature recovers to the signer's address, has a low s and v 27 or 28."""
    signer = store.create("dsh/anchor")
    for number in range(20):
        digest = digest_of(bytes([number]))
        signature = signer.sign(digest)
        assert recover(digest, signature) == signer.address
        assert Signature(signature[:64] + bytes([signature[64] - 27])).recover_public_key_from_msg_hash(
            digest
        ).to_canonical_address() == (signer.address)
        assert int.from_bytes(signature[32:64], "big") <= SECP256K1_ORDER // 2
        assert signature[64] in (27, 28)
    assert store.signer("dsh/anchor").address == signer.address


def test_only_digests_are_signed(store: KeyStore) -> None:
    """What is not 32 bytes is not signed."""
    with pytest.raises(ValueError):
        store.create("relayer").sign(b"a message")


def test_every_kind_is_found_again(store: KeyStore) -> None:
    """Accounts, P-256 keys and secrets come back by their names, and `names` lists them sorted."""
    signer = store.create("relayer")
    es256 = store.create_es256("dsh/batch")
    secret = store.create_secret("index")
    assert store.signer("relayer").address == signer.address
    assert store.es256("dsh/batch").private_numbers() == es256.private_numbers()
    assert store.secret("index") == secret
    assert len(secret) == 32
    assert isinstance(es256.curve, ec.SECP256R1)
    assert list(store.names()) == ["dsh/batch", "index", "relayer"]
    es256.public_key().verify(es256.sign(b"x", ec.ECDSA(hashes.SHA256())), b"x", ec.ECDSA(hashes.SHA256()))


def test_a_name_is_never_used_twice(store: KeyStore) -> None:
    """A second key under a name is refused, of whatever kind, and the first one stays."""
    first = store.create("dsh/anchor").address
    for create in (store.create, store.create_es256, store.create_secret):
        with pytest.raises(StoreError):
            create("dsh/anchor")
    assert store.signer("dsh/anchor").address == first


def test_a_key_that_is_not_there_is_missing(store: KeyStore) -> None:
    """An unknown name, or a name of another kind, raises KeyMissing that names the key."""
    store.create("relayer")
    for get, name in [(store.signer, "x"), (store.es256, "relayer"), (store.secret, "relayer"), (store.secret, "x")]:
        with pytest.raises(KeyMissing) as caught:
            get(name)
        assert caught.value.name == name


@pytest.mark.parametrize("name", BAD_NAMES)
def test_other_names_are_refused(store: KeyStore, name: str) -> None:
    """A name that is not small letters, digits and - in parts joined by / makes no key and finds none."""
    for use in (store.create, store.create_es256, store.create_secret, store.signer, store.es256, store.secret):
        with pytest.raises(StoreError):
            use(name)
    assert list(store.names()) == []


def test_nothing_secret_is_printed(store: KeyStore) -> None:
    """Neither the store nor a signer shows a secret or the password."""
    signer = store.create("relayer")
    secret = store.create_secret("index")
    shown = repr(store) + str(store) + repr(signer) + str(signer)
    assert PASSWORD not in shown
    assert secret.hex() not in shown
    assert "0x" + signer.address.hex() in shown


def test_keys_outlive_the_process(tmp_path: Path) -> None:
    """Another KeystoreFolder over the same folder opens the same keys."""
    first = folder(tmp_path)
    signer, es256, secret = first.create("a/b"), first.create_es256("c"), first.create_secret("d")
    second = folder(tmp_path)
    assert second.signer("a/b").address == signer.address
    assert second.es256("c").private_numbers() == es256.private_numbers()
    assert second.secret("d") == secret


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """The folder has mode 0700, each file 0600, nothing unfinished stays, and no secret is written in the clear."""
    store = folder(tmp_path)
    store.create("relayer")
    store.create_es256("batch")
    secret = store.create_secret("index")
    keys = tmp_path / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    assert not list(keys.glob(TEMPORARY + "*"))
    assert secret.hex() not in (keys / "index.json").read_text()


def test_ethereum_tools_read_the_accounts(tmp_path: Path) -> None:
    """An account's file is a version 3 keystore that eth_account opens with the password."""
    signer = folder(tmp_path).create("dsh/anchor")
    container = json.loads((tmp_path / "keys" / "dsh.anchor.json").read_text())
    assert container["version"] == 3
    assert container["crypto"]["kdfparams"]["n"] == QUICK
    opened = Account.from_key(Account.decrypt(container, PASSWORD))
    assert bytes.fromhex(opened.address[2:]) == signer.address
    assert Secp256k1Signer(bytes(opened.key)).sign(bytes(32)) == signer.sign(bytes(32))


def test_a_wrong_password_is_said_plainly(tmp_path: Path) -> None:
    """Opening any kind of key with another password raises KeyMissing with a sentence, and a new try may succeed."""
    store = folder(tmp_path)
    store.create("relayer")
    store.create_es256("batch")
    store.create_secret("index")
    wrong = KeystoreFolder(tmp_path / "keys", "sai", QUICK)
    for get, name in [(wrong.signer, "relayer"), (wrong.es256, "batch"), (wrong.secret, "index")]:
        with pytest.raises(KeyMissing, match="the password does not open it") as caught:
            get(name)
        assert caught.value.__cause__ is None
    assert folder(tmp_path).secret("index")


@pytest.mark.parametrize("first", ["create", "create_es256", "create_secret"])
def test_no_key_under_another_password(tmp_path: Path, first: str) -> None:
    """Where the password does not open what is there, nothing is made under it; damaged and bound keys do not tell."""
    store = folder(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a.json").write_text("{}")
    (tmp_path / "keys" / "b.json").write_text('{"kind":"external"}')
    getattr(store, first)("relayer")
    wrong = KeystoreFolder(tmp_path / "keys", "sai", QUICK)
    for create in (wrong.create, wrong.create_es256, wrong.create_secret):
        with pytest.raises(KeyMissing, match="no key is made under this one"):
            create("new")
    assert folder(tmp_path).names() == ["a", "b", "relayer"]
    folder(tmp_path).create("new")


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff", b'{"kind":"es256"}', b'{"version":3,"crypto":{}}'])
def test_a_damaged_file_is_said_plainly(tmp_path: Path, damage: bytes) -> None:
    """A file that is no container raises KeyMissing, not a traceback of the parser."""
    store = folder(tmp_path)
    store.create("a")
    (tmp_path / "keys" / "a.json").write_bytes(damage)
    fresh = folder(tmp_path)
    for get in (fresh.signer, fresh.es256, fresh.secret):
        with pytest.raises(KeyMissing):
            get("a")


def test_a_file_under_another_name_does_not_open(tmp_path: Path) -> None:
    """A sealed secret is bound to its name: a copy under another name is refused."""
    store = folder(tmp_path)
    store.create_secret("a")
    keys = tmp_path / "keys"
    (keys / "b.json").write_bytes((keys / "a.json").read_bytes())
    with pytest.raises(KeyMissing):
        folder(tmp_path).secret("b")


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    """A key that could not be stored raises StoreError."""
    (tmp_path / "keys").write_text("a file, not a folder")
    with pytest.raises(StoreError):
        folder(tmp_path).create("a")


def _create(path: Path, name: str, answers: "multiprocessing.Queue[str]") -> None:
    try:
        answers.put(folder(path).create(name).address.hex())
    except VanbangError as error:
        answers.put(error.code)


def test_two_processes_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Of processes that create one name at once, one succeeds and its key is the one found afterwards."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    workers = [context.Process(target=_create, args=(tmp_path, "relayer", answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    given_answers = [answers.get(timeout=30) for _ in workers]
    for worker in workers:
        worker.join()
    made = [answer for answer in given_answers if answer != "store"]
    assert made == [folder(tmp_path).signer("relayer").address.hex()]


def test_the_password_file_is_made_once(tmp_path: Path) -> None:
    """The first call writes 256 random bits for the owner only; later calls read them."""
    path = tmp_path / "state" / "password"
    password = password_file(path)
    assert len(password) == 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert password_file(path) == password
    assert password_file(tmp_path / "other") != password
    KeystoreFolder(tmp_path / "keys", password, SCRYPT_N_GENERATED).create("relayer")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_an_unusable_password_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty or unreadable password file raises StoreError instead of an empty password."""
    path = tmp_path / "password"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        password_file(path)


@settings(max_examples=50, deadline=None)
@given(secret=st.integers(1, SECP256K1_ORDER - 1), digest=st.binary(min_size=32, max_size=32))
def test_signing_agrees_with_another_library(secret: int, digest: bytes) -> None:
    """Our signatures are the bytes that eth_account makes."""
    raw = secret.to_bytes(32, "big")
    assert Secp256k1Signer(raw).sign(digest) == bytes(Account.unsafe_sign_hash(digest, raw).signature)
    assert PublicKey.from_secret(raw)


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    """A folder that is none raises StoreError, whoever runs it."""
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(StoreError):
        folder(tmp_path).create("a")
