"""Planned rotation: a new key takes over from an old one, in an order that may stop anywhere and be gone on with.

An institution's signing key: the new one is registered and final before the old one ends, after an overlap in which
both are good; what waits for a signature goes on with the new one. A seat (owner, admin): it is handed over in two
steps, and the money goes along. The relayer: a new account, and the money when nothing of the old one is under way.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vanbang.core.chronicle.views import NOBODY
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.governing import Office
from vanbang.notary.registering import OPEN_END, PATIENCE, add_key, end_key, finish_open, send, top_up
from vanbang.notary.seats import (
    OWNER,
    RELAYER,
    KeyElsewhere,
    Seat,
    admin_seat,
    held,
    names_of,
    next_name,
    number_of,
    relayer_of,
)
from vanbang.notary.sending import Outbox
from vanbang.ports import (
    Call,
    Institution,
    LedgerUnsure,
    Order,
    Quote,
    Signer,
)

DAY: Final = 86_400
JUST_NOW: Final = DAY
"""Seconds after which the same command means another rotation, not the one that was done."""
CRUMBS: Final = 10
"""Transfers' worth of money that is left lying in an old account: moving it would cost a good part of it."""
SEAT_ROLES: Final = ("admin", OWNER, RELAYER)


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation came to: the key that acts now (name and account), the accounts it follows, and until when they
    are still good (unix; None: not any more, or a seat)."""

    name: str
    address: bytes
    before: tuple[bytes, ...]
    until: int | None = None


def rotate_key(
    office: Office, institution: Institution, role: str, name: str | None, old: str | None, overlap: int
) -> Rotation:
    """Rotates a key of the role `anchor`, `status` or `officer`; `name` is the new one's, `old` the one that ends.

    `overlap` in seconds. Without names: what was begun is gone on with, else a new key is made, and the other open keys
    end. Raises FormatError, KeyElsewhere, CallReverted, EmptyWallet, LedgerUnsure.
    """
    prefix, issuer = f"{institution.slug}/{role}", issuer_id(institution.iss)
    office.view(institution, [admin_seat(institution, office.ledger)])
    names = names_of(office.keys, prefix)
    accounts = {item: office.keys.signer(item).address for item in names}
    found = {item: office.ledger.key(issuer, address) for item, address in accounts.items()}
    now = office.ledger.horizon().latest_time
    new, ending = _choose(found, role, name or _begun(found, now, old), old, next_name(office.keys, prefix))
    if new not in names:
        accounts[new] = office.keys.create(new).address
    add_key(office.store, office.ledger, office.keys, institution, accounts[new], ROLES[role], office.wait)
    until = office.ledger.horizon().latest_time + overlap if overlap else 0
    for item in ending:
        end_key(office.store, office.ledger, office.keys, institution, accounts[item], office.wait, until)
    ended = [(accounts[item], office.ledger.key(issuer, accounts[item]).not_after) for item in names if item != new]
    latest = max((at for _, at in ended if at != OPEN_END), default=0)
    return Rotation(new, accounts[new], tuple(address for address, _ in ended), latest or None)


def _begun(found: Mapping[str, Key], now: int, old: str | None) -> str | None:
    """The new key of a rotation (of `old`) that was begun, or done a moment ago; None: there is none."""
    unknown = [name for name, key in found.items() if not key.role]
    if unknown:
        return unknown[-1]
    acting = _open(found)
    if old is not None and old in found:
        newer = [name for name in acting if found[old].not_before < found[name].not_before > now - JUST_NOW]
        return newer[-1] if newer else None
    ended = [key for key in found.values() if key.not_after != OPEN_END]
    if len(acting) > 1 or (acting and any(_follows(found[acting[-1]], key, now) for key in ended)):
        return acting[-1]
    return None


def _follows(new: Key, old: Key, now: int) -> bool:
    return now - new.not_before < JUST_NOW and old.not_after >= new.not_before > old.not_before


def _open(found: Mapping[str, Key]) -> list[str]:
    """Names of keys that are good and have no end, the newest last."""
    good = [name for name, key in found.items() if key.role and key.not_after == OPEN_END and not key.compromised_since]
    return sorted(good, key=lambda name: (found[name].not_before, number_of(name)))


def _choose(
    found: Mapping[str, Key], role: str, name: str | None, old: str | None, otherwise: str
) -> tuple[str, Sequence[str]]:
    """The new key's name, and those that end."""
    new = name or otherwise
    if old is not None:
        if old not in found or old == new:
            raise FormatError("--old", f"no other key of this role that is here: {', '.join(found) or 'none'}")
        return new, [old]
    ending = [item for item in _open(found) if item != new]
    if role == "officer" and len(_open(found)) > 1:
        raise FormatError("--old", f"several officers have a key ({', '.join(_open(found))}): say whose is replaced")
    return new, ending


