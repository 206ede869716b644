"""Keys are rotated and declared compromised, institutions governed: by commands, on a real node."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from chains import Chain, chain_at, running_anvil
from command_line import SAMPLE, Installation, environment, installed, write_list

from vanbang.bootstrap import House, open_house
from vanbang.cli.setting_up import pause
from vanbang.core.batch import AnchorKey, anchor_key
from vanbang.core.eip712 import anchor_digest, revocation_digest, status_root_digest
from vanbang.core.encoding import Digest, digest_of, time_text
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Dossier
from vanbang.core.status import read_status_manifest
from vanbang.notary.progress import trouble_said
from vanbang.notary.refusing import ERRORS, REFUSALS, refusal_said
from vanbang.notary.registering import send
from vanbang.notary.seats import relayer_of
from vanbang.ports import CallReverted, Order, SignedGroup, Signer, Trouble

pytestmark = pytest.mark.slow

ISSUER = issuer_id(SAMPLE.iss)
HOUR = 3_600
"""Chain and machine may differ by a quarter of an hour before a new key is not believed to have begun."""
STEP = 60


@pytest.fixture
def chain(anvil_url: str) -> Iterator[Chain]:
    """The node, put back after the test, its clock the machine's."""
    found = chain_at(anvil_url)
    snapshot = found.rpc("evm_snapshot")
    yield found
    found.rpc("evm_revert", snapshot)


@pytest.fixture
def vanbang(chain: Chain, anvil_url: str, tmp_path: Path) -> Installation:
    return installed(tmp_path / "home", "--rpc", anvil_url, "--depth", "0", inside=True)


@contextmanager
def opened(vanbang: Installation) -> Iterator[House]:
    with patch.dict("os.environ", environment(vanbang.home)), open_house(vanbang.home) as house:
        yield house


def issue(vanbang: Installation, number: int) -> str:
    """Issues a list to its end; the batch's id."""
    path = vanbang.home.parent / f"{number}.csv"
    write_list(path, 2, "governing", after=2 * number)
    before = {batch.id for batch in final(vanbang)}
    vanbang.good("issue", path, "--issuer", SAMPLE.code)
    (new,) = {batch.id for batch in final(vanbang)} - before
    return new


def final(vanbang: Installation) -> list[Any]:
    with opened(vanbang) as house:
        return list(house.store.batches("FINAL"))


def dossiers(house: House, *batches: str) -> list[Dossier]:
    keys = [anchor_key(found.manifest) for batch in batches if (found := house.store.batch(batch)) and found.manifest]
    assert len(keys) == len(batches)
    return list(house.ledger.dossiers(keys, house.ledger.horizon().latest))


def account(house: House, name: str) -> bytes:
    return house.keys.signer(f"{SAMPLE.code.lower()}/{name}").address


def anchor_by_thief(house: House, name: str) -> AnchorKey:
    """An invented batch under a stolen ANCHOR key."""
    key = AnchorKey(Digest(ISSUER), digest_of(b"invented"), 7, digest_of(b"manifest of nothing"))
    deadline = house.ledger.horizon().latest_time + HOUR
    signer = house.keys.signer(f"{SAMPLE.code.lower()}/{name}")
    signature = signer.sign(anchor_digest(house.ledger.domain(), ISSUER, [key], deadline))
    call = house.ledger.anchor_call([SignedGroup(ISSUER, deadline, (key,), signature)])
    send(house.store, house.ledger, relayer_of(house.keys), call, pause)
    return key


