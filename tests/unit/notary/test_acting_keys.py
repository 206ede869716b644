"""Which key of an institution acts."""

from dataclasses import replace

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import INSTITUTION, new_keys, registered_keys
from vanbang.adapters.keys.memory import MemorySigner
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR, ROLE_OFFICER, Key
from vanbang.notary.acting_keys import CLOCK_SLACK, NoGoodKey, acting_key, asked_at_once
from vanbang.ports import KeyMissing

ISSUER = issuer_id(INSTITUTION.iss)
NOW = 1_781_900_000
OPEN = 2**40 - 1


@pytest.mark.parametrize(
    ("second", "acts"),
    [
        (Key(2, OPEN, 0, ROLE_ANCHOR), "shb/anchor-2"),
        (Key(NOW + CLOCK_SLACK, OPEN, 0, ROLE_ANCHOR), "shb/anchor-2"),
        (Key(NOW + CLOCK_SLACK + 1, OPEN, 0, ROLE_ANCHOR), "shb/anchor"),
        (Key(2, NOW - 1, 0, ROLE_ANCHOR), "shb/anchor"),
        (Key(2, OPEN, NOW, ROLE_ANCHOR), "shb/anchor"),
        (Key(2, OPEN, 0, ROLE_OFFICER), "shb/anchor"),
        (Key(0, 0, 0, 0), "shb/anchor"),
    ],
)
def test_the_newest_good_key_of_the_role_acts(second: Key, acts: str) -> None:
    """A newer key acts once the registry lets it; ended, compromised, unknown or of another role it does not."""
    keys = new_keys()
    address = keys.create("shb/anchor-2").address
    chain = FakeChain(registered_keys(keys) | {(ISSUER, address): second})
    found = acting_key(FakeLedger(chain).key, keys, INSTITUTION, "anchor", NOW)
    assert found.address == keys.signer(acts).address


def test_without_a_good_key_nobody_acts() -> None:
    """The sentence names the institution, the role and the command that mends it."""
    keys = new_keys()
    ended = {place: replace(key, not_after=NOW - 1) for place, key in registered_keys(keys).items()}
    with pytest.raises(NoGoodKey, match=r"SHB has no officer key .*vanbang key add --code SHB --role officer"):
        acting_key(FakeLedger(FakeChain(ended)).key, keys, INSTITUTION, "officer", NOW)


def test_a_key_that_does_not_act_yet() -> None:
    """Where the only key begins later, nobody is told to make another one: the clock may be slow."""
    keys = new_keys()
    begins = NOW + 86_400
    known = {place: replace(key, not_before=begins) for place, key in registered_keys(keys).items()}
    with pytest.raises(NoGoodKey, match=r"officer key of SHB acts from 2026-.*Z on: .*clock") as told:
        acting_key(FakeLedger(FakeChain(known)).key, keys, INSTITUTION, "officer", NOW)
    assert told.value.later == begins


def test_keys_that_cannot_be_opened_stop_their_institution_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """One institution's damaged key takes nothing from what is known of the others' keys."""
    keys = new_keys()
    chain = FakeChain(registered_keys(keys))
    other = replace(INSTITUTION, iss="https://other.edu.vn", code="OTHER", slug="other")
    keys.create("other/anchor")
    opened = keys.signer

    def signer(name: str) -> MemorySigner:
        if name.startswith("other/"):
            raise KeyMissing(name, "the file is damaged")
        return opened(name)

    monkeypatch.setattr(keys, "signer", signer)
    key_of = asked_at_once(FakeLedger(chain), keys, [other, INSTITUTION], 0)
    assert acting_key(key_of, keys, INSTITUTION, "anchor", NOW).address == opened("shb/anchor").address
    with pytest.raises(KeyMissing):
        acting_key(key_of, keys, other, "anchor", NOW)
