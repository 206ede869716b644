"""Nothing prints or logs a secret: every key command, well and ill, with everything traced."""

import gc
import logging
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import command_line
import pytest
from command_line import SAMPLE, Done, Installation, run_inside
from eth_account import Account
from keys_elsewhere import bound_installation, issue

from endpoint_servers import Reply, serving
from key_keepers import AWS_SECRETS, PIN, REGION, SoftTokens, kms_key, pretended_kms, soft_tokens
from ports import free_port
from vanbang import bootstrap
from vanbang.adapters.keys import KeystoreFolder

pytestmark = pytest.mark.slow

PASSWORD = "mật-khẩu-kho-khóa-31415"
WRONG_PASSWORD, WRONG_PIN = "sai-mật-khẩu-27182", "sai-pin-16180"
REFUSED = {"AWS_SECRET_ACCESS_KEY": "expired/Secret+Key8910", "AWS_SESSION_TOKEN": "expired-Session-Token-1112"}


class Listening(logging.Handler):
    """Whatever any library logs, with its arguments and its exceptions."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {self.format(record)} {record.args!r} {record.__dict__!r}")


@contextmanager
def listening() -> Iterator[Listening]:
    heard, root = Listening(), logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", "boto3", "botocore", "urllib3", "pkcs11", "vanbang")}
    root.addHandler(heard)
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(heard)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def forms(secret: bytes) -> set[str]:
    """As it may be written: hex, base64, a number, what Python shows of bytes."""
    number = str(int.from_bytes(secret, "big"))
    codes = (b64encode(secret), urlsafe_b64encode(secret))
    texts = [code.decode().rstrip("=") for code in codes]
    return {secret.hex(), secret.hex().upper(), number, repr(secret)[2:-1], *texts}


def secrets_of(folder: Path) -> set[str]:
    """Every secret of a key folder that a test can read."""
    store = KeystoreFolder(folder, PASSWORD)
    found = forms(store.secret("record-index"))
    for path in folder.glob("*.json"):
        text, name = path.read_text(), path.stem.replace(".", "/")
        if '"crypto"' in text:
            found |= forms(bytes(Account.decrypt(text, PASSWORD)))
        elif '"es256"' in text:
            found |= forms(store.es256(name).private_numbers().private_value.to_bytes(32, "big"))
    return found


def failing(tokens: SoftTokens, unfit: str, endpoint: str) -> list[tuple[dict[str, str], tuple[str, ...], str]]:
    """Commands that must fail: what is in the environment, the command, the code it ends with."""
    bind = ("key", "bind", "--role", "officer", "--code", SAMPLE.code, "--name", "officer-9")
    hsm = (*bind, "--pkcs11", tokens.module, "--token", "trường")
    other = (*bind, "--pkcs11", tokens.module, "--token", "bộ", "--label", "neo")
    end = ("key", "end", "--code", SAMPLE.code, "--name")
    wrong = {"VANBANG_PASSWORD": WRONG_PASSWORD}
    return [
        (wrong, ("key", "list"), "key_missing"),
        (wrong, ("key", "add", "--code", SAMPLE.code, "--role", "officer", "--name", "officer-3"), "key_missing"),
        (wrong, (*end, "officer"), "key_missing"),
        (wrong, ("key", "rotate", "--role", "relayer"), "key_missing"),
        (wrong, ("key", "rotate", "--role", "anchor", "--code", SAMPLE.code), "key_missing"),
        (wrong, ("key", "compromise", "--code", SAMPLE.code, "--name", "anchor-2", "--since", "now", "--yes"),
         "key_missing"),
        ({}, ("batch", "revoke", "--code", SAMPLE.code, "--batch", "none", "--yes"), "format"),
        ({}, (*bind, "--kms", "alias/nothing", "--region", REGION), "key_missing"),
        ({}, (*bind, "--kms", unfit), "key_missing"),
        (REFUSED, (*bind, "--kms", "alias/a", "--region", REGION, "--endpoint", endpoint), "key_missing"),
        ({}, (*bind, "--kms", "alias/a", "--region", REGION, "--endpoint", f"https://127.0.0.1:{free_port()}"),
         "key_unreachable"),
        ({}, (*bind, "--kms", "alias/a", "--region", REGION, "--endpoint", f"https://van:{PIN}@kms.example"), "format"),
        ({"VANBANG_PKCS11_PIN": ""}, other, "not_set_up"),
        ({}, (*hsm, "--label", "nothing"), "key_missing"),
        ({}, (*hsm, "--label", "officer"), "conflict"),
    ]  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What commands find in the environment besides the right password and PIN; and a quick key store."""
    given = {"VANBANG_PASSWORD": PASSWORD, "VANBANG_PKCS11_PIN": PIN}
    more: dict[str, str] = {}
    usual = command_line.environment
    monkeypatch.setattr(command_line, "environment", lambda home: usual(home) | given | more)
    monkeypatch.setattr(bootstrap, "KeystoreFolder", partial(KeystoreFolder, scrypt_n=2))
    return more


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What every command printed."""
    everything: list[str] = []

    def run(*arguments: Any, home: Path) -> Done:
        done = run_inside(*arguments, home=home)
        everything.append(done.out + done.err)
        return done

    monkeypatch.setattr(command_line, "run_inside", run)
    return everything


def ours() -> list[str]:
    """What every live object of ours says of itself."""
    return [repr(thing) for thing in gc.get_objects() if str(type(thing).__module__).startswith("vanbang.")]


def live(home: Path) -> tuple[list[str], set[str]]:
    """What an open installation says of itself once each of its keys was used; and its local secrets."""
    with patch.dict(os.environ, command_line.environment(home)), bootstrap.open_house(home) as house:
        for name in house.keys.names():
            if not name.endswith(("/credential", "record-index")):
                house.keys.signer(name).sign(bytes(32))
        return ours(), secrets_of(home / "keys")


def govern(vanbang: Installation) -> None:
    """Planned and emergency changes of every kind of key, and orders to the registry."""
    code = ("--code", SAMPLE.code)
    for role in ("status", "admin"):
        vanbang.good("key", "rotate", "--role", role, *code)
    for role in ("owner", "relayer"):
        vanbang.good("key", "rotate", "--role", role, "--json")
    vanbang.good("key", "compromise", *code, "--name", "status", "--since", "now", "--yes")
    vanbang.good("issuer", "suspend", *code)
    vanbang.good("issuer", "reinstate", *code, "--json")
    vanbang.good("issuer", "void", *code, "--since", "now", "--yes")
    vanbang.good("issuer", "void", *code, "--lift")
    vanbang.good("issuer", "rename", *code, "--name", "Trường mới")
    told = vanbang.good("issuer", "replace-admin", *code, "--to", "0x" + "5e" * 20)
    assert "0x" + "5e" * 20 in told.err
    assert "(call_reverted)" in vanbang("key", "rotate", "--role", "admin", *code, "--name", "admin-9").err
    assert "5e5e" in vanbang.good("issuer", "accept-admin", *code).out
    vanbang.good("issuer", "replace-admin", *code, "--withdraw")


def test_no_secret_is_told(tmp_path: Path, told: dict[str, str], said: list[str]) -> None:
    """Output, errors, logs and what objects say of themselves hold no key, password, PIN or token."""
    home, refusing = tmp_path / "home", Reply(b'{"__type":"AccessDeniedException","message":"no"}', 400)
    with ExitStack() as stack:
        stack.enter_context(pretended_kms())
        in_kms, unfit = kms_key(), kms_key("RSA_2048")  # asked for by the test itself, before anybody listens
        tokens = stack.enter_context(soft_tokens(tmp_path / "hsm"))
        service = stack.enter_context(serving(lambda *_: refusing))
        heard = stack.enter_context(listening())
        tokens.token("bộ")
        tokens.token("trường")
        tokens.key("trường", "officer")
        tokens.key("trường", "neo")
        on_token = ("--pkcs11", tokens.module, "--token", "trường", "--label", "officer")
        told["VANBANG_PKCS11_PIN"] = WRONG_PIN
        refused = Installation(home, inside=True)("key", "bind", "--role", "owner", *on_token)
        assert "refuses the PIN" in refused.err
        told.clear()
        where = {"officer": on_token, "relayer": ("--kms", in_kms)}
        with bound_installation(home, where.get) as vanbang:
            issue(vanbang, tmp_path, 0)
            vanbang.good("key", "add", "--code", SAMPLE.code, "--role", "anchor", "--name", "anchor-2")
            vanbang.good("key", "end", "--code", SAMPLE.code, "--name", "anchor")
            govern(vanbang)
            vanbang.good("key", "list")
            for environment, command, code in failing(tokens, unfit, service.url.rstrip("/")):
                told.update(environment)
                failed = vanbang(*command)
                assert f"({code})" in failed.err, (command, failed)
                told.clear()
            shown, local = live(home)
    everything = "\n".join([*said, *heard.lines, *shown])
    words = set(re.findall(r"[\w.]+", everything))
    assert {"botocore.hooks", "botocore.credentials", "Pkcs11Signer", "KmsSigner", "KeystoreFolder"} <= words
    others = {PASSWORD, WRONG_PASSWORD, PIN, WRONG_PIN, *AWS_SECRETS.values(), *REFUSED.values()}
    assert len(local) > 30
    assert [secret for secret in (*others, *local) if secret in everything] == []
