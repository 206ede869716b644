"""Changes of status: two people, one direction, and never half of one."""

from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import INSTITUTION, KIND, MemoryStore, accept, new_keys, new_store, registered_keys, rows
from vanbang.core.errors import FormatError
from vanbang.core.status import CredentialStatus, read_status_list, read_status_manifest
from vanbang.notary.anchoring import Reconciler
from vanbang.notary.changing_status import apply_approved, decide, propose, status_of
from vanbang.notary.sealing import seal
from vanbang.notary.status_places import publish_status
from vanbang.ports import Conflict, StatusChange, Store, StoredRecord

REVOKED, SUSPENDED, VALID = CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.VALID


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    seal(store, MemoryStore(), KIND, accept(store, rows(3)), 2, lambda _: None)
    return store


def record(store: Store, index: int = 0) -> StoredRecord:
    return list(store.records(store.batches()[0].id))[index]


def change(
    store: Store, status: CredentialStatus = REVOKED, name: str = "c1", index: int = 0, **values
) -> StatusChange:
    fields = {"reason": "fraud", "decision": "12/QĐ", "proposed_by": "api:one", "proposed_at": 5} | values
    return StatusChange(name, INSTITUTION.iss, record(store, index).id, int(status), **fields)


def status(store: Store, index: int = 0) -> CredentialStatus:
    return status_of(store, record(store, index))


def test_two_people_change_a_status(store: Store) -> None:
    """Proposed by one and approved by another it is applied; the other credentials stay as they were."""
    propose(store, change(store))
    assert (apply_approved(store, INSTITUTION.iss), status(store)) == (0, VALID)
    decide(store, "c1", "APPROVED", "api:two", 6)
    assert apply_approved(store, INSTITUTION.iss) == 1
    assert [status(store, index) for index in range(3)] == [REVOKED, VALID, VALID]
    assert (store.change("c1").state, apply_approved(store, INSTITUTION.iss)) == ("APPLIED", 0)


def test_nobody_approves_his_own(store: Store) -> None:
    """The proposer cannot decide, and a decision stays."""
    propose(store, change(store))
    with pytest.raises(Conflict):
        decide(store, "c1", "APPROVED", "api:one", 6)
    decide(store, "c1", "REJECTED", "api:two", 6)
    with pytest.raises(Conflict):
        decide(store, "c1", "APPROVED", "api:three", 7)
    assert apply_approved(store, INSTITUTION.iss) == 0


def test_proposing_again(store: Store) -> None:
    """The same proposal again is the same; another one for the same credential waits for its end."""
    first = propose(store, change(store))
    assert propose(store, change(store)) == first
    with pytest.raises(Conflict):
        propose(store, change(store, name="c2"))
    decide(store, "c1", "REJECTED", "api:two", 6)
    assert propose(store, change(store, name="c2")).state == "PROPOSED"


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([REVOKED], [VALID, SUSPENDED, REVOKED]),
        ([SUSPENDED], [SUSPENDED]),
        ([SUSPENDED, VALID], [VALID]),
        ([SUSPENDED, REVOKED], [VALID]),
        ([CredentialStatus.SUPERSEDED], [VALID, REVOKED]),
    ],
)
def test_what_may_follow_what(store: Store, steps, refused) -> None:
    """Suspension can be lifted; revocation and replacement are for good."""
    for number, step in enumerate(steps):
        propose(store, change(store, step, f"s{number}"))
        decide(store, f"s{number}", "APPROVED", "api:two", 6)
        apply_approved(store, INSTITUTION.iss)
    assert status(store) == steps[-1]
    for number, step in enumerate(refused):
        with pytest.raises(Conflict):
            propose(store, change(store, step, f"r{number}"))


def test_reasons_are_codes(store: Store) -> None:
    """Free text, which could name people, is no reason."""
    with pytest.raises(FormatError):
        propose(store, change(store, reason="because of Nguyen Van An"))


def test_a_credential_that_is_not_sealed(tmp_path: Path) -> None:
    """Before sealing there is no status to change."""
    store = new_store(tmp_path)
    accept(store, rows(1))
    with pytest.raises(Conflict):
        propose(store, change(store))


def test_the_chain_learns_of_it(store: Store) -> None:
    """The next status root names a list with the new bits; the same bits make no further root."""
    keys, objects = new_keys(), MemoryStore()
    chain = FakeChain(registered_keys(keys))
    jwk = keys.es256("shb/credential")
    publish_status(store, objects, INSTITUTION.iss, jwk, 10)
    propose(store, change(store))
    decide(store, "c1", "APPROVED", "api:two", 6)
    apply_approved(store, INSTITUTION.iss)
    root = publish_status(store, objects, INSTITUTION.iss, jwk, 20)
    assert root.epoch == 2
    assert publish_status(store, objects, INSTITUTION.iss, jwk, 30) == root
    for _ in range(10):
        Reconciler(store, objects, FakeLedger(chain), keys).step(chain.time)
        chain.mine()
    assert store.status_roots(INSTITUTION.iss)[-1].state == "FINAL"
    item = record(store)
    named = read_status_manifest(root.manifest).find(item.list_uri or "")
    assert named is not None
    token = objects.get(f"status/{named.sha256.hex()}")
    assert token is not None
    assert read_status_list(token).of(item.list_index or 0) is REVOKED
