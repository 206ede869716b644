"""Signatures made elsewhere: asked for, checked, and used as if the key were here."""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import (
    INSTITUTION,
    KIND,
    MemoryStore,
    Silent,
    accept,
    impatient,
    new_keys,
    new_store,
    registered_keys,
    rows,
)
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.core.endorsement import read_endorsements
from vanbang.core.errors import SignatureInvalid
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.acting_keys import NoGoodKey
from vanbang.notary.anchoring import Reconciler
from vanbang.notary.endorsing import SIGNATURE_LIFE, sign
from vanbang.notary.issuing import Issuing
from vanbang.notary.progress import waiting_for
from vanbang.notary.sealing import seal
from vanbang.notary.signing import SigningRequest, hand_in, signing_requests
from vanbang.ports import Batch, Store

THEIRS = new_keys()
"""The institution's own key store; ours has none of its signing keys."""


@dataclass
class Apart:
    """An installation for an institution that keeps its keys elsewhere, with one sealed batch."""

    folder: Path
    chain: FakeChain
    keys: MemoryKeyStore

    @property
    def store(self) -> Store:
        return new_store(self.folder)

    @property
    def ledger(self) -> FakeLedger:
        return FakeLedger(self.chain)

    def batch(self) -> Batch:
        return self.store.batches()[0]

    def step(self) -> str:
        """One step of the engine for batch, roots and anchors; gives what the batch waits for."""
        work = Issuing(self.store, OBJECTS, self.keys, self.ledger, impatient(self.store), lambda: self.chain.time)
        if self.batch().state in ("ACCEPTED", "SEALED"):
            work.advance(self.batch(), Silent())
        Reconciler(self.store, OBJECTS, self.ledger, self.keys).step(self.chain.time)
        self.chain.mine()
        return waiting_for(self.store, self.batch())

    def requests(self, kind: str | None = None) -> list[SigningRequest]:
        return [r for r in signing_requests(self.store, self.ledger, None) if kind in (None, r.kind)]

    def answer(self, request: SigningRequest, key: str | None = None) -> None:
        signer = THEIRS.signer(key or f"shb/{request.role}")
        signature = sign(signer, request.digest)
        hand_in(self.store, self.ledger, request, signer.address, signature, "Lê Thị Hoa", "Phó Hiệu trưởng", 5)


OBJECTS = MemoryStore()


@pytest.fixture
def apart(tmp_path: Path) -> Apart:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    keys.create("relayer")
    keys.create_es256("shb/credential")
    house = Apart(tmp_path, FakeChain(registered_keys(THEIRS)), keys)
    seal(house.store, OBJECTS, KIND, accept(house.store, rows(3)), 2, Silent())
    return house


@pytest.mark.slow
def test_the_whole_way_without_a_key_of_theirs(apart: Apart) -> None:
    """Officer, status and anchor signatures are asked for in turn, and with them the batch becomes final."""
    assert apart.step() == "officer_signature"
    (endorsement,) = apart.requests()
    assert (endorsement.kind, endorsement.subject, endorsement.iss) == (
        "endorsement",
        apart.batch().id,
        INSTITUTION.iss,
    )
    assert endorsement.id == endorsement.digest.hex()
    apart.answer(endorsement)
    assert apart.step() == "institution_signature"
    assert {request.kind for request in apart.requests()} == {"anchor", "status_root"}
    for request in apart.requests():
        assert request.deadline == apart.batch().deadline or request.kind == "status_root"
        apart.answer(request)
    for _ in range(8):
        waits = apart.step()
    assert waits == ""
    assert apart.requests() == []
    (endorsed,) = read_endorsements(apart.batch().endorsements or b"")
    assert (endorsed.name, endorsed.title, endorsed.signer) == (
        "Lê Thị Hoa",
        "Phó Hiệu trưởng",
        THEIRS.signer("shb/officer").address,
    )


@pytest.mark.slow
def test_a_request_stays_the_same_until_it_is_answered(apart: Apart) -> None:
    """What was shown to sign yesterday is still what is to be signed today."""
    apart.answer(apart.requests()[0])
    apart.step()
    before = {(request.id, request.deadline) for request in apart.requests()}
    apart.chain.time += 86_400
    apart.step()
    assert {(request.id, request.deadline) for request in apart.requests()} == before
    assert len(before) == 2


def test_a_deadline_that_passes_unsigned(apart: Apart) -> None:
    """When nobody signs for ninety days, new statements with a new deadline are asked for."""
    apart.answer(apart.requests()[0])
    apart.step()
    before = {request.id for request in apart.requests()}
    apart.chain.time += SIGNATURE_LIFE + 1
    for _ in range(3):
        apart.step()
    after = apart.requests()
    assert {request.kind for request in after} == {"anchor", "status_root"}
    assert not before & {request.id for request in after}


def test_signatures_that_are_refused(apart: Apart) -> None:
    """Another key's, a wrong role's, an ended key's, and one over something else are refused and not kept."""
    (request,) = apart.requests()
    officer = THEIRS.signer("shb/officer")
    good = sign(officer, request.digest)
    cases = [
        (officer.address, sign(THEIRS.signer("shb/anchor"), request.digest)),
        (officer.address, sign(officer, b"x" * 32)),
        (officer.address, good[:-1]),
        (THEIRS.signer("shb/anchor").address, sign(THEIRS.signer("shb/anchor"), request.digest)),
        (THEIRS.signer("owner").address, sign(THEIRS.signer("owner"), request.digest)),
    ]
    for signer, signature in cases:
        with pytest.raises(SignatureInvalid):
            hand_in(apart.store, apart.ledger, request, signer, signature, "A", "B", apart.chain.time)
    with pytest.raises(SignatureInvalid, match="name and title"):
        hand_in(apart.store, apart.ledger, request, officer.address, good, "", "", apart.chain.time)
    apart.chain.keys[issuer_id(INSTITUTION.iss), officer.address] = Key(1, 2, 0, 4)
    with pytest.raises(SignatureInvalid, match="good officer key"):
        hand_in(apart.store, apart.ledger, request, officer.address, good, "A", "B", apart.chain.time)
    assert list(apart.store.handed_in(request.digest)) == []


def test_a_key_that_ends_after_it_signed(apart: Apart) -> None:
    """A signature handed in by a key that has ended meanwhile is not used: another one is waited for."""
    apart.answer(apart.requests()[0])
    officer = THEIRS.signer("shb/officer").address
    apart.chain.keys = {
        place: replace(key, not_after=2) if place[1] == officer else key for place, key in apart.chain.keys.items()
    }
    assert apart.step() == "officer_signature"
    assert [request.kind for request in apart.requests()] == ["endorsement"]


def test_keys_of_ours_that_ended_are_an_error(apart: Apart) -> None:
    """Where the key store holds keys of a role and none of them may act, that is said instead of waiting for ever."""
    apart.keys.create("shb/officer")
    work = Issuing(apart.store, OBJECTS, apart.keys, apart.ledger, impatient(apart.store), lambda: apart.chain.time)
    with pytest.raises(NoGoodKey):
        work.advance(apart.batch(), Silent())


def test_requests_of_one_institution(apart: Apart) -> None:
    """Who asks for an institution sees what waits for it, and nothing of others."""
    assert len(signing_requests(apart.store, apart.ledger, INSTITUTION.iss)) == 1
    assert signing_requests(apart.store, apart.ledger, "https://other.edu.vn") == []
