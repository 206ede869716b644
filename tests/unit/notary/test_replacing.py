"""Issuing again: a corrected record takes the number of a superseded one, and never before everybody can see that."""

from pathlib import Path
from typing import Any

import pytest

from given_lists import GivenList
from small_house import INDEX_KEY, INSTITUTION, KIND, rows, take_in
from small_yard import Yard
from vanbang.adapters.sql import SqlStore
from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.merkle import leaf_hash
from vanbang.core.payload import StatusPlace
from vanbang.core.status import CredentialStatus
from vanbang.notary.auditing.editions import check_editions
from vanbang.notary.changing_status import decide, history, propose, status_of
from vanbang.notary.committing import commit_record
from vanbang.notary.erasing import check_none_on_its_way
from vanbang.notary.lists import Row
from vanbang.notary.publishing import credential_of
from vanbang.notary.quality import CheckReport
from vanbang.notary.records import decrypt_record, record_key
from vanbang.ports import Conflict, StatusChange, StoredRecord, StoreError, Upload
from vanbang.ports.published import Copy

pytestmark = pytest.mark.slow

SUPERSEDED, REVOKED = CredentialStatus.SUPERSEDED, CredentialStatus.REVOKED
DECISION = "QĐ 9/2026"


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A yard whose first list of three is final."""
    yard = Yard(tmp_path, GivenList(rows(3)))
    yard.send()
    yard.run()
    assert [batch.state for batch in yard.store.batches()] == ["FINAL"]
    return yard


def stored(yard: Yard, index: int) -> StoredRecord:
    """A record of the first list."""
    return list(yard.store.records(yard.store.batches()[0].id))[index]


def change(yard: Yard, record: StoredRecord, status: CredentialStatus) -> None:
    """A change of status, proposed by one and approved by another."""
    name = f"{record.id}-{int(status)}"
    propose(yard.store, StatusChange(name, INSTITUTION.iss, record.id, status, "wrong_data", DECISION, "api:a", 5))
    decide(yard.store, name, "APPROVED", "api:b", 6)


def corrected(count: int = 1) -> list[Row]:
    """The first rows once more, with another name."""
    return [row._replace(cells={**row.cells, "ho_va_ten": "Lê Thị Sửa"}) for row in rows(3)[:count]]


def send(yard: Yard, given: list[Row], body: str) -> tuple[Upload, CheckReport]:
    """Another list, taken in or refused."""
    return take_in(yard.store, GivenList(given), body, objects=yard.objects)


def test_a_superseded_record_comes_again(yard: Yard) -> None:
    """The corrected one is edition 2, names decision and leaf of the old one, and both can be exported."""
    old = newest(yard)
    change(yard, old, SUPERSEDED)
    yard.run()
    upload, report = send(yard, corrected(), "corrected")
    assert (upload.state, dict(report.rules)) == ("ACCEPTED", {"replaces_earlier": 1})
    yard.run()
    new = newest(yard)
    assert (new.edition, name_of(yard, new), yard.store.find(old.key, 1)) == (2, "Lê Thị Sửa", old)
    claim = claims(yard, new)["thay_the"]
    assert claim == {
        "lan_cap": "2",
        "quyet_dinh_thay_the": DECISION,
        "ma_bam_van_bang_duoc_thay": leaf(yard, old).hex(),
    }
    assert "thay_the" not in claims(yard, old)
    assert [status_of(yard.store, item) for item in (old, new)] == [SUPERSEDED, CredentialStatus.VALID]
    assert [(item.decision, item.status) for item in history(yard.store, old)] == [(DECISION, SUPERSEDED)]


def test_erasing_the_old_one_breaks_nothing(yard: Yard) -> None:
    """What the new one says of it is its own; also a record erased before can be replaced, for its leaf is public."""
    old = newest(yard)
    before = leaf(yard, old)
    change(yard, old, SUPERSEDED)
    yard.run()
    yard.store.erase(old.id, 9)
    assert send(yard, corrected(), "corrected")[0].state == "ACCEPTED"
    yard.run()
    new = newest(yard)
    assert (new.edition, claims(yard, new)["thay_the"]["ma_bam_van_bang_duoc_thay"]) == (2, before.hex())


def test_nobody_is_erased_by_half(yard: Yard) -> None:
    """While a corrected record is on its way, erasing all editions is refused: it would be issued afterwards."""
    old = newest(yard)
    check_none_on_its_way(yard.store, old.key)
    change(yard, old, SUPERSEDED)
    yard.run()
    send(yard, corrected(), "corrected")
    with pytest.raises(Conflict, match="edition 2 of this diploma is in a list that is not sealed yet"):
        check_none_on_its_way(yard.store, old.key)
    yard.run()
    check_none_on_its_way(yard.store, old.key)


@pytest.mark.parametrize(
    ("status", "rule"),
    [(None, "already_issued"), (CredentialStatus.SUSPENDED, "already_issued"), (REVOKED, "number_revoked")],
)
def test_what_is_not_superseded_stays(yard: Yard, status: CredentialStatus | None, rule: str) -> None:
    """A number in force or revoked is refused, with what to do about it."""
    if status is not None:
        for index in range(3):
            change(yard, stored(yard, index), status)
        yard.run()
    upload, report = send(yard, corrected(), "again")
    assert (upload.state, dict(report.rules)) == ("REFUSED", {rule: 1})


def test_not_before_the_registry_says_so(yard: Yard) -> None:
    """Superseded in our lists, but not for good in the registry, is not enough: two might be valid at once."""
    for index in range(3):
        change(yard, stored(yard, index), SUPERSEDED)
    assert send(yard, corrected(), "too early")[1].rules == {"already_issued": 1}
    yard.engine.step()
    upload, report = send(yard, corrected(), "early")
    assert (upload.state, dict(report.rules)) == ("REFUSED", {"replacement_not_final": 1})
    yard.run()
    assert send(yard, corrected(), "in time")[0].state == "ACCEPTED"
    assert send(yard, corrected(), "twice")[1].rules == {"in_another_list": 1}


def test_a_third_edition(yard: Yard) -> None:
    """What replaced another is replaced in the same way, and names the second."""
    for index in range(3):
        change(yard, stored(yard, index), SUPERSEDED)
    yard.run()
    send(yard, corrected(), "second")
    yard.run()
    second = newest(yard)
    assert send(yard, corrected(), "again")[1].rules == {"already_issued": 1}
    change(yard, second, SUPERSEDED)
    yard.run()
    send(yard, corrected(), "third")
    yard.run()
    third = newest(yard)
    assert third.edition == 3
    assert claims(yard, third)["thay_the"]["ma_bam_van_bang_duoc_thay"] == leaf(yard, second).hex()
    assert [item.edition for item in yard.store.editions(second.key)] == [1, 2, 3]


def test_a_tile_that_is_gone(yard: Yard) -> None:
    """Without the public files of the old one nothing is accepted: the new one could not name it."""
    for index in range(3):
        change(yard, stored(yard, index), SUPERSEDED)
    yard.run()
    yard.objects = type(yard.objects)()
    with pytest.raises(StoreError, match="not in the store"):
        send(yard, corrected(), "corrected")


def newest(yard: Yard) -> StoredRecord:
    """What was issued last under the number of the first row."""
    record, _ = KIND.parse(rows(1)[0].cells)
    assert record is not None
    found = yard.store.find(record_key(INDEX_KEY, KIND, record))
    assert found is not None
    return found


def name_of(yard: Yard, item: StoredRecord) -> str:
    """The name in a record."""
    return str(decrypt_record(KIND, item).__dict__["ho_va_ten"])


def claims(yard: Yard, item: StoredRecord) -> dict[str, dict[str, str]]:
    """What the exported file of a record shows; making it checks it against its leaf."""
    batch = yard.store.batch(item.batch_id)
    assert batch is not None
    file = credential_of(yard.objects, KIND, batch, item, yard.keys.es256("shb/credential"))
    return {claim.name: claim.value for claim in file.disclosures}  # type: ignore[misc]


def leaf(yard: Yard, item: StoredRecord) -> bytes:
    """The record's leaf hash, from its own payload."""
    place = StatusPlace(item.list_uri or "", item.list_index or 0)
    found = leaf_hash(commit_record(KIND, INSTITUTION.iss, decrypt_record(KIND, item), item.secret, place).payload)
    assert len(found) == DIGEST_SIZE
    return found


