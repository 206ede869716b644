"""Setting up: the registry on a chain, institutions in it, and their keys."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.payload import issuer_id
from vanbang.notary.acting_keys import ROLES
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
    until = time.monotonic() + PATIENCE
    while sender in {item.sender for item in follow(store, ledger, ledger.horizon(), int(time.time()))}:
        if time.monotonic() > until:
            raise LedgerUnsure("earlier transactions are not final yet: run the same command again later")
        wait()


def send(store: Store, ledger: Ledger, signer: Signer, call: Call, wait: Wait) -> Transaction:
    """Prepares a call and drives it until it is FINAL.

    Raises CallReverted if it is refused, or FAILED on chain; EmptyWallet; LedgerUnsure after a long wait: then it stays
    stored, and is driven on by whoever looks next.
    """
    outbox, until = Outbox(store, ledger, signer), time.monotonic() + PATIENCE
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
) -> list[str]:
    """Makes the institution known to the registry, with an admin and one key of each role; gives the keys' names.

    `elsewhere` holds, by role, the addresses of keys that the institution keeps itself: none is made for those. May be
    run again after a crash: what is there already, in key store, database or chain, is left as it is.
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
    issuer = issuer_id(institution.iss)
    admin, owner = keys.signer(f"{institution.slug}/admin"), keys.signer("owner")
    finish_open(store, ledger, owner.address, wait)
    if not ledger.standing(issuer):
        call = ledger.register_call(
            NO_PARENT, institution.iss, institution.code, institution.name, admin.address, False
        )
        send(store, ledger, owner, call, wait)
    _top_up(store, ledger, keys.signer("relayer"), admin.address, wait)
    for role, bit in ROLES.items():
        address = elsewhere.get(role) or keys.signer(f"{institution.slug}/{role}").address
        add_key(store, ledger, keys, institution, address, bit, wait)
    return [*names, f"{institution.slug}/credential"]


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
    """Registers a key (20 bytes), ours or held elsewhere, for the institution, unless the registry has it."""
    admin = keys.signer(f"{institution.slug}/admin")
    finish_open(store, ledger, admin.address, wait)
    issuer = issuer_id(institution.iss)
    known = ledger.key(issuer, address)
    if known.role == role and known.not_after == OPEN_END and not known.compromised_since:
        return
    if known.role:
        raise Conflict(
            f"the registry knows the key 0x{address.hex()} already: it has ended, or has another role. Take a new one"
        )
    send(store, ledger, admin, ledger.add_key_call(issuer, address, role, 0), wait)


def _top_up(store: Store, ledger: Ledger, relayer: Signer, address: bytes, wait: Wait) -> None:
    """Sends the account, from the relayer's, what it needs to act, unless it has half of that."""
    probe = Call(address, b"", "pay the institution's admin")
    (quote,) = ledger.quotes(relayer.address, [probe])
    if isinstance(quote, CallReverted):
        raise quote
    amount = ADMIN_GAS * quote.max_fee
    if ledger.balance(address) < amount // 2:
        send(store, ledger, relayer, replace(probe, value=amount), wait)


def end_key(store: Store, ledger: Ledger, keys: KeyStore, institution: Institution, address: bytes, wait: Wait) -> None:
    """Ends a key's window now, unless it has ended. What it signed before stays good."""
    admin = keys.signer(f"{institution.slug}/admin")
    finish_open(store, ledger, admin.address, wait)
    known = ledger.key(issuer_id(institution.iss), address)
    if not known.role:
        raise Conflict(f"the registry knows no key 0x{address.hex()} of {institution.code}")
    if known.not_after != OPEN_END:
        return
    send(store, ledger, admin, ledger.end_key_call(issuer_id(institution.iss), address, 0), wait)
