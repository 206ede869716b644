"""Setting an institution up, killed at every moment."""

import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from killing import Crash, patience, registered
from small_house import INSTITUTION, new_keys, new_store
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.payload import issuer_id
from vanbang.notary.registering import ROLES, add_key, end_key, register_institution
from vanbang.ports import CallReverted, Conflict

ISSUER = issuer_id(INSTITUTION.iss)


def roles(chain: FakeChain, keys: MemoryKeyStore) -> dict[str, int]:
    state = chain.state()
    return {role: state.keys[ISSUER, keys.signer(f"shb/{role}").address].role for role in ROLES}


def test_an_institution_is_registered_once(tmp_path: Path) -> None:
    """Registering makes issuer, keys and roles; registering again finds all of it and sends nothing."""
    chain, keys = FakeChain(), new_keys()
    registered(tmp_path, chain, keys)
    sent = len(chain.sent)
    registered(tmp_path, chain, keys)
    assert ISSUER in chain.state().issuers
    assert roles(chain, keys) == ROLES
    assert len(chain.sent) == sent


@pytest.mark.parametrize("stride", [pytest.param(23), pytest.param(1, marks=pytest.mark.slow)])
def test_killed_while_registering(tmp_path: Path, stride: int) -> None:
    """Killed before any call to the database and run again, nothing is missing and no nonce is left out."""
    (tmp_path / "0").mkdir()
    calls = registered(tmp_path / "0", FakeChain(), new_keys())
    for number in range(1, calls, stride):
        folder, chain, keys = tmp_path / str(number), FakeChain(), new_keys()
        folder.mkdir()
        with pytest.raises(Crash):
            registered(folder, chain, keys, number)
        with suppress(CallReverted):
            registered(folder, chain, keys)
        assert roles(chain, keys) == ROLES
        assert chain.mempool == {}


def test_a_key_is_added_and_ended(tmp_path: Path) -> None:
    """A second officer's key is registered once, and ended when told; ending an unknown key says why not."""
    chain, keys, store = FakeChain(), new_keys(), new_store(tmp_path)
    ledger = FakeLedger(chain)
    registered(tmp_path, chain, keys)
    address = keys.create("shb/officer-2").address
    for _ in range(2):
        add_key(store, ledger, keys, INSTITUTION, address, ROLES["officer"], patience(chain))
    for _ in range(2):
        end_key(store, ledger, keys, INSTITUTION, address, patience(chain))
    key = chain.state().keys[ISSUER, address]
    assert (key.role, key.not_after) == (4, chain.blocks[-2][0])
    with pytest.raises(Conflict, match="knows no key"):
        end_key(store, ledger, keys, INSTITUTION, keys.signer("shb/admin").address, patience(chain))


def test_keys_that_are_kept_elsewhere(tmp_path: Path) -> None:
    """For a role whose key the institution holds itself, its address is registered and no key is made."""
    chain, store = FakeChain(), new_store(tmp_path)
    theirs = new_keys().signer("owner").address
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    for name in ("owner", "relayer"):
        keys.create(name)
    chain.owner = keys.signer("owner").address
    register_institution(store, FakeLedger(chain), keys, INSTITUTION, patience(chain), {"officer": theirs})
    assert chain.state().keys[ISSUER, theirs].role == ROLES["officer"]
    assert [name for name in keys.names() if name.startswith("shb/")] == [
        "shb/admin", "shb/anchor", "shb/credential", "shb/status",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "X" * 65}, FormatError),
        ({"name": "é" * 151}, FormatError),
        ({"iss": ""}, FormatError),
        ({"iss": "https://other.edu.vn"}, Conflict),
        ({"code": "OTHER", "slug": "other"}, Conflict),
        ({"name": "Another name"}, Conflict),
    ],
)
def test_an_institution_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, change: dict[str, str], error: type[VanbangError]
) -> None:
    """What the registry would refuse, or what is taken by another, leaves no key, no row and no transaction."""
    chain, keys = FakeChain(), new_keys()
    registered(tmp_path, chain, keys)
    store, sent, names = new_store(tmp_path), len(chain.sent), keys.names()
    with pytest.raises(error):
        register_institution(store, FakeLedger(chain), keys, replace(INSTITUTION, **change), patience(chain))
    assert (len(chain.sent), keys.names()) == (sent, names)
    assert store.institutions() == [INSTITUTION]


def test_an_ended_key_is_not_added_again(tmp_path: Path) -> None:
    """A key whose window is over stays over: another one is needed, and the sentence says so."""
    chain, keys = FakeChain(), new_keys()
    registered(tmp_path, chain, keys)
    store, ledger = new_store(tmp_path), FakeLedger(chain)
    address = keys.signer("shb/officer").address
    end_key(store, ledger, keys, INSTITUTION, address, patience(chain))
    with pytest.raises(Conflict, match="Take a new one"):
        add_key(store, ledger, keys, INSTITUTION, address, ROLES["officer"], patience(chain))