def test_a_planned_rotation_while_a_batch_waits(vanbang: Installation, chain: Chain, tmp_path: Path) -> None:
    """A batch that the old key signed and nobody anchored yet is signed by the new one; what was final stays; the same
    command again changes nothing."""
    first = issue(vanbang, 0)
    write_list(tmp_path / "1.csv", 2, "governing", after=2)
    with patch("vanbang.notary.anchoring.Step._send_anchors", side_effect=OSError("the machine stops")):
        assert vanbang("issue", tmp_path / "1.csv", "--issuer", SAMPLE.code).status == 1
    with opened(vanbang) as house:
        (waiting,) = house.store.batches("ENDORSED")
    rotate = ("key", "rotate", "--code", SAMPLE.code, "--role", "anchor", "--overlap", "0", "--json")
    done = vanbang.good(*rotate).json()
    assert done["name"] == f"{SAMPLE.code.lower()}/anchor-2"
    assert vanbang.good(*rotate).json() == done
    chain.travel(2)  # a key still acts in the second in which it ends
    vanbang.good("worker", "--once")
    with opened(vanbang) as house:
        old, new = dossiers(house, first, waiting.id)
        assert (old.anchor.signer, new.anchor.signer) == (account(house, "anchor"), account(house, "anchor-2"))
        assert old.has_good_anchor()
        assert new.has_good_anchor()
        ended = house.ledger.key(ISSUER, account(house, "anchor"))
        assert ended.not_after >= house.ledger.key(ISSUER, account(house, "anchor-2")).not_before
        assert not any("anchor-3" in name for name in house.keys.names())


def test_a_stolen_anchor_key(vanbang: Installation, chain: Chain) -> None:
    """What it anchored before the date stays as it is, ours behind it is anchored again by a new key, the thief's is
    named and void; to declare it again changes nothing."""
    before = [issue(vanbang, number) for number in range(3)]
    chain.travel(STEP)
    since = chain.now()
    chain.travel(STEP)
    after = [issue(vanbang, number) for number in range(3, 6)]
    with opened(vanbang) as house:
        rogue, untouched = anchor_by_thief(house, "anchor"), dossiers(house, *before)
    compromise = ("key", "compromise", "--code", SAMPLE.code, "--name", "anchor", "--since", time_text(since))
    asked = vanbang(*compromise)
    assert asked.status != 0
    assert rogue.root.hex() in asked.out + asked.err
    told = vanbang.good(*compromise, "--yes", "--json").json()
    assert told["replacement"] == f"{SAMPLE.code.lower()}/anchor-2"
    anchors = [deed for deed in told["deeds"] if deed["what"] == "anchor"]
    assert [deed["batch"] for deed in anchors] == [*after, None]
    assert anchors[-1]["subject"] == rogue.root.hex()
    vanbang.good("worker", "--once")
    with opened(vanbang) as house:
        assert {item.anchor for item in dossiers(house, *before)} == {item.anchor for item in untouched}
        again = dossiers(house, *after)
        assert {(item.anchor.signer, item.anchor.state) for item in again} == {(account(house, "anchor-2"), 2)}
        assert all(item.has_good_anchor() for item in [*untouched, *again])
        (stolen,) = house.ledger.dossiers([rogue], house.ledger.horizon().latest)
        assert not stolen.has_good_anchor()
        assert {incident.kind for incident in house.store.incidents() if incident.ended_at} == {"anchor_void"}
        assert not [incident for incident in house.store.incidents() if incident.ended_at is None]
    assert vanbang.good(*compromise, "--yes", "--json").json()["compromised_since"] == told["compromised_since"]


def test_a_stolen_status_key(vanbang: Installation, chain: Chain) -> None:
    """A thief's status root and revocation count for nothing any more, the next epoch says what ours said, and a batch
    that is to be revoked is revoked by the new key."""
    batch = issue(vanbang, 0)
    chain.travel(STEP)
    since = chain.now()
    with opened(vanbang) as house:
        ours = house.store.status_roots(SAMPLE.iss)[-1]
        root = anchor_key(house.store.batch(batch).manifest).root  # type: ignore[union-attr, arg-type]
        revoke_by_thief(house, root)
        set_status_by_thief(house, ours.epoch + 1)
    compromise = ("key", "compromise", "--code", SAMPLE.code, "--name", "status", "--since", time_text(since))
    deeds = vanbang.good(*compromise, "--yes", "--json").json()["deeds"]
    assert sorted(deed["what"] for deed in deeds) == ["revocation", "status_root"]
    vanbang.good("worker", "--once")
    with opened(vanbang) as house:
        (found,) = dossiers(house, batch)
        assert not found.revoked()
        newest = house.store.status_roots(SAMPLE.iss)[-1]
        assert (found.status.epoch, found.status.root) == (ours.epoch + 2, digest_of(newest.manifest))
        assert not found.status_key.compromised_since
        assert read_status_manifest(newest.manifest).lists == read_status_manifest(ours.manifest).lists
    revoke = ("batch", "revoke", "--code", SAMPLE.code, "--batch", batch, "--yes", "--json")
    assert vanbang.good(*revoke).json()["transaction"]
    assert vanbang.good(*revoke).json()["transaction"] is None
    with opened(vanbang) as house:
        assert dossiers(house, batch)[0].revoked()


