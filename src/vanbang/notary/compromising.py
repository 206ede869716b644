"""Emergency: a signing key is stolen. What it did since then, as the registry's events prove it, and what undoes that.

First a good key, so that nobody waits; then the declaration; then everything it voids: our own batches are signed by
the good key and anchored again, a status root is followed by the next epoch, and what a thief did is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vanbang.core.batch import anchor_key
from vanbang.core.chronicle.events import Anchored, BatchRevoked, Event, StatusRootSet
from vanbang.core.chronicle.logs import first_head
from vanbang.core.chronicle.walking import walk, walk_status
from vanbang.core.encoding import registry_name, time_text
from vanbang.core.endorsement import read_endorsements
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.acting_keys import CLOCK_SLACK, ROLES, statement_keys
from vanbang.notary.auditing.asking import drive, parts
from vanbang.notary.auditing.database import batches
from vanbang.notary.governing import Office
from vanbang.notary.registering import add_key, finish_open, keeper_seats
from vanbang.notary.seats import held, next_name
from vanbang.notary.sweeping import Sweep
from vanbang.ports import Batch, Institution, LedgerUnsure, Order, Store
from vanbang.ports.chronicle import Chronicle

COMPROMISE_LIMIT: Final = 30 * 86_400
"""Seconds: how far back an institution itself may date a compromise (contracts/AnchorRegistry.sol)."""
_ROLE_NAMES: Final = {bit: role for role, bit in ROLES.items()}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a key brought about. `what` is anchor (subject: its root), revocation (the root), status_root (the
    epoch), or endorsement (the batch); `batch` is ours, None for what our database does not know."""

    what: str
    subject: str
    time: int
    block: int
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Theft:
    """A key that is to be declared compromised, and what that comes to. `replacement` is a good key of the role in our
    key store, "" if one is to be made, None if the institution keeps its keys elsewhere."""

    address: bytes
    role: str
    since: int
    key: Key
    replacement: str | None
    deeds: Sequence[Deed]

    @property
    def is_declared(self) -> bool:
        """Whether the registry has it so already, from that time or an earlier one."""
        return self.key.compromised_by(self.since)


def look_into(
    office: Office, chronicle: Chronicle, institution: Institution, address: bytes, since: int, *, as_owner: bool
) -> Theft:
    """What declaring a key (20 bytes) compromised since a time (unix) would come to; nothing is changed.

    Raises FormatError for a key or time that cannot be, LedgerUnsure when endpoints hide events of the registry.
    """
    issuer = issuer_id(institution.iss)
    key, now = office.ledger.key(issuer, address), office.ledger.horizon().latest_time
    if not key.role:
        raise FormatError("--name", f"the registry knows no key 0x{address.hex()} of {institution.code}")
    if since > now:
        raise FormatError("--since", f"lies ahead of the chain's clock, which says {time_text(now)}")
    if since < now - COMPROMISE_LIMIT and not as_owner and not key.compromised_by(since):
        raise FormatError(
            "--since",
            "lies more than 30 days back: so far only the registrar or the owner may date a compromise, lest an "
            "institution disown genuine diplomas. Whoever holds that key here gives --as-owner",
        )
    role = _ROLE_NAMES[key.role]
    replacement = _replacement(office, institution, role, address, now)
    return Theft(address, role, since, key, replacement, deeds_of(office.store, chronicle, institution, address, since))


def _replacement(office: Office, institution: Institution, role: str, address: bytes, now: int) -> str | None:
    issuer, is_ours = issuer_id(institution.iss), False
    for name, signer in statement_keys(office.keys, institution):
        if name.split("/")[-1].split("-")[0] != role:
            continue
        is_ours = True
        if signer.address != address and office.ledger.key(issuer, signer.address).may_act(
            ROLES[role], now, CLOCK_SLACK
        ):
            return name
    return "" if is_ours else None


