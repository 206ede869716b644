"""Which of an institution's keys acts for it: the newest of a role that the registry calls good."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import ClassVar, TypeAlias

from vanbang.core.encoding import time_text
from vanbang.core.errors import VanbangError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR, ROLE_OFFICER, ROLE_STATUS, Key
from vanbang.ports import Institution, KeyMissing, KeyStore, Ledger, Signer

ROLES = {"anchor": ROLE_ANCHOR, "status": ROLE_STATUS, "officer": ROLE_OFFICER}

KeyOf: TypeAlias = Callable[[bytes, bytes], Key]
"""What the registry says of a key, by issuer and address: `Ledger.key`, or what was asked before for many at once."""


CLOCK_SLACK = 900
"""Seconds by which a chain's clock may be ahead of ours: a key added a moment ago begins at the chain's time."""


class NoGoodKey(VanbangError):
    """The key store holds no key of a role that the registry lets act now; one will from `later` (unix; 0: none) on."""

    code: ClassVar[str] = "no_good_key"

    def __init__(self, institution: Institution, role: str, later: int = 0) -> None:
        super().__init__(
            f"the {role} key of {institution.code} acts from {time_text(later)} on: wait, or set this machine's clock"
            if later
            else f"{institution.code} has no {role} key that the registry lets act: "
            f"`vanbang key add --code {institution.code} --role {role} --name {role}-2` makes one"
        )
        self.later = later


def acting_key(key_of: KeyOf, keys: KeyStore, institution: Institution, role: str, now: int) -> Signer:
    """The institution's newest good key of a role (`anchor`, `status`, `officer`). Raises NoGoodKey, LedgerUnsure."""
    issuer = issuer_id(institution.iss)
    found: list[tuple[int, str, Signer]] = []
    later: list[int] = []
    for name, signer in statement_keys(keys, institution):
        key = key_of(issuer, signer.address)
        if key.may_act(ROLES[role], now, CLOCK_SLACK):
            found.append((key.not_before, name, signer))
        elif key.may_act(ROLES[role], max(now, key.not_before)):
            later.append(key.not_before)
    if not found:
        raise NoGoodKey(institution, role, min(later, default=0))
    return max(found, key=lambda item: item[:2])[2]


def statement_keys(keys: KeyStore, institution: Institution) -> Iterator[tuple[str, Signer]]:
    """The institution's keys in our key store that sign statements, whatever the registry says of them."""
    for name in keys.names():
        if name.startswith(f"{institution.slug}/") and name.split("/")[-1].split("-")[0] in ROLES:
            yield name, keys.signer(name)


def asked_at_once(ledger: Ledger, keys: KeyStore, institutions: Sequence[Institution], block: int) -> KeyOf:
    """What the registry says at a block of all keys we hold for these institutions, in one question; of others, by
    `Ledger.key`. An institution whose keys cannot be opened is left out: it stops itself, at `acting_key`.

    Raises LedgerUnsure.
    """
    pairs: list[tuple[bytes, bytes]] = []
    for institution in institutions:
        with suppress(KeyMissing):
            pairs += [(issuer_id(institution.iss), signer.address) for _, signer in statement_keys(keys, institution)]
    known: dict[tuple[bytes, bytes], Key] = dict(
        zip(pairs, ledger.issuer_keys(pairs, block) if pairs else (), strict=True)
    )

    def key_of(issuer: bytes, address: bytes) -> Key:
        found = known.get((issuer, address))
        return ledger.key(issuer, address) if found is None else found

    return key_of