def revoke_by_thief(house: House, root: bytes) -> None:
    deadline = house.ledger.horizon().latest_time + HOUR
    signature = thief(house).sign(revocation_digest(house.ledger.domain(), ISSUER, root, deadline))
    order = Order("revokeBatchBySignature", (ISSUER, root, deadline, signature), "revoke")
    send(house.store, house.ledger, relayer_of(house.keys), house.ledger.order_call(order), pause)


def set_status_by_thief(house: House, epoch: int) -> None:
    deadline, root = house.ledger.horizon().latest_time + HOUR, digest_of(b"everything is valid")
    signature = thief(house).sign(status_root_digest(house.ledger.domain(), ISSUER, root, epoch, deadline))
    call = house.ledger.status_root_call(ISSUER, root, epoch, deadline, signature)
    send(house.store, house.ledger, relayer_of(house.keys), call, pause)


def thief(house: House) -> Signer:
    return house.keys.signer(f"{SAMPLE.code.lower()}/status")


def test_seats_are_handed_over(vanbang: Installation) -> None:
    """Admin, owner and relayer are followed by new accounts with the old ones' money; each acts from then on, and the
    same command again changes nothing."""
    for role, code in (("admin", SAMPLE.code), ("owner", None), ("relayer", None)):
        rotate = ("key", "rotate", "--role", role, *(("--code", code) if code else ()), "--json")
        done = vanbang.good(*rotate).json()
        assert done["name"].endswith(f"{role}-2")
        if role != "relayer":
            assert vanbang.good(*rotate).json()["address"] == done["address"]
    with opened(vanbang) as house:
        slug = SAMPLE.code.lower()
        assert house.ledger.issuer(ISSUER).admin == account(house, "admin-2")
        assert house.ledger.owners() == (house.keys.signer("owner-2").address, bytes(20))
        assert relayer_of(house.keys).address == house.keys.signer("relayer-2").address
        for name in ("owner", "relayer", f"{slug}/admin"):
            old, new = (house.ledger.balance(house.keys.signer(item).address) for item in (name, f"{name}-2"))
            assert 0 <= 10 * old < new, name
    issue(vanbang, 0)
    vanbang.good("issuer", "suspend", "--code", SAMPLE.code)
    vanbang.good("key", "add", "--code", SAMPLE.code, "--role", "officer", "--name", "officer-2")


