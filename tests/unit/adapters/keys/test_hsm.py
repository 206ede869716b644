"""Keys in hardware modules: sessions that end, PINs that are wrong, and what else a token may be short of."""

import builtins
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pkcs11
import pytest

from key_keepers import PIN, SoftTokens, soft_tokens
from vanbang.adapters.keys.elsewhere import Elsewhere
from vanbang.adapters.keys.external import Pkcs11Key
from vanbang.core.eip712 import recover
from vanbang.ports import KeyMissing, KeyUnreachable, Signer

TOKEN = "Trường Sông Hồng"
KEY = "neo"


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[SoftTokens]:
    with soft_tokens(tmp_path) as there:
        there.token(TOKEN)
        there.key(TOKEN, KEY)
        yield there


def signer(tokens: SoftTokens, pin: Callable[[], str | None] = lambda: PIN, **place: Any) -> Signer:
    place = {"module": tokens.module, "token": TOKEN, "key": KEY} | place
    return Elsewhere(pin).signer("dsh/anchor", Pkcs11Key(**place))


def test_two_tokens_and_their_keys(tokens: SoftTokens) -> None:
    """Keys of one token and of two sign in turn, each for its own account."""
    tokens.key(TOKEN, "khác")
    tokens.token("thứ hai")
    tokens.key("thứ hai", KEY)
    signers = [signer(tokens), signer(tokens, key="khác"), signer(tokens, token="thứ hai")]
    assert len({one.address for one in signers}) == 3
    for one in signers * 3:
        assert recover(bytes(32), one.sign(bytes(32))) == one.address


def test_a_session_that_ended_is_opened_again(tokens: SoftTokens) -> None:
    """A module that was started anew has forgotten sessions and logins: the next signature logs in again."""
    one = signer(tokens)
    one.sign(bytes(32))
    for _ in range(3):
        pkcs11.lib(tokens.module).reinitialize()
        assert recover(bytes(32), one.sign(bytes(32))) == one.address


def test_a_pulled_token(tokens: SoftTokens) -> None:
    """While the token is out, KeyUnreachable asks for it; put back, it signs again with the same signer."""
    one = signer(tokens)
    one.sign(bytes(32))
    tokens.pull()
    for _ in range(2):
        with pytest.raises(KeyUnreachable, match="token is not there"):
            one.sign(bytes(32))
    tokens.put_back()
    assert recover(bytes(32), one.sign(bytes(32))) == one.address


def test_another_token_put_in_meanwhile(tokens: SoftTokens) -> None:
    """A token that is put in while another is in use is found, and the one in use goes on signing for itself."""
    first = signer(tokens)
    first.sign(bytes(32))
    second = signer(tokens, token="thứ hai")
    with pytest.raises(KeyUnreachable):
        second.sign(bytes(32))
    tokens.token("thứ hai")
    tokens.key("thứ hai", KEY)
    for one in (second, first, second, first):
        assert recover(bytes(32), one.sign(bytes(32))) == one.address


def test_a_failing_device(tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module whose calls fail is asked once more in a new session, and is then said to be unreachable now."""
    one = signer(tokens)
    one.sign(bytes(32))
    calls: list[str] = []

    def fails(self: Any, name: str, *rest: Any) -> bytes:
        calls.append(name)
        raise pkcs11.DeviceRemoved

    with monkeypatch.context() as patched:
        patched.setattr("vanbang.adapters.keys.hsm.Session.sign", fails)
        with pytest.raises(KeyUnreachable, match=r"cannot sign now \(DeviceRemoved\)"):
            one.sign(bytes(32))
    assert calls == ["dsh/anchor"] * 2
    assert one.sign(bytes(32))


def test_a_wrong_pin_is_tried_once(tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PIN that was refused is not tried again, for tokens lock themselves; another one is, and neither is told."""
    given = ["sai-0000"]
    one = signer(tokens, lambda: given[-1])
    for reason in ("refuses the PIN", "it is not tried again", "it is not tried again"):
        with pytest.raises(KeyMissing, match=reason) as caught:
            one.sign(bytes(32))
        assert not isinstance(caught.value, KeyUnreachable)
        assert "sai-0000" not in str(caught.value) + repr(caught.value) + repr(caught.value.__dict__)
    given.append(PIN)
    assert recover(bytes(32), one.sign(bytes(32))) == one.address


def test_the_pin_from_a_file(tokens: SoftTokens, tmp_path: Path) -> None:
    """A token's own PIN file is read at each login, and its absence is said without the place where it lies."""
    one = signer(tokens, lambda: "unused", pin_file=str(tmp_path / "pin"))
    with pytest.raises(KeyMissing, match=r"file with its PIN cannot be read \(FileNotFoundError\)"):
        one.sign(bytes(32))
    (tmp_path / "pin").write_text(PIN + "\n")
    assert recover(bytes(32), one.sign(bytes(32))) == one.address


@pytest.mark.parametrize("pin", [None, ""])
def test_no_pin(tokens: SoftTokens, pin: str | None) -> None:
    """Without a PIN nobody logs in, and the sentence says how to give one."""
    with pytest.raises(KeyMissing, match="VANBANG_PKCS11_PIN_FILE"):
        signer(tokens, lambda: pin).sign(bytes(32))


def test_a_key_that_is_no_good(tokens: SoftTokens) -> None:
    """A label that no key has, or two have, and a key of another curve, are told apart."""
    for label, curve in (("p256", "secp256r1"), ("twice", "secp256k1"), ("twice", "secp256k1")):
        tokens.key(TOKEN, label, curve)
    for label, reason in (("none", "has no elliptic public key"), ("twice", "has 2 ell"), ("p256", "not of the curve")):
        with pytest.raises(KeyMissing, match=reason):
            assert signer(tokens, key=label).address
    bound = Elsewhere(lambda: PIN).signer("dsh/anchor", Pkcs11Key(tokens.module, TOKEN, "p256"), bytes(20))
    with pytest.raises(KeyMissing, match="not the key of 0x"):
        bound.sign(bytes(32))


def test_two_tokens_of_one_label(tokens: SoftTokens) -> None:
    """Where two tokens have the label nobody guesses which one is meant."""
    tokens.token(TOKEN)
    with pytest.raises(KeyMissing, match="several tokens"):
        signer(tokens).sign(bytes(32))


def test_no_such_library(tokens: SoftTokens, tmp_path: Path) -> None:
    """A library that is not there, or is none, is said plainly."""
    (tmp_path / "none.so").write_text("not a library")
    for name in ("missing.so", "none.so"):
        with pytest.raises(KeyMissing, match="cannot be loaded"):
            signer(tokens, module=str(tmp_path / name)).sign(bytes(32))


def test_without_python_pkcs11(tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where python-pkcs11 is not installed, the sentence says how to install it."""
    there = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "pkcs11":
            raise ImportError(name)
        return there(name, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(builtins, "__import__", missing)
        with pytest.raises(KeyMissing, match=r"vanbang\[hsm\]"):
            signer(tokens).sign(bytes(32))


def test_a_key_shows_its_name_only(tokens: SoftTokens) -> None:
    """What a signer says of itself is the key's name."""
    assert repr(signer(tokens)) == "Pkcs11Signer(dsh/anchor)"
