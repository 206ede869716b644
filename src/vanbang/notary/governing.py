"""Governing institutions on the registry: orders of its owner, of a registrar, of an admin, each driven to FINAL.

Every order looks first whether it is carried out already, so that it may be given again after a crash. Only under the
chain's lease.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.views import NOBODY, NOTHING, IssuerView
from vanbang.core.encoding import Digest
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Naming
from vanbang.notary.registering import Wait, finish_open, send, top_up
from vanbang.notary.seats import Seat, admin_seat, held, holder_of, owner_seat, relayer_of
from vanbang.ports import Conflict, Institution, KeyStore, Ledger, Order, Store, Transaction

STANDINGS: Final = {"active": 1, "suspended": 2, "closed": 3}
UNDER_WAY: Final = ("RECEIVING", "ACCEPTED", "SEALED", "ENDORSED", "ANCHORING")


@dataclass(frozen=True, slots=True)
class Office:
    """What orders are given with. `wait` is a moment between two looks at the chain."""

    store: Store
    ledger: Ledger
    keys: KeyStore
    wait: Wait

    def order(self, seats: Sequence[Seat], order: Order, subject: str) -> Transaction:
        """Sends an order as the first of these seats whose key we hold, drives it to FINAL and notes it.

        Raises KeyElsewhere if we hold none of them, CallReverted, EmptyWallet, LedgerUnsure.
        """
        call = self.ledger.order_call(order)
        done = send(self.store, self.ledger, holder_of(self.keys, seats, call), call, self.wait)
        self.store.note(f"registry.{order.function}", subject, {"transaction": done.id})
        return done

    def view(self, institution: Institution, seats: Sequence[Seat] = ()) -> IssuerView:
        """What the registry says of the institution, once what these seats have under way is settled."""
        for _, account in seats:
            finish_open(self.store, self.ledger, account, self.wait)
        found = self.ledger.issuer(issuer_id(institution.iss))
        if not found.standing:
            raise Conflict(f"the registry does not know {institution.code}: `vanbang issuer add` registers it")
        return found

    def registrar_seats(self, institution: Institution) -> list[Seat]:
        """The owner, and the admin of the branch that the institution belongs to."""
        parent = self.ledger.issuer(issuer_id(institution.iss)).parent
        branch = [item for item in self.store.institutions() if issuer_id(item.iss) == parent]
        return [owner_seat(self.ledger), *(admin_seat(item, self.ledger) for item in branch)]

    def names(self, institution: Institution) -> Sequence[Naming]:
        """The institution's registered names, oldest first."""
        no_batch = AnchorKey(Digest(issuer_id(institution.iss)), Digest(NOTHING), 1, Digest(NOTHING))
        return self.ledger.dossiers([no_batch], self.ledger.horizon().latest)[0].names


def set_standing(office: Office, institution: Institution, standing: str) -> Transaction | None:
    """Makes an institution active, suspended or closed; None if it is so already. Old anchors are untouched."""
    seats = office.registrar_seats(institution)
    number = STANDINGS[standing]
    if office.view(institution, seats).standing == number:
        return None
    purpose = f"{institution.code}: {standing}"
    order = Order("setStanding", (issuer_id(institution.iss), number), purpose)
    return office.order(seats, order, institution.iss)


def declare_void(office: Office, institution: Institution, since: int) -> Transaction | None:
    """Declares that nothing counts that the institution anchored at `since` (unix) or later; 0 lifts it."""
    seats = office.registrar_seats(institution)
    if office.view(institution, seats).void_since == since:
        return None
    purpose = f"{institution.code}: {'void' if since else 'no longer void'}"
    return office.order(seats, Order("declareVoid", (issuer_id(institution.iss), since), purpose), institution.iss)


def rename(office: Office, institution: Institution, name: str) -> Transaction | None:
    """Registers a new name in force from now on, then stores it. Raises Conflict while batches are under way.

    A diploma bears the name that was in force when its batch was anchored: one sealed under the old name and anchored
    under the new would never be valid.
    """
    limit = 300
    if not 1 <= len(name.encode()) <= limit:
        raise FormatError("--name", f"not 1 to {limit} bytes long")
    waiting = [batch.id for batch in office.store.batches(*UNDER_WAY) if batch.iss == institution.iss]
    if waiting:
        raise Conflict(f"batches of {institution.code} are under way in its old name: {', '.join(waiting[:3])}. Wait")
    seats, done = office.registrar_seats(institution), None
    office.view(institution, seats)
    if office.names(institution)[-1].name != name:
        purpose = f"{institution.code}: new name"
        order = Order("renameIssuer", (issuer_id(institution.iss), institution.code, name), purpose)
        done = office.order(seats, order, institution.iss)
    # A crash here leaves the new name in the registry only: the same command again stores it.
    office.store.change_institution(institution, replace(institution, name=name))
    return done


def replace_admin(office: Office, institution: Institution, account: bytes) -> tuple[int, Transaction | None]:
    """Names the next admin (lost key, stolen key), or withdraws that (20 zero bytes); from when he may accept, unix."""
    seats = office.registrar_seats(institution)
    view = office.view(institution, seats)
    if view.pending_admin == account and (view.pending_by_registrar or account == NOBODY):
        return view.pending_from, None
    purpose = f"{institution.code}: {'replace the admin' if account != NOBODY else 'leave the admin'}"
    done = office.order(seats, Order("replaceAdmin", (issuer_id(institution.iss), account), purpose), institution.iss)
    return office.view(institution).pending_from, done


def accept_admin(office: Office, institution: Institution) -> tuple[bytes, Transaction | None]:
    """Takes over as the admin that was named; the account, and None if it is the admin already.

    Raises KeyElsewhere if another account was named, CallReverted before its time.
    """
    view = office.view(institution)
    if view.pending_admin == NOBODY:
        if held(office.keys, f"{institution.slug}/admin", view.admin):
            return view.admin, None
        raise Conflict(f"nobody is named as the next admin of {institution.code}: see `issuer replace-admin`")
    seat = f"{institution.slug}/admin", view.pending_admin
    if held(office.keys, *seat):
        top_up(office.store, office.ledger, relayer_of(office.keys), view.pending_admin, office.wait)
    order = Order("acceptAdmin", (issuer_id(institution.iss),), f"{institution.code}: accept to be admin")
    return view.pending_admin, office.order([seat], order, institution.iss)


def appoint_successor(office: Office, institution: Institution, successor: bytes) -> tuple[int, Transaction | None]:
    """Lets another issuer's admin run the STATUS keys of a dissolved one; zero withdraws it. From when, unix."""
    seats = office.registrar_seats(institution)
    view = office.view(institution, seats)
    if view.successor == successor:
        return view.successor_from, None
    purpose = f"{institution.code}: {'appoint a successor' if successor != NOTHING else 'no successor'}"
    order = Order("appointSuccessor", (issuer_id(institution.iss), successor), purpose)
    done = office.order(seats, order, institution.iss)
    return office.view(institution).successor_from, done