def test_an_institution_is_governed(vanbang: Installation, chain: Chain, tmp_path: Path) -> None:
    """Suspended, void and closed institutions anchor nothing and say why; reinstated and lifted they go on by
    themselves; a new name is in the registry and in what is issued from then on."""
    first, code = issue(vanbang, 0), ("--code", SAMPLE.code)
    write_list(tmp_path / "1.csv", 2, "governing", after=2)
    vanbang.good("issuer", "suspend", *code)
    refused = vanbang("issue", tmp_path / "1.csv", "--issuer", SAMPLE.code)
    assert (refused.status, "IssuerNotActive" in refused.err, REFUSALS["IssuerNotActive"][0] in refused.err) == (
        1, True, True,
    )  # fmt: skip
    assert trouble_of(vanbang) == REFUSALS["IssuerNotActive"]
    assert vanbang.good("issuer", "suspend", *code, "--json").json()["transaction"] is None
    vanbang.good("issuer", "reinstate", *code)
    vanbang.good("issuer", "void", *code, "--since", "now", "--yes")
    assert trouble_of(vanbang) == REFUSALS["IssuerIsVoid"]
    assert vanbang("issuer", "rename", *code, "--name", "Trường mới").status == 1
    vanbang.good("issuer", "void", *code, "--lift")
    vanbang.good("worker", "--once")
    with opened(vanbang) as house:
        assert len(house.store.batches("FINAL")) == 2
        assert house.store.troubles() == {}
    for _ in range(2):
        vanbang.good("issuer", "rename", *code, "--name", "Trường mới")
    assert vanbang("issuer", "close", *code).status != 0
    vanbang.good("issuer", "close", *code, "--yes")
    with opened(vanbang) as house:
        (found,) = dossiers(house, first)
        assert (found.standing, found.names[-1].name, len(found.names)) == (3, "Trường mới", 2)
        assert found.has_good_anchor()
        assert house.institution(SAMPLE.code).name == "Trường mới"


def test_every_refusal_of_a_statement(vanbang: Installation, chain: Chain, tmp_path: Path) -> None:
    """Each reason for which the registry refuses an anchor is told in words; what a new signature mends is signed
    again instead of being sent, and the rest stops its batch and nothing else."""
    write_list(tmp_path / "1.csv", 2, "governing", after=2)
    with patch("vanbang.notary.anchoring.Step._send_anchors", side_effect=OSError("the machine stops")):
        vanbang("issue", tmp_path / "1.csv", "--issuer", SAMPLE.code)
    for name in ("anchor-2", "anchor-9"):
        vanbang.good("key", "add", "--code", SAMPLE.code, "--role", "anchor", "--name", name)
    vanbang.good("key", "end", "--code", SAMPLE.code, "--name", "anchor")
    vanbang.good("key", "compromise", "--code", SAMPLE.code, "--name", "anchor-9", "--since", "now", "--yes")
    with opened(vanbang) as house:
        later = house.keys.create(f"{SAMPLE.code.lower()}/anchor-10")
        admin = house.keys.signer(f"{SAMPLE.code.lower()}/admin")
        order = Order("addKey", (ISSUER, later.address, 1, chain.now() + 10 * STEP, 0), "add a key that begins later")
        send(house.store, house.ledger, admin, house.ledger.order_call(order), pause)
        (batch,) = house.store.batches("ENDORSED")
        key, far = anchor_key(batch.manifest or b""), chain.now() + 3 * HOUR
        good = house.keys.signer(f"{SAMPLE.code.lower()}/anchor-2")
        groups = {
            "Expired": signed(house, good, (key,), chain.now() - 1),
            "UnknownIssuer": replace(signed(house, good, (key,), far), issuer_id=bytes(32)),
            "BadSignature": replace(signed(house, good, (key,), far), signature=bytes(65)),
            "UnknownKey": signed(house, relayer_of(house.keys), (key,), far),
            "WrongRole": signed(house, house.keys.signer(f"{SAMPLE.code.lower()}/status"), (key,), far),
            "KeyNotYetValid": signed(house, later, (key,), far),
            "KeyEnded": signed(house, house.keys.signer(f"{SAMPLE.code.lower()}/anchor"), (key,), far),
            "KeyIsCompromised": signed(house, house.keys.signer(f"{SAMPLE.code.lower()}/anchor-9"), (key,), far),
            "EmptyGroup": signed(house, good, (), far),
            "EmptyTree": signed(house, good, (replace(key, tree_size=0),), far),
        }
        chain.travel(1)
        quotes = house.ledger.quotes(
            relayer_of(house.keys).address, [house.ledger.anchor_call([g]) for g in groups.values()]
        )
        for name, quote in zip(groups, quotes, strict=True):
            assert isinstance(quote, CallReverted), name
            assert refusal_said(quote.reason) == REFUSALS[name], quote.reason
        for name in ("BadSignature", "UnknownKey", "WrongRole", "KeyEnded", "KeyIsCompromised"):
            house.store.renew(batch.id, far)
            house.store.endorse(batch.id, groups[name].signature)
            progress = house.issuing.reconcile()
            assert progress is not None
            assert (house.store.batch(batch.id).state, progress.of(batch)) == ("SEALED", None), name  # type: ignore[union-attr]
        house.store.renew(batch.id, far)
        house.store.endorse(batch.id, groups["KeyNotYetValid"].signature)
        progress = house.issuing.reconcile()
        assert progress is not None
        trouble = progress.of(batch)
        assert isinstance(trouble, CallReverted)
        assert refusal_said(trouble.reason) == REFUSALS["KeyNotYetValid"]
        chain.travel(11 * STEP)
    vanbang.good("worker", "--once")
    assert [item.id for item in final(vanbang)] == [batch.id]