def rotate_relayer(office: Office, name: str | None) -> Rotation:
    """A new account pays from now on, and has the old one's money. Raises FormatError, EmptyWallet, LedgerUnsure."""
    names = names_of(office.keys, RELAYER)
    old = _with_money(office, names[:-1])
    new = name or (names[-1] if old else next_name(office.keys, RELAYER))
    if new in names[:-1]:
        raise FormatError("--name", f"{new} has had its time: the next one is {next_name(office.keys, RELAYER)}")
    signer = office.keys.signer(new) if new in names else office.keys.create(new)
    before = [office.keys.signer(item) for item in names if item != new]
    # A crash here leaves a relayer without money: this command goes on, and until then the engine says `empty_wallet`.
    for item in before:
        settle(office, item)
        move_money(office, item, signer.address)
    return Rotation(new, signer.address, tuple(item.address for item in before))


def _with_money(office: Office, names: Sequence[str]) -> list[str]:
    return [name for name in names if _movable(office, office.keys.signer(name), NOBODY) > 0]


def rotate_admin(office: Office, institution: Institution, name: str | None, to: bytes | None) -> Rotation:
    """The institution's admin hands over to a new key of ours, or to an account elsewhere, which has to accept.

    Raises KeyElsewhere where somebody else has to send a call: the old admin, or the new one.
    """
    seat = admin_seat(institution, office.ledger)
    view = office.view(institution, [seat])
    issuer = issuer_id(institution.iss)
    begin, accept = f"{institution.code}: hand over to another admin", f"{institution.code}: accept to be admin"

    def orders(account: bytes) -> tuple[Order, Order]:
        return Order("transferAdmin", (issuer, account), begin), Order("acceptAdmin", (issuer,), accept)

    return _hand_over(office, (f"{institution.slug}/admin", view.admin), view.pending_admin, name, to, orders)


def rotate_owner(office: Office, name: str | None, to: bytes | None) -> Rotation:
    """The registry's owner hands over in the same way."""
    finish_open(office.store, office.ledger, office.ledger.owners()[0], office.wait)
    owner, pending = office.ledger.owners()

    def orders(account: bytes) -> tuple[Order, Order]:
        begin = Order("transferOwnership", (account,), "hand the registry over to another owner")
        return begin, Order("acceptOwnership", (), "accept to own the registry")

    return _hand_over(office, (OWNER, owner), pending, name, to, orders)


def _hand_over(
    office: Office,
    seat: Seat,
    pending: bytes,
    name: str | None,
    to: bytes | None,
    orders: Callable[[bytes], tuple[Order, Order]],
) -> Rotation:
    prefix, current = seat
    if to is not None:
        begin, accept = orders(to)
        if to not in (current, pending):
            office.order([seat], begin, prefix)
        if to != current:
            raise KeyElsewhere(to, office.ledger.order_call(accept))
        return Rotation("", to, ())
    new = name or _next_holder(office, seat, pending)
    signer = office.keys.signer(new) if new in office.keys.names() else office.keys.create(new)
    begin, accept = orders(signer.address)
    if signer.address not in (current, pending):
        office.order([seat], begin, prefix)
    if signer.address != current:
        # Until the last step the old key has the seat: wherever this stops, the same command goes on with `pending`.
        old = held(office.keys, *seat)
        if old is not None:
            move_money(office, old, signer.address)
        top_up(office.store, office.ledger, relayer_of(office.keys), signer.address, office.wait)
        office.order([(prefix, signer.address)], accept, prefix)
    return Rotation(new, signer.address, (current,) if current != signer.address else ())


def _next_holder(office: Office, seat: Seat, pending: bytes) -> str:
    """Who was named already, or has just taken the seat and done nothing since; else a new key."""
    prefix, current = seat
    names = names_of(office.keys, prefix)
    if not names:
        return prefix
    newest = office.keys.signer(names[-1]).address
    latest = office.ledger.horizon().latest
    is_new = newest == current and len(names) > 1 and office.ledger.nonce(newest, latest) <= 1
    if pending == newest or is_new or (newest != current and office.ledger.nonce(newest, latest) == 0):
        return names[-1]
    return next_name(office.keys, prefix)


def settle(office: Office, signer: Signer) -> None:
    """Drives everything that an account of ours has under way to its end. Raises LedgerUnsure after a long wait."""
    outbox, until = Outbox(office.store, office.ledger, signer), time.monotonic() + PATIENCE
    while any(item.sender == signer.address for item in outbox.follow(office.ledger.horizon(), int(time.time()))):
        if time.monotonic() > until:
            raise LedgerUnsure("transactions of the old account are not final yet: run the same command again later")
        office.wait()


def move_money(office: Office, signer: Signer, to: bytes) -> None:
    """Sends what an account has, less the fee and crumbs, to another. Raises LedgerUnsure."""
    amount = _movable(office, signer, to)
    if amount > 0:
        call = Call(to, b"", "move an old account's money", amount)
        send(office.store, office.ledger, signer, call, office.wait)


def _movable(office: Office, signer: Signer, to: bytes) -> int:
    (quote,) = office.ledger.quotes(signer.address, [Call(to, b"", "move an old account's money")])
    if not isinstance(quote, Quote):
        raise quote
    fee = quote.gas * quote.max_fee
    amount = office.ledger.balance(signer.address) - 2 * fee  # fees may rise until it is sent
    return amount if amount > CRUMBS * fee else 0
