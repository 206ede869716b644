"""Several engines on one installation: none undoes what another has told, and what waits costs the chain nothing."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from fake_ledger import CHAIN_ID
from given_lists import GivenList
from small_house import INSTITUTION, KeptElsewhere, accept, rows
from small_yard import Yard
from vanbang.notary.leasing import Leases
from vanbang.ports import KeyUnreachable, LedgerUnsure, Trouble

pytestmark = pytest.mark.slow

NAMES = (f"chain:{CHAIN_ID}", f"issuer:{INSTITUTION.iss}")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path, GivenList(rows(3)))


def test_what_another_has_told_stays(yard: Yard) -> None:
    """An engine that has no lease of a piece of work does not say that nothing stops it."""
    batch = accept(yard.store, rows(2), "another list")
    upload = yard.send()
    subjects = (*NAMES, f"batch:{batch.id}", f"upload:{upload}")
    told = {subject: Trouble("ledger_unsure", "asked again", 5) for subject in subjects}
    yard.store.note_troubles(told, ())
    with ExitStack() as held:
        for name in (*NAMES, f"upload:{upload}"):
            assert held.enter_context(Leases(yard.store, "another").holding(name))
        yard.engine.issuing.leases._seconds = 10**9
        for _ in range(3):
            assert yard.engine.step() is False
        assert yard.store.troubles() == told


def test_waiting_costs_no_question_each(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many batches wait for an officer's signature, the chain is asked as often as for one."""
    monkeypatch.delitem(yard.keys._keys, "shb/officer")
    asked: list[str] = []
    counts = []
    for number in range(3):
        accept(yard.store, rows(6)[2 * number : 2 * number + 2], f"list {number}")
        yard.run(2)
        yard.chain.asked = asked.append
        asked.clear()
        yard.engine._advance_batches()
        counts.append(len(asked))
    assert len({*counts}) == 1
    assert {batch.state for batch in yard.store.batches()} == {"SEALED"}


def test_a_key_out_of_reach_is_told(yard: Yard) -> None:
    """A batch whose officer's key cannot be reached does not look as if it waited for a person."""
    keys = KeptElsewhere(yard.keys)
    keys.out.add("shb/officer")
    object.__setattr__(yard.engine.issuing, "keys", keys)
    batch = accept(yard.store, rows(2), "a list")
    yard.run(3)
    assert yard.store.troubles()[f"batch:{batch.id}"].code == KeyUnreachable.code


def test_other_numbers_are_no_news(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    """A trouble whose words differ in a number only, at every step, is logged once, and began when it began."""
    numbers = iter(range(99))

    def unsure(_: str) -> None:
        raise LedgerUnsure(f"{next(numbers)} endpoints answer")

    yard.chain.asked = unsure
    yard.engine.step()
    began = yard.store.troubles()[NAMES[0]].since
    for _ in range(4):
        yard.now += 60
        yard.engine.step()
    assert [record.message for record in caplog.records if NAMES[0] in record.message] == [
        f"{NAMES[0]} waits: 0 endpoints answer"
    ]
    found = yard.store.troubles()[NAMES[0]]
    assert found.since == began
    assert found.text != "0 endpoints answer"
