"""Setting up: the registry on a chain, institutions in it, and their keys."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_STATUS
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.seats import Seat, admin_seat, holder_of, owner_seat, relayer_of
from vanbang.notary.sending import Outbox, follow
from vanbang.ports import (
    SETTLED,
    Call,
    CallReverted,
    Conflict,
    Institution,
    KeyStore,
    Ledger,
    LedgerUnsure,
    Quote,
    Signer,
    Store,
    Transaction,
)

NO_PARENT: Final = bytes(32)
PATIENCE: Final = 600.0
"""Seconds to wait for one transaction of set-up; it stays stored, and the same command again goes on with it."""

OPEN_END: Final = 2**40 - 1
ADMIN_GAS: Final = 2_000_000
"""Gas an institution's admin is given to pay for: its three keys and a dozen changes of them."""

Wait = Callable[[], None]


def finish_open(store: Store, ledger: Ledger, sender: bytes, wait: Wait) -> None:
    """Drives what an earlier command left open of an account to its end, well or ill: what it did is then seen.

    Raises LedgerUnsure after a long wait.
    """
    _finish(store, ledger, lambda item: item.sender == sender, wait)


def _finish(store: Store, ledger: Ledger, is_it: Callable[[Transaction], bool], wait: Wait) -> None:
    until = time.monotonic() + PATIENCE
    while any(is_it(item) for item in follow(store, ledger, ledger.horizon(), int(time.time()))):
        if time.monotonic() > until:
            raise LedgerUnsure("earlier transactions are not final yet: run the same command again later")
        wait()


def send(
    store: Store, ledger: Ledger, signer: Signer, call: Call, wait: Wait, daily_limit: int | None = None
) -> Transaction:
    """Prepares a call and drives it until it is FINAL.

    Raises CallReverted if it is refused, or FAILED on chain; EmptyWallet; SpendingLimit; LedgerUnsure after a long
    wait: then it stays stored, and is driven on by whoever looks next.
    """
    outbox, until = Outbox(store, ledger, signer, daily_limit), time.monotonic() + PATIENCE
    (outcome,) = outbox.prepare([call], ledger.horizon(), int(time.time()))
    if isinstance(outcome, VanbangError):
        raise outcome
    while outcome is not None:
        outbox.follow(ledger.horizon(), int(time.time()))
        sent = store.transaction(outcome.id)
        if sent.state == "FINAL":
            return sent
        if sent.state in SETTLED:
            raise CallReverted(f"the transaction '{call.purpose}' ended {sent.state} on chain")
        if time.monotonic() > until:
            break
        wait()
    raise LedgerUnsure(f"'{call.purpose}' is not final yet: run the same command again later")


def register_institution(
    store: Store,
    ledger: Ledger,
    keys: KeyStore,
    institution: Institution,
    wait: Wait,
    elsewhere: Mapping[str, bytes] = MappingProxyType({}),
    daily_limit: int | None = None,
) -> list[str]:
    """Makes the institution known to the registry, with an admin and one key of each role; gives the keys' names.

    `elsewhere` holds, by role, the addresses of keys that the institution keeps itself: none is made for those. May be
    run again after a crash: what is there already, in key store, database or chain, is left as it is. `daily_limit`:
    wei that the relayer may spend in a day.
    """
    _check_new(store, institution)
    known = set(keys.names())
    ours = [role for role in ROLES if role not in elsewhere]
    names = [f"{institution.slug}/{role}" for role in ("admin", *ours)]
    for name in names:
        if name not in known:
            keys.create(name)
    if f"{institution.slug}/credential" not in known:
        keys.create_es256(f"{institution.slug}/credential")
    if institution.iss not in {item.iss for item in store.institutions()}:
        store.add_institution(institution)
    _register(store, ledger, keys, institution, wait)
    top_up(store, ledger, relayer_of(keys), admin_seat(institution, ledger)[1], wait, daily_limit)
    for role, bit in ROLES.items():
        address = elsewhere.get(role) or keys.signer(f"{institution.slug}/{role}").address
        add_key(store, ledger, keys, institution, address, bit, wait)
    return [*names, f"{institution.slug}/credential"]