def signed(house: House, signer: Signer, entries: tuple[AnchorKey, ...], deadline: int) -> SignedGroup:
    signature = signer.sign(anchor_digest(house.ledger.domain(), ISSUER, entries, deadline))
    return SignedGroup(ISSUER, deadline, entries, signature)


def trouble_of(vanbang: Installation) -> tuple[str, str]:
    """What stops the batch that waits, once a worker has tried."""
    vanbang.good("worker", "--once")
    (waiting,) = vanbang.good("anchors", "watch", "--once", "--json").json()["waiting"]
    found = waiting["trouble"]
    return trouble_said(Trouble(found["code"], found["detail"], 0))


def test_an_admin_is_replaced_slowly(tmp_path: Path) -> None:
    """The registrar names a new admin, who may accept a week later; a successor runs statuses a week later; a key
    compromised long ago is dated by the owner only; whose key is elsewhere is told what to send."""
    with running_anvil(tmp_path / "node.log") as url:
        chain = chain_at(url)
        vanbang = installed(tmp_path / "home", "--rpc", url, "--depth", "0", inside=True)
        code, stranger = ("--code", SAMPLE.code), "0x" + "5e" * 20
        told = vanbang.good("issuer", "replace-admin", *code, "--json").json()
        early = vanbang("issuer", "accept-admin", *code)
        assert (early.status, ERRORS["TooEarly"][0] in early.err) == (1, True)
        assert told["acceptable_from"] == time_text(pending_from(vanbang))
        chain.travel(8 * 86_400)
        assert vanbang.good("issuer", "accept-admin", *code, "--json").json()["admin"] == told["admin"]
        vanbang.good("issuer", "replace-admin", *code, "--to", stranger)
        vanbang.good("issuer", "replace-admin", *code, "--withdraw")
        handed = vanbang.good("key", "rotate", "--role", "admin", *code, "--to", stranger, "--json").json()
        assert (handed["done"], handed["send"]["from"]) == (False, stranger)
        chain.travel(40 * 86_400)
        compromise = ("key", "compromise", *code, "--name", "officer", "--yes", "--json", "--since")
        long_ago = time_text(chain.now() - 35 * 86_400)
        assert "--as-owner" in vanbang(*compromise, long_ago).err
        done = vanbang.good(*compromise, long_ago, "--as-owner").json()
        assert done["compromised_since"] == long_ago
        chain.rpc("anvil_impersonateAccount", stranger)
        chain.rpc("anvil_setBalance", stranger, hex(10**18))
        sent = {key: handed["send"][key] for key in ("from", "to", "data")}
        chain.rpc("eth_sendTransaction", sent)
        elsewhere = vanbang.good("key", "rotate", "--role", "anchor", *code, "--json").json()
        assert (elsewhere["done"], elsewhere["send"]["from"]) == (False, stranger)


def pending_from(vanbang: Installation) -> int:
    with opened(vanbang) as house:
        return house.ledger.issuer(ISSUER).pending_from
