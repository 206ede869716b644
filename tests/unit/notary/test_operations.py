"""Operations: what was asked for is done once, also after a crash, and an impossible one ends with its reason."""

import json
from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import INSTITUTION, KeptElsewhere, new_keys
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.notary.operations import Operations, ask, slug_of
from vanbang.ports import LedgerUnsure, Operation

ISSUER = issuer_id(INSTITUTION.iss)
REGISTER = {
    "iss": INSTITUTION.iss,
    "code": INSTITUTION.code,
    "name": INSTITUTION.name,
    "slug": "shb",
    "officer_name": "A",
    "officer_title": "B",
}


class Desk:
    """An installation without institutions, and its operations."""

    def __init__(self, folder: Path) -> None:
        self.store = SqlStore(open_database(folder / "vanbang.sqlite"))
        self.keys = new_keys()
        self.chain = FakeChain(owner=self.keys.signer("owner").address)

    def ask(self, name: str, kind: str, /, **arguments) -> None:
        ask(self.store, Operation(name, kind, INSTITUTION.iss, json.dumps(arguments), "api:x", 1))

    def run(self) -> int:
        return Operations(self.store, FakeLedger(self.chain), self.keys).run_waiting(self.chain.mine, 9)

    def state(self, name: str) -> tuple[str, str]:
        operation = self.store.operation(name)
        return operation.state, operation.error


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_institution_and_its_keys(desk: Desk) -> None:
    """An institution is registered, a key made here and one held elsewhere are added, and one is ended."""
    elsewhere = "0x" + "5e" * 20
    desk.ask("1", "register_institution", **REGISTER)
    desk.ask("2", "add_key", role="officer", name="officer-2")
    desk.ask("3", "add_key", role="anchor", address=elsewhere)
    desk.ask("4", "end_key", address=elsewhere)
    assert desk.run() == 0
    assert [desk.state(name) for name in "1234"] == [("DONE", "")] * 4
    keys = desk.chain.state().keys
    assert keys[ISSUER, desk.keys.signer("shb/officer-2").address].role == 4
    assert keys[ISSUER, bytes.fromhex("5e" * 20)].not_after < 2**40 - 1
    assert desk.run() == 0


def test_keys_held_elsewhere_from_the_beginning(desk: Desk) -> None:
    """An institution may be registered with the addresses of its own keys."""
    addresses = {role: "0x" + digit * 40 for role, digit in (("anchor", "a"), ("status", "b"), ("officer", "c"))}
    desk.ask("1", "register_institution", **REGISTER, keys=addresses)
    desk.run()
    assert desk.state("1") == ("DONE", "")
    assert {key.role for (_, address), key in desk.chain.state().keys.items() if len(set(address)) == 1} == {1, 2, 4}


def test_what_cannot_be_done_ends_with_its_reason(desk: Desk) -> None:
    """An unknown institution or a key the registry does not know: FAILED, with a code and a sentence."""
    desk.ask("1", "add_key", role="officer", name="officer-2")
    desk.run()
    assert desk.state("1")[0] == "FAILED"
    assert desk.state("1")[1].startswith("format: ")
    desk.ask("2", "register_institution", **REGISTER)
    desk.ask("3", "end_key", address="0x" + "99" * 20)
    desk.run()
    assert desk.state("3")[1].startswith("conflict: ")


def test_a_key_that_cannot_be_reached(desk: Desk) -> None:
    """While a key's keeper does not answer, operations wait; they are done when it answers again."""
    keys = desk.keys = KeptElsewhere(desk.keys)
    desk.ask("1", "register_institution", **REGISTER)
    keys.out.add("owner")
    assert desk.run() == 1
    assert desk.state("1") == ("WAITING", "")
    keys.out.clear()
    assert desk.run() == 0
    assert desk.state("1") == ("DONE", "")


def test_a_chain_that_is_down(desk: Desk) -> None:
    """While the chain cannot be asked, operations wait; they are done when it answers again."""

    def down(_: str) -> None:
        raise LedgerUnsure("endpoints are down")

    desk.ask("1", "register_institution", **REGISTER)
    desk.chain.asked = down
    assert desk.run() == 1
    assert desk.state("1") == ("WAITING", "")
    desk.chain.asked = lambda _: None
    assert desk.run() == 0
    assert desk.state("1") == ("DONE", "")


def test_killed_in_the_middle(desk: Desk) -> None:
    """Killed at one question to the chain after the other, the institution is registered once."""
    desk.ask("1", "register_institution", **REGISTER)
    left = 0

    def dies(_: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    desk.chain.asked = dies
    for patience in range(200):
        left = patience
        try:
            desk.run()
            break
        except KeyboardInterrupt:
            desk.chain.mine()
    assert desk.state("1") == ("DONE", "")
    assert desk.store.institutions()[0].code == INSTITUTION.code


@pytest.mark.parametrize(("code", "slug"), [("SHB", "shb"), ("ĐHBK-1", "hbk-1"), ("37001", "37001")])
def test_slugs(code: str, slug: str) -> None:
    """Key names come from the code's ASCII letters and digits."""
    assert slug_of(code) == slug


def test_a_code_without_a_letter() -> None:
    """A code of nothing but other signs names no keys."""
    with pytest.raises(FormatError):
        slug_of("Đ")