def _register(store: Store, ledger: Ledger, keys: KeyStore, institution: Institution, wait: Wait) -> None:
    finish_open(store, ledger, owner_seat(ledger)[1], wait)
    if ledger.standing(issuer_id(institution.iss)):
        return
    admin = keys.signer(f"{institution.slug}/admin").address
    call = ledger.register_call(NO_PARENT, institution.iss, institution.code, institution.name, admin, False)
    send(store, ledger, holder_of(keys, [owner_seat(ledger)], call), call, wait)


def _check_new(store: Store, institution: Institution) -> None:
    """Before anything is made: lengths the registry would refuse, and names that are taken by another institution."""
    texts = {"--iss": (institution.iss, 255), "--code": (institution.code, 64), "--name": (institution.name, 300)}
    for option, (text, limit) in texts.items():
        if not 1 <= len(text.encode()) <= limit:
            raise FormatError(option, f"not 1 to {limit} bytes long")
    mine = {institution.iss, institution.code, institution.slug}
    for other in store.institutions():
        if other != institution and mine & {other.iss, other.code, other.slug}:
            raise Conflict(f"{other.code} ({other.iss}, {other.name}) is set up already and differs: see `issuer list`")


def add_key(
    store: Store, ledger: Ledger, keys: KeyStore, institution: Institution, address: bytes, role: int, wait: Wait
) -> None:
    """Registers a key (20 bytes), ours or held elsewhere, for the institution, unless the registry has it.

    Raises KeyElsewhere if whoever administers the institution's keys keeps his own elsewhere.
    """
    seats, issuer = keeper_seats(store, ledger, institution, role), issuer_id(institution.iss)
    finish_open(store, ledger, seats[0][1], wait)
    known = ledger.key(issuer, address)
    if known.role == role and known.not_after == OPEN_END and not known.compromised_since:
        return
    if known.role:
        raise Conflict(
            f"the registry knows the key 0x{address.hex()} already: it has ended, or has another role. Take a new one"
        )
    call = ledger.add_key_call(issuer, address, role, 0)
    send(store, ledger, holder_of(keys, seats, call), call, wait)


def keeper_seats(store: Store, ledger: Ledger, institution: Institution, role: int) -> list[Seat]:
    """Who administers an institution's keys of a role: its admin; those that publish statuses also its successor's."""
    view = ledger.issuer(issuer_id(institution.iss))
    seats = [(f"{institution.slug}/admin", view.admin)]
    if role == ROLE_STATUS and view.successor != NO_PARENT and view.successor_from <= ledger.horizon().latest_time:
        found = (item for item in store.institutions() if issuer_id(item.iss) == view.successor)
        seats += [admin_seat(item, ledger) for item in found]
    return seats


def top_up(
    store: Store, ledger: Ledger, relayer: Signer, address: bytes, wait: Wait, daily_limit: int | None = None
) -> None:
    """Sends the account, from the relayer's, what it needs to act, unless it has half of that or it is on its way."""
    _finish(store, ledger, lambda item: item.call.target == address and item.call.value > 0, wait)
    probe = Call(address, b"", "pay the institution's admin")
    (quote,) = ledger.quotes(relayer.address, [probe])
    if not isinstance(quote, Quote):
        raise quote
    amount = ADMIN_GAS * quote.max_fee
    if ledger.balance(address) < amount // 2:
        send(store, ledger, relayer, replace(probe, value=amount), wait, daily_limit)


def end_key(
    store: Store,
    ledger: Ledger,
    keys: KeyStore,
    institution: Institution,
    address: bytes,
    wait: Wait,
    not_after: int = 0,
) -> None:
    """Ends a key's window at `not_after` (0: now), unless it has an end. What it signs until then stays good.

    Raises KeyElsewhere as `add_key` does.
    """
    issuer = issuer_id(institution.iss)
    seats = keeper_seats(store, ledger, institution, ledger.key(issuer, address).role)
    finish_open(store, ledger, seats[0][1], wait)
    known = ledger.key(issuer, address)
    if not known.role:
        raise Conflict(f"the registry knows no key 0x{address.hex()} of {institution.code}")
    if known.not_after != OPEN_END:
        return
    call = ledger.end_key_call(issuer, address, not_after)
    send(store, ledger, holder_of(keys, seats, call), call, wait)
