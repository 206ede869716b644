"""Who may tell the registry what (its owner, an issuer's admin), and which of their keys we hold.

A seat's key is called by the seat, its followers `-2`, `-3`: which of them has the seat is the registry's word; the
relayer's, whom the registry does not know, the newest has.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from vanbang.core.errors import VanbangError
from vanbang.core.payload import issuer_id
from vanbang.ports import Call, Institution, KeyMissing, KeyStore, Ledger, Signer

OWNER: Final = "owner"
RELAYER: Final = "relayer"
_NUMBER: Final = re.compile(r"-([1-9][0-9]{0,5})\Z")

Seat = tuple[str, bytes]
"""A seat's name in our key store, and the account that the registry says has it."""


class KeyElsewhere(VanbangError):
    """A call that only an account may send whose key we do not hold; `sender` is that account (20 bytes).

    Nothing was sent. Whoever holds the key sends `call` as a plain transaction; then the same command goes on.
    """

    code: ClassVar[str] = "key_elsewhere"

    def __init__(self, sender: bytes, call: Call) -> None:
        super().__init__(
            f"'{call.purpose}' must be sent by 0x{sender.hex()}, whose key is not here: have it sent from there, "
            "then run the same command again"
        )
        self.sender = sender
        self.call = call


def admin_seat(institution: Institution, ledger: Ledger) -> Seat:
    """The institution's admin, as the registry has it. Raises LedgerUnsure."""
    return f"{institution.slug}/admin", ledger.issuer(issuer_id(institution.iss)).admin


def owner_seat(ledger: Ledger) -> Seat:
    """The registry's owner. Raises LedgerUnsure."""
    return OWNER, ledger.owners()[0]


def holder_of(keys: KeyStore, seats: Sequence[Seat], call: Call) -> Signer:
    """The key of the first of these seats that we hold. Raises KeyElsewhere, naming the first seat's account."""
    for name, address in seats:
        found = held(keys, name, address)
        if found is not None:
            return found
    raise KeyElsewhere(seats[0][1], call)


def held(keys: KeyStore, name: str, address: bytes) -> Signer | None:
    """Our key of this account, if it is called `name` or by a number behind it."""
    signers = (keys.signer(item) for item in names_of(keys, name))
    return next((signer for signer in signers if signer.address == address), None)


def relayer_of(keys: KeyStore) -> Signer:
    """The account that pays and sends for the installation: the newest. Raises KeyMissing."""
    names = names_of(keys, RELAYER)
    if not names:
        raise KeyMissing(RELAYER, "there is no such key")
    return keys.signer(names[-1])


def senders(keys: KeyStore) -> Iterator[Signer]:
    """Our keys whose accounts send transactions: owner, admins, relayers, and those before them."""
    for name in keys.names():
        if name.split("/")[-1].split("-")[0] in (OWNER, "admin", RELAYER):
            yield keys.signer(name)


def names_of(keys: KeyStore, name: str) -> list[str]:
    """`name` and what is called after it with a number or word behind a dash, the highest number last."""
    found = [item for item in keys.names() if item == name or item.startswith(f"{name}-")]
    return sorted(found, key=lambda item: (number_of(item), item))


def number_of(name: str) -> int:
    """The number at a key's end; 1 without one."""
    match = _NUMBER.search(name)
    return int(match[1]) if match else 1


def next_name(keys: KeyStore, name: str) -> str:
    """A name that no key of this seat or role has had."""
    names = names_of(keys, name)
    return f"{name}-{number_of(names[-1]) + 1}" if names else name
