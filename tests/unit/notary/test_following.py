"""Where a change of status is, from the proposal to the block."""

from dataclasses import replace
from pathlib import Path

import pytest

from given_lists import GivenList
from small_house import INSTITUTION, rows
from small_yard import Yard
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import apply_approved, decide, propose
from vanbang.notary.following import STEPS, Whereabouts, whereabouts
from vanbang.ports import StatusChange

pytestmark = pytest.mark.slow


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A yard with a final diploma."""
    yard = Yard(tmp_path, GivenList(rows(1)))
    yard.send()
    yard.run()
    return yard


def look(yard: Yard, name: str = "c") -> Whereabouts:
    """Where the change is now."""
    change = yard.store.change(name)
    assert change is not None
    found = whereabouts(yard.store, yard.objects, change)
    assert found.step in STEPS
    return found


def proposed(yard: Yard, status: CredentialStatus, name: str = "c", at: int = 5) -> None:
    """A change of the only diploma."""
    (record,) = yard.store.records(yard.store.batches()[0].id)
    propose(yard.store, StatusChange(name, INSTITUTION.iss, record.id, status, "fraud", "QĐ 1", "api:a", at))


def test_every_step(yard: Yard) -> None:
    """Proposed, approved, listed, published, sent, final at a block."""
    proposed(yard, CredentialStatus.SUSPENDED)
    steps = [look(yard).step]
    decide(yard.store, "c", "APPROVED", "api:b", 6)
    steps.append(look(yard).step)
    apply_approved(yard.store, INSTITUTION.iss)
    steps.append(look(yard).step)
    for _ in range(6):
        yard.engine.step()
        steps.append(look(yard).step)
        yard.chain.mine()
    assert list(dict.fromkeys(steps)) == ["PROPOSED", "APPROVED", "LISTED", "SENT", "FINAL"]
    final = look(yard)
    assert (final.epoch, (final.block or 0) > 0) == (2, True)


def test_rejected(yard: Yard) -> None:
    """What was rejected goes nowhere."""
    proposed(yard, CredentialStatus.SUSPENDED)
    decide(yard.store, "c", "REJECTED", "api:b", 6)
    assert look(yard) == Whereabouts("REJECTED")


def test_the_first_root_that_says_so(yard: Yard) -> None:
    """Each change is found in its own root, though a later one took it back, and though clocks differ."""
    for number, status in enumerate((CredentialStatus.SUSPENDED, CredentialStatus.VALID)):
        yard.now = yard.chain.time + 1_000
        proposed(yard, status, str(number), yard.now)
        decide(yard.store, str(number), "APPROVED", "api:b", yard.now)
        yard.run()
    assert [look(yard, name).epoch for name in "01"] == [2, 3]
    late = yard.store.change("1")
    assert late is not None
    ahead = replace(late, approved_at=late.proposed_at + 10**6)
    assert whereabouts(yard.store, yard.objects, ahead).epoch == 3