def declare(office: Office, institution: Institution, theft: Theft, *, as_owner: bool, now: int) -> Theft:
    """Registers a good key if there is none, declares the other compromised, and has what that voids done again.

    Each step looks first whether it is done. Gives the theft as it stands then. Raises KeyElsewhere, CallReverted,
    EmptyWallet, LedgerUnsure; then the same again goes on.
    """
    replacement = theft.replacement
    if replacement == "":
        replacement = next_name(office.keys, f"{institution.slug}/{theft.role}")
        signer = office.keys.create(replacement)
        add_key(office.store, office.ledger, office.keys, institution, signer.address, ROLES[theft.role], office.wait)
    issuer, role = issuer_id(institution.iss), ROLES[theft.role]
    keepers = keeper_seats(office.store, office.ledger, institution, role)
    seats = office.registrar_seats(institution) if as_owner else keepers
    for name, account in seats:
        if held(office.keys, name, account):
            finish_open(office.store, office.ledger, account, office.wait)
    key = office.ledger.key(issuer, theft.address)
    if not key.compromised_by(theft.since):
        purpose = f"{institution.code}: declare the key 0x{theft.address.hex()} compromised"
        office.order(seats, Order("declareCompromised", (issuer, theft.address, theft.since), purpose), institution.iss)
        key = office.ledger.key(issuer, theft.address)
    # A crash here is mended by every engine: it looks at all finals when it begins.
    Sweep(office.store, office.ledger, office.ledger.horizon(), now).all(0)
    return Theft(theft.address, theft.role, theft.since, key, replacement, theft.deeds)


def deeds_of(
    store: Store, chronicle: Chronicle, institution: Institution, address: bytes, since: int
) -> Sequence[Deed]:
    """What a key did at `since` or later, oldest first, from the registry's events, none of which can be missing."""
    issuer = issuer_id(institution.iss)
    (view,), (status,) = chronicle.issuer_views([issuer]), chronicle.statuses([issuer])
    head = first_head(*registry_name(chronicle.registry, "registry"), issuer)
    found = drive(
        chronicle,
        {"links": (issuer, walk(issuer, view, 0, head)), "status": (issuer, walk_status(issuer, status, 0))},
    )
    roots, faults = found["status"]
    if found["links"].faults or faults:
        raise LedgerUnsure("the endpoints hide or alter events of the registry (`vanbang audit` names them)")
    ours = {
        bytes(anchor_key(item.manifest).manifest_hash): item
        for item in batches(store, institution.iss)
        if item.manifest
    }
    events = [*(event for _, event in found["links"].links), *roots]
    times = _times(chronicle, {event.block for event in events})
    deeds = [deed for event in events for deed in _deeds(event, address, times[event.block], ours)]
    return sorted((deed for deed in deeds if deed.time >= since), key=lambda deed: (deed.block, deed.what))


def _times(chronicle: Chronicle, blocks: set[int]) -> Mapping[int, int]:
    return {block.number: block.time for part in parts(sorted(blocks)) for block in chronicle.blocks(part)}


def _deeds(event: Event | StatusRootSet, address: bytes, time: int, ours: Mapping[bytes, Batch]) -> list[Deed]:
    match event:
        case Anchored(signer=signer, root=root, manifest_hash=manifest, block=block):
            batch = ours.get(manifest)
            name = None if batch is None else batch.id
            anchored = [Deed("anchor", root.hex(), time, block, name)] if signer == address else []
            return anchored + (
                [Deed("endorsement", batch.id, time, block, name)] if _endorsed(batch, address) and batch else []
            )
        case BatchRevoked(revoker=revoker, root=root, block=block) if revoker == address:
            return [Deed("revocation", root.hex(), time, block)]
        case StatusRootSet(setter=setter, epoch=epoch, block=block) if setter == address:
            return [Deed("status_root", str(epoch), time, block)]
        case _:
            return []


def _endorsed(batch: Batch | None, address: bytes) -> bool:
    file = None if batch is None else batch.endorsements
    return file is not None and any(item.signer == address for item in read_endorsements(file))
