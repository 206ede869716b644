"""F35 and F36: an institution's ANCHOR key is changed while its batches are on their way."""

from faults.behind import registry
from faults.fault import Fault
from faults.ground import SCHOOLS
from faults.town import Town
from faults.worker import Orders
from vanbang.adapters.ethereum.abi import encode_call
from vanbang.bootstrap import House, open_house
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR
from vanbang.notary.registering import add_key, end_key, send
from vanbang.ports import Call

SCHOOL = SCHOOLS[0]
OLD, NEW = f"{SCHOOL.slug}/anchor", f"{SCHOOL.slug}/anchor-2"


def add_new(here: Town, house: House) -> None:
    """A second ANCHOR key, ours and registered."""
    signer = house.keys.create(NEW)
    add_key(house.store, house.ledger, house.keys, SCHOOL, signer.address, ROLE_ANCHOR, here.wait)


def planned(here: Town) -> None:
    """The old key ends when a batch is signed with it and not yet anchored."""
    doomed = here.work(Orders("anchoring"))
    here.hand_in(SCHOOL)
    here.dies(doomed)
    with open_house(here.home) as house:
        add_new(here, house)
        old = house.keys.signer(OLD).address
        end_key(house.store, house.ledger, house.keys, SCHOOL, old, here.wait)
    here.work()


def emergency(here: Town) -> None:
    """The old key is declared compromised since before an anchor that was final: it is anchored again with the new."""
    (batch,) = here.issue(SCHOOL)
    here.end_workers()
    with open_house(here.home) as house:
        add_new(here, house)
        old, admin = house.keys.signer(OLD).address, house.keys.signer(f"{SCHOOL.slug}/admin")
        since = here.chain.w3.eth.get_block(batch.block or 0)["timestamp"] - 1
        data = encode_call("declareCompromised", issuer_id(SCHOOL.iss), "0x" + old.hex(), since)
        declared = Call(bytes.fromhex(registry(here)[2:]), data, "declare a key compromised")
        send(house.store, house.ledger, admin, declared, here.wait)
    here.work()
    here.until(lambda: any(each.ended_at for each in here.store().incidents()), "the anchor mended")


FAULTS = [
    Fault(
        35,
        "a key ends while batches signed with it wait",
        "they are signed again with the new key, and what is final stays good",
        {"plain": planned},
    ),
    Fault(
        36,
        "a key is declared compromised since before a final anchor",
        "incident; the batch is signed with a good key and anchored again",
        {"plain": emergency},
    ),
]
