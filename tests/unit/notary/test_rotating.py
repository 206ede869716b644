"""Planned rotation of an institution's signing keys, stopped at every moment."""

from pathlib import Path

import pytest

from fake_ledger import OPEN_END, FakeChain, FakeLedger
from killing import Crash, DiesAt, patience, registered
from small_house import INSTITUTION, new_keys, new_store
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR, Key
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.governing import Office
from vanbang.notary.registering import add_key
from vanbang.notary.rotating import DAY, Rotation, rotate_key
from vanbang.notary.seats import KeyElsewhere
from vanbang.ports import LedgerUnsure

pytestmark = pytest.mark.slow

ISSUER = issuer_id(INSTITUTION.iss)


def rotate(
    folder: Path,
    chain: FakeChain,
    keys: MemoryKeyStore,
    *,
    role: str = "anchor",
    name: str | None = None,
    old: str | None = None,
    overlap: int = 0,
    left: int = 10_000,
) -> tuple[Rotation, int]:
    """Rotates; gives what it came to, and how many calls of the store it took."""
    store = DiesAt(new_store(folder), left)
    office = Office(store, FakeLedger(chain), keys, patience(chain))  # type: ignore[arg-type]
    full, ending = (None if item is None else f"shb/{item}" for item in (name, old))
    return rotate_key(office, INSTITUTION, role, full, ending, overlap), left - store.left


@pytest.fixture
def yard(tmp_path: Path) -> tuple[Path, FakeChain, MemoryKeyStore]:
    chain, keys = FakeChain(), new_keys()
    registered(tmp_path, chain, keys)
    return tmp_path, chain, keys


def known(chain: FakeChain, keys: MemoryKeyStore, name: str) -> Key:
    return chain.state().keys[ISSUER, keys.signer(f"shb/{name}").address]


def test_the_old_key_ends_after_the_overlap(yard: tuple[Path, FakeChain, MemoryKeyStore]) -> None:
    """The new key begins before the old one ends, which is good until the overlap is over; again, nothing changes."""
    _, chain, keys = yard
    done, _ = rotate(*yard, overlap=3 * DAY)
    sent = len(chain.sent)
    assert rotate(*yard, overlap=3 * DAY)[0] == done
    assert len(chain.sent) == sent
    old, new = known(chain, keys, "anchor"), known(chain, keys, "anchor-2")
    assert (done.name, done.before, done.until) == ("shb/anchor-2", (keys.signer("shb/anchor").address,), old.not_after)
    assert new.not_before < old.not_after - 2 * DAY
    assert (new.role, new.not_after) == (ROLE_ANCHOR, OPEN_END)


def test_stopped_anywhere(tmp_path: Path) -> None:
    """Killed before any call to the database and run again, there is one new key, and the old one has ended."""
    (tmp_path / "0").mkdir()
    chain, keys = FakeChain(), new_keys()
    registered(tmp_path / "0", chain, keys)
    _, calls = rotate(tmp_path / "0", chain, keys)
    for number in range(1, calls, 3):
        folder, chain, keys = tmp_path / str(number), FakeChain(), new_keys()
        folder.mkdir()
        registered(folder, chain, keys)
        with pytest.raises(Crash):
            rotate(folder, chain, keys, left=number)
        rotate(folder, chain, keys)
        assert [name for name in keys.names() if "anchor" in name] == ["shb/anchor", "shb/anchor-2"]
        assert known(chain, keys, "anchor").not_after < OPEN_END
        assert known(chain, keys, "anchor-2").not_after == OPEN_END
        assert chain.mempool == {}


def test_a_key_that_was_bound_takes_over(yard: tuple[Path, FakeChain, MemoryKeyStore]) -> None:
    """A key of the role that is here and not registered yet is the new one; another only if it is named."""
    _, chain, keys = yard
    keys.create("shb/anchor-hsm")
    assert rotate(*yard)[0].name == "shb/anchor-hsm"
    assert rotate(*yard, name="anchor-7")[0].name == "shb/anchor-7"
    assert known(chain, keys, "anchor-hsm").not_after < OPEN_END


def test_of_several_officers_one_is_named(yard: tuple[Path, FakeChain, MemoryKeyStore]) -> None:
    """Where several officers have keys, whose is replaced must be said, and nobody else's ends."""
    folder, chain, keys = yard
    second = keys.create("shb/officer-2").address
    add_key(new_store(folder), FakeLedger(chain), keys, INSTITUTION, second, ROLES["officer"], patience(chain))
    sent = len(chain.sent)
    with pytest.raises(FormatError, match="shb/officer, shb/officer-2"):
        rotate(*yard, role="officer")
    with pytest.raises(FormatError, match="no other key"):
        rotate(*yard, role="officer", old="officer-5")
    assert len(chain.sent) == sent
    for _ in range(2):
        assert rotate(*yard, role="officer", old="officer-2")[0].name == "shb/officer-3"
    assert known(chain, keys, "officer").not_after == OPEN_END
    assert known(chain, keys, "officer-2").not_after < OPEN_END


def test_an_admin_elsewhere_is_told_what_to_send(yard: tuple[Path, FakeChain, MemoryKeyStore]) -> None:
    """Without the admin's key nothing is sent, and the error holds the call and who must send it."""
    folder, chain, keys = yard
    stranger = new_keys()
    stranger.create("shb/anchor-2")
    office = Office(new_store(folder), FakeLedger(chain), stranger, patience(chain))
    sent = len(chain.sent)
    with pytest.raises(KeyElsewhere, match="add_key") as caught:
        rotate_key(office, INSTITUTION, "anchor", None, None, 0)
    assert caught.value.sender == keys.signer("shb/admin").address
    assert len(chain.sent) == sent


def test_a_chain_that_does_not_answer(yard: tuple[Path, FakeChain, MemoryKeyStore]) -> None:
    """Endpoints that are away stop the rotation where it is, and the next one goes on."""
    _, chain, keys = yard
    count = iter(range(1_000))

    def away(_: str) -> None:
        if next(count) > 25:
            raise LedgerUnsure("nobody answers")

    chain.asked = away
    with pytest.raises(LedgerUnsure):
        rotate(*yard)
    chain.asked = lambda _: None
    assert rotate(*yard)[0].name == "shb/anchor-2"
    assert known(chain, keys, "anchor").not_after < OPEN_END