WRITES = ("propose_changes", "decide_changes", "apply_changes", "add_status_root", "add_records", "accept", "seal")


@pytest.mark.slow
@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("method", WRITES)
def test_it_may_die_anywhere(yard: Yard, monkeypatch: pytest.MonkeyPatch, method: str, *, persisted: bool) -> None:
    """Stopped before or after any write, the same steps go on from there; two editions are never good at once."""
    real = getattr(SqlStore, method)

    def dies(self: SqlStore, *given: Any, **told: Any) -> None:
        if persisted:
            real(self, *given, **told)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, method, dies)
        with pytest.raises(KeyboardInterrupt):
            correct(yard)
        assert list(check_editions(yard.store, Mirror(yard))) == []
    correct(yard)
    assert list(check_editions(yard.store, Mirror(yard))) == []
    new = newest(yard)
    assert (new.edition, name_of(yard, new), status_of(yard.store, new)) == (2, "Lê Thị Sửa", CredentialStatus.VALID)
    old = yard.store.find(new.key, 1)
    assert old is not None
    assert status_of(yard.store, old) is SUPERSEDED


def correct(yard: Yard) -> None:
    """The whole way of a correction, each step taken only if it was not taken yet."""
    old = newest(yard)
    if old.edition == 1 and status_of(yard.store, old) is not SUPERSEDED:
        change(yard, old, SUPERSEDED)
    yard.run()
    yard.files.listed = GivenList(corrected())
    yard.send(b"corrected")
    yard.run()


class Mirror:
    """The yard's own public files."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard

    def copies(self, path: str) -> list[Copy]:
        return [Copy("here", self.yard.objects.get(path))]
