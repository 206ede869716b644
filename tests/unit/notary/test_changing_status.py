"""Changes of status: two people, one direction, and never half of one."""

from dataclasses import replace
from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import INSTITUTION, KIND, MemoryStore, Silent, accept, new_keys, new_store, registered_keys, rows
from stored_things import NOW, accepted, digest, place, placed_records
from vanbang.core.errors import FormatError
from vanbang.core.status import CredentialStatus, StatusList, read_status_list, read_status_manifest
from vanbang.notary.anchoring import Reconciler
from vanbang.notary.changing_status import (
    ChangesRefused,
    apply_approved,
    decide,
    decide_all,
    history,
    propose,
    propose_all,
    status_of,
)
from vanbang.notary.sealing import seal
from vanbang.notary.status_places import publish_status
from vanbang.ports import Conflict, SealedBatch, StatusChange, Store, StoredRecord, StoredRoot

REVOKED, SUSPENDED, VALID = CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.VALID


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    seal(store, MemoryStore(), KIND, accept(store, rows(3)), 2, Silent())
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


@pytest.mark.slow
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


def test_several_at_once_or_none(store: Store) -> None:
    """With one that cannot be, is open already or occurs twice, none is stored; each is named by its place."""
    propose(store, change(store, name="open", index=2))
    asked = [change(store, name="a"), change(store, VALID, "b", 1), change(store, name="c", index=2)]
    with pytest.raises(ChangesRefused) as refused:
        propose_all(store, asked)
    assert list(refused.value.obstacles) == [1, 2]
    assert "is valid cannot become valid" in refused.value.obstacles[1][1]
    with pytest.raises(ChangesRefused) as refused:
        propose_all(store, [asked[0], replace(asked[0], id="again")])
    assert list(refused.value.obstacles) == [0, 1]
    assert [item.id for item in store.changes(None, ())] == ["open"]
    both = propose_all(store, [asked[0], change(store, SUSPENDED, "b", 1)])
    assert propose_all(store, both) == both
    with pytest.raises(Conflict):
        decide_all(store, ["a", "b", "nobody"], "APPROVED", "api:two", 6)
    assert {item.state for item in store.changes(None, ())} == {"PROPOSED"}
    assert [item.state for item in decide_all(store, ["a", "b"], "APPROVED", "api:two", 6)] == ["APPROVED"] * 2


@pytest.mark.parametrize("decision", ["", "x" * 201, "QĐ\n1"])
def test_a_decision_has_a_number(store: Store, decision: str) -> None:
    """A change rests on something that can be looked up."""
    with pytest.raises(FormatError, match="decision"):
        propose(store, change(store, decision=decision))


def test_too_many_at_once(store: Store) -> None:
    """What would hold up all other writers is refused as a whole."""
    with pytest.raises(FormatError, match="10000 at once"):
        propose_all(store, [change(store)] * 10_001)
    with pytest.raises(FormatError, match="10000 at once"):
        decide_all(store, ["a"] * 10_001, "APPROVED", "api:two", 6)


def test_what_its_holder_is_told(store: Store) -> None:
    """What was approved, with reason, decision and time, in its order; what was rejected, or waits, is not told."""
    for name, wanted, state in (("a", SUSPENDED, "APPROVED"), ("b", REVOKED, "REJECTED"), ("c", VALID, "APPROVED")):
        propose(store, change(store, wanted, name, decision=f"QĐ {name}"))
        decide(store, name, state, "api:two", 6)  # type: ignore[arg-type]
        apply_approved(store, INSTITUTION.iss)
    propose(store, change(store, REVOKED, "d"))
    told = [(item.status, item.decision, item.state) for item in history(store, record(store))]
    assert told == [(SUSPENDED, "QĐ a", "APPLIED"), (VALID, "QĐ c", "APPLIED")]
    assert history(store, record(store, 1)) == []


@pytest.mark.slow
def test_five_thousand_in_one_root(tmp_path: Path) -> None:
    """Thousands of changes over several lists are proposed, approved and applied together; one root names them."""
    store, objects, jwk = new_store(tmp_path), MemoryStore(), new_keys().es256("shb/credential")
    batch = accepted(store, "u", [str(number) for number in range(5_000)])
    uris = [f"{INSTITUTION.iss}/status/{number}" for number in range(3)]
    for uri in uris:
        store.add_status_list(INSTITUTION.iss, StatusList.empty(uri))
    places = [
        item._replace(list_uri=uris[number % 3])
        for number, item in enumerate(placed_records(list(store.records(batch.id))))
    ]
    place(store, batch.id, places)
    store.seal(SealedBatch(batch.id, NOW, digest("root"), 5_000, digest("type")))
    publish_status(store, objects, INSTITUTION.iss, jwk, 10)
    asked = [
        StatusChange(f"{item.id:032x}", INSTITUTION.iss, item.id, 1 + item.id % 3, "fraud", "QĐ 1", "api:one", 5)
        for item in places
    ]
    propose_all(store, asked)
    decide_all(store, [item.id for item in asked], "APPROVED", "api:two", 6)
    assert apply_approved(store, INSTITUTION.iss) == 5_000
    root = publish_status(store, objects, INSTITUTION.iss, jwk, 20)
    assert (root.epoch, len(read_status_manifest(root.manifest).lists)) == (2, 3)
    lists = {uri: read_status_list(token(objects, root, uri)) for uri in uris}
    assert all(lists[item.list_uri].of(item.list_index) == 1 + item.id % 3 for item in places)
    assert sum(lists[uri].of(index) != 0 for uri in uris for index in range(5_000)) == 5_000


def token(objects: MemoryStore, root: StoredRoot, uri: str) -> bytes:
    """The list that a root names."""
    reference = read_status_manifest(root.manifest).find(uri)
    assert reference is not None
    found = objects.get(f"status/{reference.sha256.hex()}")
    assert found is not None
    return found
