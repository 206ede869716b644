"""Which of an institution's keys acts for it: the newest of a role that the registry calls good."""

from typing import ClassVar

from vanbang.core.errors import VanbangError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR, ROLE_OFFICER, ROLE_STATUS
from vanbang.ports import Institution, KeyStore, Ledger, Signer

ROLES = {"anchor": ROLE_ANCHOR, "status": ROLE_STATUS, "officer": ROLE_OFFICER}


CLOCK_SLACK = 900
"""Seconds by which a chain's clock may be ahead of ours: a key added a moment ago begins at the chain's time."""


class NoGoodKey(VanbangError):
    """The key store holds no key of a role that the registry lets act now."""

    code: ClassVar[str] = "no_good_key"

    def __init__(self, institution: Institution, role: str) -> None:
        super().__init__(
            f"{institution.code} has no {role} key that the registry lets act: "
            f"`vanbang key add --code {institution.code} --role {role} --name {role}-2` makes one"
        )


def acting_key(ledger: Ledger, keys: KeyStore, institution: Institution, role: str, now: int) -> Signer:
    """The institution's newest good key of a role (`anchor`, `status`, `officer`). Raises NoGoodKey, LedgerUnsure."""
    issuer = issuer_id(institution.iss)
    found: list[tuple[int, str, Signer]] = []
    for name in keys.names():
        if name.startswith(f"{institution.slug}/") and not name.endswith(("/admin", "/credential")):
            signer = keys.signer(name)
            key = ledger.key(issuer, signer.address)
            if key.may_act(ROLES[role], now, CLOCK_SLACK):
                found.append((key.not_before, name, signer))
    if not found:
        raise NoGoodKey(institution, role)
    return max(found, key=lambda item: item[:2])[2]
