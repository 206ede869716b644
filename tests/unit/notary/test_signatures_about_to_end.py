"""A signature that ends while its transaction waits would take nineteen others down with it."""

from pathlib import Path

import pytest

from given_lists import GivenList
from small_house import INSTITUTION, accept, rows
from small_yard import Yard
from vanbang.notary.anchoring import LEAST_LIFE

pytestmark = pytest.mark.slow


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path, GivenList(rows(3)))


def test_a_batch_whose_signature_is_about_to_end(yard: Yard) -> None:
    """It is signed anew before it is sent, so nothing fails on chain."""
    batch = accept(yard.store, rows(2), "a list")
    while yard.store.batches("ACCEPTED", "SEALED"):
        yard.engine.step()
    yard.chain.mine()
    deadline = yard.store.batch(batch.id).deadline  # type: ignore[union-attr]
    yard.chain.time = (deadline or 0) - LEAST_LIFE + 1
    yard.run(15)
    done = yard.store.batch(batch.id)
    assert done is not None
    assert (done.state, (done.deadline or 0) > (deadline or 0)) == ("FINAL", True)
    assert [item.state for item in yard.store.settled_since(0, 0, 10)] == ["FINAL", "FINAL"]


def test_a_status_root_whose_signature_is_about_to_end(yard: Yard) -> None:
    """The same for a status root that was signed, and could not be sent."""
    yard.chain.rich = False
    accept(yard.store, rows(2), "a list")
    while yard.store.batches("ACCEPTED", "SEALED"):
        yard.engine.step()
    soon = yard.chain.time + LEAST_LIFE - 30
    yard.store.set_root_deadline(INSTITUTION.iss, 1, soon)
    yard.chain.rich = True
    yard.engine.step()
    (root,) = yard.store.status_roots(INSTITUTION.iss)
    assert (root.state, (root.deadline or 0) > soon) == ("SENT", True)
