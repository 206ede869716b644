"""The state that an issuer's events make, to be compared with what the registry says its state is.

The rules are those of contracts/AnchorRegistry.sol. Who acted without being allowed to is told as well: `head` proves
that the contract wrote these events, so such a one means that the contract is not the one it should be.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from vanbang.core.chronicle.events import (
    AdminChanged,
    AdminTransferStarted,
    Anchored,
    BatchRevoked,
    Event,
    IssuerRegistered,
    IssuerRenamed,
    IssuerVoided,
    KeyAdded,
    KeyCompromised,
    KeyEnded,
    StandingChanged,
    StatusRootSet,
    SuccessorAppointed,
)
from vanbang.core.chronicle.views import NOBODY, IssuerView, Revocation
from vanbang.core.registry import ROLE_ANCHOR, ROLE_STATUS, Anchor, Key, Naming

ACTIVE: Final = 1
NO_KEY: Final = Key(0, 0, 0, 0)
MOST_STATES: Final = 255
"""The registry counts how often an anchor was made in 8 bits, and stops there."""


@dataclass(slots=True)
class Replay:
    """An issuer as its events, taken in their order, make it. Anchors are given back one by one, not kept."""

    iss: str = ""
    view: IssuerView = field(default_factory=IssuerView)
    names: list[Naming] = field(default_factory=list)
    keys: dict[bytes, Key] = field(default_factory=dict)
    revocations: dict[bytes, Revocation] = field(default_factory=dict)

    def apply(self, event: Event, time: int) -> str:
        """Takes an event that is no anchor, in a block of this time; a word for what must not happen, or "".

        Words: key_known, key_unknown, actor_not_allowed.
        """
        word = ""
        match event:
            case IssuerRegistered(admin=admin, parent=parent, registrar=registrar):
                self.iss = event.iss
                self.names.append(Naming(time, event.code, event.name))
                self.view = replace(self.view, admin=admin, parent=parent, registrar=registrar, standing=ACTIVE)
            case IssuerRenamed(code=code, name=name):
                self.names.append(Naming(time, code, name))
            case KeyAdded():
                word = "key_known" if event.key in self.keys else ""
                self.keys[event.key] = Key(event.not_before, event.not_after, 0, event.role)
            case KeyEnded():
                word = self._change(event.key, not_after=event.not_after)
            case KeyCompromised():
                word = self._change(event.key, compromised_since=event.since)
            case BatchRevoked(root=root, revoker=revoker):
                word = self._allowed(revoker, ROLE_STATUS, time)
                self.revocations[root] = Revocation(revoker, time)
            case _:
                self._administer(event)
        self.view = replace(self.view, seq=event.seq, last_block=event.block)
        return word

    def anchor(self, event: Anchored, time: int, before: Anchor | None) -> tuple[Anchor, str]:
        """Takes an anchor, `before` being its record until then; its new record, and a word as `apply` gives, or
        anchored_twice: the record before was good, and the registry would have skipped it."""
        self.view = replace(self.view, seq=event.seq, last_block=event.block)
        word = self._allowed(event.signer, ROLE_ANCHOR, time)
        if self.view.standing != ACTIVE or self.view.void_since:
            word = "actor_not_allowed"
        state = 1
        if before is not None:
            state = min(before.state + 1, MOST_STATES)
            if not self.key(before.signer).compromised_by(before.time):
                word = "anchored_twice"
        return Anchor(event.signer, time, event.block, state), word

    def set_status(self, event: StatusRootSet, time: int) -> bool:
        """Whether the key that set this status root had the role, and a window that holds this time.

        Status roots have no number among the other events: how a key stood is known by its window and its compromise.
        """
        key = self.key(event.setter)
        return key.role == ROLE_STATUS and key.not_before <= time <= key.not_after

    def key(self, address: bytes) -> Key:
        """The issuer's key; role 0 if there is none."""
        return self.keys.get(address, NO_KEY)

    def counts(self, anchor: Anchor, root: bytes) -> bool:
        """Whether an anchor stands: no compromise, no void and no revocation has undone it."""
        void = 0 < self.view.void_since <= anchor.time
        revocation = self.revocations.get(root)
        revoked = revocation is not None and not self.key(revocation.revoker).compromised_by(revocation.time)
        return not (void or revoked or self.key(anchor.signer).compromised_by(anchor.time))

    def _administer(self, event: Event) -> None:
        match event:
            case StandingChanged(standing=standing):
                self.view = replace(self.view, standing=standing)
            case IssuerVoided(since=since):
                self.view = replace(self.view, void_since=since)
            case AdminTransferStarted(new_admin=admin, acceptable_from=start, by_registrar=by_registrar):
                pending = by_registrar and admin != NOBODY
                self.view = replace(self.view, pending_admin=admin, pending_from=start, pending_by_registrar=pending)
            case AdminChanged(new_admin=admin):
                self.view = replace(
                    self.view, admin=admin, pending_admin=NOBODY, pending_from=0, pending_by_registrar=False
                )
            case SuccessorAppointed(successor=successor, effective_from=start):
                self.view = replace(self.view, successor=successor, successor_from=start)

    def _change(self, address: bytes, *, not_after: int | None = None, compromised_since: int | None = None) -> str:
        key = self.keys.get(address)
        if key is None:
            return "key_unknown"
        self.keys[address] = Key(
            key.not_before,
            key.not_after if not_after is None else not_after,
            key.compromised_since if compromised_since is None else compromised_since,
            key.role,
        )
        return ""

    def _allowed(self, address: bytes, role: int, time: int) -> str:
        return "" if self.key(address).may_act(role, time) else "actor_not_allowed"
