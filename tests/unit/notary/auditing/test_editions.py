"""What an audit says of credentials that were issued again."""

from pathlib import Path

import pytest

from given_lists import GivenList
from small_house import INSTITUTION, rows, take_in
from small_yard import Yard
from vanbang.adapters.sql import SqlStore
from vanbang.core.status import CredentialStatus
from vanbang.notary.auditing.editions import check_editions
from vanbang.notary.changing_status import decide, propose
from vanbang.ports import StatusChange
from vanbang.ports.published import Copy

pytestmark = pytest.mark.slow


class Mirror:
    """The yard's own files."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard

    def copies(self, path: str) -> list[Copy]:
        return [Copy("here", b"broken"), Copy("there", self.yard.objects.get(path))]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A yard with a diploma that was superseded and issued again."""
    yard = Yard(tmp_path, GivenList(rows(1)))
    yard.send()
    yard.run()
    (record,) = yard.store.records(yard.store.batches()[0].id)
    new = StatusChange("c", INSTITUTION.iss, record.id, CredentialStatus.SUPERSEDED, "replaced", "QĐ 1", "api:a", 5)
    propose(yard.store, new)
    decide(yard.store, "c", "APPROVED", "api:b", 6)
    yard.run()
    assert take_in(yard.store, GivenList(rows(1)), "again", objects=yard.objects)[0].state == "ACCEPTED"
    return yard


def test_the_newest_alone_is_good(yard: Yard) -> None:
    """Superseded before the new one is final: nothing to say, on the way and at the end."""
    assert list(check_editions(yard.store, Mirror(yard))) == []
    yard.run()
    assert len(yard.store.batches("FINAL")) == 2
    assert list(check_editions(yard.store, Mirror(yard))) == []


def test_two_that_are_good(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A status root that does not say so, or whose list nobody has, is told with the older edition's place."""
    yard.run()
    first, second = yard.store.status_roots(INSTITUTION.iss)
    monkeypatch.setattr(SqlStore, "status_roots", lambda *_: [first])
    told = [("record/1", "edition 1 is not superseded, and a newer one is final")]
    assert list(check_editions(yard.store, Mirror(yard))) == told
    monkeypatch.setattr(SqlStore, "status_roots", lambda *_: [second])
    assert list(check_editions(yard.store, Mirror(yard))) == []
    yard.objects = type(yard.objects)()
    assert list(check_editions(yard.store, Mirror(yard))) == told


def test_a_number_left_out(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editions are numbered from 1 on."""
    yard.run()
    (key,) = {stored.key for batch in yard.store.batches() for stored in yard.store.records(batch.id)}
    editions = yard.store.editions(key)
    monkeypatch.setattr(SqlStore, "editions", lambda *_: editions[1:])
    place, words = next(check_editions(yard.store, Mirror(yard)))
    assert (place, words) == (f"record key {key.hex()}", "editions [2] are sealed, the newest is 2")
